"""The search loop: asks a strategy for candidates, trains them and records the trials.

It leaves a run folder, or a record in memory; it draws and prints nothing.
"""

from neuroevo.search.progress import Observer, Phase, Progress, StoppedError, ignore_progress
from neuroevo.search.start_and_resume import resume, search, search_in_memory
from neuroevo.search.stopping import ENDS
from neuroevo.search.studies import Counter

__all__ = [
    "ENDS",
    "Counter",
    "Observer",
    "Phase",
    "Progress",
    "StoppedError",
    "ignore_progress",
    "resume",
    "search",
    "search_in_memory",
]
