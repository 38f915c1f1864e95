"""The opening of a report on a run in which no trial keeps the constraints."""

from typing import TYPE_CHECKING

from neuroevo import wording
from neuroevo.report.headline_parts import Headline, KeyNumber, joined, search_sentence
from neuroevo.runs import broken_constraints

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings


def infeasible_headline(findings: "Findings", progress: str) -> Headline:
    """Return the opening of a report that says which constraints no trial keeps.

    Parameters
    ----------
    findings
        The findings of a run with complete trials, of which none is feasible.
    progress
        A sentence on how far the run is; empty if it is complete.
    """
    bounds = wording.listed([str(each) for each in findings.constraints])
    title = f"No configuration keeps the constraints: {bounds}."
    if not findings.finished:
        title = f"So far, {title[:1].lower()}{title[1:]}"
    nearest = findings.front[0]
    scores = [
        f"{item.label} {wording.measured(score, item)}"
        for item, score in zip(findings.objectives, findings.scores(nearest), strict=True)
    ]
    broken = [
        f"{each.label} {wording.quantity(each.name, value, findings.experiment)}"
        for each in broken_constraints(nearest, findings.constraints)
        for value in [nearest.quantity(each.name)]
    ]
    described = (
        f"The nearest to it, trial {nearest.number}, has {wording.listed(broken)}; its objectives "
        f"are {wording.listed(scores)}. It has `{wording.configuration(nearest.genome)}`."
    )
    trials = KeyNumber("0", f"of {wording.counted(len(findings.complete), 'trial')} are feasible")
    return Headline(title, joined((progress, described, search_sentence(findings))), (trials,))
