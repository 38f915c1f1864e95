"""Variation operators: mutation and crossover of each kind of gene.

All randomness comes from the `rng` argument. Does not know what is new, good or failed.
"""

from collections.abc import Sequence
from functools import singledispatch
from typing import NamedTuple, TypeVar, cast

import numpy as np

from neuroevo.evolution.candidate import Individual
from neuroevo.space import Choice, Float, Gene, Genome, Integer, Layers, SearchSpace, Value
from neuroevo.space.values import Layer

CROSSOVER_CHANCE = 0.5  # that a child has two parents
MUTATION_AFTER_CROSSOVER_CHANCE = 0.5
BLEND_CHANCE = 0.5  # that a number is drawn around both parents' instead of being one of theirs
BLEND_MARGIN = 0.5  # how far beyond the parents, as a share of their distance (BLX-0.5)
SMALLEST_STEP, LARGEST_STEP = 0.003, 0.3  # standard deviations, as shares of the gene's span
RESIZE_CHANCE, DROP_CHANCE = 0.5, 0.25  # of a mutation of layers; the rest adds or copies one
SWITCH_WEIGHT = 0.5  # weight of switching a layer's activation, the same as of resizing it
REDRAWS = 8

T = TypeVar("T")


class Child(NamedTuple):
    """A genome, the operator that created it, and the numbers of its parents; see `Candidate`."""

    genome: Genome
    operator: str
    parents: tuple[int, ...]


def create_child(
    space: SearchSpace, mother: Individual, father: Individual, rng: np.random.Generator
) -> Child:
    """Create a child by crossover of two parents, mutation of the mother, or both.

    At least one gene of the space must vary. The child's genome differs from the mother's, unless
    a mutation undoes a crossover.
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
    """Mutate one gene, and each other one with probability 1 / (2 × number of genes that vary).

    At least one gene of the space must vary. A gene that becomes active is drawn, and one that
    becomes inactive has no value any more.

    Returns
    -------
    Genome
        A genome of the space with at least one gene changed.
    str
        The name of the mutation, ``mutations`` if several genes were changed.
    """
    names = [name for name in genome if space.genes[name].size > 1]
    certain = pick(names, rng)
    values = dict(genome)
    operators = []
    for name in names:
        if name == certain or rng.random() < 0.5 / len(names):
            values[name], operator = mutate_value(space.genes[name], values[name], rng)
            operators.append(operator)
    child = space.completed(values, rng)
    return child, operators[0] if len(operators) == 1 else "mutations"


def cross(space: SearchSpace, mother: Genome, father: Genome, rng: np.random.Generator) -> Genome:
    """Cross two genomes of a space, gene by gene.

    A gene that is active in the child has the value of the only parent that has one, and is drawn
    if neither has.
    """
    values = {**father, **mother}
    for name, value in mother.items():
        if name in father and value != father[name]:
            values[name] = cross_values(space.genes[name], value, father[name], rng)
    return space.completed(values, rng)


@singledispatch
def mutate_value(gene: Gene, value: Value, rng: np.random.Generator) -> tuple[Value, str]:
    """Mutate a value of a gene that varies; a gene of an unknown kind is drawn again.

    Returns
    -------
    Value
        Another value of the gene.
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
    # After a rounding error in the differences, any operator that can be applied is right.
    return max(chances, key=lambda operator: chances[operator])


def _step(rng: np.random.Generator) -> float:
    """Draw a step, as a share of a gene's span, from a normal distribution of random width.

    Its standard deviation is log-uniform, so that there are steps of every size at all times:
    large ones to leave a region, small ones to refine a value. No step size has to be adapted.
    """
    deviation = SMALLEST_STEP * (LARGEST_STEP / SMALLEST_STEP) ** rng.random()
    return float(deviation * rng.standard_normal())


def _resized(gene: Integer, value: int, rng: np.random.Generator) -> int:
    """Change a number by at least 1, within the bounds."""
    step = _step(rng) * gene.span
    moved = gene.at(gene.position(value) + step)
    if moved != value:
        return moved
    sign = 1 if step > 0 else -1
    moved = gene.clip(value + sign)
    return moved if moved != value else gene.clip(value - sign)


@singledispatch
def cross_values(
    gene: Gene,  # noqa: ARG001 - chooses the function
    mother: Value,
    father: Value,
    rng: np.random.Generator,
) -> Value:
    """Cross two values of a gene; of options, and of unknown kinds of genes, one is taken."""
    return pick((mother, father), rng)


@cross_values.register(Float)
@cross_values.register(Integer)
def _cross_numbers(
    gene: Float | Integer, mother: float, father: float, rng: np.random.Generator
) -> float:
    """Take one, or draw around both: blend crossover, Eshelman & Schaffer 1993."""
    if rng.random() >= BLEND_CHANCE:
        return pick((mother, father), rng)
    share = rng.random() * (1 + 2 * BLEND_MARGIN) - BLEND_MARGIN
    low, high = gene.position(mother), gene.position(father)
    return gene.at(low + share * (high - low))


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
    """Cross the widths, and take one parent's activation if layers have one."""
    if isinstance(mother, tuple) and isinstance(father, tuple):
        width = _cross_numbers(gene.width_gene, mother[0], father[0], rng)
        return int(width), pick((mother[1], father[1]), rng)
    widths = cast("int", mother), cast("int", father)
    return int(_cross_numbers(gene.width_gene, *widths, rng))


def pick(items: Sequence[T], rng: np.random.Generator) -> T:
    """Draw one of some items; ten times as fast as `Generator.choice`."""
    return items[int(rng.random() * len(items))]
