"""Tasks that networks learn, each with its data, and a catalogue of them by kind."""

from neuroevo.tasks.catalogue import TASKS
from neuroevo.tasks.dataset import DatasetTask
from neuroevo.tasks.function import FunctionTask
from neuroevo.tasks.mouse import MouseTask
from neuroevo.tasks.table import TableTask
from neuroevo.tasks.task import Baseline, Task, TaskData

__all__ = [
    "TASKS",
    "Baseline",
    "DatasetTask",
    "FunctionTask",
    "MouseTask",
    "TableTask",
    "Task",
    "TaskData",
]
