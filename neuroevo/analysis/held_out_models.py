"""Models that were scored on the test part: trials of the front, baselines, reference models."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeVar

from neuroevo.evaluation.scores import METRICS, Metric, Score
from neuroevo.tables import TableSettings

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.learning import Columns
    from neuroevo.runs import ScoredEnsemble, ScoredModel, Trial

_T = TypeVar("_T")
Role = Literal["champion", "ensemble", "front", "baseline", "reference model"]


@dataclass(frozen=True, slots=True)
class HeldOutModel:
    """A model with its scores on the test part.

    Parameters
    ----------
    role
        What it is.
    name
        The name of a baseline or of a reference model; empty for a trial of the front.
    trial
        Its trial; None for a reference model.
    rank
        Its place on the front, from 1; 0 if it is not on it.
    scores
        Each metric's name -> its score; empty if all replicates have diverged.
    note
        What a baseline or a reference model is.
    targets
        The scores for each of several targets; empty for one, and for classes.
    differences
        Each metric's name -> the champion's score minus this one, see `ScoredModel`.
    """

    role: Role
    name: str
    trial: "Trial | None"
    rank: int
    scores: Mapping[str, Score]
    note: str = ""
    targets: tuple[Mapping[str, Score], ...] = ()
    differences: Mapping[str, Score] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HeldOutModels:
    """All models that were scored on a test part.

    Parameters
    ----------
    samples
        Number of samples in the test part.
    metrics
        Those in which a model has a score, the most important one first.
    models
        The champion, the mean of its replicates, other trials of the front by rank, baselines, then
        reference models.
    kept
        Each metric's name -> the value of the champion's kept network; empty if it is unknown.
    ensemble
        The mean of the champion's replicates; None if it was not scored.
    groups
        Number of groups of samples, see `HeldOutScores`; None if it is not known.
    """

    samples: int
    metrics: tuple[Metric, ...]
    models: tuple[HeldOutModel, ...]
    kept: Mapping[str, float]
    ensemble: "ScoredEnsemble | None" = None
    groups: int | None = 0

    @property
    def units(self) -> int:
        """The number of samples, or of groups of samples, that differ independently.

        1 if the number of groups is not known.
        """
        return 1 if self.groups is None else self.groups or self.samples

    @property
    def champion(self) -> HeldOutModel | None:
        """The champion, if it was scored."""
        return next((model for model in self.models if model.role == "champion"), None)

    @property
    def have_differences(self) -> bool:
        """Whether differences to the champion are known; earlier versions had none."""
        return any(model.differences for model in self.models)

    def ranked(self, metric: Metric, *roles: Role) -> tuple[HeldOutModel, ...]:
        """Return the models of these roles that have a score in a metric, the best first."""
        sign = -1 if metric.larger_is_better else 1
        scored = [
            model for model in self.models if model.role in roles and metric.name in model.scores
        ]
        return tuple(sorted(scored, key=lambda model: sign * model.scores[metric.name].value))

    def best(self, metric: Metric) -> float | None:
        """Return the best value of a metric among all models; None if none has one."""
        values = [
            model.scores[metric.name].value for model in self.models if metric.name in model.scores
        ]
        return (max if metric.larger_is_better else min)(values, default=None)


_METRICS_OF_OBJECTIVES = {"balanced_error": "balanced_accuracy"}
"""Metrics that come first if their objective does."""


def important_first(of_metrics: Mapping[str, _T], objective: "Objective") -> dict[str, _T]:
    """Return what there is of each metric, that of a run's first objective first."""
    searched = _METRICS_OF_OBJECTIVES.get(objective.name)
    return dict(sorted(of_metrics.items(), key=lambda item: item[0] != searched))


def held_out_models(findings: "Findings") -> HeldOutModels | None:
    """Collect the models that were scored on the test part.

    Returns
    -------
    None if there is no test part, or no trial of the search is complete.
    """
    held_out = findings.held_out
    if held_out is None or not findings.front:
        return None
    trials = {trial.number: trial for trial in (*findings.front, *findings.baselines)}
    ranks = {trial.number: rank for rank, trial in enumerate(findings.front, start=1)}
    task = findings.experiment.task
    notes = {baseline.name: baseline.note for baseline in task.baselines}
    models = [
        _model(scored, trials, ranks, notes.get(scored.name, ""))
        for scored in held_out.models
        if scored.name or scored.number in ranks
    ]
    if held_out.ensemble is not None and models and models[0].role == "champion":
        models.insert(1, _mean(held_out.ensemble))
    metrics = {
        metric.name: metric
        for metric in METRICS.values()
        if any(metric.name in model.scores for model in models)
    }
    groups = held_out.groups
    if groups is None and not (isinstance(task, TableSettings) and task.split == "groups"):
        groups = 0
    return HeldOutModels(
        held_out.samples,
        tuple(important_first(metrics, findings.objectives[0]).values()),
        tuple(models),
        {} if held_out.diagnosis is None else held_out.diagnosis.scores,
        held_out.ensemble,
        groups,
    )


def target_names(columns: "Columns") -> tuple[str, ...]:
    """Return the names of the targets; of classes, the column that they are in.

    Returns
    -------
    Empty if they are unknown: outputs for classes have to be named ``TARGET=CLASS``.

    Examples
    --------
    >>> from neuroevo.learning import Columns
    >>> target_names(Columns(outputs=("kind=a", "kind=b"), classes=("a", "b")))
    ('kind',)
    """
    if not columns.classes:
        return columns.outputs
    ends = [f"={name}" for name in columns.classes]
    if len(columns.outputs) != len(ends):
        return ()
    pairs = list(zip(columns.outputs, ends, strict=True))
    found = {output.removesuffix(end) for output, end in pairs if output.endswith(end)}
    is_named = len(found) == 1 and all(output.endswith(end) for output, end in pairs)
    return tuple(filter(None, found)) if is_named else ()


def _mean(ensemble: "ScoredEnsemble") -> HeldOutModel:
    name = f"mean of {ensemble.networks} networks"
    note = "the outputs of the champion's replicates are averaged"
    return HeldOutModel("ensemble", name, None, 0, ensemble.scores, note, ensemble.targets)


def _model(
    scored: "ScoredModel", trials: "Mapping[int, Trial]", ranks: Mapping[int, int], note: str
) -> HeldOutModel:
    role: Role = "front"
    trial, rank = None, 0
    if scored.number is None:
        role, note = "reference model", scored.note
    else:
        trial, rank = trials.get(scored.number), ranks.get(scored.number, 0)
        if scored.name:
            role, rank = "baseline", 0
        elif rank == 1:
            role = "champion"
    scores, differences = scored.scores, scored.differences
    return HeldOutModel(role, scored.name, trial, rank, scores, note, scored.targets, differences)
