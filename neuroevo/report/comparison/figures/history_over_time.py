"""The lowest score so far of each run, over the time that training took."""

from typing import TYPE_CHECKING

from neuroevo import wording
from neuroevo.report.comparison.figures import history
from neuroevo.report.drawing import Specification

if TYPE_CHECKING:
    from neuroevo.analysis.comparison import Comparison


def draw(comparison: "Comparison") -> Specification:
    """Draw the runs' histories over the seconds that training took."""
    title = "seconds of training, all cores added up"
    return history.draw_over(comparison, "seconds", title, wording.duration)


def caption(comparison: "Comparison") -> str:
    """Say what time is meant, and how long a trial took."""
    table = comparison.runs
    costs = {
        each.label: float(each.seconds[-1]) / len(each.seconds)
        for each in comparison.contenders
        if len(each.seconds)
    }
    start = (
        "The same over the time that training took, the cores’ times added up, so that it does "
        "not matter how many there were; what else ran on a machine does."
    )
    if len(costs) < 2 or table.empty or not min(costs.values()) > 0:  # noqa: PLR2004 - to compare
        return start
    quick, slow = min(costs, key=costs.__getitem__), max(costs, key=costs.__getitem__)
    ratio = costs[slow] / costs[quick]
    if ratio < 1.15:  # noqa: PLR2004 - about the same
        return f"{start} A trial took about {wording.duration(costs[slow])} in each run."
    return (
        f"{start} A trial of {quick} took {wording.duration(costs[quick])} on average, one of "
        f"{slow} {wording.factor(ratio)} times as long."
    )
