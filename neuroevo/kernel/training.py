"""Trains a bundle of lanes, one sample at a time, and takes its validation error on the way.

Every lane is a network of the same topology with its own parameters and learning rate; all see
the same samples in the same order. Arrays in, arrays out: nothing is checked, drawn or stored.

The parameters of a layer are rows of lanes: first a row for the bias of each output, then for
each input a row for its weight to each output (input-major).
"""

import numpy as np
import numpy.typing as npt

from neuroevo.kernel.activations import LINEAR, activate
from neuroevo.kernel.arrays import Floats, Samples, Topology, Workspace
from neuroevo.kernel.compiled import entry_point, inlined, inner
from neuroevo.kernel.lanes import broadcast, fma, load, store, where, zero


@inlined
def _weigh(parameters, values, offset, first_input, first_output, inputs, outputs):
    """Pre-activations of a layer: biases plus weighted inputs, four outputs at a time."""
    output = 0
    while output + 4 <= outputs:
        row = offset + output
        sum0 = load(parameters, row)
        sum1 = load(parameters, row + 1)
        sum2 = load(parameters, row + 2)
        sum3 = load(parameters, row + 3)
        for unit in range(first_input, first_input + inputs):
            row += outputs
            value = load(values, unit)
            sum0 = fma(load(parameters, row), value, sum0)
            sum1 = fma(load(parameters, row + 1), value, sum1)
            sum2 = fma(load(parameters, row + 2), value, sum2)
            sum3 = fma(load(parameters, row + 3), value, sum3)
        store(values, first_output + output, sum0)
        store(values, first_output + output + 1, sum1)
        store(values, first_output + output + 2, sum2)
        store(values, first_output + output + 3, sum3)
        output += 4
    while output < outputs:
        row = offset + output
        total = load(parameters, row)
        for unit in range(first_input, first_input + inputs):
            row += outputs
            total = fma(load(parameters, row), load(values, unit), total)
        store(values, first_output + output, total)
        output += 1


@inner
def _forward(topology, parameters, workspace, inputs, sample):
    """Fill `workspace.values` for one sample; gives the row of the first output."""
    sizes = topology.layer_sizes
    for unit in range(sizes[0]):
        store(workspace.values, unit, broadcast(inputs[sample, unit]))
    offset = 0
    first = 0
    for layer in range(len(sizes) - 1):
        fan_in, fan_out = sizes[layer], sizes[layer + 1]
        following = first + fan_in
        _weigh(parameters, workspace.values, offset, first, following, fan_in, fan_out)
        activate(
            topology.activations[layer],
            workspace.values,
            workspace.slopes,
            following,
            following + fan_out,
        )
        offset += (fan_in + 1) * fan_out
        first = following
    return first


@inlined
def _blame_and_update(parameters, workspace, offset, first_input, first_output, inputs, outputs):
    """Deltas of a layer's inputs and the update of its weights in one pass, two inputs at a time.

    Each weight is loaded once and stored once; the deltas come from the weights before the update.
    """
    values, deltas, steps = workspace.values, workspace.deltas, workspace.steps
    unit = 0
    while unit + 2 <= inputs:
        row = offset + (unit + 1) * outputs
        value0 = load(values, first_input + unit)
        value1 = load(values, first_input + unit + 1)
        sum0 = zero(value0)
        sum1 = sum0
        for output in range(first_output, first_output + outputs):
            delta = load(deltas, output)
            step = load(steps, output)
            weight0 = load(parameters, row)
            weight1 = load(parameters, row + outputs)
            sum0 = fma(weight0, delta, sum0)
            sum1 = fma(weight1, delta, sum1)
            store(parameters, row, fma(value0, step, weight0))
            store(parameters, row + outputs, fma(value1, step, weight1))
            row += 1
        store(deltas, first_input + unit, sum0)
        store(deltas, first_input + unit + 1, sum1)
        unit += 2
    while unit < inputs:
        row = offset + (unit + 1) * outputs
        value = load(values, first_input + unit)
        total = zero(value)
        for output in range(first_output, first_output + outputs):
            weight = load(parameters, row)
            total = fma(weight, load(deltas, output), total)
            store(parameters, row, fma(value, load(steps, output), weight))
            row += 1
        store(deltas, first_input + unit, total)
        unit += 1


