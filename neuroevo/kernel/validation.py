"""Validates the networks of a bundle: their mean squared error, and the measures of classes.

Groups of `GROUP` samples are summed first, so that rounding grows little with the number of
samples; their order changes no more than that rounding.
"""

from typing import Any, NamedTuple

import numpy as np

from neuroevo.kernel import elementary, vectors
from neuroevo.kernel.arrays import (
    BALANCED_ERROR,
    BLOCK,
    ERROR_RATE,
    GROUP,
    GROUP_SUMS,
    LOG_LOSS,
    MEASURED,
    MEASURES,
    MSE,
    Workspace,
)
from neuroevo.kernel.compiled import inlined, inner
from neuroevo.kernel.lanes import broadcast, fma, formula, where, zero
from neuroevo.kernel.pointers import item, load, store
from neuroevo.kernel.propagation import forward_block, load_sample
from neuroevo.kernel.vectors import Vector

# numba compiles a function again for each literal argument, but not for this.
_NO_DROPOUT = np.bool_(False)


class ValidationPointers(NamedTuple):
    """Pointers to the arrays of `Validation`, and their length."""

    inputs: Any
    targets: Any
    labels: Any
    weights: Any
    balance: Any
    samples: int
    classes: bool  # whether there are labels
    weighted: bool  # whether there are weights


@inlined
def _predict_block(topology, parameters, workspace, inputs, first, samples):
    """Run a forward pass of the samples from this one on; returns the first output's row."""
    for place in range(samples):
        load_sample(topology, workspace.values, inputs, first + place, place, samples)
    return forward_block(topology, parameters, workspace, samples, _NO_DROPOUT)


@inlined
def validate(bundle, validation):
    """Store the measures of each lane in the progress: MSE, and if there are classes all others."""
    topology, parameters, progress = bundle.topology, bundle.parameters, bundle.memory.progress
    values, _, deltas, factors, zeros = bundle.workspace
    # Slopes are written over the deltas: for online steps those of linear layers must stay 1.
    workspace = Workspace(values, deltas, deltas, factors, zeros)
    outputs, samples = item(topology.layer_sizes, topology.layers), validation.samples
    total = zero(load(parameters, 0))
    group = total
    if validation.classes:
        _clear_class_sums(progress)
    for start in range(0, samples, BLOCK):
        block = min(BLOCK, samples - start)
        if start % GROUP == 0:
            total = total + group
            group = zero(total)
            if validation.classes:
                _end_class_group(progress)
        first = _predict_block(topology, parameters, workspace, validation.inputs, start, block)
        for place in range(block):
            sample, row = start + place, first + place
            if validation.weighted:
                squares = _add_squares(zero(group), validation, values, sample, row, block, outputs)
                group = fma(item(validation.weights, sample), squares, group)
            else:
                group = _add_squares(group, validation, values, sample, row, block, outputs)
        if validation.classes:
            _add_class_measures(validation, progress, values, first, start, block, outputs)
    store(progress, MEASURED + MSE, (total + group) / broadcast(samples * outputs, total))
    if validation.classes:
        _end_class_group(progress)
        _divide_class_sums(progress, samples)


@inlined
def _add_squares(total, validation, values, sample, first, step, outputs):
    """Add the squared errors of a sample, whose outputs are in each so many rows from the first."""
    for output in range(outputs):
        target = item(validation.targets, sample * outputs + output)
        error = load(values, first + output * step) - target
        total = fma(error, error, total)
    return total


@formula()
def _log_of_probability(p: Vector) -> Vector:
    """Logarithm of a probability, which is clipped as scikit-learn does, so that it is finite."""
    least = p.choose(2.0**-23, 2.0**-52)
    clipped = vectors.where(p > least, p, least)
    return elementary.log(vectors.where(clipped < 1 - least, clipped, 1 - least))


@inner
def _add_class_measures(validation, progress, values, first, start, samples, outputs):
    """Add the class measures of a block of samples to the sums of its group.

    A network predicts the class with the greatest output, the first one of those that are equal.
    """
    errors = load(progress, GROUP_SUMS + ERROR_RATE)
    losses = load(progress, GROUP_SUMS + LOG_LOSS)
    balanced = load(progress, GROUP_SUMS + BALANCED_ERROR)
    for place in range(samples):
        sample = start + place
        label = item(validation.labels, sample)
        greatest, missed = zero(errors) - np.inf, zero(errors) + 1.0
        for output in range(outputs):
            value = load(values, first + output * samples + place)
            is_greater = value > greatest
            greatest = where(is_greater, value, greatest)
            missed = where(is_greater, 0.0 if output == label else 1.0, missed)
            target = item(validation.targets, sample * outputs + output)
            if target != 0:
                logarithm = _log_of_probability(value)
                if validation.weighted:
                    logarithm = logarithm * item(validation.weights, sample)
                losses = fma(-target, logarithm, losses)
        if validation.weighted:
            missed = missed * item(validation.weights, sample)
        errors = errors + missed
        balanced = fma(item(validation.balance, sample), missed, balanced)
    store(progress, GROUP_SUMS + ERROR_RATE, errors)
    store(progress, GROUP_SUMS + LOG_LOSS, losses)
    store(progress, GROUP_SUMS + BALANCED_ERROR, balanced)


@inlined
def _clear_class_sums(progress):
    for measure in range(MSE + 1, MEASURES):
        nothing = zero(load(progress, MEASURED + measure))
        store(progress, MEASURED + measure, nothing)
        store(progress, GROUP_SUMS + measure, nothing)


@inlined
def _end_class_group(progress):
    """Add the sums of a group to those of all samples, and clear them."""
    for measure in range(MSE + 1, MEASURES):
        group = load(progress, GROUP_SUMS + measure)
        store(progress, MEASURED + measure, load(progress, MEASURED + measure) + group)
        store(progress, GROUP_SUMS + measure, zero(group))


@inlined
def _divide_class_sums(progress, samples):
    """Make means of sums over all samples."""
    for measure in range(MSE + 1, MEASURES):
        total = load(progress, MEASURED + measure)
        store(progress, MEASURED + measure, total / broadcast(samples, total))
