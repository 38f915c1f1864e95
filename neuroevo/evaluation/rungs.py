"""The rungs of trainings: how far trials are trained before it is decided which of them go on.

Knows neither how that is decided nor how networks are trained.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

RungValues: TypeAlias = Mapping[str, float]
"""The objectives and quantities of a trial as they are at a rung, by name; NaN if not finite."""


def _always(place: int, values: Sequence[RungValues]) -> bool:  # noqa: ARG001 - of any trial
    """Return True: go on to the end."""
    return True


@dataclass(frozen=True, slots=True)
class Rungs:
    """The rungs below the whole training, and who decides which trials go on from there.

    Attributes
    ----------
    points
        How many points learning curves have at each rung, at least 1 and ascending.
    goes_on
        Receives the place of a trial, and its values at all rungs so far. It is called once for
        each rung that a trial reaches, and returns whether the trial goes on.
    """

    points: tuple[int, ...] = ()
    goes_on: Callable[[int, Sequence[RungValues]], bool] = _always


NO_RUNGS = Rungs()
"""All trainings go to their end."""
