"""Parallel coordinates: every trial a line across its genes and objectives.

On the page a reader keeps ranges of the axes, and the lines outside of them step back.

Drawn with plain lines and not with plotly's own parallel coordinates, which need WebGL and code
made at run time: this way they print, follow the theme and work under a strict security policy.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neuroevo import wording
from neuroevo.analysis.features import activation_places, have_own_activations, units
from neuroevo.analysis.thinning import thinned
from neuroevo.evaluation import HiddenLayer, is_read, layers_of
from neuroevo.report.drawing import (
    Specification,
    fanned,
    nothing,
    ramp_colour,
    round_step,
    with_gaps,
)
from neuroevo.report.theme import LIGHT

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.runs import Trial

HEIGHT = 480
MOST_LINES = 1_500
SHADES = 6
FAR_QUANTILE = 0.97
FAR = 1.5  # times the axis' length, from which on the largest value is too far off
SPREAD = 0.05  # of an axis, by which equal categories are fanned out
FEW = 6
LONGEST = 11  # characters in a label or in a line of a title, so that it ends before the next axis
DISTANCE = 92  # pixels between two axes, at least: room for the longest label
TITLE_LINE = 18  # pixels
LEFT, RIGHT = 48, 88  # pixels beside the outer axes: half a title, and a label

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
    """

    title: str
    positions: NDArray[np.float64]
    ticks: Ticks
    low: float = math.nan
    high: float = math.nan
    logarithmic: bool = False
    held: str = ""
    read: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class ParallelData:
    """What the parallel coordinates show: axes, and the trials from best to worst.

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


def data(findings: "Findings") -> ParallelData:
    """Lay the completed trials out over the genes that vary and the objectives."""
    ranked = sorted(findings.complete, key=lambda trial: (findings.scores(trial), trial.number))
    if findings.front:  # equal objectives: the one that the report calls the champion
        ranked.remove(findings.front[0])
        ranked.insert(0, findings.front[0])
    trials = [ranked[index] for index in thinned(len(ranked), MOST_LINES)]
    coordinates = [] if not trials else [*_genes(findings, trials), *_objectives(findings, trials)]
    return ParallelData(
        tuple(coordinates),
        tuple(wording.described(trial) for trial in trials),
        len(ranked),
        findings.objectives[0].label,
    )


def draw(parallel: ParallelData) -> Specification:
    """Draw the lines from worst to best, in shades, the champion on top in ink."""
    if not parallel.labels:
        return nothing("No trial of the search was completed.")
    rows = np.stack([coordinate.positions for coordinate in parallel.coordinates], axis=1)
    count = rows.shape[1]
    titles = [_title(coordinate) for coordinate in parallel.coordinates]
    above = 20 + TITLE_LINE * max(title.count("<br>") + 1 for title in titles)
    layout = {
        "height": HEIGHT,
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "margin": {"l": LEFT, "r": RIGHT, "t": above, "b": 12},
        "xaxis": {"visible": False, "range": [-0.05, count - 0.95], "fixedrange": True},
        "yaxis": {"visible": False, "range": [-0.04, 1.04], "fixedrange": True},
        "shapes": [_axis_line(place) for place in range(count)],
        "annotations": _annotations(parallel.coordinates),
        "meta": {"axes": [_told(coordinate) for coordinate in parallel.coordinates]},
    }
    traces = [_PASSED_OVER, *_shades(rows), _champion(rows[0], parallel)]
    return {"data": traces, "layout": layout}


def least_width(parallel: ParallelData) -> int:
    """Return the pixels below which labels would run into the next axis."""
    return LEFT + RIGHT + DISTANCE * max(len(parallel.coordinates) - 1, 0)


def caption(parallel: ParallelData) -> str:
    """Say what the colour means and where the best tenth of the trials gathers."""
    if not parallel.labels:
        return "No trial was completed, so there are no lines to draw."
    drawn = len(parallel.labels)
    start = "Every completed trial is a line"
    if drawn < parallel.total:
        start = f"{drawn:,} of {parallel.total:,} completed trials, evenly chosen, are lines"
    told = _unread(parallel.coordinates) + _held(parallel.coordinates)
    return (
        f"{start}; the better its {parallel.first}, the stronger its colour; the champion's is "
        "the bold one. Where the strong lines meet, the search found what matters; where they fan "
        f"out, the gene makes little difference.{told}"
    )


def _unread(coordinates: Sequence[Coordinate]) -> str:
    """Return a sentence on the axes where the champion's line only passes."""
    names = [coordinate.title for coordinate in coordinates if not coordinate.read]
    if not names:
        return ""
    return (
        " A line also crosses genes that its trial’s optimizer or schedule does not read, which "
        f"say nothing of the trial; the champion’s has no dot there: {wording.listed(names)}."
    )


