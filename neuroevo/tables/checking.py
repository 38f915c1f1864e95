"""A user's frame, checked: every column that is used, read as what it is. Knows no networks."""

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from shlex import quote
from types import MappingProxyType

import numpy as np
import pandas as pd

from neuroevo.errors import DataError
from neuroevo.settings import nearest, shown
from neuroevo.tables.cells import NAME_RULE, NUMBER_RULE, Broken, Classes, classes, is_unicode
from neuroevo.tables.cells import name as category_name
from neuroevo.tables.kinds import FEW, MOSTLY, Column, read_column
from neuroevo.tables.limits import MOST_CELLS, MOST_CLASSES, MOST_INPUT_COLUMNS
from neuroevo.tables.problems import cell_lines, column_line, listed, shown_value
from neuroevo.tables.settings import BALANCED, MOST_NAME, PARTS, TableSettings
from neuroevo.tables.times import time_places, without_zone
from neuroevo.tables.twins import twin_lines

LEAST_ROWS = 3  # for training, validation and a test
MOST_NUMBERED_CLASSES = 20  # of a target of numbers that settings do not call classes
ROWS_PER_CLASS = 10  # of such a target

_FOUND = {"category": "categories", "boolean": "true and false"}
_FILL = "set missing = 'median' or 'most_frequent', or name the column in leave_out"


@dataclass(frozen=True)
class Table:
    """A table whose used columns were checked and read.

    Parameters
    ----------
    name
        What problems call it: a file, or "data".
    settings
        With which it was checked.
    columns
        Name to column of all that are used: inputs, targets, weight and split column.
    inputs
        Names of the inputs, in the order of the frame.
    classes
        The classes of the target in the order of the rows; None for a regression.
    index
        The names of the rows.
    warnings
        One line for each thing that is allowed but may be a mistake.
    guess
        A line on what a target of numbers was taken for; empty if settings say it.
    """

    name: str
    settings: TableSettings
    columns: Mapping[str, Column]
    inputs: tuple[str, ...]
    classes: Classes | None
    index: "pd.Index"
    warnings: tuple[str, ...]
    guess: str = ""

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(self.index)


def named_columns(frame: pd.DataFrame, name: str) -> dict[str, int]:
    """Return the place of each column by its name without spaces around it.

    Raises
    ------
    DataError
        If names are empty, used twice, or neither texts nor whole numbers.
    """
    places: dict[str, int] = {}
    lines = []
    labels: list[object] = list(frame.columns)  # of any type, in spite of what stubs say
    for place, label in enumerate(labels):
        text = str(label).strip()
        if not isinstance(label, str) and not pd.api.types.is_integer(label):
            lines.append(f"{name}: names of columns must be texts, but got {shown(str(label))}")
        elif len(text) > MOST_NAME or not is_unicode(text):
            lines.append(f"{name}: names of columns {NAME_RULE}, but got {shown(text)}")
        elif not text:
            rule = "each column must have a name"
            hint = " (an index? write the file with to_csv(index=False))" if place == 0 else ""
            lines.append(f"{name}: {rule}, but column {place + 1} has none{hint}")
        elif text in places:
            first = places[text] + 1
            rule = "names of columns must differ"
            lines.append(
                f"{name}: {rule}, but columns {first} and {place + 1} are both {shown(text)}"
            )
        places.setdefault(text, place)
    if lines:
        raise DataError(*listed(name, lines))
    return places


def used_columns(labels: Iterable[object], names: Iterable[str], name: str) -> dict[str, int]:
    """Return the place of each column that is used; others may be named in any way.

    Parameters
    ----------
    labels
        Of all columns of the table.
    names
        Of the columns that are used.
    name
        What problems call the table.

    Raises
    ------
    DataError
        With all columns that the table does not have, or has twice.
    """
    texts = [str(label).strip() for label in labels]
    counts = Counter(texts)
    lines = []
    for each in names:
        rule = f"must have the column {shown(each)}"
        if not counts[each]:
            lines.append(f"{name}: {rule}, but got none of this name" + nearest(each, texts))
        elif counts[each] > 1:
            lines.append(f"{name}: {rule} once, but got it {counts[each]} times")
    if lines:
        raise DataError(*listed(name, lines))
    places = {text: place for place, text in enumerate(texts)}
    return {each: places[each] for each in names}


