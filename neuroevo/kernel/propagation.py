"""A block of samples forward through the networks of a bundle, and their errors back.

The parameters of a layer are rows of lanes: first a row for the bias of each output, then for
each input a row for its weight to each output (input-major). A unit has a row for each sample of
the block, one after the other. Every loop keeps a tile of sums in registers: so many inputs or
outputs times so many samples, so that each row is loaded once for several sums. The order of each
sum is that of one sample after the other, so results do not depend on the size of a block. Knows
no optimizer and no loss.
"""

from typing import Any

from neuroevo.kernel.activating import LINEAR, activate
from neuroevo.kernel.compiled import inlined, inner, merged
from neuroevo.kernel.lanes import broadcast, fma, zero
from neuroevo.kernel.pointers import item, load, store
from neuroevo.kernel.products import Matrix, add_product


@inner
def _product(target, initial, left, right, height, width, depth):
    """Call what is merged elsewhere."""
    add_product(target, initial, left, right, height, width, depth)


@inlined
def _drop(workspace, linear, first, last):
    """Multiply the values and slopes of some units by their dropout factors."""
    for unit in range(first, last):
        factor = load(workspace.dropout, unit)
        store(workspace.values, unit, load(workspace.values, unit) * factor)
        slope = factor if linear else load(workspace.slopes, unit) * factor
        store(workspace.slopes, unit, slope)


@inlined
def place_inputs(topology, parameters, workspace, inputs, sample, place, samples):
    """Make a sample of the data the one at this place of a block."""
    count = item(topology.layer_sizes, 0)
    for unit in range(count):
        value = broadcast(item(inputs, sample * count + unit), load(parameters, 0))
        store(workspace.values, unit * samples + place, value)


@merged
def forward(topology, parameters, workspace, samples, dropping):
    """Fill `workspace.values` and `slopes` from the inputs; gives the row of the first output.

    If `dropping`, hidden units are multiplied by `workspace.dropout`.
    """
    sizes = topology.layer_sizes
    first, fan_in = 0, item(sizes, 0)
    offset = 0
    for layer in range(topology.layers):
        fan_out = item(sizes, layer + 1)
        following = first + fan_in * samples
        after = following + fan_out * samples
        add_product(
            Matrix(workspace.values, following, samples, 1),
            Matrix(parameters, offset, 1, 0),
            Matrix(parameters, offset + fan_out, 1, fan_out),
            Matrix(workspace.values, first, samples, 1),
            fan_out,
            samples,
            fan_in,
        )
        activation = item(topology.activations, layer)
        if activation != LINEAR:
            activate(activation, workspace.values, workspace.slopes, following, after, samples)
        if dropping and layer + 1 < topology.layers:
            _drop(workspace, activation == LINEAR, following, after)
        offset += (fan_in + 1) * fan_out
        first, fan_in = following, fan_out
    return first


@inner
def forward_block(topology, parameters, workspace, samples, dropping):
    """Call `forward` for several samples."""
    return forward(topology, parameters, workspace, samples, dropping)


# Back through a block of samples


@inlined
def _multiply_by_slopes(workspace, first, last):
    for row in range(first, last):
        store(workspace.deltas, row, load(workspace.deltas, row) * load(workspace.slopes, row))


@inlined
def _add_bias_gradients(gradients, deltas, offset, first_output, outputs, samples):
    for output in range(outputs):
        total = load(gradients, offset + output)
        for sample in range(samples):
            total = total + load(deltas, first_output + output * samples + sample)
        store(gradients, offset + output, total)


