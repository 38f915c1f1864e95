"""Where each trial lies along its genes and objectives, each an axis from 0 to 1.

It knows values and the places of round numbers among them; it knows no line.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neuroevo import wording
from neuroevo.analysis.features import activation_places, have_own_activations, units
from neuroevo.analysis.thinning import fanned, thinned
from neuroevo.evaluation import HiddenLayer, is_read, layers_of

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.runs import Trial

MOST_LINES = 1_500
FAR_QUANTILE = 0.97
FAR = 1.5  # times the axis' length, from which on the largest value is too far off
SPREAD = 0.05  # of an axis, by which equal categories are fanned out
FEW = 6
Ticks = tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Coordinate:
    """One axis: where each trial crosses it.

    Parameters
    ----------
    title
        The gene or objective in words.
    positions
        One a trial, from 0 (bottom) to 1 (top).
    ticks
        Positions with their labels.
    low, high
        The values at the ends of an axis of many numbers.
    logarithmic
        Whether it is logarithmic.
    held
        Where some values lie far above the others and are held at the top: the axis' last value
        in words, else empty.
    read
        Whether it has a part in the champion's trial.
    of_names
        Whether its labels are names and not numbers.
    """

    title: str
    positions: NDArray[np.float64]
    ticks: Ticks
    low: float = math.nan
    high: float = math.nan
    logarithmic: bool = False
    held: str = ""
    read: bool = True
    of_names: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Coordinates:
    """Axes, and the trials from best to worst.

    Parameters
    ----------
    coordinates
        The genes that vary, then the objectives.
    labels
        One a trial, best first by the first objective.
    total
        How many trials were completed; more than are drawn if there were too many.
    first
        Name of the first objective.
    """

    coordinates: tuple[Coordinate, ...]
    labels: tuple[str, ...]
    total: int
    first: str


def coordinates(findings: "Findings") -> Coordinates:
    """Lay the completed trials out over the genes that vary and the objectives."""
    ranked = sorted(findings.complete, key=lambda trial: (findings.scores(trial), trial.number))
    if findings.front:  # equal objectives: the one that the report calls the champion
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
    """Return the axes of the genes that vary, each from end to end of what was tried."""
    coordinates = []
    for name in findings.genes:
        tried = [trial.genome.get(name) for trial in findings.searched]
        values = [trial.genome.get(name) for trial in trials]
        if len(set(tried)) == 1 or None in tried:
            continue
        title = name.replace("_", " ")
        if all(isinstance(value, tuple) for value in tried):
            layers, all_layers = (
                [layers_of(trial.genome, name) for trial in each]
                for each in (trials, findings.searched)
            )
            named = title.replace("hidden", "hidden layers")
            for part, measure in ((named, len), ("hidden units", units)):
                everything = _measures(all_layers, measure)
                if len(set(everything)) > 1:
                    coordinates.append(_numeric(part, _measures(layers, measure), everything))
            if have_own_activations(findings.searched):
                coordinates += _activations(layers, all_layers)
        elif all(
            isinstance(value, (int, float)) and not isinstance(value, bool) for value in tried
        ):
            logarithmic = bool(getattr(findings.experiment.space.genes.get(name), "log", False))
            row, everything = _measures(values, float), _measures(tried, float)
            coordinate = _numeric(title, row, everything, logarithmic=logarithmic)
            coordinates.append(replace(coordinate, read=is_read(name, trials[0].genome)))
        else:
            texts = [wording.value(value) for value in values]
            coordinates.append(_categorical(title, texts, list(map(wording.value, tried))))
    return coordinates


def _activations(
    values: Sequence[tuple[HiddenLayer, ...]], tried: Sequence[tuple[HiddenLayer, ...]]
) -> list[Coordinate]:
    """Return axes of the first and the last hidden layer's activation, of those that vary."""
    coordinates = []
    for title, place in activation_places(tried).items():
        row, everything = (
            [layers[place].activation if layers else "none" for layers in each]
            for each in (values, tried)
        )
        if len(set(everything)) > 1:
            coordinates.append(_categorical(title, row, everything))
    return coordinates


def _measures(values: Sequence[Any], measure: Callable[[Any], float]) -> list[float]:
    return [float(measure(value)) for value in values]


def _objectives(findings: "Findings", trials: "Sequence[Trial]") -> list[Coordinate]:
    """Return the axes of the objectives, which end where the few worst trials begin."""
    coordinates = []
    rows, all_rows = (
        [findings.scores(trial) for trial in each] for each in (trials, findings.complete)
    )
    for item, values, everything in zip(
        findings.objectives, zip(*rows, strict=True), zip(*all_rows, strict=True), strict=True
    ):
        top = _top(everything, logarithmic=item.logarithmic)
        kept = [value for value in everything if value <= top]
        coordinate = _numeric(item.label, values, kept, logarithmic=item.logarithmic)
        held = wording.measured(top, item.unit) if len(kept) < len(everything) else ""
        coordinates.append(replace(coordinate, held=held))
    return coordinates


def _top(values: Sequence[float], *, logarithmic: bool) -> float:
    """Return where the axis of an objective ends: at the largest value, unless it is far off."""
    array = np.asarray(values, dtype=np.float64)
    scaled = np.log10(array) if logarithmic and (array > 0).all() else array
    low, high, largest = scaled.min(), np.quantile(scaled, FAR_QUANTILE), scaled.max()
    if high == low or largest - low <= FAR * (high - low):
        return float(array.max())
    return float(array[scaled <= high].max())


def _numeric(
    title: str,
    values: Sequence[float],
    everything: Sequence[float],
    *,
    logarithmic: bool = False,
) -> Coordinate:
    """Place numbers on an axis over all of another row; what lies beyond is held at its end."""
    array = np.asarray(values, dtype=np.float64)
    low, high = min(everything), max(everything)
    logarithmic = logarithmic and low > 0
    scale: Callable[[float], float] = math.log10 if logarithmic else float
    start, extent = scale(low), (scale(high) - scale(low)) or 1.0
    places = np.array([(scale(value) - start) / extent for value in array.tolist()])
    marks = _logarithmic_ticks(low, high) if logarithmic else _linear_ticks(low, high)
    is_few = len(set(everything)) <= FEW
    if is_few:
        marks = sorted(set(everything))
        places = places + fanned(len(array), SPREAD) * (1 if (array == np.rint(array)).all() else 0)
    ticks = tuple(((scale(mark) - start) / extent, _tick(mark)) for mark in marks)
    places = np.clip(places, -SPREAD / 2, 1 + SPREAD / 2)
    if is_few:
        return Coordinate(title, places, ticks)
    return Coordinate(title, places, ticks, low, high, logarithmic)


def _tick(value: float) -> str:
    power = math.log10(value) if value > 0 else 0.5
    return wording.power_of_ten(round(power)) if power.is_integer() else wording.number(value)


def _categorical(title: str, values: Sequence[str], everything: Sequence[str]) -> Coordinate:
    """Place texts on an axis that has all of another row, in their order."""
    names = sorted(set(everything))
    places = {name: index / (len(names) - 1) for index, name in enumerate(names)}
    positions = np.array([places[value] for value in values]) + fanned(len(values), SPREAD)
    return Coordinate(
        title,
        positions,
        tuple((place, name) for name, place in places.items()),
        of_names=True,
    )


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
    """Return the round number, 1, 2 or 5 times a power of ten, that is at least so large."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least * (1 - 1e-9))
