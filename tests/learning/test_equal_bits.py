"""The bits of a lane depend neither on other lanes nor on the processor."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from neuroevo.learning import (
    OPTIMIZERS,
    Architecture,
    DataSet,
    Optimization,
    Optimizer,
    Precision,
    TrainingSettings,
)
from neuroevo.learning.lanes import Lane
from neuroevo.learning.training import sample_stream, train

SEED = (11, 0)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_a_lane_does_not_depend_on_other_lanes(precision: Precision, data: DataSet) -> None:
    """A lane has the same bits alone and at any place of a bundle, also beside diverging lanes."""
    architecture = Architecture(inputs=3, hidden=(6, 5), outputs=2, activation="softplus")
    stream = sample_stream(data, TrainingSettings(samples=300, precision=precision), SEED)
    alone = train(architecture, [Lane(4, 0.1)], stream)
    beside = [Lane(replicate, 1e6) for replicate in range(20)]
    beside[17] = Lane(4, 0.1)
    bundled = train(architecture, beside, stream)
    assert bundled.curves[17].tobytes() == alone.curves[0].tobytes()
    assert bundled.parameters[17].tobytes() == alone.parameters[0].tobytes()


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("batch_size", [1, 4])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_lane_does_not_depend_on_hyperparameters_of_others(
    optimizer: Optimizer,
    batch_size: int,
    precision: Precision,
    classes: DataSet,
    varied: Callable[[int, Optimization], list[Lane]],
) -> None:
    """With all options of training, a lane has the same bits beside lanes with other numbers."""
    architecture = Architecture(
        inputs=3, hidden=(6, 5), outputs=3, activation=("silu", "elu"), output="softmax"
    )
    like = Optimization(
        optimizer=optimizer,
        batch_size=batch_size,
        schedule="cosine",
        l2=0.1,
        dropout=0.5,
        max_gradient_norm=1,
    )
    lanes = varied(20, like)
    lanes[2] = lanes[2]._replace(learning_rate=1e30)
    settings = TrainingSettings(samples=150, precision=precision, loss="cross_entropy")
    stream = sample_stream(classes, settings, SEED)
    bundled = train(architecture, lanes, stream)
    for place in (0, 2, 9, 19):
        alone = train(architecture, [lanes[place]], stream)
        assert bundled.curves[place].tobytes() == alone.curves[0].tobytes()
        assert bundled.parameters[place].tobytes() == alone.parameters[0].tobytes()
        for name, curves in alone.class_curves.items():
            assert bundled.class_curves[name][place].tobytes() == curves[0].tobytes()


PRINT_BITS = """
import hashlib
from itertools import product
import numpy as np
from neuroevo.learning import (
    ACTIVATIONS, OPTIMIZERS, SCHEDULES, Architecture, Columns, DataSet, Optimization,
    TrainingSettings,
)
from neuroevo.learning.lanes import Lane
from neuroevo.learning.training import sample_stream, train

x = np.random.default_rng(0).uniform(-1, 1, (40, 2))
classes = np.eye(2)[np.argmax(x, axis=1)]
data = {
    "squared_error": DataSet(x, x, x[:9], x[:9], Columns(("x", "y"), ("x", "y"))),
    "cross_entropy": DataSet(
        x, classes, x[:9], classes[:9], Columns(("x", "y"), ("x", "y"), ("x", "y"))
    ),
}
digest = hashlib.sha256()


def add(architecture, lanes, loss, precision):
    settings = TrainingSettings(samples=120, precision=precision, loss=loss)
    trained = train(architecture, lanes, sample_stream(data[loss], settings, (5,)))
    assert np.isfinite(trained.curves[1]).all()
    digest.update(trained.curves.tobytes() + trained.parameters.tobytes())
    for curves in trained.class_curves.values():
        digest.update(curves.tobytes())


def lane(replicate, optimizer, schedule, batch_size):
    part = replicate / 20
    return Lane(replicate, 0.005 + 0.03 * part, Optimization(
        optimizer=optimizer, schedule=schedule, batch_size=batch_size, momentum=part, rho=part,
        beta1=part, beta2=0.9 + part / 10, epsilon=1e-6, weight_decay=part, l2=part / 10,
        dropout=0.05 + part / 2, max_gradient_norm=0.02 + part, end_factor=0.01 + part,
    ))


for precision in ("float32", "float64"):
    for activation in ACTIVATIONS:
        architecture = Architecture(inputs=2, hidden=(5, 3), outputs=2, activation=activation)
        lanes = [Lane(replicate, 0.05 * replicate) for replicate in range(16)]
        add(architecture, lanes, "squared_error", precision)
    architecture = Architecture(
        inputs=2, hidden=(5, 3), outputs=2, activation=("silu", "tanh"), output="softmax"
    )
    for optimizer, schedule, batch_size in product(OPTIMIZERS, SCHEDULES, (1, 7)):
        lanes = [lane(number, optimizer, schedule, batch_size) for number in range(16)]
        add(architecture, lanes, "cross_entropy", precision)
print(digest.hexdigest())
"""


def test_equal_bits_on_other_processors(tmp_path: Path) -> None:
    """Compiled for plain x86-64, for AVX2 and for this machine, the kernel computes equal bits."""
    elsewhere = {"NUMBA_CPU_FEATURES": "", "NUMBA_CACHE_DIR": str(tmp_path)}
    targets: list[dict[str, str]] = [
        {},
        {"NUMBA_CPU_NAME": "x86-64", **elsewhere},
        {"NUMBA_CPU_NAME": "x86-64-v3", **elsewhere},
    ]
    if "avx2" not in Path("/proc/cpuinfo").read_text(encoding="utf-8"):
        targets.pop()  # this machine could not run it
    bits = {
        subprocess.run(
            [sys.executable, "-c", PRINT_BITS],
            env={**os.environ, **target},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for target in targets
    }
    assert len(bits) == 1
