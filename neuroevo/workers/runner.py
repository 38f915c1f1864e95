"""What runs inside a worker: items with a time limit, and the handling of signals.

Knows neither joblib nor what the items are.
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
from neuroevo.workers.workers import TIMED_OUT

Item = TypeVar("Item")
Result = TypeVar("Result")

_POLL_SECONDS = 0.5
_SECONDS_TO_REPORT = 1.0  # for the outcome of a timed-out item to leave the process
_TIMEOUT_EXIT_CODE = 124  # as of the command timeout
_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Result]):
    """The result of an item, or why there is none."""

    result: Result | None  # None if there is a cause
    cause: str  # why there is no result
    seconds: float
    timed_out: bool = False  # whether the worker still runs the item and can't be used again


@dataclass(frozen=True, slots=True)
class Runner(Generic[Item, Result]):
    """Runs items, and returns an outcome whatever happens."""

    function: Callable[[Item, Any], Result]  # called with an item and what all items share
    seconds: float | None = None  # time limit of an item; None for no limit
    exits: bool = False  # whether the process exits soon after an item that timed out

    def __call__(self, item: Item, shared: Any) -> Outcome[Result]:  # noqa: ANN401 - the function's
        """Run an item."""
        if self.seconds is None:
            return self._run(item, shared)
        outcomes: list[Outcome[Result]] = []
        thread = threading.Thread(
            target=lambda: outcomes.append(self._run(item, shared)), daemon=True
        )
        thread.start()
        thread.join(self.seconds)
        if outcomes:
            return outcomes[0]
        if self.exits:
            exit_soon = threading.Timer(_SECONDS_TO_REPORT, os._exit, [_TIMEOUT_EXIT_CODE])
            exit_soon.daemon = True
            exit_soon.start()
        cause = f"{TIMED_OUT} of {self.seconds:g} s"
        return Outcome(None, cause, self.seconds, timed_out=True)

    def _run(self, item: Item, shared: Any) -> Outcome[Result]:  # noqa: ANN401 - the function's
        start = time.perf_counter()
        try:
            result = self.function(item, shared)
        except Exception as error:  # noqa: BLE001 - any exception is the outcome of its item
            text = " ".join(printable(line) for line in str(error).splitlines())
            cause = f"{type(error).__name__}: {text}" if text else type(error).__name__
            return Outcome(None, cause, time.perf_counter() - start)
        return Outcome(result, "", time.perf_counter() - start)


def prepare_process(parent: int) -> None:
    """Let a worker process ignore signals, which its parent handles, and exit with its parent.

    Processes that it starts ignore those of a terminal too, but not SIGTERM, by which a pool of
    `multiprocessing` ends its processes.
    """
    for number in _SIGNALS:
        # Unlike SIG_IGN, programs do not inherit a handler.
        ignoring = _do_nothing if number == signal.SIGTERM else signal.SIG_IGN
        signal.signal(number, ignoring)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_end_at_sigterm)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    threading.Thread(target=_exit_with, args=(parent,), daemon=True).start()


def _do_nothing(*_: object) -> None:
    """Handle a signal."""


def _end_at_sigterm() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def signals_blocked() -> Iterator[None]:
    """Block signals while processes start, which could arrive before `prepare_process` runs.

    They are delivered to this process afterwards.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _exit_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_POLL_SECONDS)
    os._exit(1)
