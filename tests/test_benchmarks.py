import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from experiments.benchmarks.exercise import Exercise, trained_layers
from experiments.benchmarks.peers import PEERS, Peer
from experiments.benchmarks.tables import Table, at_least, at_most
from neuroevo.learning import Activation, Architecture


def exercise(activation: Activation) -> Exercise:
    """200 samples of the identity for a 2-6-2 network in float64."""
    samples = np.random.default_rng(1).uniform(-1, 1, (200, 2))
    architecture = Architecture(inputs=2, hidden=(6,), outputs=2, activation=activation)
    return Exercise(architecture, "float64", 0.05, samples, samples)


@pytest.mark.parametrize("activation", ["linear", "tanh", "relu"])
@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_peers_train_the_same(peer: Peer, activation: Activation) -> None:
    """A peer that the kernel is compared with ends with the kernel's weights."""
    if not peer.installed:
        pytest.skip(f"{peer.name} is not installed")
    trained = zip(
        trained_layers(exercise(activation)), peer.prepare(exercise(activation))(), strict=True
    )
    for (weights, biases), (weights_of_peer, biases_of_peer) in trained:
        np.testing.assert_allclose(weights_of_peer, weights, rtol=0, atol=1e-12)
        np.testing.assert_allclose(biases_of_peer, biases, rtol=0, atol=1e-12)


def test_multiply_adds() -> None:
    """2-6-2 has 24 weights, of which the 12 of the second layer pass blame on."""
    assert exercise("linear").multiply_adds == 24 + 12 + 24


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
        cwd=Path(__file__).parents[1],
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