@inner
def backward_block(bundle, first_output, samples):
    """Pass the deltas of the outputs of some samples down, and add the sum of their gradients."""
    topology, parameters, gradients = bundle.topology, bundle.parameters, bundle.memory.gradients
    workspace, sizes = bundle.workspace, topology.layer_sizes
    first, offset = first_output, topology.parameters
    fan_out = item(sizes, topology.layers)
    for layer in range(topology.layers - 1, -1, -1):
        fan_in = item(sizes, layer)
        offset -= (fan_in + 1) * fan_out
        below = first - fan_in * samples
        if topology.biases:
            _add_bias_gradients(gradients, workspace.deltas, offset, first, fan_out, samples)
        gradient = Matrix(gradients, offset + fan_out, fan_out, 1)
        values = Matrix(workspace.values, below, samples, 1)
        above = Matrix(workspace.deltas, first, 1, samples)
        _product(gradient, gradient, values, above, fan_in, fan_out, samples)
        if layer > 0:
            weights = Matrix(parameters, offset + fan_out, fan_out, 1)
            target = Matrix(workspace.deltas, below, samples, 1)
            above = Matrix(workspace.deltas, first, samples, 1)
            nothing = Matrix(workspace.zeros, 0, 0, 0)
            _product(target, nothing, weights, above, fan_in, samples, fan_out)
            if bundle.method.dropout or item(topology.activations, layer - 1) != LINEAR:
                _multiply_by_slopes(workspace, below, first)
        first, fan_out = below, fan_in


# Back through one sample


@inlined
def _add_bias_gradient(totals, scale, deltas, offset, first_output, outputs):
    for output in range(outputs):
        total = load(totals, offset + output)
        store(totals, offset + output, fma(scale, load(deltas, first_output + output), total))


@inlined
def _propagate_and_add_gradient(
    parameters, totals, scale, workspace, offset, first_input, first_output, inputs, outputs
):
    """Compute the deltas of a layer's inputs and the gradient of its weights, two inputs at a time.

    The deltas are computed from the old weights, even if `totals` are the weights themselves.
    """
    values, slopes, deltas = workspace.values, workspace.slopes, workspace.deltas
    unit = 0
    while unit + 2 <= inputs:
        row = offset + (unit + 1) * outputs
        value0 = scale * load(values, first_input + unit)
        value1 = scale * load(values, first_input + unit + 1)
        sum0 = zero(value0)
        sum1 = sum0
        for output in range(first_output, first_output + outputs):
            delta = load(deltas, output)
            sum0 = fma(load(parameters, row), delta, sum0)
            sum1 = fma(load(parameters, row + outputs), delta, sum1)
            store(totals, row, fma(value0, delta, load(totals, row)))
            store(totals, row + outputs, fma(value1, delta, load(totals, row + outputs)))
            row += 1
        store(deltas, first_input + unit, sum0 * load(slopes, first_input + unit))
        store(deltas, first_input + unit + 1, sum1 * load(slopes, first_input + unit + 1))
        unit += 2
    if unit < inputs:
        row = offset + (unit + 1) * outputs
        value = scale * load(values, first_input + unit)
        total = zero(value)
        for output in range(first_output, first_output + outputs):
            delta = load(deltas, output)
            total = fma(load(parameters, row), delta, total)
            store(totals, row, fma(value, delta, load(totals, row)))
            row += 1
        store(deltas, first_input + unit, total * load(slopes, first_input + unit))


@inlined
def _add_first_gradient(totals, scale, workspace, inputs, outputs):
    """Add the gradient of the first layer's weights; inputs need no deltas."""
    row = outputs
    for unit in range(inputs):
        value = scale * load(workspace.values, unit)
        for output in range(inputs, inputs + outputs):
            store(totals, row, fma(value, load(workspace.deltas, output), load(totals, row)))
            row += 1


@merged
def backward(topology, parameters, totals, scale, workspace, first_output):
    """Propagate the deltas of the outputs back, and add scale × the gradient to `totals`.

    With the parameters as totals and -learning rate as scale, this is a step of SGD.
    """
    sizes = topology.layer_sizes
    first, offset = first_output, topology.parameters
    fan_out = item(sizes, topology.layers)
    for layer in range(topology.layers - 1, 0, -1):
        fan_in = item(sizes, layer)
        offset -= (fan_in + 1) * fan_out
        if topology.biases:
            _add_bias_gradient(totals, scale, workspace.deltas, offset, first, fan_out)
        below = first - fan_in
        _propagate_and_add_gradient(
            parameters, totals, scale, workspace, offset, below, first, fan_in, fan_out
        )
        first, fan_out = below, fan_in
    if topology.biases:
        _add_bias_gradient(totals, scale, workspace.deltas, 0, first, fan_out)
    _add_first_gradient(totals, scale, workspace, first, fan_out)
