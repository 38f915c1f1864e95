"""``neuroevo dashboard``: a local web server over a results folder."""

from typing import Annotated

import typer

from neuroevo.cli.options import RESULTS, Open, Results, examples
from neuroevo.cli.terminal import open_in_browser, say

EXAMPLES = examples(
    "neuroevo dashboard",
    "neuroevo dashboard --open",
    "neuroevo dashboard --results elsewhere --port 0",
)


def dashboard(
    results: Results = RESULTS,
    host: Annotated[
        str, typer.Option("--host", metavar="HOST", help="Name or address to listen on.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="PORT", help="Port; 0 for a free one.")
    ] = 8377,
    show: Open = False,  # noqa: FBT002 - an option
) -> None:
    """Show all runs in the web browser, live while they are running.

    It has tables of runs and trials, the report of each run and a page for each trial. It only
    reads. Ctrl-C ends it.

    Prints its address to stdout.
    """
    from neuroevo.dashboard import Dashboard
    from neuroevo.dashboard.security import is_loopback
    from neuroevo.runs import list_runs

    list_runs(results)  # reports at once a folder that can't be read
    served = Dashboard(results, host, port)
    if not is_loopback(host):
        say(
            f"neuroevo: warning: everyone who can connect to {host} can read all runs in "
            f"{results}; without --host only this machine can connect"
        )
    typer.echo(served.url)
    if show:
        import threading

        # In a thread, since a browser in the terminal blocks until it is closed.
        threading.Thread(target=open_in_browser, args=(served.url,), daemon=True).start()
    served.serve()
