"""What a task gives to a search: a data set for networks, or a function; and what runs keep of it.

Does not know how candidates are evaluated.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from neuroevo.errors import UsageError
from neuroevo.experiment import Experiment
from neuroevo.learning import UNKNOWN_COLUMNS, Columns, DataSet
from neuroevo.runs import data_fingerprint
from neuroevo.tasks import FunctionSource, PythonTask

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What candidates are evaluated on, and what runs keep of it, see `neuroevo.runs.Start`."""

    evaluated_on: DataSet | FunctionSource
    fingerprint: Mapping[str, str]
    columns: Columns = UNKNOWN_COLUMNS
    kept: Mapping[str, Any] = field(default_factory=dict)
    preparation: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def fingerprint_of(evaluated_on: DataSet | FunctionSource) -> dict[str, str]:
    """Describe the data, or the file of a function, so that others have other descriptions."""
    if isinstance(evaluated_on, DataSet):
        return data_fingerprint(evaluated_on)
    return {evaluated_on.path.name: evaluated_on.fingerprint}


def material_of(
    experiment: Experiment, data: "str | Path | pd.DataFrame | None" = None
) -> Material:
    """Read or make what the experiment's task gives; runs nothing of a function's file.

    Parameters
    ----------
    experiment
        The experiment.
    data
        Its data, if they are not where they were, see `NetworkTask.located`.

    Raises
    ------
    UsageError
        If its task has no data to be given.
    DataError
        If a file is wrong.
    """
    if isinstance(experiment.task, PythonTask):
        if data is not None:
            raise UsageError("data: must be left out for the task 'python', which has a function")
        source = experiment.task.load()
        return Material(source, fingerprint_of(source))
    loaded = experiment.network_task.located(data).load()
    return Material(
        loaded.data_set,
        fingerprint_of(loaded.data_set),
        loaded.data_set.columns,
        loaded.kept,
        loaded.preparation,
        loaded.warnings,
    )
