"""Variation: from the genomes of parents to the genome of a child.

Handles mutation and crossover of each kind of gene, all randomness from the generator handed in;
does not know what is new, good or failed.
"""

from collections.abc import Sequence
from functools import singledispatch
from typing import NamedTuple, TypeVar, cast

import numpy as np

from neuroevo.evolution.candidate import Individual
from neuroevo.space import Choice, Float, Gene, Genome, Integer, Layers, SearchSpace, Value
from neuroevo.space.values import Layer

CROSSOVER_CHANCE = 0.5  # of a child to have two parents
MUTATION_AFTER_CROSSOVER_CHANCE = 0.5
BLEND_CHANCE = 0.5  # of a number to lie around both parents' instead of being one of theirs
BLEND_MARGIN = 0.5  # how far beyond the parents, in their distances (BLX-0.5)
SMALLEST_STEP, LARGEST_STEP = 0.003, 0.3  # standard deviations, in spans of the gene
RESIZE_CHANCE, DROP_CHANCE = 0.5, 0.25  # of a mutation of layers; the rest adds or copies one
SWITCH_WEIGHT = 0.5  # of switching a layer's activation, beside those: as often as resizing it
REDRAWS = 8

T = TypeVar("T")


class Child(NamedTuple):
    """A genome that was bred.

    Attributes
    ----------
    genome
        A genome of the space.
    operator
        How it was made, see `Candidate`.
    parents
        The numbers of the individuals that had a part in it.
    """

    genome: Genome
    operator: str
    parents: tuple[int, ...]


def breed(
    space: SearchSpace, mother: Individual, father: Individual, rng: np.random.Generator
) -> Child:
    """Make a child of two parents, or of the first alone.

    Parameters
    ----------
    space
        The space of all genomes involved; at least one gene varies.
    mother, father
        The parents; if their genomes are equal, there is no crossover.
    rng
        Where all randomness comes from.

    Returns
    -------
    Child
        Its genome differs from the mother's, unless a mutation undid a crossover.
    """
    both = mother.number, father.number
    if mother.genome != father.genome and rng.random() < CROSSOVER_CHANCE:
        child = cross(space, mother.genome, father.genome, rng)
        if child not in {mother.genome, father.genome}:
            if rng.random() >= MUTATION_AFTER_CROSSOVER_CHANCE:
                return Child(child, "crossover", both)
            child, _ = mutate(space, child, rng)
            return Child(child, "crossover+mutation", both)
    child, operator = mutate(space, mother.genome, rng)
    return Child(child, operator, (mother.number,))


def mutate(space: SearchSpace, genome: Genome, rng: np.random.Generator) -> tuple[Genome, str]:
    """Change one gene, and each other one with a chance of one in twice their number.

    Parameters
    ----------
    space
        The space of the genome; at least one gene varies.
    genome
        The genome to change.
    rng
        Where all randomness comes from.

    Returns
    -------
    Genome
        A genome of the space with at least one gene changed.
    str
        The name of the mutation, ``mutations`` when several genes were changed.
    """
    names = [name for name in genome if space.genes[name].size > 1]
    certain = pick(names, rng)
    values = dict(genome)
    operators = []
    for name in names:
        if name == certain or rng.random() < 0.5 / len(names):
            values[name], operator = mutate_value(space.genes[name], values[name], rng)
            operators.append(operator)
    return Genome(values), operators[0] if len(operators) == 1 else "mutations"


def cross(space: SearchSpace, mother: Genome, father: Genome, rng: np.random.Generator) -> Genome:
    """Make a genome whose every gene is the mother's, the father's or a cross of the two.

    Parameters
    ----------
    space
        The space of both parents.
    mother, father
        The parents.
    rng
        Where all randomness comes from.
    """
    return Genome(
        {
            name: value
            if value == father[name]
            else cross_values(space.genes[name], value, father[name], rng)
            for name, value in mother.items()
        }
    )


@singledispatch
def mutate_value(gene: Gene, value: Value, rng: np.random.Generator) -> tuple[Value, str]:
    """Change one value; here, for genes of a kind not known, by drawing another.

    Parameters
    ----------
    gene
        A gene that varies: `size` is above 1.
    value
        One of the gene's values.
    rng
        Where all randomness comes from.

    Returns
    -------
    Value
        Another of the gene's values.
    str
        The name of the mutation.
    """
    for _ in range(REDRAWS):
        other = gene.sample(rng)
        if other != value:
            break
    return other, "switch"


@mutate_value.register
def _mutate_float(gene: Float, value: float, rng: np.random.Generator) -> tuple[Value, str]:
    position = gene.position(value)
    for _ in range(REDRAWS):
        step = _step(rng) * gene.span
        for target in (position + step, position - step):
            moved = gene.at(target)
            if moved != value:
                return moved, "step"
    return gene.low if value != gene.low else gene.high, "step"


@mutate_value.register
def _mutate_integer(gene: Integer, value: int, rng: np.random.Generator) -> tuple[Value, str]:
    return _resized(gene, value, rng), "step"


@mutate_value.register
def _mutate_choice(gene: Choice, value: Value, rng: np.random.Generator) -> tuple[Value, str]:
    index, last = gene.index(value), len(gene.options) - 1
    if gene.ordered:
        neighbours = [other for other in (index - 1, index + 1) if 0 <= other <= last]
        return gene.options[pick(neighbours, rng)], "step"
    shift = 1 + int(rng.random() * last)
    return gene.options[(index + shift) % (last + 1)], "switch"


