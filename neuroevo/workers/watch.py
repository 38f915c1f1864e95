"""What a worker does for itself: outlives signals meant for its parent, not the parent; minds time.

Runs in worker processes; knows neither joblib nor what the items are.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from neuroevo.settings import printable

Item = TypeVar("Item")
Result = TypeVar("Result")

_POLL_SECONDS = 0.5
_SECONDS_TO_REPORT = 1.0  # in which an overdue item's outcome is on its way
_OVERDUE_EXIT_CODE = 124  # as of the command timeout
_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Result]):
    """What came of an item that did not take its worker with it."""

    result: Result | None  # None where there is a cause
    cause: str  # why there is no result
    seconds: float
    overdue: bool = False  # whether the worker is still at it, and of no more use


@dataclass(frozen=True, slots=True)
class Watch(Generic[Item, Result]):
    """Works on items, and says what came of them whatever that was.

    Parameters
    ----------
    function
        Works on an item, given it and what all items share.
    seconds
        How long it may take; None for any time.
    exits
        Whether the process ends soon after an item that took longer: nobody else would end it.
    """

    function: Callable[[Item, Any], Result]
    seconds: float | None = None
    exits: bool = False

    def __call__(self, item: Item, shared: Any) -> Outcome[Result]:  # noqa: ANN401 - the function's
        """Work on an item."""
        if self.seconds is None:
            return self._attempt(item, shared)
        outcomes: list[Outcome[Result]] = []
        attempt = threading.Thread(
            target=lambda: outcomes.append(self._attempt(item, shared)), daemon=True
        )
        attempt.start()
        attempt.join(self.seconds)
        if outcomes:
            return outcomes[0]
        if self.exits:
            exit_soon = threading.Timer(_SECONDS_TO_REPORT, os._exit, [_OVERDUE_EXIT_CODE])
            exit_soon.daemon = True
            exit_soon.start()
        cause = f"took longer than the trial timeout of {self.seconds:g} s"
        return Outcome(None, cause, self.seconds, overdue=True)

    def _attempt(self, item: Item, shared: Any) -> Outcome[Result]:  # noqa: ANN401 - the function's
        start = time.perf_counter()
        try:
            result = self.function(item, shared)
        except Exception as error:  # noqa: BLE001 - whatever an item raises is what came of it
            text = " ".join(printable(line) for line in str(error).splitlines())
            cause = f"{type(error).__name__}: {text}" if text else type(error).__name__
            return Outcome(None, cause, time.perf_counter() - start)
        return Outcome(result, "", time.perf_counter() - start)


def stand_by(parent: int) -> None:
    """Prepare a worker process: signals are its parent's business, and it ends with its parent."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


@contextmanager
def unsignalled() -> Iterator[None]:
    """Start processes without signals to them, which otherwise could come before `stand_by`.

    They wait in this process meanwhile, and are not lost.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_POLL_SECONDS)
    os._exit(1)
