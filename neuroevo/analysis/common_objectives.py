"""The objectives that several runs have in common, also if their sample budgets differ.

A penalty lies beyond the sample budget of its own run, so it may be less than what a run with a
larger budget measured. Here it is scaled to the largest budget, beyond which it lies as far.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from neuroevo.evaluation import Objective


def common_objectives(runs: "Iterable[Sequence[Objective]]") -> "tuple[Objective, ...]":
    """Return the objectives that all runs have, in the order of the first.

    Their limit is that of the largest sample budget, and their floor that of the least precision.

    Parameters
    ----------
    runs
        The objectives of each run, at least one.
    """
    first, *others = runs
    found = []
    for item in first:
        alike = [each for run in others for each in run if each == item]
        if len(alike) == len(others):
            alike.append(item)
            limit, floor = max(each.limit for each in alike), max(each.floor for each in alike)
            found.append(replace(item, limit=limit, floor=floor))
    return tuple(found)


def on_common_scale(
    values: ArrayLike, own: "Objective", common: "Objective"
) -> NDArray[np.float64]:
    """Return values of a run with its penalties scaled to the common limit.

    Parameters
    ----------
    values
        Values of an objective, of any shape.
    own, common
        The objective as the run has it, and as all runs have it.
    """
    known = np.asarray(values, dtype=np.float64)
    if own.limit == common.limit:
        return known
    return np.where(known > own.limit, known * (common.limit / own.limit), known)
