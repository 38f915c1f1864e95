"""How much screened evolution thinks about each trial.

Knows numbers of trials and of children; does not know what is done with them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from neuroevo.evolution.screening import Rounds


@dataclass(frozen=True, slots=True)
class Effort:
    """How much a strategy thinks about each trial.

    Attributes
    ----------
    memory
        The most trials that a model knows.
    learned
        The most that its parameters are learned from.
    every
        They are learned again after this many results.
    steps
        How many steps of L-BFGS that takes.
    rounds
        How many children are judged.
    """

    memory: int
    learned: int
    every: int
    steps: int
    rounds: Rounds

    @property
    def earlier(self) -> int:
        """The most trials of earlier searches that a model learns from."""
        return self.learned // 2


class Efforts(NamedTuple):
    """The efforts with one objective and with several."""

    one: Effort
    several: Effort

    def of(self, objectives: int) -> Effort:
        """Return the one with so many objectives."""
        return self.one if objectives == 1 else self.several


# More children, or with several objectives more learning, found no more in
# `python -m experiments.benchmarks search`.
_WIDE, _POLISHED = Rounds(2, 48, 0, 0), Rounds(2, 48, 3, 32)
EFFORTS: Mapping[str, Efforts] = {
    "low": Efforts(Effort(80, 80, 10, 5, _WIDE), Effort(80, 80, 10, 5, Rounds(2, 48, 1, 32))),
    "medium": Efforts(Effort(200, 80, 1, 10, _POLISHED), Effort(200, 80, 5, 10, _POLISHED)),
    "high": Efforts(Effort(400, 200, 1, 20, _POLISHED), Effort(400, 80, 5, 10, _POLISHED)),
}
"""The efforts by name."""
