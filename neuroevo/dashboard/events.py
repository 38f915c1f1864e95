"""Event streams, which send what changes in a results folder or in a run.

A stream reads summaries, which is cheap; it knows no page. Other programs may read it, too.
"""

import asyncio
import json
import math
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from neuroevo.dashboard.run_list import CachedRun, RunList
from neuroevo.dashboard.sweep_list import SweepList
from neuroevo.errors import NeuroevoError

PERIOD = 0.5  # seconds between two reads
SILENCE = 15.0  # seconds after which something is sent, so that a lost client is noticed
RETRY = 2_000  # milliseconds after which a client that lost its stream requests it again
EVENTS = "text/event-stream"

State = dict[str, Any]
"""What a stream sends if it changes, by name: plain JSON values."""


class EventStreams:
    """The event streams that are open; they end when ``stopping`` is set."""

    def __init__(self, most: int, stopping: asyncio.Event) -> None:
        self._most = most
        self._open = 0
        self._stopping = stopping

    def response(self, request: Request, read: Callable[[], State]) -> Response:
        """Return a stream that sends what has changed whenever ``read`` returns something else."""
        if self._open >= self._most:
            headers = {"retry-after": "5"}
            return Response("Too many streams are open.\n", 503, headers, media_type="text/plain")
        if request.method == "HEAD":
            return Response(media_type=EVENTS)
        return StreamingResponse(self._events(read), media_type=EVENTS)

    async def _events(self, read: Callable[[], State]) -> AsyncIterator[str]:
        self._open += 1
        try:
            async for event in self._changes(read):
                yield event
        finally:
            self._open -= 1

    async def _changes(self, read: Callable[[], State]) -> AsyncIterator[str]:
        yield f"retry: {RETRY}\n\n"
        known: State = {}
        silent = 0.0
        while not self._stopping.is_set():
            # Not in the threads that make pages, all of which may be busy.
            state = await asyncio.to_thread(read)
            changed = {name: state[name] for name in state if known.get(name) != state[name]}
            changed |= {name: None for name in known if name not in state}
            silent += PERIOD
            if changed:
                yield f"event: change\ndata: {json.dumps(changed, allow_nan=False)}\n\n"
            elif silent >= SILENCE:
                yield ": no change\n\n"
            if changed or silent >= SILENCE:
                known, silent = state, 0.0
            try:
                await asyncio.wait_for(self._stopping.wait(), PERIOD)
            except TimeoutError:
                continue


def state_of_all(runs: RunList, sweeps: SweepList | None = None) -> State:
    """Return all runs by their ids, as ``neuroevo list --json`` describes them.

    ``sweeps`` holds the progress of each sweep by its id, if there are some.
    """
    try:
        listed = runs.listed()
    except NeuroevoError as error:
        return {"problems": list(error.problems)}
    state: State = {each.folder.id: each.summary.described() for each in listed if each.summary}
    if sweeps is not None and (found := sweeps.listed()):
        state["sweeps"] = {
            each.folder.id: asdict(each.progress) if each.progress else {"problem": each.problem}
            for each in found
        }
    return state


def state_of(run: CachedRun) -> State:
    """Return the state of a run, its progress, and the best score of each objective."""
    summary = run.summary()
    evolution = summary.experiment.evolution if summary.experiment else None
    return {
        "state": summary.state,
        "reason": summary.reason,
        "problems": list(summary.problems),
        "trials": summary.trials,
        "expected": summary.expected,
        "generation": len(summary.generations),
        "generations": evolution.generations if evolution else 0,
        "front": [trial.number for trial in summary.front],
        "best": dict(summary.best),
        "seconds": summary.seconds if math.isfinite(summary.seconds) else None,
    }
