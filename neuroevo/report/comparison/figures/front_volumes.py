"""The hypervolume of each run's front over its trials, up to one reference point for all."""

from typing import TYPE_CHECKING, Any

from neuroevo import wording
from neuroevo.analysis.comparison import SHARE
from neuroevo.report.comparison.figures.marks import step_lines
from neuroevo.report.drawing import Specification, empty_figure

if TYPE_CHECKING:
    from neuroevo.analysis.comparison import Comparison

HEIGHT = 400


def draw(comparison: "Comparison") -> Specification:
    """Draw each run's share of the hypervolume of all runs."""
    table = comparison.hypervolumes
    if len(comparison.objectives) < 2:  # noqa: PLR2004 - what a trade-off takes
        return empty_figure(
            "The runs have no two objectives in common, so there is nothing to enclose."
        )
    if table.empty:
        return empty_figure("No run has a completed trial.")

    def told(at: float, share: float) -> str:
        return f"{share:.2%} after {wording.counted(round(at), 'trial')}"

    layout: dict[str, Any] = {
        "height": HEIGHT,
        "hovermode": "closest",
        "xaxis": {"title": {"text": "trials"}, "rangemode": "tozero"},
        "yaxis": {
            "title": {"text": "share of the hypervolume of all"},
            "tickformat": ".0%",
            "rangemode": "tozero",
        },
    }
    return {"data": step_lines(comparison, table, ("trials", SHARE), told), "layout": layout}


def caption(comparison: "Comparison") -> str:
    """Say what is measured, and where each run ended."""
    runs = comparison.runs
    if len(comparison.objectives) < 2 or comparison.reference is None:  # noqa: PLR2004 - see above
        return "There is no hypervolume to measure."
    names = wording.listed([item.label for item in comparison.objectives])
    start = (
        f"How much of what all fronts together dominate in {names} a run’s front dominates, up to "
        "a point a tenth beyond the worst completed trial of all, on the scales on which trials "
        "are compared."
    )
    ends = runs.set_index("run")[SHARE].sort_values(ascending=False, kind="stable")
    first, last = ends.index[0], ends.index[-1]
    return f"{start} {first} ends at {ends.iloc[0]:.1%}, {last} at {ends.iloc[-1]:.1%}."
