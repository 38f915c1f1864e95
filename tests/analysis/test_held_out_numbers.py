"""Numbers about the test part, against naive computations."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from neuroevo.analysis.class_calibration import class_calibration
from neuroevo.analysis.class_confusion import ClassConfusion, class_confusion
from neuroevo.analysis.column_importance import MOST_COLUMNS, column_importances
from neuroevo.analysis.findings import Findings
from neuroevo.analysis.held_out_models import held_out_models, target_names
from neuroevo.analysis.predicted_values import MOST_TARGETS, predicted_values
from neuroevo.analysis.run_reader import RunReader
from neuroevo.evaluation.scores import METRICS
from neuroevo.learning import Columns
from neuroevo.report.run import Run
from neuroevo.runs import RunFolder, write_held_out
from tests.invented_held_out import SPECIES, TablePlan, held_out, on_table

Runs = Callable[[str], Run]
NUMBERS = (class_calibration, class_confusion, column_importances, predicted_values)


def test_no_test_part_has_no_numbers(runs: Runs) -> None:
    """Without scores, or without a champion, there is nothing to show."""
    for findings in (runs("one point").findings, on_table(runs("all diverged"), SPECIES)):
        assert held_out_models(findings) is None
        assert [function(findings) for function in NUMBERS] == [None] * 4


def test_models_have_their_roles(runs: Runs) -> None:
    """The first of the front is the champion; other models are where they come from."""
    findings = on_table(runs("conflict"), SPECIES)
    models = held_out_models(findings)
    assert models is not None
    roles = [model.role for model in models.models]
    assert roles == [
        "champion",
        *["front"] * (len(findings.front) - 1),
        *["baseline"] * len(findings.baselines),
        *["reference model"] * 3,
    ]
    assert [model.rank for model in models.models if model.rank] == list(
        range(1, len(findings.front) + 1)
    )
    assert models.champion is not None
    assert models.champion.trial is findings.front[0]


def test_best_value_of_each_metric(runs: Runs) -> None:
    """The best value is the highest for accuracy and the lowest for log loss."""
    models = held_out_models(on_table(runs("conflict"), SPECIES))
    assert models is not None
    assert [metric.name for metric in models.metrics] == [
        "accuracy",
        "balanced_accuracy",
        "log_loss",
        "roc_auc",
    ]
    for metric in models.metrics:
        values = [model.scores[metric.name].value for model in models.models]
        assert models.best(metric) == (max(values) if metric.larger_is_better else min(values))
        ranked = models.ranked(metric, "baseline", "reference model")
        assert ranked[0].scores[metric.name].value == pytest.approx(
            (max if metric.larger_is_better else min)(values[len(values) - len(ranked) :])
        )
    assert models.best(METRICS["r2"]) is None


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        (Columns(outputs=("a", "b")), ("a", "b")),
        (Columns(outputs=("x=y=1", "x=y=2"), classes=("1", "2")), ("x=y",)),
        (Columns(outputs=("x=1", "y=2"), classes=("1", "2")), ()),
        (Columns(outputs=("1", "2"), classes=("1", "2")), ()),
        (Columns(outputs=("=1", "=2"), classes=("1", "2")), ()),
        (Columns(classes=("1", "2")), ()),
        (Columns(), ()),
    ],
)
def test_target_of_classes_is_found_in_the_outputs(
    columns: Columns, names: tuple[str, ...]
) -> None:
    """Outputs for classes are called TARGET=CLASS; with other names the target is unknown."""
    assert target_names(columns) == names


def test_confused_pairs_are_all_wrong_samples() -> None:
    """Pairs are ordered by count and add up to the samples that are not correct."""
    counts = np.array([[5, 2, 0], [1, 0, 3], [0, 0, 0]])
    found = ClassConfusion(("a", "b", "c"), counts)
    assert [(each.true, each.predicted, each.count) for each in found.pairs] == [
        ("b", "c", 3),
        ("a", "b", 2),
        ("b", "a", 1),
    ]
    assert found.pairs[0].share == 0.75
    assert (found.samples, found.correct) == (11, 5)
    assert np.isnan(found.shares[2]).all()


def test_classes_without_names_are_numbered(runs: Runs) -> None:
    """If the number of names is another, classes are numbered."""
    findings = on_table(runs("one point"), SPECIES)
    found = class_confusion(replace(findings, columns=Columns()))
    assert found is not None
    assert found.classes == ("class 1", "class 2", "class 3")


def test_calibration_agrees_with_the_confusion(runs: Runs) -> None:
    """Bins hold all samples, accuracies agree with the confusion, and are in their intervals."""
    findings = on_table(runs("one point"), replace(SPECIES, rows=500, noise=0.6))
    bins, confused = class_calibration(findings), class_confusion(findings)
    assert bins is not None
    assert confused is not None
    assert bins.samples == confused.samples == 500
    assert bins.accuracy == pytest.approx(confused.correct / 500, abs=1e-5)
    for each in bins.bins:
        assert each.start <= each.probability <= each.end
        assert 0 <= each.low <= each.accuracy <= each.high <= 1
    assert not bins.may_be_chance
    assert bins.error >= abs(bins.probability - bins.accuracy) - 1e-9


def test_predicted_values_have_the_r2_of_the_scores(runs: Runs) -> None:
    """R² of the values is that of the network; errors are all in the histogram."""
    findings = on_table(runs("one point"), TablePlan(rows=300))
    values = predicted_values(findings)
    assert values is not None
    assert findings.diagnosis is not None
    [target] = values.targets
    assert target.name == "progression"
    assert target.r2 == pytest.approx(findings.diagnosis.scores["r2"], abs=1e-4)
    counts, edges = target.histogram
    assert counts.sum() == 300
    assert edges[0] == target.errors.min()
    assert edges[-1] == target.errors.max()


def test_only_some_targets_are_shown(runs: Runs) -> None:
    """Of many targets the first few are shown; the others are counted."""
    plan = TablePlan(tuple(f"target {number}" for number in range(7)), rows=9)
    values = predicted_values(on_table(runs("one point"), plan))
    assert values is not None
    assert (len(values.targets), values.left_out) == (MOST_TARGETS, 7 - MOST_TARGETS)


def test_values_that_are_too_large_are_not_shown(runs: Runs) -> None:
    """Errors that are not finite have no figure."""
    findings = on_table(runs("one point"), TablePlan(rows=3))
    assert findings.held_out is not None
    assert findings.diagnosis is not None
    huge = replace(findings.diagnosis, true=((1e308,),), predicted=((-1e308,),))
    with np.errstate(over="ignore"):
        assert predicted_values(with_diagnosis(findings, huge)) is None


def test_columns_are_ordered_by_importance(runs: Runs) -> None:
    """The most important columns are shown, and all others are kept for their number."""
    plan = replace(SPECIES, columns=tuple(f"pixel {number}" for number in range(64)))
    found = column_importances(on_table(runs("one point"), plan))
    assert found is not None
    assert found.metric is METRICS["accuracy"]
    assert len(found.columns) == MOST_COLUMNS
    assert len(found.others) == 64 - MOST_COLUMNS
    decreases = [each.decrease for each in (*found.columns, *found.others)]
    assert decreases == sorted(decreases, reverse=True)


def test_scores_are_read_only_if_the_run_is_complete(runs: Runs, tmp_path: Path) -> None:
    """A complete run has its scores; while it is continued, those of its earlier end are old."""
    run = runs("one point")
    copy = RunFolder(Path(shutil.copytree(run.folder.path, tmp_path / run.folder.id)))
    scores = replace(held_out(run.findings, SPECIES, np.random.default_rng(5)), diagnosis=None)
    write_held_out(copy.test_file, scores)
    for is_complete in (True, False):
        if not is_complete:
            copy.checkpoint_file.unlink()
        for findings in (Run(copy).findings, RunReader(copy).findings()):
            assert findings.finished == is_complete
            assert findings.held_out == (scores if is_complete else None)


def with_diagnosis(findings: Findings, diagnosis: object) -> Findings:
    """Return findings with another diagnosis."""
    assert findings.held_out is not None
    return replace(findings, held_out=replace(findings.held_out, diagnosis=diagnosis))  # type: ignore[arg-type] # any
