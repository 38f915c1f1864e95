"""Works on items with joblib's workers, whatever becomes of the workers.

An item may raise, take too long or take its worker with it; all others are worked on nevertheless,
and nothing that was finished is done again. Knows neither networks nor disk.
"""

import itertools
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import joblib

from neuroevo.errors import NeuroevoError
from neuroevo.workers.crew import Crew, WorkerLoss
from neuroevo.workers.watch import Outcome, Watch, unsignalled

Item = TypeVar("Item")
Result = TypeVar("Result")

_ENOUGH_DEATHS = 2


def never() -> bool:
    """Go on to the end."""
    return False


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no result, in one line, and what it took to find out."""

    cause: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Job(Generic[Item, Result]):
    """What is done with items.

    Parameters
    ----------
    function
        Does one item, given it and what is shared; workers import it by its name.
    shared
        Given with every item, and sent once.
    parts
        The smallest items that an item is made of, itself if it is one; those that nobody wants
        any more are left out.
    """

    function: Callable[[Item, Any], Result]
    shared: Any
    parts: Callable[[Item], Sequence[Item]]


class Pool:
    """Workers that stay alive in between jobs; a context.

    Parameters
    ----------
    crew
        The workers.
    trial_timeout
        Seconds that an item may take.
    """

    def __init__(self, crew: Crew, trial_timeout: float | None = None) -> None:
        self._crew = crew
        self._trial_timeout = trial_timeout
        self._parallel: Any = None  # joblib.Parallel
        self._shared: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._leave()
        self._crew.close()

    def run(
        self, job: Job[Item, Result], items: deque[Item], stop: Callable[[], bool]
    ) -> Generator[tuple[Item, Result | Failure]]:
        """Do a job, giving what comes of each item, or of each of its parts, as soon as it does.

        When workers die, their items are handed out once more, and items that were running at two
        deaths are done part by part, alone. What kills its worker twice then has failed.

        Parameters
        ----------
        job
            What is done.
        items
            With what; they are taken out from the left. Those that are appended while results
            come are done too.
        stop
            Asked before anything is handed out, from any thread. Once it says yes, running items
            are finished, and that is all.

        Raises
        ------
        NeuroevoError
            If the workers don't live, whatever they do.
        """
        waiting: deque[_Assignment[Item]] = deque()  # those that come before the items
        while (waiting or items) and not stop():
            hand = _Hand(waiting, items, lambda item: bool(job.parts(item)), stop)
            try:
                with closing(self._outcomes(job, hand)) as outcomes:
                    for number, outcome in outcomes:
                        yield from _settled(job, hand.done(number).item, outcome, waiting)
                        if self._ended_by(outcome):
                            break
                waiting.extendleft(reversed(hand.recall()))
            except _WorkersLostError as lost:
                again = [each.after(lost.loss) for each in hand.recall()]
                waiting.extendleft(each for each in reversed(again) if not each.is_suspect)
                suspects = [each.item for each in again if each.is_suspect]
                yield from self._run_alone(job, suspects, stop)

    def _run_alone(
        self, job: Job[Item, Result], suspects: Sequence[Item], stop: Callable[[], bool]
    ) -> Iterator[tuple[Item, Result | Failure]]:
        for suspect in suspects:
            # Found out one by one: what became of a part may make others superfluous.
            for part in job.parts(suspect):
                if stop():
                    return
                if part in job.parts(suspect):
                    yield from _settled(job, part, self._outcome_alone(job, part), deque())

    def _outcome_alone(self, job: Job[Item, Result], item: Item) -> Outcome[Result]:
        """Work on an item while nothing else is done, as often as it takes to be sure."""
        start = time.perf_counter()
        deaths, causes = 0, []
        while deaths < _ENOUGH_DEATHS:
            try:
                [(_, outcome)] = self._outcomes(job, [(0, item)])
            except _WorkersLostError as lost:
                deaths += lost.loss.deaths
                causes.append(lost.loss.cause)
            else:
                self._ended_by(outcome)
                return outcome
        self._check_that_workers_live()
        times = "twice" if deaths == _ENOUGH_DEATHS else f"{deaths} times"
        cause = f"its worker died {times}{_in_parentheses(causes)}"
        return Outcome(None, cause, time.perf_counter() - start)

    def _check_that_workers_live(self) -> None:
        idle: Job[None, None] = Job(_do_nothing, self._shared, lambda item: [item])
        try:
            list(self._outcomes(idle, [(0, None)]))
        except _WorkersLostError as lost:
            problem = f"must live, but one died over nothing{_in_parentheses([lost.loss.cause])}"
            raise NeuroevoError(f"workers: {problem}") from None

    def _outcomes(
        self, job: Job[Item, Result], items: Iterable[tuple[int, Item]]
    ) -> Generator[tuple[int, Outcome[Result]]]:
        """Work on numbered items; gives their outcomes as they come."""
        watch = Watch(job.function, self._trial_timeout, exits=self._crew.exits)
        try:
            parallel = self._enter(job.shared)
            with unsignalled():
                outcomes = parallel(
                    joblib.delayed(_do)(watch, number, item, job.shared) for number, item in items
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
                    self._leave()  # what is still under way would come among the next results
        except Exception as error:
            loss = self._crew.loss(error)
            if loss is None:
                raise
            self._leave()
            raise _WorkersLostError(loss) from error

    def _enter(self, shared: Any) -> Any:  # noqa: ANN401 - anything, and a joblib.Parallel
        if self._parallel is None or self._shared is not shared or not self._crew.is_current():
            self._leave()
            self._parallel = self._crew.parallel(shared).__enter__()
            self._shared = shared
        return self._parallel

    def _leave(self) -> None:
        if self._parallel is not None:
            parallel, self._parallel = self._parallel, None
            parallel.__exit__(None, None, None)

    def _ended_by(self, outcome: Outcome[Any]) -> bool:
        """End all workers where one can't be stopped in another way; tells whether that was so."""
        ended = outcome.overdue and not self._crew.exits
        if ended:
            self._leave()
            self._crew.dismiss()
        return ended


