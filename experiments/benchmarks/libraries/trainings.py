"""The trainings that libraries are compared in, on the data of the mouse task, and by the kernel.

Knows no library.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.benchmarks.cases import Case
from experiments.benchmarks.exercise import Layers
from neuroevo.evaluation import OBJECTIVES
from neuroevo.evaluation.objectives import MSE_FLOORS, LearningCurves
from neuroevo.experiment import Experiment, load_experiment
from neuroevo.learning import Activation, DataSet, Network, Precision
from neuroevo.learning.lanes import Lane
from neuroevo.learning.starting_weights import starting_parameters
from neuroevo.learning.training import SampleStream, Trained, sample_stream, train

COMPARED_AFTER = 1_000
"""Samples after which the weights of libraries are compared."""

_EXPERIMENT = Path("experiments/mouse.toml")


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
        experiment, data = _mouse()
        settings = experiment.training.replace(samples=self.samples, precision=precision)
        return sample_stream(data, settings, (experiment.seed, 0))

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

    def scores(self, curves: npt.ArrayLike) -> "Scores":
        """Return the scores of learning curves, array (replicates, points)."""
        stream, mse = self.stream("float64"), np.array(curves, dtype=np.float64)
        mse[np.isnan(mse)] = np.inf  # a network that has diverged
        measured = LearningCurves(
            stream.samples_seen, mse, stream.settings.target_mse, 0, np.zeros(len(mse))
        )
        samples = OBJECTIVES["samples_to_target"].scores(measured)
        final = max(float(np.median(mse[:, -1])), MSE_FLOORS["float32"])
        return Scores(float(np.median(samples)), self.samples, final)

    def _start(self, stream: SampleStream, replicate: int) -> Layers:
        architecture = self.case.architecture
        parameters = starting_parameters(architecture, "uniform", stream.seed, replicate)
        return Network(architecture, parameters).layers


@dataclass(frozen=True, slots=True)
class Scores:
    """What a training is judged by: medians over its replicates."""

    samples_to_target: float  # beyond the budget it was not reached
    samples: int  # the budget
    final_mse: float  # infinite if most have diverged

    def texts(self) -> tuple[str, str]:
        """Return the samples to the target and the final MSE as texts."""
        if not np.isfinite(self.final_mse):
            return "diverged", "diverged"
        reached = self.samples_to_target <= self.samples
        samples = f"{self.samples_to_target:,.0f}" if reached else "not reached"
        floor = self.final_mse <= MSE_FLOORS["float32"]
        return samples, "≤ 1e-14" if floor else f"{self.final_mse:.1e}"


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


@cache
def _mouse() -> tuple[Experiment, DataSet]:
    experiment = load_experiment(_EXPERIMENT)
    return experiment, experiment.network_task.load().data_set


def _plain(layers: Layers) -> list[Mapping[str, Any]]:
    return [{"weights": weights.tolist(), "biases": biases.tolist()} for weights, biases in layers]
