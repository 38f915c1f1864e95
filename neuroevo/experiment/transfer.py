"""How a configuration of one experiment becomes a genome of another's search space.

It knows genes and training settings; where the configuration comes from is for others to know.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neuroevo.errors import UsageError
from neuroevo.evaluation import TRAINING_GENES, is_read, layers_of
from neuroevo.experiment.experiment import Experiment
from neuroevo.learning import READERS, TrainingSettings
from neuroevo.space import Gene, Genome, SearchSpace


@dataclass(frozen=True, slots=True)
class Transfer:
    """A configuration in another search space.

    Parameters
    ----------
    genome
        A genome of that space.
    left_out
        The genes and settings that have a part in the configuration, that the space has no gene
        for, and that the other experiment sets to something else.
    """

    genome: Genome
    left_out: tuple[str, ...]


def transfer(
    configuration: Mapping[str, Any], origin: TrainingSettings, target: Experiment
) -> Transfer:
    """Take a configuration over into the search space of another experiment.

    A gene that it lacks takes the setting that it was trained with. Where that is a mere default
    which the gene can't take, the other experiment's setting stands in; where nothing reads the
    gene, any of its values. Hidden layers get or lose activations of their own as the space has
    them.

    Parameters
    ----------
    configuration
        A value for each gene of the experiment that it was found in.
    origin
        The training settings of that experiment.
    target
        The experiment whose search space it is for.

    Raises
    ------
    UsageError
        One line for each value that the space can't take.
    """
    space, own = target.space, _in_form(configuration, target.space)
    whole = _settings(origin) | own
    values: dict[str, Any] = {}
    unsettled = []
    for name in sorted(space.genes, key=READERS.__contains__):  # first those that decide who reads
        offers = [whole[name]] if name in whole else []
        if name not in own and name in whole and whole[name] == _default(name):
            offers.append(getattr(target.training, name))
        fitting = [offer for offer in offers if _takes(space.genes[name], offer)]
        if not fitting and not (offers and is_read(name, _settings(target.training) | values)):
            fitting = [space.genes[name].sample(np.random.default_rng(0))]
        values[name] = (fitting or offers)[0]
        if not fitting and len(offers) > 1:
            unsettled.append(name)
    left_out = (
        name
        for name, value in whole.items()
        if name not in space.genes
        and is_read(name, whole)
        and value != getattr(target.training, name, None)
    )
    return Transfer(_genome(space, values, unsettled), tuple(left_out))


def _genome(space: SearchSpace, values: Mapping[str, Any], unsettled: Collection[str]) -> Genome:
    """Make the genome, or say where a gene could have got a value that nobody chose."""
    try:
        return space.genome(values)
    except UsageError as error:
        told = []
        for problem in error.problems:
            name = problem.partition(":")[0]
            hint = f", a default; training.{name} can give it another" if name in unsettled else ""
            told.append(problem + hint)
        raise UsageError(*told) from None


def _in_form(configuration: Mapping[str, Any], space: SearchSpace) -> dict[str, Any]:
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


def _default(name: str) -> object:
    return TrainingSettings.model_fields[name].default


def _takes(gene: Gene, value: object) -> bool:
    try:
        gene.check(value)
    except UsageError:
        return False
    return True
