"""Exported networks: how far their predictions are from ours, and how long they take."""

import io
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.benchmarks.markdown import Table, at_least, at_most
from experiments.benchmarks.measuring import interleaved, median_ratio, nanoseconds, pinned, say
from neuroevo.export import FORMATS, ExportableNetwork, load
from neuroevo.learning import Architecture, Columns, Scaling

Floats = NDArray[np.floating]

_INPUTS = 10
_NETWORKS = (((32,), "relu", False), ((32, 32), "tanh", True))  # the last: whether it is scaled
_FEW, _MANY = 1_000, 100_000  # rows that are compared, and that are predicted at once
_REPEATED = 300  # predictions of one row in a measurement
_ONE_ROW = at_most(20.0)
_DIFFERENCE = at_most(1e-6)
_MANY_ROWS = at_least(1.0)


@dataclass(frozen=True, slots=True)
class Side:
    """Who predicts with an exported network."""

    outputs: Callable[[Floats], Floats]
    one: Callable[[], float]  # microseconds of a prediction of one row
    many: Callable[[], float]  # milliseconds of the prediction of many rows


@dataclass(frozen=True, slots=True)
class ExportTime:
    """What was measured of a network in one format."""

    network: str
    form: str
    size: int  # bytes
    difference: float  # the largest from our own predictions
    one: float  # microseconds
    many: float  # milliseconds
    ratio: float  # of the time for many rows to ours, in the same rounds


@dataclass(frozen=True, slots=True)
class ExportsResult:
    """All of this part."""

    times: tuple[ExportTime, ...]


def measure(rounds: int) -> ExportsResult:
    """Measure each format that can be run on this machine, on one core."""
    with pinned():
        times = [
            time
            for hidden, activation, scaled in _NETWORKS
            for time in _measure(_network(hidden, activation, scaled=scaled), rounds)
        ]
    return ExportsResult(tuple(times))


def tables(result: ExportsResult) -> list[Table]:
    """Return the measurements and the targets as tables."""
    rows = tuple(
        (
            each.network,
            each.form,
            f"{each.size:,}",
            f"{each.difference:.1e}",
            f"{each.one:,.1f}",
            f"{each.many:,.1f}",
            f"{each.ratio:.2f} times",
        )
        for each in result.times
    )
    columns = ("network", "format", "bytes", "difference", "one row, µs", "many, ms", "to ours")
    note = (
        f"Difference: the largest of {_FEW:,} rows, relative to outputs above 1. Many: "
        f"{_MANY:,} rows, for js and C one after the other. neuroevo: the champion itself; "
        "safetensors and json: the network that neuroevo.load gives. torch is timed with prepared "
        "inputs."
    )
    return [Table("Exports", columns, rows, (note,)), _conclusions(result)]


def _conclusions(result: ExportsResult) -> Table:
    ours = [each.one for each in result.times if each.form == "neuroevo"]
    differences = [each.difference for each in result.times]
    onnx = [each.ratio for each in result.times if each.form == "onnx"]
    judged = (
        ("largest difference", _DIFFERENCE, max(differences), ".1e"),
        ("one row in Python, µs", _ONE_ROW, max(ours), ".1f"),
        ("time of onnxruntime to ours, many rows", _MANY_ROWS, min(onnx, default=np.nan), ".2f"),
    )
    rows = tuple(
        (what, target.text(form), f"{worst:{form}}", target.verdict(worst))
        for what, target, worst, form in judged
    )
    return Table("Exports: conclusions", ("promise", "target", "worst case", "verdict"), rows)


def _network(hidden: tuple[int, ...], activation: str, *, scaled: bool) -> ExportableNetwork:
    architecture = Architecture(inputs=_INPUTS, hidden=hidden, outputs=1, activation=activation)
    random = np.random.default_rng(0)
    drawn = random.normal(size=architecture.vector_size) / np.sqrt(_INPUTS)
    inputs = tuple(f"x{place}" for place in range(_INPUTS))
    before = Scaling((0.1,) * _INPUTS, (0.9,) * _INPUTS) if scaled else None
    columns = Columns(inputs, ("y",), (), before, Scaling((3.0,), (0.5,)) if scaled else None)
    return ExportableNetwork(architecture, drawn.astype(np.float32), columns)


