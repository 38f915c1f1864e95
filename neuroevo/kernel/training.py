"""Trains a bundle of lanes, sample by sample or in batches, and validates it at some points.

Every lane is a network of the same topology with its own parameters and hyperparameters; all see
the same samples in the same order. Arguments are arrays, which are not checked.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from neuroevo.kernel import dropout, online
from neuroevo.kernel.arrays import (
    BEST,
    BLOCK,
    MEASURED,
    MEASURES,
    MSE,
    WAITED,
    Bundle,
    Floats,
    Memory,
    Samples,
    Stopping,
    Topology,
    Validation,
    Workspace,
)
from neuroevo.kernel.compiled import entry_point, inlined
from neuroevo.kernel.lanes import anywhere, broadcast, where
from neuroevo.kernel.pointers import item, load, numbers_of, rows_of, store
from neuroevo.kernel.propagation import backward_block, forward, forward_block, load_sample
from neuroevo.kernel.updating import learning_rate, update
from neuroevo.kernel.validation import ValidationPointers, validate

# numba compiles a function again for each literal argument, but not for this.
_ONE = np.int64(1)


class _SamplePointers(NamedTuple):
    """Pointers to the arrays of `Samples`."""

    inputs: Any
    targets: Any
    weights: Any
    weighted: bool  # whether there are weights


@inlined
def _output_deltas(bundle, training, order, seen, samples, forward):
    """Run a forward pass, and store the deltas of the outputs; returns the first output's row.

    The deltas are output - target for both losses, times the weight of the sample.
    """
    topology, workspace = bundle.topology, bundle.workspace
    if bundle.method.dropout:
        dropout.draw(bundle, seen, samples)
    for place in range(samples):
        sample = item(order, seen + place)
        load_sample(topology, workspace.values, training.inputs, sample, place, samples)
    first = forward(topology, bundle.parameters, workspace, samples, bundle.method.dropout)
    outputs = item(topology.layer_sizes, topology.layers)
    for place in range(samples):
        sample = item(order, seen + place)
        for output in range(outputs):
            row = first + output * samples + place
            target = item(training.targets, sample * outputs + output)
            store(workspace.deltas, row, load(workspace.values, row) - target)
    if training.weighted:
        _weigh(workspace.deltas, training, order, seen, samples, first, outputs)
    return first


@inlined
def _weigh(deltas, training, order, seen, samples, first, outputs):
    """Multiply the deltas of the outputs by the weights of the samples."""
    for place in range(samples):
        weight = item(training.weights, item(order, seen + place))
        for output in range(outputs):
            row = first + output * samples + place
            store(deltas, row, load(deltas, row) * weight)


@inlined
def _learn_online(bundle, training, order, budget, first, last):
    """Take a step of plain SGD after each sample, without storing gradients."""
    for seen in range(first, last):
        first_output = _output_deltas(bundle, training, order, seen, _ONE, forward)
        online.take_step(bundle, learning_rate(bundle, seen, budget), first_output)


@inlined
def _learn_in_batches(bundle, training, order, budget, first, last):
    """Sum up the gradients of each batch, a block of samples at a time, and take a step at its end.

    A batch may begin or end in an earlier or later call.
    """
    seen = first
    while seen < last:
        start = seen - seen % bundle.method.batch_size
        end = min(start + bundle.method.batch_size, budget)
        samples = min(BLOCK, min(end, last) - seen)
        first_output = _output_deltas(bundle, training, order, seen, samples, forward_block)
        backward_block(bundle, first_output, samples)
        seen += samples
        if seen == end:
            share = broadcast(1.0 / (end - start), load(bundle.parameters, 0))
            update(bundle, learning_rate(bundle, start, budget), share)


@inlined
def _record(bundle, stopping, curves, point, measures, count):
    """Write a point of the learning curves that counts for some; returns whether any lane goes on.

    A lane is trained until its MSE is not finite, reaches the target, or has not become better for
    so many points. Then its curves stay as they are, or at the lowest MSE if that is restored. For
    classes that is a proper score too: the Brier score, up to a factor.
    """
    progress = bundle.memory.progress
    error, best = load(progress, MEASURED + MSE), load(progress, BEST + MSE)
    waited = load(progress, WAITED)
    learning, finite = waited < np.inf, error < np.inf
    improved = where(learning, error, np.inf) < best
    for measure in range(measures):
        value = where(finite, load(progress, MEASURED + measure), np.inf)
        lowest = where(improved, value, load(progress, BEST + measure))
        store(progress, BEST + measure, lowest)
        if stopping.restore_best:
            value = where(learning, where(finite, value, lowest), lowest)
        elif point > 0:
            value = where(learning, value, load(curves, (point - 1) * measures + measure))
        store(curves, point * measures + measure, value)
    if stopping.restore_best:
        _keep_parameters(bundle, improved)
    elif _keeps_parameters(stopping):
        _keep_parameters(bundle, learning)
    waited = where(improved, 0.0, waited + broadcast(count, waited))
    waited = where(finite, waited, np.inf)
    waited = where(load(curves, point * measures + MSE) > stopping.target, waited, np.inf)
    if stopping.patience > 0:
        waited = where(waited < stopping.patience, waited, np.inf)
    store(progress, WAITED, waited)
    return anywhere(waited < np.inf)


@inlined
def _keep_parameters(bundle, lanes):
    """Store the parameters of some lanes, which are the result if they stay the last ones."""
    kept = bundle.memory.kept
    if anywhere(lanes):
        for row in range(bundle.topology.parameters):
            store(kept, row, where(lanes, load(bundle.parameters, row), load(kept, row)))


@inlined
def _keeps_parameters(stopping):
    return stopping.restore_best or stopping.target >= 0 or stopping.patience > 0


@inlined
def _continue_curves(bundle, stopping, curves, point, measures):
    """Write a point after all lanes have stopped."""
    if stopping.restore_best:
        for measure in range(measures):
            best = load(bundle.memory.progress, BEST + measure)
            store(curves, point * measures + measure, best)
    else:
        for row in range(point * measures, (point + 1) * measures):
            store(curves, row, load(curves, row - measures))


@inlined
def _keep_all_parameters(bundle):
    for row in range(bundle.topology.parameters):
        store(bundle.memory.kept, row, load(bundle.parameters, row))


@inlined
def _is_learning(bundle):
    """Whether any lane has not stopped."""
    return anywhere(load(bundle.memory.progress, WAITED) < np.inf)


# Entry points convert arrays to pointers.


@inlined
def _place_samples(samples):
    inputs, targets, weights = samples
    return _SamplePointers(
        numbers_of(inputs), numbers_of(targets), numbers_of(weights), len(weights) > 0
    )


@inlined
def _place_validation(validation):
    inputs, targets, labels, weights, balance = validation
    return ValidationPointers(
        numbers_of(inputs),
        numbers_of(targets),
        numbers_of(labels),
        numbers_of(weights),
        numbers_of(balance),
        len(targets),
        len(labels) > 0,
        len(weights) > 0,
    )


@inlined
def _place_topology(topology):
    layer_sizes, activations, layers, parameters, biases = topology
    return Topology(numbers_of(layer_sizes), numbers_of(activations), layers, parameters, biases)


@inlined
def _place_workspace(workspace):
    values, slopes, deltas, dropout_factors, zeros = workspace
    return Workspace(
        rows_of(values), rows_of(slopes), rows_of(deltas), rows_of(dropout_factors), rows_of(zeros)
    )


@inlined
def _place_bundle(bundle):
    gradients, first_moments, second_moments, corrections, kept, progress = bundle.memory
    return Bundle(
        _place_topology(bundle.topology),
        bundle.method,
        rows_of(bundle.parameters),
        rows_of(bundle.hyperparameters),
        numbers_of(bundle.dropout_keys),
        _place_workspace(bundle.workspace),
        Memory(
            rows_of(gradients),
            rows_of(first_moments),
            rows_of(second_moments),
            rows_of(corrections),
            rows_of(kept),
            rows_of(progress),
        ),
    )


@entry_point
def train(
    arrays: Bundle,
    training: Samples,
    order: npt.NDArray[np.int64],  # (samples,) rows of the training samples
    validation: Validation,
    samples_seen: npt.NDArray[np.int64],  # (points,) ascending: after how many samples to validate
    stopping: Stopping,
    curves: Floats,  # (points × measures, lanes) measures of validation, filled here
    first_point: int,  # points that an earlier call has done, which left its arrays as they are
) -> None:
    """Train on the loss ½ Σ (output - target)², or on cross-entropy where outputs are softmax.

    There is a step after every `batch_size` samples and after the last sample, for the mean of
    weight × loss of the samples since the last step. Validation counts each sample once: the mean
    over samples and outputs of the squared error (MSE), and with classes all `MEASURES`. A lane has
    diverged if its MSE isn't finite; then all its measures are infinite at all further points. Once
    all lanes have stopped, the curves stay constant and nothing more is computed.

    The result are the parameters that the memory keeps: the last ones before a lane stopped, or the
    best ones if these are restored. `samples_seen` may end before the order does: a later call with
    more points goes on as if there had been one call, since the parameters and the whole memory are
    as they were at the last point.
    """
    bundle, measured = _place_bundle(arrays), rows_of(curves)
    learned, validated = _place_samples(training), _place_validation(validation)
    measures = MEASURES if validated.classes else 1
    visits, budget = numbers_of(order), len(order)
    counts = numbers_of(stopping.counts)
    seen, learning = np.int64(0), True
    if first_point > 0:
        seen, learning = samples_seen[first_point - 1], _is_learning(bundle)
    for point in range(first_point, len(samples_seen)):
        if not learning:
            _continue_curves(bundle, stopping, measured, point, measures)
            continue
        if bundle.method.online:
            _learn_online(bundle, learned, visits, budget, seen, samples_seen[point])
        else:
            _learn_in_batches(bundle, learned, visits, budget, seen, samples_seen[point])
        seen = samples_seen[point]
        validate(bundle, validated)
        learning = _record(bundle, stopping, measured, point, measures, item(counts, point))
    if not _keeps_parameters(stopping):
        _keep_all_parameters(bundle)