def check_frame(frame: pd.DataFrame, settings: TableSettings, name: str = "data") -> Table:
    """Check a frame against its settings, and read the columns that are used.

    Parameters
    ----------
    frame
        A table; it is not changed. Problems name rows by its index.
    settings
        Which columns are used, and for what.
    name
        What problems call the table, such as its file.

    Raises
    ------
    DataError
        One line for each problem, with row and column where it has them; after twenty lines the
        number of the others. Of one rule, three cells of a column are named.
    """
    places = named_columns(frame, name)
    _check_size(frame, name)
    inputs = _check_roles(tuple(places), settings, name)
    used = [*inputs, *settings.target]
    used += [each for each in (settings.weight_column, settings.split_column) if each]
    columns = {
        each: _read(frame.iloc[:, places[each]].rename(each), settings)
        for each in dict.fromkeys(used)
    }
    lines = [line for each in inputs for line in _input_lines(columns[each], settings, name)]
    lines += [line for each in settings.target for line in _target_lines(columns[each], name)]
    targets, guesses = [columns[each] for each in settings.target], list[str]()
    labels, found = _classes(targets, settings, name, guesses) if not lines else (None, [])
    lines += found + _weight_lines(columns, settings, name) + _split_lines(columns, settings, name)
    if settings.weight == BALANCED and labels is None and not lines:
        lines.append(f"{name}: weight must be a column for a regression, but got 'balanced'")
    if lines:
        raise DataError(*listed(name, lines))
    warnings = twin_lines(
        [columns[each] for each in inputs], targets, name, are_classes=labels is not None
    )
    warnings += _alike(labels, targets[0], name) + _time_warnings(columns, settings, name)
    return Table(
        name,
        settings,
        MappingProxyType(columns),
        inputs,
        labels,
        frame.index,
        tuple(warnings),
        "".join(guesses),
    )


def _read(cells: pd.Series, settings: TableSettings) -> Column:
    column = read_column(cells, as_categories=cells.name in settings.categories)
    is_label = settings.problem == "classes" and cells.name in settings.target
    if is_label and column.kind == "date":
        return read_column(cells.astype("str"), as_categories=True)  # as they are in a file
    if is_label and column.broken:
        return read_column(cells, as_categories=True)  # labels of which most are numbers
    return column


def _check_size(frame: pd.DataFrame, name: str) -> None:
    if len(frame) < LEAST_ROWS:
        raise DataError(f"{name}: must have at least {LEAST_ROWS} rows, but got {len(frame)}")
    if frame.size > MOST_CELLS:
        rule = f"must have at most {MOST_CELLS:,} cells"
        raise DataError(f"{name}: {rule}, but got {frame.size:,}")


def _check_roles(names: Sequence[str], settings: TableSettings, name: str) -> tuple[str, ...]:
    """Check that each column that settings name exists; return the inputs."""
    roles: dict[str, Sequence[str]] = {
        "target": settings.target,
        "columns": settings.columns,
        "leave_out": settings.leave_out,
        "categories": settings.categories,
        "weight": [settings.weight_column],
        "split_column": [settings.split_column],
    }
    lines = [
        f"{name}: {role} must name a column of the table, but got {shown(asked)}"
        + (nearest(asked, names) or _all_names(names))
        for role, every in roles.items()
        for asked in every
        if asked and asked not in names
    ]
    others = {*settings.target, *settings.leave_out, settings.weight_column, settings.split_column}
    inputs = tuple(
        each
        for each in names
        if (each in settings.columns if settings.columns else each not in others)
    )
    if not lines and not inputs:
        lines.append(f"{name}: must have at least one column for the inputs, but got none")
    if len(inputs) > MOST_INPUT_COLUMNS:
        rule = f"must have at most {MOST_INPUT_COLUMNS:,} columns for the inputs"
        lines.append(f"{name}: {rule}, but got {len(inputs):,} (name others in leave_out)")
    if lines:
        raise DataError(*listed(name, lines))
    return inputs


