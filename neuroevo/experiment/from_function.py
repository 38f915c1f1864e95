"""The experiment for a function of the user's own: how many trials it has and in what generations.

Neither reads nor calls the function.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from neuroevo.errors import UsageError
from neuroevo.experiment.experiment import Experiment
from neuroevo.experiment.naming import name_of
from neuroevo.experiment.reading import overriding
from neuroevo.settings import shown
from neuroevo.space import SearchSpace
from neuroevo.strategies.arguments import LEAST_POPULATION

_LARGEST_GENERATION = 32


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
    if n_trials < LEAST_POPULATION or n_trials % 1:
        rule = f"must be a whole number of at least {LEAST_POPULATION}"
        raise UsageError(f"n_trials: {rule}, but got {shown(n_trials)}")
    population = _population(n_trials)
    name = function.rpartition(":")[2] if isinstance(function, str) else function.__name__
    document: dict[str, Any] = {
        "name": name_of(name, "function"),
        "task": {"kind": "python", "function": function, "objectives": dict(objectives)},
        "evolution": {"population": population, "generations": -(-n_trials // population)},
    }
    return Experiment.of(overriding(document, overrides) | {"space": space})


def _population(trials: int) -> int:
    """Return the size of generations with which so many trials are exceeded least.

    Of several such sizes, the one nearest to the root of the number.
    """
    sizes = range(LEAST_POPULATION, min(trials, _LARGEST_GENERATION) + 1)
    return min(sizes, key=lambda size: (-trials % size, abs(size - math.sqrt(trials))))
