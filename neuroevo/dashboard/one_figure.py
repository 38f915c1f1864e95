"""The content of the page of one figure of a run, as it is now; those of reports are all there."""

from typing import TYPE_CHECKING, Any

from neuroevo.dashboard.links import Link
from neuroevo.dashboard.run_list import CachedRun
from neuroevo.report.figures import page_figure
from neuroevo.report.plots import FIGURES, figures_of

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings

OFFERED = ("importance", "parallel_coordinates")  # that the page of a run links to


def content(run: CachedRun, name: str) -> dict[str, Any]:
    """Return the variables of the page's template; the name must be one of the run's figures."""
    findings, base = run.findings(), run.address
    shown = page_figure(findings, name)
    return {
        "crumbs": (*run.crumbs, (shown.title, "")),
        "shown": shown,
        "links": (*offered(findings, base, name), Link("The run", base, "u")),
    }


def offered(findings: "Findings", base: str, but: str = "") -> tuple[Link, ...]:
    """Return the links to figures of the run at an address, without the one named."""
    drawn = figures_of(findings.experiment)
    return tuple(
        Link(FIGURES[name].title, f"{base}/figures/{name}")
        for name in OFFERED
        if name in drawn and name != but
    )
