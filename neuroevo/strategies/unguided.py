"""Strategies whose candidates do not depend on what was told: what they have in common.

A generation is as many candidates as a population has, in the order of their numbers.
"""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Self

from neuroevo.evolution import Candidate, Individual
from neuroevo.space import Genome, SearchSpace
from neuroevo.strategies.states import candidate_of, candidate_values, genome_of, row_of
from neuroevo.strategies.strategy import Options, Strategy


class UnguidedStrategy(Strategy):
    """Asks for the initial genomes, then for others one after the other, each once."""

    def __init__(self, space: SearchSpace, options: Options) -> None:
        self._space = space
        self._population_size = options.population_size
        self._first_number = options.first_number
        self._initial = list(options.initial)
        self._asked: dict[Genome, None] = {}  # in the order of asking
        self._ended = 0  # how many were told or dropped
        self._waiting: dict[int, Candidate] = {}
        self._again: list[Candidate] = []  # that were asked before the state was taken

    @abstractmethod
    def _next_genome(self) -> Genome | None:
        """Return the next genome that was not asked; None if there is none."""

    @property
    def generation(self) -> int:
        """How many generations are complete."""
        return self._ended // self._population_size

    @property
    def look_ahead(self) -> int:
        """A whole generation."""
        return self._population_size

    def ask(self, count: int) -> list[Candidate]:
        """Return the next candidates."""
        asked, self._again = self._again[:count], self._again[count:]
        while len(asked) < count:
            is_initial = len(self._asked) < len(self._initial)
            genome = self._initial[len(self._asked)] if is_initial else self._next_genome()
            if genome is None:
                break
            place = len(self._asked)
            candidate = Candidate(
                self._first_number + place,
                genome,
                place // self._population_size,
                "seed" if is_initial else self.name,
            )
            self._asked[genome] = None
            self._waiting[candidate.number] = candidate
            asked.append(candidate)
        return asked

    def tell(self, individuals: Sequence[Individual]) -> None:
        """Count what is done; nothing is learned from it."""
        self.drop([each.number for each in individuals])

    def drop(self, numbers: Collection[int]) -> None:
        """Wait no longer for some candidates."""
        for number in numbers:
            self._ended += self._waiting.pop(number, None) is not None

    def state(self) -> dict[str, Any]:
        """Return all that it remembers as plain JSON values."""
        return {
            "population_size": self._population_size,
            "first_number": self._first_number,
            "initial": [row_of(genome) for genome in self._initial],
            "asked": [row_of(genome) for genome in self._asked],
            "ended": self._ended,
            "waiting": [candidate_values(each) for each in self._waiting.values()],
        }

    @classmethod
    def from_state(cls, space: SearchSpace, state: Mapping[str, Any]) -> Self:
        """Make the strategy whose state this is."""
        strategy = cls(space, Options(int(state["population_size"]), seed=0))
        strategy._restore(state)
        return strategy

    def _restore(self, state: Mapping[str, Any]) -> None:
        """Remember what a state holds."""
        space = self._space
        self._first_number, self._ended = int(state["first_number"]), int(state["ended"])
        self._initial = [genome_of(space, row) for row in state["initial"]]
        self._asked = dict.fromkeys(genome_of(space, row) for row in state["asked"])
        self._again = [candidate_of(space, values) for values in state["waiting"]]
        self._waiting = {each.number: each for each in self._again}
