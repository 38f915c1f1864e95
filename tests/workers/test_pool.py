"""Whatever happens to workers, each item has a result or a failure with its cause."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from pathlib import Path

import psutil
import pytest

from neuroevo.errors import NeuroevoError
from neuroevo.workers import Workers
from neuroevo.workers.local import LocalBackend
from neuroevo.workers.pool import Failure, Job, Pool, never
from tests.workers.faults import DEADLY, FAULTY, SLOW, Items, times_run, work

JOBS = pytest.mark.parametrize("n_jobs", [1, 2])


def one_by_one(items: Items) -> list[Items]:
    """Split items into single ones."""
    return [(item,) for item in items]


def job(folder: Path) -> Job[Items, int]:
    """Make a job that runs items."""
    return Job(work, folder, one_by_one)


def loky(n_jobs: int, trial_timeout: float | None = None) -> Pool:
    """Make a pool of processes."""
    return Pool(LocalBackend(Workers(n_jobs, "loky")), trial_timeout)


def pairs(count: int) -> deque[Items]:
    """Make this many pairs of items."""
    return deque((2 * number, 2 * number + 1) for number in range(count))


def results(pool: Pool, items: Iterable[Items], folder: Path) -> dict[Items, int | Failure]:
    """Run items to the end."""
    running = pool.run(job(folder), deque(items), never)
    return dict(running)


def worker_processes(parent: int) -> list[psutil.Process]:
    """Find the loky workers of a process."""
    found = []
    for child in psutil.Process(parent).children():
        with suppress(psutil.NoSuchProcess):  # some come and go
            if "popen_loky_posix" in " ".join(child.cmdline()):
                found.append(child)
    return found


@JOBS
def test_items_run_in_other_processes(n_jobs: int, tmp_path: Path) -> None:
    """There are as many other processes as jobs, also with one job."""
    with loky(n_jobs) as pool:
        done = results(pool, pairs(6), tmp_path)
        assert len(worker_processes(os.getpid())) == n_jobs
    assert set(done) == set(pairs(6))
    assert os.getpid() not in done.values()


@JOBS
def test_a_killed_worker_costs_no_finished_item(n_jobs: int, tmp_path: Path) -> None:
    """When a worker is killed, its running items run again, and no others."""
    finished: list[Items] = []
    with loky(n_jobs) as pool:
        running = pool.run(job(tmp_path), pairs(30), never)
        for number, (item, worker) in enumerate(running):
            finished.append(item)
            if number in {3, 17}:
                assert isinstance(worker, int)
                os.kill(worker, signal.SIGKILL)
    assert sorted(number for item in finished for number in item) == list(range(60))
    assert [times_run(item, tmp_path) for item in finished[:4]] == [1] * 4


def test_all_workers_killed_at_once_are_replaced(tmp_path: Path) -> None:
    """When no worker is left, new ones are started."""
    with loky(2) as pool:
        running = pool.run(job(tmp_path), pairs(20), never)
        first = dict(islice(running, 4))
        for process in worker_processes(os.getpid()):
            process.kill()
        rest = dict(running)
    assert {*first, *rest} == set(pairs(20))
    assert all(isinstance(result, int) for result in rest.values())


@JOBS
def test_an_item_that_kills_its_worker_has_failed(n_jobs: int, tmp_path: Path) -> None:
    """Only the part that kills has failed, with its cause; it was run alone twice."""
    items = [(1, 2), (3, DEADLY, 4), (5, 6), (7, 8)]
    with loky(n_jobs) as pool:
        done = results(pool, items, tmp_path)
        again = results(pool, pairs(3), tmp_path)
    failure = done[DEADLY,]
    assert isinstance(failure, Failure)
    assert failure.cause == "its worker died twice (SIGKILL)"
    assert times_run((DEADLY,), tmp_path) == 2
    assert {(3,), (4,)} < set(done)
    assert sum(isinstance(result, Failure) for result in (*done.values(), *again.values())) == 1
    assert {item for items in done for item in items} == {1, 2, 3, 4, 5, 6, 7, 8, DEADLY}


@JOBS
def test_an_item_that_times_out_has_failed(n_jobs: int, tmp_path: Path) -> None:
    """An item that would take an hour is stopped, and the others have results."""
    items = [(1, 2), (3, SLOW), (5, 6), *[*pairs(6)][3:]]
    with loky(n_jobs, trial_timeout=1) as pool:
        done = results(pool, items, tmp_path)
    assert done.pop((SLOW,)) == Failure("took longer than its time limit of 1 s", 1)
    assert set(done) == {(1, 2), (3,), (5, 6), *[*pairs(6)][3:]}
    assert all(isinstance(result, int) for result in done.values())


@pytest.mark.parametrize("backend", ["threading", "loky"])
@JOBS
def test_an_item_that_raises_has_failed(n_jobs: int, backend: str, tmp_path: Path) -> None:
    """An exception is the cause of its item's failure, in one line, and of no other's."""
    workers = Workers(n_jobs, backend)  # type: ignore[arg-type]  # parametrised
    with Pool(LocalBackend(workers)) as pool:
        done = results(pool, [(1, FAULTY), (2, 3), (FAULTY,)], tmp_path)
    failures = {item: each.cause for item, each in done.items() if isinstance(each, Failure)}
    assert failures == {(FAULTY,): "ValueError: of two lines"}
    assert set(done) == {(1,), (2, 3), (FAULTY,)}


def test_items_that_are_not_needed_any_more_are_skipped(tmp_path: Path) -> None:
    """Items that are no longer needed are not handed out."""
    wanted = {1, 2, 3}

    def parts(items: Items) -> list[Items]:
        return [(item,) for item in items if item in wanted]

    items: deque[Items] = deque([(1,), (2,), (3,)])
    with Pool(LocalBackend(Workers(1))) as pool:
        running = pool.run(Job(work, tmp_path, parts), items, never)
        done = []
        for item, _ in running:
            done.append(item)
            wanted.discard(2)
    assert done == [(1,), (3,)]


@pytest.mark.parametrize("backend", ["threading", "loky"])
@JOBS
def test_stop_starts_no_more_items(n_jobs: int, backend: str, tmp_path: Path) -> None:
    """After a stop, running items are finished and returned; no others are started."""
    stop = threading.Event()
    done = []
    workers = Workers(n_jobs, backend)  # type: ignore[arg-type]  # parametrised
    with Pool(LocalBackend(workers)) as pool:
        for item, _ in pool.run(job(tmp_path), pairs(100), stop.is_set):
            done.append(item)
            if len(done) == 3:
                stop.set()
                begun_before = len(list(tmp_path.iterdir()))
    begun = list(tmp_path.iterdir())
    assert len(begun) == len(done) < begun_before + 3 * n_jobs


@pytest.mark.filterwarnings("error")
def test_the_caller_may_take_only_some_results(tmp_path: Path) -> None:
    """After the caller stops taking results, the pool works as before."""
    with loky(2) as pool:
        running = pool.run(job(tmp_path), pairs(50), never)
        next(running)
        running.close()
        assert len(results(pool, pairs(4), tmp_path)) == 4


def test_workers_ignore_signals(tmp_path: Path) -> None:
    """SIGINT, SIGTERM and SIGHUP, as a terminal sends them to all processes, kill no worker."""
    with loky(2) as pool:
        running = pool.run(job(tmp_path), pairs(30), never)
        first = dict(islice(running, 2))
        processes = worker_processes(os.getpid())
        for process in processes:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                process.send_signal(number)
        rest = dict(running)
    assert len(first) + len(rest) == 30
    assert set(rest.values()) <= {process.pid for process in processes}


def test_workers_that_die_without_work_are_an_error(tmp_path: Path) -> None:
    """If any worker is killed whatever it runs, there is an error and no failure of an item."""
    over = threading.Event()

    def kill_all() -> None:
        while not over.wait(0.05):
            for process in worker_processes(os.getpid()):
                process.kill()

    killer = threading.Thread(target=kill_all)
    killer.start()
    try:
        with loky(2) as pool, pytest.raises(NeuroevoError) as caught:
            results(pool, [(SLOW,)], tmp_path)
    finally:
        over.set()
        killer.join()
    assert str(caught.value) == "workers: must live, but one died without work (SIGKILL)"


ORPHANS = """
from pathlib import Path
from neuroevo.workers.pool import never
from tests.workers.test_pool import job, loky, pairs
with loky(2) as pool:
    for number, (item, worker) in enumerate(pool.run(job(Path({folder!r})), pairs(10_000), never)):
        if number == 5:
            print("working", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_parent_leaves_no_workers(number: signal.Signals, tmp_path: Path) -> None:
    """Five seconds after their parent was killed, all workers have exited."""
    script = textwrap.dedent(ORPHANS.format(folder=str(tmp_path)))
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"working\n"
        workers = worker_processes(parent.pid)
        parent.send_signal(number)
        parent.wait()
    assert len(workers) == 2
    _, alive = psutil.wait_procs(workers, timeout=5)
    assert not alive
