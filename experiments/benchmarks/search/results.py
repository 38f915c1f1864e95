"""What was measured of one search on one problem."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, Self


class Key(NamedTuple):
    """What is measured once."""

    competitor: str
    problem: str
    seed: int


@dataclass(frozen=True, slots=True)
class Result:
    """One search on one problem.

    Attributes
    ----------
    key
        Which.
    regrets
        The regret after some numbers of evaluations.
    milliseconds
        Its own time, a trial.
    """

    key: Key
    regrets: Mapping[int, float]
    milliseconds: float

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Self:
        """Make it from plain JSON values; KeyError, TypeError or ValueError if it is none."""
        regrets = {int(budget): float(regret) for budget, regret in values["regrets"].items()}
        return cls(Key(*values["key"]), regrets, float(values["milliseconds"]))

    def has(self, budgets: Collection[int]) -> bool:
        """Whether it has the regrets of all of these budgets."""
        return self.regrets.keys() >= set(budgets)

    def to_plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return asdict(self)
