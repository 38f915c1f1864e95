"""What a task gives to a search: a data set for networks, or a function; and what runs keep of it.

Does not know how candidates are evaluated.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from neuroevo.learning import UNKNOWN_COLUMNS, Columns, DataSet
from neuroevo.runs import data_fingerprint
from neuroevo.tasks import FunctionSource, NetworkTask, PythonTask, Task


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


def material_of(task: Task) -> Material:
    """Read or make what a task gives; runs nothing of a function's file.

    Raises
    ------
    DataError
        If a file is wrong.
    """
    if isinstance(task, PythonTask):
        source = task.load()
        return Material(source, fingerprint_of(source))
    assert isinstance(task, NetworkTask)  # noqa: S101 - there are no others
    loaded = task.load()
    return Material(
        loaded.data_set,
        fingerprint_of(loaded.data_set),
        loaded.data_set.columns,
        loaded.kept,
        loaded.preparation,
        loaded.warnings,
    )
