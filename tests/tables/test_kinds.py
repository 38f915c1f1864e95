import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.errors import DataError
from neuroevo.tables import TableSettings, check_frame, describe
from neuroevo.tables.cells import categories, in_order, name, numbers

DAYS = [dt.date(2024, 1, day) for day in (1, 2, 3)]
KINDS: list[tuple[object, str]] = [
    ([1, 2, 3], "number"),
    ([1.5, None, 3], "number"),
    (pd.array([1, None, 3], dtype="Int64"), "number"),
    (np.array([1, 2, 3], dtype=np.uint8), "number"),
    (["1", " 2.5", "1e3"], "number"),
    ([Decimal("1.5"), Decimal(2), None], "number"),
    ([None, None, None], "number"),
    ([True, False, True], "boolean"),
    (pd.array([True, None, False], dtype="boolean"), "boolean"),
    (["TRUE", "false", None], "boolean"),
    ([True, None, False], "boolean"),
    (["yes", "no", "yes"], "category"),
    (["1", "b", "c"], "category"),
    (["red", "", None], "category"),
    (pd.Categorical([1, 2, 1]), "category"),
    (pd.Categorical([True, False, True]), "category"),
    (["2024-01-01", "2024-01-02 10:00", None], "date"),
    (["31.12.2024", "1.1.2025", "2/1/25"], "date"),
    (pd.to_datetime(DAYS), "date"),
    (DAYS, "date"),
    (pd.period_range("2024-01", periods=3, freq="M"), "date"),
    ([1j, 2j, 3j], "other"),
    ([[1], [2], [3]], "other"),
    ([b"a", b"b", b"c"], "other"),
    (pd.to_timedelta([1, 2, 3], unit="h"), "other"),
]


@pytest.mark.parametrize(("cells", "kind"), KINDS)
def test_the_kind_of_a_column_is_found(cells: object, kind: str) -> None:
    """Columns of all types and texts are recognised, and none makes the description fail."""
    [described] = describe(pd.DataFrame({"x": cells}))
    assert described.kind == kind
    assert bool(described.problem) == (kind in {"date", "other"})


def test_a_few_wrong_cells_are_no_problem_of_the_column() -> None:
    """A column has a problem, which names the first row, if most of its cells break a rule."""
    few, most = describe(pd.DataFrame({"few": ["1", "2", "x"], "most": ["1", "9" * 20, "8" * 20]}))
    assert (few.kind, few.problem) == ("number", "")
    assert most.problem == (
        "must be a whole number of at most 9,007,199,254,740,992 (without its sign), "
        f"but got '{'9' * 20}' in row 1"
    )


