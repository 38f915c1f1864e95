"""A trial made by hand: it is data, no search is needed for it."""

import dataclasses
from collections.abc import Callable

import pytest

from neuroevo.runs import Trial


@pytest.fixture(scope="session")
def make_trial() -> Callable[..., Trial]:
    """Return a function that makes a trial with given fields."""
    trial = Trial(
        number=0,
        generation=0,
        operator="initial",
        parents=(),
        genome={"hidden": (6, 3), "learning_rate": 0.2, "activation": "linear"},
        objectives={"final_mse": 1e-9, "samples_to_target": 31.25},
        curve=(0.5, 0.25),
        state="complete",
        diverged=0,
        seconds=0.01,
    )
    return lambda **fields: dataclasses.replace(trial, **fields)
