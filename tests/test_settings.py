from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from neuroevo.errors import UsageError
from neuroevo.settings import OptionalFilePath, Settings, dotted, shown


class Inner(Settings):
    """A table within a table, with a key of each kind."""

    number: Annotated[float, Field(gt=0, le=1e6)] = 1.0
    whole: Annotated[int, Field(ge=2, lt=2**63)] = 2
    flag: bool = True
    text: Annotated[str, Field(max_length=9)] = "text"
    choice: Literal["linear", "tanh"] = "linear"
    pair: tuple[int, int] = (1, 2)
    several: Annotated[tuple[int, ...], Field(min_length=1, max_length=3)] = (1,)
    file: OptionalFilePath = None


class Outer(Settings):
    """A table that holds two others."""

    first: Inner = Inner()
    second: Inner = Inner()


PROBLEMS = [
    ({"number": True}, "number: must be a number, but got true"),
    ({"number": "1"}, "number: must be a number, but got '1'"),
    ({"number": float("nan")}, "number: must be a finite number, but got nan"),
    ({"number": float("inf")}, "number: must be a finite number, but got inf"),
    ({"number": 0}, "number: must be greater than 0, but got 0"),
    ({"number": 2e6}, "number: must be at most 1,000,000, but got 2000000.0"),
    ({"whole": True}, "whole: must be a whole number, but got true"),
    ({"whole": 3.0}, "whole: must be a whole number, but got 3.0"),
    ({"whole": 1}, "whole: must be at least 2, but got 1"),
    (
        {"whole": 2**63},
        "whole: must be less than 9,223,372,036,854,775,808, but got 9223372036854775808",
    ),
    ({"flag": 1}, "flag: must be true or false, but got 1"),
    ({"text": 1}, "text: must be a string, but got 1"),
    ({"text": "0123456789"}, "text: must have a length of at most 9, but got '0123456789'"),
    (
        {"choice": "lineer"},
        "choice: must be one of 'linear', 'tanh', but got 'lineer', did you mean 'linear'?",
    ),
    ({"choice": 3}, "choice: must be one of 'linear', 'tanh', but got 3"),
    ({"pair": 3}, "pair: must be a list, but got 3"),
    ({"pair": [1]}, "pair[1]: must be given"),
    ({"pair": [1, 2, 3]}, "pair: must have a length of at most 2, but got [1, 2, 3]"),
    ({"several": []}, "several: must have a length of at least 1, but got []"),
    ({"several": ["a"]}, "several[0]: must be a whole number, but got 'a'"),
    ({"file": 3}, "file: must be the path of a file, but got 3"),
    ({"file": "a\0b"}, "file: must be the path of a file, but got 'a\\x00b'"),
    ({"nubmer": 1}, "nubmer: unknown key, did you mean 'number'?"),
    (
        {"zzz": 1},
        "zzz: unknown key, must be one of number, whole, flag, text, choice, pair, several, file",
    ),
    ({"whole": "two\nlines"}, "whole: must be a whole number, but got 'two\\nlines'"),
    ({"whole": "x" * 99}, f"whole: must be a whole number, but got '{'x' * 58}…"),
]


def problems_of(values: dict[str, Any]) -> tuple[str, ...]:
    """Return the problems of the inner table with these values."""
    try:
        Inner.of(values)
    except UsageError as error:
        return error.problems
    return ()


@pytest.mark.parametrize(("values", "problem"), PROBLEMS)
def test_each_problem_is_one_line_with_rule_and_value(values: dict[str, Any], problem: str) -> None:
    """A problem is one line: the key, the rule, the value."""
    with pytest.raises(UsageError) as caught:
        Inner(**values)
    assert caught.value.problems == (problem,)


def test_all_problems_of_a_tree_come_at_once() -> None:
    """Two wrong tables and an unknown key give all their lines, not those of the first table."""
    tables: dict[str, Any] = {"first": {"number": 0, "flag": 1}, "second": {"wohle": 3}, "third": 3}
    with pytest.raises(UsageError) as caught:
        Outer(**tables)
    assert caught.value.problems == (
        "first.number: must be greater than 0, but got 0",
        "first.flag: must be true or false, but got 1",
        "second.wohle: unknown key, did you mean 'whole'?",
        "third: unknown key, must be one of first, second",
    )


