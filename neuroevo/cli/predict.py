"""``neuroevo predict``: what a run's network predicts for new rows."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuroevo.cli.options import RESULTS, Data, Results, examples
from neuroevo.cli.terminal import say
from neuroevo.cli.trained import (
    Choice,
    Ensemble,
    RunOrFile,
    is_file,
    model_of_file,
    run_with_networks,
)
from neuroevo.errors import NeuroevoError, UsageError
from neuroevo.files import with_home

if TYPE_CHECKING:
    import pandas as pd

    from neuroevo.experiment import Experiment
    from neuroevo.export import ExportableModel
    from neuroevo.tables import TableSettings

EXAMPLES = examples(
    "neuroevo predict latest new.csv > predicted.csv",
    "neuroevo predict latest new.csv -o predicted.csv",
    "neuroevo predict mouse-20261122-154455 new.csv --rank 2",
    "neuroevo predict flats.safetensors new.csv -o predicted.csv",
    "neuroevo predict latest new.csv --ensemble 8",
    "neuroevo predict latest --test -o worst-first.csv",
)


def predict(  # noqa: PLR0913, PLR0917 - the options that users may give
    run: RunOrFile,
    table: Annotated[
        Path | None,
        typer.Argument(
            parser=with_home, metavar="NEW.csv", help="New rows: .csv, .tsv, .gz or .parquet."
        ),
    ] = None,
    test: Annotated[  # noqa: FBT002 - an option
        bool, typer.Option("--test", help="Predict the rows of the test part instead.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", parser=with_home, metavar="FILE", help="Write to this file."
        ),
    ] = None,
    rank: Annotated[int, typer.Option(metavar="K", help="Rank on the front, 1 for the best.")] = 1,
    ensemble: Ensemble = None,
    data: Data = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="task.KEY=VALUE",
            help="How the new table is read: separator, decimal, encoding or missing_words; may be "
            "repeated.",
        ),
    ] = None,
    results: Results = RESULTS,
) -> None:
    """Predict new rows, or those of the test part, with a run's network or a model file.

    The new table must have the columns that the network was trained with, in any order; others are
    ignored. For a run, it is read with the separator and so on of the run's table; for a model
    file, with commas; --set replaces these. Each row of the output belongs to the row in the same
    place, not counting blank lines: the predicted value of each target, or the most probable class
    and the probability of each class.

    With --test, the rows that no search has seen come with their inputs, the true and the predicted
    targets, and the errors or probabilities; those first that were predicted worst.

    Prints CSV to stdout, or writes it to a .csv or .parquet file. What is new or missing in the
    rows is named on stderr.
    """
    from neuroevo.storage.atomic import write_atomically
    from neuroevo.tables import TableSettings

    if (table is None) != test:
        raise UsageError("NEW.csv: must be given, or --test instead of it")
    if data is not None and not test:
        raise UsageError("--data: must come with --test")
    if overrides and test:
        raise UsageError("--set: must be left out with --test")
    _check_output(output, data if table is None else table)
    choice = Choice(rank, ensemble)
    if table is not None and is_file(run):
        own = TableSettings(target=("y",))
        settings = _overridden(own, overrides or ())
        words_decide = settings.missing_words != own.missing_words
        model = model_of_file(run, choice)
        predicted = _new(model, settings, table, words_decide=words_decide)
    elif is_file(run):
        raise UsageError(f"--test: must be of a run, but got {run}")
    else:
        found = run_with_networks(run, results, "it predicts")
        averaged = choice.averaged
        if table is None:
            predicted = found.test_rows(rank, ensemble=averaged, data=data)
        else:
            model = found.champion(rank, ensemble=averaged)
            own = _settings(found.experiment)
            settings = _overridden(own, overrides or ())
            is_given = settings.missing_words != own.missing_words
            words_decide = is_given or _is_of_text(found.experiment)
            predicted = _new(model, settings, table, words_decide=words_decide)
    text = predicted.to_csv(index=False, float_format=f"%.{_DIGITS}g")
    if output is None:
        sys.stdout.write(text)
        return
    write_atomically(output, _parquet(predicted) if output.suffix == ".parquet" else text)


def _new(
    model: "ExportableModel", settings: "TableSettings", table: Path, *, words_decide: bool
) -> "pd.DataFrame":
    """Predict new rows; what is new or missing in them is named.

    The words for missing cells decide which are missing, also if the model knows one of them as a
    category, where the user gave these words or the run's own table was read with them.
    """
    from neuroevo.tables import TableModel, column_names, read_table, unused_notes

    known: Mapping[str, Sequence[str]] = {}
    if isinstance(model, TableModel) and not words_decide:
        known = model.preparation.categories
    rows = read_table(table, settings, _columns(model), known=known)
    predicted = _predicted(model, rows, str(table))
    names = column_names(table, settings)
    for note in (*unused_notes(names, _columns(model), str(table)), *_notes(model, rows, table)):
        say(f"note: {note}")
    return predicted


def _parquet(predicted: "pd.DataFrame") -> bytes:
    try:
        return predicted.to_parquet(index=False)
    except ImportError:
        raise NeuroevoError("--output: .parquet needs pyarrow; pip install pyarrow") from None


_WRITTEN = (".csv", ".parquet")
_DIGITS = 15  # significant, as many as any decimal number keeps in double precision


def _check_output(output: Path | None, table: Path | None) -> None:
    if output is None:
        return
    if output.suffix not in _WRITTEN:
        raise UsageError(f"--output: must end with {' or '.join(_WRITTEN)}, but got {output}")
    if table is not None and output.exists() and table.exists() and output.samefile(table):
        raise UsageError(f"--output: must be another file than the new rows, but got {output}")


def _notes(model: "ExportableModel", rows: "pd.DataFrame", table: Path) -> Sequence[str]:
    from neuroevo.tables import TableModel

    return model.notes(rows, str(table)) if isinstance(model, TableModel) else ()


def _columns(model: "ExportableModel") -> Sequence[str]:
    """Return the names of the columns that a model needs; others may hold anything."""
    from neuroevo.tables import TableModel

    if isinstance(model, TableModel):
        return [column.name for column in model.preparation.inputs]
    return model.columns.inputs


def _settings(experiment: "Experiment") -> "TableSettings":
    """Return the separator and so on of the run's own table."""
    from neuroevo.tables import TableSettings

    task = experiment.task
    return task if isinstance(task, TableSettings) else TableSettings(target=("y",))


