"""How much memory an experiment needs at once, estimated before any is allocated.

The limit is the same on all machines, so that a file loads everywhere or nowhere. The sizes are
upper bounds for a worker that trains; the journal is not counted.
"""

from collections.abc import Mapping

from neuroevo.evaluation import layers_of
from neuroevo.kernel.arrays import BLOCK
from neuroevo.kernel.layout import vector_size
from neuroevo.learning import DataSize, TrainingSettings
from neuroevo.settings import Location
from neuroevo.space import Choice, Gene, Layers

MOST_BYTES = 4_000_000_000

_DATA_COPIES = 4  # of the data while they are made, at most
_BUNDLE_BYTES = 640  # for each parameter: ten rows of lanes (parameters, optimizer, ...)
_UNIT_BYTES = 64 * 4 * BLOCK  # for each unit: the rows of the workspace
_TRIAL_BYTES = 16_000  # a genome, its phenotype and its trial
_LANE_BYTES = 200  # a replicate before it is trained
_DOUBLE = 8


def memory(
    data: DataSize, hidden: Gene, training: TrainingSettings, population: int
) -> Mapping[Location, int]:
    """Return the bytes that an experiment needs, by the key that needs them.

    Of the gene of hidden layers the largest network counts; `population` is the number of
    configurations in a generation.
    """
    sizes = [(data.inputs, *widths, data.outputs) for widths in _largest(hidden)]
    parameters, units = max(map(vector_size, sizes)), max(map(sum, sizes))
    rows = (data.training + data.validation) * data.folds
    columns = data.inputs + data.outputs
    weights = 2 * _DOUBLE * training.replicates * parameters  # of a trial, and a copy
    return {
        ("task",): _DATA_COPIES * _DOUBLE * rows * columns,
        ("space", "hidden"): _BUNDLE_BYTES * parameters + _UNIT_BYTES * units,
        ("training", "samples"): _DOUBLE * training.samples,
        ("training", "replicates"): weights,
        ("evolution", "population"): population
        * (_TRIAL_BYTES + _LANE_BYTES * training.replicates),
    }


def memory_problems(asked: Mapping[Location, int]) -> list[tuple[Location, str]]:
    """Return a problem at the key that needs most memory, if the total is too much."""
    total = sum(asked.values())
    if total <= MOST_BYTES:
        return []
    greatest = max(asked, key=asked.__getitem__)
    rule = f"must leave the experiment with at most {_gigabytes(MOST_BYTES)} of memory"
    shares = f"{_gigabytes(total)}, {_gigabytes(asked[greatest])} of them by this"
    return [(greatest, f"{rule}, but got {shares}")]


def _gigabytes(number: int) -> str:
    return f"{number / 1e9:,.1f} GB"


def _largest(hidden: Gene) -> list[tuple[int, ...]]:
    """Return the widths of networks that include the largest one."""
    match hidden:
        case Layers():
            return [(hidden.width[1],) * hidden.count[1]]
        case Choice():
            networks = [layers_of({"hidden": option}) for option in hidden.options]
            return [tuple(layer.width for layer in layers) for layers in networks]
    return [()]