def _held(coordinates: Sequence[Coordinate]) -> str:
    """Return a sentence on the objectives whose axes end below their largest values."""
    ends = [
        f"{coordinate.title} above {coordinate.held}"
        for coordinate in coordinates
        if coordinate.held
    ]
    return f" Trials with {wording.listed(ends)} lie at the top of that axis." if ends else ""


def _genes(findings: "Findings", trials: "Sequence[Trial]") -> list[Coordinate]:
    """Return the axes of the genes that vary, each from end to end of what was tried."""
    coordinates = []
    for name in findings.genes:
        tried = [trial.genome.get(name) for trial in findings.searched]
        values = [trial.genome.get(name) for trial in trials]
        if len(set(tried)) == 1 or None in tried:
            continue
        title = wording.plain(name.replace("_", " "))
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
        tuple((place, wording.plain(name, LONGEST)) for name, place in places.items()),
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


def _shades(rows: NDArray[np.float64]) -> list[dict[str, Any]]:
    """Return one trace for each shade, worst first: equal shares of the ranked trials."""
    traces = []
    for shade, share in enumerate(reversed(np.array_split(np.arange(len(rows)), SHADES))):
        if not len(share):
            continue
        goodness = shade / (SHADES - 1)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [*range(rows.shape[1]), None] * len(share),
                "y": with_gaps(np.round(rows[share], 3).tolist()),
                "line": {"color": ramp_colour(goodness), "width": 1},
                "opacity": 0.3 + 0.25 * goodness,
                "hoverinfo": "skip",
            }
        )
    return traces


# What a reader's ranges leave out is put here by the page.
_PASSED_OVER: dict[str, Any] = {
    "type": "scatter",
    "mode": "lines",
    "x": [None],
    "y": [None],
    "line": {"color": LIGHT["grid"], "width": 1},
    "hoverinfo": "skip",
}


def _told(coordinate: Coordinate) -> dict[str, Any]:
    """Return an axis as the page tells of it: its numbers from end to end, or its places."""
    if math.isnan(coordinate.low):
        return {"title": coordinate.title, "places": [list(tick) for tick in coordinate.ticks]}
    return {
        "title": coordinate.title,
        "low": coordinate.low,
        "high": coordinate.high,
        "logarithmic": coordinate.logarithmic,
    }


def _champion(row: NDArray[np.float64], parallel: ParallelData) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(range(len(row))),
        "y": np.round(row, 3).tolist(),
        "line": {"color": LIGHT["ink"], "width": 2.5},
        "marker": {
            "color": LIGHT["ink"],
            "size": [7 if coordinate.read else 0 for coordinate in parallel.coordinates],
        },
        # Not part of the template, in which a foreign name could stand for something else.
        "meta": wording.wrapped(wording.plain(parallel.labels[0], 90)),
        "hovertemplate": "<b>champion</b><br>%{meta}<extra></extra>",
    }


def _axis_line(place: int) -> dict[str, Any]:
    return {
        "type": "line",
        "x0": place,
        "x1": place,
        "y0": 0,
        "y1": 1,
        "line": {"color": LIGHT["muted"], "width": 1},
    }


def _annotations(coordinates: Sequence[Coordinate]) -> list[dict[str, Any]]:
    shared = {"showarrow": False, "font": {"size": 12, "color": LIGHT["muted"]}}
    titles = [
        shared
        | {
            "x": place,
            "y": 1.04,
            "yanchor": "bottom",
            "text": _title(coordinate),
            "font": {"size": 13, "color": LIGHT["ink"]},
        }
        for place, coordinate in enumerate(coordinates)
    ]
    ticks = [
        shared
        | {
            "x": place,
            "y": round(position, 4),
            "text": text,
            "xanchor": "left",
            "xshift": 6,
            "bgcolor": LIGHT["ground"],
            "borderpad": 1,
            "opacity": 0.88,
        }
        for place, coordinate in enumerate(coordinates)
        for position, text in coordinate.ticks
    ]
    return [*ticks, *titles]


def _title(coordinate: Coordinate) -> str:
    return wording.wrapped(coordinate.title, LONGEST)
