"""A C compiler takes an exported header without a warning, and the program predicts the same."""

import re
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from neuroevo.errors import NeuroevoError
from neuroevo.export import ExportableNetwork, ExportableTableModel
from neuroevo.learning import ACTIVATIONS, Architecture, Columns, Network, Scaling
from neuroevo.tables import Preparation
from neuroevo.tables.records import NumberInput, label_name
from tests.export.cases import (
    REFUSED,
    TOLERANCE,
    Case,
    array_case,
    case_named,
    every_case,
    refusing_case,
    spelled_case,
    table_case,
    unusual_case,
)

STRICT = ("-std=c99", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Werror")
PROGRAM = """
#include "network.h"
#include <stdio.h>
int main(void) {
  struct network_row row;
  float outputs[NETWORK_OUTPUTS] = {0};
  char text[4096];
  short length;
  int wrong;
  (void)text;
  (void)length;
  while (%s) {
    wrong = network_predict(&row, outputs);
    fwrite(&wrong, sizeof wrong, 1, stdout);
    fwrite(outputs, sizeof(float), NETWORK_OUTPUTS, stdout);
    %s
  }
  return 0;
}
"""
READ_FLOAT = "fread(&row.{0}, sizeof(float), 1, stdin) == 1"
READ_TEXT = (
    "fread(&length, 2, 1, stdin) == 1 && fread(text, 1, (size_t)length, stdin) == (size_t)length "
    "&& (text[length] = 0, row.{0} = network_code_of_{0}(text), 1)"
)
WRITE_CLASS = 'printf("%-20s", network_class_name(network_class(outputs)));'


def compiler() -> str:
    """Return a C compiler; skip where there is none."""
    found = next(filter(None, map(shutil.which, ("gcc", "clang"))), None)
    if found is None:
        pytest.skip("there is no C compiler")
    return found


def built(case: Case, folder: Path) -> Path:
    """Compile a program that reads rows and writes what is predicted for each."""
    header = str(case.model.to("c"))
    (folder / "network.h").write_text(header, encoding="utf-8")
    fields = re.findall(r"^  (int|float) (\w+); /\*", header, re.MULTILINE)
    reading = " && ".join(
        (READ_FLOAT if kind == "float" else READ_TEXT).format(field) for kind, field in fields
    )
    text = PROGRAM % (reading, WRITE_CLASS if case.classes else "")
    (folder / "main.c").write_text(text, encoding="utf-8")
    subprocess.run([compiler(), *STRICT, "main.c", "-o", "main", "-lm"], cwd=folder, check=True)
    return folder / "main"


def run(case: Case, folder: Path, rows: pd.DataFrame) -> tuple[list[int], np.ndarray, list[str]]:
    """Run the program; returns which column of each row is wrong, outputs and classes."""
    program = built(case, folder)
    packed = b"".join(packed_cell(cell) for row in rows.itertuples(index=False) for cell in row)
    done = subprocess.run([program], input=packed, capture_output=True, check=True)
    outputs = case.outputs(rows[:1]).shape[1]
    size = 4 + 4 * outputs + 20 * bool(case.classes)
    parts = [done.stdout[at : at + size] for at in range(0, len(done.stdout), size)]
    assert len(parts) == len(rows)
    return (
        [struct.unpack_from("i", part)[0] for part in parts],
        np.array([struct.unpack_from(f"{outputs}f", part, 4) for part in parts]),
        [part[4 + 4 * outputs :].decode().rstrip() for part in parts],
    )


def packed_cell(cell: object) -> bytes:
    """Return a cell as the program reads it."""
    if isinstance(cell, str):
        return struct.pack("h", len(cell.encode())) + cell.encode()
    return struct.pack("f", cell)


def knots_of(record: object) -> tuple[float, ...]:
    """Return the knots of a column, if it has any."""
    return record.knots if isinstance(record, NumberInput) else ()


def in_single_precision(case: Case) -> pd.DataFrame:
    """Return the rows with numbers that floats can hold, and missing categories as empty texts.

    A number that equals a knot in single precision becomes that knot, as it is in the program.
    """
    rows = case.rows.copy()
    records: dict[Any, Any] = (
        {each.name: each for each in case.preparation.inputs} if case.preparation else {}
    )
    for name in rows:
        if rows[name].dtype == np.float64:
            knots = {float(np.float32(knot)): knot for knot in knots_of(records.get(name))}
            rows[name] = rows[name].astype(np.float32).astype(np.float64).replace(knots)
        else:
            rows[name] = rows[name].fillna("")
    return rows


@every_case
def test_a_compiled_program_predicts_the_same(name: str, tmp_path: Path) -> None:
    """For random and edge rows, outputs are within 1e-6 and classes are equal."""
    case = case_named(name)
    rows = in_single_precision(case)
    wrong, outputs, classes = run(case, tmp_path, rows)
    assert not any(wrong)
    assert case.largest_difference(outputs, rows) < TOLERANCE
    if case.labels:
        labels = case.model.predict(rows).tolist()
        assert classes == [label_name(label) for label in labels]


def test_rows_that_cannot_be_prepared_are_refused(tmp_path: Path) -> None:
    """For each row that predict refuses, the program returns the number of the column."""
    case = refusing_case()
    rows = case.rows.fillna({"floor": ""})
    wrong, _, _ = run(case, tmp_path, rows)
    assert wrong == list(REFUSED)


@pytest.mark.parametrize("scaling", ["standard", "quantile"])
def test_infinite_numbers_are_refused(scaling: str, tmp_path: Path) -> None:
    """They are no place among quantiles either."""
    case = spelled_case(scaling=scaling)
    rows = pd.concat([case.rows] * 3, ignore_index=True).assign(int=[2.0, np.inf, -np.inf])
    wrong, _, _ = run(case, tmp_path, rows[["int", "garden", "floor"]])
    assert wrong == [0, 1, 1]


def test_spaces_around_a_category_do_not_count(tmp_path: Path) -> None:
    """Texts mean the same as in predict, and blank ones are missing."""
    case = unusual_case(("New York", "york", "rot-grün"), "refuse", fill="york", indicator=True)
    texts = [" New York", "york\t", " york \n", "rot-grün ", "rot-grün", "", "  "]
    rows = pd.DataFrame({"code": texts}, dtype=object)
    wrong, outputs, _ = run(case, tmp_path, rows)
    assert not any(wrong)
    assert case.largest_difference(outputs, rows) == 0


def test_other_spellings_are_categories_that_no_training_row_has(tmp_path: Path) -> None:
    """They are refused where such ones are, as the page and the header say."""
    case = unusual_case(("1", "true"), "refuse")
    rows = pd.DataFrame({"code": ["1", "01", "1e0", "True", "New 1"]}, dtype=object)
    wrong, _, _ = run(case, tmp_path, rows)
    assert wrong == [0, 1, 1, 1, 1]
    assert "other spellings are unseen" in str(case.model.to("c"))


USE = """
#include "network.h"
int predict(const struct network_row *row, float *outputs) {
  return network_predict(row, outputs);
}
float missing(void) { return NAN; }
"""


@pytest.mark.parametrize("activation", [*ACTIVATIONS, "softmax"])
def test_of_libm_only_expf_and_tanhf_are_needed(activation: str, tmp_path: Path) -> None:
    """A compiled header asks for these two functions at most, so for no heap either."""
    case = table_case(("level",)) if activation == "softmax" else array_case(activation)
    (tmp_path / "network.h").write_text(str(case.model.to("c")), encoding="utf-8")
    (tmp_path / "use.c").write_text(USE, encoding="utf-8")
    subprocess.run([compiler(), *STRICT, "-c", "use.c"], cwd=tmp_path, check=True)
    if shutil.which("nm") is None:
        pytest.skip("there is no nm")
    listed = subprocess.run(
        ["nm", "-u", "use.o"],  # noqa: S607 - found above
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert set(listed.stdout.split()) - {"U"} <= {"expf", "tanhf", "_GLOBAL_OFFSET_TABLE_"}


def test_any_names_can_be_compiled(tmp_path: Path) -> None:
    """Names that C takes itself, or that have no letters, become other identifiers."""
    names = ["int", "linux", "errno", "h", "inputs", "???", "?", "2nd", "Ünit", "x" * 300, "*/\\"]
    categories = ["?", "??/", "\\", '"', "*/", "a\nb", "\x01" + "1"]
    inputs = [{"kind": "category", "name": name, "categories": categories} for name in names]
    preparation = Preparation.of({"inputs": inputs, "unseen": "zeros", "targets": [{"name": "y"}]})
    inputs_made = len(preparation.input_names)
    architecture = Architecture(inputs=inputs_made, hidden=(), outputs=1, activation="linear")
    parameters = np.arange(architecture.vector_size, dtype=np.float32)
    network = Network(architecture, parameters, preparation.columns)
    rows = pd.DataFrame({name: np.roll(categories, place) for place, name in enumerate(names)})
    case = Case(ExportableTableModel(network, preparation), rows.astype(object))
    wrong, outputs, _ = run(case, tmp_path, case.rows)
    assert not any(wrong)
    assert outputs.tolist() == case.outputs().tolist()


def test_numbers_beyond_single_precision_are_refused() -> None:
    """A message says so when an offset is too large for a float."""
    columns = Columns(("x",), ("y",), (), Scaling((1e50,), (1e49,)))
    architecture = Architecture(inputs=1, hidden=(), outputs=1, activation="linear")
    network = ExportableNetwork(architecture, np.ones(2, np.float32), columns)
    with pytest.raises(NeuroevoError, match=r"^c: must have numbers of single precision"):
        network.to("c")
