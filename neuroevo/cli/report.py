"""``neuroevo report``: a run's report, written anew."""

from typing import Annotated

import typer

from neuroevo.cli.options import RESULTS, Results, RunReference, examples
from neuroevo.cli.terminal import say

EXAMPLES = examples("neuroevo report latest", "neuroevo report latest --open")


def report(
    run: RunReference,
    results: Results = RESULTS,
    show: Annotated[bool, typer.Option("--open", help="Open it in the web browser.")] = False,  # noqa: FBT002 - an option
) -> None:
    """Write the report of a run anew.

    Prints the file's path to stdout.
    """
    from neuroevo.report.page import write_report
    from neuroevo.report.run import load_run

    path = write_report(load_run(run, results))
    typer.echo(path)
    if show:
        import webbrowser

        if not webbrowser.open(path.resolve().as_uri()):
            say("neuroevo: no web browser was found to open it")
