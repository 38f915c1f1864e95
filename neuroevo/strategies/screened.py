"""A genetic algorithm whose children are screened by a model of the results so far.

Handles candidates: which are pending, and the state; `neuroevo.strategies.proposals` chooses what
comes next, one candidate at a time.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Self

import numpy as np

from neuroevo.evolution import Candidate, Individual
from neuroevo.evolution.archive import Archive
from neuroevo.evolution.earlier import EarlierTrials
from neuroevo.evolution.positions import Positions, Rows
from neuroevo.evolution.sampling import draw, remaining_genomes
from neuroevo.space import Choice, Float, Genome, Integer, Layers, SearchSpace
from neuroevo.strategies.efforts import EFFORTS
from neuroevo.strategies.proposals import REPEAT, Proposals
from neuroevo.strategies.states import (
    candidate_of,
    candidate_values,
    genome_of,
    individual_of,
    individual_values,
    row_of,
)
from neuroevo.strategies.strategy import Options, Strategy


class Screened(Strategy):
    """Chooses each candidate by a model of the results so far and of the pending candidates.

    Attributes
    ----------
    generation
        Number of generations that are complete: candidates are counted into generations of the
        population's size, in the order of their numbers.
    """

    name = "screened"
    label = "screened evolution"

    def __init__(self, space: SearchSpace, options: Options) -> None:
        super().__init__(space, options)
        self._options = options
        self._positions = Positions(space)
        self._archive = Archive(self._positions)
        self._proposals = Proposals(
            self._positions,
            self._archive,
            EFFORTS[options.effort],
            options.seed,
            noisy=options.noisy,
            earlier=EarlierTrials.of(self._positions, options.earlier),
        )
        self._initial = options.initial
        self._next_number = options.first_number
        self._ended = 0  # number of candidates that were evaluated or dropped
        self._waiting: dict[int, Candidate] = {}
        self._again: list[Candidate] = []  # asked before the state was taken, and not evaluated
        self._results: list[Individual] = []  # received since a candidate was chosen
        self._unasked = 0  # number of results of genomes that were not asked

    @staticmethod
    def problems(space: SearchSpace) -> list[str]:
        """Return the genes whose kinds have no positions."""
        known = Float, Integer, Choice, Layers
        return [
            f"{name}: must be a number, a choice or layers for screening, but got {gene.describe()}"
            for name, gene in space.genes.items()
            if not isinstance(gene, known)
        ]

    @property
    def generation(self) -> int:
        """Number of generations that are complete."""
        return self._ended // self._population_size

    @property
    def look_ahead(self) -> int:
        """How many candidates may be asked and not yet evaluated at a time."""
        return self._options.look_ahead

    def ask(self, count: int) -> list[Candidate]:
        """Return the next candidates."""
        asked, self._again = self._again[:count], self._again[count:]
        while len(asked) < count:
            candidate = self._next_candidate()
            if candidate is None:
                break
            self._waiting[candidate.number] = candidate
            self._next_number += 1
            asked.append(candidate)
        return asked

    def tell(self, individuals: Sequence[Individual]) -> None:
        """Receive results; those between two questions may come in any order."""
        self._results += individuals
        for each in individuals:
            if self._waiting.pop(each.number, None) is None:
                self._unasked += 1
            else:
                self._ended += 1

    def drop(self, numbers: Collection[int]) -> None:
        """Wait no longer for some candidates; their genomes may be asked again."""
        for number in numbers:
            self._ended += self._waiting.pop(number, None) is not None

    def _next_candidate(self) -> Candidate | None:
        """Choose a candidate from the results, the pending candidates and the seed."""
        self._receive(self._archive, self._proposals)
        self._results = []
        number = self._next_number
        place = number - self._options.first_number
        generation = place // self._population_size
        for genome in self._initial:
            if self._is_new(genome):
                return Candidate(number, genome, generation, "seed")
        rng = np.random.Generator(np.random.PCG64([self._options.seed, place, self._unasked]))
        if len(self._archive) + len(self._waiting) < self._space.size:
            found = self._proposed(number, generation, rng, exhausted=False)
            if found is not None:
                return found
            drawn = draw(self._space, self._is_new, rng)
            rest = [drawn] if drawn else remaining_genomes(self._space, self._is_new, rng)[:1]
            if rest:
                return Candidate(number, rest[0], generation, "immigrant")
        if not self._proposals.may_repeat:
            return None
        return self._proposed(number, generation, rng, exhausted=True)

    def _proposed(
        self, number: int, generation: int, rng: np.random.Generator, *, exhausted: bool
    ) -> Candidate | None:
        """Return the best proposal that is new, or is meant to be none; None if there is none."""
        pending = self._pending_rows()
        for proposal in self._proposals.best_first(pending, rng, exhausted=exhausted):
            genome = self._positions.genome(proposal.row)
            if proposal.operator == REPEAT or self._is_new(genome):
                parents = tuple(int(self._archive.numbers[each]) for each in proposal.parents)
                return Candidate(
                    number,
                    genome,
                    generation,
                    proposal.operator,
                    parents,
                    forecast=proposal.forecast,
                )
        return None

    def _receive(self, archive: Archive, proposals: Proposals) -> None:
        """Add the results to an archive, in the order of their numbers."""
        for each in sorted(self._results, key=lambda individual: individual.number):
            place = archive.add(each)
            if place is not None:
                proposals.received(place)

    def _seen(self) -> tuple[Archive, Proposals]:
        """Return the archive with all results, and what proposes from it.

        They are copies if there are new results: to look at a search may not change it, and those
        that come before the next question are sorted with these.
        """
        if not self._results:
            return self._archive, self._proposals
        archive = self._archive.copied()
        proposals = self._proposals.copied(archive)
        self._receive(archive, proposals)
        return archive, proposals

    def _pending_rows(self) -> Rows:
        rows = [self._positions.row(each.genome) for each in self._waiting.values()]
        return np.array(rows).reshape(len(rows), len(self._positions.columns))

    def _is_new(self, genome: Genome) -> bool:
        waiting = any(each.genome == genome for each in self._waiting.values())
        if waiting or not self._space.allows(genome):
            return False
        return self._positions.row(genome) not in self._archive

    @property
    def population(self) -> list[Individual]:
        """The best trials, as many as the population, by front; failed ones come last."""
        archive, proposals = self._seen()
        places = proposals.best_places(self._population_size)
        return [self._individual(archive, place) for place in places]

    @property
    def correlations(self) -> list[float]:
        """How results of equal genomes correlate with those of earlier searches, as was learned.

        One number from 0 to 1 for each objective that has a model, as it was when earlier searches
        were last learned from; none before that.
        """
        return self._proposals.correlations

    def genomes_of(self, numbers: Sequence[int]) -> tuple[Genome, ...]:
        """Return the genomes of trials; those that were not asked are rounded like draws."""
        rows = self._archive.rows
        places = [int(np.flatnonzero(self._archive.numbers == each)[0]) for each in numbers]
        return tuple(self._positions.genome(rows[place]) for place in places)

    def recommended(self) -> list[Individual]:
        """Return the trial whose cost is estimated to be lowest; none if there is no noise."""
        archive, proposals = self._seen()
        place = proposals.recommended()
        return [] if place is None else [self._individual(archive, place)]

    def averaged_front(self) -> list[Individual] | None:
        """Return the front of the means of all evaluations; None if these were equal."""
        archive, proposals = self._seen()
        places = proposals.front_places()
        return None if places is None else [self._individual(archive, each) for each in places]

    def _individual(self, archive: Archive, place: int) -> Individual:
        genome = self._positions.genome(archive.rows[place])
        number = int(archive.numbers[place])
        return Individual(number, genome, archive.fitness(place), archive.excess(place))

    def state(self) -> dict[str, Any]:
        """Return the whole state as plain JSON values."""
        options = self._options
        earlier = [
            [individual_values(self._space, each) for each in search] for search in options.earlier
        ]
        results = [individual_values(self._space, each) for each in self._results]
        some = {"earlier": earlier, "results": results}
        return {name: values for name, values in some.items() if values} | {
            "population_size": self._population_size,
            "seed": options.seed,
            "first_number": options.first_number,
            "look_ahead": options.look_ahead,
            "effort": options.effort,
            "noisy": options.noisy,
            "initial": [row_of(self._space, genome) for genome in self._initial],
            "next_number": self._next_number,
            "ended": self._ended,
            "unasked": self._unasked,
            "waiting": [candidate_values(self._space, each) for each in self._waiting.values()],
            "archive": self._archive.values(),
            "proposals": self._proposals.state(),
        }

    @classmethod
    def from_state(cls, space: SearchSpace, state: Mapping[str, Any]) -> Self:
        """Make a strategy from its state."""
        options = Options(
            int(state["population_size"]),
            int(state["seed"]),
            tuple(genome_of(space, row) for row in state["initial"]),
            int(state["first_number"]),
            int(state["look_ahead"]),
            str(state["effort"]),
            bool(state["noisy"]),
            tuple(
                tuple(individual_of(space, each) for each in search)
                for search in state.get("earlier", ())
            ),
        )
        strategy = cls(space, options)
        strategy._next_number = int(state["next_number"])
        strategy._ended = int(state["ended"])
        strategy._unasked = int(state["unasked"])
        strategy._again = [candidate_of(space, values) for values in state["waiting"]]
        strategy._waiting = {each.number: each for each in strategy._again}
        strategy._archive.restore(state["archive"])
        strategy._proposals.restore(state["proposals"])
        strategy._results = [individual_of(space, each) for each in state.get("results", ())]
        return strategy
