"""The same seeds give the same trials and weights as ever; `pytest --snapshot-update` records anew.

Everything goes through the public calls, so that it shows what a user gets, wherever it is made.
"""

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

import neuroevo
from neuroevo import Experiment, Run, Trial
from neuroevo.search import Progress, StoppedError

MOUSE = {
    "name": "mouse",
    "seed": 7,
    "task": {"kind": "mouse", "count": 400, "grid": 4},
    "training": {"samples": 400, "replicates": 4},
    "evolution": {"population": 8, "generations": 4},
}
EVERYTHING = {
    "name": "everything",
    "seed": 11,
    "task": {"kind": "mouse", "count": 120, "grid": 3, "jitter": 12, "positions": "uniform"},
    "space": {
        "hidden": {
            "count": [0, 3],
            "width": [1, 12],
            "activation": ["tanh", "silu", "elu", "leaky_relu", "softplus", "sigmoid", "relu"],
        },
        "learning_rate": {"low": 1e-3, "high": 0.5, "log": True},
        "optimizer": ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"],
        "batch_size": {"low": 1, "high": 16, "log": True},
        "schedule": ["constant", "cosine", "exponential"],
        "dropout": [0.0, 0.2],
        "l2": [0.0, 1e-4],
        "max_gradient_norm": [0.0, 1.0],
        "starting_weights": ["uniform", "glorot", "he"],
        "biases": [True, False],
    },
    "training": {"samples": 150, "replicates": 3, "precision": "float64", "target_mse": 0.05},
    "evolution": {
        "population": 24,
        "generations": 3,
        "objectives": ["curve_area", "parameters", "samples_to_target"],
        "reduction": "mean",
        "patience": 5,
    },
}
FEW = {
    "name": "few",
    "seed": 3,
    "task": {"kind": "mouse", "count": 60, "grid": 3},
    "space": {
        "hidden": [[], [2], [3, 2]],
        "learning_rate": {"choices": [0.01, 0.1, 50.0], "ordered": True},
        "activation": ["linear", "relu"],
    },
    "training": {"samples": 90, "replicates": 2, "stop_at_target": True},
    "evolution": {"population": 4, "generations": 9, "objectives": ["samples_to_target"]},
}

Make = Callable[[Mapping[str, Any]], Run]


@pytest.fixture
def recorded(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Keep the record as JSON files beside the test."""
    return snapshot.with_defaults(extension_class=JSONSnapshotExtension)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Give a function that runs an experiment with two jobs."""
    return lambda values: neuroevo.run(Experiment.of(values), results=tmp_path, n_jobs=2)


def fingerprint(array: npt.ArrayLike) -> str:
    """Hash the bits of an array with their type and shape."""
    values = np.ascontiguousarray(array)
    digest = hashlib.sha256(f"{values.dtype} {values.shape}".encode() + values.tobytes())
    return digest.hexdigest()[:16]


def scores(objectives: Mapping[str, float]) -> dict[str, str]:
    """Write scores without a bit lost."""
    return {name: "NaN" if math.isnan(value) else value.hex() for name, value in objectives.items()}


def trials(made: Iterable[Trial]) -> list[dict[str, Any]]:
    """Write down what of some trials is the same whenever they are trained."""
    return [
        {
            "number": trial.number,
            "generation": trial.generation,
            "origin": [trial.operator, trial.name, list(trial.parents)],
            "genome": {name: repr(trial.genome[name]) for name in sorted(trial.genome)},
            "objectives": scores(trial.objectives),
            "outcome": [trial.state, trial.diverged, trial.cause],
            "curve": fingerprint(np.array(trial.curve)),
        }
        for trial in made
    ]


def outcome(run: Run) -> dict[str, Any]:
    """Write down what came of a run."""
    return {
        "trials": trials(run.all_trials),
        "front": [trial.number for trial in run.pareto_front()],
        "reason": run.status.reason,
        "champions": [
            {
                "number": champion.number,
                "fresh": scores(champion.fresh_objectives),
                "parameters": fingerprint(champion.parameters),
                "curves": fingerprint(champion.curves),
                "fresh curves": fingerprint(champion.fresh_curves),
            }
            for champion in run.champions
        ],
    }


@pytest.mark.parametrize("values", [MOUSE, EVERYTHING, FEW], ids=lambda values: values["name"])
def test_a_run_is_what_it_was(
    make: Make, recorded: SnapshotAssertion, values: Mapping[str, Any]
) -> None:
    """Trials, front, weights and the reason to end of a small run are as recorded, bit for bit."""
    assert outcome(make(values)) == recorded


def test_a_resumed_run_is_what_it_was(tmp_path: Path, recorded: SnapshotAssertion) -> None:
    """A run that was stopped amid a generation and resumed comes out as recorded."""
    finished = [0]

    def observe(progress: Progress) -> None:
        finished[0] = progress.trials

    with pytest.raises(StoppedError):
        neuroevo.run(
            Experiment.of(MOUSE),
            results=tmp_path,
            n_jobs=1,
            observer=observe,
            stop=lambda: finished[0] >= 19,
        )
    assert outcome(neuroevo.resume(results=tmp_path, n_jobs=2)) == recorded


def test_what_is_asked_of_a_run_is_what_it_was(make: Make, recorded: SnapshotAssertion) -> None:
    """Random search and ablation train as recorded, bit for bit."""
    run = make(MOUSE)
    run = neuroevo.random_search(run, n_jobs=2)
    run = neuroevo.ablate(run, "article-tanh", n_jobs=2)
    assert {
        "random": trials(run.findings.random),
        "ablation": trials(run.findings.ablation),
    } == recorded
