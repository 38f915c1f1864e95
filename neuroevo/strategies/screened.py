"""A genetic algorithm whose children are screened by a model of the results so far.

One candidate is chosen at a time among many children of the best trials. With one objective the
model predicts costs, and the child with the greatest expected improvement is chosen; with two or
three there is a model of each, and it is the child with the greatest expected gain of hypervolume;
with more, the costs are weighted at random for each candidate.
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from neuroevo.evolution import Candidate, Individual
from neuroevo.evolution.archive import Archive
from neuroevo.evolution.breeding import Children, Manner, children, latin_hypercube
from neuroevo.evolution.front import front_numbers
from neuroevo.evolution.kriging import (
    Kriging,
    Trials,
    log_expected_improvement,
    log_expected_volume,
)
from neuroevo.evolution.operators import survivors
from neuroevo.evolution.positions import Positions, Rows
from neuroevo.evolution.sampling import draw, remaining_genomes
from neuroevo.evolution.screening import Judge, Rounds, screened
from neuroevo.evolution.targets import clipped, softened, standardised, weighted
from neuroevo.space import Choice, Float, Genome, Integer, Layers, SearchSpace
from neuroevo.strategies.states import candidate_of, candidate_values, genome_of, row_of
from neuroevo.strategies.strategy import Options, Strategy

Indices = npt.NDArray[np.int64]

REPEAT = "repeat"
"""The operator of a candidate whose genome was evaluated before."""

_START = 10  # trials before the first model
_UNSCREENED = 0.1  # share of children of one objective that no model has judged
_NICHE = 0.2  # share of models of one objective that learn from the neighbours of a trial only
_PARENTS, _LEAST_PARENTS = 3.0, 4  # parents: as many times the root of the number of trials
_FEW_CHILDREN = 8  # when none is judged
_FIRST_STEPS = 30  # of L-BFGS, when nothing was learned before
_MOST_MODELS = 3  # objectives that have a model each
_MARGIN = 0.1  # of the reference point beyond the greatest target
_REPEATED = 0.3  # share of screened trials that evaluate a genome again, if there is noise
_PRIOR_FREEDOM = 2  # evaluations that the prior of the noise is worth
_LEAST_NOISE, _MOST_NOISE = 0.05, 0.95  # shares of the nugget
_MOST_RANKED = 600  # trials that are sorted into fronts; the worst half is left out beyond


@dataclass(frozen=True, slots=True)
class Effort:
    """How much a strategy thinks about each trial.

    Attributes
    ----------
    memory
        The most trials that a model knows.
    learned
        The most that its parameters are learned from.
    every
        They are learned again after this many results.
    steps
        How many steps of L-BFGS that takes.
    rounds, rounds_of_several
        How many children are judged, with one objective and with several.
    """

    memory: int
    learned: int
    every: int
    steps: int
    rounds: Rounds
    rounds_of_several: Rounds


EFFORTS: Mapping[str, Effort] = {
    "low": Effort(80, 80, 10, 5, Rounds(2, 48, 0, 0), Rounds(2, 48, 1, 32)),
    "medium": Effort(200, 80, 5, 10, Rounds(2, 48, 0, 0), Rounds(2, 48, 3, 32)),
    "high": Effort(400, 160, 1, 10, Rounds(4, 192, 4, 64), Rounds(4, 192, 6, 64)),
}
"""The efforts by name."""


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
        self._effort = EFFORTS[options.effort]
        self._positions = Positions(space)
        self._archive = Archive(self._positions)
        self._initial = options.initial
        self._next_number = options.first_number
        self._ended = 0  # number of candidates that were evaluated or dropped
        self._waiting: dict[int, Candidate] = {}
        self._again: list[Candidate] = []  # asked before the state was taken, and not evaluated
        self._results: list[Individual] = []  # received since a candidate was chosen
        self._others = 0  # results of genomes that were not asked
        self._krigings: list[Kriging] = []  # of each objective
        self._learned: list[Rows] = []  # the parameters of each objective's model
        self._learned_at = 0  # number of results when they were learned
        self._ranked: list[int] = []  # places of the trials that are sorted into fronts
        self._scale = 1.0  # variance of the signal when a model of one objective was fitted

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
                self._others += 1
            else:
                self._ended += 1

    def drop(self, numbers: Collection[int]) -> None:
        """Wait no longer for some candidates; their genomes may be asked again."""
        for number in numbers:
            self._ended += self._waiting.pop(number, None) is not None

    def _next_candidate(self) -> Candidate | None:
        """Choose a candidate from the results, the pending candidates and the seed."""
        self._receive()
        number = self._next_number
        stamp = number - self._options.first_number, self._others
        rng = np.random.Generator(np.random.PCG64([self._options.seed, *stamp]))
        pending = self._pending_rows()
        generation = (number - self._options.first_number) // self._population_size
        for genome in self._initial:
            if self._is_new(genome):
                return Candidate(number, genome, generation, "seed")
        if len(self._archive) + len(self._waiting) >= self._space.size and not self._is_noisy:
            return None
        for row, operator, parents in self._proposals(pending, rng):
            genome = self._positions.genome(row)
            if operator == REPEAT or self._is_new(genome):
                return Candidate(number, genome, generation, operator, parents)
        drawn = draw(self._space, self._is_new, rng)
        rest = [drawn] if drawn else remaining_genomes(self._space, self._is_new, rng)[:1]
        return Candidate(number, rest[0], generation, "immigrant") if rest else None

    def _receive(self) -> None:
        """Add the results to the archive, in the order of their numbers."""
        for each in sorted(self._results, key=lambda individual: individual.number):
            known = len(self._archive)
            self._archive.add(each)
            if len(self._archive) > known and not each.failed:
                self._ranked.append(known)
        self._results = []

    def _pending_rows(self) -> Rows:
        rows = [self._positions.row(each.genome) for each in self._waiting.values()]
        return np.array(rows).reshape(len(rows), len(self._positions.columns))

    def _is_new(self, genome: Genome) -> bool:
        waiting = any(each.genome == genome for each in self._waiting.values())
        return not waiting and self._positions.row(genome) not in self._archive

    def _proposals(
        self, pending: Rows, rng: np.random.Generator
    ) -> Iterator[tuple[Rows, str, tuple[int, ...]]]:
        """Give rows, the best first, with the operator and the numbers of the parents of each."""
        if not self._positions.columns:
            return
        started = len(self._archive) + len(pending)
        if started < _START:
            first = np.random.Generator(np.random.PCG64(self._options.seed))
            for row in latin_hypercube(self._positions, _START, first)[started:]:
                yield row, "initial", ()
        if len(self._archive) == self._archive.failures:
            return
        if self._tests_for_noise():
            place = int(self._archive.order[0])
            yield self._archive.rows[place], REPEAT, (int(self._archive.numbers[place]),)
        bred, parents = self._children(pending, rng)
        for place in range(len(bred.rows)):
            yield bred.rows[place], *_origin(bred, place, parents)

    def _tests_for_noise(self) -> bool:
        """Whether it is time to see if the best genome has the same costs again."""
        archive = self._archive
        if not self._options.noisy or archive.repetitions or archive.costs.shape[1] > 1:
            return False
        repeating = any(each.operator == REPEAT for each in self._waiting.values())
        return len(archive) >= 2 * _START and not repeating

    @property
    def _is_noisy(self) -> bool:
        return self._archive.differs and self._archive.costs.shape[1] == 1

    def _children(
        self, pending: Rows, rng: np.random.Generator
    ) -> tuple[Children, npt.NDArray[np.int64]]:
        """Return children, the best first, and the numbers of their possible parents."""
        objectives = self._archive.costs.shape[1]
        if 1 < objectives <= _MOST_MODELS:
            return self._children_of_several(pending, rng)
        costs = self._archive.costs
        if objectives > 1:
            weights = rng.random((objectives,))
            scores = weighted(costs, weights / math.fsum(weights.tolist()))
            order = np.argsort(scores, kind="stable")
        else:
            scores, order = costs[:, 0], self._archive.order
        count = self._parent_count()
        if rng.random() < _UNSCREENED:
            parents = order[:count]
            rows = self._archive.rows[parents]
            bred = children(self._positions, rows, _FEW_CHILDREN, Manner(), rng)
            return bred, self._archive.numbers[parents]
        return self._children_of_one(scores, order, pending, rng)

    def _parent_count(self) -> int:
        return max(_LEAST_PARENTS, int(_PARENTS * math.sqrt(len(self._archive))))

    def _children_of_one(
        self, scores: Rows, order: Indices, pending: Rows, rng: np.random.Generator
    ) -> tuple[Children, npt.NDArray[np.int64]]:
        """Return children by the expected improvement of one number."""
        niche = len(order) > self._effort.memory and rng.random() < _NICHE
        chosen = self._neighbours(order, rng) if niche else self._remembered(order, rng)
        trials = self._trials(scores, chosen)
        if not niche:
            self._learn([trials], rng)
        fitted = self._kriging.fit(self._points(1)[0], trials, pending)
        self._scale = fitted.scale
        means = trials.targets
        if trials.noise:
            means, variances = fitted.shrunk
            if not niche and len(pending) < len(chosen) and rng.random() < _REPEATED:
                return self._repetition(chosen, means - np.sqrt(variances), pending)
            chosen = chosen[np.argsort(means, kind="stable")]
        best = float(means.min())
        if len(pending):
            best = min(best, float(fitted.predict(pending).means.min()))
        parents = chosen[: self._parent_count()]

        def judge(rows: Rows) -> Rows:
            return log_expected_improvement(fitted.predict(rows), best)

        return self._screened(parents, judge, self._effort.rounds, rng)

    def _trials(self, scores: Rows, chosen: Indices) -> Trials:
        """Return trials to learn from, with the share of noise that their repetitions show."""
        targets = standardised(clipped(scores[chosen]))
        rows, counts = self._archive.rows[chosen], self._archive.counts[chosen]
        if not self._is_noisy:
            return Trials(rows, targets.values, counts)
        archive = self._archive
        total = self._kriging.nugget(self._points(1)[0]) * self._scale
        within = archive.squares / targets.unit**2 + _PRIOR_FREEDOM * total / 2
        share = within / ((archive.repetitions + _PRIOR_FREEDOM) * total)
        noise = min(max(share, _LEAST_NOISE), _MOST_NOISE)
        return Trials(rows, targets.values, counts, noise)

    def _repetition(self, chosen: Indices, bounds: Rows, pending: Rows) -> tuple[Children, Indices]:
        """Return the trial whose value may be lowest and is not pending, as its own only child."""
        awaited = {row.tobytes() for row in pending}
        known = [self._archive.rows[place].tobytes() in awaited for place in chosen]
        place = chosen[int(np.argmin(np.where(known, np.inf, bounds)))]
        nothing = np.zeros(1, dtype=bool)
        row = self._archive.rows[[place]]
        bred = Children(row, np.zeros(1, dtype=np.int64), np.full(1, -1), nothing, nothing)
        return bred, self._archive.numbers[[place]]

    @property
    def population(self) -> list[Individual]:
        """The best trials, as many as the population, by front; failed ones come last."""
        self._receive()
        archive = self._archive
        if archive.costs.shape[1] == 1:
            places = archive.order[: self._population_size].tolist()
        else:
            costs = [tuple(row) for row in archive.costs[self._ranked].tolist()]
            places = [self._ranked[each] for each in survivors(costs, self._population_size)]
        return [self._individual(place) for place in places]

    def _individual(self, place: int) -> Individual:
        archive = self._archive
        genome = self._positions.genome(archive.rows[place])
        return Individual(int(archive.numbers[place]), genome, archive.fitness(place))

    def genomes_of(self, numbers: Sequence[int]) -> tuple[Genome, ...]:
        """Return the genomes of trials; those that were not asked are rounded like draws."""
        rows = self._archive.rows
        places = [int(np.flatnonzero(self._archive.numbers == each)[0]) for each in numbers]
        return tuple(self._positions.genome(rows[place]) for place in places)

    def recommended(self) -> list[Individual]:
        """Return the trial whose cost is estimated to be lowest; none if there is no noise."""
        self._receive()
        if not self._is_noisy:
            return []
        chosen = self._archive.order[: self._effort.memory]
        trials = self._trials(self._archive.costs[:, 0], chosen)
        nothing = np.zeros((0, len(self._positions.columns)))
        means, _ = self._kriging.fit(self._points(1)[0], trials, nothing).shrunk
        return [self._individual(int(chosen[int(np.argmin(means))]))]

    def _children_of_several(
        self, pending: Rows, rng: np.random.Generator
    ) -> tuple[Children, npt.NDArray[np.int64]]:
        """Return children by the expected gain of hypervolume of two or three objectives."""
        ranked = np.array(self._ranked)
        fronts = front_numbers(self._archive.costs[ranked])
        order = np.lexsort((rng.random(len(ranked)), fronts))
        ranked, fronts = ranked[order], fronts[order]
        members = int((fronts == 0).sum())
        if len(ranked) > _MOST_RANKED:
            self._ranked = sorted(ranked[: max(_MOST_RANKED // 2, members)].tolist())
        kept = self._remembered(np.arange(len(ranked)), rng)
        chosen, on_front = ranked[kept], fronts[kept] == 0
        costs = self._archive.costs[chosen].T
        targets = np.stack([standardised(softened(each, on_front)).values for each in costs])
        rows, counts = self._archive.rows[chosen], self._archive.counts[chosen]
        parts = [Trials(rows, each, counts) for each in targets]
        self._learn(parts, rng)
        models = [
            model.fit(point, trials, pending)
            for model, point, trials in zip(
                self._models(len(parts)), self._points(len(parts)), parts, strict=True
            )
        ]
        front, reference = targets[:, on_front].T, (targets.max(axis=1) + _MARGIN).tolist()

        def judge(points: Rows) -> Rows:
            predictions = [model.predict(points) for model in models]
            return log_expected_volume(predictions, front, reference)

        parents = ranked[: max(self._parent_count(), members)]
        return self._screened(parents, judge, self._effort.rounds_of_several, rng)

    def _screened(
        self, parents: Indices, judge: Judge, rounds: Rounds, rng: np.random.Generator
    ) -> tuple[Children, npt.NDArray[np.int64]]:
        def judge_new(rows: Rows) -> Rows:
            new = np.array([row not in self._archive for row in rows])
            return np.where(new, judge(rows), -np.inf)

        rows = self._archive.rows[parents]
        bred = screened(self._positions, rows, judge_new, rounds, rng)
        return bred, self._archive.numbers[parents]

    def _remembered(self, order: Indices, rng: np.random.Generator) -> Indices:
        """Return the trials that a model knows: the best half of its memory, and others."""
        memory = self._effort.memory
        if len(order) <= memory:
            return order
        half = memory // 2
        others = rng.choice(len(order) - half, memory - half, replace=False)
        return np.concatenate([order[:half], order[half + np.sort(others)]])

    def _neighbours(self, order: Indices, rng: np.random.Generator) -> Indices:
        """Return the trials nearest to one of the better half, the best first."""
        rows = self._archive.rows
        anchor = rows[order[rng.integers(len(order) // 2)]]
        unordered = self._positions.options > 0
        gaps = np.where(unordered, rows != anchor, (rows - anchor) ** 2)
        scales = self._kriging.scales(self._points(1)[0])
        distances = np.zeros(len(rows))
        for column, scale in enumerate(scales):
            distances += scale * scale * gaps[:, column]
        near = np.zeros(len(rows), dtype=bool)
        near[np.argsort(distances, kind="stable")[: self._effort.memory // 2]] = True
        return order[near[order]]

    @property
    def _kriging(self) -> Kriging:
        return self._models(1)[0]

    def _models(self, count: int) -> list[Kriging]:
        """Return models, each with its own memory."""
        while len(self._krigings) < count:
            self._krigings.append(Kriging(self._positions.options.tolist()))
        return self._krigings[:count]

    def _points(self, models: int) -> list[Rows]:
        """Return the parameters of each model."""
        while len(self._learned) < models:
            self._learned.append(self._kriging.start)
        return self._learned

    def _learn(self, parts: Sequence[Trials], rng: np.random.Generator) -> None:
        """Learn the parameters of the models again if there are enough new results."""
        effort, known = self._effort, len(self._archive)
        if self._learned and known < self._learned_at + effort.every:
            return
        steps = effort.steps if self._learned else _FIRST_STEPS
        some = np.arange(len(parts[0].targets))
        if len(some) > effort.learned:
            half = effort.learned // 2
            others = rng.choice(len(some) - half, effort.learned - half, replace=False)
            some = np.concatenate([some[:half], half + np.sort(others)])
        self._learned = [
            self._kriging.learned(point, trials.part(some), steps)
            for point, trials in zip(self._points(len(parts)), parts, strict=True)
        ]
        self._learned_at = known

    def state(self) -> dict[str, Any]:
        """Return the whole state as plain JSON values."""
        self._receive()
        options = self._options
        return {
            "population_size": self._population_size,
            "seed": options.seed,
            "first_number": options.first_number,
            "look_ahead": options.look_ahead,
            "effort": options.effort,
            "initial": [row_of(self._space, genome) for genome in self._initial],
            "next_number": self._next_number,
            "ended": self._ended,
            "unasked": self._others,
            "waiting": [candidate_values(self._space, each) for each in self._waiting.values()],
            "archive": self._archive.values(),
            "learned": [each.tolist() for each in self._learned],
            "learned_at": self._learned_at,
            "ranked": list(self._ranked),
            "scale": self._scale,
            "noisy": options.noisy,
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
        )
        strategy = cls(space, options)
        strategy._next_number = int(state["next_number"])
        strategy._ended = int(state["ended"])
        strategy._others = int(state["unasked"])
        strategy._again = [candidate_of(space, values) for values in state["waiting"]]
        strategy._waiting = {each.number: each for each in strategy._again}
        strategy._archive.restore(state["archive"])
        strategy._learned = [np.array(each, dtype=np.float64) for each in state["learned"]]
        strategy._learned_at = int(state["learned_at"])
        strategy._ranked = [int(each) for each in state["ranked"]]
        strategy._scale = float(state["scale"])
        return strategy


def _origin(
    bred: Children, place: int, parents: npt.NDArray[np.int64]
) -> tuple[str, tuple[int, ...]]:
    """Return the operator that made a child, and the numbers of its parents."""
    if bred.fresh[place]:
        return "immigrant", ()
    mother, father = int(parents[bred.mothers[place]]), int(bred.fathers[place])
    if father < 0:
        return "mutations" if bred.mutated[place] else REPEAT, (mother,)
    operator = "crossover+mutation" if bred.mutated[place] else "crossover"
    return operator, (mother, int(parents[father]))
