"""The search space of an estimator's parameters: genes, lists of any values, distributions.

Translates them to genes, and genomes back to parameters. Knows no estimator.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from neuroevo.errors import UsageError, collected
from neuroevo.space import Choice, Conditional, Float, Gene, Genome, Integer, SearchSpace
from neuroevo.space.values import is_number, plain, worded

_RULE = (
    "must be a gene, a list of values or a distribution of scipy.stats: "
    "uniform, loguniform (without loc) or randint"
)


class ParameterSpace:
    """Parameters with what each may be.

    A list is searched by the places of its values, so these may be anything: None, functions,
    estimators. Numbers in ascending or descending order are an ordered choice.

    Parameters
    ----------
    given
        Name of a parameter -> a gene, perhaps conditional; a list, tuple or array (values,); or
        one of the distributions of scipy.stats whose values a gene has too: ``uniform``,
        ``loguniform`` without ``loc``, and ``randint``. In a condition a value is one of the list.

    Raises
    ------
    UsageError
        One line for each parameter that can't be translated.
    """

    def __init__(self, given: object) -> None:
        if not isinstance(given, Mapping):
            hint = "; for several dicts, make parameters conditional" * isinstance(given, list)
            raise UsageError(
                f"space: must be a dict from names to genes{hint}, but got {worded(given)}"
            )
        problems: list[str] = []
        self._lists: dict[str, list[object]] = {}
        genes: dict[str, Gene | Conditional] = {}
        for name, values in given.items():
            try:
                genes[name] = self._gene(name, values)
            except UsageError as error:
                problems += [f"space: {name}: {problem}" for problem in error.problems]
        for name, gene in genes.items():
            if isinstance(gene, Conditional):
                with collected(problems):
                    genes[name] = Conditional(gene.gene, self._condition(name, gene))
        if problems:
            raise UsageError(*problems)
        try:
            self.genomes = SearchSpace(genes)
        except UsageError as error:
            raise error.named("space") from None

    def parameters(self, genome: Genome) -> dict[str, Any]:
        """Return the parameters of a genome; those that are not active are left out."""
        parameters: dict[str, Any] = {}
        for name in self.genomes.genes:
            if name in genome:
                value: Any = genome[name]
                parameters[name] = self._lists[name][value] if name in self._lists else value
        return parameters

    def _gene(self, name: str, values: object) -> Gene | Conditional:
        if isinstance(values, Gene | Conditional):
            return values
        if isinstance(values, np.ndarray) and values.ndim == 1:
            values = list(values)
        if isinstance(values, list | tuple):
            self._lists[name] = list(values)
            return _choice_of_places(values)
        if hasattr(values, "dist") and hasattr(values, "support"):
            return _gene_of_distribution(values)
        raise UsageError(f"{_RULE}, but got {worded(values)}")

    def _condition(self, name: str, gene: Conditional) -> Mapping[str, Sequence[object]]:
        """Put places instead of the values of lists into a condition."""
        condition: dict[str, Sequence[object]] = {}
        for other, values in gene.when.items():
            if other not in self._lists:
                condition[other] = values
                continue
            places = [_place(value, self._lists[other]) for value in values]
            missing = [value for value, place in zip(values, places, strict=True) if place is None]
            if missing:
                rule = f"must name values of the list of {other}"
                raise UsageError(f"space: {name}: when.{other}: {rule}, but got {missing[0]!r}")
            condition[other] = places
        return condition


def _choice_of_places(values: Sequence[object]) -> Choice:
    if not values:
        raise UsageError("must hold at least one value, but got none")
    for place, value in enumerate(values):
        first = _place(value, values)
        if first is not None and first < place:
            raise UsageError(f"must hold each value once, but got {worded(value)} again")
    numbers: list[Any] = [value for value in values if is_number(value)]
    ordered = len(numbers) == len(values) and numbers in (
        sorted(numbers),
        sorted(numbers, reverse=True),
    )
    return Choice(range(len(values)), ordered=ordered)


def _place(value: object, values: Sequence[object]) -> int | None:
    """Return the first place of a value in a list: of the same, or of an equal plain one."""
    wanted = _plain(value)
    for place, other in enumerate(values):
        if other is value:
            return place
        if wanted is not None:
            found = _plain(other)
            # In Python True == 1, but they are different values.
            if found == wanted and isinstance(found, bool) == isinstance(wanted, bool):
                return place
    return None


def _plain(value: object) -> object:
    try:
        return plain(value)
    except UsageError:
        return None


def _gene_of_distribution(distribution: Any) -> Gene:
    """Translate a frozen distribution of scipy.stats, if a gene has exactly the same values."""
    name = distribution.dist.name
    low, high = distribution.support()
    if name == "uniform":
        return Float(low, high)
    if name == "randint":
        return Integer(int(low), int(high))
    shapes = 2  # of a loguniform; loc is next
    args = distribution.args
    loc = distribution.kwds.get("loc", args[shapes] if len(args) > shapes else 0)
    if name in {"loguniform", "reciprocal"} and loc == 0:
        return Float(low, high, log=True)
    hint = "give bounds with Float(low, high) or Integer(low, high)"
    raise UsageError(f"{_RULE}, but got {name}; {hint}")
