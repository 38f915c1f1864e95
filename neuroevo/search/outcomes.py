"""Makes a trial of a candidate and its result. Neither trains nor stores."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from neuroevo.errors import StorageError
from neuroevo.evaluation import Objective
from neuroevo.evaluation.evaluator import Evaluation
from neuroevo.evaluation.function_evaluator import FunctionEvaluation
from neuroevo.evolution import Candidate
from neuroevo.evolution.candidate import LARGEST_FITNESS
from neuroevo.experiment import Experiment
from neuroevo.runs import EarlierTrial, Trial
from neuroevo.workers.pool import Failure

if TYPE_CHECKING:
    from neuroevo.runs.trial import State


def trial_of(
    candidate: Candidate,
    outcome: Evaluation | FunctionEvaluation | Failure,
    objectives: Sequence[str],
    points: int,
    verdict: int = 0,
) -> Trial:
    """Make the trial of a candidate.

    Parameters
    ----------
    candidate
        What was evaluated.
    outcome
        Its evaluation or measurement, or why there is none.
    objectives
        Names of the objectives; a failure has NaN for each.
    points
        Length of a learning curve, 0 if there is none; that of a failure is infinite everywhere.
    verdict
        After which rung it was to stop, see `Trial`. What was stopped there has NaN for each
        objective, as it is not known what they would be at its end.
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
    values = [*outcome.objectives.values(), *outcome.quantities.values()]
    diverged = not all(map(math.isfinite, values))
    state: State = "diverged" if diverged else "stopped" if outcome.stopped else "complete"
    cause, measured = "", outcome.objectives
    if state == "stopped":
        cause = f"not among the best third of those before it at rung {verdict}"
        measured = dict.fromkeys(objectives, math.nan)
    trained: dict[str, Any] = {"curve": (), "diverged": 0}
    if isinstance(outcome, Evaluation):
        trained = _training(outcome, points, math.inf if diverged else math.nan)
        if diverged:
            cause = f"{outcome.diverged} of {len(outcome.curves)} replicates diverged"
    return Trial(
        **_origin(candidate),
        **trained,
        objectives=measured,
        replicates=outcome.replicates,
        quantities=outcome.quantities,
        state=state,
        seconds=round(outcome.seconds, 6),
        work=outcome.work,
        cause=cause,
        rung_values=outcome.rungs,
        verdict=verdict,
    )


def _training(evaluation: Evaluation, points: int, rest: float) -> dict[str, Any]:
    """Return the fields of a trial on its trainings, with `rest` where curves have no points."""
    curve, curves = evaluation.median_curve, evaluation.median_class_curves
    missing = (rest,) * (points - len(curve))
    return {
        "curve": curve + missing,
        "class_curves": {name: curve + missing for name, curve in curves.items()},
        "diverged": evaluation.diverged,
    }


def checked(candidate: Candidate, recorded: Trial) -> Trial:
    """Return a recorded trial; StorageError if it belongs to another candidate."""
    for key, value in _origin(candidate).items():
        found = getattr(recorded, key)
        lacks = key == "forecast" and (value is None or found is None)  # of an earlier version
        if value != found and not lacks:
            raise StorageError(
                f"trial {candidate.number}: {key} must be {value!r}, for which the search asks, "
                f"but the journal has {found!r}"
            )
    return recorded


def fitness_of(trial: Trial | EarlierTrial, objectives: Sequence[Objective]) -> tuple[float, ...]:
    """Return a trial's objectives on the scales on which they are compared; NaN stays NaN."""
    values = [trial.objectives[item.name] for item in objectives]
    return tuple(
        item.fitness(value) if math.isfinite(value) else math.nan
        for item, value in zip(objectives, values, strict=True)
    )


def variance_of(trial: Trial, experiment: Experiment) -> float:
    """Return the squared standard error of the mean of a function's calls, in the first objective.

    NaN if the objective is no such mean, or is compared on a log scale, or if it is beyond ±1e300.
    """
    objective = experiment.objectives[0]
    is_mean = experiment.evolution.reduction == "mean" and not objective.logarithmic
    values = trial.replicates.get(objective.name, ())
    is_known = trial.state == "complete" and len(values) > 1
    if experiment.trains_networks or not (is_mean and is_known):
        return math.nan
    try:
        found = statistics.variance(values) / len(values)
    except OverflowError:
        return math.nan
    return found if found <= LARGEST_FITNESS else math.nan


def _origin(candidate: Candidate) -> dict[str, Any]:
    """Return the fields that a candidate and its trial have in common."""
    origin = {part.name: getattr(candidate, part.name) for part in fields(candidate)}
    return origin | {"genome": dict(candidate.genome)}
