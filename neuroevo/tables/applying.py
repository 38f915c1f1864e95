"""Prepares raw rows with what was fitted on the training rows; fits nothing itself."""

from collections.abc import Collection, Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from neuroevo.errors import DataError
from neuroevo.settings import shown
from neuroevo.tables.cells import Categories, Floats, booleans, categories, numbers
from neuroevo.tables.checking import broken_lines, used_columns
from neuroevo.tables.kinds import Column
from neuroevo.tables.limits import MOST_CELLS
from neuroevo.tables.problems import cell_lines, column_line, listed
from neuroevo.tables.records import (
    MOST_PREPARED,
    NO_INPUT,
    REFUSED,
    UNIFORM_SPREAD,
    BooleanInput,
    CategoryInput,
    Input,
    NumberInput,
)
from neuroevo.tables.settings import Unseen


def inputs_of_frame(
    records: Sequence[Input], unseen: Unseen, frame: pd.DataFrame, name: str
) -> Floats:
    """Prepare the inputs of raw rows; see `Preparation.prepare_inputs`."""
    cells = _present(frame, [record.name for record in records], name)
    columns = (_read(cells[record.name], record.kind) for record in records)
    return inputs_of_columns(records, unseen, columns, len(frame), name)


def raw_numbers(names: Sequence[str], frame: pd.DataFrame, name: str) -> Floats:
    """Return columns of numbers as they are, array (rows, columns), finite.

    Raises
    ------
    DataError
        One line for each problem: columns that are missing, cells that are no numbers or missing.
    """
    return inputs_of_frame([NumberInput(name=each) for each in names], "refuse", frame, name)


def notes_of_frame(records: Sequence[Input], frame: pd.DataFrame, name: str) -> list[str]:
    """Return a line for what is new or missing in raw rows that can be prepared."""
    cells = _present(frame, [record.name for record in records], name)
    notes = unused_notes(frame.columns, cells, name)
    for record in records:
        column = _read(cells[record.name], record.kind)
        missing = int(column.missing.sum())
        if missing and record.fill is not None:
            cells_are = "1 missing cell is" if missing == 1 else f"{missing:,} missing cells are"
            text = f"{cells_are} filled with {shown(record.fill)}"
            notes.append(column_line(name, record.name, text))
        if isinstance(record, CategoryInput):
            notes += _unseen_note(record, column, name)
    return notes


def unused_notes(labels: Iterable[object], used: Collection[str], name: str) -> list[str]:
    """Return a line on the columns of a table that are not used, if there are any."""
    others = [each for each in (str(label).strip() for label in labels) if each not in used]
    if not others:
        return []
    more = f" and {len(others) - _MOST_NAMED:,} more" if len(others) > _MOST_NAMED else ""
    named = ", ".join(shown(each) for each in others[:_MOST_NAMED])
    verb = "columns are" if len(others) > 1 else "column is"
    return [f"{name}: {len(others):,} {verb} not used: {named}{more}"]


_MOST_NAMED = 5  # columns that are not used


def _unseen_note(record: CategoryInput, column: Column, name: str) -> list[str]:
    read = column.categories or NO_CATEGORIES
    known = {*record.categories, *record.gathered}
    new = [code for code, each in enumerate(read.names) if each not in known]
    rows = int(np.isin(read.codes, new).sum())
    if not rows:
        return []
    examples = ", ".join(shown(read.names[code]) for code in new[:3])
    text = unseen_text(rows, or_rare=record.gathers and not record.gathered)
    return [column_line(name, record.name, f"{text}, such as {examples}")]


def unseen_text(rows: int, *, or_rare: bool = False) -> str:
    """Return how many rows have a category that was not seen in training, or was rare there."""
    count = "1 row has" if rows == 1 else f"{rows:,} rows have"
    rare = "a rare category, or one" if or_rare else "a category"
    return f"{count} {rare} that no training row has"


NO_CATEGORIES = Categories(np.empty(0, dtype=np.int32), ())


def one_hot(places: NDArray[np.integer], count: int) -> Floats:
    """Return 1 at the place of each row and 0 elsewhere, array (rows, count); no 1 if negative."""
    chosen: Floats = (places[:, np.newaxis] == np.arange(count)).astype(np.float64)
    return chosen


