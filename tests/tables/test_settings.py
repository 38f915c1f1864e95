import subprocess
import sys
from collections.abc import Mapping

import pytest

from neuroevo.errors import UsageError
from neuroevo.tables import TableSettings

WRONG: list[tuple[Mapping[str, object], tuple[str, ...]]] = [
    ({}, ("target: must be given",)),
    ({"target": []}, ("target: must have a length of at least 1, but got []",)),
    ({"target": "y", "kolumns": []}, ("kolumns: unknown key, did you mean 'columns'?",)),
    (
        {"target": ["y", " y"], "leave_out": ["a", " "]},
        (
            "target[1]: must be named once, but got 'y' again",
            "leave_out[1]: must not be empty",
        ),
    ),
    (
        {"target": "y", "columns": ["y", "a"], "leave_out": ["y", "a"]},
        (
            "columns: must not name 'y', which is also one of target",
            "leave_out: must not name 'y', which is also one of target",
            "leave_out: must not name 'y', which is also one of columns",
            "leave_out: must not name 'a', which is also one of columns",
        ),
    ),
    (
        {"target": ["a", "b"], "problem": "classes"},
        ("target: must be one column if problem = 'classes', but got ['a', 'b']",),
    ),
    (
        {"target": "y", "problem": "regression", "weight": "balanced"},
        ("weight: must be a column or empty if problem = 'regression', but got 'balanced'",),
    ),
    (
        {"target": "y", "weight": "y"},
        ("weight: must not be a target, an input or left out, but got 'y'",),
    ),
    (
        {"target": "y", "separator": "a", "decimal": ";", "encoding": "utf8"},
        (
            "separator: must be one of , ; | and the like, or a tab, but got 'a'",
            "decimal: must be one of '.', ',', but got ';'",
            (
                "encoding: must be one of 'utf-8', 'utf-16', 'latin-1', 'cp1250', 'cp1251', "
                "'cp1252', "
                "'big5', 'euc_jp', 'euc_kr', 'gb18030', 'koi8_r', 'shift_jis', but got 'utf8', "
                "did you mean 'utf-8'?"
            ),
        ),
    ),
    ({"target": "y", "decimal": ","}, ("decimal: must differ from the separator, but got ','",)),
    (
        {"target": "y", "split": "groups"},
        ("split_column: must be given when split = 'groups'",),
    ),
    (
        {"target": "y", "split_column": "day"},
        ("split_column: must be left out when split = 'share', but got 'day'",),
    ),
    (
        {"target": "y", "split": "time", "split_column": "y"},
        ("split_column: must not be a target, a weight or left out, but got 'y'",),
    ),
    ({"target": "y", "folds": 1}, ("folds: must be 0, for none, or at least 2, but got 1",)),
    (
        {"target": "y", "folds": 5, "split": "time", "split_column": "day"},
        ("folds: must be 0 unless split = 'share' or 'groups', but got 5",),
    ),
    (
        {"target": "y", "folds": 5, "validation": 0.3},
        ("validation: must be left out with folds, which validate in turn, but got 0.3",),
    ),
    (
        {"target": "y", "validation": 0.5, "test": 0.5},
        ("test: must leave training rows beside the validation rows, but got 0.5 and 0.5",),
    ),
]


@pytest.mark.parametrize(("values", "expected"), WRONG)
def test_wrong_settings_are_refused_with_their_keys(
    values: Mapping[str, object], expected: tuple[str, ...]
) -> None:
    """Each problem of the settings is one line with its key."""
    with pytest.raises(UsageError) as caught:
        TableSettings.of(values)
    assert caught.value.problems == expected


def test_settings_survive_a_round_trip_through_plain_values() -> None:
    """Settings that were written load to equal settings; one target may be a text."""
    settings = TableSettings(target=(" price ",), leave_out=("id",), missing="median")
    assert settings.target == ("price",)
    assert TableSettings.of(settings.model_dump(mode="json")) == settings


def test_experiments_load_neither_pandas_nor_scikit_learn() -> None:
    """An experiment can be checked, and a preparation read, without slow libraries."""
    command = (
        "import sys, neuroevo.experiment; from neuroevo.tables import Preparation, TableSettings;"
        "print(sorted({'pandas', 'sklearn', 'pyarrow'} & set(sys.modules)))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, check=True, text=True
    )
    assert printed.stdout == "[]\n"
