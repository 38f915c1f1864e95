"""How much memory an experiment asks for at once, told before any is taken; knows no machine.

What a file of a stranger may ask for is a rule, so that it loads everywhere or nowhere. The sizes
are upper bounds for a worker that trains; what a run adds to its journal is not counted.
"""

from collections.abc import Mapping

from neuroevo.evaluation import layers_of
from neuroevo.kernel.layout import vector_size
from neuroevo.learning import DataSize, TrainingSettings
from neuroevo.settings import Location
from neuroevo.space import Choice, Gene, Layers

MOST_BYTES = 4_000_000_000

_MAKING = 4  # of each number of the data, and what comes of it on the way, at most
_A_BUNDLE = 640  # a row of lanes ten times: parameters, memory, starting weights
_A_TRIAL = 16_000  # a genome, its phenotype and all that is recorded of it
_A_LANE = 200  # a replicate before it is trained
_DOUBLE = 8


def memory(
    data: DataSize, hidden: Gene, training: TrainingSettings, population: int
) -> Mapping[Location, int]:
    """Work out the bytes that an experiment asks for, by the key that asks for them.

    Parameters
    ----------
    data
        How large the data are.
    hidden
        The gene of hidden layers, whose largest network counts.
    training
        How networks are trained.
    population
        Configurations in a generation.
    """
    parameters = max(
        vector_size((data.inputs, *widths, data.outputs)) for widths in _largest(hidden)
    )
    rows, columns = data.training + data.validation, data.inputs + data.outputs
    kept = 2 * _DOUBLE * training.replicates * parameters  # of a trial, gathered and looked at
    return {
        ("task",): _MAKING * _DOUBLE * rows * columns,
        ("space", "hidden"): _A_BUNDLE * parameters,
        ("training", "samples"): _DOUBLE * training.samples,
        ("training", "replicates"): kept,
        ("evolution", "population"): population * (_A_TRIAL + _A_LANE * training.replicates),
    }


def memory_problems(asked: Mapping[Location, int]) -> list[tuple[Location, str]]:
    """Say where most of the memory goes, if it is too much in all."""
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
    """Give the widths of networks among which the largest is."""
    match hidden:
        case Layers():
            return [(hidden.width[1],) * hidden.count[1]]
        case Choice():
            networks = [layers_of({"hidden": option}) for option in hidden.options]
            return [tuple(layer.width for layer in layers) for layers in networks]
    return [()]
