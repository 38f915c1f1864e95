"""Workers of a Dask cluster, reached through joblib's own backend for it.

The only module that knows Dask, which is an extra.
"""

import logging
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import ExitStack, contextmanager
from importlib import metadata
from typing import Any

import joblib
from distributed import Client, KilledWorker
from joblib._dask import DaskDistributedBackend

from neuroevo.errors import NeuroevoError
from neuroevo.workers.crew import PARALLEL, PRE_DISPATCH, WorkerLoss

_PATIENCE = 10.0  # seconds to reach the scheduler, and to see a worker there
_PATIENCE_MIDWAY = 60.0  # seconds for workers to come back
_POLL_SECONDS = 0.1
_CHATTERS = ("distributed", "tornado", "asyncio")
_LIBRARIES = ("neuroevo", "numpy", "numba")  # whose versions may change the bits of a result
_UNREACHABLE = (OSError, TimeoutError, CancelledError)  # as Dask says it


class ClusterCrew:
    """The workers of a Dask cluster, however many there are at a time.

    Parameters
    ----------
    address
        Of the scheduler.
    prepare
        What one worker of each machine does before any of them works.

    Raises
    ------
    NeuroevoError
        If the scheduler can't be reached.
    """

    exits = True

    def __init__(self, address: str, prepare: Callable[[], object]) -> None:
        self._address, self._prepare = address, prepare
        self._workers: frozenset[str] = frozenset()
        self._prepared: set[str] = set()  # machines
        with ExitStack() as stack:
            stack.enter_context(_quiet())
            self._client = stack.enter_context(_connected(address))
            self._open = stack.pop_all()

    def parallel(self, shared: Any) -> Any:  # noqa: ANN401 - anything, and a joblib.Parallel
        """Make a `joblib.Parallel` of all workers, each of which is sent what items share.

        Raises
        ------
        NeuroevoError
            If there are no workers, or some that would give other results.
        """
        self._workers = self._arrived()
        with self._reachable():
            self._admit()
            backend = _Backend(client=self._client, scatter=[shared])
        return joblib.Parallel(backend=backend, pre_dispatch=PRE_DISPATCH, **PARALLEL)

    def is_current(self) -> bool:
        """Tell whether the workers are those that were there last time."""
        return self._present() == self._workers

    def loss(self, error: Exception) -> WorkerLoss | None:
        """Tell whether an error is a loss of workers; NeuroevoError if it is one of the cluster."""
        if isinstance(error, KilledWorker):
            return WorkerLoss(deaths=error.allowed_failures + 1)
        if isinstance(error, _UNREACHABLE):  # all workers that knew what items share, or more
            self._present()
            return WorkerLoss()
        return None

    def dismiss(self) -> None:
        """Leave workers to themselves, who end where they can't be stopped."""

    def close(self) -> None:
        """Leave the cluster, which goes on without us."""
        self._open.close()

    def _present(self) -> frozenset[str]:
        with self._reachable():
            return frozenset(self._client.nthreads())

    def _arrived(self) -> frozenset[str]:
        """Wait for workers."""
        patience = _PATIENCE_MIDWAY if self._workers else _PATIENCE
        deadline = time.monotonic() + patience
        while not (workers := self._present()):
            if time.monotonic() > deadline:
                rule = f"must have workers, but has had none for {patience:g} s"
                advice = f"start one with: dask worker {self._address}"
                raise NeuroevoError(f"scheduler {self._address}: {rule}; {advice}")
            time.sleep(_POLL_SECONDS)
        return workers

    def _admit(self) -> None:
        """See to it that workers give the results that this machine would, and are ready to."""
        answers = self._client.get_versions(packages=_LIBRARIES)["workers"]
        problems = [
            f"{worker}: must have {name} {version}, but has {packages.get(name) or 'none'}"
            for worker, packages in sorted((key, each["packages"]) for key, each in answers.items())
            for name, version in _versions().items()
            if packages.get(name) != version
        ]
        if problems:
            raise NeuroevoError(*problems)
        machines = {worker.rpartition(":")[0]: worker for worker in sorted(self._workers)}
        preparations = [
            self._client.submit(
                self._prepare, workers=[worker], allow_other_workers=True, pure=False
            )
            for machine, worker in machines.items()
            if machine not in self._prepared
        ]
        self._client.gather(preparations)
        self._prepared.update(machines)

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        lost = f"scheduler {self._address}: must stay reachable, but the connection was lost"
        if self._client.status != "running":
            raise NeuroevoError(lost)
        try:
            yield
        except _UNREACHABLE as error:
            raise NeuroevoError(lost) from error


class _Backend(DaskDistributedBackend):  # type: ignore[misc]  # joblib has no types
    """joblib's backend, but items that kill workers come to an end, and one thread is a cluster.

    By itself joblib waits for ever for what Dask gives up, and does without workers that can only
    do one thing at a time.
    """

    def effective_n_jobs(self, n_jobs: int) -> int:
        """Count the workers' threads, as at least two."""
        return max(2, int(super().effective_n_jobs(n_jobs)))

    def get_nested_backend(self) -> tuple["_Backend", int]:
        """Give items this backend, of which they make no use, rather than a new one to each."""
        return self, -1

    def submit(
        self, func: Callable[[], object], callback: Callable[[object], None] | None = None
    ) -> "Future[object]":
        """Have something done; the callback also hears of an error."""

        def tell(done: "Future[object]") -> None:
            if callback is not None and done.exception() is not None:
                callback(done.exception())

        future: Future[object] = super().submit(func, callback)
        future.add_done_callback(tell)
        return future


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # libraries differ, of which those count that we check
            client = Client(address, timeout=_PATIENCE, set_as_default=False)
    except (*_UNREACHABLE, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        rule = "must be the address of a Dask scheduler that can be reached"
        raise NeuroevoError(f"scheduler {address}: {rule} ({reason})") from error
    try:
        yield client
    finally:
        client.close(timeout=_PATIENCE)


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence what libraries log: what users must know, errors say."""
    loggers = [
        logger
        for name, logger in logging.root.manager.loggerDict.items()
        if isinstance(logger, logging.Logger) and name.partition(".")[0] in _CHATTERS
    ]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled


def _versions() -> dict[str, str]:
    """Tell the versions installed here; none of what runs uninstalled from its source."""
    versions = {}
    for name in _LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions
