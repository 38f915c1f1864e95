"""The one training that the kernel and its peers are compared in, and how the kernel does it.

A network learns the mouse by online SGD on ½ Σ (output - target)², from given weights, on given
samples in a given order.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from neuroevo.kernel.arrays import Samples
from neuroevo.kernel.catalogue import LANE_COUNTS
from neuroevo.learning import Architecture, Network, Precision, StartingWeights, TrainingSettings
from neuroevo.learning.lanes import Lane
from neuroevo.learning.starting_weights import starting_parameters
from neuroevo.learning.training import SampleStream, Trained, train

Floats = npt.NDArray[np.float32] | npt.NDArray[np.float64]
Layers = list[tuple[Floats, Floats]]
"""For each layer its weights (inputs, outputs) and biases (outputs,)."""

_SEED = (0,)


@dataclass(frozen=True, slots=True, eq=False)
class Exercise:
    """A training, fully determined."""

    architecture: Architecture
    precision: Precision
    learning_rate: float
    inputs: Floats  # (samples, inputs), in the order in which they are seen
    targets: Floats  # (samples, outputs)
    starting_weights: StartingWeights = "uniform"

    @property
    def samples(self) -> int:
        """How many samples are seen."""
        return len(self.inputs)

    def first(self, samples: int) -> "Exercise":
        """Make the exercise that ends after so many samples."""
        return replace(self, inputs=self.inputs[:samples], targets=self.targets[:samples])

    def start(self) -> Layers:
        """Give the layers of the first network before it has seen a sample."""
        parameters = starting_parameters(self.architecture, self.starting_weights, _SEED, 0)
        return Network(self.architecture, parameters.astype(self.precision)).layers

    @property
    def lanes(self) -> int:
        """How many networks the kernel trains at once."""
        return LANE_COUNTS[self.precision]

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds that one sample needs: forward, backward, update.

        Each weight takes part once in each, but for those of the first layer in the backward
        pass, below which nothing is to be blamed. Biases and activations are not counted.
        """
        weights = [fan_in * fan_out for fan_in, fan_out in pairwise(self.architecture.layer_sizes)]
        return 3 * sum(weights) - weights[0]


def train_lanes(exercise: Exercise) -> Trained:
    """Train a full bundle; its first lane is the network that the peers train.

    The validation error is taken once, at the end, on a single sample: peers take none.
    """
    samples = Samples(exercise.inputs, exercise.targets)
    settings = TrainingSettings(samples=exercise.samples, precision=exercise.precision)
    stream = SampleStream(
        settings,
        _SEED,
        training=samples,
        order=np.arange(exercise.samples),
        validation=Samples(samples.inputs[:1], samples.targets[:1]),
        samples_seen=np.array([exercise.samples]),
    )
    return train(
        exercise.architecture,
        [
            Lane(replicate, exercise.learning_rate, starting_weights=exercise.starting_weights)
            for replicate in range(exercise.lanes)
        ],
        stream,
    )


def trained_layers(exercise: Exercise) -> Layers:
    """Train with the kernel and give the layers of the first lane's network."""
    return Network(exercise.architecture, train_lanes(exercise).parameters[0]).layers
