"""What the pool needs from workers of any kind. Knows no particular kind."""

from dataclasses import dataclass
from typing import Any, Protocol

PRE_DISPATCH = "2 * n_jobs"
PARALLEL = {"batch_size": 1, "return_as": "generator_unordered"}
"""Arguments of `joblib.Parallel` that all backends share."""


@dataclass(frozen=True, slots=True)
class WorkerLoss:
    """Workers died: the cause, and how many died one after the other over the same item."""

    cause: str = ""  # as far as it is known
    deaths: int = 1


class WorkerBackend(Protocol):
    """Workers of one kind."""

    exits: bool = False
    """Whether a worker process that exceeded the time limit must exit by itself."""

    def parallel(self, shared: Any) -> Any:  # noqa: ANN401 - whatever it is; joblib has no types
        """Make a `joblib.Parallel` of these workers for items that share something."""

    def is_current(self) -> bool:
        """Whether the last `joblib.Parallel` reaches all workers that exist now."""
        return True

    def loss(self, error: Exception) -> WorkerLoss | None:
        """Return the loss of workers that an error reports; None for any other error.

        Raises
        ------
        NeuroevoError
            If lost workers can't be replaced.
        """

    def kill(self) -> None:
        """Kill all workers, also busy ones; new ones are started when needed."""

    def close(self) -> None:
        """Release the workers."""
