"""The common part of strategies that do not use results: grid search and random search."""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Self

from neuroevo.evolution import Candidate, Individual
from neuroevo.space import Genome, GenomeSet, SearchSpace
from neuroevo.strategies.states import candidate_of, candidate_values, genome_of, row_of
from neuroevo.strategies.strategy import Options, Strategy


class UnguidedStrategy(Strategy):
    """Asks for the initial genomes, then for others one after the other, each once.

    Candidates are counted into generations of the population's size, in the order of their
    numbers.
    """

    def __init__(self, space: SearchSpace, options: Options) -> None:
        super().__init__(space, options)
        self._first_number = options.first_number
        self._initial = options.initial
        self._asked = GenomeSet()  # in the order of asking
        self._ended = 0  # number of candidates that were evaluated or dropped
        self._waiting: dict[int, Candidate] = {}
        self._again: list[Candidate] = []  # asked before the state was taken, and not evaluated

    @abstractmethod
    def _next_genome(self) -> Genome | None:
        """Return the next genome that was not asked; None if there is none."""

    @property
    def generation(self) -> int:
        """Number of generations that are complete."""
        return self._ended // self._population_size

    def ask(self, count: int) -> list[Candidate]:
        """Return the next candidates."""
        asked, self._again = self._again[:count], self._again[count:]
        while len(asked) < count:
            place = len(self._asked)
            is_initial = place < len(self._initial)
            genome = self._initial[place] if is_initial else self._next_genome()
            if genome is None:
                break
            number, generation = self._first_number + place, place // self._population_size
            operator = "seed" if is_initial else self.name
            self._asked.add(genome)
            self._waiting[number] = Candidate(number, genome, generation, operator)
            asked.append(self._waiting[number])
        return asked

    def tell(self, individuals: Sequence[Individual]) -> None:
        """Count the candidates; their results are not used."""
        self.drop([each.number for each in individuals])

    def drop(self, numbers: Collection[int]) -> None:
        """Wait no longer for some candidates."""
        for number in numbers:
            self._ended += self._waiting.pop(number, None) is not None

    def state(self) -> dict[str, Any]:
        """Return the whole state as plain JSON values."""
        return {
            "population_size": self._population_size,
            "first_number": self._first_number,
            "initial": [row_of(self._space, genome) for genome in self._initial],
            "asked": [row_of(self._space, genome) for genome in self._asked],
            "ended": self._ended,
            "waiting": [candidate_values(self._space, each) for each in self._waiting.values()],
        }

    @classmethod
    def from_state(cls, space: SearchSpace, state: Mapping[str, Any]) -> Self:
        """Make a strategy from its state."""
        initial = tuple(genome_of(space, row) for row in state["initial"])
        first_number = int(state["first_number"])
        strategy = cls(space, Options(int(state["population_size"]), 0, initial, first_number))
        strategy._restore(state)
        return strategy

    def _restore(self, state: Mapping[str, Any]) -> None:
        self._ended = int(state["ended"])
        self._asked = GenomeSet(genome_of(self._space, row) for row in state["asked"])
        self._again = [candidate_of(self._space, values) for values in state["waiting"]]
        self._waiting = {each.number: each for each in self._again}
