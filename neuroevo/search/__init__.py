"""The search: asks, evaluates, records and tells until an end is reached, or goes on where it was.

It leaves a run folder, or a record in memory; it draws and prints nothing.
"""

from neuroevo.search.beginning import resume, search, search_in_memory
from neuroevo.search.progress import Observer, Phase, Progress, StoppedError, nobody
from neuroevo.search.stopping import ENDS
from neuroevo.search.studies import Counter, count_nothing

__all__ = [
    "ENDS",
    "Counter",
    "Observer",
    "Phase",
    "Progress",
    "StoppedError",
    "count_nothing",
    "nobody",
    "resume",
    "search",
    "search_in_memory",
]
