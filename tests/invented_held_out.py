"""Invented scores on a test part, made of random outputs by the functions that score real ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from neuroevo.analysis.findings import Findings
from neuroevo.evaluation import phenotype_of
from neuroevo.evaluation.diagnosis import ColumnImportance, Diagnosis, calibration, confusion
from neuroevo.evaluation.scores import Resampled, Resampling, Score, Targets, scores_of
from neuroevo.learning import Columns
from neuroevo.report.run import Run
from neuroevo.runs import Champion, HeldOutScores, ScoredModel
from neuroevo.space import Value

Floats = npt.NDArray[np.float64]
REFERENCES = {"gradient boosting": 0.9, "linear regression": 1.1, "the mean": 99.0}
CLASS_REFERENCES = {
    "logistic regression": 0.9,
    "scikit-learn's MLP": 1.2,
    "the most frequent class": 99.0,
}


@dataclass(frozen=True)
class TablePlan:
    """Settings of invented scores.

    Parameters
    ----------
    targets
        The names of the targets; the column of the classes.
    classes
        The names of the classes; empty for a regression.
    rows
        Number of rows in the test part.
    noise
        How much the outputs of the champion differ from the targets.
    references
        The reference models, with the noise of each as a multiple of the champion's.
    replicates
        Number of replicates of each trial.
    columns
        The names of the table's columns.
    """

    targets: tuple[str, ...] = ("progression",)
    classes: tuple[str, ...] = ()
    rows: int = 88
    noise: float = 0.7
    references: Mapping[str, float] | None = None
    replicates: int = 4
    columns: tuple[str, ...] = ("age", "body mass index", "blood pressure", "glucose")


SPECIES = TablePlan(
    ("species",),
    ("setosa", "versicolor", "virginica"),
    rows=30,
    noise=0.3,
    columns=("petal length", "petal width", "sepal length", "sepal width"),
)


def on_table(run: Run, plan: TablePlan) -> Findings:
    """Return the findings of a run of the mouse task as if it had learnt the table of a plan."""
    findings = run.findings
    rng = np.random.default_rng(3)
    columns = _columns(plan)
    training = findings.experiment.training.replace(replicates=plan.replicates)
    ends = len(columns.inputs), len(columns.outputs)
    champions = [
        _champion(each, dict(trial.genome), ends, findings, plan.replicates)
        for trial in (*findings.front, *findings.baselines)
        if (each := findings.champion_of(trial)) is not None
    ]
    return replace(
        findings,
        experiment=findings.experiment.replace(training=training),
        columns=columns,
        rescored=tuple(champions),
        held_out=held_out(findings, plan, rng),
    )


def stated(
    run: Run, plan: TablePlan, metric: str, values: Mapping[str, Score], kept: float | None = None
) -> Findings:
    """Return findings of one relu network with adam, and of baselines, with these scores.

    Parameters
    ----------
    run
        A run with baselines.
    plan
        The table; its noise and reference models are not used.
    metric
        The only metric.
    values
        Scores by the names of baselines and reference models; the champion has an empty name.
    kept
        The value of the kept network.
    """
    training = run.experiment.training.replace(replicates=plan.replicates)
    genome: dict[str, Value] = {"hidden": (6,), "activation": "relu", "optimizer": "adam"}
    numbers = {trial.name: trial.number for trial in run.baselines} | {"": run.best.number}
    models = [
        ScoredModel(name, numbers.get(name), {metric: score}) for name, score in values.items()
    ]
    scores = None if kept is None else Diagnosis({metric: kept})
    return Findings(
        run.experiment.replace(training=training),
        (*run.baselines, replace(run.best, genome=genome)),
        columns=_columns(plan),
        held_out=HeldOutScores(plan.rows, tuple(models), scores),
    )


def with_difference(findings: Findings, name: str, metric: str, difference: Score) -> Findings:
    """Return findings with the champion's difference to the model of this name."""
    scores = findings.held_out
    assert scores is not None
    models = (
        replace(each, differences={metric: difference}) if each.name == name else each
        for each in scores.models
    )
    return replace(findings, held_out=replace(scores, models=tuple(models)))


