"""Experiments: the checked settings of a run, read from TOML and written as TOML."""

from neuroevo.experiment.experiment import SECONDS, EvolutionSettings, Experiment, RungShares
from neuroevo.experiment.from_function import experiment_for_function
from neuroevo.experiment.from_table import Suggestion, experiment_for_table
from neuroevo.experiment.origin import Origin, OriginScore
from neuroevo.experiment.reading import (
    load_experiment,
    load_with_origin,
    overridden,
    overridden_keys,
    override_list,
    overriding,
)
from neuroevo.experiment.sweep import Sweep, SweepPoint, SweepRun, read_sweep_file
from neuroevo.experiment.transfer import Transfer, transfer

__all__ = [
    "SECONDS",
    "EvolutionSettings",
    "Experiment",
    "Origin",
    "OriginScore",
    "RungShares",
    "Suggestion",
    "Sweep",
    "SweepPoint",
    "SweepRun",
    "Transfer",
    "experiment_for_function",
    "experiment_for_table",
    "load_experiment",
    "load_with_origin",
    "overridden",
    "overridden_keys",
    "override_list",
    "overriding",
    "read_sweep_file",
    "transfer",
]
