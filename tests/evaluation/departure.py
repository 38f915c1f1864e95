"""A worker leaves while data are sent to it. Loaded by Dask's scheduler, as its `--preload`.

The environment variable DEPARTURE says when: after data were `sent` to a worker, before the
scheduler notes where they are; or before it lets a worker copy them, if it does, `copied`.
"""

import os
from typing import Any

from distributed import Scheduler, scheduler


def dask_setup(running: Scheduler) -> None:
    """Remove a worker at that moment, once."""
    if os.environ["DEPARTURE"] == "sent":
        _leave_when_sent(running)
    else:
        _leave_when_copied(running)


def _leave_when_sent(running: Scheduler) -> None:
    send = scheduler.scatter_to_workers

    async def send_once(workers: list[str], *args: Any, **options: Any) -> Any:  # noqa: ANN401 - Dask's
        scheduler.scatter_to_workers = send
        sent = await send(workers, *args, **options)
        await running.remove_worker(workers[0], stimulus_id="departure")
        return sent

    scheduler.scatter_to_workers = send_once


def _leave_when_copied(running: Scheduler) -> None:
    copy = running.gather_on_worker

    async def copy_once(worker: str, *args: Any) -> Any:  # noqa: ANN401 - Dask's
        running.gather_on_worker = copy
        await running.remove_worker(worker, stimulus_id="departure")
        return await copy(worker, *args)

    running.gather_on_worker = copy_once