def held_out(findings: Findings, plan: TablePlan, rng: np.random.Generator) -> HeldOutScores:
    """Invent the scores of the trials of a run, and of the reference models of a plan."""
    targets = _targets(plan, rng)
    resampling = Resampling(plan.rows, (1, 2))

    known: list[Resampled] = []  # the champion's comes first

    def scored(name: str, number: int | None, noise: float, replicates: int) -> ScoredModel:
        outputs = np.stack([_outputs(plan, targets, noise, rng) for _ in range(replicates)])
        note = "" if number is not None else f"scikit-learn's model of {name} with its defaults"
        known.append(resampling.resampled(targets, outputs))
        own = known[-1]
        differences = known[0].differences(own) if len(known) > 1 else {}
        return ScoredModel(name, number, own.scores(), note, differences=differences)

    references = plan.references
    if references is None:
        references = CLASS_REFERENCES if plan.classes else REFERENCES
    models = [
        *(
            scored("", trial.number, plan.noise * (1 + 0.05 * rank), plan.replicates)
            for rank, trial in enumerate(findings.front)
        ),
        *(
            scored(trial.name, trial.number, 1.3 * plan.noise, plan.replicates)
            for trial in findings.baselines
        ),
        *(scored(name, None, plan.noise * factor, 1) for name, factor in references.items()),
    ]
    kept = _outputs(plan, targets, plan.noise, rng)
    return HeldOutScores(plan.rows, tuple(models), diagnosis(plan, targets, kept))


def diagnosis(plan: TablePlan, targets: Targets, outputs: Floats) -> Diagnosis:
    """Diagnose outputs; the importance of columns is invented."""
    importance = tuple(
        ColumnImportance(name, 0.4 / (1 + place) ** 2, 0.3 / (1 + place) ** 2 - 0.02, 0.5)
        for place, name in enumerate(plan.columns)
    )
    scores = scores_of(targets, outputs)
    if not plan.classes and "r2" not in scores:
        importance = ()
    if plan.classes:
        return Diagnosis(
            scores,
            confusion=confusion(targets, outputs),
            calibration=calibration(targets, outputs),
            importance=importance,
        )
    return Diagnosis(scores, _raw(targets.values), _raw(outputs), importance=importance)


def _raw(values: Floats) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in (150 + 75 * values).round(3).tolist())


def _columns(plan: TablePlan) -> Columns:
    outputs = plan.targets
    if plan.classes:
        outputs = tuple(f"{plan.targets[0]}={name}" for name in plan.classes)
    return Columns(plan.columns, outputs, plan.classes)


def _targets(plan: TablePlan, rng: np.random.Generator) -> Targets:
    if not plan.classes:
        return Targets(rng.normal(size=(plan.rows, len(plan.targets))), is_classes=False, scale=75)
    labels = rng.integers(0, len(plan.classes), plan.rows)
    return Targets(np.eye(len(plan.classes))[labels], is_classes=True)


def _outputs(plan: TablePlan, targets: Targets, noise: float, rng: np.random.Generator) -> Floats:
    """Return targets with noise; of classes, probabilities. Much noise gives constants."""
    values = targets.values
    if noise > 9:
        constant = values.mean(axis=0, keepdims=True)
        return np.repeat(constant, len(values), axis=0)
    noisy: Floats = values + rng.normal(0, noise, values.shape)
    if not plan.classes:
        return noisy
    powers = np.exp(5 * noisy)
    probabilities: Floats = powers / powers.sum(axis=1, keepdims=True)
    return probabilities


def _champion(
    champion: Champion,
    genome: dict[str, Value],
    ends: tuple[int, int],
    findings: Findings,
    replicates: int,
) -> Champion:
    phenotype = phenotype_of(genome, ends, findings.experiment.training)
    size = (replicates, phenotype.architecture.vector_size)
    parameters = np.random.default_rng(champion.number).normal(0, 0.5, size).astype(np.float32)
    curves: Sequence[npt.NDArray[np.floating]] = [
        np.resize(each, (replicates, each.shape[1]))
        for each in (champion.curves, champion.fresh_curves)
    ]
    return replace(
        champion,
        architecture=phenotype.architecture,
        parameters=parameters,
        curves=curves[0],
        fresh_curves=curves[1],
    )
