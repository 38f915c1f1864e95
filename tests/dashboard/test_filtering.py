"""Filters of tables: words, comparisons and what is said about wrong ones."""

import math
from collections.abc import Mapping
from typing import Any

import pytest

from neuroevo.dashboard.filtering import Searched, comparable, filtered
from neuroevo.evaluation import Objective

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
        ("rate=≤ 0.106", ""),
        ("rate = ≤ 5 × 10⁻¹", "ab"),
        ("rate=11%", "a"),
        ("rate=10%", ""),
        ("rate=10.6%", "a"),
        ("rate > 10.7% rate<1 s", "b"),
        ("count>=2.778 h", "b"),
        ("count > 166.6 min", "ab"),
        ("count=167min", "ab"),
        ("count=2.8h", "ab"),
        ("count<4s row", "cd"),
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
    ("text", "expected"),
    [
        ("samples<200", [30]),
        ("samples>40", []),
        ("samples=not reached", [91]),
        ('samples!="not reached"', [30, None]),
        ("samples=30", [30]),
    ],
)
def test_a_penalty_is_not_reached(text: str, expected: list[int | None]) -> None:
    """A score beyond the sample budget is no number for a filter, but what the page says."""
    item = Objective("samples_to_target", limit=60.0)
    searched: Searched[int | None] = Searched(
        lambda _: [], {"samples": lambda score: comparable(item, score)}
    )
    result = filtered([30, 91, None], text, searched)
    assert (list(result.rows), result.problems) == (expected, ())


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


SPACED: Searched[Row] = Searched(
    lambda row: [f"row {row['name']}"],
    {"learning_rate": lambda row: row["rate"], "final_mse": lambda row: row["mse"]},
    {"best final MSE": "final_mse"},
)
SPACED_ROWS: tuple[Row, ...] = (
    {"name": "a", "rate": 0.5, "mse": 1e-5},
    {"name": "b", "rate": 0.05, "mse": 1.2e-4},
    {"name": "c", "rate": 1500.0, "mse": -0.5},
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("learning rate>0.1", "ac"),
        ("row Learning  Rate > 0.1 learning_rate<1,000", "a"),
        ('"learning rate">0.1', "ac"),
        ("best final MSE<0.0001", "ac"),
        ("final mse<10⁻⁴ row", "ac"),
        ("final_mse<1.2×10⁻⁴", "ac"),
        ("final_mse<=1.2 × 10⁻⁴ learning rate<1", "ab"),
        ("final_mse≤1.2\u00a0×\u00a010⁻⁴ learning rate≥0.1", "ac"),
        ("final_mse=1.2 × 10⁻⁴", "b"),
        ('final_mse≠"1.2 × 10⁻⁴"', "ac"),
        ("learning_rate>1,000", "c"),
        ("learning rate=1,500", "c"),
        ("final_mse<−0.1", "c"),
        ("final_mse>−10⁻⁴", "ab"),
        ("learning_rate<∞", "abc"),
    ],
)
def test_what_the_page_shows_can_be_typed(text: str, expected: str) -> None:
    """Headings with spaces are names of fields, and numbers may be written as on the page."""
    result = filtered(SPACED_ROWS, text, SPACED)
    assert not result.problems
    assert "".join(row["name"] for row in result.rows) == expected


@pytest.mark.parametrize("number", ["10⁻", "×10⁻⁴", "1,00", "1.2.3×10⁻⁴", "1,2,3"])
def test_what_is_almost_a_number_is_none(number: str) -> None:
    """A number that no page would show so is reported."""
    (problem,) = filtered(SPACED_ROWS, f"final_mse<{number}", SPACED).problems
    assert problem == f"< needs a number: final_mse<{number}"


def test_only_a_near_name_is_suggested() -> None:
    """A name that has some letters in common with a field gets the list of the fields instead."""
    fields = {name: _value(name) for name in ("state", "operator", "generation")}
    for wrong, hint in (("rate", "there are state, operator and generation."),
                        ("stat", "did you mean state?")):  # fmt: skip
        found_problems = filtered((), f"{wrong}>0.1", Searched(_texts, fields)).problems
        assert found_problems == (f"No field is called {wrong}: {hint}",)
