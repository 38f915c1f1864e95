"""The rungs of trials: how much of them is trained before it is decided which of them go on.

Knows neither how that is decided nor how networks are trained.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, NamedTuple, Protocol, TypeAlias, TypeVar

RungValues: TypeAlias = Mapping[str, float]
"""The objectives and quantities of a trial as they are at a rung, by name; NaN if not finite."""


def _always(place: int, values: Sequence[RungValues]) -> bool:  # noqa: ARG001 - of any trial
    """Return True: go on to the end."""
    return True


class Judged(Protocol):
    """The result of a trial at a rung: a dataclass with ``rungs`` and ``stopped`` besides."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def objectives(self) -> Mapping[str, float]:
        """Value of each objective."""

    @property
    def quantities(self) -> Mapping[str, float]:
        """Value of each quantity."""


Result = TypeVar("Result", bound=Judged)


class Rung(NamedTuple):
    """How much of a trial is trained at a rung."""

    points: int  # of learning curves, at least 1
    replicates: tuple[int, ...]  # numbers of those that are trained up to there, ascending


@dataclass(frozen=True, slots=True)
class Rungs:
    """The rungs below the whole training, and who decides which trials go on from there.

    Attributes
    ----------
    rungs
        All different, each with at least the points and the replicates of the one before.
    goes_on
        Receives the place of a trial, and its values at all rungs so far. It is called once for
        each rung that a trial reaches, and returns whether the trial goes on.
    """

    rungs: tuple[Rung, ...] = ()
    goes_on: Callable[[int, Sequence[RungValues]], bool] = _always


NO_RUNGS = Rungs()
"""All trainings go to their end."""


@dataclass(slots=True)
class RungPosition:
    """Where a trial is.

    Attributes
    ----------
    rungs
        All of them, the end as the last one.
    place
        Of the rung that it reaches next.
    values
        At each rung where it was judged.
    """

    rungs: tuple[Rung, ...]
    place: int = 0
    values: list[RungValues] = field(default_factory=list)

    @property
    def next(self) -> Rung:
        """The rung that it reaches next."""
        return self.rungs[self.place]

    @property
    def is_last(self) -> bool:
        """Whether that is the end."""
        return self.place == len(self.rungs) - 1

    def goes_on(self, trial: int, found: Judged, rungs: Rungs) -> bool:
        """Return whether it goes on from the rung that it has reached now, with this result."""
        if self.is_last:
            return False
        self.values.append({**found.objectives, **found.quantities})
        goes_on = rungs.goes_on(trial, tuple(self.values))
        self.place += goes_on
        return goes_on

    def ended(self, found: Result) -> Result:
        """Return its result, given what was found last: with its rungs, and whether it stopped."""
        return replace(found, rungs=tuple(self.values), stopped=not self.is_last)
