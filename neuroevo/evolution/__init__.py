"""The parts of strategies: variation, selection, sampling and the Pareto front.

Knows genomes and costs; knows no network and no disk.
"""

from neuroevo.evolution.candidate import (
    Candidate,
    Costs,
    Forecast,
    Individual,
    costs_of,
    violation_of,
)
from neuroevo.evolution.constraints import Constraint, excesses_of
from neuroevo.evolution.front import front_of, hypervolume, hypervolumes, reference_point

__all__ = [
    "Candidate",
    "Constraint",
    "Costs",
    "Forecast",
    "Individual",
    "costs_of",
    "excesses_of",
    "front_of",
    "hypervolume",
    "hypervolumes",
    "reference_point",
    "violation_of",
]
