"""The catalogue of tasks: from the kind that an experiment names to the class of its settings."""

from collections.abc import Mapping
from types import MappingProxyType

from neuroevo.tasks.mouse import MouseTask
from neuroevo.tasks.task import Task

TASKS: Mapping[str, type[Task]] = MappingProxyType({"mouse": MouseTask})
