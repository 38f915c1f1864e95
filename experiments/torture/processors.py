"""The same bits on other processors: the kernel is compiled for each in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from experiments.torture.rows import Row

NETWORKS = """
import hashlib
from dataclasses import replace
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
weighted = replace(data["cross_entropy"], training_weights=np.arange(40.0))
digest = hashlib.sha256()


def add(architecture, lanes, samples, loss, precision, patience=0):
    settings = TrainingSettings(samples=120, precision=precision, loss=loss, patience=patience)
    trained = train(architecture, lanes, sample_stream(samples, settings, (5,)))
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
        add(architecture, lanes, data["squared_error"], "squared_error", precision)
    architecture = Architecture(
        inputs=2, hidden=(5, 3), outputs=2, activation=("silu", "tanh"), output="softmax"
    )
    for optimizer, schedule, batch_size in product(OPTIMIZERS, SCHEDULES, (1, 7)):
        lanes = [lane(number, optimizer, schedule, batch_size) for number in range(16)]
        add(architecture, lanes, data["cross_entropy"], "cross_entropy", precision)
    architecture = Architecture(
        inputs=2, hidden=(17, 11), outputs=2, activation=("silu", "tanh"), output="softmax"
    )
    for optimizer in OPTIMIZERS:
        lanes = [lane(number, optimizer, "cosine", 33) for number in range(16)]
        add(architecture, lanes, weighted, "cross_entropy", precision, patience=2)
print(digest.hexdigest())
"""
"""Prints a hash of trainings with all activations, optimizers and schedules, and whole blocks."""

KRIGING = """
import hashlib
import numpy as np
from neuroevo.evolution.kriging import (
    Kriging, Trials, log_expected_improvement, log_expected_volume,
)
rng, digest = np.random.default_rng(0), hashlib.sha256()
rows = rng.random((45, 6))
rows[:, 4] = np.floor(4 * rows[:, 4])
model = Kriging((0, 0, 0, 0, 4, 0))
trials = Trials(rows, rng.standard_normal(45), rng.integers(1, 3, 45).astype(float), 0.5)
point = model.learned(model.start, trials, 8)
fitted = model.fit(point, trials, rows[:5] * 0.9)
predicted = fitted.predict(rng.random((30, 6)))
front = np.array([[-1.0, 1.0], [0.0, 0.0]])
cubes = np.array([[-1.0, 1.0, 0.5], [0.0, 0.0, 0.4], [0.5, 0.3, -1.0]])
for array in (
    point, predicted.rows, fitted.shrunk, log_expected_improvement(predicted, -1.0),
    log_expected_volume([predicted] * 2, front, [2.0, 2.0]),
    log_expected_volume([predicted] * 3, cubes, [2.0, 2.0, 2.0]),
):
    assert np.isfinite(array).all()
    digest.update(np.ascontiguousarray(array).tobytes())
print(digest.hexdigest())
"""
"""Prints a hash of all that the kriging model computes."""

OLDEST, AVX2 = "x86-64", "x86-64-v3"


def processors(times: int) -> list[Row]:
    """Compare the bits of this processor with those of older ones, this many times each."""
    avx2 = "avx2" in Path("/proc/cpuinfo").read_text(encoding="utf-8")  # else it could not run it
    older = (OLDEST, AVX2) if avx2 else (OLDEST,)
    return [
        Row(f"{name} computed by code for {processor}", times, 0, differing)
        for name, script in (("networks", NETWORKS), ("kriging", KRIGING))
        for processor in older
        for differing in [sum(_differs(script, processor) for _ in range(times))]
    ]


def _differs(script: str, processor: str) -> bool:
    return len(hashes(script, [processor])) > 1


def hashes(script: str, others: Iterable[str]) -> set[str]:
    """Run a script on this processor, and with code for others: all hashes that it prints.

    numba keeps the machine code of each processor.
    """
    named = ({"NUMBA_CPU_NAME": other, "NUMBA_CPU_FEATURES": ""} for other in others)
    return {_output(script, target) for target in ({}, *named)}


def _output(script: str, target: dict[str, str]) -> str:
    command = [sys.executable, "-c", script]
    environment = {**os.environ, **target}
    done = subprocess.run(command, env=environment, capture_output=True, check=True, text=True)  # noqa: S603 - our own script
    return done.stdout
