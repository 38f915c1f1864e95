"""Makes the workers that settings ask for."""

from collections.abc import Callable

from neuroevo.workers.backend import WorkerBackend
from neuroevo.workers.local import LocalBackend
from neuroevo.workers.workers import Workers


def backend_of(workers: Workers, prepare: Callable[[], None]) -> WorkerBackend:
    """Make workers.

    Parameters
    ----------
    workers
        How many, and of which kind.
    prepare
        Called once on each machine before they work; importable by its name.

    Raises
    ------
    NeuroevoError
        If a Dask cluster can't be reached.
    """
    if workers.backend == "dask":
        from neuroevo.workers.cluster import ClusterBackend  # noqa: PLC0415 - Dask is an extra

        return ClusterBackend(str(workers.scheduler), prepare)
    prepare()
    return LocalBackend(workers)
