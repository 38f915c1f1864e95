"""The pages of a run together: its report, and the playground to which the report leads.

It knows which runs have a playground; what is on a page is the page's own affair.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from neuroevo.playground.mouse_page import write_mouse_page
from neuroevo.playground.payload import is_of_the_mouse
from neuroevo.report.page import page
from neuroevo.runs import write_atomically

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.report.run import Run


def report_page(findings: "Findings") -> str:
    """Return a run's report as HTML, for a place where its playground lies beside it."""
    return page(findings, "mouse.html" if is_of_the_mouse(findings) else "")


def write_report(run: "Run") -> Path:
    """Write a run's report into its folder and return the file.

    Beside it goes the mouse page, if the run is of the mouse task.

    Parameters
    ----------
    run
        A run that has finished, or one that still goes on: the report tells what there is.

    Raises
    ------
    StorageError
        If the run can't be read or the report can't be written.
    """
    path = run.folder.report_file
    if is_of_the_mouse(run.findings):
        write_mouse_page(run)
    write_atomically(path, report_page(run.findings))
    return path
