"""PyTorch: a loop over samples with a module and an optimizer, on one thread of the CPU."""

from typing import Any

import torch
from torch import nn, optim

from experiments.benchmarks.exercise import Exercise, Floats, Training, vectors

_ACTIVATIONS = {"linear": [], "tanh": [nn.Tanh()], "relu": [nn.ReLU()]}


def training(exercise: Exercise) -> Training:
    """Prepare the training of the first network."""
    torch.set_num_threads(1)
    hidden, output = layers = _layers(exercise)
    network = nn.Sequential(hidden, *_ACTIVATIONS[exercise.case.activation], output)
    squared_error = nn.MSELoss(reduction="sum")
    optimizer = _optimizer(exercise, network)
    inputs = torch.from_numpy(exercise.inputs)
    targets = torch.from_numpy(exercise.targets)

    def train() -> Floats:
        for sample in range(len(inputs)):
            optimizer.zero_grad()
            loss = 0.5 * squared_error(network(inputs[sample]), targets[sample])
            loss.backward()
            optimizer.step()
        return vectors(
            [(layer.weight.detach().numpy().T, layer.bias.detach().numpy()) for layer in layers]
        )

    return train


def _layers(exercise: Exercise) -> list[Any]:
    layers = []
    with torch.no_grad():
        for weights, biases in exercise.start(0):
            layer = nn.Linear(*weights.shape, dtype=getattr(torch, exercise.case.precision))
            layer.weight.copy_(torch.from_numpy(weights.T.copy()))
            layer.bias.copy_(torch.from_numpy(biases.copy()))
            layers.append(layer)
    return layers


def _optimizer(exercise: Exercise, network: Any) -> Any:  # noqa: ANN401 - PyTorch need not be installed
    if exercise.case.optimizer == "sgd":
        return optim.SGD(network.parameters(), lr=exercise.learning_rate)
    adam = exercise.optimization
    return optim.Adam(
        network.parameters(),
        lr=exercise.learning_rate,
        betas=(adam.beta1, adam.beta2),
        eps=adam.epsilon,
    )