@inlined
def _update_first_layer(parameters, workspace, inputs, outputs):
    """Update the first layer's weights: nothing lies below, so no deltas are passed on."""
    row = outputs
    for unit in range(inputs):
        value = load(workspace.values, unit)
        for output in range(inputs, inputs + outputs):
            step = load(workspace.steps, output)
            store(parameters, row, fma(value, step, load(parameters, row)))
            row += 1


@inlined
def _backward(topology, parameters, learning_rates, workspace, first_output):
    """Pass the deltas of the outputs down and update all parameters by one step of SGD."""
    sizes = topology.layer_sizes
    rate = load(learning_rates, 0)
    offset = parameters.shape[0]
    first = first_output
    for layer in range(len(sizes) - 2, -1, -1):
        fan_in, fan_out = sizes[layer], sizes[layer + 1]
        offset -= (fan_in + 1) * fan_out
        linear = topology.activations[layer] == LINEAR
        for output in range(fan_out):
            delta = load(workspace.deltas, first + output)
            if not linear:
                delta = delta * load(workspace.slopes, first + output)
                store(workspace.deltas, first + output, delta)
            step = -(rate * delta)
            store(workspace.steps, first + output, step)
            if topology.biases:
                store(parameters, offset + output, load(parameters, offset + output) + step)
        if layer == 0:
            _update_first_layer(parameters, workspace, fan_in, fan_out)
        else:
            below = first - fan_in
            _blame_and_update(parameters, workspace, offset, below, first, fan_in, fan_out)
            first = below


@inlined
def _learn(topology, parameters, learning_rates, training, sample, workspace):
    """One step of training on one sample."""
    first_output = _forward(topology, parameters, workspace, training.inputs, sample)
    for output in range(topology.layer_sizes[-1]):
        value = load(workspace.values, first_output + output)
        delta = value - broadcast(training.targets[sample, output])
        store(workspace.deltas, first_output + output, delta)
    _backward(topology, parameters, learning_rates, workspace, first_output)


@inlined
def _validate(topology, parameters, workspace, validation):
    """Mean over samples and outputs of the squared error, a lane each."""
    samples, outputs = validation.targets.shape
    total = zero(load(parameters, 0))
    for sample in range(samples):
        first_output = _forward(topology, parameters, workspace, validation.inputs, sample)
        for output in range(outputs):
            value = load(workspace.values, first_output + output)
            error = value - broadcast(validation.targets[sample, output])
            total = fma(error, error, total)
    return total / broadcast(validation.targets.dtype.type(samples * outputs))


@inlined
def _record(curves, point, errors):
    """Write one point of the learning curves; a lane that has diverged once stays infinite."""
    if point > 0:
        errors = where(load(curves, point - 1) < np.inf, errors, np.inf)
    store(curves, point, where(errors < np.inf, errors, np.inf))


@entry_point
def train(
    topology: Topology,
    parameters: Floats,  # (parameters, lanes), changed in place
    learning_rates: Floats,  # (1, lanes)
    training: Samples,
    order: npt.NDArray[np.int64],  # (samples,) which training sample is seen when
    validation: Samples,
    samples_seen: npt.NDArray[np.int64],  # (points,) rising: after how many samples to validate
    workspace: Workspace,
    curves: Floats,  # (points, lanes) mean squared validation errors, filled here
) -> None:
    """Train by online SGD on the loss ½ Σ (output - target)², as the article does.

    A lane's error is infinite from the first point where it isn't finite: the lane has diverged.
    Once all have, the rest of the curves is infinite and nothing more is computed.
    """
    seen = 0
    for point in range(len(samples_seen)):
        for index in range(seen, samples_seen[point]):
            _learn(topology, parameters, learning_rates, training, order[index], workspace)
        seen = samples_seen[point]
        _record(curves, point, _validate(topology, parameters, workspace, validation))
        if not (curves[point] < np.inf).any():
            curves[point:] = np.inf
            return


@entry_point
def predict(
    topology: Topology,
    parameters: Floats,  # (parameters, lanes)
    inputs: Floats,  # (samples, inputs)
    workspace: Workspace,
    outputs: Floats,  # (samples × outputs, lanes), filled here
) -> None:
    """Compute the outputs of every lane's network, sample by sample."""
    count = topology.layer_sizes[-1]
    for sample in range(len(inputs)):
        first_output = _forward(topology, parameters, workspace, inputs, sample)
        for output in range(count):
            store(outputs, sample * count + output, load(workspace.values, first_output + output))
