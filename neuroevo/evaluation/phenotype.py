"""What a genome becomes: the one place that knows both genomes and networks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from neuroevo.learning import Architecture, StartingWeights, TrainingSettings
from neuroevo.space.values import holds_pairs

NETWORK_GENES = ("hidden", "learning_rate", "activation", "biases", "starting_weights")
"""The genes of a network; `biases` and `starting_weights` may be left to the training settings,
and `activation` has no meaning where each layer has its own or there is none."""


@dataclass(frozen=True, slots=True)
class Phenotype:
    """The network that a genome describes, and how it learns."""

    architecture: Architecture
    starting_weights: StartingWeights
    learning_rate: float


def phenotype_of(
    configuration: Mapping[str, Any], layer_ends: tuple[int, int], training: TrainingSettings
) -> Phenotype:
    """Express a configuration as a network.

    Parameters
    ----------
    configuration
        A value for each of the `NETWORK_GENES`, those excepted that may be left out.
    layer_ends
        Numbers of inputs and outputs.
    training
        Decides what the configuration leaves open.

    Raises
    ------
    UsageError
        Where a value is none that a network can have.
    """
    hidden, activation = _hidden_layers(configuration)
    architecture = Architecture(
        inputs=layer_ends[0],
        hidden=hidden,
        outputs=layer_ends[1],
        activation=activation,
        biases=configuration.get("biases", training.biases),
    )
    return Phenotype(
        architecture,
        configuration.get("starting_weights", training.starting_weights),
        float(configuration["learning_rate"]),
    )


def _hidden_layers(configuration: Mapping[str, Any]) -> tuple[Any, Any]:
    """Give the widths, and the activation of all layers or of each."""
    hidden = configuration["hidden"]
    if holds_pairs(hidden):
        return tuple(width for width, _ in hidden), tuple(name for _, name in hidden)
    return hidden, configuration["activation"] if hidden else "linear"
