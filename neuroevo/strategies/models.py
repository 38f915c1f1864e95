"""Models of the results of a search: what each learns from, and its parameters.

There is a model of each objective, of each bound of a constraint, of failures and of prices. Those
of objectives also learn from trials of earlier searches, as long as there are few others. Does not
know how rows are made or chosen.
"""

import copy
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from neuroevo.evolution import Forecast
from neuroevo.evolution.archive import Archive
from neuroevo.evolution.candidate import LARGEST_FITNESS
from neuroevo.evolution.earlier import EarlierTrials
from neuroevo.evolution.kriging import FittedKriging, Kriging, Trials, log_feasibility
from neuroevo.evolution.positions import Positions, Rows
from neuroevo.evolution.roughness import Roughness
from neuroevo.evolution.screening import Judge
from neuroevo.evolution.targets import Softened, Targets, near_zero, softened, standardised
from neuroevo.strategies.efforts import Effort, Efforts

Indices = npt.NDArray[np.int64]

FIRST_TRIALS = 10
"""The number of trials before the first model."""

_FIRST_STEPS = 30  # of L-BFGS, when nothing was learned before
_PRIOR_FREEDOM = 2  # evaluations that the prior of the noise is worth
_LEAST_NOISE, _MOST_NOISE = 0.05, 0.95  # shares of the nugget


class Known(NamedTuple):
    """The trials that the models of costs learn from: some of this search, then earlier ones."""

    rows: Rows  # (trials, columns)
    costs: Rows  # (trials, objectives)
    counts: Rows  # (trials,) how often each was evaluated
    searches: Indices | None = None  # (trials,) see `Trials`
    scaling: int | None = None  # how many of the first decide the scale of targets; None for all

    def lowered(self) -> Softened:
        """Return the only cost of each trial, shape (trials,), without outliers."""
        costs = self.costs[:, 0]
        return softened(costs, costs == costs[: self.scaling].min(), self.scaling)


class _Bounds(NamedTuple):
    """The bounds of constraints, as their models know them."""

    parts: list[Trials]  # what the model of each learns from
    limits: list[float]  # the greatest target that keeps each
    differing: list[bool]  # whether trials differ in each

    def log_feasibility(self, models: Sequence[FittedKriging], rows: Rows) -> Rows:
        """Return the logarithm of the probability that each row keeps all bounds, (rows,).

        Those in which no trials differ are left out: a model would only find what is far from them.
        """
        if not any(self.differing):
            return np.zeros(len(rows))
        every = zip(models, self.limits, self.differing, strict=True)
        used = [(model.predict(rows), limit) for model, limit, differs in every if differs]
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


class Fit(NamedTuple):
    """The models of all objectives, of constraints and failures, and of prices.

    The last two give the logarithm of the probability that each row keeps all bounds and does not
    fail, and the logarithm of its price, but for a constant: both of shape (rows,).
    """

    costs: list[FittedKriging]
    log_feasibility: Judge
    log_prices: Judge


class Foresight(NamedTuple):
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


def differ(rows: npt.NDArray[np.generic]) -> bool:
    """Whether any row or number is not equal to the first."""
    return bool((rows != rows[:1]).any())


def _shortened(number: float) -> float:
    """Return a number with six digits, within the range of costs."""
    return float(f"{min(max(number, -LARGEST_FITNESS), LARGEST_FITNESS):.6g}")