@dataclass(frozen=True, slots=True)
class _Assignment(Generic[Item]):
    item: Item
    deaths: int = 0  # of workers while it was running

    @property
    def is_suspect(self) -> bool:
        return self.deaths >= _ENOUGH_DEATHS

    def after(self, loss: WorkerLoss) -> "_Assignment[Item]":
        return replace(self, deaths=self.deaths + loss.deaths)


class _Hand(Generic[Item]):
    """Hands out items, whose iterator joblib advances from threads of its own."""

    def __init__(
        self,
        waiting: deque[_Assignment[Item]],
        items: deque[Item],
        is_wanted: Callable[[Item], bool],
        stop: Callable[[], bool],
    ) -> None:
        self._waiting, self._items = waiting, items
        self._is_wanted, self._stop = is_wanted, stop
        self._lock = threading.Lock()
        self._in_hand: dict[int, _Assignment[Item]] = {}
        self._recalled = False

    def __iter__(self) -> Iterator[tuple[int, Item]]:
        for number in itertools.count():
            assignment = self._take(number)
            if assignment is None:
                return
            yield number, assignment.item

    def _take(self, number: int) -> _Assignment[Item] | None:
        with self._lock:
            while (assignment := self._next()) is not None:
                if self._is_wanted(assignment.item):
                    self._in_hand[number] = assignment
                    return assignment
        return None

    def _next(self) -> _Assignment[Item] | None:
        if self._recalled or self._stop():
            return None
        if self._waiting:
            return self._waiting.popleft()
        return _Assignment(self._items.popleft()) if self._items else None

    def done(self, number: int) -> _Assignment[Item]:
        """Take an item as done."""
        with self._lock:
            return self._in_hand.pop(number)

    def recall(self) -> list[_Assignment[Item]]:
        """Hand out no more; gives what was handed out and is not done, in its order."""
        with self._lock:
            self._recalled = True
            return [self._in_hand[number] for number in sorted(self._in_hand)]


class _WorkersLostError(Exception):
    """Workers died; the running items are not done."""

    def __init__(self, loss: WorkerLoss) -> None:
        super().__init__(loss)
        self.loss = loss


def _settled(
    job: Job[Item, Result],
    item: Item,
    outcome: Outcome[Result],
    waiting: deque[_Assignment[Item]],
) -> Iterator[tuple[Item, Result | Failure]]:
    """Give what an outcome settles; where it leaves open which part is to blame, these wait."""
    if not outcome.cause:
        yield item, outcome.result  # type: ignore[misc]  # there is one, perhaps a None
        return
    parts = job.parts(item)
    if list(parts) == [item]:
        yield item, Failure(outcome.cause, outcome.seconds)
    else:
        waiting.extendleft(_Assignment(part) for part in reversed(parts))


def _in_parentheses(causes: Sequence[str]) -> str:
    known = ", ".join(dict.fromkeys(filter(None, causes)))
    return f" ({known})" if known else ""


def _do(
    watch: Watch[Item, Result],
    number: int,
    item: Item,
    shared: Any,  # noqa: ANN401 - the job's
) -> tuple[int, Outcome[Result]]:
    """Work on an item in a worker."""
    return number, watch(item, shared)


def _do_nothing(_: object, __: object) -> None:
    """Live."""
