"""The parts that searches are made of: variation, selection, sampling, the Pareto front.

Knows genomes and costs; knows no network, no disk and no clock, and not in which order the parts
are used.
"""

from neuroevo.evolution.candidate import Candidate, Costs, Individual, costs_of
from neuroevo.evolution.front import extended_front, hypervolume, hypervolumes, reference_point

__all__ = [
    "Candidate",
    "Costs",
    "Individual",
    "costs_of",
    "extended_front",
    "hypervolume",
    "hypervolumes",
    "reference_point",
]