def _is_of_text(experiment: "Experiment") -> bool:
    """Whether the run's own table is a text file."""
    from neuroevo.tables import is_parquet
    from neuroevo.tasks import TableTask

    task = experiment.task
    path = task.path if isinstance(task, TableTask) else None
    return path is not None and not is_parquet(path)


def _overridden(settings: "TableSettings", overrides: Sequence[str]) -> "TableSettings":
    """Return settings with other ones of how a file is read.

    Raises
    ------
    UsageError
        One line for each override that is wrong, or of another setting.
    """
    from neuroevo.experiment import overriding
    from neuroevo.settings import unknown

    document = overriding({}, overrides)
    given = document.pop("task", {})
    wrong = [f"--set: {key}: must be of the table task" for key in document]
    if not isinstance(given, dict):
        wrong.append("--set: must be task.key=value")
        given = {}
    wrong += [
        f"--set: task.{key}: {unknown(key, _READING)}" for key in given if key not in _READING
    ]
    if wrong:
        raise UsageError(*wrong)
    try:
        return settings.replace(**given)
    except UsageError as error:
        raise UsageError(*(f"--set: task.{problem}" for problem in error.problems)) from None


_READING = ("separator", "decimal", "encoding", "missing_words")


def _predicted(model: "ExportableModel", rows: "pd.DataFrame", name: str) -> "pd.DataFrame":
    import pandas as pd

    from neuroevo.tables import TableModel, raw_numbers

    if not isinstance(model, TableModel):
        inputs = raw_numbers(model.columns.inputs, rows, name)
        return pd.DataFrame(model.predict(inputs), columns=list(model.columns.outputs))
    preparation = model.preparation
    targets = [target.name for target in preparation.targets]
    if not preparation.classes:
        return pd.DataFrame(model.predict(rows, name).reshape(len(rows), -1), columns=targets)
    probabilities = model.predict_proba(rows, name)
    columns = [f"probability of {each}" for each in preparation.class_names]
    target = f"predicted {targets[0]}" if targets[0] in columns else targets[0]
    predicted = pd.DataFrame(probabilities, columns=columns)
    predicted.insert(0, target, model.classes_[probabilities.argmax(axis=1)])
    return predicted
