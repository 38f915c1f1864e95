"""An MLP of PyTorch, trained for one epoch at a time."""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from experiments.benchmarks.fitting.epochs import Learner, Settings
from experiments.benchmarks.fitting.sets import Array

_ACTIVATIONS = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "silu": nn.SiLU,
    "leaky_relu": nn.LeakyReLU,
}


def make(
    settings: Settings, inputs: Array, targets: npt.NDArray[Any], classes: int, seed: int
) -> Learner:
    """Make a network for scaled inputs."""
    torch.set_num_threads(1)  # each of two processes has a core
    torch.manual_seed(seed)
    return _Epochs(settings, inputs, targets, classes)


class _Epochs:
    def __init__(
        self, settings: Settings, inputs: Array, targets: npt.NDArray[Any], classes: int
    ) -> None:
        self._classes, self._batch = classes, settings["batch_size"]
        self._inputs = torch.as_tensor(inputs, dtype=torch.float32)
        kind = torch.int64 if classes else torch.float32
        self._targets = torch.as_tensor(targets, dtype=kind)
        if not classes:
            self._targets = self._targets[:, None]
        self._network = _network(settings, inputs.shape[1], classes or 1)
        self._optimizer = _optimizer(settings, self._network)
        self._loss = nn.CrossEntropyLoss() if classes else nn.MSELoss()

    def train_epoch(self) -> None:
        self._network.train()
        order = torch.randperm(len(self._inputs))
        inputs, targets = self._inputs[order], self._targets[order]
        batches = zip(inputs.split(self._batch), targets.split(self._batch), strict=True)
        for batch, wanted in batches:
            self._optimizer.zero_grad()
            self._loss(self._network(batch), wanted).backward()
            self._optimizer.step()

    def outputs(self, inputs: Array) -> Array:
        self._network.eval()
        with torch.no_grad():
            found = self._network(torch.as_tensor(inputs, dtype=torch.float32))
            if self._classes:
                found = found.softmax(dim=1)
        return np.asarray(found.numpy(), dtype=np.float64)


def _network(settings: Settings, inputs: int, outputs: int) -> Any:  # noqa: ANN401 - PyTorch may be missing
    layers: list[Any] = []
    for width in settings["hidden"]:
        layers += [nn.Linear(inputs, width), _ACTIVATIONS[settings["activation"]]()]
        if settings["dropout"]:
            layers.append(nn.Dropout(settings["dropout"]))
        inputs = width
    return nn.Sequential(*layers, nn.Linear(inputs, outputs))


def _optimizer(settings: Settings, network: Any) -> Any:  # noqa: ANN401 - as above
    weights, rate = network.parameters(), settings["learning_rate"]
    if settings["optimizer"] == "sgd":
        return torch.optim.SGD(weights, rate, momentum=0.9, nesterov=True)
    if settings["optimizer"] == "adam":
        return torch.optim.Adam(weights, rate, fused=True)
    return torch.optim.AdamW(weights, rate, weight_decay=settings["weight_decay"], fused=True)
