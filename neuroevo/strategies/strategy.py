"""What every strategy does: it is asked for candidates and told what they were found to be worth.

Everything is keyed by a candidate's number: a genome may be asked twice, and a candidate may
never come back. Knows no strategy in particular, no network and no disk.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from neuroevo.evolution import Candidate, Individual
from neuroevo.space import Genome, SearchSpace


@dataclass(frozen=True, slots=True)
class Options:
    """What all strategies are made with, besides the space.

    Parameters
    ----------
    population_size
        How many candidates there are in a generation; at least 4.
    seed
        The seed of all randomness; 0 or more.
    initial
        Genomes of the space to ask for first; all different.
    first_number
        The number of the first candidate.
    """

    population_size: int
    seed: int
    initial: tuple[Genome, ...] = ()
    first_number: int = 0


class Strategy(ABC):
    """Chooses candidates. All objectives are minimised.

    What it asks is a function of its arguments and of what it was told, in which order. Whoever
    tells in the order of the numbers, and asks as soon as fewer than `look_ahead` candidates are
    asked and not told, gets the same candidates, however many are evaluated at once.

    Parameters
    ----------
    space
        The genomes to choose from.
    options
        What all strategies are made with.
    """

    name: ClassVar[str]
    """What experiments call it."""

    label: ClassVar[str]
    """What people call it, such as ``random search``."""

    @abstractmethod
    def __init__(self, space: SearchSpace, options: Options) -> None: ...

    @staticmethod
    def problems(space: SearchSpace) -> list[str]:  # noqa: ARG004 - most take any space
        """Say why it can't search a space: one line for each reason."""
        return []

    @property
    @abstractmethod
    def generation(self) -> int:
        """How many generations are complete: told as a whole."""

    @property
    @abstractmethod
    def look_ahead(self) -> int:
        """How many candidates may be asked and not told at a time."""

    @abstractmethod
    def ask(self, count: int) -> list[Candidate]:
        """Return the next candidates.

        Parameters
        ----------
        count
            How many, at most.

        Returns
        -------
        list[Candidate]
            Those that can be chosen without being told more. None while some are asked and not
            told means that it waits for them; none otherwise that there are no more.
        """

    @abstractmethod
    def tell(self, individuals: Sequence[Individual]) -> None:
        """Tell what candidates were found to be worth.

        Parameters
        ----------
        individuals
            Their numbers, genomes and costs. Those that were not asked are learned from as well.
        """

    @abstractmethod
    def drop(self, numbers: Collection[int]) -> None:
        """Wait no longer for candidates that were asked and will not be told."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Return all that it remembers as plain JSON values, at any time.

        What is asked and not told is asked again by a strategy that is made of the state.
        """

    @classmethod
    @abstractmethod
    def from_state(cls, space: SearchSpace, state: Mapping[str, Any]) -> Self:
        """Make the strategy whose state this is.

        Raises
        ------
        UsageError, KeyError, TypeError, ValueError, AttributeError
            If the state is damaged or that of another space.
        """
