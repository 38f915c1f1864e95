"""Evaluates configurations by a user's function in worker processes, as they finish.

Knows no search and no disk.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any, Self

from neuroevo.errors import DataError, UsageError
from neuroevo.evaluation.user_function import (
    Call,
    Measurement,
    Refusal,
    UserFunction,
    import_function,
    measure,
)
from neuroevo.settings import shown
from neuroevo.space import Genome
from neuroevo.workers import Workers
from neuroevo.workers.backends import backend_of
from neuroevo.workers.pool import Failure, Job, Pool, never

_SEED_BYTES = 4  # as many as the seeds of NumPy and scikit-learn have


class FunctionEvaluator:
    """Calls a function in processes, which stay alive between calls; a context manager.

    Parameters
    ----------
    function
        The function.
    seed
        Decides, with the genome, the seed that the function gets if it takes one.
    workers
        The settings of the workers, which are processes by default.

    Raises
    ------
    UsageError
        If the workers are threads.
    NeuroevoError
        If a Dask cluster can't be reached.
    """

    def __init__(self, function: UserFunction, seed: int, workers: Workers) -> None:
        if workers.backend == "threading":
            rule = "must be loky or dask for a function in Python, which could end the search"
            raise UsageError(f"backend: {rule}, but got {shown(workers.backend)}")
        workers = replace(workers, backend=workers.backend or "loky")
        limits = [function.time_limit, workers.trial_timeout or function.time_limit]
        self.objectives = function.objectives
        self.points = 0  # there are no learning curves
        self._function = function
        self._seed = seed
        self._pool = Pool(backend_of(workers, _prepare), min(limits))

    def __enter__(self) -> Self:
        """Import the function in a worker; DataError, in one line, if that is not possible."""
        self._pool.__enter__()
        try:
            self._check_import()
        except BaseException:
            self._pool.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.__exit__(*error)

    def _check_import(self) -> None:
        job = Job(import_function, self._function, lambda item: [item])
        [(_, result)] = self._pool.run(job, deque([None]), never)
        if isinstance(result, Failure):
            raise DataError(f"{self._function.source.path.name}: can't be imported: {result.cause}")
        if result:
            raise DataError(result)

    def evaluate(
        self, configurations: deque[Mapping[str, Any]], stop: Callable[[], bool] = never
    ) -> Iterator[tuple[int, Measurement | Failure]]:
        """Evaluate configurations; yields the place and the result of each as it finishes.

        Places are counted from 0 in the order in which configurations were added.

        Parameters
        ----------
        configurations
            Genomes. They are removed; those that are added while results are yielded are evaluated
            too.
        stop
            Called before work is handed out, from any thread. Once it returns True, running calls
            are finished, and other configurations have no result.

        Raises
        ------
        NeuroevoError
            If all workers are lost, or die without work.
        """
        places = count()
        calls: deque[Call] = deque()

        def take() -> None:
            while configurations:
                genome = configurations.popleft()
                calls.append(Call(next(places), genome, self._seed_of(genome)))

        take()
        job = Job(measure, self._function, lambda call: [call])
        for call, result in self._pool.run(job, calls, stop):
            if isinstance(result, Refusal):
                yield call.place, Failure(result.cause, result.seconds)
            else:
                yield call.place, result
            take()

    def _seed_of(self, genome: Mapping[str, Any]) -> int:
        """Return the seed of a genome: equal genomes have equal seeds."""
        text = f"{self._seed} {Genome(genome).key}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:_SEED_BYTES], "little")


def _prepare() -> None:
    """Prepare nothing: the function is imported by each worker when it is first called."""
