"""Replaces scores by NaN or infinity."""

from functools import partial

from neuroevo.evaluation import evaluator
from neuroevo.evaluation.objectives import LearningCurves, NetworkObjective, scored


def poison(name: str, number: float, value: float) -> None:
    """Replace a number by a value wherever it is the score of an objective."""
    replaced = "scored"
    setattr(evaluator, replaced, partial(_poisoned, name, number, value))


def _poisoned(  # noqa: PLR0913, PLR0917 - bound above, and what a score takes
    name: str,
    number: float,
    value: float,
    curves: LearningCurves,
    objective: NetworkObjective,
    reduction: str,
) -> tuple[float, tuple[float, ...]]:
    found, replicates = scored(curves, objective, reduction)
    return (value if objective.name == name and found == number else found), replicates
