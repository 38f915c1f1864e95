"""Workers of this machine: threads, or processes of joblib's loky."""

import os
import re
import warnings
from typing import Any

import joblib
from joblib._parallel_backends import LokyBackend
from joblib.executor import get_memmapping_executor
from joblib.externals import loky
from joblib.externals.loky.process_executor import BrokenProcessPool

from neuroevo.workers.backend import PARALLEL, PRE_DISPATCH, WorkerBackend, WorkerLoss
from neuroevo.workers.runner import prepare_process
from neuroevo.workers.workers import Workers

_LARGE_ARRAY = 100_000  # bytes from which on an array is put into shared memory


class LocalBackend(WorkerBackend):
    """Threads or processes of this machine.

    Parameters
    ----------
    workers
        How many, and which.
    """

    def __init__(self, workers: Workers) -> None:
        self._backend = workers.backend
        self._n_jobs = joblib.cpu_count() if workers.n_jobs == -1 else workers.n_jobs

    def parallel(self, shared: Any) -> Any:  # noqa: ANN401, ARG002 - joblib itself finds arrays
        """Make a `joblib.Parallel` of these workers."""
        options: dict[str, Any] = {
            "backend": self._backend,
            "n_jobs": self._n_jobs,
            "pre_dispatch": PRE_DISPATCH,
        }
        if self._backend == "loky":
            # It replaces processes that have grown or are idle, which loses nothing.
            warnings.filterwarnings("ignore", "A worker stopped while some jobs", UserWarning)
            options |= {"initializer": prepare_process, "initargs": (os.getpid(),)}
            options |= {"max_nbytes": _LARGE_ARRAY, "mmap_mode": "c"}
            if self._n_jobs == 1:
                options |= {"backend": _OneProcess(), "n_jobs": 2, "pre_dispatch": 1}
        return joblib.Parallel(**PARALLEL, **options)

    def loss(self, error: Exception) -> WorkerLoss | None:
        """Return the loss of workers that an error reports; None for any other error."""
        if not isinstance(error, BrokenProcessPool):
            return None
        codes = re.findall(r"\b(SIG\w+|EXIT\(\d+\))", str(error))  # as SIGKILL(-9) and EXIT(1)
        return WorkerLoss(", ".join(dict.fromkeys(codes)))

    def kill(self) -> None:
        """Kill all processes."""
        if self._backend == "loky":
            loky.get_reusable_executor(reuse=True).shutdown(wait=True, kill_workers=True)

    def close(self) -> None:
        """Leave the processes to joblib, which keeps them for later use for a while."""


class _OneProcess(LokyBackend):  # type: ignore[misc]  # joblib has no types
    """joblib's backend for loky with one process, where joblib itself would start none.

    It is used with two jobs, of which joblib hands out one at a time.
    """

    def configure(self, n_jobs: int = 2, parallel: Any = None, **options: Any) -> int:  # noqa: ANN401 - joblib's
        """Start the process."""
        self._workers = get_memmapping_executor(
            1,
            env=self._prepare_worker_env(n_jobs),
            context_id=parallel._id,  # noqa: SLF001 - as joblib does
            **options,
        )
        self.parallel = parallel
        return n_jobs
