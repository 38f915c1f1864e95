"""Workers of a Dask cluster, reached through joblib's own backend for it.

The only module that knows Dask, which is an extra.
"""

import logging
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import ExitStack, contextmanager, suppress
from importlib import metadata
from typing import Any

import joblib
from distributed import Client, KilledWorker
from joblib._dask import DaskDistributedBackend

from neuroevo.errors import NeuroevoError
from neuroevo.workers.backend import PARALLEL, PRE_DISPATCH, WorkerBackend, WorkerLoss

_TIMEOUT = 10.0  # seconds to reach the scheduler, and for a first worker to join
_TIMEOUT_LATER = 60.0  # seconds for workers to come back
_POLL_SECONDS = 0.1
_MOST_SENDINGS = 10  # of what items share, while workers exit
_LOGGERS = ("distributed", "tornado", "asyncio")
_LIBRARIES = ("neuroevo", "numpy", "numba")  # whose versions may change the bits of a result
_UNREACHABLE = (OSError, TimeoutError, CancelledError)  # what Dask raises then


class ClusterBackend(WorkerBackend):
    """The workers of a Dask cluster; they may join and leave at any time.

    Parameters
    ----------
    address
        Of the scheduler.
    prepare
        Called by one worker of each machine before any of them trains.

    Raises
    ------
    NeuroevoError
        If the scheduler can't be reached.
    """

    exits = True

    def __init__(self, address: str, prepare: Callable[[], object]) -> None:
        self._address, self._prepare = address, prepare
        self._lost = f"scheduler {address}: must stay reachable, but the connection was lost"
        self._workers: frozenset[str] = frozenset()
        self._prepared: set[str] = set()  # machines
        with ExitStack() as stack:
            stack.enter_context(_quiet())
            self._client = _connect(address)
            stack.callback(self._client.close, timeout=_TIMEOUT)
            self._open = stack.pop_all()

    def parallel(self, shared: Any) -> Any:  # noqa: ANN401 - anything, and a joblib.Parallel
        """Make a `joblib.Parallel` of all workers, and send them what items share.

        Raises
        ------
        NeuroevoError
            If there are no workers, or some that would give other results.
        """
        failure: Exception = AssertionError()
        for _ in range(_MOST_SENDINGS):
            self._workers = self._wait_for_workers()
            try:
                return self._send(shared)
            except NeuroevoError:
                raise
            # A worker that exits meanwhile closes the connection on which items are sent, or the
            # scheduler looks it up after it has left: a KeyError, ValueError or AssertionError.
            except Exception as error:  # noqa: BLE001 - raised below, unless it does not recur
                failure = error
                time.sleep(_POLL_SECONDS)
        if isinstance(failure, _UNREACHABLE):
            raise NeuroevoError(self._lost) from failure
        raise failure

    def is_current(self) -> bool:
        """Whether the workers are the same as last time."""
        return self._present() == self._workers

    def loss(self, error: Exception) -> WorkerLoss | None:
        """Return the loss of workers that an error reports; None for any other error.

        Raises
        ------
        NeuroevoError
            If the scheduler can't be reached any more.
        """
        if isinstance(error, KilledWorker):
            return WorkerLoss(deaths=error.allowed_failures + 1)
        if isinstance(error, _UNREACHABLE):  # all workers that had what items share are gone
            self._present()
            return WorkerLoss()
        return None

    def kill(self) -> None:
        """Leave the workers alone, which exit by themselves."""

    def close(self) -> None:
        """Disconnect from the cluster, which keeps running."""
        self._open.close()

    def _present(self) -> frozenset[str]:
        if self._client.status != "running":
            raise NeuroevoError(self._lost)
        try:
            return frozenset(self._client.nthreads())
        except _UNREACHABLE as error:
            raise NeuroevoError(self._lost) from error

    def _wait_for_workers(self) -> frozenset[str]:
        timeout = _TIMEOUT_LATER if self._workers else _TIMEOUT
        deadline = time.monotonic() + timeout
        while not (workers := self._present()):
            if time.monotonic() > deadline:
                rule = f"must have workers, but has had none for {timeout:g} s"
                advice = f"start one with: dask worker {self._address}"
                raise NeuroevoError(f"scheduler {self._address}: {rule}; {advice}")
            time.sleep(_POLL_SECONDS)
        return workers

    def _send(self, shared: Any) -> Any:  # noqa: ANN401 - as in `parallel`
        self._check_and_prepare()
        backend = _Backend(self._client, shared)
        return joblib.Parallel(backend=backend, pre_dispatch=PRE_DISPATCH, **PARALLEL)

    def _check_and_prepare(self) -> None:
        """Refuse workers with other versions than this machine, and prepare new machines."""
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
        while not all(each.done() for each in preparations):
            self._wait_for_workers()  # there may be none any more
            time.sleep(_POLL_SECONDS)
        self._client.gather(preparations)
        self._prepared.update(machines)


class _Backend(DaskDistributedBackend):  # type: ignore[misc]  # joblib has no types
    """joblib's backend for Dask, with three changes.

    By itself joblib waits forever for an item that Dask gives up because it killed its workers,
    and it bypasses a cluster that has one thread only. It also lets the scheduler copy what items
    share to all workers at once, which never ends if one of them leaves meanwhile.
    """

    def __init__(self, client: Client, shared: Any) -> None:  # noqa: ANN401 - anything
        super().__init__(client=client)
        self._scatter = [shared]  # joblib finds its future by its id
        # One worker gets it, from which others copy it when they need it.
        self.data_futures = {id(shared): client.scatter([shared])[0]}

    def effective_n_jobs(self, n_jobs: int) -> int:
        """Count the workers' threads, as at least two."""
        return max(2, int(super().effective_n_jobs(n_jobs)))

    def get_nested_backend(self) -> tuple["_Backend", int]:
        """Send this backend with each item, which does not use it, rather than a new one."""
        return self, -1

    def submit(
        self, func: Callable[[], object], callback: Callable[[object], None] | None = None
    ) -> "Future[object]":
        """Submit a call; the callback also receives errors."""

        def report_error(done: "Future[object]") -> None:
            if callback is not None and done.exception() is not None:
                callback(done.exception())

        future: Future[object] = super().submit(func, callback)
        future.add_done_callback(report_error)
        return future


def _connect(address: str) -> Client:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of libraries that differ: we check those that matter
            return Client(address, timeout=_TIMEOUT, set_as_default=False)
    except (*_UNREACHABLE, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        rule = "must be the address of a Dask scheduler that can be reached"
        raise NeuroevoError(f"scheduler {address}: {rule} ({reason})") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Disable the loggers of libraries: our errors report what users must know."""
    loggers = [
        logger
        for name, logger in logging.root.manager.loggerDict.items()
        if isinstance(logger, logging.Logger) and name.partition(".")[0] in _LOGGERS
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
    """Return the versions of libraries installed here; code that is not installed has none."""
    versions = {}
    for name in _LIBRARIES:
        with suppress(metadata.PackageNotFoundError):
            versions[name] = metadata.version(name)
    return versions
