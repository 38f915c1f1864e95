"""The parameters of an estimator as settings of a training, and configurations as parameters.

Knows names and values; trains nothing.
"""

from collections.abc import Mapping
from typing import Any

from neuroevo.errors import UsageError, collected
from neuroevo.evaluation import TRAINING_GENES
from neuroevo.evaluation.phenotype import Phenotype, phenotype_of
from neuroevo.experiment import Experiment
from neuroevo.learning import TrainingSettings, is_read
from neuroevo.space.values import is_number, is_whole, plain, worded
from neuroevo.tasks.table_defaults import table_defaults

SETTINGS = (
    *TRAINING_GENES,
    "samples",
    "replicates",
    "shuffle",
    "precision",
    "patience",
    "restore_best",
    "validation_share",
)
"""The settings of a training that are parameters of estimators."""

Parameters = Mapping[str, Any]


def training_settings(parameters: Parameters, *, rows: int, is_classes: bool) -> TrainingSettings:
    """Return the settings of a training with some parameters.

    Parameters
    ----------
    parameters
        A value for each of `SETTINGS`; `samples` may be None.
    rows
        Number of training rows, which decide the sample budget then.
    is_classes
        Whether networks learn classes.

    Raises
    ------
    UsageError
        One line for each value that is wrong.
    """
    given = {name: parameters[name] for name in SETTINGS}
    if given["samples"] is None:
        defaults = table_defaults(is_classes=is_classes, training_rows=rows)
        given["samples"] = defaults["training"]["samples"]
    loss = "cross_entropy" if is_classes else "squared_error"
    return TrainingSettings.of({**given, "loss": loss})


def check_parameters(parameters: Parameters) -> None:
    """Check the parameters that are no settings of a training.

    Raises
    ------
    UsageError
        One line for each value that is wrong.
    """
    problems = []
    rate, share = parameters["learning_rate"], parameters["validation"]
    if not is_number(rate) or not 0 < rate <= _LARGEST:
        problems.append(f"learning_rate: must be a number above 0, but got {worded(rate)}")
    if not is_number(share) or not 0 <= share < 1:
        rule = "must be a share of at least 0, and below 1"
        problems.append(f"validation: {rule}, but got {worded(share)}")
    if not _is_layers(parameters["hidden"]):
        rule = "must be a list of whole numbers, or of pairs (whole number, activation)"
        problems.append(f"hidden: {rule}, but got {worded(parameters['hidden'])}")
    count = parameters["ensemble"]
    if count is not None and (not is_whole(count) or count < 1):
        problems.append(f"ensemble: must be a whole number of at least 1, but got {worded(count)}")
    if problems:
        raise UsageError(*problems)


_LARGEST = 1e30  # of a learning rate; beyond it all networks diverge at once


def _is_layers(value: object) -> bool:
    if not isinstance(value, list | tuple):
        return False
    problems: list[str] = []
    with collected(problems):
        plain(value)
    return not problems


def phenotype(
    parameters: Parameters, layer_ends: tuple[int, int], training: TrainingSettings
) -> Phenotype:
    """Return the network that parameters describe, for some numbers of inputs and outputs."""
    names = ("hidden", "learning_rate", "activation")
    configuration = {name: parameters[name] for name in names}
    return phenotype_of(configuration, layer_ends, training)


def parameters_of(experiment: Experiment) -> dict[str, Any]:
    """Return the parameters of the only configuration of an experiment.

    Settings that its optimizer or schedule does not use are left out.

    Raises
    ------
    UsageError
        One line for each gene that is not fixed.
    """
    genome = experiment.only_configuration
    whole = {name: getattr(experiment.training, name) for name in SETTINGS} | dict(genome)
    parameters = {name: value for name, value in whole.items() if is_read(name, whole)}
    share = getattr(experiment.task, "validation", None)
    if share is not None and experiment.task.fold_count == 1:
        parameters["validation"] = share
    return parameters
