"""Writes a trial's configuration as an experiment file; does not know which trial is best."""

import math
from pathlib import Path
from typing import TYPE_CHECKING

from neuroevo.errors import StorageError
from neuroevo.runs.trial import Trial
from neuroevo.storage.disk import is_missing, read_bytes

if TYPE_CHECKING:
    from neuroevo.experiment import Experiment

_MOST_BYTES = 1_000_000


def best_toml(experiment: "Experiment", trial: Trial, run_id: str = "") -> str:
    """Write the experiment with every gene fixed to a trial's value.

    What can be a gene or a setting is written as a setting.

    Parameters
    ----------
    experiment
        The experiment that the trial belongs to.
    trial
        Any of its trials.
    run_id
        The run that it was found in.

    Returns
    -------
    str
        TOML: comments on the configuration's origin and its objectives, then an experiment that
        can be loaded.
    """
    head = "".join(f"# {line}\n" for line in _origin(trial, run_id))
    return f"{head}\n{experiment.fixed(trial.genome).to_toml()}"


def read_best(path: Path) -> str:
    """Read the file of a run's best configuration; empty if there is none.

    Raises
    ------
    StorageError
        If it exists, but can't be read.
    """
    try:
        return read_bytes(path, _MOST_BYTES).decode("utf-8", errors="replace")
    except StorageError as error:
        if is_missing(error):
            return ""
        raise


def _origin(trial: Trial, run_id: str) -> list[str]:
    where = f" of run {run_id}" if run_id else ""
    kind = f"the baseline {trial.name}" if trial.name else f"generation {trial.generation}"
    scores = ", ".join(
        f"{name} {value!r}" if math.isfinite(value) else f"{name} not finite"
        for name, value in trial.objectives.items()
    )
    return [
        f"Trial {trial.number}{where} ({kind}), every gene fixed.",
        f"Objectives: {scores}.",
        "To continue from it: neuroevo run EXPERIMENT.toml --seed-from THIS_FILE.",
    ]
