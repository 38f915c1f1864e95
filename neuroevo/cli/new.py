"""``neuroevo new``: a new experiment file, for the mouse task, a function or a table."""

import importlib.util
import os
from importlib import resources
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from neuroevo.cli.options import columns, examples
from neuroevo.cli.terminal import program, say
from neuroevo.errors import StorageError, UsageError
from neuroevo.files import with_home

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neuroevo.experiment import Suggestion
    from neuroevo.tables import ColumnDescription

EXAMPLES = examples(
    "neuroevo new quick-mouse",
    "neuroevo run $(neuroevo new quick-mouse)",
    "neuroevo new mine --task python",
    "neuroevo new houses --from houses.csv --target price",
)

_COMMENTS = {
    "seed": "the same seed gives the same trials",
    "task.path": "from the folder of this file",
    "task.target": "what is predicted",
    "task.problem": "of numbers, or classes",
    "task.leave_out": "columns that are not used",
    "task.missing": 'or "most_frequent", or "refuse"',
    "task.missing_indicator": "whether an input says which cells were missing",
    "task.folds": "of a cross-validation: each validates networks that the others train",
    "space.hidden": "hidden layers, and units in each",
    "space.activation": "also linear, sigmoid, elu, softplus",
    "space.optimizer": "also momentum, nesterov, adagrad, rmsprop",
    "space.batch_size": "samples in an update",
    "space.weight_decay": "of adamw",
    "space.dropout": "dropout rate of hidden units",
    "training.samples": "sample budget of one training",
    "training.replicates": "trainings of each configuration",
    "training.starting_weights": 'or "he", "uniform"',
    "training.patience": "points of the learning curve without a lower MSE, then training stops",
    "training.validation_share": "of the work, at most",
    "training.schedule": 'of the learning rate; or "constant", "exponential"',
    "evolution.population": "configurations in a generation",
    "evolution.objectives": "the first one decides ranks",
    "evolution.first_replicates": 'those of one fold; the others only of the best third; or "all"',
}
_TEMPLATES = {"mouse": "experiment.toml", "python": "function.toml"}
_MOST_COLUMNS = 100  # that are listed
_MOST_CATEGORIES = 6  # of a column that are listed


def new(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Name of the experiment; its file is NAME.toml.")
    ],
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            parser=with_home,
            metavar="TABLE.csv",
            help="A table: .csv, .tsv, .gz or .parquet.",
        ),
    ] = None,
    target: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="The column to predict; may be repeated."),
    ] = None,
    task: Annotated[
        Literal["mouse", "python"],
        typer.Option("--task", help="The task; python also writes NAME.py with a function."),
    ] = "mouse",
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="TABLE.KEY=VALUE", help="Set a value; may be repeated."),
    ] = None,
) -> None:
    """Write a new experiment file.

    NAME.toml has settings with comments, to be edited: of the mouse task every one with its
    default; for a function of your own what it may have, with an example in NAME.py; for a table
    what was found in it, and ranges that suit its size. Prints its path to stdout; an existing file
    is not overwritten.
    """
    from neuroevo.experiment import Experiment

    name = name.removesuffix(".toml")
    Experiment.of({"name": name, "task": {"kind": "mouse"}})  # refuses a name that no run can have
    path, function = Path(f"{name}.toml"), Path(f"{name}.py")
    for new_file in (path, function) if task == "python" else (path,):
        if new_file.exists():
            raise UsageError(f"{new_file}: must be a new file, but it exists already")
    if task == "python":
        _check_module(name)
    if source is None:
        if target or overrides:
            raise UsageError("--target and --set: must be left out without --from")
        text = experiment_text(name, _TEMPLATES[task])
    else:
        if task != "mouse":
            raise UsageError("--task: must be left out with --from")
        text = _text_for_table(name, source, target or (), overrides or ())
    if task == "python":
        _write(function, experiment_text(name, "function.py.txt"))
    _write(path, text)
    edited = f"{function} and {path}" if task == "python" else "it"
    say(f"Edit {edited}, then: {program()} run {path}")
    typer.echo(path)


def _check_module(name: str) -> None:
    """Refuse the name of an installed module, whose place the file would take in workers."""
    found = importlib.util.find_spec(name) if name.isidentifier() else None
    if found is not None and found.origin is not None:  # a folder alone has none
        rule = f"must not be that of an installed module, which {name}.py would replace"
        raise UsageError(f"name: {rule}, but got {name!r}")


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path}: must be a new file, but it exists already") from None
    except OSError as error:
        raise StorageError(f"{path}: can't be written ({error.strerror})") from error


def experiment_text(name: str, template: str = "experiment.toml") -> str:
    """Return the text of a new file from one of the templates, by default that of the mouse."""
    file = resources.files("neuroevo.cli") / "assets" / template
    return Template(file.read_text(encoding="utf-8")).substitute(name=name)


def _text_for_table(
    name: str, source: Path, target: "Sequence[str]", overrides: "Sequence[str]"
) -> str:
    from neuroevo.experiment import experiment_for_table
    from neuroevo.experiment.toml import write_toml

    experiment, suggestion = experiment_for_table(source, columns(target), overrides, name)
    for note in suggestion.notes:
        say(f"note: {note}")
    for warning in experiment.network_task.load().warnings:  # refuses what a run would
        say(f"warning: {warning}")
    document = {"name": name, "seed": 0, **suggestion.document}
    target_setting = target[0] if len(target) == 1 else list(target)
    first = {
        "kind": "table",
        "path": Path(os.path.relpath(source)).as_posix(),
        "target": target_setting,
        "problem": document["task"]["problem"],
    }
    document["task"] = first | {
        key: value for key, value in document["task"].items() if key not in first
    }
    return f"{_heading(name, source, suggestion)}\n{write_toml(document, _COMMENTS)}"


def _heading(name: str, source: Path, suggestion: "Suggestion") -> str:
    """Return comments on what was found in the table."""
    found = suggestion.columns
    lines = [
        f"An experiment on {source.name}: {suggestion.rows:,} rows, {len(found):,} columns.",
        "What is left out here has its default: `neuroevo tasks` lists the keys of [task].",
        "",
        f"  neuroevo run {name}.toml",
        f"  neuroevo run {name}.toml --set evolution.generations=5     (override a setting)",
        "",
        *map(_described, found[:_MOST_COLUMNS]),
    ]
    if len(found) > _MOST_COLUMNS:
        lines.append(f"  and {len(found) - _MOST_COLUMNS:,} more columns")
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def _described(column: "ColumnDescription") -> str:
    from neuroevo.settings import printable

    values = f"{column.distinct:,} different" if column.distinct else "no usable value"
    if column.low is not None and column.high is not None:
        values = f"{column.low:g} to {column.high:g}"
    elif column.categories:
        listed = [*column.categories[:_MOST_CATEGORIES]]
        more = column.distinct - len(listed)
        values = ", ".join(listed) + (f" and {more:,} more" if more > 0 else "")
    missing = f", {column.missing:,} missing" if column.missing else ""
    return printable(f"  {column.name}: {column.kind}, {values}{missing}")[:200]
