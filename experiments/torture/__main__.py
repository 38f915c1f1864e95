"""The entry point: `python -m experiments.torture [FAMILY ...] [--times N]`."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module

from experiments.benchmarks.markdown import Table
from experiments.benchmarks.measuring import say
from experiments.torture.rows import Row

_TIMES = {
    "kills": 300,
    "tables": 100,
    "races": 50,
    "full_disk": 1000,
    "damage": 2000,
    "readers": 10_000,
    "workers": 100,
    "dying_trials": 5,
    "signals": 25,
    "fitness": 1000,
    "clock": 50,
    "long": 2000,
    "processors": 1,
    "fuzz": 10,
}
"""The families in their order, and how often their faults are made; fuzz counts minutes."""

_COLUMNS = ("fault", "times", "lost", "differing", "")
_NOTE = (
    "Lost: finished trials that were missing afterwards or trained again. Differing: runs whose "
    "journal, checkpoint, best.toml or champions are unlike those of an undisturbed run, or whose "
    "commands ended otherwise than they should."
)


def main() -> int:
    """Run the families that are asked for; the table goes to stdout, progress to stderr."""
    arguments = _parser().parse_args()
    rows: list[Row] = []
    for name in arguments.families or _TIMES:
        start = time.monotonic()
        found = _family(name)(arguments.times or _TIMES[name])
        say(f"{name}: {time.monotonic() - start:.0f} s")
        for row in found:
            say(f"  {' · '.join(_cells(row))}")
        rows += found
    total = _total(rows)
    table = Table("Torture", _COLUMNS, tuple(_cells(row) for row in (*rows, total)), (_NOTE,))
    sys.stdout.write(table.markdown())
    return 1 if total.lost or total.differing else 0


def _family(name: str) -> Callable[[int], list[Row]]:
    family: Callable[[int], list[Row]] = getattr(import_module(f"experiments.torture.{name}"), name)
    return family


def _total(rows: Sequence[Row]) -> Row:
    times, lost, differing = (
        sum(getattr(row, name) for row in rows) for name in ("times", "lost", "differing")
    )
    return Row("total", times, lost, differing)


def _cells(row: Row) -> tuple[str, ...]:
    return row.fault, f"{row.times:,}", f"{row.lost:,}", f"{row.differing:,}", row.note


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m experiments.torture",
        description="Count what a run loses when everything around it fails.",
    )
    parser.add_argument("families", nargs="*", choices=[*_TIMES, []], help="all without any")
    parser.add_argument("--times", type=int, help="how often each fault is made, about")
    return parser


if __name__ == "__main__":
    sys.exit(main())
