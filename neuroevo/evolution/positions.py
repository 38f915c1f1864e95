"""Genomes as rows of positions in a unit cube, one column for each part of a gene that varies.

An ordered column holds a place between 0 and 1, linear in the value or in its logarithm; an
unordered one the index of an option. Layers are columns for their number, and for the width and
the activation of each. Columns that are not active in a genome hold a place of their own. Knows no
results.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
import numpy.typing as npt

from neuroevo.decimals import log_share
from neuroevo.space import Choice, Float, Gene, Genome, Integer, Layers, SearchSpace, Value

Rows = npt.NDArray[np.float64]

IDLE = 0.5 - 2**-20  # the place of an ordered column that is not active; no value has it
NO_OPTION = -1.0  # that of an unordered one
_MIDDLE = 0.5  # of a level
_MOST_LEVELS = 4096  # of an ordered column; with more it is as good as continuous


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the positions.

    Attributes
    ----------
    name
        The gene.
    part
        The gene of this part: the gene itself, or one of the number of layers, of a width or of an
        activation.
    layer
        The layer that it belongs to; -1 for none.
    count
        The column that holds the number of layers; -1 for none.
    levels
        The number of values; 0 for continuous ones.
    places
        The place of each value; empty for continuous and unordered ones.
    """

    name: str
    part: Float | Integer | Choice
    layer: int
    count: int
    levels: int
    places: Rows

    @property
    def is_unordered(self) -> bool:
        """Whether it holds the index of an option."""
        return isinstance(self.part, Choice) and not self.part.ordered


class Positions:
    """Converts genomes of a space to rows of positions and back.

    Parameters
    ----------
    space
        A search space whose genes are of the known kinds.
    """

    def __init__(self, space: SearchSpace) -> None:
        self.space = space
        """The search space."""
        self._fixed = {
            name: next(gene.values()) for name, gene in space.genes.items() if gene.size == 1
        }
        self.columns = tuple(_columns(space))
        """The columns, in the order of the genes' names."""
        self._places = {
            name: [place for place, column in enumerate(self.columns) if column.name == name]
            for name in space.genes
        }

    @cached_property
    def options(self) -> npt.NDArray[np.int64]:
        """The number of options of each unordered column, 0 for ordered ones."""
        return np.array([each.levels * each.is_unordered for each in self.columns], dtype=np.int64)

    @cached_property
    def least_steps(self) -> Rows:
        """The distance of two neighbouring values of each column; 0 if it is continuous."""
        levels = np.array([each.levels for each in self.columns], dtype=np.float64)
        return np.where(levels > 0, 1 / np.maximum(levels, 1), 0.0)

    @cached_property
    def has_continuous(self) -> bool:
        """Whether a column is continuous."""
        return bool(((self.options == 0) & (self.least_steps == 0)).any())

    def row(self, genome: Mapping[str, Value]) -> Rows:
        """Return the positions of a genome."""
        row = np.where(self.options > 0, NO_OPTION, IDLE)
        for place, column in enumerate(self.columns):
            value = _part_of(column, genome)
            if value is not None:
                row[place] = _place(column, value)
        return row

    def genome(self, row: Rows) -> Genome:
        """Return the genome at some positions, whose numbers are rounded as those of any draw."""
        values: dict[str, Value] = dict(self._fixed)
        for name, places in self._places.items():
            if not places:
                continue
            gene = self.space.genes[name]
            if isinstance(gene, Layers):
                values[name] = self._layers(gene, places, row)
            else:
                values[name] = _value(self.columns[places[0]], row[places[0]])
        return self.space.completed(values, _NO_DRAWS)

    def value(self, place: int, row: Rows) -> Value | None:
        """Return the value that a row has in a column; None if the column is not active."""
        column = self.columns[place]
        idle = NO_OPTION if column.is_unordered else IDLE
        return None if row[place] == idle else _value(column, row[place])

    def _layers(self, gene: Layers, places: Sequence[int], row: Rows) -> Value:
        """Return the layers at some positions."""
        known: dict[tuple[int, bool], Value] = {}
        number = gene.count[1]
        for place in places:
            column = self.columns[place]
            value = _value(column, row[place])
            if column.layer < 0:
                number = cast("int", value)
            else:
                known[column.layer, isinstance(column.part, Choice)] = value
        fixed_width = gene.width[0]
        widths = [cast("int", known.get((layer, False), fixed_width)) for layer in range(number)]
        if gene.activation is None:
            return tuple(widths)
        only = gene.activation.options[0]
        names = [cast("str", known.get((layer, True), only)) for layer in range(number)]
        return tuple(zip(widths, names, strict=True))

    def snapped(self, rows: Rows, draws: Rows) -> Rows:
        """Move rows to the places of values.

        Parameters
        ----------
        rows
            Positions, shape (rows, columns); ordered ones within 0 and 1.
        draws
            Uniform random numbers of the same shape, for columns that become active.

        Returns
        -------
        numpy.ndarray
            The rows; columns that are not active have their place for that.
        """
        result = np.array(rows)
        for place, column in enumerate(self.columns):
            active = self._is_active(column, result)
            if active is not None:
                idle = NO_OPTION if column.is_unordered else IDLE
                # What was not active before had no value: any is as good.
                fresh = draws[:, place] * (column.levels if column.is_unordered else 1)
                awake = np.where(result[:, place] == idle, fresh, result[:, place])
                result[:, place] = np.where(active, _snapped(column, awake), idle)
            else:
                result[:, place] = _snapped(column, result[:, place])
        return result

    def _is_active(self, column: Column, rows: Rows) -> npt.NDArray[np.bool_] | None:
        """Return in which rows a column is active; None if it always is.

        The columns that decide it come before it.
        """
        kept = self._keeps_condition(column.name, rows)
        if column.count < 0:
            return kept
        count = self.columns[column.count]
        least = int(cast("Integer", count.part).low)
        number = np.rint(rows[:, column.count] * count.levels - _MIDDLE) + least
        return np.asarray((number > column.layer) & (True if kept is None else kept))

    def _keeps_condition(self, name: str, rows: Rows) -> npt.NDArray[np.bool_] | None:
        condition = self.space.conditions.get(name)
        if condition is None:
            return None
        active = np.ones(len(rows), dtype=bool)
        for other, values in condition.items():
            places = self._places[other]
            if places:  # what is not active has a place that no value has
                decider = self.columns[places[0]]
                allowed = [_place(decider, value) for value in values]
                active &= np.isin(rows[:, places[0]], allowed)
            else:  # a gene of one value
                decided = self._keeps_condition(other, rows)
                active &= True if decided is None else decided
        return active


