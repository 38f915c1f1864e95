"""Filters of tables: words, comparisons and what is said about wrong ones."""

import math
from collections.abc import Mapping
from typing import Any

import pytest

from neuroevo.dashboard.filtering import Searched, filtered

Row = Mapping[str, Any]
ROWS: tuple[Row, ...] = (
    {"id": "a", "rate": 0.10612, "kind": "tanh", "hidden": (10, 6), "count": 10_000, "flag": True},
    {"id": "b", "rate": 0.5, "kind": "ReLU", "hidden": (6,), "count": 10_001, "flag": False},
    {"id": "c", "rate": math.nan, "kind": None, "hidden": (), "count": 3, "flag": None},
    {
        "id": "d",
        "rate": math.inf,
        "kind": "two words",
        "hidden": (10, 10),
        "count": 0,
        "flag": True,
    },
)
NAMES = ("id", "rate", "kind", "hidden", "count", "flag")


def _value(name: str) -> Any:  # noqa: ANN401 - values of any kind
    return lambda row: row[name]


def _texts(row: Row) -> list[str]:
    return [str(row["kind"]), f"row {row['id']}"]


SEARCHED: Searched[Row] = Searched(_texts, {name: _value(name) for name in NAMES})


def found(text: str) -> str:
    """Return the rows that match a filter without problems."""
    result = filtered(ROWS, text, SEARCHED)
    assert not result.problems
    return "".join(row["id"] for row in result.rows)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "abcd"),
        ("TANH row", "a"),
        ('"row b"', "b"),
        ("rate>0.1", "abd"),
        ("rate > 0.2", "bd"),
        ("rate<=0.5", "ab"),
        ("rate>=5e-1 rate<inf", "b"),
        ("rate=0.106", "a"),
        ("rate=0.10612", "a"),
        ("rate=0.10613", ""),
        ("rate!=0.106", "bcd"),
        ("count=10000", "a"),
        ("count=10_000", "a"),
        ("kind=relu", "b"),
        ("Kind!=tanh", "bcd"),
        ('kind="two words"', "d"),
        ("kind~WO", "d"),
        ("hidden~10", "ad"),
        ("hidden=10-6", "a"),
        ("hidden=10·6", "a"),
        ("flag=yes", "ad"),
        ("rate>0.1 row kind~a", "a"),
    ],
)
def test_words_and_comparisons_keep_the_rows_that_match_all(text: str, expected: str) -> None:
    """Each operator does what it says for numbers, texts, layers and missing values."""
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("rat>1", "No field is called rat: did you mean rate?"),
        ("zzz=1", f"No field is called zzz: there are {', '.join(NAMES[:-1])} and flag."),
        ("rate>", "A comparison needs a value: rate>"),
        ("rate<fast", "< needs a number: rate<fast"),
        ("rate>nan", "> needs a number: rate>nan"),
        ("rate=fast", "= needs a number: rate=fast"),
        *(
            (wrong, f"A comparison is a field, one of >, >=, <, <=, =, !=, ~, and a value: {wrong}")
            for wrong in ("kind==tanh", "rate=>0.1", "rate!>3", ">0.1", "~x")
        ),
        ("hidden>3", "hidden is no number: use =, != or ~ instead of >"),
        ("flag>0", "flag is no number: use =, != or ~ instead of >"),
    ],
)
def test_wrong_comparison_is_reported_and_left_out(text: str, problem: str) -> None:
    """The message says what is wrong, for each wrong part; the other parts count."""
    result = filtered(ROWS, f"row kind=tanh none=1 {text}", SEARCHED)
    assert result.problems[1] == problem
    assert len(result.problems) == 2
    assert [row["id"] for row in result.rows] == ["a"]


@pytest.mark.parametrize("text", ["<", ">=", "~x", '"', "=" * 200, "a" * 200, "<b>x</b>", "\x00"])
def test_any_text_is_a_filter(text: str) -> None:
    """Nothing that is typed is an error."""
    assert len(filtered(ROWS, text, SEARCHED).rows) <= len(ROWS)
