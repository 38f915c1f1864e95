"""From a user's frame to the arrays that networks learn from, and what is needed for more rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from neuroevo.errors import DataError
from neuroevo.tables.applying import inputs_of_columns, one_hot, unseen_text
from neuroevo.tables.cells import Categories, Floats, Numbers
from neuroevo.tables.checking import Table, check_frame
from neuroevo.tables.fitting import fit, is_constant
from neuroevo.tables.kinds import Column, ColumnDescription
from neuroevo.tables.preparation import Preparation
from neuroevo.tables.problems import column_line, listed
from neuroevo.tables.records import CategoryInput, NumberInput
from neuroevo.tables.settings import TableSettings
from neuroevo.tables.splitting import Parts, Rows, cut_rows, groups_of
from neuroevo.tables.weights import PartWeights, divided_rows, row_weights, weighing

_MOST_COMPARED = 20_000_000  # cells of tables whose rows are compared
_MANY = 0.1  # share of the test rows
_FEW = 0.05  # different rows, as a share of all
_LEAST_RANGE = 0.5  # of numbers that were scaled: none has a smaller one


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
class PreparedFold:
    """The rows of a fold as arrays, and all that was fitted to make them.

    Parameters
    ----------
    preparation
        What was fitted on the training rows.
    training, validation, test
        The rows of each part; those of the test may be none.
    weights
        Those of the rows of each part, at least 0 and not all 0.
    """

    preparation: Preparation
    training: Part
    validation: Part
    test: Part
    weights: PartWeights


@dataclass(frozen=True, slots=True, eq=False)
class PreparedTable(PreparedFold):
    """A table as arrays: its only fold, or the first one and the others.

    Parameters
    ----------
    descriptions
        What each used column is, inputs first.
    warnings
        One line for each thing that is allowed but may be a mistake.
    test_groups
        Array (test rows,) of the number of the group of each; None if groups do not divide rows.
    other_folds
        The same rows, divided otherwise and so prepared otherwise; none without folds.
    """

    descriptions: tuple[ColumnDescription, ...]
    warnings: tuple[str, ...]
    test_groups: NDArray[np.int64] | None
    other_folds: tuple[PreparedFold, ...] = ()


def prepare(
    frame: pd.DataFrame,
    settings: TableSettings,
    name: str = "data",
    *,
    undivided: int = 0,
    keep_test: bool = False,
) -> PreparedTable:
    """Check a frame, divide its rows, fit preparations on training rows, and prepare all rows.

    Parameters
    ----------
    frame
        A table, as `read_table` gives it, or from Python; it is not changed. Problems name rows by
        its index.
    settings
        Which columns are used, and how.
    name
        What problems and warnings call the table, such as its file.
    undivided
        0: rows are divided as the settings say. 1: all rows are in the training part, and in the
        validation part too. More: they are cut into so many folds, see `cut_rows`. In both cases
        they are prepared with what was fitted to the training rows of the divided table.
    keep_test
        Whether test rows stay apart if the others are undivided.

    Raises
    ------
    DataError
        One line for each problem.
    """
    table = check_frame(frame, settings, name)
    divided = divided_rows(table)
    preparations = fit(table, [parts.training for parts in divided])
    test = divided[0].test if keep_test else divided[0].test[:0]
    parts = divided
    if undivided:
        parts = tuple(weighing(table, each) for each in cut_rows(table, undivided, test))
    fitted = preparations[:1] * len(parts) if undivided else preparations
    first, *others = _folds(table, fitted, parts)
    repeated = () if undivided else tuple(_repeated_lines(first, name))
    return PreparedTable(
        first.preparation,
        first.training,
        first.validation,
        first.test,
        first.weights,
        tuple(column.describe() for column in table.columns.values()),
        (
            *[table.guess] * bool(table.guess),
            *table.warnings,
            *_warnings(preparations[0], table, divided),
            *repeated,
        ),
        _groups(table, first.test.rows),
        tuple(others),
    )


def _groups(table: Table, rows: Rows) -> NDArray[np.int64] | None:
    if table.settings.split != "groups":
        return None
    return groups_of(table).codes[rows].astype(np.int64)


def _folds(
    table: Table, preparations: Sequence[Preparation], divided: Sequence[Parts]
) -> list[PreparedFold]:
    """Prepare the rows of each part of each fold; DataError with the problems of all."""
    prepared, lines = list[PreparedFold](), dict[str, None]()  # a line for all that have it
    for preparation, parts in zip(preparations, divided, strict=True):
        found = []
        for rows in (parts.training, parts.validation, parts.test):
            try:
                found.append(_part(preparation, table, rows))
            except DataError as error:
                lines |= dict.fromkeys(error.problems)
        if not lines:
            weights = row_weights(table, parts)
            for each in weights:
                if each is not None:
                    each.setflags(write=False)
            training, validation, test = found
            prepared.append(PreparedFold(preparation, training, validation, test, weights))
    if lines:
        raise DataError(*listed(table.name, list(lines)))
    return prepared


def _part(preparation: Preparation, table: Table, rows: Rows) -> Part:
    columns = (_taken(table.columns[record.name], rows) for record in preparation.inputs)
    records, unseen = preparation.inputs, preparation.unseen
    inputs = inputs_of_columns(records, unseen, columns, len(rows), table.name)
    return Part(inputs, prepared_targets(preparation, table, rows), rows)


def _taken(column: Column, rows: Rows) -> Column:
    """Return some rows of a column that was read."""
    given = column.given.iloc[rows]
    if column.categories is not None:
        read = Categories(column.categories.codes[rows], column.categories.names)
        return Column(given, column.kind, categories=read)
    return Column(given, column.kind, numbers=Numbers(column.array[rows]))


def prepared_targets(preparation: Preparation, table: Table, rows: Rows) -> Floats:
    """Return the targets of some rows of a table, as networks learn them, (rows, outputs)."""
    if table.classes is not None:
        return one_hot(table.classes.codes[rows], len(table.classes.names))
    raw = np.stack([table.columns[each.name].array[rows] for each in preparation.targets], axis=1)
    return preparation.target_scaling.scaled(raw)


def _warnings(preparation: Preparation, table: Table, divided: Sequence[Parts]) -> Iterator[str]:
    """Give a line for each column that is left out, and for each with unseen categories."""
    records = {record.name: record for record in preparation.inputs}
    rows_of = "the training rows of a fold" if len(divided) > 1 else "its training rows"
    for each in table.inputs:
        record, column = records.get(each), table.columns[each]
        if record is None and _is_varied(column, divided):
            rule = f"no category is in at least a share of {table.settings.rare} of {rows_of}"
            hint = f"set a lower value of rare to keep it{column.unit_hint}"
            yield column_line(table.name, each, f"is left out: {rule} ({hint})")
        elif record is None:
            text = f"is left out: {rows_of} have no two different values"
            yield column_line(table.name, each, text)
        elif isinstance(record, NumberInput):
            is_scaled = table.settings.scaling != "none"
            if is_scaled and _is_nearly_constant(record, column, divided):
                text = "its numbers differ too little to be scaled, so networks can hardly use them"
                yield column_line(table.name, each, text)
        elif isinstance(record, CategoryInput):
            if column.unit_hint and each not in table.settings.categories:
                text = f"is taken for categories{column.unit_hint}"
                yield column_line(table.name, each, text)
            count = _unseen(column, divided)
            if count and preparation.unseen != "refuse":
                yield column_line(table.name, each, unseen_text(count))


def _repeated_lines(fold: PreparedFold, name: str) -> Iterator[str]:
    """Give a line if many test rows are there in another part, with the same inputs and targets.

    Not if the table has few different rows, as new ones are then the same too.
    """
    parts = fold.training, fold.validation, fold.test
    cells = sum(part.inputs.size + part.targets.size for part in parts)
    if not len(fold.test.rows) or cells > _MOST_COMPARED:
        return
    *known, asked = map(_row_keys, parts)
    keys = np.concatenate([*known, asked])
    count = int(np.isin(asked, np.concatenate(known)).sum())
    if count >= _MANY * len(asked) and len(np.unique(keys)) > _FEW * len(keys):
        text = f"{count:,} of {len(asked):,} test rows are equal to training or validation rows"
        yield f"{name}: {text}, so test scores say little about rows that differ"


def _row_keys(part: Part) -> NDArray[np.uint64]:
    """Return a number for each row, the same for equal inputs and targets."""
    rows = pd.DataFrame(np.hstack([part.inputs, part.targets]))
    return np.asarray(pd.util.hash_pandas_object(rows, index=False), dtype=np.uint64)


def _is_varied(column: Column, divided: Sequence[Parts]) -> bool:
    """Whether the training rows of each fold have two different values."""
    return not any(is_constant(column.array[parts.training]) for parts in divided)


def _is_nearly_constant(record: NumberInput, column: Column, divided: Sequence[Parts]) -> bool:
    """Whether numbers that differ are scaled to almost the same ones."""
    values = column.array[divided[0].training]
    values = values[~np.isnan(values)]
    if record.knots or is_constant(values):
        return False
    return float(np.ptp(values)) / record.scale < _LEAST_RANGE


def _unseen(column: Column, divided: Sequence[Parts]) -> int:
    codes = column.array
    seen = np.unique(np.concatenate([codes[parts.training] for parts in divided]))
    return int((~np.isin(codes, seen) & ~np.isnan(codes)).sum())
