"""The hypervolume of each run's front over its trials, with one reference point for all."""

from typing import TYPE_CHECKING

from neuroevo import wording
from neuroevo.analysis.comparison import SHARE
from neuroevo.report.comparison.figures.measures import measure_name
from neuroevo.report.comparison.figures.styles import step_lines
from neuroevo.report.drawing import Specification, empty_figure

if TYPE_CHECKING:
    from neuroevo.analysis.comparison import Comparison

HEIGHT = 400


def draw(comparison: "Comparison") -> Specification:
    """Draw each run's share of the hypervolume of all runs."""
    table = comparison.hypervolumes
    if len(comparison.objectives) < 2:  # noqa: PLR2004 - what a trade-off takes
        return empty_figure(
            "The runs have no two objectives in common, so there is no hypervolume."
        )
    if table.empty:
        return empty_figure("No run has a completed trial.")

    def hover(at: float, share: float) -> str:
        return f"{share:.2%} after {wording.counted(round(at), 'trial')}"

    return {
        "data": step_lines(comparison, table, ("trials", SHARE), hover),
        "layout": {
            "height": HEIGHT,
            "hovermode": "closest",
            "xaxis": {"title": {"text": "trials"}, "rangemode": "tozero"},
            "yaxis": {
                "title": {"text": measure_name(comparison, SHARE)},
                "tickformat": ".0%",
                "rangemode": "tozero",
            },
        },
    }


def caption(comparison: "Comparison") -> str:
    """Say what is measured, and where each run ended."""
    if len(comparison.objectives) < 2 or comparison.reference is None:  # noqa: PLR2004 - see above
        return "There is no hypervolume."
    names = wording.listed([item.label for item in comparison.objectives])
    ends = comparison.runs.set_index("run")[SHARE].sort_values(ascending=False, kind="stable")
    first, last = ends.index[0], ends.index[-1]
    return (
        f"The hypervolume of each run’s front in {names}, as a share of the hypervolume of all "
        "fronts together. The reference point lies a tenth beyond the worst completed trial of "
        "all runs, outliers apart, on the scales on which trials are compared. "
        f"{first} ends at {ends.iloc[0]:.1%}, {last} at {ends.iloc[-1]:.1%}."
    )
