"""Verdicts on the article's claims come out both ways: with a planted effect, and without."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from experiments.article.running import FOLDER
from experiments.article.verdicts import CLAIMS, VERDICTS, Verdict, paths
from neuroevo.analysis.sweep_results import SettingResult, SweepResults
from neuroevo.experiment import read_sweep_file
from neuroevo.learning import UNKNOWN_COLUMNS, Architecture, Network

REPLICATES = 64
NEVER = 50_000.0  # samples, beyond the budget
Settings = Mapping[str, Any]


def planted(name: str, score: Callable[[Settings, str], float]) -> SweepResults:
    """Return results of a sweep with a median score for each setting, infinite if it diverged."""
    sweep = read_sweep_file(FOLDER / f"{name}.toml")
    results = SweepResults(sweep, (None,) * len(sweep.runs))
    random = np.random.default_rng(0)
    noise = random.lognormal(0, 0.2, REPLICATES)
    settings = tuple(
        SettingResult(
            each.place,
            each.settings,
            each.label,
            each.is_baseline,
            {item.name: noise * score(each.settings, each.label) for item in results.objectives},
        )
        for each in results.settings
    )
    vars(results)["settings"] = settings  # in place of those of trained networks
    return results


def verdict(name: str, score: Callable[[Settings, str], float]) -> Verdict:
    """Return the verdict on planted results."""
    return VERDICTS[name](planted(name, score))


def rate(settings: Settings) -> float:
    """Return a learning rate."""
    return float(settings["space.learning_rate"])


def test_each_claim_has_an_experiment_and_a_verdict() -> None:
    """The files exist, and each but the one without a sweep has its function."""
    for claim in CLAIMS:
        assert (FOLDER / f"{claim.file}.toml").exists()
        assert (claim.file in VERDICTS) != (claim.file == "paths")
    assert [claim.number for claim in CLAIMS] == list(range(1, 9))


@pytest.mark.parametrize(
    ("slower", "reached", "outcome"),
    [(10.0, False, "holds"), (10.0, True, "holds only where"), (1.0, True, "does not hold")],
)
def test_activation(slower: float, reached: bool, outcome: str) -> None:  # noqa: FBT001 - a case
    """It holds if others are much slower and sigmoid and ReLU never learn."""

    def score(settings: Settings, _: str) -> float:
        name = settings["space.activation"]
        if name in {"sigmoid", "relu"} and not reached:
            return NEVER
        return 100.0 * (1 if name == "linear" else slower)

    assert verdict("activation", score).outcome == outcome


@pytest.mark.parametrize(
    ("slower", "highest", "outcome"),
    [
        (4.0, 1e-9, "holds"),  # all rates are too high for pixels
        (4.0, 1e-5, "holds only where"),
        (1.0, 1e-5, "does not hold"),
        (4.0, 10.0, "does not hold"),
    ],
)
def test_normalisation(slower: float, highest: float, outcome: str) -> None:
    """It holds if ±0.5 is much slower and pixels explode at every learning rate."""

    def score(settings: Settings, label: str) -> float:
        if label == "pixels":
            return np.inf if rate(settings) > highest else 100.0
        return 100.0 * (slower if label == "±0.5" else 1.0)

    assert verdict("normalisation", score).outcome == outcome


@pytest.mark.parametrize(
    ("slope", "limits", "outcome"),
    [
        (1.0, (0.4, 0.08, 0.004), "holds"),
        (1.0, (0.08, 0.08, 0.08), "holds only where"),
        (0.0, (9.0, 9.0, 9.0), "does not hold"),
    ],
)
def test_learning_rate(slope: float, limits: tuple[float, ...], outcome: str) -> None:
    """It holds if low rates are slow and the deeper networks diverge at lower ones."""

    def score(settings: Settings, _: str) -> float:
        limit = limits[{1: 0, 3: 1, 7: 2}[len(settings["space.hidden"])]]
        return np.inf if rate(settings) > limit else 10.0 / rate(settings) ** slope

    assert verdict("learning-rate", score).outcome == outcome


@pytest.mark.parametrize(
    ("wide", "deep", "outcome"),
    [(1.0, 2.0, "holds"), (0.5, 2.0, "does not hold"), (1.0, np.inf, "does not hold")],
)
def test_depth(wide: float, deep: float, outcome: str) -> None:
    """It holds if larger networks are no quicker, and the deepest learns."""

    def score(settings: Settings, _: str) -> float:
        hidden = settings["space.hidden"]
        return 100.0 * (deep if len(hidden) > 1 else wide if hidden[0] > 6 else 1.0)

    assert verdict("depth", score).outcome == outcome


@pytest.mark.parametrize(
    ("factor", "outcome"),
    [(1.0, "holds"), (0.6, "holds only where"), (5.0, "does not hold")],
)
def test_starting_weights(factor: float, outcome: str) -> None:
    """It holds if no kind differs by more than a tenth, and in part below a factor of two."""

    def score(settings: Settings, _: str) -> float:
        return 100.0 * (factor if settings["space.starting_weights"] == "he" else 1.0)

    assert verdict("starting-weights", score).outcome == outcome


@pytest.mark.parametrize(
    ("factor", "above", "outcome"),
    [(1.0, 0.0, "holds"), (3.0, 0.03, "holds only where"), (3.0, 0.0, "does not hold")],
)
def test_biases(factor: float, above: float, outcome: str) -> None:
    """It holds unless networks without biases are slower."""

    def score(settings: Settings, _: str) -> float:
        is_slower = not settings["space.biases"] and rate(settings) > above
        return 100.0 * (factor if is_slower else 1.0)

    assert verdict("biases", score).outcome == outcome


@pytest.mark.parametrize(
    ("live", "trained", "outcome"),
    [(1e-2, 1e-8, "holds"), (1e-8, 1e-8, "holds only where"), (1e-2, 1e-2, "does not hold")],
)
def test_pre_training(live: float, trained: float, outcome: str) -> None:
    """It holds if rates differ by more than a pixel live, and by less when pre-trained."""

    def score(settings: Settings, label: str) -> float:
        error = live if label.startswith("live") else trained
        return error if rate(settings) < 0.01 else 1e-9

    assert verdict("pre-training", score).outcome == outcome


@pytest.mark.parametrize(
    ("shared", "outcome"),
    [((0.0, 0.0), "holds"), ((0.0, 0.5, 0.5), "holds only where"), ((0.5, 0.5), "does not hold")],
)
def test_paths(shared: tuple[float, ...], outcome: str) -> None:
    """It holds if one path carries each output, and not if two paths share it."""
    architecture = Architecture(inputs=2, hidden=(4,), outputs=2, activation="linear")
    networks = []
    for share in shared:
        network = Network(architecture, np.zeros(architecture.vector_size), UNKNOWN_COLUMNS)
        [(first, _), (second, _)] = network.layers  # views of the vector
        first[:] = [[1 - share, share, 0, 0], [0, 0, 1 - share, share]]
        second[:] = [[1, 0], [1, 0], [0, 1], [0, 1]]
        networks.append(network)
    assert paths(networks).outcome == outcome
