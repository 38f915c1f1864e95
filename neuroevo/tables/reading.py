"""Reads a table from a text file or a Parquet file, as a pandas frame. Knows no roles of columns.

Nothing in a file is ever executed: text is read by pandas, Parquet by pyarrow.
"""

import itertools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from neuroevo.errors import DataError
from neuroevo.files import with_home
from neuroevo.settings import printable
from neuroevo.tables.cells import LARGEST_WHOLE, Flags, Floats, factorized, is_number
from neuroevo.tables.cells import name as category
from neuroevo.tables.checking import looks_like_classes, named_columns, used_columns
from neuroevo.tables.kinds import MOSTLY, read_column
from neuroevo.tables.limits import MOST_BYTES
from neuroevo.tables.parquet_files import parquet_names, read_parquet
from neuroevo.tables.problems import cell_lines, listed
from neuroevo.tables.settings import SUFFIXES, TableSettings
from neuroevo.tables.text_files import (
    Form,
    check_form,
    ending,
    header_of,
    opened_text,
    separator_of,
)

CHUNK_CELLS = 1_000_000  # that pandas reads at once


def read_table(
    path: str | Path,
    settings: TableSettings,
    columns: Sequence[str] = (),
    *,
    known: Mapping[str, Collection[str]] = MappingProxyType({}),
    most_bytes: int = MOST_BYTES,
) -> pd.DataFrame:
    """Read a table with a header.

    Parameters
    ----------
    path
        A text file (``.csv``, ``.txt``, ``.tsv``, each also with ``.gz``) or ``.parquet``.
    settings
        Separator, decimal sign, encoding and words for missing cells of a text file.
    columns
        Names of those that are read; the others are not checked. None: all.
    known
        Categories of columns that a network has learned: none of them is a missing cell, or a
        number with a wrong decimal sign.
    most_bytes
        How many bytes the file may have, also when it is unpacked.

    Returns
    -------
    A frame with a row for each row of the file. Its index has the numbers of the rows as in a text
    editor, with the header as row 1; rows of Parquet count from 1. Of a text file, columns are
    float64 if all cells are numbers, bool if all are true or false, else text.

    Raises
    ------
    DataError
        If the file can't be read or is no table; one line for each problem.
    """
    path = with_home(path)
    name = printable(str(path))
    if is_parquet(path):
        frame = read_parquet(path, most_bytes, columns)
        if not columns:
            named_columns(frame, name)
        return frame
    form = check_form(path, settings, most_bytes, columns)
    if columns:
        places = used_columns(form.header, columns, name)
    else:
        places = named_columns(pd.DataFrame(columns=list(form.header)), name)
    text = _Text(path, form, settings, known, most_bytes)
    frame = _read_text(text, places)
    _check_decimal(frame, settings, name, known)
    if settings.decimal == ",":
        frame = _with_points(frame)
    labels = None if columns else _labels(text, frame, places)
    return frame if labels is None else frame.assign(**{settings.target[0]: labels})


def column_names(path: str | Path, settings: TableSettings) -> tuple[str, ...]:
    """Return the names of all columns of a file; DataError as in `read_table`."""
    path = with_home(path)
    return parquet_names(path) if is_parquet(path) else header_of(path, settings)


def is_parquet(path: Path) -> bool:
    """Whether a file is read as Parquet, not as text; DataError if it has another ending."""
    if not ending(path).endswith(SUFFIXES):
        rule = f"must be a file that ends with one of {', '.join(SUFFIXES)}"
        raise DataError(f"{printable(str(path))}: {rule}")
    return ending(path).endswith(".parquet")


class _Text(NamedTuple):
    """A text file whose form was checked."""

    path: Path
    form: Form
    settings: TableSettings
    known: Mapping[str, Collection[str]]
    most_bytes: int

    def missing_words(self, place: int) -> list[str]:
        """Return the cells of a column that are missing."""
        known = self.known.get(self.form.header[place].strip(), ())
        return ["", *(each for each in self.settings.missing_words if category(each) not in known)]


