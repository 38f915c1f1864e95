"""Chooses the champion: the trial of a front that stands for the run. Trains and reads nothing."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neuroevo.evaluation import OBJECTIVES, REDUCTIONS
from neuroevo.evaluation.objectives import rounded
from neuroevo.evolution import Constraint, excesses_of, violation_of

if TYPE_CHECKING:
    from neuroevo.experiment import Experiment
    from neuroevo.runs.champions import RescoredTrial
    from neuroevo.runs.trial import Trial


@dataclass(frozen=True, slots=True)
class FreshScores:
    """The scores of a trial by which it may be chosen: on fresh seeds, where they exist."""

    objectives: Mapping[str, float]  # NaN if there is no finite value
    # Of the validation samples, reduced over the replicates; infinite if diverged. NaN if unknown.
    final_mse: float = math.nan

    def broken(self, constraints: Sequence[Constraint]) -> tuple[Constraint, ...]:
        """Return the constraints on these scores that they do not keep."""
        return tuple(each for each in constraints if self.violation([each]) > 0)

    def violation(self, constraints: Sequence[Constraint]) -> float:
        """Return how far the scores are from keeping the constraints on them, 0 if they do."""
        known = dict(self.objectives)
        if not math.isnan(self.final_mse):
            known.setdefault("final_mse", self.final_mse)
        on_scores = [each for each in constraints if each.name in known]
        return violation_of(excesses_of(on_scores, known))


def fresh_scores(champion: "RescoredTrial", reduction: str) -> FreshScores:
    """Return the scores of a trial on fresh seeds.

    Parameters
    ----------
    champion
        The trial, with its networks if it has any.
    reduction
        How the errors of replicates are reduced to one, see `REDUCTIONS`.
    """
    from neuroevo.runs.champions import Champion  # noqa: PLC0415 - loads safetensors

    if not isinstance(champion, Champion):
        return FreshScores(champion.fresh_objectives)
    final = champion.fresh_curves[:, -1].astype(np.float64)
    final[np.isnan(final)] = math.inf
    reduced = REDUCTIONS[reduction](final)
    return FreshScores(
        champion.fresh_objectives, rounded(reduced) if math.isfinite(reduced) else math.inf
    )


def champion_first(
    front: "Sequence[Trial]", experiment: "Experiment", fresh: Mapping[int, FreshScores]
) -> "tuple[Trial, ...]":
    """Return a front with the champion first, and the others in their order.

    Parameters
    ----------
    front
        Complete trials that no other dominates.
    experiment
        The experiment that they belong to.
    fresh
        Number of a trial -> its scores on fresh seeds; empty until a search has ended. If some
        trials of the front have such scores, one without can only be the champion after them, and
        one that breaks constraints on fresh seeds only after those that keep them.
    """
    scored = {trial.number: fresh[trial.number] for trial in front if trial.number in fresh}

    def broken(trial: "Trial") -> float:
        if not scored or not experiment.constraints:
            return 0.0
        found = scored.get(trial.number)
        return math.inf if found is None else found.violation(experiment.constraints)

    def order(trial: "Trial") -> tuple[object, ...]:
        own = FreshScores(trial.objectives, _final_mse(trial))
        judged = scored.get(trial.number, FreshScores({}, math.inf)) if scored else own
        return (
            broken(trial),
            *_order(experiment, judged, max(own.final_mse, judged.final_mse)),
            _costs(experiment, trial.objectives),
            trial.number,
        )

    champion = min(front, key=order, default=None)
    others = [trial for trial in front if trial is not champion]
    return tuple(others if champion is None else [champion, *others])


def _order(experiment: "Experiment", judged: FreshScores, final_mse: float) -> tuple[object, ...]:
    """Return a key that is least for the champion; the MSE decides whether the target is held."""
    costs, training = _costs(experiment, judged.objectives), experiment.training
    if OBJECTIVES["samples_to_target"] in experiment.objectives:
        samples = judged.objectives.get("samples_to_target", math.nan)
        if samples <= training.samples and final_mse <= training.target_mse:
            return 0, samples, costs
    return 1, costs[0], costs


def _final_mse(trial: "Trial") -> float:
    final = trial.objectives.get("final_mse")
    if final is None:
        return trial.curve[-1] if trial.curve else math.inf
    return final


def _costs(experiment: "Experiment", objectives: Mapping[str, float]) -> tuple[float, ...]:
    """Return objectives in the experiment's order so that less is better."""
    costs = [item.cost(objectives.get(item.name, math.nan)) for item in experiment.objectives]
    return tuple(cost if math.isfinite(cost) else math.inf for cost in costs)