def _measure(network: ExportableNetwork, rounds: int) -> Iterator[ExportTime]:
    scaled = ", scaled" if network.columns.input_scaling else ""
    layers = "-".join(map(str, network.architecture.layer_sizes))
    name = f"{layers} {network.architecture.activation}{scaled}"
    rows = np.random.default_rng(1).normal(size=(_FEW, _INPUTS)).astype(np.float32)
    expected = network.predict(rows)
    with tempfile.TemporaryDirectory() as folder:
        sides, sizes = {"neuroevo": _of_python(network.predict)}, {"neuroevo": 0}
        for form in FORMATS:
            say(f"exports: {name} to {form}")
            content = network.to(form)
            side = _SIDES[form](content, Path(folder))
            if side is not None:
                sides[form] = side
                data = content.encode() if isinstance(content, str) else content
                sizes[form] = len(data)
        one = interleaved({form: side.one for form, side in sides.items()}, rounds)
        many = interleaved({form: side.many for form, side in sides.items()}, rounds)
        for form, side in sides.items():
            found = side.outputs(rows)
            difference = np.abs(found - expected) / np.maximum(1, np.abs(expected))
            yield ExportTime(
                name,
                form,
                sizes[form],
                float(difference.max()),
                median(one[form]),
                median(many[form]),
                median_ratio(many[form], many["neuroevo"]),
            )


def _of_python(
    predict: Callable[[Any], Floats], given: Callable[[Floats], Any] = np.asarray
) -> Side:
    """Return a side that predicts in this process, with what it is given made in advance."""
    single, several = given(_rows(1)), given(_rows(_MANY))

    def repeat() -> None:
        for _ in range(_REPEATED):
            predict(single)

    return Side(
        lambda rows: predict(given(rows)),
        lambda: nanoseconds(repeat, _REPEATED * 1e3),
        lambda: nanoseconds(partial(predict, several), 1e6),
    )


def _rows(count: int) -> Floats:
    return np.random.default_rng(2).normal(size=(count, _INPUTS)).astype(np.float32)


def _onnx(content: str | bytes, _: Path) -> Side:
    import onnxruntime  # noqa: PLC0415 - a peer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, ["CPUExecutionProvider"])
    names = [each.name for each in session.get_inputs()]

    def given(rows: Floats) -> Mapping[str, Floats]:
        columns = rows.astype(np.float64).T[:, :, np.newaxis]
        return {
            name: np.ascontiguousarray(column) for name, column in zip(names, columns, strict=True)
        }

    def predict(columns: Mapping[str, Floats]) -> Floats:
        outputs: Floats = session.run(None, columns)[0]
        return outputs

    return _of_python(predict, given)


def _torch(content: str | bytes, _: Path) -> Side:
    import torch  # noqa: PLC0415 - a peer

    module: Any = ModuleType("exported")
    exec(compile(content, "exported.py", "exec"), vars(module))  # noqa: S102 - written by us
    network = module.Network()

    names = [column["name"] for column in module.NETWORK["inputs"]]

    def predict(inputs: Any) -> Floats:  # noqa: ANN401 - a tensor
        with torch.inference_mode():
            outputs: Floats = network(inputs).numpy()
        return outputs

    def compared(rows: Floats) -> Floats:
        columns = dict(zip(names, rows.T.tolist(), strict=True))
        outputs: Floats = network.outputs(columns).numpy()
        return outputs

    return replace(_of_python(predict, torch.from_numpy), outputs=compared)


def _sklearn(content: str | bytes, _: Path) -> Side:
    import pandas as pd  # noqa: PLC0415 - only this needs it
    import skops.io  # noqa: PLC0415 - a peer

    assert isinstance(content, bytes)  # noqa: S101 - for the type checker
    pipeline = skops.io.loads(content)

    def given(rows: Floats) -> "pd.DataFrame":
        return pd.DataFrame(rows, columns=list(pipeline.feature_names_in_))

    def predict(frame: "pd.DataFrame") -> Floats:
        outputs: Floats = pipeline.predict(frame).reshape(-1, 1)
        return outputs

    return _of_python(predict, given)


