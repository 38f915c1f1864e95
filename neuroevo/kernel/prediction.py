"""Computes the outputs of trained networks, with a sample in each lane.

A lane computes what it does in training, to the bit: there every lane has a network, and all see
the same sample; here all have the same network, and each sees a sample of its own. Arguments are
arrays, which are not checked.
"""

import numpy as np
import numpy.typing as npt

from neuroevo.kernel.arrays import BLOCK, Floats, Topology, Workspace
from neuroevo.kernel.compiled import entry_point, inlined
from neuroevo.kernel.lanes import broadcast
from neuroevo.kernel.pointers import load, numbers_of, rows_of, store
from neuroevo.kernel.propagation import forward_block

_NO_DROPOUT = np.bool_(False)  # numba compiles a function again for a literal argument


@entry_point
def predict(
    layer_sizes: npt.NDArray[np.int64],  # (layers + 1,) as in `Topology`
    activations: npt.NDArray[np.int64],  # (layers,) as in `Topology`
    parameters: Floats,  # (networks, parameters)
    inputs: Floats,  # (samples, inputs)
    memory: Floats,  # (parameters + 2 × units × BLOCK, lanes), overwritten
    outputs: Floats,  # (networks, samples, outputs), filled here
) -> None:
    """Compute the outputs of several networks of one topology, one after the other."""
    rows, units = parameters.shape[1], layer_sizes.sum() * BLOCK
    weights, values, slopes = memory[:rows], memory[rows : rows + units], memory[rows + units :]
    unused = rows_of(slopes)
    space = Workspace(rows_of(values), rows_of(slopes), unused, unused, unused)
    layers = len(activations)
    topology = Topology(numbers_of(layer_sizes), numbers_of(activations), layers, rows, biases=True)
    lanes, samples = memory.shape[1], len(inputs)
    for network in range(len(parameters)):
        _spread(weights, parameters, network)
        for start in range(0, samples, BLOCK * lanes):
            end = min(start + BLOCK * lanes, samples)
            places = (end - start + lanes - 1) // lanes
            _load(values, inputs, start, end, places)
            first = forward_block(topology, rows_of(weights), space, places, _NO_DROPOUT)
            _store(outputs, network, values, first, start, end, places)


@inlined
def _spread(weights, parameters, network):
    """Write each parameter of a network to all lanes."""
    rows = rows_of(weights)
    for row in range(weights.shape[0]):
        store(rows, row, broadcast(parameters[network, row], load(rows, row)))


@inlined
def _load(values, inputs, start, end, places):
    """Write samples to lanes, one place of a block after the other; lanes left over get 0."""
    lanes = values.shape[1]
    for place in range(places):
        for lane in range(lanes):
            sample = start + place * lanes + lane
            for unit in range(inputs.shape[1]):
                value = inputs[sample, unit] if sample < end else inputs.dtype.type(0)
                values[unit * places + place, lane] = value


@inlined
def _store(outputs, network, values, first, start, end, places):
    """Write the outputs of samples, which are in the lanes of the rows from the first one on."""
    lanes = values.shape[1]
    for sample in range(start, end):
        place, lane = (sample - start) // lanes, (sample - start) % lanes
        for output in range(outputs.shape[2]):
            outputs[network, sample, output] = values[first + output * places + place, lane]
