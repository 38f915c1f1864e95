"""Genes as Optuna's distributions, and genomes as its parameters; knows no study and no run.

Options that Optuna can't store are parameters as texts.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from neuroevo.space import Choice, Float, Gene, Integer, Layers, Value
from neuroevo.space.parameters import Parameter, layer_parameters
from neuroevo.space.values import Layer, plain_json

Parameters: TypeAlias = dict[str, tuple[Parameter, BaseDistribution]]
"""Name of a parameter -> its value and its distribution."""


class Distributions:
    """The distributions of a search space, also of values that only baselines have.

    Parameters
    ----------
    genes
        The genes by name.
    others
        Genomes whose values may be outside the space.
    """

    def __init__(
        self, genes: Mapping[str, Gene], others: Iterable[Mapping[str, Value]] = ()
    ) -> None:
        self._genes = genes
        self._options: dict[str, dict[Parameter, None]] = {}
        for name, gene in genes.items():
            choice = _choice_of(gene)
            if choice is not None:
                self._options[name] = {_parameter(each, choice): None for each in choice.options}
        for genome in others:
            for name, value in genome.items():
                if name in genes:
                    self._options.setdefault(name, {}).update(_chosen(genes[name], value))

    def parameters(self, genome: Mapping[str, Value]) -> Parameters:
        """Return the parameters of a genome; genes that the space does not have are left out."""
        found: Parameters = {}
        for name, value in genome.items():
            gene = self._genes.get(name)
            if isinstance(gene, Choice):
                found[name] = (_parameter(value, gene), self._categorical(name))
            elif isinstance(gene, Float | Integer):
                found[name] = _number(gene, value)
            elif isinstance(gene, Layers):
                found.update(self._layer_parameters(name, gene, _layers(value)))
        return found

    def _categorical(self, name: str) -> CategoricalDistribution:
        return CategoricalDistribution(tuple(self._options[name]))

    def _layer_parameters(
        self, name: str, gene: Layers, layers: tuple[Layer, ...]
    ) -> Iterator[tuple[str, tuple[Parameter, BaseDistribution]]]:
        for parameter, value in layer_parameters(name, layers).items():
            if parameter.endswith(".width"):
                yield parameter, _number(gene.width_gene, value)
            elif parameter.endswith(".count"):
                yield parameter, _number(Integer(*gene.count), value)
            elif gene.activation is not None:
                yield parameter, (value, self._categorical(name))


def _choice_of(gene: Gene) -> Choice | None:
    """Return what lists the options of a gene, or of the layers of a gene."""
    return (
        gene.activation if isinstance(gene, Layers) else gene if isinstance(gene, Choice) else None
    )


def _chosen(gene: Gene, value: Value) -> dict[Parameter, None]:
    """Return the options that are chosen in a value."""
    if isinstance(gene, Choice):
        return {_parameter(value, gene): None}
    if isinstance(gene, Layers) and gene.activation is not None:
        return {layer[1]: None for layer in _layers(value) if isinstance(layer, tuple)}
    return {}


def _number(gene: Float | Integer, value: Value) -> tuple[Parameter, BaseDistribution]:
    """Return a number with its distribution, which is wider if the number is out of bounds."""
    number = value if isinstance(value, int | float) else float("nan")
    if isinstance(gene, Integer):
        whole = int(number)
        least, most = min(gene.low, whole), max(gene.high, whole)
        return whole, IntDistribution(least, most, log=gene.log and least >= 1)
    low, high = min(gene.low, number), max(gene.high, number)
    return float(number), FloatDistribution(low, high, log=gene.log and low > 0)


def _parameter(value: Value, gene: Choice) -> Parameter:
    """Return an option as a parameter: as a text if Optuna could not tell it from others."""
    plain = [option for option in gene.options if not isinstance(option, tuple)]
    if isinstance(value, tuple) or len(plain) < len(gene.options) or len(set(plain)) < len(plain):
        return str(plain_json(value))
    return value


def _layers(value: Value) -> tuple[Layer, ...]:
    return value if isinstance(value, tuple) else ()
