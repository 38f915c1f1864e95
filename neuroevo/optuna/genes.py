"""Optuna's distributions as genes, and its parameters as genomes; knows no study.

Steps and options are genes for their places: 0 is the lowest step, or the first option.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from neuroevo.errors import UsageError
from neuroevo.space import Choice, Conditional, Float, Gene, Genome, Integer, SearchSpace, Value

_LEAST_ORDERED = 3  # options, of which the order matters


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a study: its gene, and its values as those of the gene.

    Parameters
    ----------
    distribution
        Its distribution in Optuna.
    """

    distribution: BaseDistribution

    @property
    def gene(self) -> Gene:
        """The gene; UsageError if the distribution is of an unknown kind."""
        found = self.distribution
        if isinstance(found, CategoricalDistribution):
            places = list(range(len(found.choices)))
            return Choice(places, ordered=_are_ordered(found.choices))
        if isinstance(found, FloatDistribution | IntDistribution):
            if self._step is not None:
                return Integer(0, round((found.high - found.low) / self._step))
            kind = Integer if isinstance(found, IntDistribution) else Float
            return kind(found.low, found.high, log=found.log)
        raise UsageError(f"distribution: must be a float, an int or categorical, but is {found!r}")

    @property
    def listed(self) -> list[int]:
        """The values of the gene of an int or of options."""
        gene = self.gene
        if isinstance(gene, Choice):
            return [int(cast("int", each)) for each in gene.options]
        assert isinstance(gene, Integer)  # noqa: S101 - callers check it; mypy can't know
        return list(range(gene.low, gene.high + 1))

    @property
    def _step(self) -> float | None:
        """The distance of allowed numbers, None for all floats or all whole numbers."""
        step = self.distribution.step
        whole = isinstance(self.distribution, IntDistribution)
        return None if step is None or (whole and step == 1) else float(step)

    def value(self, value: Value) -> Any:  # noqa: ANN401 - what Optuna allows
        """Return a value of the gene as one of the parameter."""
        found = self.distribution
        if isinstance(found, CategoricalDistribution):
            return found.choices[int(cast("int", value))]
        if self._step is None:
            return value
        if isinstance(found, IntDistribution):
            return found.low + found.step * int(cast("int", value))
        return min(found.low + found.step * int(cast("int", value)), found.high)

    def place(self, value: Any) -> Value:  # noqa: ANN401 - what Optuna allows
        """Return a value of the parameter as one of the gene; ValueError if it is none."""
        found = self.distribution
        if isinstance(found, CategoricalDistribution):
            return int(found.to_internal_repr(value))
        if not found.low <= value <= found.high:
            raise ValueError(f"must be between {found.low} and {found.high}, but got {value}")
        if self._step is not None:
            place: int = round((value - found.low) / self._step)
            return place
        return int(value) if isinstance(found, IntDistribution) else float(value)


class Branch(NamedTuple):
    """When a trial has a parameter."""

    selector: str  # the name of the parameter that decides it
    values: tuple[Any, ...]  # of the selector's gene


class Parameters:
    """The parameters of a study that are searched together.

    Parameters
    ----------
    distributions
        Key of each parameter -> its distribution; what decides about others comes before them.
    branches
        When trials have those that not all have; what decides it is an int or has options.
    names
        The names of parameters whose keys are others.
    """

    def __init__(
        self,
        distributions: Mapping[str, BaseDistribution],
        branches: Mapping[str, Branch] = MappingProxyType({}),
        names: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._parameters = {key: Parameter(each) for key, each in distributions.items()}
        self._names = {key: names.get(key, key) for key in distributions}
        self._branches = branches
        self.space = SearchSpace({name: self._gene(name) for name in self._parameters})

    def _gene(self, name: str) -> Gene | Conditional:
        parameter, branch = self._parameters[name], self._branches.get(name)
        gene = parameter.gene
        if isinstance(gene, Integer) and any(
            each.selector == name for each in self._branches.values()
        ):
            gene = Choice(parameter.listed, ordered=True)
        return gene if branch is None else Conditional(gene, {branch.selector: [*branch.values]})

    def values(self, genome: Mapping[str, Value]) -> dict[str, Any]:
        """Return a genome as parameters."""
        return {
            self._names[key]: self._parameters[key].value(value) for key, value in genome.items()
        }

    def genome(self, values: Mapping[str, Any]) -> Genome | None:
        """Return parameters as a genome; None if some are missing or have other values.

        So are those of a branch that the trial does not take.
        """
        places: dict[str, Value] = {}
        for key, parameter in self._parameters.items():
            branch = self._branches.get(key)
            if branch is not None and places.get(branch.selector) not in branch.values:
                continue
            try:
                places[key] = parameter.place(values[self._names[key]])
            except (KeyError, ValueError):
                return None
        taken = {self._names[key] for key in places}
        if any(name in values for name in {*self._names.values()} - taken):
            return None
        return Genome(places)


def has_gene(name: str, distribution: BaseDistribution) -> bool:
    """Return whether a parameter can be searched; ranges and names of genes have limits."""
    try:
        Parameters({name: distribution})
    except UsageError:
        return False
    return True


def _are_ordered(options: Sequence[object]) -> bool:
    """Whether options are numbers that increase, so that neighbours are probably alike."""
    if len(options) < _LEAST_ORDERED or not all(type(each) in (int, float) for each in options):
        return False
    numbers = cast("Sequence[float]", options)
    return all(low < high for low, high in pairwise(numbers))
