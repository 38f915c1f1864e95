"""Event streams: what changes in a results folder or in a run, told as it changes.

A stream looks at summaries, which cost little; it knows no page. Programs may read it, too.
"""

import asyncio
import json
import math
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from neuroevo.dashboard.shelf import Book, Shelf
from neuroevo.errors import NeuroevoError

PERIOD = 0.5  # seconds between two looks
SILENCE = 15.0  # seconds after which something is sent, so that a lost client is noticed
RETRY = 2_000  # milliseconds after which a client that lost its stream asks for it again

Look = Callable[[], dict[str, Any]]
"""What is to be told, by name: plain JSON values."""


class EventStreams:
    """The event streams that are open.

    Parameters
    ----------
    most
        How many may be.
    stopping
        Is set when they shall end.
    """

    def __init__(self, most: int, stopping: asyncio.Event) -> None:
        self._most = most
        self._open = 0
        self._stopping = stopping

    def following(self, look: Look) -> Response:
        """Answer with a stream that tells what has changed whenever a look shows something else."""
        if self._open >= self._most:
            headers = {"retry-after": "5"}
            return Response("Too many streams are open.\n", 503, headers, media_type="text/plain")
        return _Stream(self, self._told(look))

    def open(self) -> None:
        """Count one more."""
        self._open += 1

    def close(self) -> None:
        """Count one less."""
        self._open -= 1

    async def _told(self, look: Look) -> AsyncIterator[str]:
        yield f"retry: {RETRY}\n\n"
        known: dict[str, Any] = {}
        silent = 0.0
        while not self._stopping.is_set():
            # Not in the threads in which pages are made, all of which may be busy.
            seen = await asyncio.to_thread(look)
            changed = {name: seen[name] for name in seen if known.get(name) != seen[name]}
            changed |= {name: None for name in known if name not in seen}
            silent += PERIOD
            if changed:
                yield f"event: change\ndata: {json.dumps(changed, allow_nan=False)}\n\n"
            elif silent >= SILENCE:
                yield ": nothing new\n\n"
            if changed or silent >= SILENCE:
                known, silent = seen, 0.0
            try:
                await asyncio.wait_for(self._stopping.wait(), PERIOD)
            except TimeoutError:
                continue


class _Stream(StreamingResponse):
    media_type = "text/event-stream"

    def __init__(self, streams: EventStreams, told: AsyncIterator[str]) -> None:
        super().__init__(told)
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "HEAD":
            await Response(headers=dict(self.headers))(scope, receive, send)
            return
        self._streams.open()
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._streams.close()


def all_runs(shelf: Shelf) -> Look:
    """Return a look at all runs: id -> the run, as ``neuroevo list --json`` describes it."""

    def look() -> dict[str, Any]:
        try:
            glances = shelf.look()
        except NeuroevoError as error:
            return {"problems": list(error.problems)}
        return {each.folder.id: each.summary.described() for each in glances if each.summary}

    return look


def one_run(book: Book) -> Look:
    """Return a look at one run: its state, how far it is, and the best of each objective."""

    def look() -> dict[str, Any]:
        summary = book.summary()
        evolution = summary.experiment.evolution if summary.experiment else None
        return {
            "state": summary.state,
            "problems": list(summary.problems),
            "trials": summary.trials,
            "expected": summary.expected,
            "generation": len(summary.generations),
            "generations": evolution.generations if evolution else 0,
            "front": [trial.number for trial in summary.front],
            "best": dict(summary.best),
            "seconds": summary.seconds if math.isfinite(summary.seconds) else None,
        }

    return look
