"""From a user's frame to the arrays that networks learn from, and what is needed for more rows."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from neuroevo.errors import DataError
from neuroevo.tables.applying import inputs_of_columns, one_hot, unseen_text
from neuroevo.tables.cells import Categories, Floats, Numbers
from neuroevo.tables.checking import Table, check_frame
from neuroevo.tables.fitting import fit
from neuroevo.tables.kinds import Column, ColumnDescription
from neuroevo.tables.preparation import Preparation
from neuroevo.tables.problems import column_line, listed
from neuroevo.tables.records import CategoryInput
from neuroevo.tables.settings import TableSettings
from neuroevo.tables.splitting import Parts, Rows, split_rows
from neuroevo.tables.weights import training_weights


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Prepared rows of a table; arrays are read-only.

    Parameters
    ----------
    inputs
        Array (rows, inputs), finite.
    targets
        Array (rows, outputs): scaled numbers, or 1 for the class of the row and 0 for the others.
    rows
        Array (rows,), the places of the rows in the frame.
    """

    inputs: Floats
    targets: Floats
    rows: Rows

    def __post_init__(self) -> None:
        for array in (self.inputs, self.targets, self.rows):
            array.setflags(write=False)


@dataclass(frozen=True, slots=True, eq=False)
class PreparedTable:
    """A table as arrays, and all that was fitted to make them.

    Parameters
    ----------
    preparation
        What was fitted on the training rows.
    training, validation, test
        The rows of each part; those of the test may be none.
    training_weights
        Array (training rows,), at least 0 and not all 0; None if all rows weigh equally.
    descriptions
        What each used column is, inputs first.
    warnings
        One line for each thing that is allowed but may be a mistake.
    """

    preparation: Preparation
    training: Part
    validation: Part
    test: Part
    training_weights: Floats | None
    descriptions: tuple[ColumnDescription, ...]
    warnings: tuple[str, ...]


def prepare(frame: pd.DataFrame, settings: TableSettings, name: str = "data") -> PreparedTable:
    """Check a frame, divide its rows, fit a preparation on the training rows, and prepare all rows.

    Parameters
    ----------
    frame
        A table, as `read_table` gives it, or from Python; it is not changed. Problems name rows by
        its index.
    settings
        Which columns are used, and how.
    name
        What problems and warnings call the table, such as its file.

    Raises
    ------
    DataError
        One line for each problem.
    """
    table = check_frame(frame, settings, name)
    parts = split_rows(table)
    preparation = fit(table, parts.training)
    weights = training_weights(table, parts.training)
    if weights is not None:
        weights.setflags(write=False)
    return PreparedTable(
        preparation,
        *_all_parts(preparation, table, parts),
        weights,
        tuple(column.describe() for column in table.columns.values()),
        (
            *[table.guess] * bool(table.guess),
            *table.warnings,
            *_warnings(preparation, table, parts),
        ),
    )


def _all_parts(preparation: Preparation, table: Table, parts: Parts) -> tuple[Part, Part, Part]:
    """Prepare the rows of each part; DataError with the problems of all."""
    prepared, lines = [], list[str]()
    for rows in (parts.training, parts.validation, parts.test):
        try:
            prepared.append(_part(preparation, table, rows))
        except DataError as error:
            lines += error.problems
    if lines:
        raise DataError(*listed(table.name, lines))
    training, validation, test = prepared
    return training, validation, test


def _part(preparation: Preparation, table: Table, rows: Rows) -> Part:
    columns = (_taken(table.columns[record.name], rows) for record in preparation.inputs)
    records, unseen = preparation.inputs, preparation.unseen
    inputs = inputs_of_columns(records, unseen, columns, len(rows), table.name)
    return Part(inputs, _targets(preparation, table, rows), rows)


def _taken(column: Column, rows: Rows) -> Column:
    """Return some rows of a column that was read."""
    given = column.given.iloc[rows]
    if column.categories is not None:
        read = Categories(column.categories.codes[rows], column.categories.names)
        return Column(given, column.kind, categories=read)
    return Column(given, column.kind, numbers=Numbers(column.array[rows]))


def _targets(preparation: Preparation, table: Table, rows: Rows) -> Floats:
    if table.classes is not None:
        return one_hot(table.classes.codes[rows], len(table.classes.names))
    raw = np.stack([table.columns[each.name].array[rows] for each in preparation.targets], axis=1)
    return preparation.target_scaling.scaled(raw)


def _warnings(preparation: Preparation, table: Table, parts: Parts) -> Iterator[str]:
    """Give a line for each column that is left out, and for each with unseen categories."""
    records = {record.name: record for record in preparation.inputs}
    for each in table.inputs:
        record = records.get(each)
        if record is None:
            yield column_line(
                table.name, each, "is left out: its training rows have no two different values"
            )
        elif isinstance(record, CategoryInput) and preparation.unseen != "refuse":
            count = _unseen(table.columns[each], parts)
            if count:
                yield column_line(table.name, each, unseen_text(count))


def _unseen(column: Column, parts: Parts) -> int:
    codes = column.array
    others = np.concatenate([codes[parts.validation], codes[parts.test]])
    known = np.isin(others, codes[parts.training]) | np.isnan(others)
    return int((~known).sum())
