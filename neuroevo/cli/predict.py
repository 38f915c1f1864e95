"""``neuroevo predict``: what a run's network predicts for new rows."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuroevo.cli.options import RESULTS, Results, RunReference, examples
from neuroevo.cli.terminal import say
from neuroevo.errors import NeuroevoError, UsageError

if TYPE_CHECKING:
    import pandas as pd

    from neuroevo.experiment import Experiment
    from neuroevo.learning import Network
    from neuroevo.tables import TableModel

EXAMPLES = examples(
    "neuroevo predict latest new.csv > predicted.csv",
    "neuroevo predict latest new.csv -o predicted.csv",
    "neuroevo predict mouse-20261122-154455 new.csv --rank 2",
)


def predict(
    run: RunReference,
    table: Annotated[
        Path, typer.Argument(metavar="NEW.csv", help="New rows: .csv, .tsv, .gz or .parquet.")
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file.")
    ] = None,
    rank: Annotated[int, typer.Option(metavar="K", help="Rank on the front, 1 for the best.")] = 1,
    results: Results = RESULTS,
) -> None:
    """Predict new rows with a run's network.

    The new table must have the columns that the network was trained with, in any order; others are
    ignored. Each row of the output belongs to the row in the same place: the predicted value of
    each target, or the most probable class and the probability of each class.

    Prints CSV to stdout, or writes it to a .csv or .parquet file. What is new or missing in the
    rows is named on stderr.
    """
    from neuroevo.report.run import load_run
    from neuroevo.runs import write_atomically

    found = load_run(run, results)
    _check_output(output, table)
    if not found.experiment.trains_networks:
        kind = found.experiment.task.kind
        raise UsageError(f"{found.id}: must have trained networks, but its task is {kind!r}")
    if not found.champions:
        rule = "must be complete before it predicts"
        raise NeuroevoError(f"{found.id}: {rule}; neuroevo resume {found.id}")
    model = found.champion(rank)
    rows = _read(table, found.experiment)
    predicted = _predicted(model, rows, str(table))
    for note in _notes(model, rows, str(table)):
        say(f"note: {note}")
    text = predicted.to_csv(index=False, float_format=f"%.{_DIGITS}g")
    if output is None:
        sys.stdout.write(text)
        return
    write_atomically(output, _parquet(predicted) if output.suffix == ".parquet" else text)


def _parquet(predicted: "pd.DataFrame") -> bytes:
    try:
        return predicted.to_parquet(index=False)
    except ImportError:
        raise NeuroevoError("--output: .parquet needs pyarrow; pip install pyarrow") from None


_WRITTEN = (".csv", ".parquet")
_DIGITS = 9  # significant, which single precision needs


def _check_output(output: Path | None, table: Path) -> None:
    if output is None:
        return
    if output.suffix not in _WRITTEN:
        raise UsageError(f"--output: must end with {' or '.join(_WRITTEN)}, but got {output}")
    if output.exists() and table.exists() and output.samefile(table):
        raise UsageError(f"--output: must be another file than the new rows, but got {output}")


def _notes(model: "Network | TableModel", rows: "pd.DataFrame", name: str) -> Sequence[str]:
    from neuroevo.tables import TableModel

    return model.notes(rows, name) if isinstance(model, TableModel) else ()


def _read(path: Path, experiment: "Experiment") -> "pd.DataFrame":
    """Read new rows with the separator and so on of the run's own table."""
    from neuroevo.tables import TableSettings, read_table

    task = experiment.task
    settings = task if isinstance(task, TableSettings) else TableSettings(target=("y",))
    return read_table(path, settings)


def _predicted(model: "Network | TableModel", rows: "pd.DataFrame", name: str) -> "pd.DataFrame":
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
    columns = [f"probability of {each}" for each in preparation.classes]
    target = f"predicted {targets[0]}" if targets[0] in columns else targets[0]
    predicted = pd.DataFrame(probabilities, columns=columns)
    predicted.insert(0, target, model.classes_[probabilities.argmax(axis=1)])
    return predicted
