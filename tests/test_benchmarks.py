import json
import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from experiments.benchmarks import peak, tables
from experiments.benchmarks.agreement import DifferentTrainingError, difference
from experiments.benchmarks.cases import Case, cases
from experiments.benchmarks.conclusions import Promise
from experiments.benchmarks.exercise import exercise_of, kernel_training
from experiments.benchmarks.instructions import counted
from experiments.benchmarks.markdown import Table, at_least, at_most
from experiments.benchmarks.peers import LOOPS, Loop, installed, jax_training
from neuroevo.kernel.arrays import rows_of_lanes
from neuroevo.kernel.vectors import VECTOR_BITS
from neuroevo.learning import Precision

ROOT = Path(__file__).parents[1]


def in_float64(*layer_sizes: int) -> list[Case]:
    """All that is measured of a topology in float64, where rounding hides no mistake."""
    return [case for case in cases([layer_sizes]) if case.precision == "float64"]


@pytest.mark.parametrize(
    ("loop", "case"),
    [
        pytest.param(loop, case, id=f"{loop.name} {case.name}")
        for loop in LOOPS
        for case in in_float64(2, 6, 2)
        if case.optimizer in loop.optimizers
    ],
)
def test_loops_train_the_same(loop: Loop, case: Case) -> None:
    """A loop that the kernel is compared with ends with the weights of its first network."""
    if not loop.installed:
        pytest.skip(f"{loop.name} is not installed")
    exercise = exercise_of(case, 200)
    assert difference(loop.name, loop.training(exercise), exercise) < 1e-12


BATCHES = [
    Case((3, 4, 5, 3), "relu", "float64", optimizer, batch, output)
    for optimizer in ("sgd", "adam")
    for batch in (1, 32)
    for output in ("linear", "softmax")
]


@pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="needs ptrace of x86-64"
)
def test_multiply_adds_are_counted() -> None:
    """Of a linear network the kernel executes as many multiply-adds as a sample needs."""
    for precision in get_args(Precision):
        kernel_training(exercise_of(Case((1, 1), "linear", precision, "sgd"), 1))()  # to compile
    case = Case((2, 6, 2), "linear", "float32", "sgd")
    bits, kinds, total = counted(case)
    updated_biases = 6 + 2
    assert kinds["multiply-adds"] == (case.multiply_adds + updated_biases) * VECTOR_BITS / bits
    assert sum(kinds.values()) > total > kinds["multiply-adds"]


@pytest.mark.parametrize("case", BATCHES, ids=lambda case: f"{case.name} {case.output}")
def test_peers_for_tables_train_the_same(case: Case) -> None:
    """In batches, with either loss and deeper networks, peers end with the kernel's weights."""
    exercise = exercise_of(case, 192)
    timed_only = {loop.name for loop in LOOPS if case.optimizer not in loop.optimizers}
    for name, (training, _) in tables.peers(exercise).items():
        if name not in timed_only:
            assert difference(name, training, exercise) < 1e-12


@pytest.mark.skipif(not installed("jax"), reason="jax is not installed")
@pytest.mark.parametrize("case", in_float64(3, 4, 5, 2), ids=lambda case: case.name)
def test_jax_trains_the_same(case: Case) -> None:
    """What jax maps over the networks ends with the weights of all that the kernel trains."""
    exercise = exercise_of(case, 200)
    training = jax_training(exercise).train
    assert training().shape == (16, case.architecture.vector_size)
    assert difference("jax", training, exercise) < 1e-12


def test_another_training_is_no_peer() -> None:
    """A peer that learns one sample less is found out."""
    exercise = exercise_of(Case((2, 6, 2), "tanh", "float64", "sgd"), 100)
    numpy = LOOPS[0].training(exercise.first(99))
    with pytest.raises(DifferentTrainingError, match=r"^NumPy: the trained weights must agree"):
        difference("NumPy", numpy, exercise)


def test_multiply_adds() -> None:
    """3-4-5-1 has 37 weights, of which the 25 above the first layer pass blame on."""
    assert Case((3, 4, 5, 1), "linear", "float32", "sgd").multiply_adds == 37 + 25 + 37


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize(("loop", "sums"), [(peak.five_sums, 5), (peak.ten_sums, 10)])
def test_peak_does_what_it_counts(
    loop: Callable[..., None], sums: int, precision: Precision
) -> None:
    """Each step of each sum is done, and one more would give something else."""
    rows = rows_of_lanes(12, precision)
    rows[:2] = 0.5
    rows[2:] = np.arange(2, 12)[:, np.newaxis]
    loop(rows, 10)
    expected = sum(1 + (start - 1) / 2**10 for start in range(2, 2 + sums))
    np.testing.assert_array_equal(rows[0], expected)


def test_kernel_says_how_it_was_loaded() -> None:
    """The process that loads the kernel takes the time of imports and of loading."""
    command = (sys.executable, "-m", "experiments.benchmarks.load_kernel", "float32")
    finished = subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    readings = json.loads(finished.stdout)
    assert set(readings) == {"import_seconds", "seconds", "cpu_seconds"}
    assert min(readings.values()) > 0


def test_conclusion_is_drawn_from_the_worst_case() -> None:
    """A promise is judged by the measurement that is furthest from keeping it."""
    measured = {"good": 12.0, "bad": 8.0}
    least = Promise("times as fast", at_least(10), measured, ".0f").conclusion()
    assert (least.worst, least.verdict, least.elsewhere) == ("8 (bad)", "missed by 20%", "")
    most = Promise("seconds", at_most(12), {"good": 12.0}, ".0f", measured).conclusion()
    assert (most.worst, most.verdict) == ("12 (good)", "reached")
    assert most.elsewhere == "kept in 2 of 2, worst 12 (good)"
    assert Promise("seconds", at_most(1), {}, ".0f").conclusion().verdict == "not measured"


def test_metered_run(tmp_path: Path) -> None:
    """The stopwatches around kernel and search read times that fit into one another."""
    readings = tmp_path / "readings.json"
    small = ("--set", "evolution.generations=1", "--set", "training.samples=1000")
    subprocess.run(
        [
            *(sys.executable, "-m", "experiments.benchmarks.metered", str(readings)),
            *("run", "experiments/mouse.toml", "--jobs", "1", "--results", str(tmp_path), *small),
        ],
        check=True,
        capture_output=True,
        cwd=ROOT,
    )
    meter = json.loads(readings.read_text())
    (_, warm), (_, searched), (_, ended) = meter["warm"], meter["searched"], meter["ended"]
    assert 0 < warm < searched < ended
    assert 0 < sum(meter["kernel_seconds"]) < searched - warm


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (at_least(1000).verdict(1000), "reached"),
        (at_least(1000).verdict(900), "missed by 10%"),
        (at_most(0.4).verdict(0.4), "reached"),
        (at_most(0.4).verdict(0.6), "missed by 50%"),
    ],
)
def test_verdicts(verdict: str, said: str) -> None:
    """A target that is met exactly is reached; one that is missed says by how much."""
    assert verdict == said


def test_markdown() -> None:
    """A table is written as aligned Markdown, its notes below."""
    table = Table("Speed", ("what", "ns"), (("a kernel", "6"),), ("Fast.",))
    assert table.markdown() == (
        "### Speed\n\n| what     | ns |\n| -------- | -- |\n| a kernel | 6  |\n\nFast.\n"
    )
