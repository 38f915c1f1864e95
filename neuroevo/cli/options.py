"""Arguments and options that several commands share, so that each is described once."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer

from neuroevo.errors import UsageError

Results = Annotated[
    Path,
    typer.Option("--results", metavar="DIR", help="Folder that holds the runs."),
]
RunReference = Annotated[
    str, typer.Argument(metavar="RUN", help="A run's id, its path, or latest.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON for programs.")]

Open = Annotated[bool, typer.Option("--open", help="Open it in the web browser.")]

Jobs = Annotated[
    int, typer.Option("--jobs", metavar="N", help="Networks are trained on N cores; -1 for all.")
]
Backend = Annotated[
    Literal["threading", "loky", "dask"],
    typer.Option("--backend", help="Train in threads, in processes, or on a Dask cluster."),
]
Scheduler = Annotated[
    str | None,
    typer.Option("--scheduler", metavar="ADDRESS", help="Dask's scheduler, tcp://HOST:PORT."),
]
TrialTimeout = Annotated[
    float | None,
    typer.Option(
        "--trial-timeout",
        metavar="SECONDS",
        help="Longer trials have failed; needs processes, --backend loky or dask.",
    ),
]
Generations = Annotated[
    int | None,
    typer.Option("--generations", metavar="N", help="End after N generations."),
]
TimeLimit = Annotated[
    str | None,
    typer.Option("--time-limit", metavar="TIME", help="End after 90, 90s, 15m or 8h."),
]
Target = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        metavar="OBJECTIVE=VALUE",
        help="End when a trial is as good; may be repeated, all must hold.",
    ),
]
Patience = Annotated[
    int | None,
    typer.Option(
        "--patience", metavar="N", help="End after N generations without a gain in hypervolume."
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")]

RESULTS = Path("results")


@contextmanager
def gathered(problems: list[str]) -> Iterator[None]:
    """Add what is wrong to a list, so that it can be said together with what else is."""
    try:
        yield
    except UsageError as error:
        problems += error.problems


def ends(
    generations: int | None, time_limit: str | None, target: list[str] | None, patience: int | None
) -> dict[str, object]:
    """Gather the options that say when a search ends, as settings of `[evolution]`.

    Raises
    ------
    UsageError
        One line for each that can't be read.
    """
    given: dict[str, object] = {"generations": generations, "patience": patience}
    problems = []
    if time_limit is not None:
        found = _TIME.fullmatch(time_limit)
        if found is None:
            problems.append(
                f"--time-limit: must be like 90, 90s, 15m or 8h, but got {time_limit!r}"
            )
        else:
            given["time_limit"] = float(found[1]) * _SECONDS[found[2]]
    pairs = [_TARGET.fullmatch(text) for text in target or ()]
    problems += [
        f"--target: must be OBJECTIVE=VALUE, such as final_mse=1e-6, but got {text!r}"
        for text, pair in zip(target or (), pairs, strict=True)
        if pair is None
    ]
    if problems:
        raise UsageError(*problems)
    if pairs:
        given["target"] = {pair[1]: float(pair[2]) for pair in pairs if pair}
    return {name: value for name, value in given.items() if value is not None}


_NUMBER = r"(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
_TIME = re.compile(rf"{_NUMBER}\s*([smh]?)", re.ASCII)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}
_TARGET = re.compile(rf"(\w+)\s*=\s*{_NUMBER}", re.ASCII)


def examples(*commands: str) -> str:
    """Set the commands as the end of a help page, a line each."""
    lines = "\n".join(f"  {command}" for command in commands)
    return f"\b\nExamples:\n{lines}"
