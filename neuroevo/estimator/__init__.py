"""The interface of scikit-learn.

Knows scikit-learn's conventions; searches and trains through the packages below. Its names are
loaded when they are first used, and load scikit-learn then.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from neuroevo.estimator.evolved import EvolvedClassifier, EvolvedRegressor
    from neuroevo.estimator.network import NetworkClassifier, NetworkRegressor
    from neuroevo.estimator.search_cv import EvolutionSearchCV

__all__ = [
    "EvolutionSearchCV",
    "EvolvedClassifier",
    "EvolvedRegressor",
    "NetworkClassifier",
    "NetworkRegressor",
]

_MODULES = {
    "evolved": ("EvolvedClassifier", "EvolvedRegressor"),
    "network": ("NetworkClassifier", "NetworkRegressor"),
    "search_cv": ("EvolutionSearchCV",),
}


def __getattr__(name: str) -> object:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