def _present(frame: pd.DataFrame, names: Sequence[str], name: str) -> dict[str, pd.Series]:
    """Return the columns of these names; DataError with all that the frame does not have."""
    places = used_columns(frame.columns, names, name)
    return {each: frame.iloc[:, places[each]].rename(each) for each in names}


def _read(cells: pd.Series, kind: str) -> Column:
    if kind == "category":
        return Column(cells, "category", categories=categories(cells))
    if kind == "boolean":
        return Column(cells, "boolean", numbers=booleans(cells))
    return Column(cells, "number", numbers=numbers(cells))


def inputs_of_columns(
    records: Sequence[Input], unseen: Unseen, columns: Iterable[Column], rows: int, name: str
) -> Floats:
    """Prepare the inputs of columns that were read, one for each record.

    Returns
    -------
    Array (rows, inputs), finite.

    Raises
    ------
    DataError
        One line for each problem of a cell.
    """
    inputs = sum(len(record.input_names) for record in records)
    if rows * inputs > MOST_CELLS:
        rule = f"must have at most {MOST_CELLS:,} prepared values"
        raise DataError(f"{name}: {rule}, but got {rows:,} rows with {inputs:,} inputs")
    prepared = np.zeros((rows, inputs))
    lines: list[str] = []
    first = 0
    for record, column in zip(records, columns, strict=True):
        values = prepared[:, first : first + len(record.value_names)]
        if isinstance(record, CategoryInput):
            lines += _fill_categories(values, record, column, unseen, name)
        else:
            lines += _fill_numbers(values[:, 0], record, column, name)
        first += len(record.value_names)
        if record.indicator:
            prepared[:, first] = column.missing
            first += 1
    if lines:
        raise DataError(*listed(name, lines))
    return prepared


def _missing_lines(record: Input, column: Column, name: str) -> list[str]:
    if record.fill is not None:
        return []
    return cell_lines(name, column.given, column.missing, "must not be missing")


def _fill_numbers(
    values: Floats, record: NumberInput | BooleanInput, column: Column, name: str
) -> list[str]:
    """Write the prepared values of a column, array (rows,); return what is wrong."""
    lines = broken_lines(column, name) + _missing_lines(record, column, name)
    if lines:
        return lines
    values[:] = column.array
    if record.fill is not None:
        values[column.missing] = record.fill
    if isinstance(record, BooleanInput):
        return []
    with np.errstate(over="ignore"):
        values[:] = _at_knots(values, record.knots) if record.knots else _scaled(values, record)
    rule = "must be closer to the numbers of the training rows"
    return cell_lines(name, column.given, ~(np.abs(values) <= MOST_PREPARED), rule)


def _scaled(values: Floats, record: NumberInput) -> Floats:
    return (values - record.offset) / record.scale


def _at_knots(values: Floats, knots: Sequence[float]) -> Floats:
    """Return the places of values among quantiles, as scikit-learn does, with mean 0, variance 1.

    Values between two knots are interpolated; at several equal knots, their middle is taken.
    """
    quantiles, places = np.array(knots), np.linspace(0, 1, len(knots))
    upwards = np.interp(values, quantiles, places)
    downwards = np.interp(-values, -quantiles[::-1], -places[::-1])
    found = 0.5 * (upwards - downwards)
    found[values == quantiles[-1]] = 1
    found[values == quantiles[0]] = 0
    return (found - 0.5) * UNIFORM_SPREAD


def _fill_categories(
    values: Floats, record: CategoryInput, column: Column, unseen: Unseen, name: str
) -> list[str]:
    """Write 1 for the category of each row, array (rows, categories); return what is wrong."""
    read = column.categories or NO_CATEGORIES
    lines = broken_lines(column, name) + _missing_lines(record, column, name)
    places = [record.place_of(each, unseen) for each in read.names]
    filled = NO_INPUT if record.fill is None else record.place_of(record.fill, unseen)
    found = np.array([*places, filled], dtype=np.intp)[read.codes]
    wrong = (found == REFUSED) & (read.codes >= 0)
    rule = f"must be one of the {len(record.categories) + len(record.gathered)} categories"
    hint = "set unseen = 'rare' or 'zeros'"
    lines += cell_lines(name, column.given, wrong, f"{rule} of the training rows", hint)
    if not lines:
        values[:] = one_hot(found, values.shape[1])
    return lines
