"""The space that every search of a network is given: neuroevo's own default for the table."""

from dataclasses import dataclass
from itertools import product

from experiments.benchmarks.fitting.table import Table
from neuroevo.tasks.table_defaults import table_defaults

BATCHES = (16, 32, 128, 200)
"""Batch sizes of the other searches: 8, which neuroevo has, is slow in their libraries, and 200 is
scikit-learn's default."""

_NARROWEST = 4  # of the layers of the other searches
_TRAINING = 0.8  # of the rows, in neuroevo's search


@dataclass(frozen=True, slots=True)
class Space:
    """Ranges, both ends included."""

    layers: tuple[int, int]
    width: tuple[int, int]
    learning_rate: tuple[float, float]
    weight_decay: tuple[float, float]
    activations: tuple[str, ...]
    optimizers: tuple[str, ...]
    dropouts: tuple[float, ...]

    @property
    def hidden(self) -> list[tuple[int, ...]]:
        """Hidden layers to choose from, for searches that have no ranges of layers."""
        widths = [_NARROWEST]
        while widths[-1] < self.width[1]:
            widths.append(2 * widths[-1])
        counts = range(self.layers[0], self.layers[1] + 1)
        return [widths_ for count in counts for widths_ in product(widths, repeat=count)]


def space_of(table: Table) -> Space:
    """Return the space for a table."""
    genes = table_defaults(
        is_classes=bool(table.classes),
        training_rows=round(_TRAINING * len(table.inputs)),
    )["space"]
    hidden, rate, decay = genes["hidden"], genes["learning_rate"], genes["weight_decay"]
    return Space(
        tuple(hidden["count"]),
        (_NARROWEST, max(hidden["width"][1], 2 * _NARROWEST)),
        (rate["low"], rate["high"]),
        (decay["low"], decay["high"]),
        tuple(genes["activation"]),
        tuple(genes["optimizer"]),
        tuple(genes["dropout"]["choices"]),
    )
