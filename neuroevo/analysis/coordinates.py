"""The positions of trials on axes from 0 to 1, one for each gene and objective."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neuroevo import wording
from neuroevo.analysis.features import activation_places, have_own_activations, units
from neuroevo.analysis.thinning import jitter, thinned
from neuroevo.evaluation import layers_of
from neuroevo.space.values import is_number

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.runs import Trial

MOST_LINES = 1_500
FAR_QUANTILE = 0.97
FAR = 1.5  # an axis is cut if its largest value is more than 1.5 times as far as `FAR_QUANTILE`
SPREAD = 0.05  # of an axis: the jitter of equal categories
GAP = 0.12  # of an axis, between trials that lack its gene and those that have it
ABSENT = "–"  # the label of trials that lack a gene
FEW = 6  # different numbers that are shown as they are, with jitter
Ticks = tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Coordinate:
    """One axis, and where each trial crosses it."""

    title: str  # the gene or objective in words
    positions: NDArray[np.float64]  # of each trial, from 0 (bottom) to 1 (top)
    ticks: Ticks  # positions with their labels
    low: float = math.nan  # the values at the ends of an axis with many different numbers
    high: float = math.nan
    logarithmic: bool = False
    held: str = ""  # the last value, in words, if the axis is cut and worse values are at its end
    held_at_bottom: bool = False  # whether that is its bottom, else its top
    absent: tuple[bool, ...] = ()  # whether each trial lacks the gene; empty if none does
    of_names: bool = False  # whether its labels are names and not numbers


@dataclass(frozen=True, slots=True, eq=False)
class Coordinates:
    """The axes, and the trials from best to worst."""

    coordinates: tuple[Coordinate, ...]  # the genes that vary, then the objectives
    labels: tuple[str, ...]  # one for each trial, best first by the first objective
    total: int  # number of complete trials; some of them are chosen if there are many
    first: str  # name of the first objective


def coordinates(findings: "Findings") -> Coordinates:
    """Place the complete trials on the axes of the genes that vary and of the objectives."""
    ranked = sorted(findings.complete, key=lambda trial: (findings.costs(trial), trial.number))
    if findings.front:  # of equal objectives, the trial that is the champion in the report
        ranked.remove(findings.front[0])
        ranked.insert(0, findings.front[0])
    trials = [ranked[index] for index in thinned(len(ranked), MOST_LINES)]
    axes = [] if not trials else [*_genes(findings, trials), *_objectives(findings, trials)]
    return Coordinates(
        tuple(axes),
        tuple(wording.described(trial) for trial in trials),
        len(ranked),
        findings.objectives[0].label,
    )


def _genes(findings: "Findings", trials: "Sequence[Trial]") -> list[Coordinate]:
    """Return the axes of the genes that vary; they span all trials of the search."""
    axes = []
    for name in findings.genes:
        logarithmic = bool(getattr(findings.experiment.space.genes.get(name), "log", False))
        having = [trial for trial in findings.searched if name in trial.genome]
        places = {trial.number: place for place, trial in enumerate(having)}
        drawn = [trial for trial in trials if trial.number in places]
        numbers, texts = _columns(name, having)
        found = []
        for title, column in numbers.items():
            if len(set(column)) > 1:
                values = [column[places[trial.number]] for trial in drawn]
                found.append(_numeric(title, values, column, logarithmic=logarithmic))
        for title, names in texts.items():
            if len(set(names)) > 1:
                names_drawn = [names[places[trial.number]] for trial in drawn]
                found.append(_categorical(title, names_drawn, names))
        absent = tuple(trial.number not in places for trial in trials)
        axes += [_with_absent(axis, absent) if any(absent) else axis for axis in found]
    return axes


def _with_absent(axis: Coordinate, absent: tuple[bool, ...]) -> Coordinate:
    """Place trials that lack a gene at the bottom of its axis, below a gap."""
    positions = np.zeros(len(absent))
    positions[~np.array(absent)] = GAP + (1 - GAP) * axis.positions
    ticks = ((0.0, ABSENT), *((GAP + (1 - GAP) * place, text) for place, text in axis.ticks))
    # Without its ends, as its scale does not extend over the whole axis.
    return Coordinate(axis.title, positions, ticks, absent=absent, of_names=axis.of_names)


def _columns(
    gene: str, trials: "Sequence[Trial]"
) -> tuple[dict[str, list[float]], dict[str, list[str]]]:
    """Return numbers and texts that describe a gene, one for each trial, by their titles."""
    title = gene.replace("_", " ")
    values: list[Any] = [trial.genome[gene] for trial in trials]
    if not values:
        return {}, {}
    if all(isinstance(value, tuple) for value in values):
        layers = [layers_of(trial.genome, gene) for trial in trials]
        depths = [float(len(each)) for each in layers]
        widths = [float(units(each)) for each in layers]
        own = activation_places(layers) if have_own_activations(trials) else {}
        return {title.replace("hidden", "hidden layers"): depths, "hidden units": widths}, {
            title: [each[place].activation if each else "none" for each in layers]
            for title, place in own.items()
        }
    numbers = [float(value) for value in values if is_number(value)]
    if len(numbers) == len(values):
        return {title: numbers}, {}
    return {}, {title: [wording.value(value) for value in values]}


def _objectives(findings: "Findings", trials: "Sequence[Trial]") -> list[Coordinate]:
    """Return the axes of the objectives; they are cut if a few values are far off."""
    axes = []
    rows, all_rows = findings.score_table(trials), findings.score_table(findings.complete)
    for item, values, column in zip(findings.objectives, rows.T, all_rows.T, strict=True):
        if (column > item.limit).any():
            axes.append(_with_penalties(item, values, column))
            continue
        costs = item.cost(column)
        end = _end(costs, logarithmic=item.logarithmic)
        kept = column[costs <= end]
        axis = _of_objective(item, values, kept)
        held = wording.measured(item.cost(end), item) if len(kept) < len(column) else ""
        axes.append(replace(axis, held=held, held_at_bottom=item.maximised))
    return axes


def _of_objective(
    item: "Objective", values: NDArray[np.float64], column: NDArray[np.float64]
) -> Coordinate:
    def text(mark: float) -> str:
        return wording.measured(mark, item) if mark <= item.floor else _tick(mark)

    logarithmic = item.logarithmic
    return _numeric(item.label, values, column.tolist(), logarithmic=logarithmic, text=text)


def _with_penalties(
    item: "Objective", values: NDArray[np.float64], column: NDArray[np.float64]
) -> Coordinate:
    """Place measurements on an axis, and penalties at its top, above a gap."""
    positions, ticks = np.ones(len(values)), ((1.0, wording.NOT_REACHED),)
    is_measured, measured = values <= item.limit, column[column <= item.limit]
    if not len(measured):
        return Coordinate(item.label, positions, ticks)
    axis = _of_objective(item, values[is_measured], measured)
    positions[is_measured] = (1 - GAP) * axis.positions
    below = tuple(((1 - GAP) * place, text) for place, text in axis.ticks)
    # Without its ends, as its scale does not extend over the whole axis.
    return Coordinate(item.label, positions, (*below, *ticks))


def _end(array: NDArray[np.float64], *, logarithmic: bool) -> float:
    """Return the worse end of an objective's axis: the largest cost, unless that is far off."""
    scaled = np.log10(array) if logarithmic and (array > 0).all() else array
    low, high, largest = scaled.min(), np.quantile(scaled, FAR_QUANTILE), scaled.max()
    if high == low or largest - low <= FAR * (high - low):
        return float(array.max())
    return float(array[scaled <= high].max())