def _read_text(text: _Text, places: Mapping[str, int]) -> pd.DataFrame:
    """Read columns: name -> place in the file."""
    rows = len(text.form.lines)
    columns = {place: _Cells(rows) for place in places.values()}
    for first, chunk in _chunks(text, list(columns)):
        for place, cells in columns.items():
            cells.add(first, chunk[place])
    mixed = [place for place, cells in columns.items() if cells.is_mixed]
    if mixed:
        columns |= {place: _Cells(rows) for place in mixed}
        for first, chunk in _chunks(text, mixed, as_text=True):
            for place in mixed:
                columns[place].add(first, chunk[place])
    read = {name: columns.pop(place).column() for name, place in places.items()}
    return pd.DataFrame(read, copy=False).set_axis(_index(text.form), axis=0)


def _chunks(
    text: _Text, places: Sequence[int], *, as_text: bool = False
) -> Iterator[tuple[int, pd.DataFrame]]:
    """Give some columns of the rows, named by their places, in chunks, each with its first row."""
    path, form, settings, _, most_bytes = text
    name, first = printable(str(path)), 0
    words: Any = {place: text.missing_words(place) for place in places}  # stubs know texts only
    with opened_text(path, settings.encoding, most_bytes) as file:
        chunks = pd.read_csv(
            file,
            sep=separator_of(path, settings),
            decimal=settings.decimal,
            header=0,
            names=range(len(form.header)),
            index_col=False,
            usecols=list(places),
            dtype="str" if as_text else None,
            na_values=words,
            keep_default_na=False,
            chunksize=max(1, CHUNK_CELLS // len(form.header)),
            low_memory=False,  # within a chunk, so that each of its columns has one type
        )
        try:
            for chunk in chunks:
                yield first, chunk
                first += len(chunk)
        except pd.errors.ParserError as error:
            raise DataError(f"{name}: must be a table, but got: {printable(str(error))}") from None
    if first != len(form.lines):
        rule = f"must have as many rows when it is read again, {len(form.lines):,}"
        raise DataError(f"{name}: {rule}, but got {first:,}")


class _Cells:
    """The cells of one column, put together from chunks in which pandas found their types."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._kinds: set[str] = set()
        self._numbers = np.empty(0)
        self._pieces: list[pd.Series] = []

    def add(self, first: int, cells: pd.Series) -> None:
        """Add the cells of a chunk that begins with the given row."""
        kind = _kind(cells)
        self._kinds.add(kind)
        if kind in {"number", "boolean"}:
            if not len(self._numbers):
                self._numbers = np.full(self._rows, np.nan)
            self._numbers[first : first + len(cells)] = cells.to_numpy(np.float64)
        else:
            self._pieces.append(cells.astype("str"))

    @property
    def is_mixed(self) -> bool:
        """Whether the chunks had different types, so that cells have lost their text."""
        return not any(self._kinds <= alike for alike in _ALIKE)

    def column(self) -> pd.Series | Floats | Flags:
        """Return the whole column."""
        if "text" in self._kinds:
            return pd.concat(self._pieces, ignore_index=True)
        if self._kinds == {"missing"}:
            return np.full(self._rows, np.nan)
        return self._numbers.astype(np.bool_) if "boolean" in self._kinds else self._numbers


_ALIKE = ({"number", "missing"}, {"boolean"}, {"text", "missing"})


def _kind(cells: pd.Series) -> str:
    if cells.isna().all():
        return "missing"
    match cells.dtype.kind:
        case "b":
            return "boolean"
        case "f":
            return "number"
        case "i" | "u":  # larger ones are read as text, so that problems show all digits
            exact = cells.between(-LARGEST_WHOLE, LARGEST_WHOLE).all()
            return "number" if exact else "mixed"
    return "text" if isinstance(cells.dtype, pd.StringDtype) else "mixed"


def _with_points(frame: pd.DataFrame) -> pd.DataFrame:
    """Write decimal points into the numbers of text columns, as everywhere else in the code."""
    changed = {}
    for label in frame.columns[frame.dtypes == "str"]:
        codes, distinct = factorized(frame[label])
        texts = [
            text.replace(",", ".") if _is_number_with(",", text.strip()) else text
            for text in map(str, distinct)
        ]
        cells = np.array([*texts, None], dtype=object)[codes]
        changed[label] = pd.Series(cells, index=frame.index, dtype="str")
    return frame.assign(**changed)


def _labels(text: _Text, frame: pd.DataFrame, places: Mapping[str, int]) -> pd.Series | None:
    """Read the labels of a target of classes as they stand in the file: 01 is not 1.

    Returns
    -------
    Whole numbers or booleans if all labels are written as Python writes these, else texts; None if
    the target is none of classes.
    """
    target = text.settings.target[0]
    if target not in places or len(text.settings.target) > 1:
        return None
    if not looks_like_classes([read_column(frame[target])], text.settings):
        return None
    place = places[target]
    chunks = (chunk[place] for _, chunk in _chunks(text, [place], as_text=True))
    texts: pd.Series = pd.concat(chunks).set_axis(frame.index)
    distinct = texts.unique()
    if all(isinstance(each, str) and _AS_WRITTEN.fullmatch(each) for each in distinct):
        texts = texts.astype(np.int64)
    elif set(distinct) == {"True", "False"}:
        texts = texts.eq("True")
    return texts


_AS_WRITTEN = re.compile(r"0|-?[1-9]\d{0,17}", re.ASCII)


def _index(form: Form) -> pd.Index:
    first, last = form.lines[0], form.lines[-1]
    if last - first == len(form.lines) - 1:
        return pd.RangeIndex(first, last + 1)
    return pd.Index(np.frombuffer(form.lines, dtype=np.int64))


def _check_decimal(
    frame: pd.DataFrame,
    settings: TableSettings,
    name: str,
    known: Mapping[str, Collection[str]],
) -> None:
    """Refuse columns of numbers with another decimal sign, or with separators of thousands."""
    lines = []
    allowed = {*settings.leave_out, *settings.categories}
    allowed |= set(settings.target) if settings.problem == "classes" else set()
    if settings.columns:
        allowed |= {*frame.columns} - {*settings.columns, *settings.target, settings.weight_column}
    other = _other_sign(settings.decimal)
    for label in frame.columns:
        column = frame[label]
        if label in allowed or not isinstance(column.dtype, pd.StringDtype):
            continue
        codes, distinct = factorized(column)
        texts = [str(value).strip() for value in distinct]
        learned = known.get(label, ())
        texts = ["" if category(text) in learned else text for text in texts]
        grouped = [_has_thousands(text, settings.decimal) for text in texts]
        with_other = [_is_number_with(other, text) for text in texts]
        found = [one or two for one, two in zip(grouped, with_other, strict=True)]
        wrong = np.array([*found, False], dtype=np.bool_)[codes]
        if wrong.sum() >= MOSTLY * column.count() and wrong.any():
            are_thousands, are_decimals = (
                all(itertools.compress(flags, found)) for flags in (grouped, with_other)
            )
            rule, hint = _number_rule(settings.decimal, are_thousands, are_decimals)
            lines += cell_lines(name, column, wrong, rule, hint)
    if lines:
        raise DataError(*listed(name, lines))


def _other_sign(decimal: str) -> str:
    return "." if decimal == "," else ","


def _number_rule(decimal: str, are_thousands: bool, are_decimals: bool) -> tuple[str, str]:  # noqa: FBT001 - what the cells may be
    """Return the rule that cells break with the other sign, and what to do."""
    other = _other_sign(decimal)
    setting = f"set decimal = {other!r}, on the command line --set 'task.decimal=\"{other}\"'"
    if not are_thousands:
        return f"must have {decimal!r} as the decimal sign", setting
    written = f"write 1234 instead of 1{other}234"
    hint = f"{written}; if {other!r} is the decimal sign, {setting}" if are_decimals else written
    return "must be a number without separators of thousands", hint


def _has_thousands(text: str, decimal: str) -> bool:
    """Whether a text is a number whose thousands are separated by the sign that decimals lack."""
    sign = _other_sign(decimal)
    if sign not in text:
        return False
    groups = re.escape(sign)
    pattern = rf"[+-]?\d{{1,3}}(?:{groups}\d{{3}})+(?:{re.escape(decimal)}\d*)?"
    return re.fullmatch(pattern, text, re.ASCII) is not None


def _is_number_with(decimal: str, text: str) -> bool:
    return decimal in text and is_number(text.replace(decimal, "."))
