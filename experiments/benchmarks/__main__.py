"""The entry point: `python -m experiments.benchmarks [PART ...] [--json] [--rounds N]`.

`libraries` is measured only if it is named, as npm loads packages for it, `instructions`, as it
needs Linux on x86-64, and `early_stopping` and `warm_starts`, as their searches take minutes; their
rounds are seeds.
`fitting`, `search` and `whole_search` take minutes or hours, so they are no part of all either, and
have options of their own.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import Any

from experiments.benchmarks.machine import this_machine
from experiments.benchmarks.markdown import Table
from experiments.benchmarks.measuring import say
from neuroevo.errors import NeuroevoError

_ROUNDS = {
    "startup": 5,
    "run": 3,
    "backends": 5,
    "report": 3,
    "pages": 5,
    "kernel": 7,
    "tables": 5,
    "exports": 5,
    "instructions": 5,
    "libraries": 5,
    "early_stopping": 3,
    "warm_starts": 5,
}
"""The parts in the order in which they are measured, and how often each measurement is taken.

Those of the kernel come late: their peers make this process large, and a child's peak memory counts
from the size of its parent on.
"""

_ONLY_IF_NAMED = ("instructions", "libraries", "early_stopping", "warm_starts")
_COMMANDS = ("fitting", "search", "whole_search")


@dataclass(frozen=True, slots=True)
class Part:
    """One of the modules that measure."""

    measure: Callable[[int], Any]
    tables: Callable[[Any], list[Table]]


def main() -> int:
    """Run the measurements that are asked for; tables go to stdout, progress to stderr."""
    if sys.argv[1:2] and sys.argv[1] in _COMMANDS:
        return _comparison(sys.argv[1], sys.argv[2:])
    arguments = _parser().parse_args()
    everything = [name for name in _ROUNDS if name not in _ONLY_IF_NAMED]
    parts = everything if "all" in arguments.parts else []
    parts += [name for name in _ROUNDS if name in arguments.parts and name not in parts]
    try:
        _measure(parts, arguments.rounds, as_json=arguments.json)
    except NeuroevoError as error:
        for problem in error.problems:
            say(problem)
        return error.exit_code
    return 0


def _comparison(name: str, arguments: Sequence[str]) -> int:
    # Imported only here, as it loads scikit-learn and would make this process large.
    command: Callable[[Sequence[str]], int] = import_module(
        f"experiments.benchmarks.{name}.command"
    ).main
    return command(arguments)


def _measure(parts: Sequence[str], rounds: int | None, *, as_json: bool) -> None:
    machine = this_machine()
    measured: dict[str, Any] = {"machine": asdict(machine)}
    if not as_json:
        _write(machine.markdown())
    for name in parts:
        part = _part(name)
        result = part.measure(rounds or _ROUNDS[name])
        measured[name] = asdict(result)
        if not as_json:
            _write(*(table.markdown() for table in part.tables(result)))
    if as_json:
        _write(json.dumps(measured, indent=2))


def _part(name: str) -> Part:
    module = import_module(f"experiments.benchmarks.{name}")
    return Part(module.measure, module.tables)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m experiments.benchmarks",
        description="Measure how fast and lean neuroevo is.",
        epilog=(
            "all: all but instructions, for Linux on x86-64, libraries, for which npm loads "
            "packages, and early_stopping. fitting --help, search --help, whole_search --help: "
            "comparisons with other searches, for minutes or hours"
        ),
    )
    parser.add_argument(
        "parts", nargs="*", choices=[*_ROUNDS, "all"], default="all", help="what to measure"
    )
    parser.add_argument("--rounds", type=int, help="how often to take each measurement")
    parser.add_argument("--json", action="store_true", help="write JSON instead of tables")
    return parser


def _write(*texts: str) -> None:
    for text in texts:
        sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
