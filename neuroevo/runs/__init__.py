"""The run folder: its layout, journal, checkpoint and champions.

It is the only contract between searching and reporting; it neither searches nor reports.
"""

from neuroevo.runs.atomic import write_atomically
from neuroevo.runs.best import best_toml
from neuroevo.runs.champions import Champion, read_champions, write_champions
from neuroevo.runs.checkpoint import read_checkpoint, write_checkpoint
from neuroevo.runs.environment import cpu_model, environment, version
from neuroevo.runs.folder import RunFolder, check_name, find_run, list_runs
from neuroevo.runs.journal import Journal, read_trials
from neuroevo.runs.trial import State, Trial

__all__ = [
    "Champion",
    "Journal",
    "RunFolder",
    "State",
    "Trial",
    "best_toml",
    "check_name",
    "cpu_model",
    "environment",
    "find_run",
    "list_runs",
    "read_champions",
    "read_checkpoint",
    "read_trials",
    "version",
    "write_atomically",
    "write_champions",
    "write_checkpoint",
]
