"""What the pool asks of workers, of whatever kind they are. Knows no kind."""

from dataclasses import dataclass
from typing import Any, Protocol

PRE_DISPATCH = "2 * n_jobs"
PARALLEL = {"batch_size": 1, "return_as": "generator_unordered"}
"""What is the same for all workers."""


@dataclass(frozen=True, slots=True)
class WorkerLoss:
    """That workers died: what of, and how many one after the other over the same item."""

    cause: str = ""  # as far as it is known
    deaths: int = 1


class Crew(Protocol):
    """Workers of one kind."""

    exits: bool
    """Whether a worker process that is of no more use has to end itself, and is replaced then."""

    def parallel(self, shared: Any) -> Any:  # noqa: ANN401 - whatever it is; joblib has no types
        """Make a `joblib.Parallel` of these workers for items that share something."""

    def is_current(self) -> bool:
        """Tell whether all workers of today are reached by the last `joblib.Parallel` made."""

    def loss(self, error: Exception) -> WorkerLoss | None:
        """Tell whether an error is a loss of workers; NeuroevoError if there can be no others."""

    def dismiss(self) -> None:
        """End all workers, also those that are busy; others come in their place when needed."""

    def close(self) -> None:
        """Let the workers go."""
