"""How far trials are from keeping the constraints of their experiment. Reads nothing."""

import math
from collections.abc import Sequence

from neuroevo.evolution import Constraint, excesses_of, violation_of
from neuroevo.runs.trial import Trial


def trial_excesses(trial: Trial, constraints: Sequence[Constraint]) -> tuple[float, ...]:
    """Return how far a trial exceeds each bound, 0 or less if it keeps it; NaN if it failed."""
    known = {each.name: trial.quantity(each.name) for each in constraints}
    if trial.state == "failed":
        known = {}
    return excesses_of(constraints, known)


def trial_violation(trial: Trial, constraints: Sequence[Constraint]) -> float:
    """Return the sum of the excesses above 0: 0 if a trial is feasible, infinite if it failed."""
    return violation_of(trial_excesses(trial, constraints)) if constraints else 0.0


def is_known(trial: Trial, quantity: str) -> bool:
    """Whether a trial has a number for a quantity that is what it would be at its end."""
    ended = trial.state != "failed" and (trial.state != "stopped" or quantity in _INDEPENDENT)
    return ended and math.isfinite(trial.quantity(quantity))


_INDEPENDENT = {"parameters", "seconds"}  # of how long a trial is trained, or what that took


def broken_constraints(trial: Trial, constraints: Sequence[Constraint]) -> tuple[Constraint, ...]:
    """Return the constraints that a trial is known not to keep."""
    known = [each for each in constraints if is_known(trial, each.name)]
    return tuple(each for each in known if trial_violation(trial, [each]) > 0)


def is_measured(trial: Trial, constraints: Sequence[Constraint]) -> bool:
    """Whether every quantity that is bounded is a finite number."""
    return all(math.isfinite(trial.quantity(each.name)) for each in constraints)
