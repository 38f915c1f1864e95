"""PyTorch: a loop over batches with a module and an optimizer, on one thread of the CPU."""

from typing import Any

import torch
from torch import nn, optim
from torch.nn import functional

from experiments.benchmarks.exercise import Exercise, Floats, Training, vectors

_ACTIVATIONS = {"linear": [], "tanh": [nn.Tanh()], "relu": [nn.ReLU()]}


def training(exercise: Exercise) -> Training:
    """Prepare the training of the first network."""
    torch.set_num_threads(1)
    network = module(exercise, 0)
    optimizer = optimizer_of(exercise, network.parameters())
    batches = tensors(exercise)

    def train() -> Floats:
        for inputs, targets in batches:
            optimizer.zero_grad()
            loss_of(exercise, network(inputs), targets).backward()
            optimizer.step()
        return vectors(
            [
                (layer.weight.detach().numpy().T, layer.bias.detach().numpy())
                for layer in network
                if isinstance(layer, nn.Linear)
            ]
        )

    return train


def tensors(exercise: Exercise) -> list[tuple[Any, Any]]:
    """Return the inputs and targets of each batch."""
    return [
        (torch.from_numpy(inputs), torch.from_numpy(targets))
        for inputs, targets in exercise.batches
    ]


def loss_of(exercise: Exercise, outputs: Any, targets: Any) -> Any:  # noqa: ANN401 - as below
    """Return the mean loss of a batch."""
    if exercise.loss == "cross_entropy":
        return functional.cross_entropy(outputs, targets)
    return 0.5 * functional.mse_loss(outputs, targets, reduction="sum") / len(targets)


def module(exercise: Exercise, number: int) -> Any:  # noqa: ANN401 - as below
    """Return a network before training; softmax is a part of the loss."""
    first, *others = _layers(exercise, number)
    between = _ACTIVATIONS[exercise.case.activation]
    return nn.Sequential(first, *(part for layer in others for part in (*between, layer)))


def _layers(exercise: Exercise, number: int) -> list[Any]:
    layers = []
    with torch.no_grad():
        for weights, biases in exercise.start(number):
            layer = nn.Linear(*weights.shape, dtype=getattr(torch, exercise.case.precision))
            layer.weight.copy_(torch.from_numpy(weights.T.copy()))
            layer.bias.copy_(torch.from_numpy(biases.copy()))
            layers.append(layer)
    return layers


def optimizer_of(exercise: Exercise, parameters: Any) -> Any:  # noqa: ANN401 - PyTorch need not be installed
    """Return the optimizer of some parameters."""
    if exercise.case.optimizer == "sgd":
        return optim.SGD(parameters, lr=exercise.learning_rate)
    adam = exercise.optimization
    return optim.Adam(
        parameters,
        lr=exercise.learning_rate,
        betas=(adam.beta1, adam.beta2),
        eps=adam.epsilon,
    )
