"""Evaluates configurations by a user's function in worker processes, as they finish.

Knows no search and no disk.
"""

import hashlib
import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import numpy as np

from neuroevo.errors import DataError, UsageError
from neuroevo.evaluation.objectives import REDUCTIONS
from neuroevo.evaluation.rungs import NO_RUNGS, Rung, RungPosition, Rungs, RungValues
from neuroevo.evaluation.user_function import (
    Call,
    Measurement,
    UserFunction,
    cause_of_end,
    import_function,
    is_importing,
    measure,
)
from neuroevo.settings import shown
from neuroevo.space import Genome
from neuroevo.workers import Work, Workers
from neuroevo.workers.backends import backend_of
from neuroevo.workers.pool import Failure, Job, Pool, never

_SEED_BYTES = 4  # as many as the seeds of NumPy and scikit-learn have


@dataclass(frozen=True, slots=True)
class Replication:
    """How often a configuration is evaluated, and how its values are reduced to one."""

    replicates: int = 1
    fresh: int = 0  # evaluations on fresh seeds
    reduction: str = "mean"  # see `REDUCTIONS`
    maximised: frozenset[str] = frozenset()  # names of what is better if it is more

    def reduced(self, name: str, values: Sequence[float]) -> float:
        """Return the reduction of an objective's or quantity's values."""
        sign = -1.0 if name in self.maximised else 1.0
        return sign * REDUCTIONS[self.reduction](sign * np.array(values))


@dataclass(frozen=True, slots=True, eq=False)
class FunctionEvaluation:
    """What a function returned for the replicates of a configuration: all, unless it was stopped.

    Attributes
    ----------
    objectives, quantities
        Reduced over the replicates.
    replicates
        The objectives of each replicate that was evaluated; empty if there is only one.
    seconds
        Of all calls.
    work
        By all workers that called it, in the order of time.
    rungs
        The values at each rung that it reached, see `Rungs`.
    stopped
        Whether it did not go on from the last of them.
    """

    objectives: Mapping[str, float]
    quantities: Mapping[str, float]
    replicates: Mapping[str, tuple[float, ...]]
    seconds: float
    work: tuple[Work, ...]
    rungs: tuple[RungValues, ...] = ()
    stopped: bool = False


