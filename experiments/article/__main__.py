"""The entry point: `python -m experiments.article [--results DIR] [--summary FILE] [--jobs N]`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from experiments.article.page import Found, figure_of, page, summary
from experiments.article.running import Runner
from experiments.article.verdicts import CLAIMS, VERDICTS, Claim, paths
from neuroevo.errors import NeuroevoError
from neuroevo.storage.atomic import write_atomically


def article(runner: Runner) -> tuple[str, str]:
    """Run all experiments, and return the page and the summary."""
    found, networks = list[Found](), 0
    for claim in CLAIMS:
        each, trained = _found(runner, claim)
        found.append(each)
        networks += trained
    boards = list(runner.hand_picked())
    networks += sum(run.networks for _, results in boards for run in results.runs if run)
    return page(found, boards, networks), summary(found, boards)


def _found(runner: Runner, claim: Claim) -> tuple[Found, int]:
    """Run the experiment of a claim; returns it with its verdict, and the number of networks."""
    if claim.file not in VERDICTS:
        networks = runner.networks()
        return Found(claim, paths(networks)), len(networks)
    results = runner.sweep(claim.file).results
    verdict = VERDICTS[claim.file](results)
    trained = sum(run.networks for run in results.runs if run is not None)
    return Found(claim, verdict, figure_of(claim, results)), trained


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all, write the page and the summary, print their paths; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m experiments.article", description=__doc__)
    parser.add_argument("--results", type=Path, default=Path("results/article"), metavar="DIR")
    parser.add_argument("--summary", type=Path, default=Path("docs/article.md"), metavar="FILE")
    parser.add_argument("--jobs", type=int, default=-1, metavar="N")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="overrides")
    given = parser.parse_args(arguments)
    runner = Runner(given.results, given.jobs, given.overrides, _say)
    try:
        html, text = article(runner)
        write_atomically(given.results / "index.html", html)
        write_atomically(given.summary, text)
    except NeuroevoError as error:
        for problem in error.problems:
            _say(problem)
        return error.exit_code
    sys.stdout.write(f"{given.results / 'index.html'}\n{given.summary}\n")
    return 0


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
