"""Arguments and options that several commands share, so that each is described once."""

from pathlib import Path
from typing import Annotated

import typer

Results = Annotated[
    Path,
    typer.Option("--results", metavar="DIR", help="Folder that holds the runs."),
]
RunReference = Annotated[
    str, typer.Argument(metavar="RUN", help="A run's id, its path, or latest.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON for programs.")]

RESULTS = Path("results")


def examples(*commands: str) -> str:
    """Set the commands as the end of a help page, a line each."""
    lines = "\n".join(f"  {command}" for command in commands)
    return f"\b\nExamples:\n{lines}"
