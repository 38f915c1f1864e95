"""Evolve small neural networks in seconds, see why the best one is best, and reuse it.

The public names are loaded when they are first used: importing the package alone loads neither
numba nor plotly.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from neuroevo.api import (
        ablate,
        compare,
        evolve,
        fit,
        load_run,
        random_search,
        resume,
        resume_sweep,
        run,
        sweep,
        train,
        verify,
    )
    from neuroevo.errors import BusyError, DataError, NeuroevoError, StorageError, UsageError
    from neuroevo.experiment import EvolutionSettings, Experiment, load_experiment
    from neuroevo.export import load
    from neuroevo.learning import Ensemble, Network, TrainingSettings
    from neuroevo.report.run import Run
    from neuroevo.report.sweep import load_sweep
    from neuroevo.runs import Trial
    from neuroevo.search.trained_model import TrainedModel
    from neuroevo.space import Choice, Conditional, Float, Genome, Integer, Layers, SearchSpace
    from neuroevo.strategies import Evolution
    from neuroevo.tasks import DatasetTask, FunctionTask, MouseTask, PythonTask, TableTask

__all__ = [
    "BusyError",
    "Choice",
    "Conditional",
    "DataError",
    "DatasetTask",
    "Ensemble",
    "Evolution",
    "EvolutionSettings",
    "Experiment",
    "Float",
    "FunctionTask",
    "Genome",
    "Integer",
    "Layers",
    "MouseTask",
    "Network",
    "NeuroevoError",
    "PythonTask",
    "Run",
    "SearchSpace",
    "StorageError",
    "TableTask",
    "TrainedModel",
    "TrainingSettings",
    "Trial",
    "UsageError",
    "ablate",
    "compare",
    "evolve",
    "fit",
    "load",
    "load_experiment",
    "load_run",
    "load_sweep",
    "random_search",
    "resume",
    "resume_sweep",
    "run",
    "sweep",
    "train",
    "verify",
]

_MODULES = {
    "api": (
        "ablate",
        "compare",
        "evolve",
        "fit",
        "load_run",
        "random_search",
        "resume",
        "resume_sweep",
        "run",
        "sweep",
        "train",
        "verify",
    ),
    "errors": ("BusyError", "DataError", "NeuroevoError", "StorageError", "UsageError"),
    "experiment": ("EvolutionSettings", "Experiment", "load_experiment"),
    "export": ("load",),
    "learning": ("Ensemble", "Network", "TrainingSettings"),
    "report.run": ("Run",),
    "report.sweep": ("load_sweep",),
    "runs": ("Trial",),
    "search.trained_model": ("TrainedModel",),
    "space": ("Choice", "Conditional", "Float", "Genome", "Integer", "Layers", "SearchSpace"),
    "strategies": ("Evolution",),
    "tasks": ("DatasetTask", "FunctionTask", "MouseTask", "PythonTask", "TableTask"),
}


def __getattr__(name: str) -> object:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
