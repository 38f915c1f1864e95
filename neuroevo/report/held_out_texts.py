"""How scores on a test part, targets and scored models are written."""

from typing import TYPE_CHECKING

from neuroevo import wording
from neuroevo.analysis.held_out_models import target_names
from neuroevo.evaluation.scores import METRICS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from neuroevo.analysis.findings import Findings
    from neuroevo.analysis.held_out_models import HeldOutModel, HeldOutModels
    from neuroevo.evaluation.scores import Metric, Score

MANY_ROWS = 1_000  # of a test part, from which on percentages have a decimal
LEAST_UNITS = 30
"""Rows or groups of a test part, for a verdict on a difference.

Intervals of the bootstrap are too narrow with few: with 5 groups, they call a fifth of pairs of
equally good models different, and with 20 a tenth, instead of 5%.
"""
MOST_TARGETS = 3  # whose names a sentence lists
FREQUENT = "the most frequent class"  # a reference model, with another name as a subject


def metric_text(metric: "Metric", value: float, decimals: int = 1) -> str:
    """Return a value of a metric; shares of samples in percent, R² with at most three decimals."""
    if metric.is_share:
        return wording.share(value, decimals)
    return wording.number(round(value, 3) + 0.0 if metric.name == "r2" else value)


def interval_text(metric: "Metric", score: "Score", decimals: int = 1) -> str:
    """Return the interval of a score: ``0.35 to 0.6``."""
    low, high = (metric_text(metric, end, decimals) for end in (score.low, score.high))
    return f"{low} to {high}"


def difference_text(metric: "Metric", value: float) -> str:
    """Return a difference of two scores; that of shares is in percentage points."""
    if metric.is_share:
        return wording.number(round(100 * value, 1) + 0.0)
    return metric_text(metric, value)


def difference_interval(metric: "Metric", score: "Score") -> str:
    """Return the interval of a difference: ``−0.02 to 0.35``."""
    return f"{difference_text(metric, score.low)} to {difference_text(metric, score.high)}"


def test_score(scores: "Mapping[str, Score]", *, interval: bool) -> str:
    """Return the most important score, with its interval if wanted: ``R² 0.5 (0.35 to 0.6)``."""
    for name, score in scores.items():
        metric = METRICS[name]
        text = f"{metric.label} {metric_text(metric, score.value)}"
        return f"{text} ({interval_text(metric, score)})" if interval else text
    return ""


def rows_text(count: int, adjective: str = "") -> str:
    """Return a number of rows: ``1 row``, ``88 test rows``."""
    return wording.counted(count, f"{adjective} row".lstrip())


def units_text(models: "HeldOutModels") -> str:
    """Return how many test rows, or groups of them, differ independently: ``3 test groups``."""
    if models.groups is None:
        return "an unknown number of test groups"
    if not models.groups:
        return rows_text(models.samples, "test")
    return wording.counted(models.groups, "test group")


def drawn_text(models: "HeldOutModels") -> str:
    """Return what bootstrap samples are drawn from: ``the test rows``, ``the 3 test groups``."""
    if models.groups is None:
        return "the groups of test rows"
    if not models.groups:
        return "the test rows"
    if models.groups == 1:
        return "the rows of the only test group"
    return f"the {units_text(models)}"


def model_name(model: "HeldOutModel", length: int = 40) -> str:
    """Return the name of a model in tables: ``champion``, ``rank 2``, ``gradient boosting``."""
    if model.role == "champion":
        return "champion"
    return f"rank {model.rank:,}" if model.role == "front" else wording.visible(model.name, length)


def model_in_sentence(model: "HeldOutModel") -> str:
    """Return the name of a baseline or of a reference model inside a sentence."""
    return f"the baseline {model_name(model)}" if model.role == "baseline" else model_name(model)


def model_as_subject(model: "HeldOutModel") -> str:
    """Return the name of a baseline or of a reference model at the beginning of a sentence."""
    words = model_in_sentence(model)
    words = f"always predicting {words}" if words == FREQUENT else words
    return words[:1].upper() + words[1:]


def target_words(findings: "Findings") -> str:
    """Return the targets as a noun: ``progression``, ``x and y``, ``5 targets``, ``3 classes``."""
    names = target_names(findings.columns)
    if not names:
        classes = len(findings.columns.classes)
        return wording.counted(classes, "class", "classes") if classes else "the target"
    if len(names) > MOST_TARGETS:
        return wording.counted(len(names), "target")
    return wording.listed([wording.visible(name) for name in names])
