"""The time that a search has, the same for all of them."""

import time
from dataclasses import dataclass, field

SEARCH = 0.85
"""The share of the budget in which candidates are tried; the rest is for the final model, which may
take longer if it must."""

_ONE_FIT = 0.1  # of the budget, for one fit of a candidate


@dataclass(frozen=True, slots=True)
class Clock:
    """Runs from when it is made.

    Parameters
    ----------
    budget
        Seconds of the whole, the final model included.
    """

    budget: float
    start: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self.start

    @property
    def search_end(self) -> float:
        """The moment, in `time.monotonic`, from which on no candidate is tried."""
        return self.start + SEARCH * self.budget

    @property
    def one_fit(self) -> float:
        """The most seconds of one fit of a candidate."""
        return _ONE_FIT * self.budget

    @property
    def left(self) -> float:
        """Seconds in which candidates may still be tried, below 0 if there are none."""
        return self.search_end - time.monotonic()
