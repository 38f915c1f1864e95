"""Who trains: how many workers, and of what kind. Does not start them."""

from dataclasses import dataclass
from typing import Literal, get_args

from neuroevo.errors import UsageError

Backend = Literal["threading", "loky"]


@dataclass(frozen=True, slots=True)
class Workers:
    """Who trains: how many at once, and of what kind. They change no result.

    Parameters
    ----------
    n_jobs
        How many; -1 is one a core.
    backend
        `threading` or `loky` (processes), as joblib calls them.

    Raises
    ------
    UsageError
        If there would be none, or none of that kind.
    """

    n_jobs: int = -1
    backend: Backend = "threading"

    def __post_init__(self) -> None:
        problems = []
        if self.n_jobs < 1 and self.n_jobs != -1:
            rule = "must be at least 1, or -1 for one a core"
            problems.append(f"jobs: {rule}, but got {self.n_jobs}")
        if self.backend not in get_args(Backend):
            kinds = " or ".join(get_args(Backend))
            problems.append(f"backend: must be {kinds}, but got {self.backend!r}")
        if problems:
            raise UsageError(*problems)
