"""The forward and the backward pass of a block of samples through the networks of a bundle.

The parameters of a layer are rows of lanes, in the order of `neuroevo.kernel.layout`. A unit has a
row for each sample of the block, one after the other. Results do not depend on the size of a block,
since every sum has the order of its samples. Knows no optimizer and no loss.
"""

from neuroevo.kernel.activating import LINEAR, activate
from neuroevo.kernel.compiled import inlined, inner, merged
from neuroevo.kernel.lanes import broadcast, fma
from neuroevo.kernel.pointers import item, load, store
from neuroevo.kernel.products import Matrix, add_product


@inlined
def load_sample(topology, values, inputs, sample, place, samples):
    """Load the inputs of a sample into one place of a block of so many samples."""
    count = item(topology.layer_sizes, 0)
    for unit in range(count):
        value = broadcast(item(inputs, sample * count + unit), load(values, 0))
        store(values, unit * samples + place, value)


@inlined
def _drop(workspace, linear, first, last):
    """Multiply the values and slopes of some units by their dropout factors."""
    for unit in range(first, last):
        factor = load(workspace.dropout, unit)
        store(workspace.values, unit, load(workspace.values, unit) * factor)
        slope = factor if linear else load(workspace.slopes, unit) * factor
        store(workspace.slopes, unit, slope)


@merged
def forward(topology, parameters, workspace, samples, dropping):
    """Fill `workspace.values` and `slopes` from the inputs; returns the row of the first output.

    If `dropping`, hidden units are multiplied by `workspace.dropout`.
    """
    sizes = topology.layer_sizes
    first, offset, fan_in = 0, 0, item(sizes, 0)
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
    """Compute `forward`, compiled once for blocks of any size."""
    return forward(topology, parameters, workspace, samples, dropping)


@inner
def _add_product(target, initial, left, right, height, width, depth):
    """Compute `add_product`, compiled once for both products of a backward pass."""
    add_product(target, initial, left, right, height, width, depth)


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


@inlined
def _add_gradients_of_one(gradients, workspace, row, below, first, inputs, outputs):
    """Add the gradients of one sample, each of which is one product: tiles would not pay."""
    for unit in range(below, below + inputs):
        value = load(workspace.values, unit)
        for output in range(first, first + outputs):
            delta = load(workspace.deltas, output)
            store(gradients, row, fma(value, delta, load(gradients, row)))
            row += 1


@inner
def backward_block(bundle, first_output, samples):
    """Propagate the deltas of the outputs back, and add the samples' gradients to the sums."""
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
        if samples == 1:
            row = offset + fan_out
            _add_gradients_of_one(gradients, workspace, row, below, first, fan_in, fan_out)
        else:
            gradient = Matrix(gradients, offset + fan_out, fan_out, 1)
            values = Matrix(workspace.values, below, samples, 1)
            above = Matrix(workspace.deltas, first, 1, samples)
            _add_product(gradient, gradient, values, above, fan_in, fan_out, samples)
        if layer > 0:
            weights = Matrix(parameters, offset + fan_out, fan_out, 1)
            target = Matrix(workspace.deltas, below, samples, 1)
            above = Matrix(workspace.deltas, first, samples, 1)
            nothing = Matrix(workspace.zeros, 0, 0, 0)
            _add_product(target, nothing, weights, above, fan_in, samples, fan_out)
            if bundle.method.dropout or item(topology.activations, layer - 1) != LINEAR:
                _multiply_by_slopes(workspace, below, first)
        first, fan_out = below, fan_in
