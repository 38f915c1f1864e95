"""``neuroevo verify``: whether a run's numbers come out again."""

import json
import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from neuroevo.cli.counting import counted
from neuroevo.cli.options import RESULTS, AsJson, Data, Jobs, Results, RunReference, examples
from neuroevo.cli.terminal import print_heading, print_pairs, print_text, say
from neuroevo.errors import UsageError

if TYPE_CHECKING:
    from neuroevo.search.checks import Check
    from neuroevo.search.verification import Verification

EXAMPLES = examples(
    "neuroevo verify latest",
    "neuroevo verify latest --trials all --json | jq .identical",
    "neuroevo verify mouse-20261122-154455 --against latest",
)
_MOST_LINES = 20  # of differences of a part, that are shown


def verify(  # noqa: PLR0913, PLR0917 - the options that users may give
    run: RunReference,
    trials: Annotated[
        str,
        typer.Option(
            metavar="all|front|N",
            help="Train all trials again; the front and the baselines; or these and N others.",
        ),
    ] = "32",
    seed: Annotated[int, typer.Option(metavar="N", help="Seed with which N others are drawn.")] = 0,
    against: Annotated[
        str | None,
        typer.Option(metavar="RUN", help="Compare with this run instead, without training."),
    ] = None,
    jobs: Jobs = -1,
    data: Data = None,
    call_function: Annotated[  # noqa: FBT002 - an option
        bool,
        typer.Option("--call-function", help="Call the function of a run of the task python."),
    ] = False,
    results: Results = RESULTS,
    as_json: AsJson = False,  # noqa: FBT002 - an option
) -> None:
    """Train trials of a run again, repeat its search, and compare every number.

    On the same versions all numbers are the same to the bit: objectives, learning curves, weights,
    scores on fresh seeds and on the test part, candidates and checkpoint. If versions or the
    processor differ, they are named, and the numbers are compared nevertheless. A run that
    somebody has edited differs. Nothing is written to the run.

    A function of your own is called only with --call-function.

    Prints what was compared and each difference to stdout. The exit code is 0 if there is no
    difference, else 1.
    """
    chosen = _chosen(trials)

    from neuroevo import api

    with counted("training again") as counter:
        found = api.verify(
            run,
            trials=chosen,
            seed=seed,
            against=against,
            results=results,
            n_jobs=jobs,
            data=data,
            call_function=call_function,
            counter=counter,
            tell=say,
        )
    if as_json:
        typer.echo(json.dumps(found.to_plain(), indent=2))
    else:
        _print(found)
    if not found.is_identical:
        raise typer.Exit(1)


def _chosen(trials: str) -> "Literal['all', 'front'] | int":
    if trials == "all":
        return "all"
    if trials == "front":
        return "front"
    if not (trials.isascii() and trials.isdigit()):
        raise UsageError(f"--trials: must be all, front or a whole number, but got {trials!r}")
    return int(trials)


def _print(found: "Verification") -> None:
    print_text(_verdict(found), sys.stdout)
    print_heading("Compared", sys.stdout)
    print_pairs([(check.part, _outcome(check)) for check in found.checks], sys.stdout)
    for heading, lines in (
        ("Differences", [line for check in found.checks for line in _first(check.differences)]),
        ("Versions and processor", found.environment),
        ("Notes", found.notes),
    ):
        if lines:
            print_heading(heading, sys.stdout)
            print_text("\n".join(lines), sys.stdout)


def _verdict(found: "Verification") -> str:
    """Return the result in one sentence."""
    other = f" with {found.against}" if found.against else ""
    if not found.is_identical:
        count = len(found.differences)
        differ = "1 difference" if count == 1 else f"{count:,} differences"
        because = "; versions or the processor differ too" if found.environment else ""
        return f"{found.run}: {differ}{other}{because}"
    compared = "all that was compared is" if any(c.why_not for c in found.checks) else "all is"
    return f"{found.run}: {compared} the same to the bit{other}"


def _outcome(check: "Check") -> str:
    if check.why_not:
        return f"not compared: {check.why_not}"
    count = len(check.differences)
    return f"{check.compared}: {'the same' if not count else f'{count:,} differ'}"


def _first(lines: tuple[str, ...]) -> list[str]:
    more = len(lines) - _MOST_LINES
    return [*lines[:_MOST_LINES], *[f"and {more:,} more, see --json"] * (more > 0)]
