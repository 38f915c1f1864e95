"""Other ways to do the kernel's training: NumPy, scikit-learn and PyTorch, each as people do it.

Each trains one network of one hidden layer, sample by sample. Libraries are imported when they
are asked for, since they need not be installed.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from experiments.benchmarks.exercise import Exercise, Floats, Layers

Training = Callable[[], Layers]
"""Trains, and gives the trained layers; all that comes before is not to be timed."""

_ACTIVATIONS: Mapping[str, Callable[[Floats], Floats]] = {
    "linear": lambda x: x,
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0),
}
_BLAME: Mapping[str, Callable[[Floats, Floats], Floats]] = {  # delta × slope, from the value
    "linear": lambda delta, _: delta,
    "tanh": lambda delta, value: delta * (1 - value * value),
    "relu": lambda delta, value: delta * (value > 0),
}


def _numpy(exercise: Exercise) -> Training:
    """Loop over samples, with vectors for the units of a layer."""
    (hidden_weights, hidden_biases), (output_weights, output_biases) = (
        (weights.copy(), biases.copy()) for weights, biases in exercise.start()
    )
    rate = exercise.inputs.dtype.type(exercise.learning_rate)
    [name] = exercise.architecture.activations
    activation = _ACTIVATIONS[name]
    blame = _BLAME[name]

    def train() -> Layers:
        nonlocal hidden_weights, hidden_biases, output_weights, output_biases
        for sample, target in zip(exercise.inputs, exercise.targets, strict=True):
            hidden = activation(sample @ hidden_weights + hidden_biases)
            delta = hidden @ output_weights + output_biases - target
            step = rate * delta
            hidden_step = rate * blame(output_weights @ delta, hidden)
            output_weights -= hidden[:, np.newaxis] * step
            output_biases -= step
            hidden_weights -= sample[:, np.newaxis] * hidden_step
            hidden_biases -= hidden_step
        return [(hidden_weights, hidden_biases), (output_weights, output_biases)]

    return train


def _scikit_learn(exercise: Exercise) -> Training:
    """Let MLPRegressor go once over the samples with batch_size=1, from our starting weights."""
    neural_network = importlib.import_module("sklearn.neural_network")
    [activation] = exercise.architecture.activations
    regressor = neural_network.MLPRegressor(
        hidden_layer_sizes=exercise.architecture.hidden,
        activation="identity" if activation == "linear" else activation,
        solver="sgd",
        alpha=0.0,
        batch_size=1,
        learning_rate_init=exercise.learning_rate,
        momentum=0.0,
        nesterovs_momentum=False,
        shuffle=False,
    )
    regressor.partial_fit(exercise.inputs[:1], exercise.targets[:1])  # makes the weights' arrays
    for layer, (weights, biases) in enumerate(exercise.start()):
        regressor.coefs_[layer][:] = weights
        regressor.intercepts_[layer][:] = biases

    def train() -> Layers:
        regressor.partial_fit(exercise.inputs, exercise.targets)
        return list(zip(regressor.coefs_, regressor.intercepts_, strict=True))

    return train


def _pytorch(exercise: Exercise) -> Training:
    """Loop over samples with a module and an optimizer, on one thread of the CPU."""
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    network, linear_layers = _torch_network(torch, exercise)
    squared_error = torch.nn.MSELoss(reduction="sum")
    optimizer = torch.optim.SGD(network.parameters(), lr=exercise.learning_rate)
    inputs = torch.from_numpy(exercise.inputs)
    targets = torch.from_numpy(exercise.targets)

    def train() -> Layers:
        for sample in range(len(inputs)):
            optimizer.zero_grad()
            loss = 0.5 * squared_error(network(inputs[sample]), targets[sample])
            loss.backward()
            optimizer.step()
        return [
            (layer.weight.detach().numpy().T, layer.bias.detach().numpy())
            for layer in linear_layers
        ]

    return train


def _torch_network(torch: Any, exercise: Exercise) -> tuple[Any, list[Any]]:  # noqa: ANN401 - no types where it is not installed
    """Build the network and list its layers with weights."""
    layers = []
    with torch.no_grad():
        for weights, biases in exercise.start():
            layer = torch.nn.Linear(*weights.shape, dtype=getattr(torch, exercise.precision))
            layer.weight.copy_(torch.from_numpy(weights.T.copy()))
            layer.bias.copy_(torch.from_numpy(biases.copy()))
            layers.append(layer)
    activations = {"linear": [], "tanh": [torch.nn.Tanh()], "relu": [torch.nn.ReLU()]}
    hidden, output = layers
    [name] = exercise.architecture.activations
    between = activations[name]
    return torch.nn.Sequential(hidden, *between, output), layers


@dataclass(frozen=True, slots=True)
class Peer:
    """Somebody else who can train the same."""

    name: str
    package: str  # that must be installed
    prepare: Callable[[Exercise], Training]
    samples: int  # of one measurement
    target: float  # how many times quicker the kernel is meant to be

    @property
    def installed(self) -> bool:
        """Whether it can be asked."""
        return find_spec(self.package) is not None


PEERS = (
    Peer("NumPy", "numpy", _numpy, samples=5_000, target=1_000),
    Peer("scikit-learn", "sklearn", _scikit_learn, samples=1_000, target=10_000),
    Peer("PyTorch", "torch", _pytorch, samples=1_000, target=20_000),
)
