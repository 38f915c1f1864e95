"""Writes the mouse page: one HTML file that needs nothing else, opened from disk or served.

Addresses: what stands behind ``#`` is the state of the page, ``name=value`` joined by ``&``, and
only what differs from how it opens. ``mouse.html#left=512`` races trial 512 against the article's
choice, ``#left=512&right=7`` against trial 7; a trial that the page does not hold must be handed
over as one of `extra`. ``assets/state.js`` lists all names.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from neuroevo.playground.modules import bundled
from neuroevo.playground.payload import payload
from neuroevo.report.document import Asset, Document, asset
from neuroevo.runs import write_atomically

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neuroevo.analysis.findings import Findings
    from neuroevo.report.run import Run
    from neuroevo.runs import Trial

HOME = "neuroevo.playground"


def write_mouse_page(run: "Run") -> Path:
    """Write the mouse page of a run into its folder and return the file.

    Raises
    ------
    NeuroevoError
        If the run is of another task than the mouse.
    StorageError
        If the run can't be read or the page can't be written.
    """
    path = run.folder.mouse_file
    write_atomically(path, mouse_page(run.findings))
    return path


def mouse_page(
    findings: "Findings", extra: "Sequence[Trial]" = (), report: str = "report.html"
) -> str:
    """Return the mouse page as HTML.

    Parameters
    ----------
    findings
        Of a run of the mouse task.
    extra
        More trials that may be chosen for the race.
    report
        Address of the run's report, seen from the page; empty: there is none.

    Raises
    ------
    NeuroevoError
        If the run is of another task.
    """
    identity = findings.identity or findings.experiment.name
    return mouse_document(findings, extra).render({"identity": identity, "report": report})


def mouse_document(findings: "Findings", extra: "Sequence[Trial]" = ()) -> Document:
    """Return the page before its values are put in, for those who need its policy."""
    return Document(
        "mouse.html.jinja",
        title=f"Mouse · {findings.identity or findings.experiment.name}",
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


def _script(entry: str) -> str:
    return bundled(entry, lambda name: asset(name, HOME).text)
