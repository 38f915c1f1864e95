"""Small SVG charts, which are cheap enough to be drawn again while a run goes on.

A chart stretches with its page, so its tick labels are outside of the drawing; its colours come
from the page's CSS. It knows no run.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from neuroevo import wording
from neuroevo.analysis.coordinates import round_step

if TYPE_CHECKING:
    from neuroevo.evaluation import Objective

SIDE = 1000  # width and height of a drawing, in its own units
MOST_TICKS = 6
PHONE_LETTERS = 38  # of tick labels in the width of a chart on a phone, with gaps between them
NARROW = 1.2  # decades; a logarithmic axis has at least as many
ROUNDING = 1e-9

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis with evenly spaced ticks from its low to its high end."""

    title: str
    low: float  # on a logarithmic axis the logarithm to base 10
    high: float
    ticks: tuple[str, ...]  # their labels
    logarithmic: bool = False
    limit: float = math.inf  # values beyond it are at the high end

    @property
    def is_crowded(self) -> bool:
        """Whether tick labels from left to right need more room than a phone has.

        The last one ends where the axis does, the others are centred at their ticks.
        """
        steps, last = len(self.ticks) - 1, len(self.ticks[-1])
        widest = max(map(len, self.ticks[:-1]), default=0)
        return max(widest, widest / 2 + last) * steps > PHONE_LETTERS

    def place(self, value: float) -> float | None:
        """Return the position of a value, from 0 to 1; None if it is outside."""
        if self.limit < value < math.inf:
            return 1.0
        if self.logarithmic:
            value = math.log10(value) if value > 0 else math.nan
        share = (value - self.low) / (self.high - self.low)
        return share if -ROUNDING <= share <= 1 + ROUNDING else None


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points, or the points alone."""

    name: str  # in the legend
    kind: str  # CSS class: best, other, target, points
    points: tuple[Point, ...]
    in_steps: bool = False  # whether a value holds until the next point


@dataclass(frozen=True, slots=True)
class Dot:
    """A point with a label and a link; its group is its name in the legend."""

    point: Point
    label: str
    address: str
    group: str
    kind: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart for a template to put on a page."""

    title: str
    x: Axis
    y: Axis
    drawing: Markup
    legend: tuple[tuple[str, str], ...]  # CSS classes and names


def axis_of(item: "Objective", values: Iterable[float]) -> Axis:
    """Return an axis for values of an objective, with ``not reached`` in place of penalties.

    The tick at the objective's floor is labelled as that.
    """
    known = list(values)
    if not any(map(item.is_penalty, known)):
        return _marked_floor(axis(item.label, known, logarithmic=item.logarithmic), item)
    below = axis(
        item.label, [min(value, item.limit) for value in known], logarithmic=item.logarithmic
    )
    high, ticks = below.high, below.ticks
    end = 10**high if below.logarithmic else high
    if end <= item.limit:  # the end is taken by measurements
        high += (high - below.low) / (len(ticks) - 1)
        ticks = (*ticks, "")
    return replace(below, high=high, ticks=(*ticks[:-1], wording.NOT_REACHED), limit=item.limit)


def _marked_floor(drawn: Axis, item: "Objective") -> Axis:
    places = np.linspace(drawn.low, drawn.high, len(drawn.ticks))
    values = 10**places if drawn.logarithmic else places
    at_floor = np.isclose(values, item.floor, rtol=ROUNDING, atol=0.0) & (values > 0)
    label = wording.measured(item.floor, item)
    ticks = (label if each else tick for each, tick in zip(at_floor, drawn.ticks, strict=True))
    return replace(drawn, ticks=tuple(ticks))


def axis(
    title: str, values: Iterable[float], *, logarithmic: bool = False, whole: bool = False
) -> Axis:
    """Return an axis that holds all finite values, its ends and ticks at round numbers.

    Parameters
    ----------
    title
        What it shows.
    values
        The values; on a logarithmic axis only those above zero count.
    logarithmic
        Whether it is logarithmic, unless the values are too close together for that.
    whole
        Whether its ticks must be whole numbers.
    """
    finite = [value for value in values if math.isfinite(value) and (value > 0 or not logarithmic)]
    logs = [math.log10(value) for value in finite] if logarithmic else []
    if logs and max(logs) - min(logs) >= NARROW:
        low, high = math.floor(min(logs) + ROUNDING), math.ceil(max(logs) - ROUNDING)
        step = max(1, math.ceil((high - low) / (MOST_TICKS - 1)))
        count = max(1, math.ceil((high - low) / step))
        powers = [low + step * place for place in range(count + 1)]
        return Axis(title, low, powers[-1], tuple(map(wording.power_of_ten, powers)), True)  # noqa: FBT003 - the field
    least, most = min(finite, default=0.0), max(finite, default=1.0)
    size = max(abs(least), abs(most)) or 1.0
    least_step = 10.0 ** (math.floor(math.log10(size)) - 1)  # labels have two digits
    even_step = round_step(((most - least) or size) / (MOST_TICKS - 1))
    width = max(even_step, least_step, 1.0 if whole else 0.0)
    first, last = math.floor(least / width + ROUNDING), math.ceil(most / width - ROUNDING)
    last = max(last, first + 1)
    ticks = [width * place for place in range(first, last + 1)]
    return Axis(title, ticks[0], ticks[-1], tuple(map(wording.number, ticks)))


