"""``neuroevo predict``: what a run's network predicts for new rows."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuroevo.cli.options import RESULTS, Results, RunReference, examples
from neuroevo.cli.terminal import say
from neuroevo.errors import DataError, NeuroevoError, StorageError, UsageError

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

    found = load_run(run, results)
    if output is not None and output.suffix not in _WRITTEN:
        raise UsageError(f"--output: must end with {' or '.join(_WRITTEN)}, but got {output}")
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
    try:
        if output.suffix == ".parquet":
            predicted.to_parquet(output, index=False)
        else:
            output.write_text(text, encoding="utf-8")
    except ImportError:
        raise NeuroevoError("--output: .parquet needs pyarrow; pip install pyarrow") from None
    except OSError as error:
        raise StorageError(f"{output}: cannot be written ({error.strerror})") from error


_WRITTEN = (".csv", ".parquet")
_DIGITS = 9  # significant, which single precision needs


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

    from neuroevo.tables import TableModel

    if not isinstance(model, TableModel):
        names = model.columns.inputs
        missing = [each for each in names if each not in rows.columns]
        if missing:
            raise DataError(*(f"{name}: must have the column {each!r}" for each in missing))
        return pd.DataFrame(
            model.predict(rows[list(names)].to_numpy()), columns=list(model.columns.outputs)
        )
    preparation = model.preparation
    targets = [target.name for target in preparation.targets]
    if not preparation.classes:
        return pd.DataFrame(model.predict(rows, name).reshape(len(rows), -1), columns=targets)
    probabilities = model.predict_proba(rows, name)
    columns = {targets[0]: model.predict(rows, name)}
    columns |= {
        f"probability of {each}": probabilities[:, place]
        for place, each in enumerate(preparation.classes)
    }
    return pd.DataFrame(columns)
