"""The backward pass of one sample and a step of plain SGD, fused: no gradient is stored.

Each weight is loaded once and stored once. Knows no other optimizer, no batches and no loss.
"""

from neuroevo.kernel.compiled import inlined, merged
from neuroevo.kernel.lanes import fma, zero
from neuroevo.kernel.pointers import item, load, store


@inlined
def _update_biases(parameters, scale, deltas, offset, first_output, outputs):
    for output in range(outputs):
        bias, delta = load(parameters, offset + output), load(deltas, first_output + output)
        store(parameters, offset + output, fma(scale, delta, bias))


@inlined
def _update_layer(parameters, scale, workspace, offset, first_input, first_output, inputs, outputs):
    """Compute the deltas of a layer's inputs and update its weights, two inputs at a time.

    The deltas are computed from the old weights.
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
            weight0, weight1 = load(parameters, row), load(parameters, row + outputs)
            sum0, sum1 = fma(weight0, delta, sum0), fma(weight1, delta, sum1)
            store(parameters, row, fma(value0, delta, weight0))
            store(parameters, row + outputs, fma(value1, delta, weight1))
            row += 1
        store(deltas, first_input + unit, sum0 * load(slopes, first_input + unit))
        store(deltas, first_input + unit + 1, sum1 * load(slopes, first_input + unit + 1))
        unit += 2
    if unit < inputs:
        row = offset + (unit + 1) * outputs
        value = scale * load(values, first_input + unit)
        total = zero(value)
        for output in range(first_output, first_output + outputs):
            delta, weight = load(deltas, output), load(parameters, row)
            total = fma(weight, delta, total)
            store(parameters, row, fma(value, delta, weight))
            row += 1
        store(deltas, first_input + unit, total * load(slopes, first_input + unit))


@inlined
def _update_first_layer(parameters, scale, workspace, inputs, outputs):
    """Update the first layer's weights; inputs need no deltas."""
    row = outputs
    for unit in range(inputs):
        value = scale * load(workspace.values, unit)
        for output in range(inputs, inputs + outputs):
            delta, weight = load(workspace.deltas, output), load(parameters, row)
            store(parameters, row, fma(value, delta, weight))
            row += 1


@merged
def take_step(bundle, rate, first_output):
    """Propagate the deltas of the outputs back, and update all parameters on the way."""
    topology, parameters, workspace = bundle.topology, bundle.parameters, bundle.workspace
    sizes, scale = topology.layer_sizes, -rate
    first, offset = first_output, topology.parameters
    fan_out = item(sizes, topology.layers)
    for layer in range(topology.layers - 1, 0, -1):
        fan_in = item(sizes, layer)
        offset -= (fan_in + 1) * fan_out
        if topology.biases:
            _update_biases(parameters, scale, workspace.deltas, offset, first, fan_out)
        below = first - fan_in
        _update_layer(parameters, scale, workspace, offset, below, first, fan_in, fan_out)
        first, fan_out = below, fan_in
    if topology.biases:
        _update_biases(parameters, scale, workspace.deltas, 0, first, fan_out)
    _update_first_layer(parameters, scale, workspace, first, fan_out)
