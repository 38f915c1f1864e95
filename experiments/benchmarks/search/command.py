"""The command `python -m experiments.benchmarks search`: its options, and what is measured when.

Results come one after the other, and are kept as they come.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from experiments.benchmarks.kept_results import KeptResults
from experiments.benchmarks.machine import this_machine
from experiments.benchmarks.measuring import say
from experiments.benchmarks.search.competitors import COMPETITORS, run
from experiments.benchmarks.search.problems import PROBLEMS, problem
from experiments.benchmarks.search.results import Key, Result
from experiments.benchmarks.search.summary import tables
from experiments.benchmarks.search.tables import rebuild
from neuroevo.errors import NeuroevoError


def main(arguments: Sequence[str]) -> int:
    """Measure what is not yet measured, and write the tables to stdout, progress to stderr."""
    options = _parser().parse_args(arguments)
    budgets = tuple(sorted(options.budget))
    try:
        if options.rebuild:
            rebuild()
        results = KeptResults(Result, options.json)
        keys = list(_keys(options))
        for place, key in enumerate(keys, start=1):
            if key not in results or not results[key].has(budgets):
                say(f"search: {', '.join(map(str, key))} ({place} of {len(keys)})")
                results.add(_measured(key, budgets))
    except NeuroevoError as error:
        for line in error.problems:
            say(line)
        return error.exit_code
    sys.stdout.write(f"{this_machine().markdown()}\n")
    wanted = set(keys)
    for table in tables((each for each in results if each.key in wanted), budgets):
        sys.stdout.write(f"{table.markdown()}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m experiments.benchmarks search",
        description="Compare searches by what they find with the same number of evaluations.",
    )
    parser.add_argument(
        "--budget", type=int, nargs="+", default=[50, 100, 200], help="evaluations (50 100 200)"
    )
    parser.add_argument("--seeds", type=int, default=20, help="runs of each search (20)")
    parser.add_argument(
        "--problems", nargs="+", choices=PROBLEMS, default=list(PROBLEMS), metavar="NAME",
        help=f"of {', '.join(PROBLEMS)} (all)",
    )  # fmt: skip
    parser.add_argument(
        "--searches", nargs="+", choices=COMPETITORS, default=list(COMPETITORS), metavar="NAME",
        help=f"of {', '.join(COMPETITORS)} (all that are installed)",
    )  # fmt: skip
    parser.add_argument(
        "--json",
        type=Path,
        metavar="FILE",
        help="keep results here as they come; those that it holds are not measured again",
    )
    parser.add_argument("--rebuild", action="store_true", help="make the tables of scores again")
    return parser


def _keys(options: argparse.Namespace) -> Iterator[Key]:
    names = []
    for name in options.searches:
        missing = [each for each in COMPETITORS[name].needs if find_spec(each) is None]
        if missing:
            say(f"search: {name} is left out, since {', '.join(missing)} is not installed")
        else:
            names.append(name)
    for seed in range(options.seeds):
        for place in options.problems:
            for name in names:
                if COMPETITORS[name].fits(problem(place)):
                    yield Key(name, place, seed)


def _measured(key: Key, budgets: tuple[int, ...]) -> Result:
    outcome = run(COMPETITORS[key.competitor], problem(key.problem), key.seed, budgets)
    regrets = dict(zip(budgets, outcome.regrets, strict=True))
    return Result(key, regrets, outcome.milliseconds)
