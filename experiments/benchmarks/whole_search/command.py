"""The command `python -m experiments.benchmarks whole_search`: its options and measurements."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from statistics import median

from experiments.benchmarks.machine import this_machine
from experiments.benchmarks.measuring import say
from experiments.benchmarks.mouse import EXPERIMENT, mouse
from experiments.benchmarks.whole_search.replay import replayed, sample_costs
from experiments.benchmarks.whole_search.searches import Search, optuna_search, our_search
from experiments.benchmarks.whole_search.summary import table
from neuroevo.errors import NeuroevoError


def main(arguments: Sequence[str]) -> int:
    """Measure both searches; the table goes to stdout, progress to stderr."""
    options = _parser().parse_args(arguments)
    try:
        sys.stdout.write(f"{this_machine().markdown()}\n")
        task = mouse(*options.set)
        ours, theirs = measure(options.minutes, options.rounds, options.set)
        costs = sample_costs()
        replays = [replayed(task, ours.recommended, seed, costs) for seed in range(options.replays)]
    except NeuroevoError as error:
        for problem in error.problems:
            say(problem)
        return error.exit_code
    sys.stdout.write(f"{table(ours, theirs, replays, task).markdown()}\n")
    return 0


def measure(minutes: float, rounds: int, overrides: Sequence[str]) -> tuple[Search, Search]:
    """Measure our search, in rounds of which the first comes before Optuna's and the others after.

    Raises
    ------
    NeuroevoError
        If Optuna is not installed, or a process fails.
    """
    if find_spec("optuna") is None:
        raise NeuroevoError("whole search: optuna must be installed, but is not")
    task = mouse(*overrides)
    say(f"whole search: neuroevo run {EXPERIMENT}")
    ours = our_search(task, overrides)
    say(f"whole search: Optuna, for {minutes:g} minutes at most")
    theirs = optuna_search(task, ours.recommended, minutes, overrides)
    say(f"whole search: neuroevo run {EXPERIMENT}, {rounds - 1} times")
    rounds_of_ours = [ours, *(our_search(task, overrides) for _ in range(rounds - 1))]
    return _median(rounds_of_ours), theirs


def _median(rounds: Sequence[Search]) -> Search:
    """Return the first of several equal searches with the median of their times."""
    return replace(
        rounds[0],
        seconds=median(each.seconds for each in rounds),
        cpu_seconds=median(each.cpu_seconds for each in rounds),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m experiments.benchmarks whole_search",
        description="Measure how long Optuna's TPE over scikit-learn's MLP searches until it "
        f"recommends what is as good as the champion of neuroevo run {EXPERIMENT}.",
    )
    parser.add_argument(
        "--minutes", type=float, default=30.0, help="the most that Optuna may take (30)"
    )
    parser.add_argument("--rounds", type=int, default=3, help="runs of neuroevo (3)")
    parser.add_argument(
        "--replays", type=int, default=5, help="seeds with which Optuna's search is replayed (5)"
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE",
        help="another setting of the experiment, for both",
    )  # fmt: skip
    return parser
