"""The routes of the dashboard: which address shows which page."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from neuroevo.dashboard.events import EventStreams, state_of, state_of_all
from neuroevo.dashboard.pages import asset_of, problem
from neuroevo.dashboard.run_list import RunList
from neuroevo.dashboard.security import SecurityMiddleware
from neuroevo.dashboard.sweep_list import SweepList
from neuroevo.dashboard.views import Views
from neuroevo.errors import NeuroevoError


def application(
    results: Path, is_known: Callable[[str], bool], most_streams: int, stopping: asyncio.Event
) -> ASGIApp:
    """Return the application that shows a results folder.

    Names of this server are checked with ``is_known``; event streams end when ``stopping`` is set.
    """
    runs, sweeps = RunList(results), SweepList(results)
    views = Views(runs, sweeps)
    streams = EventStreams(most_streams, stopping)

    async def events(request: Request) -> Response:
        return streams.response(request, partial(state_of_all, runs, sweeps))

    async def run_events(request: Request) -> Response:
        run = await asyncio.to_thread(views.find, request)
        return streams.response(request, partial(state_of, run))

    async def sweep_events(request: Request) -> Response:
        sweep = await asyncio.to_thread(views.find_sweep, request)
        return streams.response(request, partial(state_of_all, sweep.runs))

    run, sweep = "/runs/{identity}", "/sweeps/{sweep}"
    run_routes = {
        "": views.run,
        "/events": run_events,
        "/report.html": views.report,
        "/mouse.html": views.mouse,
        "/figures/{name}": views.figure,
        "/trials": views.trials,
        "/trials/{number:int}": views.trial,
        "/trials/{number:int}/experiment.toml": views.configuration,
        "/files/{name}": views.file,
    }
    routes = [
        Route("/", views.runs),
        Route("/events", events),
        Route("/compare", views.compare),
        *(Route(f"{run}{path}", view) for path, view in run_routes.items()),
        Route(sweep, views.sweep),
        Route(f"{sweep}/events", sweep_events),
        *(Route(f"{sweep}{run}{path}", view) for path, view in run_routes.items()),
        Route("/assets/{name}", asset_of),
    ]
    handlers = {HTTPException: _not_found, NeuroevoError: _not_readable, Exception: _failed}
    starlette = Starlette(routes=routes, exception_handlers=handlers)
    starlette.router.redirect_slashes = False
    return SecurityMiddleware(starlette, is_known)


def _not_found(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return problem(status, "Not found", ("There is no run, sweep, trial or file at this address.",))


def _not_readable(_request: Request, error: Exception) -> Response:
    lines = error.problems if isinstance(error, NeuroevoError) else ()
    return problem(500, "This can’t be read", lines)


def _failed(_request: Request, error: Exception) -> Response:
    # The server writes the traceback to stderr.
    return problem(500, "An error occurred", (f"{type(error).__name__}: {error}",))
