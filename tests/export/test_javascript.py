"""Node and a browser predict the same with an exported module."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser

from neuroevo.export import ExportableNetwork
from neuroevo.learning import Architecture, Columns
from tests.export.cases import (
    LONG_NAMES,
    SPELLINGS,
    TOLERANCE,
    UNUSABLE,
    Case,
    case_named,
    every_case,
    refusing_case,
    spelled_case,
    unusual_case,
)

PROGRAM = """
import { readFileSync } from "node:fs";
const module = await import(process.argv[1]);
const rows = JSON.parse(readFileSync(0, "utf-8"));
const outputs = rows.map(module.outputs);
const predicted = rows.map(module.predict);
console.log(JSON.stringify({ outputs, predicted, classes: module.classes }));
"""


def run(
    case: Case,
    folder: Path,
    rows: list[dict[str, object]] | None = None,
    program: str = PROGRAM,
) -> Any:  # noqa: ANN401 - what the program writes
    """Run the exported module in Node; returns what the program writes, as JSON."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node")
    file = folder / "network.mjs"
    file.write_text(str(case.model.to("js")), encoding="utf-8")
    done = subprocess.run(
        [node, "--input-type=module", "-e", program, str(file)],
        input=json.dumps(rows_of(case.rows) if rows is None else rows),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def rows_of(rows: pd.DataFrame) -> list[dict[str, object]]:
    """Return rows as objects of JSON; missing cells are null."""
    found: list[dict[str, object]] = json.loads(
        rows.astype(object).where(rows.notna(), None).to_json(orient="records", double_precision=15)
    )
    return found


@every_case
def test_node_predicts_the_same(name: str, tmp_path: Path) -> None:
    """For random and edge rows, outputs are within 1e-6 and classes are equal."""
    case = case_named(name)
    found = run(case, tmp_path)
    assert case.largest_difference(found["outputs"]) < TOLERANCE
    if case.labels:
        assert found["predicted"] == case.labels


REFUSING = """
import { readFileSync } from "node:fs";
const module = await import(process.argv[1]);
const messages = JSON.parse(readFileSync(0, "utf-8")).map((row) => {
  try {
    module.predict(row);
    return "";
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
});
console.log(JSON.stringify(messages));
"""


def test_rows_that_cannot_be_prepared_are_refused(tmp_path: Path) -> None:
    """Each row that predict refuses throws a RangeError that names the column."""
    case = refusing_case()
    messages = run(case, tmp_path, program=REFUSING)
    names = ["", "int", "floor", "x", "floor", "x", "garden"]
    for message, name in zip(messages, names, strict=True):
        assert message.startswith(f"RangeError: column {name}: must" if name else "")
        assert bool(message) == bool(name)


def test_an_absent_column_is_refused_and_null_is_missing(tmp_path: Path) -> None:
    """A misspelt name is no missing cell, which would be filled."""
    case = spelled_case()
    whole: dict[str, object] = dict(SPELLINGS[0])
    misspelt = {"innt" if name == "int" else name: cell for name, cell in whole.items()}
    rows = [whole, {**whole, "int": None}, misspelt]
    messages = run(case, tmp_path, rows, REFUSING)
    expected = "RangeError: column int: must be in the row, null if it is missing"
    assert messages == ["", "", f"{expected}, but got undefined"]


def test_what_all_objects_have_is_no_column(tmp_path: Path) -> None:
    """A column may be called like a method of objects; without a cell of its own it is absent."""
    columns = Columns(("toString",), ("y",))
    architecture = Architecture(inputs=1, hidden=(), outputs=1, activation="linear")
    network = ExportableNetwork(architecture, np.ones(2, np.float32), columns)
    case = Case(network, pd.DataFrame({"toString": [1.0]}))
    given, absent = run(case, tmp_path, [{"toString": 1}, {}], REFUSING)
    assert not given
    assert absent.startswith("RangeError: column toString: must be in the row")


def test_the_comment_says_that_no_column_may_be_absent() -> None:
    """The beginning of the file names what is missing, which an absent key isn't."""
    text = str(spelled_case().model.to("js"))
    assert "no such key" not in text
    assert "RangeError, and so does a row without a column" in text


def test_cells_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    """Lists, and numbers too large to be read, also where quantiles would take them as the last."""
    rows = [{**SPELLINGS[0], **each} for each in UNUSABLE]
    messages = run(spelled_case(scaling="quantile"), tmp_path, rows, REFUSING)
    for message, each in zip(messages, UNUSABLE, strict=True):
        assert message.startswith(f"RangeError: column {next(iter(each))}: must be")


def test_long_categories_keep_their_digits(tmp_path: Path) -> None:
    """Whole numbers that are one float are different categories, as in predict."""
    case = unusual_case(LONG_NAMES)
    assert case.largest_difference(run(case, tmp_path)["outputs"]) == 0


def test_cells_may_be_spelled_differently(tmp_path: Path) -> None:
    """Numbers and categories as texts, and truth as words, mean the same as in predict."""
    case = spelled_case()
    for outputs in run(case, tmp_path, [dict(row) for row in SPELLINGS])["outputs"]:
        assert case.largest_difference([outputs]) < TOLERANCE


def test_a_browser_predicts_the_same(browser: Browser) -> None:
    """The module works in a page too, also inside of the page's own script."""
    case = case_named("table, quantile, zeros, level")
    page = browser.new_page()
    text = f"{case.model.to('js')!s}\nwindow.network = {{ outputs, predict }};"
    page.set_content(f'<!doctype html><script type="module">{text}</script>')
    page.wait_for_function("window.network")
    rows = rows_of(case.rows)
    outputs = page.evaluate("(rows) => rows.map(network.outputs)", rows)
    assert case.largest_difference(outputs) < TOLERANCE
    assert page.evaluate("(rows) => rows.map(network.predict)", rows) == case.labels
    page.close()
