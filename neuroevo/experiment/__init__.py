"""Experiments: the checked settings of a run, read from TOML and written as TOML."""

from neuroevo.experiment.experiment import EvolutionSettings, Experiment
from neuroevo.experiment.reading import load_experiment
from neuroevo.experiment.transfer import Transfer, transfer

__all__ = ["EvolutionSettings", "Experiment", "Transfer", "load_experiment", "transfer"]
