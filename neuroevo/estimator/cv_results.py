"""The trials of a run in the form of scikit-learn's `cv_results_`. Knows no rows."""

from typing import Any

import numpy as np
from scipy.stats import rankdata

from neuroevo.report.run import Run


def results_of(run: Run) -> dict[str, Any]:
    """Return the trials of a search as a dict of arrays (trials,).

    Returns
    -------
    dict
        ``params``, the values of the genes; ``param_NAME``, the same of each gene, masked where it
        is not active; ``mean_test_NAME`` and ``rank_test_NAME`` of each objective, where one that
        is minimised is negated and called ``neg_NAME``, so that greater is better, and which is NaN
        for trials that failed or were stopped early; the same of the first objective as
        ``mean_test_score``; ``mean_fit_time`` in seconds, and ``generation``, from 1.
    """
    trials = run.findings.searched
    params = [dict(trial.genome) for trial in trials]
    results: dict[str, Any] = {
        "mean_fit_time": np.array([trial.seconds for trial in trials]),
        "generation": np.array([trial.generation + 1 for trial in trials]),
        "params": params,
    }
    for name in run.experiment.space.genes:
        values = np.empty(len(trials), dtype=object)
        for place, each in enumerate(params):
            values[place] = each.get(name)
        absent = [name not in each for each in params]
        results[f"param_{name}"] = np.ma.MaskedArray(values, mask=absent)
    for place, objective in enumerate(run.experiment.objectives):
        found = np.array([trial.objectives.get(objective.name, np.nan) for trial in trials])
        scores = found if objective.maximised else -found
        ranks = rankdata(-np.nan_to_num(scores, nan=-np.inf), method="min").astype(np.int32)
        names = [objective.name if objective.maximised else f"neg_{objective.name}"]
        names += ["score"] * (place == 0)
        for name in names:
            results[f"mean_test_{name}"], results[f"rank_test_{name}"] = scores, ranks
    return results
