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
        str, typer.Option("--host", metavar="HOST", help="Name or address to listen at.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="PORT", help="Port; 0 for one that is free.")
    ] = 8377,
    show: Open = False,  # noqa: FBT002 - an option
) -> None:
    """Show all runs in the web browser, live while they go on.

    Tables of runs and trials, each run's report, each trial's page. It only reads. Ctrl-C ends it.

    Prints its address to stdout.
    """
    from neuroevo.dashboard import Dashboard
    from neuroevo.dashboard.security import is_loopback
    from neuroevo.runs import list_runs

    list_runs(results)  # so that a folder that can't be read is told at once
    served = Dashboard(results, host, port)
    if not is_loopback(host):
        say(
            f"neuroevo: warning: whoever can reach {host} can read all runs in {results}; "
            "leave out --host to be reached from this machine alone"
        )
    typer.echo(served.url)
    if show:
        import threading

        # A browser in the terminal would keep the server from serving it.
        threading.Thread(target=open_in_browser, args=(served.url,), daemon=True).start()
    served.serve()