COUNTED, SORTED = np.arange(120), np.arange(120) ** 2 + 7
NAMES_OF_ROWS: list[tuple[str, object, bool]] = [
    ("x", COUNTED, True), ("x", COUNTED + 1, True), ("x", COUNTED + 1990, True),
    ("x", SORTED, True),
    ("x", SORTED / 4 + 0.1, False), ("x", SORTED // 9, False), ("x", SORTED[::-1], False),
    ("id", SORTED[::-1], True), ("Id", SORTED[::-1], True), ("PassengerId", SORTED[::-1], True),
    ("customer_id", SORTED[::-1], True), ("Unnamed: 0", SORTED[::-1], True),
    ("id", COUNTED // 2, False), ("paid", SORTED[::-1], False), ("id", SORTED[::-1] + 0.5, False),
    ("x", COUNTED[:15], False), ("year", COUNTED[:60] + 1960, False), ("x", SORTED[:60], False),
    ("id", [*COUNTED[:-1], None], False), ("id", [str(each) for each in COUNTED], True),
]  # fmt: skip


@pytest.mark.parametrize(("name", "cells", "expected"), NAMES_OF_ROWS)
def test_numbers_that_only_name_the_rows_are_recognised(
    name: str, cells: object, *, expected: bool
) -> None:
    """Numbers of rows are whole and different, and count or increase, or the column is an id."""
    [described] = describe(pd.DataFrame({name: cells}))
    assert described.names_rows is expected


def test_a_description_says_what_a_column_holds() -> None:
    """Range, missing cells and categories are counted; numbers can be categories."""
    frame = pd.DataFrame(
        {" size": [3.5, None, -1], "colour": ["red", "blue", "red"], "floor": [10, 9, 10]}
    )
    size, colour, floor = describe(frame, categories=["floor"])
    assert (size.name, size.missing, size.distinct, size.low, size.high) == ("size", 1, 2, -1, 3.5)
    assert (colour.kind, colour.distinct, colour.categories) == ("category", 2, ("blue", "red"))
    assert (floor.kind, floor.categories, floor.low) == ("category", ("9", "10"), None)


ALIKE = [
    ([1, 2, 1], [1.0, 2.0, 1.0], ["1", " 02", "1e0"]),
    ([True, False, True], ["TRUE", "false", "True "], pd.array([True, False, True], "boolean")),
    ([0.5, -1, 3], ["0.50", "-1.0", "3"], [Decimal("0.5"), Decimal(-1), Decimal(3)]),
]


@pytest.mark.parametrize("columns", ALIKE)
def test_a_category_has_one_name_however_its_column_was_read(columns: Sequence[object]) -> None:
    """Numbers, texts of numbers, and true and false have the same names as categories."""
    names = [categories(pd.Series(cells)).names for cells in columns]
    codes = [categories(pd.Series(cells)).codes.tolist() for cells in columns]
    assert names[0] == names[1] == names[2]
    assert codes[0] == codes[1] == codes[2]


@given(st.lists(st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)))
def test_names_of_numbers_are_sorted_by_value_and_lose_no_digit(values: list[float]) -> None:
    """The name of a number is the same number again, and the order is that of the numbers."""
    names = [name(value) or "" for value in values]
    assert [float(each) for each in names] == [float(value) for value in values]
    ordered = [float(each) for each in in_order(set(names))]
    assert ordered == sorted(ordered)


@given(st.text() | st.integers() | st.floats() | st.booleans() | st.binary())
def test_any_cell_is_read_or_wrong(cell: object) -> None:
    """No cell makes reading fail: it is a number, missing or wrong, and likewise as a category."""
    column = pd.Series([cell, "a"], dtype="object")
    read, named = numbers(column), categories(column)
    wrong = any(broken.cells[0] for broken in read.broken)
    assert wrong or np.isfinite(read.array[0]) or np.isnan(read.array[0])
    assert name(named.names[named.codes[0]]) == named.names[named.codes[0]]


TARGETS = [
    ([0, 1] * 20, True),
    ([-1, 1] * 20, True),
    ([1, 2, 3] * 10, True),
    (["a", "b"] * 20, True),
    ([True, False] * 20, True),
    ([1, 2, 3] * 9, False),
    ([3, 4, 5] * 20, False),
    ([1, 2, 4] * 20, False),
    ([0.5, 1.5] * 20, False),
    (list(range(21)) * 20, False),
]


@pytest.mark.parametrize(("target", "classes"), TARGETS)
def test_classes_are_recognised_with_care(target: list[object], classes: bool) -> None:  # noqa: FBT001 - a parameter
    """Numbers are classes only if they look like numbered classes; the settings can say both."""
    frame = pd.DataFrame({"x": range(len(target)), "y": target})
    automatic = check_frame(frame, TableSettings(target=("y",)))
    assert (automatic.classes is not None) == classes
    numeric = isinstance(target[0], int | float) and not isinstance(target[0], bool)
    guesses = {True: "are taken for", False: "numbers are taken for quantities"}
    few = len(target) >= 10 * len(set(target)) and len(set(target)) <= 20 and target[0] != 0.5
    assert bool(automatic.guess) == (numeric and few)
    assert guesses[classes] in automatic.guess or not automatic.guess
    chosen = check_frame(frame, TableSettings(target=("y",), problem="classes"))
    assert chosen.classes is not None
    if numeric:
        regression = check_frame(frame, TableSettings(target=("y",), problem="regression"))
        assert regression.classes is None


def test_an_input_that_equals_the_target_is_a_warning() -> None:
    """Numbers and categories are compared with the target, whatever their type."""
    numeric = pd.DataFrame({"a": [1, 2, 5], "b": [1.0, 2.0, 5.0], "y": ["1", "2", "5"]})
    table = check_frame(numeric, TableSettings(target=("y",)))
    assert table.warnings == (
        "data, column 'a': equals the target 'y'",
        "data, column 'b': equals the target 'y'",
    )
    words = pd.DataFrame({"a": ["u", "v", "u"], "b": ["v", "u", "u"], "y": ["u ", "v", "u"]})
    table = check_frame(words, TableSettings(target=("y",)))
    assert table.warnings == (
        "data, column 'a': equals the target 'y'",
        "data, column 'y': 'u' and 'u ' are different classes",
    )


def test_an_input_that_gives_the_target_away_is_a_warning() -> None:
    """A linear function of the target, or a value for each class, is named; a mere relation not."""
    random = np.random.default_rng(0)
    y = random.normal(size=50)
    close = y + 1e-6 * random.normal(size=50)
    doubled = np.where(np.arange(50) % 7 == 0, np.nan, 2 * y)
    single = y.astype(np.float32)
    columns = {"far": 1e6 - y, "doubled": doubled, "close": close, "single": single, "y": y}
    numbers = pd.DataFrame(columns)
    settings = TableSettings(target=("y",), missing="median")
    assert check_frame(numbers, settings).warnings == (
        "data, column 'far': is a linear function of the target 'y'",
        "data, column 'doubled': is a linear function of the target 'y'",
        "data, column 'single': equals the target 'y'",
    )
    words = pd.Series(list("abc") * 10)
    renamed = words.map({"a": 7, "b": 1, "c": 30})
    other = random.normal(size=30)
    classes = pd.DataFrame({"renamed": renamed, "two": words.eq("a"), "other": other, "y": words})
    assert check_frame(classes, TableSettings(target=("y",))).warnings == (
        "data, column 'renamed': has one value for each class of the target 'y'",
    )
    assert check_frame(classes.head(14), TableSettings(target=("y",))).warnings == ()
    copies = pd.concat([classes.head(3)] * 10, ignore_index=True)
    assert check_frame(copies, TableSettings(target=("y",))).warnings == ()


def test_rows_of_a_frame_are_named_by_its_index() -> None:
    """A problem of a cell has the label of its row, and the frame's name."""
    frame = pd.DataFrame({"x": [1.0, np.inf, 2.0], "y": [1, 2, 4]}, index=["ann", "bob", "eve"])
    with pytest.raises(DataError) as caught:
        check_frame(frame, TableSettings(target=("y",)), "people")
    assert caught.value.problems == (
        "people, row 'bob', column 'x': must be a finite number, but got inf",
    )


def test_names_of_columns_must_be_texts_or_whole_numbers() -> None:
    """A frame made from an array has numbers as names; other names are refused."""
    frame = pd.DataFrame(np.arange(12.0).reshape(4, 3))
    assert check_frame(frame, TableSettings(target=("2",))).inputs == ("0", "1")
    with pytest.raises(DataError) as caught:
        check_frame(frame.set_axis(["a", 1.5, "2"], axis=1), TableSettings(target=("2",)))
    assert caught.value.problems == ("data: names of columns must be texts, but got '1.5'",)
