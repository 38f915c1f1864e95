"""``neuroevo new``: a new experiment file."""

from importlib import resources
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from neuroevo.cli.options import examples
from neuroevo.cli.terminal import program, say
from neuroevo.errors import StorageError, UsageError

EXAMPLES = examples("neuroevo new quick-mouse", "neuroevo run $(neuroevo new quick-mouse)")


def new(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Name of the experiment; its file is NAME.toml.")
    ],
) -> None:
    """Write a new experiment file.

    NAME.toml has every setting with its default and a comment, to be edited. Prints its path to
    stdout; an existing file is not overwritten.
    """
    from neuroevo.experiment import Experiment

    name = name.removesuffix(".toml")
    Experiment.of({"name": name, "task": {"kind": "mouse"}})  # refuses a name that no run can have
    path = Path(f"{name}.toml")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(experiment_text(name))
    except FileExistsError:
        raise UsageError(f"{path}: must be a new file, but it exists already") from None
    except OSError as error:
        raise StorageError(f"{path}: cannot be written ({error.strerror})") from error
    say(f"Edit it, then: {program()} run {path}")
    typer.echo(path)


def experiment_text(name: str) -> str:
    """Return the text of a new experiment file."""
    template = resources.files("neuroevo.cli") / "assets" / "experiment.toml"
    return Template(template.read_text(encoding="utf-8")).substitute(name=name)
