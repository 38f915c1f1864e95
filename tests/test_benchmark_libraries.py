"""The benchmark of libraries in JavaScript: what they are given, and how results are shown."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from experiments.benchmarks.libraries.comparison import (
    BRAIN_JS,
    CONVNETJS,
    KERNEL,
    LIBRARIES,
    MOUSE_PAGE,
    Comparison,
    DifferentWeightsError,
    Learnt,
    LibrariesResult,
    Library,
    Measurement,
    learnt,
    learnt_by_default,
)
from experiments.benchmarks.libraries.node import NodeError, Run, programs
from experiments.benchmarks.libraries.summary import tables
from experiments.benchmarks.libraries.trainings import Training
from experiments.benchmarks.mouse import Scores, scores_of

SAMPLES = 60
LINEAR = Training((2, 3, 4, 2), "linear", 0.05, SAMPLES)
TANH = Training((2, 3, 4, 2), "tanh", 0.05, SAMPLES)


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Install the packages, and return what runs a program."""
    try:
        with programs() as run:
            yield run
    except NodeError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def run_alone() -> Iterator[Run]:
    """Return what runs the mouse page's network, which needs no packages."""
    try:
        with programs(with_packages=False) as run:
            yield run
    except NodeError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("training", [LINEAR, TANH], ids=lambda each: each.activation)
def test_the_mouse_page_trains_the_same(run_alone: Run, training: Training) -> None:
    """The mouse page's network has the kernel's weights and scores, in Node without packages."""
    result = learnt(MOUSE_PAGE, training, run_alone)
    assert result.difference is not None
    assert result.difference < 1e-12
    stream = training.stream("float64")
    ours = scores_of(training.by_kernel(stream).curves, stream)
    assert result.scores.final_mse == pytest.approx(ours.final_mse)
    assert result.scores.samples_to_target == pytest.approx(ours.samples_to_target)


@pytest.mark.parametrize(
    ("library", "training", "most"),
    [
        pytest.param(CONVNETJS, LINEAR, 1e-12, id="ConvNetJS linear"),
        pytest.param(CONVNETJS, TANH, 1e-12, id="ConvNetJS tanh"),
        pytest.param(BRAIN_JS, LINEAR, 1e-5, id="brain.js linear"),
    ],
)
def test_libraries_train_the_same(
    run: Run, library: Library, training: Training, most: float
) -> None:
    """Where steps are meant to be the same, a library of npm has the kernel's weights."""
    difference = learnt(library, training, run).difference
    assert difference is not None
    assert difference < most


def test_another_training_is_found_out(run: Run) -> None:
    """brain.js with tanh outputs is not the kernel's training, and is not said to be."""
    assert learnt(BRAIN_JS, TANH, run).difference is None
    claimed = replace(BRAIN_JS, activations=("linear", "tanh"))
    with pytest.raises(DifferentWeightsError, match=r"^brain\.js: the trained weights must agree"):
        learnt(claimed, TANH, run)


def test_defaults_and_times_are_those_of_the_library(run: Run) -> None:
    """With its defaults each library learns something, and its samples take time."""
    for library in (CONVNETJS, BRAIN_JS):
        assert 0 < learnt_by_default(library, LINEAR, run).final_mse < 1
        assert run(library.module, "time", LINEAR.task()) > 0


def test_without_node_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Node and npm are missing, the error names both in one line."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NodeError) as caught, programs():
        pass
    assert caught.value.problems == (
        "libraries: node and npm must be on the PATH, but got no node and no npm",
    )


def test_tables_show_what_was_measured() -> None:
    """Each library has a row with its time, its ratio and its scores; missed targets are named."""
    reached, missed = Scores(27.6, 20_000, 1e-14), Scores(25_000.0, 20_000, 0.006)
    measured = [
        Measurement(KERNEL, 0.005, 1.0, Learnt(reached, None)),
        Measurement(MOUSE_PAGE.name, 0.5, 100.0, Learnt(reached, 2e-15)),
        Measurement(CONVNETJS.name, 12.34, 2468.0, Learnt(reached, 3e-15)),
        Measurement(BRAIN_JS.name, 1.5, 300.0, Learnt(missed, None)),
    ]
    own = {CONVNETJS.name: reached, BRAIN_JS.name: Scores(1e6, 20_000, float("inf"))}
    result = LibrariesResult({"Node": "20.1.0"}, (Comparison(LINEAR, tuple(measured)),), own)
    same, defaults = tables(result)
    assert [row[2] for row in same.rows] == [KERNEL, *(each.name for each in LIBRARIES)]
    assert same.rows[2][3:] == ("12.3", "2,468 times", "28", "≤ 1e-14", "3e-15")
    assert same.rows[3][3:] == ("1.5", "300 times", "not reached", "6.0e-03", "")
    assert [row[-2:] for row in defaults.rows] == [
        ("28", "≤ 1e-14"),
        ("diverged", "diverged"),
        ("", ""),
    ]