class Models:
    """The parameters of all models, and what each learns from.

    Parameters
    ----------
    positions
        The columns of the rows.
    archive
        The trials, which are added elsewhere.
    efforts
        How much to learn.
    earlier
        Trials of earlier searches.

    Attributes
    ----------
    scale
        The variance of the signal when a model of one objective was fitted.
    """

    def __init__(
        self, positions: Positions, archive: Archive, efforts: Efforts, earlier: EarlierTrials
    ) -> None:
        self._positions, self._archive = positions, archive
        self._efforts, self._earlier = efforts, earlier
        self._krigings: list[Kriging] = []  # of each objective, each bound and the prices
        self._learned: list[Rows] = []  # the parameters of each of these models
        self._learned_at = 0  # number of trials when they were learned
        self._correlations: list[float] = []  # of each objective, with earlier searches
        self.scale = 1.0

    def copied(self, archive: Archive) -> Self:
        """Return a copy that knows a copy of the archive."""
        other = copy.copy(self)
        other._archive = archive  # noqa: SLF001 - its own
        return other

    @property
    def effort(self) -> Effort:
        """How much to think about each trial."""
        return self._efforts.of(self._archive.costs.shape[1])

    @property
    def correlations(self) -> list[float]:
        """See `Screened.correlations`."""
        return self._correlations

    def fit(
        self,
        costs: Sequence[Trials],
        chosen: Indices,
        pending: Rows,
        rng: np.random.Generator | None,
    ) -> Fit:
        """Fit all models to some trials.

        Parameters
        ----------
        costs
            What the model of each objective learns from.
        chosen
            The places of trials of this search among them, which the other models learn from.
        pending
            Rows whose results are not known, shape (trials, columns).
        rng
            Draws which of many the parameters are learned from, if it is time to learn them; None
            leaves them.
        """
        bounds, prices = self._bounds(chosen), self._prices(chosen)
        parts = [*costs, *bounds.parts, *prices.parts]
        if rng is not None:
            self._learn(parts, len(chosen), rng)
        fitted, known = self.fitted(parts, pending), len(costs) + len(bounds.parts)
        return Fit(
            fitted[: len(costs)],
            partial(bounds.log_feasibility, fitted[len(costs) : known]),
            partial(prices.log_prices, fitted[known:]),
        )

    def remembered(self, order: Indices, rng: np.random.Generator) -> Indices:
        """Return the trials that a model knows: the best half of its memory, and others."""
        memory = self.effort.memory
        if len(order) <= memory:
            return order
        half = memory // 2
        others = rng.choice(len(order) - half, memory - half, replace=False)
        return np.concatenate([order[:half], order[half + np.sort(others)]])

    def neighbours(self, order: Indices, rng: np.random.Generator) -> Indices:
        """Return the trials nearest to one of the better half, the best first."""
        rows = self._archive.rows
        anchor = rows[order[rng.integers(len(order) // 2)]]
        unordered = self._positions.options > 0
        gaps = np.where(unordered, rows != anchor, (rows - anchor) ** 2)
        scales = self._kriging.scales(self._points(1)[0])
        distances = np.zeros(len(rows))
        for column, scale in enumerate(scales):
            distances += scale * scale * gaps[:, column]
        count = self.effort.memory // 2
        farthest = np.partition(distances, count - 1)[count - 1]
        near = distances < farthest
        ties = np.flatnonzero(distances == farthest)
        near[ties[: count - int(near.sum())]] = True
        return np.asarray(order[near[order]])

    def own(self, chosen: Indices, costs: Rows) -> Known:
        """Return trials of this search with their costs, (trials, objectives)."""
        return Known(self._archive.rows[chosen], costs, self._archive.counts[chosen])

    def known(self, chosen: Indices, costs: Rows) -> Known:
        """Return trials of this search, and of earlier ones, one less for each of this one.

        With many of its own trials a model knows more of where it searches than they do.
        """
        own, earlier = self.own(chosen, costs), self.earlier_used(len(chosen))
        count, objectives = len(earlier.rows), costs.shape[1]
        if not count:
            return own
        models, points = self._models(objectives), self._points(objectives)
        sound = ~self._archive.failed[chosen]
        aligned = earlier.aligned(own.rows[sound], costs[sound], models, points)
        return Known(
            np.concatenate([own.rows, earlier.rows]),
            np.concatenate([costs, aligned]),
            np.concatenate([own.counts, np.ones(count)]),
            np.concatenate([np.zeros(len(chosen), dtype=np.int64), earlier.searches]),
            len(chosen) if len(chosen) >= FIRST_TRIALS else None,
        )

    def earlier_used(self, own: int) -> EarlierTrials:
        """Return the trials of earlier searches that models learn from beside some of this one."""
        return self._earlier.first(max(self.effort.earlier - own, 0))

    def trials(self, targets: Targets, known: Known) -> Trials:
        """Return trials to learn from, with the share of noise that is known of them.

        It is that which their repetitions show, or their standard errors.
        """
        rows, counts, searches = known.rows, known.counts, known.searches
        archive = self._archive
        if not archive.knows_noise:
            return Trials(rows, targets.values, counts, searches=searches)
        total = self._kriging.nugget(self._points(1)[0]) * self.scale
        if archive.is_noisy:
            within = archive.squares / targets.unit / targets.unit + _PRIOR_FREEDOM * total / 2
            share = within / ((archive.repetitions + _PRIOR_FREEDOM) * total)
        else:
            share = archive.variance / targets.unit / targets.unit / total
        noise = min(max(share, _LEAST_NOISE), _MOST_NOISE)
        return Trials(rows, targets.values, counts, noise, searches)

    def _bounds(self, chosen: Indices) -> _Bounds:
        """Return what the models of constraints learn from some trials, and of failures if any."""
        rows, counts = self._archive.rows[chosen], self._archive.counts[chosen]
        failed = self._archive.failed[chosen]
        excesses = [*self._archive.excesses[chosen].T]
        differing = [differ(each[~failed]) for each in excesses]
        if self._archive.failures:
            excesses.append(np.where(failed, 1.0, -1.0))
            differing.append(differ(failed))
        targets = [standardised(near_zero(each)) for each in excesses]
        return _Bounds(
            [Trials(rows, each.values, counts) for each in targets],
            [-each.mean / each.unit for each in targets],
            differing,
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
        effort, known = self.effort, len(self._archive)
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
        if len(parts[0].targets) - own >= FIRST_TRIALS:  # a few say little about it
            objectives = self._learned[: self._earlier.costs.shape[1]]
            self._correlations = [self._kriging.correlation(point) for point in objectives]

    def fitted(self, parts: Sequence[Trials], pending: Rows) -> list[FittedKriging]:
        """Fit a model to each part, with the parameters that were learned."""
        models, points = self._models(len(parts)), self._points(len(parts))
        return [
            model.fit(point, trials, pending)
            for model, point, trials in zip(models, points, parts, strict=True)
        ]

    def roughness(self, fitted: FittedKriging) -> Roughness | None:
        """Return how rough the function is between trials; None unless the search is stuck."""
        archive = self._archive
        variance = self._kriging.nugget(self._points(1)[0]) * fitted.scale
        rough = Roughness(self._positions, archive.rows, variance)
        return rough if rough.is_stuck(archive.costs[:, 0]) else None

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

    def state(self) -> dict[str, Any]:
        """Return what it has learned as plain JSON values, without the archive."""
        return {
            "learned": [each.tolist() for each in self._learned],
            "learned_at": self._learned_at,
            "scale": self.scale,
        } | ({"correlations": self._correlations} if self._correlations else {})

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a state."""
        self._learned = [np.array(each, dtype=np.float64) for each in state["learned"]]
        self._learned_at = int(state["learned_at"])
        self.scale = float(state["scale"])
        self._correlations = [float(each) for each in state.get("correlations", ())]