def _loaded(content: str | bytes, folder: Path) -> Side:
    path = folder / "network"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    read = load(path)
    assert isinstance(read, ExportableNetwork)  # noqa: S101 - for the type checker
    return _of_python(read.predict)


# Programs that read rows and write nanoseconds and outputs; both as JSON.
_NODE = """
import { readFileSync } from "node:fs";
const { outputs } = await import(process.argv[1]);
const rows = JSON.parse(readFileSync(0, "utf-8"));
rows.slice(0, 1000).forEach(outputs);
const start = process.hrtime.bigint();
const found = rows.map(outputs);
const time = Number(process.hrtime.bigint() - start);
console.log(JSON.stringify([time, found]));
"""
_C = """
#define _POSIX_C_SOURCE 199309L
#include "network.h"
#include <stdio.h>
#include <time.h>
static struct network_row rows[100000];
static float found[100000];
int main(void) {
  int count, row, column;
  float value;
  struct timespec start, end;
  if (scanf("%d", &count) != 1) return 1;
  for (row = 0; row < count; ++row)
    for (column = 0; column < 10; ++column) {
      if (scanf("%f", &value) != 1) return 1;
      ((float *)&rows[row])[column] = value;
    }
  clock_gettime(CLOCK_MONOTONIC, &start);
  for (row = 0; row < count; ++row) network_predict(&rows[row], &found[row]);
  clock_gettime(CLOCK_MONOTONIC, &end);
  printf("[%.0f, [", 1e9 * (end.tv_sec - start.tv_sec) + (end.tv_nsec - start.tv_nsec));
  for (row = 0; row < count; ++row) printf("%s[%.9g]", row ? "," : "", found[row]);
  printf("]]");
  return 0;
}
"""


def _javascript(content: str | bytes, folder: Path) -> Side | None:
    node = shutil.which("node")
    if node is None:
        return None
    path = folder / "network.mjs"
    path.write_text(str(content), encoding="utf-8")
    names = [f"x{place}" for place in range(_INPUTS)]

    def packed(rows: Floats) -> str:
        return json.dumps([dict(zip(names, row, strict=True)) for row in rows.tolist()])

    return _of_program([node, "--input-type=module", "-e", _NODE, str(path)], packed)


def _c(content: str | bytes, folder: Path) -> Side | None:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    (folder / "network.h").write_text(str(content), encoding="utf-8")
    (folder / "main.c").write_text(_C, encoding="utf-8")
    command = [compiler, "-std=c99", "-O2", "main.c", "-o", "main", "-lm"]
    subprocess.run(command, cwd=folder, check=True)  # noqa: S603 - made here

    def packed(rows: Floats) -> str:
        text = io.StringIO()
        np.savetxt(text, rows, fmt="%.9g")
        return f"{len(rows)}\n{text.getvalue()}"

    return _of_program([os.fspath(folder / "main")], packed)


def _of_program(command: list[str], packed: Callable[[Floats], str]) -> Side:
    """Return a side that predicts in a process of its own, which measures its time."""

    def run(text: str) -> tuple[float, Floats]:
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)  # noqa: S603 - made here
        time, outputs = json.loads(done.stdout)
        return time, np.array(outputs)

    several = packed(_rows(_MANY))
    times: list[float] = []

    def many() -> float:
        times.append(run(several)[0])
        return times[-1] / 1e6

    return Side(lambda rows: run(packed(rows))[1], lambda: many() * 1e3 / _MANY, many)


_SIDES: Mapping[str, Callable[[str | bytes, Path], Side | None]] = {
    "safetensors": _loaded,
    "onnx": _onnx,
    "torch": _torch,
    "sklearn": _sklearn,
    "json": _loaded,
    "js": _javascript,
    "c": _c,
}
