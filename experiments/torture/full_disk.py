"""Faults: no space left at one call, from one call on, or on a real device of 1 MB."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from experiments.torture.driver import FullDisk, Moment, intercept
from experiments.torture.folders import run_folder
from experiments.torture.outcomes import Outcome, each, row
from experiments.torture.rows import Row
from experiments.torture.stage import Case, Size, Stage, stage

_STORAGE = 74
_BEFORE = "before there was anything to resume"
_DEVICE, _PAGE = 1 << 20, 4096  # bytes
_MOUNT, _UNMOUNT = "/bin/mount", "/bin/umount"


def full_disk(times: int) -> list[Row]:
    """Let each call by which a run changes its folder fail, or this many of them."""
    with stage(Size(4, 3)) as ours:
        last = len(ours.calls)
        moments = spread(last, times)

        def failing(*, lasting: bool, half_way: bool) -> list[Outcome]:
            return each(
                lambda n: _at_call(ours, Moment(moments[n], lasting=lasting), half_way=half_way),
                len(moments),
            )

        rows = [
            row("no space at one call", failing(lasting=False, half_way=False)),
            row("no space at one call, a write half done", failing(lasting=False, half_way=True)),
            row("no space from a call on", failing(lasting=True, half_way=True)),
            row(
                "no space from a call of the resume on",
                each(lambda n: _in_resume(ours, moments[n]), len(moments)),
            ),
        ]
        if can_mount(ours.folder):
            free = spread(_DEVICE // _PAGE // 8, times)
            rows.append(
                row(
                    "a device of 1 MB is full",
                    each(lambda n: _on_device(ours, free[n] - 1), len(free)),
                )
            )
        return rows


def spread(last: int, most: int) -> list[int]:
    """Choose numbers from 1 to the last one, evenly: all, or at most this many."""
    count = min(last, most)
    return sorted({1 + index * last // count for index in range(count)})


def can_mount(folder: Path) -> bool:
    """Whether this process may mount a device."""
    try:
        with _device(folder / "probe"):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


def _at_call(ours: Stage, moment: Moment, *, half_way: bool) -> Outcome:
    with ours.case() as case:
        prepare = partial(intercept, case.results, moment, FullDisk(half_way=half_way))
        ended = case.run("--jobs", "1", prepare=prepare).end()
        return _mended(case, ended.problems(0, _STORAGE))


def _in_resume(ours: Stage, at: int) -> Outcome:
    with ours.case() as case:
        case.stop_at(Moment(len(ours.calls) // 3), half_way=True)
        earlier = case.journal()
        act = FullDisk(half_way=True)
        prepare = partial(intercept, case.results, Moment(at, lasting=True), act)
        ended = case.resume("--jobs", "1", prepare=prepare).end()
        outcome = _mended(case, ended.problems(0, _STORAGE))
        return Outcome(
            outcome.lost + len(set(earlier) - set(case.journal())), outcome.problems, outcome.remark
        )


def _on_device(ours: Stage, pages: int) -> Outcome:
    with ours.case() as case, _device(case.results):
        ballast = case.results / "ballast"
        ballast.write_bytes(bytes(_DEVICE - pages * _PAGE))
        ended = case.run("--jobs", "1").end()
        ballast.unlink()
        # The report alone is larger than the device.
        _call(_MOUNT, "-o", "remount,size=64m", str(case.results))
        return _mended(case, ended.problems(_STORAGE))


def _mended(case: Case, problems: tuple[str, ...]) -> Outcome:
    if run_folder(case.results) is None:
        return Outcome(problems=(*problems, *case.run().end().problems(0)), remark=_BEFORE)
    outcome = case.mended(case.journal(), "--jobs", "1")
    return Outcome(outcome.lost, (*problems, *outcome.problems))


@contextmanager
def _device(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True)
    _call(_MOUNT, "-t", "tmpfs", "-o", f"size={_DEVICE}", "none", str(folder))
    try:
        yield
    finally:
        _call(_UNMOUNT, str(folder))


def _call(*command: str) -> None:
    if os.geteuid() != 0:
        raise PermissionError("only root mounts devices")
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - with our own folder
