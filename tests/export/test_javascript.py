"""Node and a browser predict the same with an exported module."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.export.cases import TOLERANCE, Case, case_named, every_case

PROGRAM = """
import { readFileSync } from "node:fs";
const module = await import(process.argv[1]);
const rows = JSON.parse(readFileSync(0, "utf-8"));
const outputs = rows.map(module.outputs);
const predicted = rows.map(module.predict);
console.log(JSON.stringify({ outputs, predicted, classes: module.classes }));
"""


def run(case: Case, folder: Path, rows: list[dict[str, object]] | None = None) -> dict[str, Any]:
    """Run the exported module in Node; returns outputs, predictions and classes."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node")
    file = folder / "network.mjs"
    file.write_text(str(case.model.to("js")), encoding="utf-8")
    done = subprocess.run(
        [node, "--input-type=module", "-e", PROGRAM, str(file)],
        input=json.dumps(rows_of(case.rows) if rows is None else rows),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


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
