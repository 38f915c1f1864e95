"""Which address shows what."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from neuroevo.dashboard.events import EventStreams, all_runs, one_run
from neuroevo.dashboard.guard import Guard
from neuroevo.dashboard.pages import asset_of, problem
from neuroevo.dashboard.shelf import Shelf
from neuroevo.dashboard.views import Views
from neuroevo.errors import NeuroevoError


def application(
    results: Path, is_known: Callable[[str], bool], streams: int, stopping: asyncio.Event
) -> ASGIApp:
    """Return the application that shows a results folder.

    Parameters
    ----------
    results
        The folder.
    is_known
        Tells the names by which the server may be called from all others.
    streams
        How many event streams may be open.
    stopping
        Is set when event streams shall end.
    """
    shelf = Shelf(results)
    views = Views(shelf)
    following = EventStreams(streams, stopping)

    async def events(_request: Request) -> Response:
        return following.following(all_runs(shelf))

    async def run_events(request: Request) -> Response:
        book = await asyncio.to_thread(views.book, request)
        return following.following(one_run(book))

    run = "/runs/{identity}"
    routes = [
        Route("/", views.runs),
        Route("/events", events),
        Route("/compare", views.compare),
        Route(run, views.run),
        Route(f"{run}/events", run_events),
        Route(f"{run}/report.html", views.report),
        Route(f"{run}/mouse.html", views.mouse),
        Route(f"{run}/trials", views.trials),
        Route(f"{run}/trials/{{number:int}}", views.trial),
        Route(f"{run}/trials/{{number:int}}/experiment.toml", views.configuration),
        Route(f"{run}/files/{{name}}", views.file),
        Route("/assets/{name}", asset_of),
    ]
    handlers = {HTTPException: _not_there, NeuroevoError: _not_readable, Exception: _broken}
    starlette = Starlette(routes=routes, exception_handlers=handlers)
    starlette.router.redirect_slashes = False
    return Guard(starlette, is_known)


def _not_there(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return problem(status, "Nothing here", ("This address leads to no run, trial or file.",))


def _not_readable(_request: Request, error: Exception) -> Response:
    lines = error.problems if isinstance(error, NeuroevoError) else ()
    return problem(500, "This can’t be read", lines)


def _broken(_request: Request, error: Exception) -> Response:
    # The server writes the traceback to stderr.
    return problem(500, "This went wrong", (f"{type(error).__name__}: {error}",))
