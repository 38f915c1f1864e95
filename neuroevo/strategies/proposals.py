"""Proposes rows of positions by models of the results: the thinking of screened evolution.

With one objective a model predicts costs, and the child with the greatest expected improvement
comes first, or half of the time the one that is likeliest among good trials, if there is noise or
the model takes the best for noise. Where all results are equal, and at times where the best is only
refined, it is a row that is drawn at random. With several objectives there is a model of each, and
it is the child with the greatest expected gain of hypervolume: if there are more than three, in
three of them, which are drawn at random. A few children are judged by no model. Each bound of a
constraint has a model too, and so have failures: gains are multiplied by the probability that all
bounds are kept and nothing fails, and it is that probability alone until a trial keeps the bounds.
Where trials have prices, a model of their logarithms makes it the gain for each unit of the price.
The models of objectives also learn from trials of earlier searches, as long as there are few
others. Knows neither the numbers of candidates nor when they are asked.
"""

import copy
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from neuroevo.evolution import Forecast
from neuroevo.evolution.archive import Archive
from neuroevo.evolution.breeding import Children, Manner, children, latin_hypercube
from neuroevo.evolution.earlier import EarlierTrials
from neuroevo.evolution.front import front_numbers, nondominated
from neuroevo.evolution.kriging import (
    FittedKriging,
    log_expected_improvement,
    log_expected_volume,
)
from neuroevo.evolution.operators import survivors
from neuroevo.evolution.parzen import ParzenEstimators
from neuroevo.evolution.positions import Positions, Rows
from neuroevo.evolution.screening import Judge, Rounds, screened
from neuroevo.evolution.targets import softened, standardised
from neuroevo.strategies.efforts import Efforts
from neuroevo.strategies.guides import (
    Guide,
    all_equal,
    has_converged,
    hides_a_bound,
    takes_best_for_noise,
)
from neuroevo.strategies.models import FIRST_TRIALS, Foresight, Models

Indices = npt.NDArray[np.int64]

REPEAT = "repeat"
"""The operator of a candidate whose genome was evaluated before."""

_UNSCREENED = 0.1  # share of children of one objective that no model has judged
_UNSCREENED_OF_SEVERAL, _LATE = 0.05, 50  # and of several, from so many trials on
_NICHE = 0.2  # share of models of one objective that learn from the neighbours of a trial only
_PARENTS, _LEAST_PARENTS = 3.0, 4  # parents: as many times the root of the number of trials
_FEW_CHILDREN = 8  # when none is judged
_MOST_JUDGED = 3  # objectives in which children gain at a time
_MARGIN = 0.1  # of a far reference point beyond the greatest target
_NEAR, _LEAST_NEAR = 0.1, 1e-3  # of a near one beyond the front: a share of its range, at least
_REPEATED = 0.3  # share of screened trials that evaluate a genome again, if there is noise
_LIKELY = -0.693  # the logarithm of even odds that a pending trial is feasible
_ELSEWHERE = 0.3  # share of random genomes if the latest trials refine the best and gain less
_HIDDEN = 0.5  # share of random genomes while nothing says where a constraint is kept
_ESTIMATED = 0.5  # share of trials that estimators choose where a model is a poor guide
_GOOD_SHARE, _MOST_GOOD = 0.2, 25  # trials that are good for estimators
_FAR = 1e100  # more than any score of a child
_MOST_RANKED = 600  # trials that are sorted into fronts; the worst half is left out beyond


class Proposal(NamedTuple):
    """A row that may be evaluated next."""

    row: Rows  # (columns,)
    operator: str  # that made it, see `Candidate`
    parents: tuple[int, ...] = ()  # places of trials in the archive
    forecast: Forecast | None = None


