"""The page about exports is true."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np

from neuroevo.export import FORMATS, ExportableTableModel
from neuroevo.export.description import describe
from neuroevo.export.json_file import plain
from neuroevo.kernel.activations import LAYER_FUNCTIONS
from neuroevo.learning import Architecture, Network
from neuroevo.tables import Preparation
from tests.export.cases import case_named
from tests.packages import skip_without

PAGE = (Path(__file__).parents[2] / "docs" / "exports.md").read_text(encoding="utf-8")


def flats() -> ExportableTableModel:
    """Make the network of the page."""
    preparation = Preparation.of(
        {
            "inputs": [
                {"kind": "number", "name": "area", "offset": 70.0, "scale": 20.0},
                {"kind": "category", "name": "district", "categories": ["north", "river"]},
            ],
            "unseen": "zeros",
            "targets": [{"name": "rent", "offset": 900.0, "scale": 300.0}],
        }
    )
    architecture = Architecture(inputs=3, hidden=(4,), outputs=1, activation="tanh")
    parameters = np.linspace(-1, 1, architecture.vector_size, dtype=np.float32)
    return ExportableTableModel(Network(architecture, parameters, preparation.columns), preparation)


def test_the_examples_in_python_run(tmp_path: Path) -> None:
    """All of them, one after the other, with the files that they name."""
    skip_without("onnx", "onnxruntime", "skops", "torch")
    model = flats()
    for name, form in FORMATS.items():
        content = model.to(name)
        data = content.encode("utf-8") if isinstance(content, str) else content
        (tmp_path / f"flats{form.suffix}").write_bytes(data)
    program = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
    path = os.pathsep.join([str(Path(__file__).parents[2]), str(tmp_path)])
    environment = {**os.environ, "PYTHONPATH": path}
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment, check=True)


def test_the_page_names_all_keys_and_functions() -> None:
    """Each key of the JSON, each function of a layer and each format stands on the page."""
    values = plain(describe(case_named("table, two targets").model))
    inputs = {key for each in values["inputs"] for key in each}
    targets = {key for each in values["targets"] for key in each}
    keys = {*values, *inputs, *targets, *values["networks"][0][0], *LAYER_FUNCTIONS}
    assert [key for key in sorted(keys) if f"`{key}`" not in PAGE] == []
    assert all(f"## {name}\n" in PAGE for name in FORMATS)
