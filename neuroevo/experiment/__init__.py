"""Experiments: everything that a run does, checked, read from TOML and written to it again."""

from neuroevo.experiment.experiment import EvolutionSettings, Experiment
from neuroevo.experiment.reading import load_experiment
from neuroevo.experiment.transfer import Transfer, transfer

__all__ = ["EvolutionSettings", "Experiment", "Transfer", "load_experiment", "transfer"]
