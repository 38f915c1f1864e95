"""Arguments and options that several commands share."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from neuroevo.errors import UsageError
from neuroevo.files import with_home

Results = Annotated[
    Path, typer.Option("--results", parser=with_home, metavar="DIR", help="The results folder.")
]
RunReference = Annotated[
    str, typer.Argument(metavar="RUN", help="A run's id, its path, or latest.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON for programs.")]
Open = Annotated[bool, typer.Option("--open", help="Open it in the web browser.")]
Jobs = Annotated[
    int, typer.Option("--jobs", metavar="N", help="Number of workers; -1 for one on each core.")
]
Backend = Annotated[
    Literal["threading", "loky", "dask"] | None,
    typer.Option(
        "--backend",
        help="Work in threads, in processes, or on a Dask cluster. Networks are trained in threads "
        "by default, and a function in Python is called in processes.",
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler", metavar="ADDRESS", help="Address of the Dask scheduler, tcp://HOST:PORT."
    ),
]
TrialTimeout = Annotated[
    float | None,
    typer.Option(
        "--trial-timeout",
        metavar="SECONDS",
        help="Trials that take longer fail; needs --backend loky or dask.",
    ),
]
Generations = Annotated[
    int | None, typer.Option("--generations", metavar="N", help="End after N generations.")
]
TimeLimit = Annotated[
    str | None, typer.Option("--time-limit", metavar="TIME", help="End after 90, 90s, 15m or 8h.")
]
Target = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        metavar="OBJECTIVE=VALUE",
        help="End after the generation in which a trial reaches this; may be repeated, one trial "
        "must reach all.",
    ),
]
Patience = Annotated[
    int | None,
    typer.Option(
        "--patience", metavar="N", help="End after N generations without a gain in hypervolume."
    ),
]
NewTimeLimit = Annotated[
    str | None,
    typer.Option(
        "--time-limit", metavar="TIME", help="End after 90, 90s, 15m or 8h; none drops the limit."
    ),
]
NewTarget = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        metavar="OBJECTIVE=VALUE",
        help="End after the generation in which a trial reaches this; may be repeated; none drops "
        "the target.",
    ),
]
NewPatience = Annotated[
    str | None,
    typer.Option(
        "--patience",
        metavar="N",
        help="End after N generations without a gain in hypervolume; none drops it.",
    ),
]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        parser=with_home,
        metavar="FILE",
        help="The run's table, recording or function, if its file is elsewhere now.",
    ),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="TABLE.KEY=VALUE", help="Override a setting; may be repeated."),
]
Log = Annotated[
    list[str] | None,
    typer.Option(
        "--log",
        metavar="mlflow|tensorboard",
        help="Show the run there too, while it goes on; may be repeated.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Show errors only.")]

Figures = Annotated[
    Path | None,
    typer.Option(
        "--figures",
        parser=with_home,
        metavar="DIR",
        help="Write each figure there as HTML, SVG, PNG and PDF.",
    ),
]
Width = Annotated[
    str | None,
    typer.Option(
        "--width",
        metavar="SIZE",
        help="Width of the SVG, PNG and PDF, in pixels or with in, cm or mm, 96 pixels an inch; a "
        "paper's column has 89mm.",
    ),
]
Height = Annotated[
    str | None,
    typer.Option(
        "--height", metavar="SIZE", help="Height of the SVG, PNG and PDF, in the same way."
    ),
]

RESULTS = Path("results")
NONE = "none"


def changed_ends(
    generations: int | None, time_limit: str | None, target: list[str] | None, patience: str | None
) -> dict[str, object]:
    """Return the same for a search that is resumed: None for what ``none`` drops.

    Raises
    ------
    UsageError
        One line for each that can't be read.
    """
    dropped = {
        "time_limit": time_limit == NONE,
        "target": target == [NONE],
        "patience": patience == NONE,
    }
    left = None if patience is None or dropped["patience"] else patience
    if left is not None and not (left.isascii() and left.isdecimal()):
        raise UsageError(f"--patience: must be a whole number or none, but got {patience!r}")
    given = ends(
        generations,
        None if dropped["time_limit"] else time_limit,
        None if dropped["target"] else target,
        None if left is None else int(left),
    )
    return given | {name: None for name, is_dropped in dropped.items() if is_dropped}


def ends(
    generations: int | None, time_limit: str | None, target: list[str] | None, patience: int | None
) -> dict[str, object]:
    """Return the options that decide when a search ends as settings of `[evolution]`.

    Raises
    ------
    UsageError
        One line for each that can't be read.
    """
    given: dict[str, object] = {"generations": generations, "patience": patience}
    problems, targets = [], {}
    if time_limit is not None:
        if found := _TIME.fullmatch(time_limit):
            given["time_limit"] = float(found[1]) * _SECONDS[found[2]]
        else:
            rule = "must be like 90, 90s, 15m or 8h"
            problems.append(f"--time-limit: {rule}, but got {time_limit!r}")
    for text in target or ():
        if found := _TARGET.fullmatch(text):
            targets[found[1]] = float(found[2] + found[3])
        else:
            rule = "must be OBJECTIVE=VALUE, such as final_mse=1e-6"
            problems.append(f"--target: {rule}, but got {text!r}")
    if problems:
        raise UsageError(*problems)
    given["target"] = targets or None
    return {name: value for name, value in given.items() if value is not None}


def columns(names: Sequence[str]) -> Sequence[str]:
    """Return the columns of a table that are to be predicted; UsageError if there are none."""
    if not names:
        raise UsageError("--target: must name the column of the table that is to be predicted")
    return names


_NUMBER = r"(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
_TIME = re.compile(rf"{_NUMBER}\s*([smh]?)", re.ASCII)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}
_TARGET = re.compile(rf"(\w+)\s*=\s*(-?){_NUMBER}", re.ASCII)


def examples(*commands: str) -> str:
    """Return the end of a help page, with one command in each line."""
    lines = "\n".join(f"  {command}" for command in commands)
    return f"\b\nExamples:\n{lines}"
