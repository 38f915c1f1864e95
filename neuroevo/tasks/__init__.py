"""Tasks, what configurations are evaluated on, and a catalogue of them by kind."""

from neuroevo.tasks.catalogue import TASKS
from neuroevo.tasks.dataset import DatasetTask
from neuroevo.tasks.function import FunctionTask
from neuroevo.tasks.mouse import MouseTask
from neuroevo.tasks.prepared import PreparedTask
from neuroevo.tasks.python import NAME_RULE, FunctionSource, PythonTask, is_plain_name
from neuroevo.tasks.table import TableTask
from neuroevo.tasks.task import Baseline, NetworkTask, Task, TaskData

__all__ = [
    "NAME_RULE",
    "TASKS",
    "Baseline",
    "DatasetTask",
    "FunctionSource",
    "FunctionTask",
    "MouseTask",
    "NetworkTask",
    "PreparedTask",
    "PythonTask",
    "TableTask",
    "Task",
    "TaskData",
    "is_plain_name",
]
