"""Grid search: every genome of a space, one after the other in a fixed order."""

import math

from neuroevo.space import Genome, SearchSpace
from neuroevo.strategies.strategy import Options
from neuroevo.strategies.unguided import UnguidedStrategy


class GridSearch(UnguidedStrategy):
    """Asks for all genomes of a space of finite size."""

    name = "grid"
    label = "grid search"

    def __init__(self, space: SearchSpace, options: Options) -> None:
        super().__init__(space, options)
        self._genomes = space.genomes()

    @staticmethod
    def problems(space: SearchSpace) -> list[str]:
        """Return which genes have infinitely many values."""
        return [
            f"{name}: must be a list of values or a range of whole numbers for a grid search, "
            f"but got {gene.describe()}"
            for name, gene in space.genes.items()
            if math.isinf(gene.size)
        ]

    def _next_genome(self) -> Genome | None:
        # Also skips genomes that were asked before a state was taken.
        return next((genome for genome in self._genomes if self._is_new(genome)), None)

    def _is_new(self, genome: Genome) -> bool:
        return genome not in self._asked and self._space.allows(genome)
