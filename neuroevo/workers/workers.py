"""The settings of workers: how many, and of which backend. Starts none."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from numbers import Integral
from typing import Literal, NamedTuple, get_args

from neuroevo.errors import UsageError
from neuroevo.settings import one_of, shown

Backend = Literal["threading", "loky", "dask"]

TIMED_OUT = "took longer than its time limit"
"""Begins the cause of an item that took too long."""
WORKER_DIED = "its worker died"
"""Begins the cause of an item that ended its workers."""

_PROCESSES = ("loky", "dask")
_ADDRESS = re.compile(r"(?:[a-z]+://)?(?:[\w.-]+|\[[0-9a-fA-F:.]+\]):\d{1,5}")


class Work(NamedTuple):
    """A stretch of time in which a worker trained."""

    worker: str  # host:process, the same for all threads of a process
    began: float  # seconds since 1970
    seconds: float


@dataclass(frozen=True, slots=True)
class Workers:
    """The settings of workers, which change no result.

    Parameters
    ----------
    n_jobs
        Number of workers; -1 for one per core. Ignored for a Dask cluster, whose workers are used.
    backend
        `threading`, `loky` (processes) or `dask` (a cluster), as joblib calls them. None for
        threads, or for processes if a function of the user's own is called.
    scheduler
        Address of the Dask scheduler, such as ``tcp://192.168.0.7:8786``.
    trial_timeout
        Seconds after which a training is given up and its trial has failed.

    Raises
    ------
    UsageError
        One line for each setting that is wrong.
    """

    n_jobs: int = -1
    backend: Backend | None = None
    scheduler: str | None = None
    trial_timeout: float | None = None

    def __post_init__(self) -> None:
        if problems := list(self._problems()):
            raise UsageError(*problems)

    def _problems(self) -> Iterator[str]:
        is_whole = isinstance(self.n_jobs, Integral)
        if not is_whole or (self.n_jobs < 1 and self.n_jobs != -1):
            rule = "must be a whole number of at least 1, or -1 for one per core"
            yield f"jobs: {rule}, but got {shown(self.n_jobs)}"
        if self.backend is not None and self.backend not in get_args(Backend):
            yield f"backend: {one_of(self.backend, get_args(Backend))}"
        elif self.backend == "dask":
            if not _ADDRESS.fullmatch(self.scheduler or ""):
                rule = "must be the address of a Dask scheduler, such as tcp://127.0.0.1:8786"
                yield f"scheduler: {rule}, but got {shown(self.scheduler)}"
            if find_spec("distributed") is None:
                yield "backend: must be installed: pip install 'neuroevo[dask]'"
        elif self.scheduler is not None:
            rule = "must be left out unless the backend is dask"
            yield f"scheduler: {rule}, but got {shown(self.scheduler)}"
        if self.trial_timeout is not None:
            if not 0 < self.trial_timeout < math.inf:
                rule = "must be a number of seconds above 0"
                yield f"trial_timeout: {rule}, but got {shown(self.trial_timeout)}"
            if self.backend not in _PROCESSES:
                rule = "must have the backend loky or dask, since a thread can't be stopped"
                yield f"trial_timeout: {rule}, but got {shown(self.backend or 'threading')}"
