"""Labels of classes are given back as they were given."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.errors import DataError
from neuroevo.tables import Preparation, PreparedTable, TableSettings, prepare, read_table
from neuroevo.tables.cells import classes

CLASSES = TableSettings(target=("y",), problem="classes")
FIFTEEN = np.arange(15.0)


def labels_of(table: PreparedTable) -> list[Any]:
    """Return the label of each row, from what a run stores."""
    stored = json.loads(json.dumps(table.preparation.to_plain()))
    labels = Preparation.from_plain(stored, "start.json").classes
    found: dict[int, Any] = {}
    for part in (table.training, table.validation, table.test):
        places = part.targets.argmax(axis=1)
        found |= {int(row): labels[place] for row, place in zip(part.rows, places, strict=True)}
    return [found[row] for row in sorted(found)]


TEXTS = [
    ["01", "02", "10"], ["1.0", "2.0", "3.0"], ["1e0", "2", "3"], ["+1", "1", "2"],
    ["-0", "0", "1"], ["TRUE", "FALSE", "TRUE"], ["true", "false", "true"],
    ["True", "FALSE", "true"],
    [" a", "a ", "a"], ["a", " b ", "A"], ["yes", "no", "yes"], ["1,5", "2,5", "x"],
    ["2024-01-01", "2024-01-02", "x"], ["2024-01-01", "2024-01-02", "2024-02-01"],
    ["0x1", "1_000", "½"], ["99999999999999999999", "2", "3"],
]  # fmt: skip


@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize("problem", ["auto", "classes"])
@pytest.mark.parametrize("texts", TEXTS)
def test_labels_of_a_file_are_those_that_stand_there(
    tmp_path: Path, texts: Sequence[str], problem: str, decimal: str
) -> None:
    """Zeros, signs, spaces, case and decimal signs of labels stay, however pandas reads them."""
    labels = [*texts] * 15
    path = tmp_path / "table.csv"
    path.write_text("x;y\n" + "".join(f"{x};{each}\n" for x, each in enumerate(labels)))
    settings = CLASSES.replace(separator=";", decimal=decimal, problem=problem)
    try:
        table = prepare(read_table(path, settings), settings)
    except (
        DataError
    ):  # numbers but for a few cells, and the settings do not say that it has classes
        assert problem == "auto"
        return
    if table.preparation.classes:
        assert labels_of(table) == labels
    else:
        assert problem == "auto"  # and numbers, of a regression


def test_whole_numbers_and_booleans_of_a_file_keep_their_type(tmp_path: Path) -> None:
    """Labels that are written as Python writes numbers and booleans are these."""
    for labels in ([1, 2, 30] * 10, [True, False] * 15):
        path = tmp_path / "table.csv"
        pd.DataFrame({"x": np.arange(30.0), "y": labels}).to_csv(path, index=False)
        found = labels_of(prepare(read_table(path, CLASSES), CLASSES))
        assert found == labels
        assert {type(each) for each in found} == {type(labels[0])}


TYPED = [
    [1, 2, 3], [1.0, 2.0, 3.0], [0.5, 1.5, 2.5], ["1", "2", "3"], ["01", "1", "x"],
    [True, False, True], ["True", "False", "True"], [" a", "a", "b"],
]  # fmt: skip


@pytest.mark.parametrize("cells", TYPED)
@pytest.mark.parametrize("dtype", [None, "object", "category"])
def test_labels_of_a_frame_keep_their_type(cells: list[object], dtype: str | None) -> None:
    """A text of a number stays a text, and 1.0 does not become 1."""
    labels = cells * 10
    frame = pd.DataFrame({"x": np.arange(30.0), "y": pd.Series(labels, dtype=dtype)})
    found = labels_of(prepare(frame, CLASSES))
    assert found == labels
    assert {type(each) for each in found} == {type(each) for each in labels}


@given(st.lists(st.text(st.sampled_from("01 .aA-+e"), min_size=1, max_size=3), min_size=1))
def test_classes_are_told_apart_by_their_exact_text(cells: list[str]) -> None:
    """Every text has its own class, but for blank cells, which are missing."""
    found = classes(pd.Series(cells, dtype="object"))
    again = [found.labels[code] if code >= 0 else None for code in found.codes]
    assert again == [cell if cell.strip() else None for cell in cells]


def test_classes_that_look_alike_are_a_warning() -> None:
    """Labels that differ only in spaces, zeros or composed letters stay apart, with a line."""
    for first, second in (("01", "1"), ("Cafe\u0301", "Caf\xe9")):
        frame = pd.DataFrame({"x": FIFTEEN, "y": [second, first, "2"] * 5})
        warned = f"data, column 'y': '{first}' and '{second}' are different classes"
        assert warned in prepare(frame, CLASSES).warnings


@pytest.mark.parametrize("kind", ["times", "dates"])
def test_dates_as_labels_are_those_of_a_file(kind: str) -> None:
    """They are texts, whatever type they have in a frame."""
    texts = ["2024-01-01", "2024-01-02", "2024-02-01"] * 15
    times = pd.Series(pd.to_datetime(texts))
    frame = pd.DataFrame({"x": np.arange(45.0), "y": times if kind == "times" else times.dt.date})
    assert labels_of(prepare(frame, CLASSES)) == texts


def test_labels_of_several_types_are_texts() -> None:
    """Numbers and texts in one column have the texts of both as labels."""
    frame = pd.DataFrame({"x": FIFTEEN, "y": pd.Series([1, "b", True] * 5, dtype="object")})
    assert set(prepare(frame, CLASSES).preparation.classes) == {"1", "b"}
