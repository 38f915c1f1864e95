"""What a genome becomes: the one place that knows both genomes and networks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from neuroevo.learning import (
    READERS,
    Architecture,
    Optimization,
    StartingWeights,
    TrainingSettings,
)
from neuroevo.space.values import holds_pairs

TRAINING_GENES = ("biases", "starting_weights", *Optimization.model_fields)
"""The training settings that may be genes too; a gene takes the place of its setting."""

NETWORK_GENES = ("hidden", "learning_rate", "activation", *TRAINING_GENES)
"""The genes of a network; `activation` has no meaning where each layer has its own or there is
none."""


@dataclass(frozen=True, slots=True)
class Phenotype:
    """The network that a genome describes, and how it learns."""

    architecture: Architecture
    optimization: Optimization
    learning_rate: float
    starting_weights: StartingWeights


def phenotype_of(
    configuration: Mapping[str, Any], layer_ends: tuple[int, int], training: TrainingSettings
) -> Phenotype:
    """Express a configuration as a network.

    Parameters
    ----------
    configuration
        A value for each of the `NETWORK_GENES`; those of `TRAINING_GENES` may be left out, and
        `activation` where it has no meaning.
    layer_ends
        Numbers of inputs and outputs.
    training
        Decides what the configuration leaves open.

    Raises
    ------
    UsageError
        Where a value is none that a network can have.
    """
    chosen = {name: configuration.get(name, getattr(training, name)) for name in TRAINING_GENES}
    hidden, activation = _hidden_layers(configuration)
    architecture = Architecture(
        inputs=layer_ends[0],
        hidden=hidden,
        outputs=layer_ends[1],
        activation=activation,
        biases=chosen.pop("biases"),
        output="softmax" if training.loss == "cross_entropy" else "linear",
    )
    starting_weights = chosen.pop("starting_weights")
    return Phenotype(
        architecture,
        Optimization(**chosen),
        float(configuration["learning_rate"]),
        starting_weights,
    )


def is_read(name: str, configuration: Mapping[str, Any]) -> bool:
    """Tell whether a gene has a part in a trial, as far as the configuration says."""
    reader = configuration.get("schedule" if name == "end_factor" else "optimizer")
    return name not in READERS or reader is None or reader in READERS[name]


def _hidden_layers(configuration: Mapping[str, Any]) -> tuple[Any, Any]:
    """Give the widths, and the activation of all layers or of each."""
    hidden = configuration["hidden"]
    if holds_pairs(hidden):
        return tuple(width for width, _ in hidden), tuple(name for _, name in hidden)
    return hidden, configuration["activation"] if hidden else "linear"
