"""Checks that a peer did the same training as the kernel, so that times can be compared."""

from collections.abc import Iterable

import numpy as np

from experiments.benchmarks.exercise import Exercise, Floats, Training, kernel_training
from neuroevo.errors import NeuroevoError
from neuroevo.learning import Precision

_TOLERANCES = {"float32": 1e-4, "float64": 1e-10}  # of weights of size 1, after thousands of steps


class DifferentTrainingError(NeuroevoError):
    """A peer did not train what the kernel trained."""


def difference(peer: str, training: Training, exercise: Exercise) -> float:
    """Train an exercise with the kernel and with a peer, which may train the first network alone.

    Returns
    -------
    The greatest difference of a trained parameter, in the median network: where rounding decides on
    which side of its kink a relu falls, a network goes its own way, the more so the deeper it is.

    Raises
    ------
    DifferentTrainingError
        If it is more than rounding explains.
    """
    theirs = training()
    ours = kernel_training(exercise)()[: len(theirs)]
    found, tolerance = _in_median_network(ours, theirs), _TOLERANCES[exercise.case.precision]
    if not found <= tolerance:  # also if NaN
        raise DifferentTrainingError(
            f"{peer}: the trained weights must agree with the kernel's to {tolerance:g}, but got a "
            f"difference of {found:g} ({exercise.case.name})"
        )
    return found


def agreement(differences: Iterable[tuple[Precision, float]]) -> str:
    """Describe how well trained weights agree, given differences in each precision."""
    greatest: dict[Precision, float] = {}
    for precision, found in differences:
        greatest[precision] = max(found, greatest.get(precision, 0.0))
    said = ", ".join(f"{value:.0e} in {precision}" for precision, value in greatest.items())
    return (
        "The same training: trained weights of the median network differ from the kernel's by at "
        f"most {said}."
    )


def _in_median_network(ours: Floats, theirs: Floats) -> float:
    differences = np.abs(ours.astype(np.float64) - theirs.astype(np.float64))
    return float(np.median(differences.max(axis=1)))
