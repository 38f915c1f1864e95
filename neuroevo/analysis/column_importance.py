"""Which columns of the table the champion's kept network relies on."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from neuroevo.evaluation.diagnosis import MOST_PERMUTED, ColumnImportance
from neuroevo.evaluation.scores import METRICS, Metric

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings

MOST_COLUMNS = 20  # that are shown


@dataclass(frozen=True, slots=True)
class ColumnImportances:
    """How much a metric gets worse if a column is permuted.

    Parameters
    ----------
    metric
        The metric.
    value
        Its value without permutations.
    columns
        The most important columns, the largest decrease first.
    others
        All other columns.
    samples
        Number of samples in which columns were permuted.
    """

    metric: Metric
    value: float
    columns: tuple[ColumnImportance, ...]
    others: tuple[ColumnImportance, ...]
    samples: int


def column_importances(findings: "Findings") -> ColumnImportances | None:
    """Return the importance of each column; None if it was not measured."""
    diagnosis, held_out = findings.diagnosis, findings.held_out
    if diagnosis is None or held_out is None or not diagnosis.importance:
        return None
    metric = next((each for name, each in METRICS.items() if name in diagnosis.scores), None)
    if metric is None or not metric.larger_is_better:
        return None
    ordered = sorted(diagnosis.importance, key=lambda each: -each.decrease)
    return ColumnImportances(
        metric,
        diagnosis.scores[metric.name],
        tuple(ordered[:MOST_COLUMNS]),
        tuple(ordered[MOST_COLUMNS:]),
        min(held_out.samples, MOST_PERMUTED),
    )


def is_certain(column: ColumnImportance) -> bool:
    """Whether every permutation of a column made the metric worse."""
    return column.low > 0
