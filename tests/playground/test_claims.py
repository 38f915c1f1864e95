"""The examples that the mouse page links to do what their texts promise."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest

from neuroevo.analysis.findings import Findings
from neuroevo.evaluation import phenotype_of
from neuroevo.experiment import Experiment
from neuroevo.learning.lanes import Lane
from neuroevo.learning.training import sample_stream, train
from neuroevo.playground import mouse_page
from neuroevo.tasks.mouse import BASELINES
from tests.playground.conftest import EVOLVED

SEEDS, LANES = 5, 4
KEPT = 19  # of 20 trainings, that must do what is promised

LINKS = re.compile(r'<li><a href="#([^"]+)">')


@dataclass(frozen=True)
class Trained:
    """The ends of 20 trainings, and the samples after which they reach the target."""

    final: tuple[float, ...]
    needed: tuple[float, ...]  # infinite if it is not reached


def trained(genome: Mapping[str, Any], normalise: str) -> Trained:
    """Train a configuration from 20 starting weights, with five orders of the samples."""
    final, needed = [], []
    task = {"kind": "mouse", "normalise": normalise if normalise == "none" else float(normalise)}
    experiment = Experiment.of({"name": "mouse", "task": task})
    data = experiment.network_task.load().data_set
    for seed in range(SEEDS):
        stream = sample_stream(data, experiment.training, (seed, 0))
        found = phenotype_of(genome, (2, 2), experiment.training)
        lanes = [Lane(place, found.learning_rate, found.optimization) for place in range(LANES)]
        for curve in train(found.architecture, lanes, stream).curves:
            reached = np.flatnonzero(curve <= experiment.training.target_mse)
            final.append(float(curve[-1]))
            needed.append(float(stream.samples_seen[reached[0]]) if reached.size else math.inf)
    return Trained(tuple(final), tuple(needed))


def contestants(address: str) -> dict[str, Trained]:
    """Train the champion and the article's choice as an address of the page sets them."""
    values = dict(parse_qsl(address))
    good = next(each for each in BASELINES if each.name == "article-good")
    both = {"left": dict(EVOLVED), "right": dict(good.configuration)}
    for side, genome in both.items():
        if hidden := values.get(f"{side}.hidden"):
            genome["hidden"] = tuple(map(int, hidden.split("-")))
        if rate := values.get(f"{side}.rate"):
            genome["learning_rate"] = float(rate)
    return {side: trained(genome, values.get("normalise", "1")) for side, genome in both.items()}


def diverge(found: Mapping[str, Trained]) -> bool:
    """Whether both circles' trainings diverge."""
    return all(sum(not math.isfinite(end) for end in each.final) >= KEPT for each in found.values())


def learn_more_slowly(found: Mapping[str, Trained]) -> bool:
    """Whether both need more samples than with whole normalisation, but learn."""
    whole = contestants("normalise=1")
    return all(
        sum(
            few < more < math.inf for few, more in zip(whole[side].needed, each.needed, strict=True)
        )
        >= KEPT
        for side, each in found.items()
    )


def second_learns_no_sooner(found: Mapping[str, Trained]) -> bool:
    """Whether the second circle reaches the target and keeps it, and the first one is sooner."""
    first, second = found["left"], found["right"]
    learns = [
        before < after < math.inf and end <= 1e-3
        for before, after, end in zip(first.needed, second.needed, second.final, strict=True)
    ]
    return sum(learns) >= KEPT


PROMISES: Mapping[str, Callable[[Mapping[str, Trained]], bool] | None] = {
    "memory=newest&pilot=on": None,  # says what a network may do
    "normalise=none&pilot=on": diverge,
    "normalise=0.5&pilot=on": learn_more_slowly,
    "left.activation=tanh&pilot=on": None,  # says what is changed
    "right.hidden=6-6-6-6-6-6-6-6-6&right.rate=0.0001&pilot=on": second_learns_no_sooner,
    "silenced=0.5&pilot=on": None,  # says how many units the task needs
    "left.from=trained&learn=off&pilot=on": None,  # says what is shown
}


def test_every_link_of_the_page_is_known_here(learnt: Findings) -> None:
    """The page links to these examples only, so that what a new one promises is tried too."""
    assert {unescape(each) for each in LINKS.findall(mouse_page(learnt))} == PROMISES.keys()


@pytest.mark.parametrize("address", [each for each, promise in PROMISES.items() if promise])
def test_a_link_does_what_it_promises(address: str) -> None:
    """At least 19 of 20 trainings do what the text beside the link says."""
    promise = PROMISES[address]
    assert promise is not None
    assert promise(contestants(address))
