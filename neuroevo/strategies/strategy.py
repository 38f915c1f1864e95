"""The interface of strategies: they are asked for candidates, and receive their results.

Candidates are identified by their numbers: a genome may be asked twice, and a candidate may never
be evaluated. Knows no particular strategy, no network and no disk.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from neuroevo.evolution import Candidate, Individual
from neuroevo.space import Genome, SearchSpace


@dataclass(frozen=True, slots=True)
class Options:
    """The arguments of all strategies, besides the search space."""

    population_size: int  # number of candidates of a generation; at least 4
    seed: int  # of all randomness; 0 or more
    initial: tuple[Genome, ...] = ()  # genomes to ask for first; all different
    first_number: int = 0  # of the first candidate
    look_ahead: int = 1  # candidates asked and not yet evaluated, of strategies without generations
    effort: str = "medium"  # of strategies with models: low, medium or high
    noisy: bool = False  # whether one genome may have different costs, so that repeats pay
    # Trials of each earlier search that a model learns from, none of which has failed.
    earlier: tuple[tuple[Individual, ...], ...] = ()


class Strategy(ABC):
    """Chooses the next candidates. All objectives are minimised.

    The candidates are a function of the strategy's arguments and of the results, in the order in
    which it receives them. If it receives results in the order of the numbers, and is asked as
    soon as fewer than `look_ahead` candidates are asked and not yet evaluated, then the candidates
    are the same however many are evaluated at once.

    Parameters
    ----------
    space
        The search space.
    options
        The arguments of all strategies.
    """

    name: ClassVar[str]
    """The name in experiments."""

    label: ClassVar[str]
    """The name in texts, such as ``random search``."""

    repeats: ClassVar[bool] = False
    """Whether it may ask for a genome more than once."""

    def __init__(self, space: SearchSpace, options: Options) -> None:
        self._space = space
        self._population_size = options.population_size

    @staticmethod
    def problems(space: SearchSpace) -> list[str]:  # noqa: ARG004 - most take any space
        """Return why it can't search a space: one line for each reason."""
        return []

    @property
    @abstractmethod
    def generation(self) -> int:
        """Number of generations that are complete."""

    @property
    def look_ahead(self) -> int:
        """How many candidates may be asked and not yet evaluated at a time: here a generation."""
        return self._population_size

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
            Those that can be chosen without further results. If it is empty, the strategy waits
            for results of candidates that were asked; if there are none of these, it has ended.
        """

    @abstractmethod
    def tell(self, individuals: Sequence[Individual]) -> None:
        """Receive the results of candidates.

        Parameters
        ----------
        individuals
            Their numbers, genomes and costs. Individuals that were not asked are used as well.
        """

    @abstractmethod
    def drop(self, numbers: Collection[int]) -> None:
        """Wait no longer for candidates that were asked and will not be evaluated."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Return the whole state as plain JSON values, at any time.

        A strategy made from it asks again for candidates that were not yet evaluated.
        """

    @classmethod
    @abstractmethod
    def from_state(cls, space: SearchSpace, state: Mapping[str, Any]) -> Self:
        """Make a strategy from its state.

        Raises
        ------
        UsageError, KeyError, TypeError, ValueError, AttributeError
            If the state is damaged or that of another space.
        """
