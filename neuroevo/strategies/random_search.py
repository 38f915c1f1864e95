"""Random search: genomes drawn gene by gene, each once."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from neuroevo.evolution.sampling import draw, remaining_genomes
from neuroevo.space import Genome, SearchSpace
from neuroevo.strategies.states import generator_of, genome_of, row_of
from neuroevo.strategies.strategy import Options
from neuroevo.strategies.unguided import UnguidedStrategy


class RandomSearch(UnguidedStrategy):
    """Draws genomes at random; once few are left, lists the remaining ones in random order."""

    name = "random"
    label = "random search"

    def __init__(self, space: SearchSpace, options: Options) -> None:
        super().__init__(space, options)
        self._rng = np.random.Generator(np.random.PCG64(options.seed))
        self._rest: list[Genome] = []  # the last of them comes next; empty until it is listed

    def _next_genome(self) -> Genome | None:
        if len(self._asked) >= self._space.size:
            return None
        if not self._rest:
            genome = draw(self._space, self._is_new, self._rng)
            if genome is not None:
                return genome
            self._rest = remaining_genomes(self._space, self._is_new, self._rng)[::-1]
        return self._rest.pop() if self._rest else None

    def _is_new(self, genome: Genome) -> bool:
        return genome not in self._asked and self._space.allows(genome)

    def state(self) -> dict[str, Any]:
        """Return the whole state as plain JSON values."""
        return super().state() | {
            "generator": self._rng.bit_generator.state,
            "rest": [row_of(self._space, genome) for genome in self._rest],
        }

    def _restore(self, state: Mapping[str, Any]) -> None:
        super()._restore(state)
        self._rng = generator_of(state["generator"])
        self._rest = [genome_of(self._space, row) for row in state["rest"]]