def _tick(value: float) -> str:
    power = math.log10(value) if value > 0 else 0.5
    return wording.power_of_ten(round(power)) if power.is_integer() else wording.number(value)


def _numeric(
    title: str,
    values: Sequence[float] | NDArray[np.float64],
    column: Sequence[float],
    *,
    logarithmic: bool,
    text: Callable[[float], str] = _tick,
) -> Coordinate:
    """Place numbers on an axis that spans a column; what lies beyond is drawn at its end."""
    array = np.asarray(values, dtype=np.float64)
    low, high = min(column), max(column)
    logarithmic = logarithmic and low > 0
    scale: Callable[[float], float] = math.log10 if logarithmic else float
    start, extent = scale(low), (scale(high) - scale(low)) or 1.0
    places = np.array([(scale(value) - start) / extent for value in array.tolist()])
    marks = _logarithmic_ticks(low, high) if logarithmic else _linear_ticks(low, high)
    is_few = len(set(column)) <= FEW
    if is_few:
        marks = sorted(set(column))
        if (array == np.rint(array)).all():
            places = places + jitter(len(array), SPREAD)
    ticks = tuple(((scale(mark) - start) / extent, text(mark)) for mark in marks)
    places = np.clip(places, -SPREAD / 2, 1 + SPREAD / 2)
    if is_few:
        return Coordinate(title, places, ticks)
    return Coordinate(title, places, ticks, low, high, logarithmic)


def _categorical(title: str, values: Sequence[str], column: Sequence[str]) -> Coordinate:
    """Place texts on an axis that has all texts of a column, sorted."""
    names = sorted(set(column))
    places = {name: index / (len(names) - 1) for index, name in enumerate(names)}
    positions = np.array([places[value] for value in values]) + jitter(len(values), SPREAD)
    ticks = tuple((place, name) for name, place in places.items())
    return Coordinate(title, positions, ticks, of_names=True)


def _logarithmic_ticks(low: float, high: float) -> list[float]:
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    if last - first < 1:
        return [low, high]
    step = max(1, math.ceil((last - first) / 5))
    return [10.0**power for power in range(first, last + 1, step)]


def _linear_ticks(low: float, high: float) -> list[float]:
    if high == low:
        return [low]
    step = round_step((high - low) / 5)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(index * step, 12) for index in range(first, last + 1)]


def round_step(least: float) -> float:
    """Return the smallest of 1, 2 or 5 times a power of ten that is at least ``least``."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least * (1 - 1e-9))
