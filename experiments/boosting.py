"""The fitness of boosting.toml: gradient boosting of scikit-learn, cross-validated on a table.

Any Python is possible here; neuroevo only calls `evaluate`.
"""

import time
from collections.abc import Mapping
from typing import Any

from sklearn.datasets import load_diabetes
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.model_selection import KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import QuantileTransformer, StandardScaler

INPUTS, TARGETS = load_diabetes(return_X_y=True)


def evaluate(genome: Mapping[str, Any], seed: int) -> dict[str, float]:
    """Return the RMSE over five folds, and how long that took.

    Parameters
    ----------
    genome
        A value for each gene of [space] that is active.
    seed
        Belongs to the genome: the same genome gets the same seed.
    """
    start = time.perf_counter()
    genes = dict(genome)
    scaling = genes.pop("scaling")
    stopping = genes.pop("stopping")
    model = HistGradientBoostingRegressor(
        early_stopping=stopping == "early",
        random_state=seed,
        **genes,  # the other genes have the names of its arguments
    )
    if scaling == "quantile":
        scaler = QuantileTransformer(n_quantiles=100, random_state=seed)
    else:
        scaler = StandardScaler()
    folds = KFold(5, shuffle=True, random_state=0)  # the same for all configurations
    scores = cross_val_score(
        make_pipeline(scaler, model),
        INPUTS,
        TARGETS,
        cv=folds,
        scoring="neg_root_mean_squared_error",
    )
    return {"rmse": -scores.mean(), "seconds": time.perf_counter() - start}
