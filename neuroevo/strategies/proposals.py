"""Proposes rows of positions by models of the results: the thinking of screened evolution.

With one objective a model predicts costs, and the child with the greatest expected improvement
comes first, or half of the time the one that is likeliest among good trials, if there is noise or
the model takes the best for noise. Where all results are equal, and at times where the best is only
refined, it is a row that is drawn at random. With several objectives there is a model of each, and
it is the child with the greatest expected gain of hypervolume: if there are more than three, in
three of them, which are drawn at random. Each bound of a constraint has a model too, and so have
failures: gains are multiplied by the probability that all bounds are kept and nothing fails, and it
is that probability alone until a trial keeps the bounds. Where trials have prices, a model of their
logarithms makes it the gain for each unit of the price. The models of objectives also learn from
trials of earlier searches, as long as there are few others. Knows neither the numbers of candidates
nor when they are asked.
"""

import copy
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import partial
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from neuroevo.evolution import Forecast
from neuroevo.evolution.archive import Archive
from neuroevo.evolution.breeding import Children, Manner, children, latin_hypercube
from neuroevo.evolution.candidate import LARGEST_FITNESS
from neuroevo.evolution.earlier import EarlierTrials
from neuroevo.evolution.front import front_numbers, nondominated
from neuroevo.evolution.kriging import (
    FittedKriging,
    Kriging,
    Trials,
    log_expected_improvement,
    log_expected_volume,
    log_feasibility,
)
from neuroevo.evolution.operators import survivors
from neuroevo.evolution.parzen import ParzenEstimators
from neuroevo.evolution.positions import Positions, Rows
from neuroevo.evolution.roughness import Roughness
from neuroevo.evolution.screening import Judge, Rounds, screened
from neuroevo.evolution.targets import (
    Softened,
    Targets,
    near_zero,
    softened,
    standardised,
)

Indices = npt.NDArray[np.int64]

REPEAT = "repeat"
"""The operator of a candidate whose genome was evaluated before."""

