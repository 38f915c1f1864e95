"""The forward and backward pass of one sample through the networks of a bundle.

The parameters of a layer are rows of lanes, in the order of `neuroevo.kernel.layout`. Loops keep
their sums in registers: four outputs at a time in the forward pass, two inputs at a time in the
backward pass. Knows no optimizer and no loss.
"""

from typing import Any

from neuroevo.kernel.activating import LINEAR, activate
from neuroevo.kernel.compiled import inlined, merged
from neuroevo.kernel.lanes import broadcast, fma, zero
from neuroevo.kernel.pointers import add_product, item, load, load_block, store, store_block


def _weighing(outputs_at_once: int) -> Any:  # noqa: ANN401 - compiled
    """Make a function that computes this many outputs at once, with sums in registers."""

    @inlined
    def weigh(parameters, values, row, first_input, inputs, outputs):
        sums = load_block(parameters, row, outputs_at_once)
        for unit in range(first_input, first_input + inputs):
            row += outputs
            sums = add_product(sums, parameters, row, load(values, unit))
        return sums

    return weigh


_weigh_four, _weigh_two, _weigh_one = _weighing(4), _weighing(2), _weighing(1)


@inlined
def _weigh(parameters, values, offset, first_input, first_output, inputs, outputs):
    """Compute the pre-activations of a layer: biases plus weighted inputs."""
    output = 0
    while output + 4 <= outputs:
        sums = _weigh_four(parameters, values, offset + output, first_input, inputs, outputs)
        store_block(values, first_output + output, sums)
        output += 4
    if output + 2 <= outputs:
        sums = _weigh_two(parameters, values, offset + output, first_input, inputs, outputs)
        store_block(values, first_output + output, sums)
        output += 2
    if output < outputs:
        sums = _weigh_one(parameters, values, offset + output, first_input, inputs, outputs)
        store_block(values, first_output + output, sums)


@inlined
def _drop(workspace, linear, first, last):
    """Multiply the values and slopes of some units by their dropout factors."""
    for unit in range(first, last):
        factor = load(workspace.dropout, unit)
        store(workspace.values, unit, load(workspace.values, unit) * factor)
        slope = factor if linear else load(workspace.slopes, unit) * factor
        store(workspace.slopes, unit, slope)


@merged
def forward(topology, parameters, workspace, inputs, sample, dropping):
    """Fill `workspace.values` and `slopes` for one sample; returns the row of the first output.

    If `dropping`, hidden units are multiplied by `workspace.dropout`.
    """
    sizes = topology.layer_sizes
    first, fan_in = 0, item(sizes, 0)
    for unit in range(fan_in):
        value = broadcast(item(inputs, sample * fan_in + unit), load(parameters, 0))
        store(workspace.values, unit, value)
    offset = 0
    for layer in range(topology.layers):
        fan_out = item(sizes, layer + 1)
        following = first + fan_in
        _weigh(parameters, workspace.values, offset, first, following, fan_in, fan_out)
        activation = item(topology.activations, layer)
        if activation != LINEAR:
            activate(activation, workspace.values, workspace.slopes, following, following + fan_out)
        if dropping and layer + 1 < topology.layers:
            _drop(workspace, activation == LINEAR, following, following + fan_out)
        offset += (fan_in + 1) * fan_out
        first, fan_in = following, fan_out
    return first


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
