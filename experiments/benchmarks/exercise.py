"""The training that the kernel and its peers are compared in, and how the kernel does it.

Networks learn to copy inputs to outputs on ½ Σ (output - target)², or which input is largest on
cross-entropy, from given weights. The targets are noisy, so that no gradient is only rounding.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.benchmarks.cases import Case
from neuroevo.kernel.arrays import Samples, Validation
from neuroevo.learning import Network, Optimization, Optimizer, TrainingSettings
from neuroevo.learning.lanes import Lane
from neuroevo.learning.settings import Loss
from neuroevo.learning.starting_weights import starting_parameters
from neuroevo.learning.training import SampleStream, train

Floats = npt.NDArray[Any]
Layers = list[tuple[Floats, Floats]]
"""For each layer its weights (inputs, outputs) and biases (outputs,)."""

Training = Callable[[], Floats]
"""Trains, and gives the parameters (networks, vector size); what comes before is not timed."""

NETWORKS = 16
"""How many networks the kernel trains, whatever fits into a bundle."""

_LEARNING_RATES: dict[Optimizer, float] = {"sgd": 0.01, "adam": 0.001}
"""For each optimizer a rate at which no network diverges."""

FEWEST_BATCHES = 30
"""Batches of a measurement, so that the cost of a call hardly counts."""

_STEPS = 10_000_000  # samples × parameters that take a hundredth of a second or more
_NOISE = 0.1  # standard deviation of the targets, whose range is ±1
_SEED = (0,)


@dataclass(frozen=True, slots=True, eq=False)
class Exercise:
    """A training, fully determined."""

    case: Case
    inputs: Floats  # (samples, inputs), in the order in which they are seen
    targets: Floats  # (samples, outputs)
    networks: int = NETWORKS  # that differ in their starting weights

    @property
    def samples(self) -> int:
        """The number of samples."""
        return len(self.inputs)

    @property
    def network_samples(self) -> int:
        """The number of samples times the number of networks."""
        return self.samples * self.networks

    @property
    def learning_rate(self) -> float:
        """The learning rate of every network."""
        return _LEARNING_RATES[self.case.optimizer]

    @property
    def optimization(self) -> Optimization:
        """The optimizer and its parameters."""
        return Optimization(optimizer=self.case.optimizer, batch_size=self.case.batch_size)

    @property
    def loss(self) -> Loss:
        """The loss that suits the outputs."""
        return "cross_entropy" if self.case.output == "softmax" else "squared_error"

    @property
    def batches(self) -> list[tuple[Floats, Floats]]:
        """The inputs and targets of each batch."""
        firsts = range(0, self.samples, self.case.batch_size)
        places = [slice(first, first + self.case.batch_size) for first in firsts]
        return [(self.inputs[place], self.targets[place]) for place in places]

    def first(self, samples: int) -> "Exercise":
        """Return the exercise with the first samples only."""
        return replace(self, inputs=self.inputs[:samples], targets=self.targets[:samples])

    def start(self, network: int) -> Layers:
        """Return the layers of a network before training."""
        architecture = self.case.architecture
        parameters = starting_parameters(architecture, "glorot", _SEED, network)
        return Network(architecture, parameters.astype(self.case.precision)).layers


def exercise_of(case: Case, samples: int | None = None) -> Exercise:
    """Make the training of a case, with a number of samples, or enough to keep the kernel busy."""
    if samples is None:
        batch = case.batch_size * case.architecture.parameter_count
        samples = max(math.ceil(_STEPS / batch), FEWEST_BATCHES) * case.batch_size
    random = np.random.default_rng(0)
    inputs = random.uniform(-1, 1, (samples, case.layer_sizes[0])).astype(case.precision)
    copied = inputs[:, : case.layer_sizes[-1]]
    targets = copied + random.normal(0, _NOISE, copied.shape)
    if case.output == "softmax":
        targets = np.eye(case.layer_sizes[-1])[targets.argmax(axis=1)]
    return Exercise(case, inputs, targets.astype(case.precision))


def kernel_training(exercise: Exercise, validation_samples: int = 1) -> Training:
    """Prepare the kernel's training of all networks.

    The validation error is taken once, at the end, on a single sample by default: peers take none.
    """
    nothing = np.empty(0, dtype=exercise.case.precision)
    stream = SampleStream(
        TrainingSettings(
            samples=exercise.samples, precision=exercise.case.precision, loss=exercise.loss
        ),
        _SEED,
        training=Samples(exercise.inputs, exercise.targets, nothing),
        order=np.arange(exercise.samples),
        validation=Validation(
            exercise.inputs[:validation_samples],
            exercise.targets[:validation_samples],
            np.empty(0, dtype=np.int64),
            nothing,
            nothing,
        ),
        samples_seen=np.array([exercise.samples]),
    )
    lanes = [
        Lane(network, exercise.learning_rate, exercise.optimization, "glorot")
        for network in range(exercise.networks)
    ]
    architecture = exercise.case.architecture
    return lambda: train(architecture, lanes, stream).parameters


def vectors(layers: Layers) -> Floats:
    """Flatten the layers of a network, or of several in arrays with one more dimension in front.

    Returns
    -------
    Array (networks, vector size), as described at `Architecture.vector_size`.
    """
    parts = []
    for weights, biases in layers:
        rows = np.atleast_2d(biases)
        parts += [rows, weights.reshape(len(rows), -1)]
    return np.concatenate(parts, axis=1)
