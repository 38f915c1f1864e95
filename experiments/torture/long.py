"""A long run: memory and the number of open files must stay constant."""

import re
import time
from dataclasses import dataclass
from pathlib import Path

from experiments.torture.folders import run_folder
from experiments.torture.outcomes import Outcome, row
from experiments.torture.rows import Row
from experiments.torture.stage import Case, Size, stage

_RESIDENT = re.compile(r"^VmRSS:\s+(\d+) kB$", re.MULTILINE)
_GROWTH = 1.05  # of memory, from the first quarter of the run to its last: trials are remembered
_PAUSE = 0.05  # seconds between two looks


@dataclass(frozen=True, slots=True)
class _Look:
    """Measurements of a process that searches."""

    share: float  # of the journal that is written
    memory: int  # kB
    files: int  # open


def long(times: int) -> list[Row]:
    """Run this many generations, and measure the process meanwhile."""
    with stage(Size(4, times, 10, 1)) as ours, ours.case() as case:
        running = case.run("--jobs", "1")
        running.until(lambda: run_folder(case.results) is not None)
        size = (ours.undisturbed / "trials.jsonl").stat().st_size
        looks = []
        while not running.is_over:
            looks += _look(running.pid, case, size)
            time.sleep(_PAUSE)
        outcome = case.judged((), running.end().problems(0))
    # Before and after it, libraries are loaded: for the search, and for the report.
    early = [look for look in looks if 0.15 < look.share < 0.35]  # noqa: PLR2004 - a quarter
    late = [look for look in looks if 0.75 < look.share < 0.95]  # noqa: PLR2004 - the last one
    if not early or not late:
        problems: tuple[str, ...] = ("it was too short to be looked at",)
        return [row(f"{times:,} generations", [Outcome(outcome.lost, problems)])]
    problems = outcome.problems
    memory = [max(look.memory for look in looks) for looks in (early, late)]
    files = [max(look.files for look in looks) for looks in (early, late)]
    if memory[1] > _GROWTH * memory[0]:
        problems += ("memory grows",)
    if files[1] > files[0]:
        problems += ("open files grow",)
    measured = (
        f"{memory[0] / 1000:.1f} to {memory[1] / 1000:.1f} MB, {files[0]} to {files[1]} files"
    )
    found = row(f"{times:,} generations", [Outcome(outcome.lost, problems)])
    return [Row(found.fault, found.times, found.lost, found.differing, f"{measured} {found.note}")]


def _look(pid: int, case: Case, size: int) -> list[_Look]:
    """Measure once, unless the process has ended."""
    process = Path(f"/proc/{pid}")
    try:
        resident = _RESIDENT.search((process / "status").read_text(encoding="utf-8"))
        files = len(list((process / "fd").iterdir()))
        written = (case.run_folder / "trials.jsonl").stat().st_size
    except OSError:
        return []
    return [_Look(written / size, int(resident[1]), files)] if resident else []
