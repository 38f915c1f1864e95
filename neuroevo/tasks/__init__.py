"""Tasks that networks learn, each with its data, and a catalogue of them by kind."""

from neuroevo.tasks.catalogue import TASKS
from neuroevo.tasks.mouse import MouseTask
from neuroevo.tasks.task import Baseline, Task, TaskData

__all__ = ["TASKS", "Baseline", "MouseTask", "Task", "TaskData"]
