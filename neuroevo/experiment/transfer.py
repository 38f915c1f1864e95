"""Transfers a configuration of one experiment to the search space of another.

Knows genes and training settings; does not know where the configuration comes from.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neuroevo.errors import UsageError
from neuroevo.evaluation import TRAINING_GENES, layers_of
from neuroevo.experiment.experiment import Experiment
from neuroevo.learning import READERS, TrainingSettings, is_read
from neuroevo.space import Gene, Genome, SearchSpace


@dataclass(frozen=True, slots=True)
class Transfer:
    """A configuration in another search space.

    Parameters
    ----------
    genome
        A genome of that space.
    left_out
        Genes and settings of the configuration that are not genes of the space and have another
        value in the other experiment.
    """

    genome: Genome
    left_out: tuple[str, ...]


def transfer(
    configuration: Mapping[str, Any], origin: TrainingSettings, target: Experiment
) -> Transfer:
    """Transfer a configuration to the search space of another experiment.

    A gene of networks that the configuration lacks gets the training setting of its experiment. If
    that is a default which the gene does not allow, the setting of the other experiment is used.
    Hidden layers get activations of their own, or one for all, as the space requires; if there are
    none, the activation is any that the space has. Genes that are not active there get no value.

    Parameters
    ----------
    configuration
        A value for each gene of its experiment.
    origin
        The training settings of that experiment.
    target
        The experiment to whose search space it is transferred.

    Raises
    ------
    UsageError
        One line for each value that the space does not allow.
    """
    if not target.trains_networks:
        return _transferred(configuration, target.space)
    space, own = target.space, _with_layers_of(target.space, configuration)
    whole = _settings(origin) | own
    values: dict[str, Any] = {}
    refused_defaults = []
    for name in sorted(space.genes, key=READERS.__contains__):  # optimizer and schedule first
        offers = [whole[name]] if name in whole else []
        fields = TrainingSettings.model_fields
        if name not in own and name in whole and whole[name] == fields[name].default:
            offers.append(getattr(target.training, name))
        allowed = [offer for offer in offers if _allows(space.genes[name], offer)]
        if not offers:
            allowed = [space.genes[name].sample(np.random.default_rng(0))]
        values[name] = (allowed or offers)[0]
        if not allowed and len(offers) > 1:
            refused_defaults.append(name)
    left_out = (
        name
        for name, value in whole.items()
        if name not in space.genes
        and is_read(name, whole)
        and value != getattr(target.training, name, None)
    )
    return Transfer(_genome(space, values, refused_defaults), tuple(left_out))


def _transferred(configuration: Mapping[str, Any], space: SearchSpace) -> Transfer:
    """Transfer the genes of the same names."""
    own = {name: value for name, value in configuration.items() if name in space.genes}
    return Transfer(space.genome(own), tuple(name for name in configuration if name not in own))


def _genome(
    space: SearchSpace, values: Mapping[str, Any], refused_defaults: Collection[str]
) -> Genome:
    """Make the genome; if a default is refused, the error says which setting replaces it."""
    try:
        return space.genome(values)
    except UsageError as error:
        problems = []
        for problem in error.problems:
            name = problem.partition(":")[0]
            hint = f", a default; training.{name} can give it another"
            problems.append(problem + hint * (name in refused_defaults))
        raise UsageError(*problems) from None


def _with_layers_of(space: SearchSpace, configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Give the hidden layers activations of their own, or one for all, as the space has them."""
    values, layers = dict(configuration), layers_of(configuration)
    values.pop("activation", None)
    if not layers:
        return values
    if "activation" not in space.genes:
        return values | {"hidden": tuple(map(tuple, layers))}
    names = {layer.activation for layer in layers}
    if len(names) > 1:
        hidden = configuration["hidden"]
        raise UsageError(f"hidden: must have one activation for all layers, but got {hidden!r}")
    return values | {"hidden": tuple(layer.width for layer in layers), "activation": names.pop()}


def _settings(training: TrainingSettings) -> dict[str, Any]:
    return {name: getattr(training, name) for name in TRAINING_GENES}


def _allows(gene: Gene, value: object) -> bool:
    try:
        gene.check(value)
    except UsageError:
        return False
    return True
