"""Makes the mouse page: one HTML file without further files, opened from disk or served.

The part of the address behind ``#`` is the state of the page, ``name=value`` joined by ``&``; only
values that differ from the defaults are listed. ``mouse.html#left=512`` shows trial 512 beside the
article's choice, ``#left=512&right=7`` beside trial 7; a trial that the page does not hold must be
passed as one of `extra`. ``assets/state.js`` lists all names.
"""

from typing import TYPE_CHECKING

from neuroevo.playground.modules import bundled
from neuroevo.playground.payload import payload
from neuroevo.report.document import Asset, Document, asset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neuroevo.analysis.findings import Findings
    from neuroevo.runs import Trial

HOME = "neuroevo.playground"


def mouse_page(
    findings: "Findings",
    extra: "Sequence[Trial]" = (),
    report: str = "report.html",
    crumbs: "Sequence[tuple[str, str]]" = (),
) -> str:
    """Return the mouse page as HTML.

    Parameters
    ----------
    findings
        Of a run of the mouse task.
    extra
        Further trials that may be selected.
    report
        Address of the run's report, relative to the page; empty if there is none.
    crumbs
        Texts and addresses of the pages above this one, on a server that has them.

    Raises
    ------
    NeuroevoError
        If the run is of another task.
    """
    identity = findings.identity or findings.experiment.name
    document = Document(
        "mouse.html.jinja",
        title=f"Mouse · {identity}",
        styles=[
            asset("theme.css"),
            asset("report.css"),
            asset("network.css"),
            asset("mouse.css", HOME),
        ],
        scripts=[Asset("mouse.js", _script("page.js"), is_module=True)],
        payload={**payload(findings, extra), "worker": _script("worker.js")},
        package=HOME,
        has_worker=True,
    )
    return document.render({"identity": identity, "report": report, "crumbs": crumbs})


def _script(entry: str) -> str:
    return bundled(entry, lambda name: asset(name, HOME).text)
