"""Runs items on joblib's workers, also if workers die.

An item may raise, time out or kill its worker; all others are run nevertheless, and nothing that
is finished runs again. Knows neither networks nor disk.
"""

import itertools
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, Generic, Self, TypeVar

import joblib

from neuroevo.errors import NeuroevoError
from neuroevo.workers.backend import WorkerBackend, WorkerLoss
from neuroevo.workers.runner import Outcome, Runner, signals_blocked
from neuroevo.workers.workers import WORKER_DIED

Item = TypeVar("Item")
Result = TypeVar("Result")

_MOST_DEATHS = 2  # of workers, before the item that they ran has failed


def never() -> bool:
    """Return False: do not stop before the end."""
    return False


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no result, in one line, and how many seconds were spent."""

    cause: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Job(Generic[Item, Result]):
    """A function that is applied to items."""

    function: Callable[[Item, Any], Result]  # workers import it by its name
    shared: Any  # given with every item, and sent once
    parts: Callable[[Item], Sequence[Item]]
    """Splits an item into the smallest items, without those that are not needed any more."""


class Pool:
    """Workers that stay alive between jobs; a context manager.

    Parameters
    ----------
    backend
        The workers.
    trial_timeout
        Time limit of an item in seconds.
    """

    def __init__(self, backend: WorkerBackend, trial_timeout: float | None = None) -> None:
        self._backend = backend
        self._trial_timeout = trial_timeout
        self._parallel: Any = None  # joblib.Parallel
        self._shared: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()
        self._backend.close()

    def run(
        self, job: Job[Item, Result], items: deque[Item], stop: Callable[[], bool]
    ) -> Generator[tuple[Item, Result | Failure]]:
        """Run a job, yielding the result of each item, or of each of its parts, as it finishes.

        When workers die, their items run once more. Items that ran during two deaths are run part
        by part, alone; a part that kills its worker twice has failed.

        Parameters
        ----------
        job
            What is run.
        items
            The items, taken from the left. Items appended while results are yielded are run too.
        stop
            Called before an item is handed out, from any thread. Once it returns True, running
            items are finished and no others are started.

        Raises
        ------
        NeuroevoError
            If workers die without running anything.
        """
        waiting: deque[_Queued[Item]] = deque()  # before the items
        while (waiting or items) and not stop():
            dispatcher = _Dispatcher(waiting, items, lambda item: bool(job.parts(item)), stop)
            try:
                with closing(self._outcomes(job, dispatcher)) as outcomes:
                    for number, outcome in outcomes:
                        item = dispatcher.finish(number)
                        yield from _results(job, item, outcome, waiting)
                        if self._killed_after(outcome):
                            break
                waiting.extendleft(reversed(dispatcher.close()))
            except _WorkersLostError as lost:
                again = [
                    replace(each, deaths=each.deaths + lost.loss.deaths)
                    for each in dispatcher.close()
                ]
                suspects = [each.item for each in again if each.deaths >= _MOST_DEATHS]
                waiting.extendleft(each for each in again[::-1] if each.deaths < _MOST_DEATHS)
                yield from self._run_alone(job, suspects, stop)

    def _run_alone(
        self, job: Job[Item, Result], suspects: Sequence[Item], stop: Callable[[], bool]
    ) -> Iterator[tuple[Item, Result | Failure]]:
        for suspect in suspects:
            # Asked again each time: the result of a part may make others unnecessary.
            for part in job.parts(suspect):
                if stop():
                    return
                if part in job.parts(suspect):
                    yield from _results(job, part, self._outcome_alone(job, part), deque())

    def _outcome_alone(self, job: Job[Item, Result], item: Item) -> Outcome[Result]:
        """Run an item while nothing else runs, again if its worker dies."""
        start = time.perf_counter()
        deaths, causes = 0, []
        while deaths < _MOST_DEATHS:
            try:
                [(_, outcome)] = self._outcomes(job, [(0, item)])
            except _WorkersLostError as lost:
                deaths += lost.loss.deaths
                causes.append(lost.loss.cause)
            else:
                self._killed_after(outcome)
                return outcome
        self._check_workers()
        times = "twice" if deaths == _MOST_DEATHS else f"{deaths} times"
        cause = f"{WORKER_DIED} {times}{_in_parentheses(causes)}"
        return Outcome(None, cause, time.perf_counter() - start)

    def _check_workers(self) -> None:
        idle: Job[None, None] = Job(_do_nothing, self._shared, lambda item: [item])
        try:
            list(self._outcomes(idle, [(0, None)]))
        except _WorkersLostError as lost:
            problem = f"must live, but one died without work{_in_parentheses([lost.loss.cause])}"
            raise NeuroevoError(f"workers: {problem}") from None

    def _outcomes(
        self, job: Job[Item, Result], items: Iterable[tuple[int, Item]]
    ) -> Generator[tuple[int, Outcome[Result]]]:
        """Run numbered items; yields their outcomes as they finish."""
        runner = Runner(job.function, self._trial_timeout, exits=self._backend.exits)
        try:
            parallel = self._enter(job.shared)
            with signals_blocked():
                outcomes = parallel(
                    joblib.delayed(_run)(runner, number, item, job.shared) for number, item in items
                )
            taken = False
            try:
                for numbered in outcomes:  # noqa: UP028 - `yield from` would close it first
                    yield numbered
                taken = True
            finally:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", UserWarning)  # that results were not taken
                    outcomes.close()
                if not taken:
                    self._leave()  # results of running items would come among the next results
        except Exception as error:
            loss = self._backend.loss(error)
            if loss is None:
                raise
            self._leave()
            raise _WorkersLostError(loss) from error

    def _enter(self, shared: Any) -> Any:  # noqa: ANN401 - anything, and a joblib.Parallel
        if self._parallel is None or self._shared is not shared or not self._backend.is_current():
            self._leave()
            self._parallel = self._backend.parallel(shared).__enter__()
            self._shared = shared
        return self._parallel

    def _leave(self) -> None:
        if self._parallel is not None:
            parallel, self._parallel = self._parallel, None
            parallel.__exit__(None, None, None)

    def _killed_after(self, outcome: Outcome[Any]) -> bool:
        """Kill all workers if one timed out and does not exit by itself; return whether it did."""
        killed = outcome.timed_out and not self._backend.exits
        if killed:
            self._leave()
            self._backend.kill()
        return killed


@dataclass(frozen=True, slots=True)
class _Queued(Generic[Item]):
    item: Item
    deaths: int = 0  # of workers while it was running


class _Dispatcher(Generic[Item]):
    """Hands out items; joblib advances its iterator from threads of its own."""

    def __init__(
        self,
        waiting: deque[_Queued[Item]],
        items: deque[Item],
        is_needed: Callable[[Item], bool],
        stop: Callable[[], bool],
    ) -> None:
        self._waiting, self._items = waiting, items
        self._is_needed, self._stop = is_needed, stop
        self._lock = threading.Lock()
        self._running: dict[int, _Queued[Item]] = {}
        self._closed = False

    def __iter__(self) -> Iterator[tuple[int, Item]]:
        for number in itertools.count():
            with self._lock:
                queued = self._next()
                if queued is None:
                    return
                self._running[number] = queued
            yield number, queued.item

    def _next(self) -> _Queued[Item] | None:
        while (self._waiting or self._items) and not (self._closed or self._stop()):
            queued = self._waiting.popleft() if self._waiting else _Queued(self._items.popleft())
            if self._is_needed(queued.item):
                return queued
        return None

    def finish(self, number: int) -> Item:
        """Mark an item as finished, and return it."""
        with self._lock:
            return self._running.pop(number).item

    def close(self) -> list[_Queued[Item]]:
        """Hand out no more; returns the running items in the order in which they were taken."""
        with self._lock:
            self._closed = True
            return [self._running[number] for number in sorted(self._running)]


class _WorkersLostError(Exception):
    """Workers died, and the running items are not finished."""

    def __init__(self, loss: WorkerLoss) -> None:
        super().__init__(loss)
        self.loss = loss


def _results(
    job: Job[Item, Result],
    item: Item,
    outcome: Outcome[Result],
    waiting: deque[_Queued[Item]],
) -> Iterator[tuple[Item, Result | Failure]]:
    """Yield the result or failure of an item; the parts of an item that failed wait instead."""
    if not outcome.cause:
        yield item, outcome.result  # type: ignore[misc]  # there is one, perhaps a None
        return
    parts = job.parts(item)
    if list(parts) == [item]:
        yield item, Failure(outcome.cause, outcome.seconds)
    else:
        waiting.extendleft(_Queued(part) for part in reversed(parts))


def _in_parentheses(causes: Sequence[str]) -> str:
    known = ", ".join(dict.fromkeys(filter(None, causes)))
    return f" ({known})" if known else ""


def _run(
    runner: Runner[Item, Result],
    number: int,
    item: Item,
    shared: Any,  # noqa: ANN401 - the job's
) -> tuple[int, Outcome[Result]]:
    return number, runner(item, shared)


def _do_nothing(_: object, __: object) -> None:
    """Do nothing; a worker that dies over this would die over anything."""
