"""Jobs on threads, processes or a Dask cluster: what becomes of them, whatever becomes of workers.

Knows neither networks nor disk. Importing this package loads no joblib.
"""

from neuroevo.workers.workers import Backend, Work, Workers

__all__ = ["Backend", "Work", "Workers"]
