"""The command `python -m experiments.benchmarks fitting`: its options, and what is measured when.

Results come one after the other, each in a process of its own, and are kept as they come.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from experiments.benchmarks import child
from experiments.benchmarks.fitting.competitors import COMPETITORS, OURS
from experiments.benchmarks.fitting.results import Key, Result
from experiments.benchmarks.fitting.sets import SETS
from experiments.benchmarks.fitting.summary import tables
from experiments.benchmarks.kept_results import KeptResults
from experiments.benchmarks.machine import this_machine
from experiments.benchmarks.measuring import say
from neuroevo.errors import NeuroevoError

_PEERS = tuple(name for name in COMPETITORS if name != OURS)
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",  # two processes have two cores
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONWARNINGS": "ignore",  # also in worker processes
}
_ONE = (sys.executable, "-m", "experiments.benchmarks.fitting.one")


def main(arguments: Sequence[str]) -> int:
    """Measure what is not yet measured, and write the tables to stdout, progress to stderr."""
    options = _parser().parse_args(arguments)
    try:
        results = KeptResults(Result, options.json)
        keys = list(_keys(options))
        for place, key in enumerate(keys, start=1):
            if key not in results:
                _measure(key, results, f"{place} of {len(keys)}")
    except NeuroevoError as error:
        for problem in error.problems:
            say(problem)
        return error.exit_code
    sys.stdout.write(f"{this_machine().markdown()}\n")
    wanted = set(keys)
    for table in tables(each for each in results if each.key in wanted):
        sys.stdout.write(f"{table.markdown()}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m experiments.benchmarks fitting",
        description="Compare neuroevo with other searches on tables, with the same time for each.",
    )
    parser.add_argument(
        "--budget",
        type=float,
        nargs="+",
        default=[10.0, 60.0],
        help="seconds that each has; several are compared one after the other (10 60)",
    )
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS), metavar="NAME")
    parser.add_argument(
        "--peers",
        nargs="*",
        choices=_PEERS,
        default=list(_PEERS),
        metavar="NAME",
        help=f"what neuroevo is compared with: {', '.join(_PEERS)} (all that are installed)",
    )
    parser.add_argument("--splits", type=int, default=1, help="how often rows are divided (1)")
    parser.add_argument(
        "--json",
        type=Path,
        metavar="FILE",
        help="keep results here as they come; those that it holds are not measured again",
    )
    return parser


def _keys(options: argparse.Namespace) -> Iterator[Key]:
    """Return all that is to be measured: a set is finished before the next one begins."""
    competitors = [OURS, *_installed(options.peers)]
    for split in range(options.splits):
        for name in options.sets:
            for budget in options.budget:
                for competitor in competitors:
                    yield Key(competitor, name, split, budget)


def _installed(peers: Sequence[str]) -> Iterator[str]:
    for name in peers:
        competitor = COMPETITORS[name]
        if competitor.missing:
            missing = ", ".join(competitor.missing)
            say(f"fitting: {competitor.label} is left out: {missing} is not installed")
        else:
            yield name


def _measure(key: Key, results: KeptResults[Result], place: str) -> None:
    """Measure in a process of its own; a competitor that fails is reported and left out."""
    competitor = COMPETITORS[key.competitor]
    say(f"fitting: {place}: {key.set}, {key.budget:g} s, {competitor.label}")
    command = [*_ONE, key.competitor, key.set, str(key.split), str(key.budget)]
    try:
        finished = child.run(command, _ENVIRONMENT)
    except child.ChildError as error:
        say(f"fitting: {competitor.label} failed: {'; '.join(error.problems)}")
        return
    results.add(Result.from_plain(json.loads(finished.output)))
