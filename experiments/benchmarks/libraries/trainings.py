"""The trainings that libraries are compared in, on the data of the mouse task, and by the kernel.

Knows no library.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.benchmarks.cases import Case
from experiments.benchmarks.exercise import Layers
from experiments.benchmarks.mouse import mouse
from neuroevo.learning import Activation, Network, Precision
from neuroevo.learning.lanes import Lane
from neuroevo.learning.starting_weights import starting_parameters
from neuroevo.learning.training import SampleStream, Trained, train

COMPARED_AFTER = 1_000
"""Samples after which the weights of libraries are compared."""


@dataclass(frozen=True, slots=True)
class Training:
    """A network of the experiment, trained on its data from each of its starting weights.

    Parameters
    ----------
    layer_sizes, activation, learning_rate
        Of the network.
    samples
        The sample budget.
    """

    layer_sizes: tuple[int, ...]
    activation: Activation
    learning_rate: float
    samples: int = 20_000

    @property
    def case(self) -> Case:
        """The network and its optimizer."""
        return Case(self.layer_sizes, self.activation, "float64", "sgd")

    def stream(self, precision: Precision) -> SampleStream:
        """Return the samples in their order."""
        return mouse(f"training.samples={self.samples}").stream(precision)

    def by_kernel(self, stream: SampleStream) -> Trained:
        """Let the kernel train all networks, biases and weights uniform in ±1, by plain SGD."""
        lanes = [
            Lane(replicate, self.learning_rate) for replicate in range(stream.settings.replicates)
        ]
        return train(self.case.architecture, lanes, stream)

    def task(self) -> dict[str, Any]:
        """Return the same training as JSON values."""
        stream = self.stream("float64")
        training, validation = stream.training, stream.validation
        return {
            "architecture": self.case.architecture.model_dump(mode="json"),
            "activation": self.activation,
            "learning_rate": self.learning_rate,
            "inputs": training.inputs[stream.order].tolist(),
            "targets": training.targets[stream.order].tolist(),
            "validation": {
                "inputs": validation.inputs.tolist(),
                "targets": validation.targets.tolist(),
            },
            "samples_seen": stream.samples_seen.tolist(),
            "compared_after": COMPARED_AFTER,
            "starts": [
                _plain(self._start(stream, each)) for each in range(stream.settings.replicates)
            ],
        }

    def _start(self, stream: SampleStream, replicate: int) -> Layers:
        architecture = self.case.architecture
        parameters = starting_parameters(architecture, "uniform", stream.seed, replicate)
        return Network(architecture, parameters).layers


_NETWORKS = {
    (2, 6, 2): 0.2,
    (2, 6, 6, 6, 2): 0.05,
    (2, 6, 6, 6, 6, 6, 6, 6, 2): 0.0005,
}
"""The article's examples, each with a learning rate at which it needs few samples if it is linear,
and no replicate diverges (docs/article.md)."""

TRAININGS = tuple(
    Training(layer_sizes, activation, rate)
    for activation in ("linear", "tanh")
    for layer_sizes, rate in _NETWORKS.items()
)
"""All that are compared."""


def _plain(layers: Layers) -> list[Mapping[str, Any]]:
    return [{"weights": weights.tolist(), "biases": biases.tolist()} for weights, biases in layers]
