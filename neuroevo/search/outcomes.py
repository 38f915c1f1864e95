"""From a candidate and what became of it to a trial. Neither trains nor stores."""

import math
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from neuroevo.errors import StorageError
from neuroevo.evaluation import OBJECTIVES
from neuroevo.evaluation.evaluator import Evaluation
from neuroevo.evolution import Candidate
from neuroevo.runs import Trial
from neuroevo.workers.pool import Failure


def trial_of(
    candidate: Candidate, outcome: Evaluation | Failure, objectives: Sequence[str], points: int
) -> Trial:
    """Make the trial of a candidate, now that it is known what became of it.

    Parameters
    ----------
    candidate
        What was evaluated.
    outcome
        What it is worth, or why that can't be known.
    objectives
        Names of the objectives, of which a failure has no value.
    points
        Length of a curve, which a failure does not have.
    """
    if isinstance(outcome, Failure):
        return Trial(
            **_origin(candidate),
            objectives=dict.fromkeys(objectives, math.nan),
            curve=(math.inf,) * points,
            state="failed",
            diverged=0,
            seconds=round(outcome.seconds, 6),
            cause=outcome.cause,
        )
    diverged = not all(map(math.isfinite, outcome.objectives.values()))
    replicates = len(outcome.curves)
    return Trial(
        **_origin(candidate),
        objectives=outcome.objectives,
        curve=outcome.median_curve,
        state="diverged" if diverged else "complete",
        diverged=outcome.diverged,
        seconds=round(outcome.seconds, 6),
        work=outcome.work,
        cause=f"{outcome.diverged} of {replicates} replicates diverged" if diverged else "",
    )


def checked(candidate: Candidate, recorded: Trial) -> Trial:
    """Return a trial that was recorded before, if it is the candidate's.

    Raises
    ------
    StorageError
        If it is another one's.
    """
    for key, value in _origin(candidate).items():
        found = getattr(recorded, key)
        if value != found:
            raise StorageError(
                f"trial {candidate.number}: {key} must be {value!r}, for which the search asks, "
                f"but the journal has {found!r}"
            )
    return recorded


def fitness_of(trial: Trial) -> tuple[float, ...]:
    """Bring a trial's objectives to the scales on which they are compared; NaN stays NaN."""
    return tuple(
        OBJECTIVES[name].fitness(value) if math.isfinite(value) else math.nan
        for name, value in trial.objectives.items()
    )


def _origin(candidate: Candidate) -> dict[str, Any]:
    """Give what a trial has from its candidate, by the names that both have for it."""
    origin = {part.name: getattr(candidate, part.name) for part in fields(candidate)}
    return origin | {"genome": dict(candidate.genome)}
