"""The network that a genome describes: the only module that knows both genomes and networks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from neuroevo.kernel.arrays import Stopping
from neuroevo.learning import (
    Architecture,
    Optimization,
    StartingWeights,
    TrainingSettings,
    samples_seen,
)
from neuroevo.learning.curves import stopping_of
from neuroevo.learning.lanes import Lane

TRAINING_GENES = ("biases", "starting_weights", *Optimization.model_fields)
"""The training settings that may also be genes; a gene overrides its setting."""

NETWORK_GENES = ("hidden", "learning_rate", "activation", *TRAINING_GENES)
"""The genes of a network; `activation` has no effect if each layer has its own or there is none."""


class HiddenLayer(NamedTuple):
    """A hidden layer as a genome describes it; the activation is empty if it gives none."""

    width: int
    activation: str


@dataclass(frozen=True, slots=True)
class Phenotype:
    """The network that a genome describes, and how it is trained."""

    architecture: Architecture
    optimization: Optimization
    learning_rate: float
    starting_weights: StartingWeights

    def lane(self, replicate: int) -> Lane:
        """Return the lane of a replicate."""
        return Lane(replicate, self.learning_rate, self.optimization, self.starting_weights)


def phenotype_of(
    configuration: Mapping[str, Any], layer_ends: tuple[int, int], training: TrainingSettings
) -> Phenotype:
    """Make the network that a configuration describes.

    Parameters
    ----------
    configuration
        A value for each of the `NETWORK_GENES`; those of `TRAINING_GENES` may be left out, and
        `activation` if it has no effect.
    layer_ends
        Numbers of inputs and outputs.
    training
        Gives the values that the configuration leaves out.

    Raises
    ------
    UsageError
        If no network can have one of the values.
    """
    layers = layers_of(configuration) if configuration["hidden"] else ()
    names: Any = [layer.activation or configuration["activation"] for layer in layers]
    architecture = Architecture(
        inputs=layer_ends[0],
        hidden=tuple(layer.width for layer in layers),
        outputs=layer_ends[1],
        activation=tuple(names),
        biases=_chosen("biases", configuration, training),
        output="softmax" if training.loss == "cross_entropy" else "linear",
    )
    optimization = {
        name: _chosen(name, configuration, training) for name in Optimization.model_fields
    }
    return Phenotype(
        architecture,
        Optimization(**optimization),
        float(configuration["learning_rate"]),
        _chosen("starting_weights", configuration, training),
    )


def stopping_of_configuration(
    configuration: Mapping[str, Any], training: TrainingSettings, points: int
) -> Stopping:
    """Return when the trainings of the network that a configuration describes stop.

    Parameters
    ----------
    configuration, training
        As for `phenotype_of`.
    points
        Number of points of their learning curves.
    """
    batch_size = _chosen("batch_size", configuration, training)
    return stopping_of(training, batch_size, samples_seen(training.samples, points))


def _chosen(name: str, configuration: Mapping[str, Any], training: TrainingSettings) -> Any:  # noqa: ANN401 - as the setting is
    return configuration.get(name, getattr(training, name))


def layers_of(configuration: Mapping[str, Any], gene: str = "hidden") -> tuple[HiddenLayer, ...]:
    """Return the hidden layers that a configuration describes, from the inputs on.

    The gene's value is a list of widths, all with the activation of the gene `activation`, or a
    list of (width, activation) pairs.

    Parameters
    ----------
    configuration
        Some genes and their values.
    gene
        The gene that describes layers; there are none if it is missing or describes none.
    """
    value = configuration.get(gene)
    if not isinstance(value, tuple | list):
        return ()
    shared = str(configuration.get("activation", ""))
    return tuple(
        HiddenLayer(*layer) if isinstance(layer, tuple | list) else HiddenLayer(layer, shared)
        for layer in value
    )