_START = 10  # trials before the first model
_UNSCREENED = 0.1  # share of children of one objective that no model has judged
_NICHE = 0.2  # share of models of one objective that learn from the neighbours of a trial only
_PARENTS, _LEAST_PARENTS = 3.0, 4  # parents: as many times the root of the number of trials
_FEW_CHILDREN = 8  # when none is judged
_FIRST_STEPS = 30  # of L-BFGS, when nothing was learned before
_MOST_JUDGED = 3  # objectives in which children gain at a time
_MARGIN = 0.1  # of a far reference point beyond the greatest target
_NEAR, _LEAST_NEAR = 0.1, 1e-3  # of a near one beyond the front: a share of its range, at least
_REPEATED = 0.3  # share of screened trials that evaluate a genome again, if there is noise
_PRIOR_FREEDOM = 2  # evaluations that the prior of the noise is worth
_LEAST_NOISE, _MOST_NOISE = 0.05, 0.95  # shares of the nugget
_LIKELY = -0.693  # the logarithm of even odds that a pending trial is feasible
_BELIEVED = 3.0  # standard deviations of the best cost from what the model predicts for it
_LATEST_GAIN, _LEAST_GAIN = 15, 0.01  # trials; of the distance between the median and the best
_REFINING, _REFINED = 6, 0.05  # of the latest trials, and how near they are in each column
_ELSEWHERE = 0.3  # share of random genomes if the latest trials refine the best and gain less
_HIDDEN = 0.5  # share of random genomes while nothing says where a constraint is kept
_ESTIMATED = 0.5  # share of trials that estimators choose where a model is a poor guide
_GOOD_SHARE, _MOST_GOOD = 0.2, 25  # trials that are good for estimators
_FAR = 1e100  # more than any score of a child
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
    rounds
        How many children are judged.
    """

    memory: int
    learned: int
    every: int
    steps: int
    rounds: Rounds

    @property
    def earlier(self) -> int:
        """The most trials of earlier searches that a model learns from."""
        return self.learned // 2


class Efforts(NamedTuple):
    """The efforts with one objective and with several."""

    one: Effort
    several: Effort

    def of(self, objectives: int) -> Effort:
        """Return the one with so many objectives."""
        return self.one if objectives == 1 else self.several


# More children, or with several objectives more learning, found no more in
# `python -m experiments.benchmarks search`.
_WIDE, _POLISHED = Rounds(2, 48, 0, 0), Rounds(2, 48, 3, 32)
EFFORTS: Mapping[str, Efforts] = {
    "low": Efforts(Effort(80, 80, 10, 5, _WIDE), Effort(80, 80, 10, 5, Rounds(2, 48, 1, 32))),
    "medium": Efforts(Effort(200, 80, 1, 10, _POLISHED), Effort(200, 80, 5, 10, _POLISHED)),
    "high": Efforts(Effort(400, 200, 1, 20, _POLISHED), Effort(400, 80, 5, 10, _POLISHED)),
}
"""The efforts by name."""


class Proposal(NamedTuple):
    """A row that may be evaluated next."""

    row: Rows  # (columns,)
    operator: str  # that made it, see `Candidate`
    parents: tuple[int, ...] = ()  # places of trials in the archive
    forecast: Forecast | None = None


class _Guide(Enum):
    """What chooses a trial of one objective."""

    MODEL = auto()
    ROUGH_MODEL = auto()  # that of a function which varies between near trials
    ESTIMATORS = auto()
    CHANCE = auto()


class _Known(NamedTuple):
    """The trials that the models of costs learn from: some of this search, then earlier ones."""

    rows: Rows  # (trials, columns)
    costs: Rows  # (trials, objectives)
    counts: Rows  # (trials,) how often each was evaluated
    searches: Indices | None = None  # (trials,) see `Trials`
    scaling: int | None = None  # how many of the first decide the scale of targets; None for all


class _Bounds(NamedTuple):
    """The bounds of constraints, as their models know them."""

    parts: list[Trials]  # what the model of each learns from
    limits: list[float]  # the greatest target that keeps each
    differ: list[bool]  # whether trials differ in each

    def log_feasibility(self, models: Sequence[FittedKriging], rows: Rows) -> Rows:
        """Return the logarithm of the probability that each row keeps all bounds, (rows,).

        Those in which no trials differ are left out: a model would only find what is far from them.
        """
        if not any(self.differ):
            return np.zeros(len(rows))
        every = zip(models, self.limits, self.differ, strict=True)
        used = [(model.predict(rows), limit) for model, limit, differ in every if differ]
        return log_feasibility([each for each, _ in used], [limit for _, limit in used])


class _Prices(NamedTuple):
    """What trials cost, as a model knows it."""

    parts: list[Trials]  # what the model learns from; none without prices
    unit: float

    def log_prices(self, models: Sequence[FittedKriging], rows: Rows) -> Rows:
        """Return the predicted logarithm of what each row costs, but for a constant, (rows,)."""
        if not models:
            return np.zeros(len(rows))
        return models[0].predict(rows).means * self.unit


class _Foresight(NamedTuple):
    """The models of all objectives, and how their targets became of costs."""

    models: Sequence[FittedKriging]
    targets: Sequence[Targets]
    lowered: Sequence[Softened]  # the costs before that

    def of(self, row: Rows, number: int) -> Forecast:
        """Return the forecast of a child, which a round of screening made."""
        means, deviations = [], []
        for place, (model, targets) in enumerate(zip(self.models, self.targets, strict=True)):
            prediction = model.predict(row[None])
            mean = float(prediction.means[0]) * targets.unit + targets.mean
            means.append(_shortened(self.lowered[place].undone(mean)))
            deviations.append(_shortened(float(prediction.deviations[0]) * targets.unit))
        return Forecast(tuple(means), tuple(deviations), number)


def _lowered(costs: Rows, own: int | None = None) -> Softened:
    """Return the only cost of each trial, shape (trials,), without outliers."""
    return softened(costs, costs == costs[:own].min(), own)


def _differ(rows: npt.NDArray[np.generic]) -> bool:
    """Whether any row or number is not equal to the first."""
    return bool((rows != rows[:1]).any())


def _least(targets: Rows) -> float | None:
    """Return the lowest target; None if there is none."""
    return float(targets.min()) if len(targets) else None


def _shortened(number: float) -> float:
    """Return a number with six digits, within the range of costs."""
    return float(f"{min(max(number, -LARGEST_FITNESS), LARGEST_FITNESS):.6g}")


class Proposals:
    """Learns from an archive of trials, and proposes rows.

    Parameters
    ----------
    positions
        The columns of the rows.
    archive
        The trials, which are added elsewhere.
    efforts
        How much to think.
    seed
        Of the first rows.
    noisy
        Whether to find out if equal genomes have different costs.
    earlier
        Trials of earlier searches.
    """

    def __init__(  # noqa: PLR0913 - all that it depends on
        self,
        positions: Positions,
        archive: Archive,
        efforts: Efforts,
        seed: int,
        *,
        noisy: bool,
        earlier: EarlierTrials,
    ) -> None:
        self._positions, self._archive = positions, archive
        self._earlier = earlier
        self._efforts, self._seed, self._noisy = efforts, seed, noisy
        self._krigings: list[Kriging] = []  # of each objective, each bound and the prices
        self._learned: list[Rows] = []  # the parameters of each of these models
        self._learned_at = 0  # number of trials when they were learned
        self._ranked: list[int] = []  # places of the trials that are sorted into fronts
        self._correlations: list[float] = []  # of each objective, with earlier searches
        self._scale = 1.0  # variance of the signal when a model of one objective was fitted

    def received(self, place: int) -> None:
        """Use a new trial of the archive, which did not fail."""
        self._ranked.append(place)

    def best_first(
        self, pending: Rows, rng: np.random.Generator, *, exhausted: bool
    ) -> Iterator[Proposal]:
        """Give rows, the best first; they may be pending.

        Parameters
        ----------
        pending
            Rows whose results are not known, shape (trials, columns).
        rng
            All randomness, but for the first rows.
        exhausted
            Whether only genomes that were evaluated are left.
        """
        archive = self._archive
        if not self._positions.columns:
            return
        started = len(archive) + len(pending)
        if started < _START and not self._foresees_first:
            first = np.random.Generator(np.random.PCG64(self._seed))
            for row in latin_hypercube(self._positions, _START, first)[started:]:
                yield Proposal(row, "initial")
        if len(archive) == archive.failures:
            return
        if self._tests_for_noise(pending, exhausted=exhausted):
            best = int(archive.order[0])
            yield Proposal(archive.rows[best], REPEAT, (best,))
        yield from self._children(pending, rng, exhausted=exhausted)

    @property
    def _effort(self) -> Effort:
        return self._efforts.of(self._archive.costs.shape[1])

    @property
    def _foresees_first(self) -> bool:
        """Whether earlier searches make the first rows, which no model has judged, unnecessary."""
        return len(self._earlier.rows) > 0 and len(self._archive) > self._archive.failures

    def _tests_for_noise(self, pending: Rows, *, exhausted: bool) -> bool:
        """Whether the best genome is to be evaluated again, to see if it has the same costs.

        Costs of a few levels may be equal by chance, so that is tested again each time that there
        are twice as many trials.
        """
        archive = self._archive
        if not self._takes_repetitions or self.is_noisy or any(row in archive for row in pending):
            return False
        if exhausted:
            return not archive.repetitions
        return len(archive) >= 2 * _START << archive.repetitions

    @property
    def _takes_repetitions(self) -> bool:
        return self._noisy and self._archive.costs.shape[1] <= 1

    @property
    def may_repeat(self) -> bool:
        """Whether genomes are proposed again where only those that were evaluated are left."""
        if not self._takes_repetitions:
            return False
        return self.is_noisy or not self._archive.repetitions

    def copied(self, archive: Archive) -> Self:
        """Return a copy that knows a copy of the archive."""
        other = copy.copy(self)
        other._archive, other._ranked = archive, list(self._ranked)  # noqa: SLF001 - its own
        return other

    @property
    def is_noisy(self) -> bool:
        """Whether equal genomes had different results, with one objective."""
        return self._archive.differs and self._archive.costs.shape[1] == 1

    @property
    def _knows_noise(self) -> bool:
        """Whether repetitions or standard errors show the noise of the only objective."""
        is_only = self._archive.costs.shape[1] == 1
        return self.is_noisy or (is_only and self._archive.variance > 0)

    def best_places(self, count: int) -> list[int]:
        """Return the places of the best trials, by front; infeasible and failed ones come last."""
        archive = self._archive
        if archive.costs.shape[1] == 1:
            return [int(place) for place in archive.order[:count]]
        rows = [tuple(row) for row in archive.costs[self._ranked].tolist()]
        violations = archive.violations[self._ranked].tolist()
        return [self._ranked[each] for each in survivors(rows, count, violations)]

    def front_places(self) -> list[int] | None:
        """Return the places of the trials whose mean costs no other's dominate, as they came.

        None if no genome had other results when it was evaluated again.
        """
        archive = self._archive
        if not archive.differs:
            return None
        known = np.flatnonzero(~archive.failed)
        marks = nondominated(archive.costs[known], archive.violations[known])
        return [int(place) for place in known[marks]]

    def recommended(self) -> int | None:
        """Return the place of the trial whose cost is estimated to be lowest.

        None if there is no noise, or if there are several objectives.
        """
        if not self.is_noisy:
            return None
        archive = self._archive
        if not archive.feasible:
            return int(archive.order[0])
        chosen = archive.order[: min(self._effort.memory, archive.feasible)]
        targets = standardised(_lowered(archive.costs[chosen, 0]).values)
        trials = self._trials(targets, self._own(chosen, archive.costs[chosen]))
        nothing = np.zeros((0, len(self._positions.columns)))
        means, _ = self._kriging.fit(self._points(1)[0], trials, nothing).shrunk
        unreliable = np.array([place in archive.unreliable for place in chosen])
        return int(chosen[np.lexsort((means, unreliable))[0]])

    def _children(
        self, pending: Rows, rng: np.random.Generator, *, exhausted: bool
    ) -> Iterable[Proposal]:
        """Return children, the best first."""
        if self._archive.costs.shape[1] > 1:
            return self._children_of_several(pending, rng)
        if rng.random() < _UNSCREENED and not (exhausted or self._all_equal):
            return self._unscreened(pending, rng)
        return self._children_of_one(pending, 1.0 if exhausted else _REPEATED, rng)

    @property
    def _all_equal(self) -> bool:
        """Whether trials say nothing: a model would only send children far from them, to the ends.

        Then all have the same costs, as those of each earlier search have, or none keeps the bounds
        and all are as far from it.
        """
        archive = self._archive
        known = archive.costs if archive.feasible else archive.excesses
        if archive.failures:
            known = known[~archive.failed]
        if _differ(known[:_START]) or _differ(known):
            return False
        if not archive.feasible:
            return True
        used = self._earlier_used(len(archive))
        searches = [used.costs[used.searches == each] for each in np.unique(used.searches)]
        return not any(map(_differ, searches))

    def _drawn(self, log_feasibility: Judge, rng: np.random.Generator) -> Iterable[Proposal]:
        """Return rows drawn at random that the space allows, the likeliest to be feasible first."""
        positions, space = self._positions, self._positions.space
        rows = latin_hypercube(positions, _FEW_CHILDREN, rng)
        rows = rows[np.argsort(-log_feasibility(rows), kind="stable")]
        return [Proposal(row, "immigrant") for row in rows if space.allows(positions.genome(row))]

    def _unscreened(self, pending: Rows, rng: np.random.Generator) -> Iterable[Proposal]:
        """Return children that no model has judged, with what it expects of them."""
        archive = self._archive
        parents = archive.order[: self._parent_count()]
        bred = children(self._positions, archive.rows[parents], _FEW_CHILDREN, Manner(), rng)
        chosen = self._remembered(archive.order, rng)
        known = self._known(chosen, archive.costs[chosen])
        lowered = _lowered(known.costs[:, 0], known.scaling)
        targets = standardised(lowered.values, known.scaling)
        models = self._fitted([self._trials(targets, known)], pending)
        return self._proposed(bred, parents, _Foresight(models, [targets], [lowered]))

    def _parent_count(self) -> int:
        """Return how many of the best trials are parents: none that failed if there are others."""
        archive = self._archive
        most = max(_LEAST_PARENTS, int(_PARENTS * math.sqrt(len(archive))))
        return min(most, len(archive) - archive.failures)

    def _children_of_one(
        self, pending: Rows, repeated: float, rng: np.random.Generator
    ) -> Iterable[Proposal]:
        """Return children by the expected improvement of the only objective.

        Parameters
        ----------
        pending
            Rows whose results are not known.
        repeated
            The chance that a trial is evaluated again, if there is noise.
        rng
            All randomness.
        """
        order, costs = self._archive.order, self._archive.costs
        niche = len(order) > self._effort.memory and rng.random() < _NICHE
        chosen = self._neighbours(order, rng) if niche else self._remembered(order, rng)
        own = len(chosen)
        known = (self._own if niche else self._known)(chosen, costs[chosen])
        lowered = _lowered(known.costs[:, 0], known.scaling)
        targets = standardised(lowered.values, known.scaling)
        trials, bounds = self._trials(targets, known), self._bounds(chosen)
        prices = self._prices(chosen)
        parts = [trials, *bounds.parts, *prices.parts]
        if not niche:
            self._learn(parts, own, rng)
        fitted, *others = self._fitted(parts, pending)
        others, of_prices = others[: len(bounds.parts)], others[len(bounds.parts) :]
        self._scale = fitted.scale
        violations = self._archive.violations[chosen]
        means, feasible = trials.targets[:own], violations == 0
        if trials.noise:
            means, variances = fitted.shrunk[:, :own]
            if self.is_noisy and not niche:
                repeatable = feasible & ~self._barred_from_repetition(chosen, pending)
                if repeatable.any() and rng.random() < repeated:
                    lowest = np.where(repeatable, means - np.sqrt(variances), np.inf)
                    place = int(chosen[int(np.argmin(lowest))])
                    return [Proposal(self._archive.rows[place], REPEAT, (place,))]
            chosen = chosen[np.lexsort((means, violations))]
        parents = chosen[: self._parent_count()]
        guide = self._guide(fitted, _least(means[feasible]), rng)
        log_feasibility = partial(bounds.log_feasibility, others)
        if guide is _Guide.CHANCE:
            return self._drawn(log_feasibility, rng)
        if len(pending):  # those that are likely to be feasible count as predicted
            likely = log_feasibility(pending) > _LIKELY
            feasible = np.concatenate([feasible, likely])
            means = np.concatenate([means, fitted.predict(pending).means])
        best = _least(means[feasible])
        improvement = None
        if best is not None:
            improvement = self._improvement(guide, fitted, best, chosen, pending)

        def judge(rows: Rows) -> Rows:
            gains = log_feasibility(rows) - prices.log_prices(of_prices, rows)
            return gains if improvement is None else gains + improvement(rows)

        foresight = _Foresight([fitted], [targets], [lowered])
        rounds = self._effort.rounds
        # Polishing does not pay on tables of choices, and without a model.
        if guide is _Guide.ESTIMATORS or not self._positions.has_continuous:
            rounds = replace(rounds, fine=0)
        return self._screened(parents, judge, rounds, rng, foresight)

    def _guide(self, fitted: FittedKriging, best: float | None, rng: np.random.Generator) -> _Guide:
        """Return what chooses the next trial, given the target of the best that is feasible."""
        if self._all_equal:
            return _Guide.CHANCE
        if best is None and self._hides_a_bound and rng.random() < _HIDDEN:
            return _Guide.CHANCE
        if best is None or not self._positions.has_continuous:  # choices alone are never near
            return _Guide.MODEL
        doubted = not self._knows_noise and self._doubts_best(fitted, best)
        if doubted or self._knows_noise:
            if rng.random() < _ESTIMATED:
                return _Guide.ESTIMATORS
            return _Guide.ROUGH_MODEL if doubted else _Guide.MODEL
        return _Guide.CHANCE if self._has_converged and rng.random() < _ELSEWHERE else _Guide.MODEL

    @property
    def _hides_a_bound(self) -> bool:
        """Whether all trials break a constraint as much: no model knows where it is kept."""
        excesses = self._archive.excesses[~self._archive.failed]
        return bool(((excesses == excesses[0]).all(axis=0) & (excesses[0] > 0)).any())

    @property
    def _has_converged(self) -> bool:
        """Whether the latest trials were near the best, and gained next to nothing.

        A model would refine the best for ever, however little it gains, as that is certain; what it
        knows little of, such as another branch, is not certain to gain anything.
        """
        archive = self._archive
        if archive.feasible <= 2 * _LATEST_GAIN:
            return False
        order, costs = archive.order[: archive.feasible], archive.costs[:, 0]
        before = next(place for place in order if place < len(archive) - _LATEST_GAIN)
        best, median = costs[order[0]], costs[order[len(order) // 2]]
        if costs[before] - best > _LEAST_GAIN * (median - best):
            return False
        latest, middle = archive.rows[-_LATEST_GAIN:], archive.rows[order[0]]
        gaps = np.where(self._positions.options > 0, latest != middle, np.abs(latest - middle))
        return int((gaps.max(axis=1) < _REFINED).sum()) >= _REFINING

    def _improvement(
        self, guide: _Guide, fitted: FittedKriging, best: float, chosen: Indices, pending: Rows
    ) -> Judge:
        """Return what judges how rows improve on the best.

        Parameters
        ----------
        guide
            What chooses the next trial.
        fitted
            The model of the objective.
        best
            The target of the best trial.
        chosen
            The trials that the model knows, the best first.
        pending
            Rows whose results are not known.
        """
        if guide is _Guide.ESTIMATORS:
            return self._estimators(chosen, pending).log_ratios
        rough = self._roughness(fitted) if guide is _Guide.ROUGH_MODEL else None

        def improvement(rows: Rows) -> Rows:
            prediction = fitted.predict(rows)
            if rough is not None:
                prediction = prediction.spread(rough.variances(rows))
            return log_expected_improvement(prediction, best)

        return improvement

    def _doubts_best(self, fitted: FittedKriging, best: float) -> bool:
        """Whether the model takes the best result for noise, though there is none.

        It expects nothing anywhere then, and some searches evaluate almost the same genomes again.
        But the same genome would have the same result: what the model takes for noise is how costs
        vary over distances that are shorter than those between trials.
        """
        if self._noisy:
            return False
        found = fitted.predict(self._archive.rows[self._archive.order[:1]])
        return best <= float(found.means[0]) - _BELIEVED * float(found.deviations[0])

    def _roughness(self, fitted: FittedKriging) -> Roughness | None:
        """Return how rough the function is between trials; None unless the search is stuck."""
        archive = self._archive
        variance = self._kriging.nugget(self._points(1)[0]) * fitted.scale
        rough = Roughness(self._positions, archive.rows, variance)
        return rough if rough.is_stuck(archive.costs[:, 0]) else None

    def _estimators(self, chosen: Indices, pending: Rows) -> ParzenEstimators:
        """Return what tells good trials from others, of some trials, the best first."""
        rows, sound = self._archive.rows[chosen], int((~self._archive.failed[chosen]).sum())
        good = min(max(math.ceil(_GOOD_SHARE * sound), 1), _MOST_GOOD)
        others = np.concatenate([rows[good:], pending])
        return ParzenEstimators(self._positions.options.tolist(), rows[:good], others)

    def _bounds(self, chosen: Indices) -> _Bounds:
        """Return what the models of constraints learn from some trials, and of failures if any."""
        rows, counts = self._archive.rows[chosen], self._archive.counts[chosen]
        failed = self._archive.failed[chosen]
        excesses = [*self._archive.excesses[chosen].T]
        differ = [_differ(each[~failed]) for each in excesses]
        if self._archive.failures:
            excesses.append(np.where(failed, 1.0, -1.0))
            differ.append(_differ(failed))
        targets = [standardised(near_zero(each)) for each in excesses]
        return _Bounds(
            [Trials(rows, each.values, counts) for each in targets],
            [-each.mean / each.unit for each in targets],
            differ,
        )

    def _prices(self, chosen: Indices) -> _Prices:
        """Return what the model of prices learns from some trials; unknown ones are as the mean."""
        logarithms = self._archive.log_prices[chosen]
        known = ~np.isnan(logarithms)
        if not known.any():
            return _Prices([], 1.0)
        targets = standardised(logarithms[known])
        values = np.zeros(len(chosen))
        values[known] = targets.values
        rows, counts = self._archive.rows[chosen], self._archive.counts[chosen]
        return _Prices([Trials(rows, values, counts)], targets.unit)

    def _fitted(self, parts: Sequence[Trials], pending: Rows) -> list[FittedKriging]:
        """Fit a model to each part, with the parameters that were learned."""
        models, points = self._models(len(parts)), self._points(len(parts))
        return [
            model.fit(point, trials, pending)
            for model, point, trials in zip(models, points, parts, strict=True)
        ]

    def _own(self, chosen: Indices, costs: Rows) -> _Known:
        """Return trials of this search with their costs, (trials, objectives)."""
        return _Known(self._archive.rows[chosen], costs, self._archive.counts[chosen])

    def _known(self, chosen: Indices, costs: Rows) -> _Known:
        """Return trials of this search, and of earlier ones, one less for each of this one.

        With many of its own trials a model knows more of where it searches than they do.
        """
        own, earlier = self._own(chosen, costs), self._earlier_used(len(chosen))
        count, objectives = len(earlier.rows), costs.shape[1]
        if not count:
            return own
        models, points = self._models(objectives), self._points(objectives)
        sound = ~self._archive.failed[chosen]
        aligned = earlier.aligned(own.rows[sound], costs[sound], models, points)
        return _Known(
            np.concatenate([own.rows, earlier.rows]),
            np.concatenate([costs, aligned]),
            np.concatenate([own.counts, np.ones(count)]),
            np.concatenate([np.zeros(len(chosen), dtype=np.int64), earlier.searches]),
            len(chosen) if len(chosen) >= _START else None,
        )

    def _earlier_used(self, own: int) -> EarlierTrials:
        """Return the trials of earlier searches that models learn from beside some of this one."""
        return self._earlier.first(max(self._effort.earlier - own, 0))

    def _trials(self, targets: Targets, known: _Known) -> Trials:
        """Return trials to learn from, with the share of noise that is known of them.

        It is that which their repetitions show, or their standard errors.
        """
        rows, counts, searches = known.rows, known.counts, known.searches
        archive = self._archive
        if not self._knows_noise:
            return Trials(rows, targets.values, counts, searches=searches)
        total = self._kriging.nugget(self._points(1)[0]) * self._scale
        if self.is_noisy:
            within = archive.squares / targets.unit / targets.unit + _PRIOR_FREEDOM * total / 2
            share = within / ((archive.repetitions + _PRIOR_FREEDOM) * total)
        else:
            share = archive.variance / targets.unit / targets.unit / total
        noise = min(max(share, _LEAST_NOISE), _MOST_NOISE)
        return Trials(rows, targets.values, counts, noise, searches)

    def _barred_from_repetition(self, chosen: Indices, pending: Rows) -> npt.NDArray[np.bool_]:
        """Return whether each trial is pending again, or has failed in any evaluation."""
        archive, awaited = self._archive, {row.tobytes() for row in pending}
        return np.array(
            [
                place in archive.unreliable or archive.rows[place].tobytes() in awaited
                for place in chosen
            ]
        )

    def _children_of_several(self, pending: Rows, rng: np.random.Generator) -> Iterable[Proposal]:
        """Return children by the expected gain of hypervolume in several objectives.

        Of more than three, it is the gain in three that are drawn at random.
        """
        ranked = np.array(self._ranked)
        violations = self._archive.violations[ranked]
        fronts = front_numbers(self._archive.costs[ranked], violations)
        order = np.lexsort((rng.random(len(ranked)), fronts))
        ranked, fronts = ranked[order], fronts[order]
        members = int((fronts == 0).sum())
        if len(ranked) > _MOST_RANKED:
            self._ranked = sorted(ranked[: max(_MOST_RANKED // 2, members)].tolist())
        failed = np.flatnonzero(self._archive.failed)
        ordered = np.concatenate([ranked, failed])  # failures last
        fronts = np.concatenate([fronts, np.full(len(failed), len(ordered))])
        kept = self._remembered(np.arange(len(ordered)), rng)
        chosen, on_front = ordered[kept], fronts[kept] == 0
        known = self._known(chosen, self._archive.costs[chosen])
        on_front = np.concatenate([on_front, np.zeros(len(known.costs) - len(chosen), dtype=bool)])
        lowered = [softened(each, on_front, known.scaling) for each in known.costs.T]
        scaled = [standardised(each.values, known.scaling) for each in lowered]
        targets = np.stack([each.values for each in scaled])
        bounds, prices = self._bounds(chosen), self._prices(chosen)
        parts = [self._trials(each, known) for each in scaled] + bounds.parts
        self._learn(parts + prices.parts, len(chosen), rng)
        fitted = self._fitted(parts + prices.parts, pending)
        models, of_prices = fitted[: len(targets)], fitted[len(parts) :]
        others = fitted[len(targets) : len(parts)]
        log_feasibility = partial(bounds.log_feasibility, others)
        if self._all_equal:
            return self._drawn(log_feasibility, rng)
        judged = np.arange(len(targets))
        if len(judged) > _MOST_JUDGED:
            judged = np.sort(rng.choice(len(targets), _MOST_JUDGED, replace=False))
        seen, seen_models = targets[judged], [models[each] for each in judged]
        best = on_front.copy()
        best[on_front] = nondominated(seen[:, on_front].T)  # in those that are judged
        front, reference = seen[:, best].T, self._reference(seen, best, rng)
        any_feasible = bool((violations == 0).any())

        def judge(points: Rows) -> Rows:
            gains = log_feasibility(points) - prices.log_prices(of_prices, points)
            if not any_feasible:
                return gains
            predictions = [model.predict(points) for model in seen_models]
            return gains + log_expected_volume(predictions, front, reference)

        parents = ranked[: max(self._parent_count(), members)]
        foresight = _Foresight(models, scaled, lowered)
        return self._screened(parents, judge, self._effort.rounds, rng, foresight)

    def _reference(
        self, targets: Rows, on_front: npt.NDArray[np.bool_], rng: np.random.Generator
    ) -> list[float]:
        """Return the reference point of hypervolumes: far from the front, or near to it.

        A far one finds the ends of the front, but some long searches look for nothing else with it.
        So each coordinate is near or far with even odds, unless all genes are choices or whole
        numbers: then a far one finds more.
        """
        far = targets.max(axis=1) + _MARGIN
        if not self._positions.has_continuous:
            return [*far.tolist()]
        low, high = targets[:, on_front].min(axis=1), targets[:, on_front].max(axis=1)
        near = np.minimum(high + np.maximum(_NEAR * (high - low), _LEAST_NEAR), far)
        return [*np.where(rng.random(len(far)) < 0.5, near, far).tolist()]  # noqa: PLR2004 - even odds

    def _screened(
        self,
        parents: Indices,
        judge: Judge,
        rounds: Rounds,
        rng: np.random.Generator,
        foresight: _Foresight,
    ) -> Iterable[Proposal]:
        positions, space = self._positions, self._positions.space

        def judge_new(rows: Rows) -> Rows:
            new = np.array([row not in self._archive for row in rows])
            scores = judge(rows)
            if space.is_restricted:  # the nearest to the restriction come first among the others
                beyond = np.array([space.excess(positions.genome(row)) for row in rows])
                scores = np.where(beyond > 0, -_FAR * (1 + beyond), scores)
            return np.where(new, scores, -np.inf)

        rows = self._archive.rows[parents]
        bred = screened(self._positions, rows, judge_new, rounds, rng)
        return self._proposed(bred, parents, foresight)

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
        count = self._effort.memory // 2
        farthest = np.partition(distances, count - 1)[count - 1]
        near = distances < farthest
        ties = np.flatnonzero(distances == farthest)
        near[ties[: count - int(near.sum())]] = True
        return np.asarray(order[near[order]])

    @property
    def correlations(self) -> list[float]:
        """See `Screened.correlations`."""
        return self._correlations

    @property
    def _kriging(self) -> Kriging:
        return self._models(1)[0]

    def _models(self, count: int) -> list[Kriging]:
        """Return models, each with its own memory."""
        while len(self._krigings) < count:
            searches = 1 + int(self._earlier.searches.max(initial=0))
            self._krigings.append(Kriging(self._positions.options.tolist(), searches))
        return self._krigings[:count]

    def _points(self, models: int) -> list[Rows]:
        """Return the parameters of the first models, as they were learned or before that."""
        return [*self._learned, *[self._kriging.start] * models][:models]

    def _learn(self, parts: Sequence[Trials], own: int, rng: np.random.Generator) -> None:
        """Learn the parameters of the models again if there are enough new results.

        Parameters
        ----------
        parts
            What each model may learn from: trials of this search, then earlier ones, if any.
        own
            Number of trials of this search.
        rng
            Draws which of many are learned from.
        """
        effort, known = self._effort, len(self._archive)
        if len(self._learned) == len(parts) and known < self._learned_at + effort.every:
            return
        steps = effort.steps if self._learned else _FIRST_STEPS
        some, most = np.arange(own), effort.learned - (len(parts[0].targets) - own)
        if own > most:
            half = most // 2
            others = rng.choice(own - half, most - half, replace=False)
            some = np.concatenate([some[:half], half + np.sort(others)])
        self._learned = [
            self._kriging.learned(
                point, trials.part(np.append(some, np.arange(own, len(trials.targets)))), steps
            )
            for point, trials in zip(self._points(len(parts)), parts, strict=True)
        ]
        self._learned_at = known
        if len(parts[0].targets) - own >= _START:  # a few say little about it
            objectives = self._learned[: self._earlier.costs.shape[1]]
            self._correlations = [self._kriging.correlation(point) for point in objectives]

    def _proposed(
        self, bred: Children, parents: Indices, foresight: _Foresight
    ) -> Iterator[Proposal]:
        """Give children with the operator that made each, its parents and its forecast."""
        for child, row in enumerate(bred.rows):
            number = int(bred.rounds[child])
            forecast = foresight.of(row, number)
            operator, origin = self._origin(bred, child, parents)
            yield Proposal(row, operator, origin, forecast)

    def _origin(self, bred: Children, child: int, parents: Indices) -> tuple[str, tuple[int, ...]]:
        """Return the operator that made a child, and the places of its parents."""
        if bred.fresh[child]:
            return "immigrant", ()
        mother, father = int(parents[bred.mothers[child]]), int(bred.fathers[child])
        if father >= 0:
            operator = "crossover+mutation" if bred.mutated[child] else "crossover"
            return operator, (mother, int(parents[father]))
        changed = np.flatnonzero(bred.rows[child] != self._archive.rows[mother])
        if len(changed) != 1:
            return "mutations", (mother,)
        return "switch" if self._positions.options[changed[0]] else "step", (mother,)

    def state(self) -> dict[str, Any]:
        """Return what it has learned as plain JSON values, without the archive."""
        return {
            "learned": [each.tolist() for each in self._learned],
            "learned_at": self._learned_at,
            "ranked": list(self._ranked),
            "scale": self._scale,
        } | ({"correlations": self._correlations} if self._correlations else {})

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a state."""
        self._learned = [np.array(each, dtype=np.float64) for each in state["learned"]]
        self._learned_at = int(state["learned_at"])
        self._ranked = [int(each) for each in state["ranked"]]
        self._scale = float(state["scale"])
        self._correlations = [float(each) for each in state.get("correlations", ())]