def _all_names(names: Sequence[str]) -> str:
    return f", the columns are {shown(', '.join(names), length=200)}"


def broken_lines(column: Column, name: str) -> list[str]:
    """Return the lines of all cells of a column that break a rule."""
    lines = []
    for broken in column.broken:
        lines += cell_lines(name, column.given, broken.cells, broken.rule, broken.hint)
    return lines


def _input_lines(column: Column, settings: TableSettings, name: str) -> list[str]:
    if column.input_problem:
        text = f"{column.input_problem} ({column.input_hint})"
        return [column_line(name, column.name, text)]
    lines = []
    for broken in column.broken:
        hint = _missing_hint(column, broken, settings) + broken.hint
        lines += cell_lines(name, column.given, broken.cells, broken.rule, hint)
    if settings.missing == "refuse":
        lines += cell_lines(name, column.given, column.missing, "must not be missing", _FILL)
    return lines


def _missing_hint(column: Column, broken: Broken, settings: TableSettings) -> str:
    """Return how to take words among numbers for missing cells, if there are only a few words."""
    words = dict.fromkeys(column.given[broken.cells])
    if broken.rule != NUMBER_RULE or len(words) > MOST_WORDS:
        return ""
    if not all(isinstance(word, str) and word.isprintable() for word in words):
        return ""
    every = json.dumps([*words, *settings.missing_words], ensure_ascii=False)
    return f"in a file, if it is a missing cell: --set {quote(f'task.missing_words={every}')}; "


MOST_WORDS = 3  # of cells that are no numbers, in a hint


def _target_lines(column: Column, name: str) -> list[str]:
    if column.kind in {"date", "other"}:
        return [column_line(name, column.name, column.input_problem)]
    lines = []
    for broken in column.broken:
        hint = _CLASSES if broken.rule == NUMBER_RULE else broken.hint
        lines += cell_lines(name, column.given, broken.cells, broken.rule, hint)
    rule = "must not be missing in the target"
    hint = "remove these rows"
    if column.kind == "category":  # readers take such words for missing cells
        hint += "; if NA and the like are classes of a file: --set 'task.missing_words=[]'"
    lines += cell_lines(name, column.given, column.missing, rule, hint)
    return lines


_CLASSES = "set problem = 'classes' to tell them apart"


def _constant_line(column: Column, name: str) -> str:
    value = column.given.iloc[0]
    value = value.item() if isinstance(value, np.generic) else value
    rule = "must have at least two different values as the target"
    return column_line(name, column.name, f"{rule}, but got only {shown_value(value)}")


def _classes(
    targets: Sequence[Column], settings: TableSettings, name: str, guesses: list[str]
) -> tuple[Classes | None, list[str]]:
    """Return the classes of the target, or None for a regression, and what is wrong."""
    if not looks_like_classes(targets, settings):
        rule = "must be numbers as the target of a regression"
        hint = "only one target alone may have classes" if len(targets) > 1 else _CLASSES
        lines = [
            column_line(name, each.name, f"{rule}, but got {_FOUND[each.kind]} ({hint})")
            for each in targets
            if each.kind != "number"
        ]
        constant = [each for each in targets if each.distinct < 2]  # noqa: PLR2004 - nothing to learn
        lines = lines or [_constant_line(each, name) for each in constant]
        if settings.problem == "auto" and not lines and _has_few_numbers(targets):
            text = f"its {targets[0].distinct} different numbers are taken for quantities"
            text += " (set problem = 'classes' if they are classes)"
            guesses.append(column_line(name, targets[0].name, text))
        return None, lines
    [target] = targets
    found = classes(target.given)
    lines = [
        line
        for each in found.broken
        for line in cell_lines(name, target.given, each.cells, each.rule)
    ]
    if lines:
        return None, lines
    if len(found.labels) < 2:  # noqa: PLR2004 - nothing to learn
        return None, [_constant_line(target, name)]
    if len(found.names) > MOST_CLASSES:
        rule = f"must have at most {MOST_CLASSES:,} classes"
        text = f"{rule}, but got {len(found.names):,} (set problem = 'regression' for numbers)"
        return None, [column_line(name, target.name, text)]
    if len(found.names) > max(MOSTLY * len(target.given), FEW):
        rule = "must have classes that several rows share"
        text = f"{rule}, but got {len(found.names):,} in {len(target.given):,} rows"
        text += target.unit_hint
        return None, [column_line(name, target.name, text)]
    if settings.problem == "auto" and target.kind == "number":
        text = f"its numbers are taken for {len(found.names)} classes"
        text += " (set problem = 'regression' if they are quantities)"
        guesses.append(column_line(name, target.name, text))
    return found, []


