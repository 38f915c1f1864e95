"""From one generation to the next: NSGA-II over any search space, asked and told.

Knows genomes and fitnesses; knows no network, no disk and no clock.
"""

from neuroevo.evolution.evolution import Evolution
from neuroevo.evolution.front import hypervolume, reference_point
from neuroevo.evolution.individual import Individual, Origin

__all__ = ["Evolution", "Individual", "Origin", "hypervolume", "reference_point"]
