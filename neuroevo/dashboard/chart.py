"""Small charts that a page holds as SVG, drawn anew while a run goes on; they know no run.

The report has figures that can be zoomed; here a glance must be cheap. A chart stretches with its
page, so its numbers stand beside the drawing and not in it, and colours come from the page's CSS.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from neuroevo import wording
from neuroevo.analysis.coordinates import round_step

SIDE = 1000  # units of a drawing, each way
MOST_TICKS = 6
NARROW = 1.2  # decades, below which logarithms tell no more than the numbers themselves
ROUNDING = 1e-9

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis and the places on it that have a number, evenly spaced.

    Parameters
    ----------
    title
        What it counts.
    low, high
        Its ends; on a logarithmic axis their logarithms to base 10.
    ticks
        What stands at even distances from its low to its high end.
    logarithmic
        Whether it is.
    """

    title: str
    low: float
    high: float
    ticks: tuple[str, ...]
    logarithmic: bool = False

    def place(self, value: float) -> float | None:
        """Return where a value stands, 0 to 1; None where it does not."""
        if self.logarithmic:
            value = math.log10(value) if value > 0 else math.nan
        share = (value - self.low) / (self.high - self.low)
        return share if -ROUNDING <= share <= 1 + ROUNDING else None


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points, or the points alone.

    Parameters
    ----------
    name
        What it is called in the key, empty if it needs no name.
    kind
        Class that gives it its looks: ``best``, ``other``, ``target``, ``points``.
    points
        Pairs of values.
    """

    name: str
    kind: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Dot:
    """A point that says what it is and leads somewhere."""

    point: Point
    label: str
    address: str
    group: str
    kind: str = "best"


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, to be put on a page by its template."""

    title: str
    x: Axis
    y: Axis
    drawing: Markup
    key: tuple[tuple[str, str], ...]  # kinds and names


def axis(
    title: str, values: Iterable[float], *, logarithmic: bool = False, whole: bool = False
) -> Axis:
    """Return an axis that holds all finite values, its ends and ticks at round numbers.

    Parameters
    ----------
    title
        What it counts.
    values
        What must have a place on it; on a logarithmic axis those above zero.
    logarithmic
        Whether it is, unless the values are so close together that nothing is won by it.
    whole
        Whether it counts what has no half, so that its ticks must be whole numbers.
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
    told_apart = 10.0 ** (math.floor(math.log10(size)) - 1)  # by two digits, which ticks may have
    apart = round_step(((most - least) or size) / (MOST_TICKS - 1))
    width = max(apart, told_apart, 1.0 if whole else 0.0)
    first, last = math.floor(least / width + ROUNDING), math.ceil(most / width - ROUNDING)
    last = max(last, first + 1)
    ticks = [width * place for place in range(first, last + 1)]
    return Axis(title, ticks[0], ticks[-1], tuple(map(wording.number, ticks)))


def chart(
    title: str, x: Axis, y: Axis, lines: Sequence[Line] = (), dots: Sequence[Dot] = ()
) -> Chart:
    """Draw lines and dots, the last on top; of the dots the key has the kinds."""
    parts = [_grid(x, "x"), _grid(y, "y")]
    parts += [_line(line, x, y) for line in lines]
    parts += [_dot(dot, x, y) for dot in dots]
    drawing = Markup(
        '<svg viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="{}">{}</svg>'
    ).format(SIDE, SIDE, "false" if dots else "true", Markup("").join(parts))
    named = [(line.kind, line.name) for line in lines if line.name]
    named += dict.fromkeys((f"dots {dot.kind}", dot.group) for dot in dots)
    return Chart(title, x, y, drawing, tuple(named))


def sparkline(values: Sequence[float], *, logarithmic: bool) -> Markup:
    """Draw values from left to right as a line without axes; nothing where there are too few."""
    scale = axis("", values, logarithmic=logarithmic)
    points = [
        (index / max(len(values) - 1, 1), place)
        for index, value in enumerate(values)
        if (place := scale.place(value)) is not None
    ]
    if len(points) <= 1:
        return Markup("")
    return Markup(
        '<svg class="sparkline" viewBox="-20 -40 1040 1080" preserveAspectRatio="none" '
        'aria-hidden="true"><path d="{}"/></svg>'
    ).format(_path(points))


def lowest_so_far(values: Iterable[float]) -> list[float]:
    """Return at each place the lowest value up to there, NaN before the first finite one."""
    lowest, found = math.nan, []
    for value in values:
        lowest = value if math.isnan(lowest) or value < lowest else lowest
        found.append(lowest)
    return found


def _grid(scale: Axis, way: str) -> Markup:
    count = len(scale.ticks) - 1
    places = [SIDE * place / count for place in range(count + 1)]
    moves = (
        f"M{place:.0f} 0V{SIDE}" if way == "x" else f"M0 {place:.0f}H{SIDE}" for place in places
    )
    return Markup('<path class="grid" d="{}"/>').format("".join(moves))


def _line(line: Line, x: Axis, y: Axis) -> Markup:
    placed = [(x.place(across), y.place(up)) for across, up in line.points]
    if line.kind == "points":
        marks = (
            f"M{_at(across)} {_at(1 - up)}h0"
            for across, up in placed
            if across is not None and up is not None
        )
        return Markup('<path class="points" d="{}"/>').format("".join(marks))
    pieces: list[list[Point]] = [[]]
    for across, up in placed:
        if across is None or up is None:
            pieces.append([])
        else:
            pieces[-1].append((across, up))
    path = "".join(_path(piece) for piece in pieces if piece)
    return Markup('<path class="line {}" d="{}"/>').format(line.kind, path)


def _dot(dot: Dot, x: Axis, y: Axis) -> Markup:
    across, up = x.place(dot.point[0]), y.place(dot.point[1])
    if across is None or up is None:
        return Markup("")
    return Markup(
        '<a href="{}" aria-label="{}"><path class="dot {}" d="M{} {}h0">'
        "<title>{}</title></path></a>"
    ).format(dot.address, dot.label, dot.kind, _at(across), _at(1 - up), dot.label)


def _path(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{_at(across)} {_at(1 - up)}" for across, up in points)


def _at(share: float) -> str:
    return f"{SIDE * share:.1f}".removesuffix(".0")
