"""The pages of a run: its report, and the mouse page to which the report links."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from neuroevo.playground.mouse_page import mouse_page
from neuroevo.playground.payload import is_mouse_run
from neuroevo.report.page import page
from neuroevo.storage.atomic import write_atomically

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.report.run import Run
    from neuroevo.report.served import Served


def report_page(
    findings: "Findings", crumbs: Sequence[tuple[str, str]] = (), served: "Served | None" = None
) -> str:
    """Return a run's report as HTML; that of a mouse run links to ``mouse.html`` beside it.

    On a server, ``crumbs`` are texts and addresses of the pages above it, and ``served`` is what it
    follows there.
    """
    return page(findings, "mouse.html" if is_mouse_run(findings) else "", crumbs, served)


def write_report(run: "Run") -> Path:
    """Write a run's report into its folder and return the file.

    If the run is of the mouse task, the mouse page is written as well.

    Parameters
    ----------
    run
        A run; if it is not complete, the report shows its state so far.

    Raises
    ------
    StorageError
        If the run can't be read or the report can't be written.
    """
    if is_mouse_run(run.findings):
        write_atomically(run.folder.mouse_file, mouse_page(run.findings))
    write_atomically(run.folder.report_file, report_page(run.findings))
    return run.folder.report_file
