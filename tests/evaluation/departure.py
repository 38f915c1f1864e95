"""A worker leaves while data are sent to it. Loaded by Dask's scheduler, as its `--preload`."""

from typing import Any

from distributed import Scheduler, scheduler


def dask_setup(running: Scheduler) -> None:
    """Remove a worker, once, after data were sent to it and before the scheduler notes where."""
    send = scheduler.scatter_to_workers

    async def send_once(workers: list[str], *args: Any, **options: Any) -> Any:  # noqa: ANN401 - Dask's
        scheduler.scatter_to_workers = send
        sent = await send(workers, *args, **options)
        await running.remove_worker(workers[0], stimulus_id="departure")
        return sent

    scheduler.scatter_to_workers = send_once