def _least(targets: Rows) -> float | None:
    """Return the lowest target; None if there is none."""
    return float(targets.min()) if len(targets) else None


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
        self._earlier, self._seed, self._noisy = earlier, seed, noisy
        self._models = Models(positions, archive, efforts, earlier)
        self._ranked: list[int] = []  # places of the trials that are sorted into fronts

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
        if started < FIRST_TRIALS and not self._foresees_first:
            first = np.random.Generator(np.random.PCG64(self._seed))
            for row in latin_hypercube(self._positions, FIRST_TRIALS, first)[started:]:
                yield Proposal(row, "initial")
        if len(archive) == archive.failures:
            return
        if self._tests_for_noise(pending, exhausted=exhausted):
            best = int(archive.order[0])
            yield Proposal(archive.rows[best], REPEAT, (best,))
        yield from self._children(pending, rng, exhausted=exhausted)

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
        if (
            not self._takes_repetitions
            or self._archive.is_noisy
            or any(row in archive for row in pending)
        ):
            return False
        if exhausted:
            return not archive.repetitions
        return len(archive) >= 2 * FIRST_TRIALS << archive.repetitions

    @property
    def _takes_repetitions(self) -> bool:
        return self._noisy and self._archive.costs.shape[1] <= 1

    @property
    def may_repeat(self) -> bool:
        """Whether genomes are proposed again where only those that were evaluated are left."""
        if not self._takes_repetitions:
            return False
        return self._archive.is_noisy or not self._archive.repetitions

    def copied(self, archive: Archive) -> Self:
        """Return a copy that knows a copy of the archive."""
        other = copy.copy(self)
        other._archive, other._ranked = archive, list(self._ranked)  # noqa: SLF001 - its own
        other._models = self._models.copied(archive)  # noqa: SLF001 - its own
        return other

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
        if not self._archive.is_noisy:
            return None
        archive = self._archive
        if not archive.feasible:
            return int(archive.order[0])
        chosen = archive.order[: min(self._models.effort.memory, archive.feasible)]
        known = self._models.own(chosen, archive.costs[chosen])
        trials = self._models.trials(standardised(known.lowered().values), known)
        nothing = np.zeros((0, len(self._positions.columns)))
        [fitted] = self._models.fitted([trials], nothing)
        means, _ = fitted.shrunk
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
        bred = self._bred(parents, rng)
        chosen = self._models.remembered(archive.order, rng)
        known = self._models.known(chosen, archive.costs[chosen])
        lowered = known.lowered()
        targets = standardised(lowered.values, known.scaling)
        models = self._models.fitted([self._models.trials(targets, known)], pending)
        return self._proposed(bred, parents, Foresight(models, [targets], [lowered]))

    def _bred(self, parents: Indices, rng: np.random.Generator) -> Children:
        """Return children of trials, which no model judges."""
        return children(self._positions, self._archive.rows[parents], _FEW_CHILDREN, Manner(), rng)

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
        models, order, costs = self._models, self._archive.order, self._archive.costs
        niche = len(order) > models.effort.memory and rng.random() < _NICHE
        chosen = (models.neighbours if niche else models.remembered)(order, rng)
        known = (models.own if niche else models.known)(chosen, costs[chosen])
        lowered = known.lowered()
        targets = standardised(lowered.values, known.scaling)
        trials = models.trials(targets, known)
        fit = models.fit([trials], chosen, pending, None if niche else rng)
        [fitted] = fit.costs
        models.scale = fitted.scale
        violations = self._archive.violations[chosen]
        means, feasible = trials.targets[: len(chosen)], violations == 0
        if trials.noise:
            means, variances = fitted.shrunk[:, : len(chosen)]
            if self._noisy and self._archive.is_noisy and not niche:
                repeatable = feasible & ~self._barred_from_repetition(chosen, pending)
                if repeatable.any() and rng.random() < repeated:
                    lowest = np.where(repeatable, means - np.sqrt(variances), np.inf)
                    place = int(chosen[int(np.argmin(lowest))])
                    return [Proposal(self._archive.rows[place], REPEAT, (place,))]
            chosen = chosen[np.lexsort((means, violations))]
        parents = chosen[: self._parent_count()]
        guide = self._guide(fitted, _least(means[feasible]), rng)
        if guide is Guide.CHANCE:
            return self._drawn(fit.log_feasibility, rng)
        if len(pending):  # those that are likely to be feasible count as predicted
            likely = fit.log_feasibility(pending) > _LIKELY
            feasible = np.concatenate([feasible, likely])
            means = np.concatenate([means, fitted.predict(pending).means])
        best = _least(means[feasible])
        improvement = None
        if best is not None:
            improvement = self._improvement(guide, fitted, best, chosen, pending)

        def judge(rows: Rows) -> Rows:
            gains = fit.log_feasibility(rows) - fit.log_prices(rows)
            return gains if improvement is None else gains + improvement(rows)

        foresight = Foresight([fitted], [targets], [lowered])
        rounds = models.effort.rounds
        # Polishing does not pay on tables of choices, and without a model.
        if guide is Guide.ESTIMATORS or not self._positions.has_continuous:
            rounds = replace(rounds, fine=0)
        return self._screened(parents, judge, rounds, rng, foresight)

    def _guide(self, fitted: FittedKriging, best: float | None, rng: np.random.Generator) -> Guide:
        """Return what chooses the next trial, given the target of the best that is feasible."""
        archive, positions = self._archive, self._positions
        if self._all_equal:
            return Guide.CHANCE
        if best is None and hides_a_bound(archive) and rng.random() < _HIDDEN:
            return Guide.CHANCE
        if best is None or not positions.has_continuous:  # choices alone are never near
            return Guide.MODEL
        knows_noise = archive.knows_noise
        doubted = not (knows_noise or self._noisy) and takes_best_for_noise(archive, fitted, best)
        if doubted or knows_noise:
            if rng.random() < _ESTIMATED:
                return Guide.ESTIMATORS
            return Guide.ROUGH_MODEL if doubted else Guide.MODEL
        is_done = has_converged(archive, positions)
        return Guide.CHANCE if is_done and rng.random() < _ELSEWHERE else Guide.MODEL

    @property
    def _all_equal(self) -> bool:
        return all_equal(self._archive, self._models.earlier_used(len(self._archive)))

    def _improvement(
        self, guide: Guide, fitted: FittedKriging, best: float, chosen: Indices, pending: Rows
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
        if guide is Guide.ESTIMATORS:
            return self._estimators(chosen, pending).log_ratios
        rough = self._models.roughness(fitted) if guide is Guide.ROUGH_MODEL else None

        def improvement(rows: Rows) -> Rows:
            prediction = fitted.predict(rows)
            if rough is not None:
                prediction = prediction.spread(rough.variances(rows))
            return log_expected_improvement(prediction, best)

        return improvement

    def _estimators(self, chosen: Indices, pending: Rows) -> ParzenEstimators:
        """Return what tells good trials from others, of some trials, the best first."""
        rows, sound = self._archive.rows[chosen], int((~self._archive.failed[chosen]).sum())
        good = min(max(math.ceil(_GOOD_SHARE * sound), 1), _MOST_GOOD)
        others = np.concatenate([rows[good:], pending])
        return ParzenEstimators(self._positions.options.tolist(), rows[:good], others)

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
        kept = self._models.remembered(np.arange(len(ordered)), rng)
        chosen, on_front = ordered[kept], fronts[kept] == 0
        known = self._models.known(chosen, self._archive.costs[chosen])
        on_front = np.concatenate([on_front, np.zeros(len(known.costs) - len(chosen), dtype=bool)])
        lowered = [softened(each, on_front, known.scaling) for each in known.costs.T]
        scaled = [standardised(each.values, known.scaling) for each in lowered]
        targets = np.stack([each.values for each in scaled])
        trials = [self._models.trials(each, known) for each in scaled]
        fit = self._models.fit(trials, chosen, pending, rng)
        if self._all_equal:
            return self._drawn(fit.log_feasibility, rng)
        judged = np.arange(len(targets))
        if len(judged) > _MOST_JUDGED:
            judged = np.sort(rng.choice(len(targets), _MOST_JUDGED, replace=False))
        seen, seen_models = targets[judged], [fit.costs[each] for each in judged]
        best = on_front.copy()
        best[on_front] = nondominated(seen[:, on_front].T)  # in those that are judged
        front, reference = seen[:, best].T, self._reference(seen, best, rng)
        any_feasible = bool((violations == 0).any())

        def judge(points: Rows) -> Rows:
            gains = fit.log_feasibility(points) - fit.log_prices(points)
            if not any_feasible:
                return gains
            predictions = [model.predict(points) for model in seen_models]
            return gains + log_expected_volume(predictions, front, reference)

        parents = ranked[: max(self._parent_count(), members)]
        foresight = Foresight(fit.costs, scaled, lowered)
        if self._leaves_unscreened(rng):
            return self._proposed(self._bred(parents, rng), parents, foresight)
        return self._screened(parents, judge, self._models.effort.rounds, rng, foresight)

    def _leaves_unscreened(self, rng: np.random.Generator) -> bool:
        """Whether no model judges the next trial of several objectives.

        Models that know a front on one side of the space alone would refine it there for ever.
        Spaces of choices alone are searched better without such trials.
        """
        if len(self._archive) < _LATE or not self._positions.has_continuous:
            return False
        return bool(rng.random() < _UNSCREENED_OF_SEVERAL)

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
        foresight: Foresight,
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

    def _proposed(
        self, bred: Children, parents: Indices, foresight: Foresight
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

    @property
    def correlations(self) -> list[float]:
        """See `Screened.correlations`."""
        return self._models.correlations

    def state(self) -> dict[str, Any]:
        """Return what it has learned as plain JSON values, without the archive."""
        return {**self._models.state(), "ranked": list(self._ranked)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a state."""
        self._models.restore(state)
        self._ranked = [int(each) for each in state["ranked"]]
