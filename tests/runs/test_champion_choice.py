"""Which trial of a front is the champion."""

import math
from dataclasses import replace

import numpy as np
import pytest

from neuroevo.experiment import Experiment
from neuroevo.learning import Architecture
from neuroevo.runs import Champion, FreshScores, Trial, champion_first, fresh_scores

BOTH = ("final_mse", "samples_to_target")


def trial(number: int, *scores: float, names: tuple[str, ...] = BOTH) -> Trial:
    """Return a complete trial with some scores."""
    objectives = dict(zip(names, scores, strict=True))
    return Trial(number, 0, "initial", (), {}, objectives, (1.0, 0.5), "complete", 0, 0.0)


def experiment(*objectives: str) -> Experiment:
    """Return an experiment with a target MSE of 0.001 and 20,000 samples."""
    return Experiment.model_validate(
        {
            "name": "x",
            "task": {"kind": "mouse"},
            "training": {"target_mse": 1e-3, "samples": 20_000},
            "evolution": {"objectives": list(objectives)},
        }
    )


def fresh(*scores: float) -> FreshScores:
    """Return the two scores on fresh seeds."""
    return FreshScores(dict(zip(BOTH, scores, strict=True)), scores[0])


FRONT = (trial(0, 1e-6, 900.0), trial(1, 5e-4, 300.0), trial(2, 9e-4, 40.0), trial(3, 2e-3, 30.0))


@pytest.mark.parametrize(
    ("again", "expected"),
    [
        ({}, 2),  # the quickest that holds the target; trial 3 is quicker and ends above it
        ({0: (1e-6, 900.0), 1: (5e-4, 310.0), 2: (2e-3, 45.0), 3: (9e-4, 35.0)}, 1),
        ({0: (1e-6, 900.0), 1: (2e-3, 310.0), 2: (2e-3, 45.0), 3: (2e-3, 35.0)}, 0),
        ({0: (3e-3, 900.0), 1: (2e-3, 310.0), 2: (2.5e-3, 45.0), 3: (4e-3, 35.0)}, 1),
        ({0: (math.nan, math.nan), 1: (2e-3, 25_000.0)}, 1),  # none holds it: the first objective
        ({1: (math.nan, math.nan), 2: (math.nan, math.nan)}, 0),  # all alike: the search decides
    ],
)
def test_champion_holds_the_target_with_the_fewest_samples(
    again: dict[int, tuple[float, float]], expected: int
) -> None:
    """It holds the target on both seeds with the fewest samples on fresh ones, if one does."""
    scores = {number: fresh(*each) for number, each in again.items()}
    ranked = champion_first(FRONT, experiment(*BOTH), scores)
    others = [each.number for each in FRONT if each.number != expected]
    assert [each.number for each in ranked] == [expected, *others]


def test_champion_is_best_in_the_first_objective_without_samples_to_target() -> None:
    """Where samples to target is no objective, the first one decides, on fresh seeds."""
    names = ("final_mse", "parameters")
    front = (trial(4, 1e-6, 90.0, names=names), trial(5, 1e-5, 10.0, names=names))
    known = {
        4: FreshScores({"final_mse": 1e-4, "parameters": 90.0}, 1e-4),
        5: FreshScores({"final_mse": 1e-5, "parameters": 10.0}, 1e-5),
    }
    assert champion_first(front, experiment(*names), {})[0].number == 4
    assert champion_first(front, experiment(*names), known)[0].number == 5
    assert champion_first((), experiment(*names), known) == ()


def test_the_end_of_the_curve_decides_if_final_mse_is_no_objective() -> None:
    """Without final MSE as an objective, the last point of the curve tells what is held."""
    names = ("samples_to_target", "parameters")
    ends_above = trial(0, 30.0, 90.0, names=names)
    holds = replace(trial(1, 50.0, 10.0, names=names), curve=(1.0, 1e-4))
    assert champion_first((ends_above, holds), experiment(*names), {})[0] is holds


@pytest.mark.parametrize(("reduction", "expected"), [("median", 2e-3), ("worst", math.inf)])
def test_fresh_final_mse_is_reduced_as_objectives_are(reduction: str, expected: float) -> None:
    """The last errors of the replicates are reduced; a diverged one is infinite."""
    architecture = Architecture(inputs=1, hidden=(), outputs=1, activation="linear")
    curves = np.array([[1, 1e-3], [1, 2e-3], [1, np.nan]], dtype=np.float32)
    weights = np.zeros((3, architecture.vector_size), np.float32)
    champion = Champion(
        number=0,
        name="",
        objectives={},
        fresh_objectives={},
        architecture=architecture,
        precision="float32",
        parameters=weights,
        curves=curves,
        fresh_curves=curves,
    )
    assert fresh_scores(champion, reduction).final_mse == expected


def test_constraints_hold_on_fresh_seeds_if_they_can() -> None:
    """One that breaks a bound on fresh seeds comes after those that keep it, the nearest first."""
    bounded = experiment("samples_to_target", "final_mse")
    evolution = {
        "objectives": ["samples_to_target"],
        "constraints": {"final_mse": {"max": 1e-3}, "parameters": {"max": 9}},
    }
    bounded = bounded.replace(evolution=evolution)
    front = [trial(number, 50.0 + number, names=("samples_to_target",)) for number in range(3)]
    mse = {0: 5e-3, 1: 9e-4, 2: 2e-3}
    scores = {
        number: FreshScores({"samples_to_target": 50.0 + number}, error)
        for number, error in mse.items()
    }
    assert champion_first(front, bounded, scores)[0].number == 1
    del scores[1]
    assert champion_first(front, bounded, scores)[0].number == 2
    [broken] = scores[2].broken(bounded.constraints)
    assert broken.name == "final_mse"
    assert champion_first(front, bounded, {})[0].number == 0
    others = bounded.replace(
        evolution={**evolution, "constraints": {"samples_to_target": {"max": 40}}}
    )
    assert champion_first(front, others, scores)[0].number == 0  # trial 1 has no fresh scores
