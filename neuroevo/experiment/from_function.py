"""The experiment for a function of the user's own: how many trials it has and in what generations.

Neither reads nor calls the function.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from operator import index
from typing import Any

from neuroevo.errors import UsageError
from neuroevo.experiment.experiment import Experiment
from neuroevo.experiment.gene_tables import conditional_genes
from neuroevo.experiment.naming import name_of
from neuroevo.experiment.reading import overriding
from neuroevo.settings import shown
from neuroevo.space import SearchSpace
from neuroevo.strategies.arguments import LEAST_POPULATION

_LARGEST_GENERATION = 32
_MOST_TRIALS = 10_000_000


def experiment_for_function(
    function: Callable[..., object] | str,
    space: SearchSpace | Mapping[str, object],
    objectives: Mapping[str, str],
    n_trials: int,
    overrides: Sequence[str] = (),
) -> Experiment:
    """Make the experiment for a function.

    Parameters
    ----------
    function
        A function at the top level of a file, or ``"FILE.py:FUNCTION"``.
    space
        The search space, or a mapping from names to genes or to their form in experiment files.
    objectives
        Name of each objective -> ``"minimize"`` or ``"maximize"``.
    n_trials
        How many configurations are evaluated, at least 4; rounded up to whole generations.
    overrides
        Further settings, such as ``"task.replicates=4"``.

    Raises
    ------
    UsageError
        One line for each problem.
    """
    trials = _checked(n_trials)
    population = _population(trials)
    name = function if isinstance(function, str) else getattr(function, "__name__", "")
    document: dict[str, Any] = {
        "name": name_of(name.rpartition(":")[2], "function"),
        "task": {"kind": "python", "function": function, "objectives": objectives},
        "evolution": {"population": population, "generations": -(-trials // population)},
        "space": conditional_genes(space) if isinstance(space, SearchSpace) else space,
    }
    if isinstance(document["space"], Mapping):
        document["space"] = dict(document["space"])  # which overrides may change
    return Experiment.of(overriding(document, overrides))


def _checked(n_trials: object) -> int:
    """Return a number of trials, also of NumPy's; UsageError if it is none."""
    try:
        count = index(n_trials)  # type: ignore[arg-type]  # whatever it is
    except TypeError:
        count = 0
    if not LEAST_POPULATION <= count <= _MOST_TRIALS:
        rule = f"must be a whole number from {LEAST_POPULATION} to {_MOST_TRIALS:,}"
        raise UsageError(f"n_trials: {rule}, but got {shown(n_trials)}")
    return count


def _population(trials: int) -> int:
    """Return the size of generations with which so many trials are exceeded least.

    Of several such sizes, the one nearest to the root of the number.
    """
    sizes = range(LEAST_POPULATION, min(trials, _LARGEST_GENERATION) + 1)
    return min(sizes, key=lambda size: (-trials % size, abs(size - math.sqrt(trials))))