_NO_DRAWS = np.random.Generator(np.random.PCG64(0))
"""For genomes whose values are all known, so that nothing is drawn."""


def _columns(space: SearchSpace) -> Iterator[Column]:
    """Give the columns of a space, each after those that decide whether it is active."""
    start, deciding = 0, {each for condition in space.conditions.values() for each in condition}
    for name in space.order:
        gene = space.genes[name]
        parts = _parts(gene, start) if gene.size > 1 else []
        start += len(parts)
        for part, layer, count in parts:
            is_counted = isinstance(part, Choice) or name in deciding or part.size <= _MOST_LEVELS
            levels = int(part.size) if is_counted else 0
            unordered = isinstance(part, Choice) and not part.ordered
            places = np.zeros(0) if unordered or not levels else _places_of(part, levels)
            yield Column(name, part, layer, count, levels, places)


def _parts(gene: Gene, start: int) -> list[tuple[Float | Integer | Choice, int, int]]:
    """Return the parts of a gene that vary, with their layer and the column of their number."""
    if not isinstance(gene, Layers):
        return [(cast("Float | Integer | Choice", gene), -1, -1)]
    fewest, most = gene.count
    number = Integer(fewest, most)
    varies = fewest < most
    parts: list[tuple[Float | Integer | Choice, int, int]] = [(number, -1, -1)] if varies else []
    for layer in range(most):
        count = start if varies else -1
        each: list[Integer | Choice | None] = [gene.width_gene, gene.activation]
        parts += [(part, layer, count) for part in each if part is not None and part.size > 1]
    return parts


def _places_of(part: Float | Integer | Choice, levels: int) -> Rows:
    """Return the place of each value, in the middle of its share of the scale."""
    if not (isinstance(part, Integer) and part.log):
        return np.asarray((np.arange(levels) + _MIDDLE) / levels)
    ends = part.low - _MIDDLE, part.high + _MIDDLE
    return np.array([log_share(value, *ends) for value in range(part.low, part.high + 1)])


def _place(column: Column, value: Value) -> float:
    """Return the position of a value."""
    part = column.part
    if isinstance(part, Choice):
        index = part.index(value)
        return float(index) if column.is_unordered else float(column.places[index])
    if column.levels and isinstance(part, Integer):
        return float(column.places[part.index(value)])
    number = cast("float", value)
    if not part.log:
        return (number - part.low) / (part.high - part.low)
    return log_share(number, part.low, part.high)


def _value(column: Column, position: float) -> Value:
    """Return the value at a position that is snapped, if the column is active."""
    part = column.part
    if isinstance(part, Choice):
        level = position if column.is_unordered else np.rint(position * column.levels - _MIDDLE)
        return part.options[min(max(int(level), 0), column.levels - 1)]
    if column.levels:
        level = int(np.argmin(np.abs(column.places - position)))
        return part.low + level
    low, high = part.position(part.low), part.position(part.high)
    return part.at(low + position * (high - low))


def _part_of(column: Column, genome: Mapping[str, Value]) -> Value | None:
    """Return the value of a column in a genome; None if it is not active."""
    value = genome.get(column.name)
    if column.layer < 0 or value is None:
        is_count = isinstance(value, tuple) and isinstance(column.part, Integer)
        return len(cast("tuple[object, ...]", value)) if is_count else value
    layers = cast("tuple[object, ...]", value)
    if column.layer >= len(layers):
        return None
    layer = layers[column.layer]
    if not isinstance(layer, tuple):
        return cast("Value", layer)
    return cast("Value", layer[1] if isinstance(column.part, Choice) else layer[0])


def _snapped(column: Column, places: Rows) -> Rows:
    """Move the places of one column to the nearest values."""
    if column.is_unordered:
        return np.clip(np.floor(places), 0, column.levels - 1)
    if not column.levels:
        return places
    middles = (column.places[1:] + column.places[:-1]) / 2
    return np.asarray(column.places[np.searchsorted(middles, places)])
