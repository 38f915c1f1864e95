"""What a genome becomes: the one place that knows both genomes and networks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from neuroevo.learning import (
    READERS,
    Architecture,
    Optimization,
    StartingWeights,
    TrainingSettings,
)

TRAINING_GENES = ("biases", "starting_weights", *Optimization.model_fields)
"""The training settings that may be genes too; a gene takes the place of its setting."""

NETWORK_GENES = ("hidden", "learning_rate", "activation", *TRAINING_GENES)
"""The genes of a network; `activation` has no meaning where each layer has its own or there is
none."""


class HiddenLayer(NamedTuple):
    """A hidden layer as a genome describes it; the activation is empty where it names none."""

    width: int
    activation: str


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
    layers = layers_of(configuration) if configuration["hidden"] else ()
    names: Any = [layer.activation or configuration["activation"] for layer in layers]
    architecture = Architecture(
        inputs=layer_ends[0],
        hidden=tuple(layer.width for layer in layers),
        outputs=layer_ends[1],
        activation=tuple(names),
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


def layers_of(configuration: Mapping[str, Any], gene: str = "hidden") -> tuple[HiddenLayer, ...]:
    """Return the hidden layers that a configuration describes, from the inputs on.

    Its gene has a width for each of them, and then `activation` is that of all, or pairs of a
    width and an activation.

    Parameters
    ----------
    configuration
        Some genes and their values.
    gene
        The gene that describes layers; where it does not, or is missing, there are none.
    """
    value = configuration.get(gene)
    if not isinstance(value, tuple | list):
        return ()
    shared = str(configuration.get("activation", ""))
    return tuple(
        HiddenLayer(*layer) if isinstance(layer, tuple | list) else HiddenLayer(layer, shared)
        for layer in value
    )


def is_read(name: str, configuration: Mapping[str, Any]) -> bool:
    """Tell whether a gene has a part in a trial, as far as the configuration says."""
    reader = configuration.get("schedule" if name == "end_factor" else "optimizer")
    return name not in READERS or reader is None or reader in READERS[name]
