"""The catalogue of tasks: from the kind in experiments to the class of the task."""

from collections.abc import Mapping
from types import MappingProxyType

from neuroevo.tasks.dataset import DatasetTask
from neuroevo.tasks.function import FunctionTask
from neuroevo.tasks.mouse import MouseTask
from neuroevo.tasks.python import PythonTask
from neuroevo.tasks.table import TableTask
from neuroevo.tasks.task import Task

TASKS: Mapping[str, type[Task]] = MappingProxyType(
    {
        "mouse": MouseTask,
        "table": TableTask,
        "dataset": DatasetTask,
        "function": FunctionTask,
        "python": PythonTask,
    }
)