def chart(
    title: str, x: Axis, y: Axis, lines: Sequence[Line] = (), dots: Sequence[Dot] = ()
) -> Chart:
    """Draw lines and dots, the last ones on top; the legend has each line and group of dots."""
    parts = [_grid(x, "x"), _grid(y, "y")]
    parts += [_line(line, x, y) for line in lines]
    parts += [_dot(dot, x, y) for dot in dots]
    drawing = Markup(
        '<svg viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="{}">{}</svg>'
    ).format(SIDE, SIDE, "false" if dots else "true", Markup("").join(parts))
    legend = [(line.kind, line.name) for line in lines]
    legend += dict.fromkeys((f"dots {dot.kind}", dot.group) for dot in dots)
    return Chart(title, x, y, drawing, tuple(legend))


def sparkline(values: Sequence[float], *, logarithmic: bool) -> Markup:
    """Draw values from left to right as a line without axes; empty if there are fewer than two."""
    scale = axis("", values, logarithmic=logarithmic)
    points = [
        _coordinates(index / max(len(values) - 1, 1), place)
        for index, value in enumerate(values)
        if (place := scale.place(value)) is not None
    ]
    if len(points) <= 1:
        return Markup("")
    return Markup(
        '<svg class="sparkline" viewBox="-20 -40 1040 1080" preserveAspectRatio="none" '
        'aria-hidden="true"><path d="{}"/></svg>'
    ).format("M" + "L".join(points))


def best_so_far(item: "Objective", values: Sequence[float]) -> list[float]:
    """Return at each place the best value up to there, NaN before the first number."""
    costs = item.cost(np.asarray(values, dtype=np.float64))
    best: list[float] = item.cost(np.fmin.accumulate(costs)).tolist()
    return best


def _grid(scale: Axis, way: str) -> Markup:
    moves = (
        f"M{place:.0f} 0V{SIDE}" if way == "x" else f"M0 {place:.0f}H{SIDE}"
        for place in np.linspace(0, SIDE, len(scale.ticks))
    )
    return Markup('<path class="grid" d="{}"/>').format("".join(moves))


def _line(line: Line, x: Axis, y: Axis) -> Markup:
    placed = [_placed(point, x, y) for point in line.points]
    if line.kind == "points":
        path = "".join(f"M{place}h0" for place in placed if place)
        return Markup('<path class="points" d="{}"/>').format(path)
    pieces = (list(piece) for is_visible, piece in groupby(placed, bool) if is_visible)
    joined = _in_steps if line.in_steps else "L".join
    path = "".join(f"M{joined(piece)}" for piece in pieces)
    return Markup('<path class="line {}" d="{}"/>').format(line.kind, path)


def _in_steps(places: Iterable[str]) -> str:
    """Return a path that keeps its height until the next place."""
    first, *others = places
    return "".join([first, *("H{}V{}".format(*place.split()) for place in others)])


def _dot(dot: Dot, x: Axis, y: Axis) -> Markup:
    place = _placed(dot.point, x, y)
    if not place:
        return Markup("")
    return Markup(
        '<a href="{0}" aria-label="{1}"><path class="ring" d="M{2}h0"/><path class="ring gap" '
        'd="M{2}h0"/><path class="dot {3}" d="M{2}h0"><title>{1}</title></path></a>'
    ).format(dot.address, dot.label, place, dot.kind)


def _placed(point: Point, x: Axis, y: Axis) -> str:
    """Return the coordinates of a point in the drawing; empty if it is outside."""
    across, up = x.place(point[0]), y.place(point[1])
    return "" if across is None or up is None else _coordinates(across, up)


def _coordinates(across: float, up: float) -> str:
    return " ".join(f"{SIDE * share:.1f}".removesuffix(".0") for share in (across, 1 - up))