def looks_like_classes(targets: Sequence[Column], settings: TableSettings) -> bool:
    """Whether targets are classes: if settings say it, or leave it open and the cells do."""
    if settings.problem == "classes":
        return True
    if settings.problem == "regression" or len(targets) > 1:
        return False
    [target] = targets
    if target.kind != "number":
        return True
    values = np.unique(target.array)
    if len(values) == 2:  # noqa: PLR2004 - such as 0 and 1, or -1 and 1
        return bool((values == np.round(values)).all())
    counted = values[0] in {0, 1} and (np.diff(values) == 1).all()
    return bool(counted) and _has_few_numbers(targets)


def _has_few_numbers(targets: Sequence[Column]) -> bool:
    """Whether there is one target of few different whole numbers, each of many rows."""
    if len(targets) > 1:
        return False
    values = np.unique(targets[0].array)
    most = min(MOST_NUMBERED_CLASSES, len(targets[0].array) // ROWS_PER_CLASS)
    return len(values) <= most and bool((values == np.round(values)).all())


def _weight_lines(columns: Mapping[str, Column], settings: TableSettings, name: str) -> list[str]:
    column = columns.get(settings.weight_column)
    if column is None:
        return []
    if column.kind != "number":
        return [
            column_line(
                name,
                column.name,
                f"must be numbers as weights, but got {_FOUND.get(column.kind, 'dates')}",
            )
        ]
    lines = broken_lines(column, name)
    lines += cell_lines(name, column.given, column.missing, "must not be missing in the weights")
    rule = "must be a weight of at least 0"
    return lines + cell_lines(name, column.given, column.array < 0, rule)


def _split_lines(columns: Mapping[str, Column], settings: TableSettings, name: str) -> list[str]:
    column = columns.get(settings.split_column)
    if column is None:
        return []
    rule = "must not be missing in the split column"
    lines = cell_lines(name, column.given, column.missing, rule)
    if settings.split == "column":
        words = column.given.astype("object").map(lambda cell: str(cell).strip())
        wrong = ~words.isin(PARTS).to_numpy() & ~column.missing
        text = f"must be one of {', '.join(map(repr, PARTS))}"
        return lines + cell_lines(name, column.given, wrong, text)
    if settings.split == "time":
        wrong = (time_places(column) < 0) & ~column.missing
        rule = "must be a finite number or an ISO date"
        return lines + cell_lines(name, column.given, wrong, rule)
    return lines


def _time_warnings(columns: Mapping[str, Column], settings: TableSettings, name: str) -> list[str]:
    if settings.split != "time":
        return []
    column = columns[settings.split_column]
    text = without_zone(column)
    return [column_line(name, column.name, text)] if text else []


def _alike(labels: Classes | None, target: Column, name: str) -> list[str]:
    """Return a warning if classes differ only in how the same is written."""
    first: dict[str, str] = {}
    for each in labels.names if labels else ():
        other = first.setdefault(unicodedata.normalize("NFC", category_name(each) or ""), each)
        if other != each:
            text = f"{shown(other)} and {shown(each)} are different classes"
            return [column_line(name, target.name, text)]
    return []
