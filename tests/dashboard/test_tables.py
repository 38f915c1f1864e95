import math
import random
from typing import Any

import pytest

from neuroevo.dashboard.chart import axis, lowest_so_far
from neuroevo.dashboard.sorting import Column, Order, headings

COLUMNS: list[Column[Any]] = [
    Column("value", "value", lambda row: row[0]),
    Column("place", "place", lambda row: row[1], descending=True),
]


def test_what_is_not_known_stands_last_in_any_order() -> None:
    """Numbers sort as such, whatever else is in the column; NaN and None are never first."""
    values = [3, math.nan, 1.5, None, "b", (2, 1), "A", (7,), -math.inf, True, ""]
    rows = [(value, place) for place, value in enumerate(values)]
    random.Random(3).shuffle(rows)  # noqa: S311 - any order will do
    rising = [row[0] for row in Order("value").sorted(rows, COLUMNS)]
    falling = [row[0] for row in Order("value", descending=True).sorted(rows, COLUMNS)]
    assert rising[:8] == [-math.inf, True, 1.5, 3, (7,), (2, 1), "A", "b"]
    assert falling[:8] == rising[7::-1]
    assert {str(value) for value in rising[8:]} == {"nan", "None", ""}


@pytest.mark.parametrize("text", ["", "-", "nowhere", "-nowhere", "value-", "--value", "<script>"])
def test_an_order_that_is_none_is_the_default(text: str) -> None:
    """Whatever stands in the address, the table is sorted by one of its columns."""
    assert Order.of(text, COLUMNS, Order("place")) == Order("place")
    assert Order.of("-value", COLUMNS, Order("place")) == Order("value", descending=True)


def test_a_head_turns_the_order_round() -> None:
    """The column sorted by leads to the other way round, others to their own first way."""
    value, place = headings(COLUMNS, Order("value"), "/", {"filter": "a&b=<c>"})
    assert (value.order, place.order) == ("ascending", "none")
    assert value.address == "/?filter=a%26b%3D%3Cc%3E&sort=-value"
    assert place.address == "/?filter=a%26b%3D%3Cc%3E&sort=-place"


@pytest.mark.parametrize("logarithmic", [True, False])
def test_an_axis_holds_its_values_between_few_even_ticks(logarithmic: bool) -> None:  # noqa: FBT001 - a parameter
    """Whatever the values, each has its place, in their order, between two to seven ticks."""
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


def test_an_axis_of_whole_things_has_no_halves() -> None:
    """Between two generations there is none."""
    assert axis("", [0, 1], whole=True).ticks == ("0", "1")
    assert axis("", [0, 2], whole=True).ticks == ("0", "1", "2")
    assert "0.5" in axis("", [0, 2]).ticks


def test_an_axis_of_nothing_is_one_all_the_same() -> None:
    """Before the first score there is an empty chart, not an error."""
    for values in ([], [math.nan], [0.0], [-1.0]):
        for logarithmic in (True, False):
            assert len(axis("", values, logarithmic=logarithmic).ticks) >= 2


def test_the_lowest_so_far_never_rises() -> None:
    """What is not a number changes nothing, before the first score there is none."""
    lowest = lowest_so_far([math.nan, 3.0, math.nan, 5.0, 1.0, 2.0])
    assert math.isnan(lowest[0])
    assert lowest[1:] == [3.0, 3.0, 3.0, 1.0, 1.0]
