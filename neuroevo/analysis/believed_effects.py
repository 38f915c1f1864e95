"""What a model of a search believes of each gene, around the best trial.

Knows neither words nor how a search used its models.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuroevo.analysis.features import DEPTH, Feature
from neuroevo.analysis.thinning import thinned
from neuroevo.evolution.kriging import Kriging, Trials
from neuroevo.evolution.positions import Column, Positions
from neuroevo.evolution.targets import Softened, softened, standardised
from neuroevo.space import Choice, Gene, Layers, Value
from neuroevo.space.values import is_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective

MOST_TRIALS = 200  # that the model knows: the best half of them, and others evenly chosen
STEPS = 30  # of learning
POINTS = 25  # of a curve; a gene with fewer values has one for each
MOST_EFFECTS = 8
WITHIN = 1.959964  # standard deviations, in which 95% of normal values are
_HIGHEST = 300.0  # power of ten of a score


@dataclass(frozen=True, slots=True, eq=False)
class BelievedEffect:
    """The expected score over the values of one gene, or part of it, with all others as the best.

    Attributes
    ----------
    feature
        The values of the trials.
    places
        Values of the feature, in ascending order.
    expected, low, high
        The expected scores there, and the ends of 95% intervals.
    """

    feature: Feature
    places: tuple[float, ...]
    expected: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class BelievedEffects:
    """The genes with the greatest effects first; none if no model chose trials."""

    objective: "Objective"  # the first
    effects: tuple[BelievedEffect, ...]
    numbers: NDArray[np.int64]  # of the complete trials
    scores: NDArray[np.float64]  # (trials,)
    best: int  # place of the trial around which the curves are
    trials: int  # that the model knows
    hidden: int = 0  # number of genes with smaller effects


def believed_effects(findings: "Findings") -> BelievedEffects:
    """Learn a model of the first objective from complete trials, if the search used models."""
    item, trials = findings.objectives[0], findings.complete
    nothing = np.empty(0)
    used = any(trial.forecast is not None for trial in trials)
    if not used or not findings.front:
        return BelievedEffects(item, (), nothing.astype(np.int64), nothing, 0, 0)
    positions = Positions(findings.experiment.space)
    rows = np.array([positions.row(trial.genome) for trial in trials])
    costs = findings.fitnesses(trials)[:, 0]
    unguided = np.array([trial.forecast is None for trial in trials])
    places = [trial.number for trial in trials]
    best = places.index(findings.front[0].number)
    chosen = _known(costs)
    costs = np.minimum(costs, _limit(costs, unguided))
    effects = _effects(item, positions, rows, costs, chosen, best)
    effects.sort(key=lambda effect: min(_costs(item, effect)) - max(_costs(item, effect)))
    return BelievedEffects(
        item,
        tuple(effects[:MOST_EFFECTS]),
        np.array(places, dtype=np.int64),
        findings.score_table(trials)[:, 0],
        best,
        len(chosen),
        max(0, len(effects) - MOST_EFFECTS),
    )


def _known(costs: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the places of the trials that the model knows."""
    order = np.argsort(costs, kind="stable")
    half = MOST_TRIALS // 2
    if len(order) <= MOST_TRIALS:
        return order
    rest = order[half:]
    return np.concatenate([order[:half], rest[thinned(len(rest), MOST_TRIALS - half)]])


def _limit(costs: NDArray[np.float64], unguided: NDArray[np.bool_]) -> float:
    """Return the cost above which costs are all the same: as far above a typical one as the best.

    A typical one is the median of the trials that no model chose.
    """
    if not unguided.any():
        return float(costs.max())
    typical = float(np.median(costs[unguided]))
    return 2 * typical - float(costs.min())


def _effects(  # noqa: PLR0913, PLR0917 - all that the model knows
    item: "Objective",
    positions: Positions,
    rows: NDArray[np.float64],
    costs: NDArray[np.float64],
    chosen: NDArray[np.int64],
    best: int,
) -> list[BelievedEffect]:
    # High costs are lowered and keep their order: of a search that has converged, the model would
    # know nothing but the best trials if costs far above their median were the same.
    learned = costs[chosen]
    lowered = softened(learned, learned == learned.min(), most_excess=math.inf)
    highest = float(learned.max())
    targets = standardised(lowered.values)
    known = Trials(rows[chosen], targets.values, np.ones(len(chosen)))
    model = Kriging(positions.options.tolist())
    point = model.learned(model.start, known, STEPS)
    fitted = model.fit(point, known, rows[:0])
    effects = []
    for place, column in enumerate(positions.columns):
        if positions.value(place, rows[best]) is None:
            continue
        grid = _grid(column)
        profile = np.repeat(rows[best][None], len(grid), axis=0)
        profile[:, place] = grid
        predicted = fitted.predict(profile)
        means, deviations = predicted.means * targets.unit, predicted.deviations * targets.unit
        curves = (
            _scores(item, _undone(lowered, targets.mean + means + sign * deviations, highest))
            for sign in (0.0, -WITHIN, WITHIN)
        )
        gene = positions.space.genes[column.name]
        feature = _feature(column, gene, [positions.value(place, row) for row in rows])
        at = _numbers(column, [positions.value(place, row) for row in profile])
        effects.append(BelievedEffect(feature, tuple(at.tolist()), *curves))
    return effects


def _undone(lowered: Softened, values: NDArray[np.float64], highest: float) -> NDArray[np.float64]:
    """Return the costs that become some values, none above the highest."""
    return np.array([min(lowered.undone(value), highest) for value in values.tolist()])


def _grid(column: Column) -> NDArray[np.float64]:
    """Return the positions of a column at which the model is asked."""
    if column.is_unordered:
        return np.arange(column.levels, dtype=np.float64)
    if column.levels:
        return column.places[thinned(column.levels, POINTS)]
    return np.linspace(0.0, 1.0, POINTS)


def _feature(column: Column, gene: Gene, values: "Sequence[Value | None]") -> Feature:
    """Return the values of the trials in a column of a gene."""
    part, name = column.part, column.name.replace("_", " ")
    if column.layer >= 0:
        kind = "activation" if isinstance(part, Choice) else "units"
        name = f"{kind} of layer {column.layer + 1}"
    elif isinstance(gene, Layers):
        name = DEPTH
    if isinstance(part, Choice):
        options = tuple(str(option) for option in part.options)
        return Feature(name, _numbers(column, values), options)
    numbers = _numbers(column, values)
    whole = bool(column.levels)
    return Feature(name, numbers, (), part.log and bool((numbers > 0).any()), whole)


def _numbers(column: Column, values: "Sequence[Value | None]") -> NDArray[np.float64]:
    """Return values as numbers, an option as its place; NaN where there is none."""
    part = column.part
    if isinstance(part, Choice):
        return np.array([np.nan if each is None else part.index(each) for each in values])
    return np.array([float(each) if is_number(each) else np.nan for each in values])  # type: ignore[arg-type]  # a number


def _scores(item: "Objective", fitnesses: NDArray[np.float64]) -> tuple[float, ...]:
    """Return the scores that are compared as these fitnesses."""
    values = item.cost(fitnesses)
    if item.logarithmic:
        values = 10 ** np.minimum(values, _HIGHEST)
    return tuple(values.tolist())


def _costs(item: "Objective", effect: BelievedEffect) -> list[float]:
    return [item.fitness(score) for score in effect.expected]