@mutate_value.register
def _mutate_layers(
    gene: Layers, value: tuple[Layer, ...], rng: np.random.Generator
) -> tuple[Value, str]:
    operator = _layer_operator(gene, len(value), rng)
    if operator == "add_layer":
        place = int(rng.random() * (len(value) + 1))
        return (*value[:place], gene.sample_layer(rng), *value[place:]), operator
    place = int(rng.random() * len(value))
    before, layer, after = value[:place], value[place], value[place + 1 :]
    match operator:
        case "drop_layer":
            return before + after, operator
        case "copy_layer":
            return (*before, layer, layer, *after), operator
        case _:
            return (*before, _mutated_layer(gene, layer, operator, rng), *after), operator


def _mutated_layer(gene: Layers, layer: Layer, operator: str, rng: np.random.Generator) -> Layer:
    if isinstance(layer, int):
        return _resized(gene.width_gene, layer, rng)
    width, activation = layer
    if operator == "switch_activation" and gene.activation is not None:
        return width, str(_mutate_choice(gene.activation, activation, rng)[0])
    return _resized(gene.width_gene, width, rng), activation


def _layer_operator(gene: Layers, count: int, rng: np.random.Generator) -> str:
    fewest, most = gene.count
    grow = 1 - RESIZE_CHANCE - DROP_CHANCE
    activations = 0 if gene.activation is None else gene.activation.size
    chances = {
        "resize_layer": RESIZE_CHANCE if count and gene.width_gene.size > 1 else 0.0,
        "drop_layer": DROP_CHANCE if count > fewest else 0.0,
        "copy_layer": grow / 2 if 0 < count < most else 0.0,
        "add_layer": grow / 2 if count < most else 0.0,
        "switch_activation": SWITCH_WEIGHT if count and activations > 1 else 0.0,
    }
    left = rng.random() * sum(chances.values())
    for operator, chance in chances.items():
        left -= chance
        if left < 0:
            return operator
    # The last differences can leave a rounding error; any operator that can be applied will do.
    return max(chances, key=lambda operator: chances[operator])


def _step(rng: np.random.Generator) -> float:
    """Draw a step in spans; its standard deviation is drawn too, log-uniformly.

    So steps of every size are always among the children: coarse ones to leave a region, fine ones
    to settle in it, and no step size has to be adapted or remembered.
    """
    deviation = SMALLEST_STEP * (LARGEST_STEP / SMALLEST_STEP) ** rng.random()
    return float(deviation * rng.standard_normal())


def _resized(gene: Integer, value: int, rng: np.random.Generator) -> int:
    """Step at least one up or down, back into the bounds if need be."""
    step = _step(rng) * gene.span
    moved = gene.at(gene.position(value) + step)
    if moved != value:
        return moved
    up = gene.clip(value + 1), gene.clip(value - 1)
    first, second = up if step > 0 else up[::-1]
    return first if first != value else second


@singledispatch
def cross_values(
    gene: Gene,  # noqa: ARG001 - chooses the function
    mother: Value,
    father: Value,
    rng: np.random.Generator,
) -> Value:
    """Cross two values; here, for options and genes of a kind not known, take either.

    Parameters
    ----------
    gene
        The gene of both values.
    mother, father
        Two of the gene's values.
    rng
        Where all randomness comes from.
    """
    return pick((mother, father), rng)


@cross_values.register
def _cross_floats(gene: Float, mother: float, father: float, rng: np.random.Generator) -> Value:
    if rng.random() >= BLEND_CHANCE:
        return pick((mother, father), rng)
    return gene.at(_blended(gene.position(mother), gene.position(father), rng))


@cross_values.register
def _cross_integers(gene: Integer, mother: int, father: int, rng: np.random.Generator) -> Value:
    return _crossed(gene, mother, father, rng)


@cross_values.register
def _cross_layers(
    gene: Layers, mother: tuple[Layer, ...], father: tuple[Layer, ...], rng: np.random.Generator
) -> Value:
    """Take one parent's number of layers, and cross the layers that both parents have."""
    count = len(pick((mother, father), rng))
    longer = max(mother, father, key=len)
    shared = [_crossed_layer(gene, *pair, rng) for pair in zip(mother, father, strict=False)]
    return (*shared, *longer[len(shared) :])[:count]


def _crossed_layer(gene: Layers, mother: Layer, father: Layer, rng: np.random.Generator) -> Layer:
    """Cross the widths, and take either parent's activation where layers have one."""
    if isinstance(mother, tuple) and isinstance(father, tuple):
        width = _crossed(gene.width_gene, mother[0], father[0], rng)
        return width, pick((mother[1], father[1]), rng)
    return _crossed(gene.width_gene, cast("int", mother), cast("int", father), rng)


def _crossed(gene: Integer, mother: int, father: int, rng: np.random.Generator) -> int:
    if rng.random() >= BLEND_CHANCE:
        return pick((mother, father), rng)
    return gene.at(_blended(gene.position(mother), gene.position(father), rng))


def _blended(mother: float, father: float, rng: np.random.Generator) -> float:
    """Draw uniformly around two positions: blend crossover, Eshelman & Schaffer 1993."""
    share = rng.random() * (1 + 2 * BLEND_MARGIN) - BLEND_MARGIN
    return mother + share * (father - mother)


def pick(items: Sequence[T], rng: np.random.Generator) -> T:
    """Draw one of some items; ten times as quick as `Generator.choice`."""
    return items[int(rng.random() * len(items))]