class FunctionEvaluator:
    """Calls a function in processes, which stay alive between calls; a context manager.

    Parameters
    ----------
    function
        The function.
    seed
        Decides, with the genome and the replicate, the seed that the function gets if it takes one.
    replication
        How often each configuration is evaluated.
    workers
        The settings of the workers, which are processes by default.

    Raises
    ------
    UsageError
        If the workers are threads, or if a worker is importing the file of a function.
    NeuroevoError
        If a Dask cluster can't be reached.
    """

    def __init__(
        self,
        function: UserFunction,
        seed: int,
        workers: Workers,
        replication: Replication = Replication(),
    ) -> None:
        if is_importing():
            raise UsageError(
                "a file whose function is searched must start no run when workers import it; "
                'put the call under if __name__ == "__main__":'
            )
        if workers.backend == "threading":
            rule = "must be loky or dask for a function in Python, which could end the search"
            raise UsageError(f"backend: {rule}, but got {shown(workers.backend)}")
        workers = replace(workers, backend=workers.backend or "loky")
        limit = min(function.time_limit, workers.trial_timeout or function.time_limit)
        self.objectives = function.objectives
        self._function = replace(function, time_limit=limit)
        self._marks: TemporaryDirectory[str] | None = None
        self._seed, self._replication = seed, replication
        self._pool = Pool(backend_of(workers, _prepare), limit)

    def __enter__(self) -> Self:
        """Import the function in a worker; DataError, in one line, if that is not possible."""
        with suppress(OSError):  # without a temporary folder less is known of what is stuck
            self._marks = TemporaryDirectory(prefix="neuroevo-", ignore_cleanup_errors=True)
            self._function = replace(self._function, marks=Path(self._marks.name))
        try:
            self._pool.__enter__()
            self._check_import()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self._pool.__exit__(*error)
        finally:
            if self._marks is not None:
                self._marks.cleanup()

    def _check_import(self) -> None:
        job = Job(import_function, self._function, lambda item: [item])
        [(_, result)] = self._pool.run(job, deque([None]), never)
        if isinstance(result, Failure):
            name = self._function.source.path.name
            cause = cause_of_end(result.cause, self._function, None)
            raise DataError(f"{name}: can't be imported: {cause}")
        if result:
            raise DataError(result)

    def evaluate(
        self,
        configurations: deque[Mapping[str, Any]],
        stop: Callable[[], bool] = never,
        rungs: Rungs = NO_RUNGS,
        *,
        fresh: bool = False,
    ) -> Iterator[tuple[int, FunctionEvaluation | Failure]]:
        """Evaluate configurations; yields the place and the result of each as it finishes.

        Places are counted from 0 in the order in which configurations were added. If a call fails,
        its configuration has failed.

        Parameters
        ----------
        configurations
            Genomes. They are removed; those that are added while results are yielded are evaluated
            too.
        stop
            Called before work is handed out, from any thread. Once it returns True, running calls
            are finished, and configurations with missing calls have no result.
        rungs
            After how many replicates it is decided which of them go on.
        fresh
            Whether seeds are those that no search uses.

        Raises
        ------
        NeuroevoError
            If all workers are lost, or die without work.
        """
        places = count()
        calls: deque[Call] = deque()
        running: dict[int, _RunningTrial] = {}
        replicates = self._replication.fresh if fresh else self._replication.replicates
        every = (*rungs.rungs, Rung(1, tuple(range(replicates))))

        def call_up_to_rung(trial: int) -> None:
            genome, found = running[trial].genome, running[trial].found
            calls.extend(
                Call(trial, number, genome, self._seed_of(genome, number, fresh=fresh))
                for number in running[trial].position.next.replicates
                if number not in found
            )

        def take() -> None:
            while configurations:
                trial = next(places)
                running[trial] = _RunningTrial(configurations.popleft(), RungPosition(every))
                call_up_to_rung(trial)

        take()
        job = Job(measure, self._function, lambda call: [call] if call.trial in running else [])
        for call, result in self._pool.run(job, calls, stop):
            trial = running.get(call.trial)
            if trial is None:  # another call of it has failed
                continue
            if isinstance(result, Measurement):
                trial.found[call.replicate] = result
                if len(trial.found) == len(trial.position.next.replicates):
                    found = self._evaluation(trial)
                    if trial.position.goes_on(call.trial, found, rungs):
                        call_up_to_rung(call.trial)
                    else:
                        del running[call.trial]
                        yield call.trial, trial.position.ended(found)
            else:
                del running[call.trial]
                cause = cause_of_end(result.cause, self._function, call)
                yield call.trial, Failure(cause, result.seconds + trial.seconds)
            take()

    def _evaluation(self, trial: "_RunningTrial") -> FunctionEvaluation:
        """Reduce the replicates of a trial up to its rung."""
        found = [trial.found[number] for number in sorted(trial.found)]
        replication = self._replication
        objectives = {name: [each.objectives[name] for each in found] for name in self.objectives}
        quantities = {
            name: [each.quantities[name] for each in found] for name in self._function.quantities
        }
        several = len(trial.position.rungs[-1].replicates) > 1
        return FunctionEvaluation(
            {name: replication.reduced(name, values) for name, values in objectives.items()},
            {name: replication.reduced(name, values) for name, values in quantities.items()},
            {name: tuple(values) for name, values in objectives.items()} if several else {},
            trial.seconds,
            tuple(sorted((each.work for each in found), key=lambda work: (work.began, work))),
        )

    def _seed_of(self, genome: Mapping[str, Any], replicate: int, *, fresh: bool) -> int:
        """Return the seed of a replicate of a genome: equal genomes have equal seeds."""
        again = f" fresh {replicate}" if fresh else f" {replicate}" * bool(replicate)
        text = f"{self._seed} {Genome(genome).key}{again}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:_SEED_BYTES], "little")


@dataclass(slots=True)
class _RunningTrial:
    """Which calls of a trial are finished."""

    genome: Mapping[str, Any]
    position: RungPosition  # the rung up to which it is evaluated
    found: dict[int, Measurement] = field(default_factory=dict)  # by replicate

    @property
    def seconds(self) -> float:
        """The seconds of its finished calls."""
        return math.fsum(each.seconds for each in self.found.values())


def _prepare() -> None:
    """Prepare nothing: the function is imported by each worker when it is first called."""
