"""Who trains: how many workers, and of what kind. Does not start them."""

import math
import re
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal, NamedTuple, get_args

from neuroevo.errors import UsageError
from neuroevo.settings import one_of, shown

Backend = Literal["threading", "loky", "dask"]

_PROCESSES = ("loky", "dask")
_ADDRESS = re.compile(r"(?:[a-z]+://)?(?:[\w.-]+|\[[0-9a-fA-F:.]+\]):\d{1,5}")


class Work(NamedTuple):
    """What a worker did at one go."""

    worker: str  # host:process; threads of a process are not told apart
    began: float  # seconds since 1970
    seconds: float


@dataclass(frozen=True, slots=True)
class Workers:
    """Who trains: how many at once, and of what kind. They change no result.

    Parameters
    ----------
    n_jobs
        How many; -1 is one a core. On a Dask cluster it is the threads of its workers that count.
    backend
        `threading`, `loky` (processes) or `dask` (a cluster), as joblib calls them.
    scheduler
        Address of the Dask scheduler, such as ``tcp://192.168.0.7:8786``.
    trial_timeout
        Seconds after which a training is given up and its trial has failed.

    Raises
    ------
    UsageError
        If there would be none, or none of that kind; one line for each problem.
    """

    n_jobs: int = -1
    backend: Backend = "threading"
    scheduler: str | None = None
    trial_timeout: float | None = None

    def __post_init__(self) -> None:
        problems = []
        if self.n_jobs < 1 and self.n_jobs != -1:
            rule = "must be at least 1, or -1 for one a core"
            problems.append(f"jobs: {rule}, but got {self.n_jobs}")
        if self.backend not in get_args(Backend):
            problems.append(f"backend: {one_of(self.backend, get_args(Backend))}")
        elif self.backend == "dask":
            problems += self._problems_of_dask()
        elif self.scheduler is not None:
            rule = "must be left out, or the backend dask"
            problems.append(f"scheduler: {rule}, but got {shown(self.scheduler)}")
        problems += self._problems_of_timeout()
        if problems:
            raise UsageError(*problems)

    def _problems_of_dask(self) -> list[str]:
        problems = []
        if not _ADDRESS.fullmatch(self.scheduler or ""):
            rule = "must be the address of a Dask scheduler, such as tcp://127.0.0.1:8786"
            problems.append(f"scheduler: {rule}, but got {shown(self.scheduler)}")
        if find_spec("distributed") is None:
            problems.append("backend: must be installed: pip install 'neuroevo[dask]'")
        return problems

    def _problems_of_timeout(self) -> list[str]:
        seconds = self.trial_timeout
        if seconds is None:
            return []
        problems = []
        if not 0 < seconds < math.inf:
            rule = "must be a number of seconds above 0"
            problems.append(f"trial_timeout: {rule}, but got {shown(seconds)}")
        if self.backend not in _PROCESSES:
            rule = "must have a backend of processes, loky or dask, as a thread can't be stopped"
            problems.append(f"trial_timeout: {rule}, but got {shown(self.backend)}")
        return problems
