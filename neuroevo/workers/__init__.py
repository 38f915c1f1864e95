"""Runs jobs on threads, processes or a Dask cluster, also if workers die.

Knows neither networks nor disk. Importing this package loads no joblib.
"""

from neuroevo.workers.workers import TIMED_OUT, WORKER_DIED, Backend, Work, Workers

__all__ = ["TIMED_OUT", "WORKER_DIED", "Backend", "Work", "Workers"]