def test_tables_may_be_mappings_or_settings() -> None:
    """A table may be given as a mapping or as existing settings."""
    tables: dict[str, Any] = {"first": {"whole": 5}}
    assert Outer(first=Inner(whole=5)) == Outer(**tables) == Outer.of(tables)


def test_lists_are_kept_as_tuples_and_whole_numbers_as_floats() -> None:
    """Lists of TOML become tuples; 3 is accepted for a float."""
    inner = Inner.of({"pair": [3, 4], "several": [5], "number": 3})
    assert (inner.pair, inner.several) == ((3, 4), (5,))
    assert isinstance(inner.number, float)


def test_numbers_of_numpy_are_numbers() -> None:
    """NumPy's scalars become Python's, in lists and tables too, and are checked like these."""
    values = {"whole": np.int64(3), "number": np.float32(0.5), "flag": np.False_}
    inner = Inner.of({**values, "several": [np.uint8(5)]})
    assert inner == Inner(whole=3, number=0.5, flag=False, several=(5,))
    assert {type(value) for value in (inner.whole, inner.several[0])} == {int}
    assert Outer.of({"first": {"whole": np.int8(5)}}) == Outer(first=Inner(whole=5))
    for wrong in (
        {"whole": np.float64(3)},
        {"number": np.True_},
        {"number": np.float32("nan")},
    ):
        with pytest.raises(UsageError, match="must be a"):
            Inner.of(wrong)


def test_settings_are_immutable() -> None:
    """Nothing can be assigned; replace returns other settings, checked like new ones."""
    inner = Inner()
    with pytest.raises(ValidationError):
        inner.whole = 3
    assert inner.replace(whole=3).whole == 3
    assert inner.whole == 2
    with pytest.raises(UsageError, match="whole: must be at least 2, but got 0"):
        inner.replace(whole=0)


def test_relative_paths_start_in_the_given_folder(tmp_path: Path) -> None:
    """A relative path starts in the given folder, else in the working directory."""
    assert Inner.of({"file": "a.csv"}, folder=tmp_path).file == tmp_path / "a.csv"
    assert Inner.of({"file": "a.csv"}).file == Path.cwd() / "a.csv"
    assert Inner.of({"file": "/b/a.csv"}, folder=tmp_path).file == Path("/b/a.csv")
    assert Inner.of({"file": "~/a.csv"}, folder=tmp_path).file == Path.home() / "a.csv"


def test_locations_are_written_as_in_a_file() -> None:
    """Keys are joined by dots, indices of lists are in brackets."""
    assert dotted(("space", "hidden", 0, 1)) == "space.hidden[0][1]"
    assert dotted(("space", "two\nlines")) == "space.'two\\nlines'"


@given(st.recursive(st.text() | st.integers() | st.floats(), st.lists))
def test_any_value_is_shown_in_one_short_line(value: object) -> None:
    """For any value the text is short, printable and on one line."""
    text = shown(value)
    assert len(text) <= 60
    assert text.isprintable()


def test_scalars_of_numpy_are_shown_as_what_they_are() -> None:
    """Numbers, truth values and texts, alone and in lists; arrays and other types stay."""
    scalars = [np.float64("inf"), np.float32(0.5), np.int64(3), np.bool_(True), np.str_("a")]  # noqa: FBT003
    assert [*map(shown, scalars)] == ["inf", "0.5", "3", "true", "'a'"]
    assert shown(scalars) == "[inf, 0.5, 3, true, 'a']"
    assert "array" in shown(np.zeros(2))
    assert "2020" in shown(np.datetime64("2020-01-01", "ns"))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(list(Inner.model_fields)) | st.text(), ANYTHING))
def test_any_mapping_gives_settings_or_a_usage_error(values: dict[str, Any]) -> None:
    """Any value gives settings, or one printable line for each problem."""
    assert all(problem.isprintable() for problem in problems_of(values))
