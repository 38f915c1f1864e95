import math
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo import wording
from neuroevo.dashboard.chart import ROUNDING, Line, axis, axis_of, best_so_far, chart
from neuroevo.dashboard.sorting import Column, Order, headings
from neuroevo.evaluation import OBJECTIVES

COLUMNS: list[Column[Any]] = [
    Column("value", "value", lambda row: row[0]),
    Column("place", "place", lambda row: row[1], descending=True),
]


def test_missing_values_are_last_in_either_order() -> None:
    """Numbers are sorted as numbers among other values; NaN and None are never first."""
    values = [3, math.nan, 1.5, None, "b", (2, 1), "A", (7,), -math.inf, True, ""]
    rows = [(value, place) for place, value in enumerate(values)]
    random.Random(3).shuffle(rows)  # noqa: S311 - any order will do
    rising = [row[0] for row in Order("value").sorted(rows, COLUMNS)]
    falling = [row[0] for row in Order("value", descending=True).sorted(rows, COLUMNS)]
    assert rising[:8] == [-math.inf, True, 1.5, 3, (7,), (2, 1), "A", "b"]
    assert falling[:8] == rising[7::-1]
    assert {str(value) for value in rising[8:]} == {"nan", "None", ""}


@pytest.mark.parametrize("text", ["", "-", "nowhere", "-nowhere", "value-", "--value", "<script>"])
def test_unknown_order_is_the_default(text: str) -> None:
    """Whatever is in the address, the table is sorted by one of its columns."""
    assert Order.of(text, COLUMNS, Order("place")) == Order("place")
    assert Order.of("-value", COLUMNS, Order("place")) == Order("value", descending=True)


def test_heading_reverses_the_order() -> None:
    """The heading of the sorted column reverses the order; others start with their own."""
    value, place = headings(COLUMNS, Order("value"), "/", {"filter": "a&b=<c>"})
    assert (value.order, place.order) == ("ascending", "none")
    assert value.address == "/?filter=a%26b%3D%3Cc%3E&sort=-value"
    assert place.address == "/?filter=a%26b%3D%3Cc%3E&sort=-place"


@pytest.mark.parametrize("logarithmic", [True, False])
def test_axis_holds_its_values_between_two_to_seven_ticks(logarithmic: bool) -> None:  # noqa: FBT001 - a parameter
    """All values have a position on the axis, in their order."""
    rng = random.Random(5)  # noqa: S311 - nothing secret
    for _ in range(300):
        scale = 10 ** rng.uniform(-14, 6)
        values = [scale * 10 ** rng.uniform(0, rng.choice([0, 0.1, 1, 8])) for _ in range(5)]
        across = axis("", [*values, math.nan, math.inf], logarithmic=logarithmic)
        places = [across.place(value) for value in sorted(values)]
        assert None not in places
        assert places == sorted(places, key=float)  # type: ignore[arg-type] # none is None
        assert 2 <= len(across.ticks) <= 7
        assert len(set(across.ticks)) == len(across.ticks)


def test_axis_of_whole_numbers_has_no_halves() -> None:
    """There is no tick between two generations."""
    assert axis("", [0, 1], whole=True).ticks == ("0", "1")
    assert axis("", [0, 2], whole=True).ticks == ("0", "1", "2")
    assert "0.5" in axis("", [0, 2]).ticks


def test_axis_without_values_has_ticks() -> None:
    """Before the first score there is an empty chart, not an error."""
    for values in ([], [math.nan], [0.0], [-1.0]):
        for logarithmic in (True, False):
            assert len(axis("", values, logarithmic=logarithmic).ticks) >= 2


def test_best_so_far_never_becomes_worse() -> None:
    """NaN changes nothing; before the first score the best is NaN."""
    scores = [math.nan, 3.0, math.nan, 5.0, 1.0, 2.0]
    lowest, highest = (best_so_far(OBJECTIVES[name], scores) for name in ("final_mse", "r2"))
    assert math.isnan(lowest[0])
    assert lowest[1:] == [3.0, 3.0, 3.0, 1.0, 1.0]
    assert highest[1:] == [3.0, 3.0, 5.0, 5.0, 5.0]


@given(st.lists(st.floats(1, 1e6), min_size=1, max_size=6), st.floats(10, 1e5))
def test_axis_of_an_objective_has_penalties_at_its_end(values: list[float], limit: float) -> None:
    """What is beyond the budget is not reached, above all that is; no tick there is a number."""
    item = replace(OBJECTIVES["samples_to_target"], limit=limit)
    found = axis_of(item, values)
    places = [found.place(value) for value in values]
    assert all(place is not None and -ROUNDING <= place <= 1 + ROUNDING for place in places)
    if max(values) <= limit:
        assert "not reached" not in found.ticks
        return
    assert found.ticks[-1] == "not reached"
    assert [place == 1 for place in places] == [value > limit for value in values]


def test_axis_of_an_objective_names_its_floor() -> None:
    """The tick at the floor says that smaller errors stand there too, on both kinds of axes."""
    item = replace(OBJECTIVES["final_mse"], floor=1e-14)
    assert axis_of(item, [1e-14, 1e-3]).ticks[0] == wording.measured(1e-14, item)
    assert wording.measured(1e-14, item) in axis_of(item, [1e-14, 1e-14]).ticks
    assert all("≤" not in tick for tick in axis_of(item, [1e-9, 1e-3]).ticks)


def test_tick_labels_that_have_no_room_on_a_phone_are_known() -> None:
    """Five long labels would touch there, as the last one is not centred; short ones would not."""
    assert axis("", [10, 1e5], logarithmic=True).is_crowded
    assert not axis("", [10, 1e3], logarithmic=True).is_crowded
    assert not axis("", [0, 15], whole=True).is_crowded


def test_a_line_in_steps_keeps_its_height_until_the_next_point() -> None:
    """The best so far does not fall between two generations."""
    across, up = axis("", [0, 2], whole=True), axis("", [0, 1])
    points = ((0.0, 1.0), (1.0, 0.0), (2.0, 0.0))
    drawing = chart("", across, up, [Line("best so far", "best", points, in_steps=True)]).drawing
    assert 'd="M0 0H500V1000H1000V1000"' in drawing
