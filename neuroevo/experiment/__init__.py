"""Experiments: everything that a run does, checked, read from TOML and written to it again."""

from neuroevo.experiment.experiment import EvolutionSettings, Experiment
from neuroevo.experiment.reading import load_experiment

__all__ = ["EvolutionSettings", "Experiment", "load_experiment"]
