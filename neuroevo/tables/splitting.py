"""Divides the rows of a table into training, validation and test rows, once or for each fold.

Knows no columns but those that say how.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import (
    GroupKFold,
    GroupShuffleSplit,
    KFold,
    ShuffleSplit,
    StratifiedKFold,
    StratifiedShuffleSplit,
)

from neuroevo.errors import DataError
from neuroevo.settings import shown
from neuroevo.tables.cells import Categories, Classes, categories
from neuroevo.tables.checking import Table
from neuroevo.tables.problems import column_line, listed
from neuroevo.tables.settings import MOST_CUT, PARTS
from neuroevo.tables.times import time_places

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The places of the rows of each part, arrays (rows of the part,), read-only."""

    training: Rows
    validation: Rows
    test: Rows  # may be empty

    def __post_init__(self) -> None:
        for part in (self.training, self.validation, self.test):
            part.setflags(write=False)


def split_rows(table: Table) -> tuple[Parts, ...]:
    """Divide the rows of a table as its settings say; the same on every machine.

    Rows are in the order of the table; with ``split = "time"`` in that of their times, equal ones
    as in the table. Random shares of a table with classes have each class in the same share.

    Returns
    -------
    The parts of each fold: all have the same test rows, and each other row is a validation row of
    one of them. Without folds, one of `Parts`.

    Raises
    ------
    DataError
        If a part would have no rows, or a class no training rows.
    """
    folds = (_FOLDS if table.settings.folds else _SPLITS)[table.settings.split](table)
    lines = [
        f"{table.name}: must have {part} rows, but got none"
        for parts in folds
        for part, rows in (("training", parts.training), ("validation", parts.validation))
        if not len(rows)
    ]
    if table.classes is not None and not lines:
        for parts in folds:
            lines += _classes_without_training(table, table.classes, parts.training)
    if lines:
        raise DataError(*listed(table.name, list(dict.fromkeys(lines))))
    return folds


def cut_rows(table: Table, folds: int, test: Rows) -> tuple[Parts, ...]:
    """Cut all rows but those of the test into folds, each of which validates what others train.

    Groups are not divided, rows with times are cut into periods, and each class has the same share
    of each fold; rows of classes with fewer rows than folds train in all of them.

    Parameters
    ----------
    table
        A table.
    folds
        Their number; fewer if there are fewer groups, or fewer rows; one of more than `MOST_CUT`.
    test
        The places of the test rows, which may be none.

    Returns
    -------
    The parts of each fold. If there is only one, all rows but the test rows train and validate.
    """
    rows = np.setdiff1d(np.arange(table.rows), test)
    always = np.empty(0, dtype=np.intp)
    is_stratified = table.settings.split not in {"groups", "time"}
    codes = table.classes.codes if table.classes is not None and is_stratified else None
    if codes is not None:
        rare = np.bincount(codes[rows])[codes[rows]] < folds
        rows, always = rows[~rare], rows[rare]
    if table.settings.split == "time":
        when = time_places(table.columns[table.settings.split_column])[rows]
        rows = rows[np.argsort(when, kind="stable")]
    most, kind, given = _cutter(table, rows, codes)
    count = min(folds, most)
    if count < 2 or len(rows) + len(always) > MOST_CUT:  # noqa: PLR2004 - folds
        whole = np.concatenate([rows, always])
        return (Parts(whole, whole.copy(), test),)
    drawn = table.settings.split != "time"
    splitter = kind(count, shuffle=drawn, random_state=_seeds(table)[1] if drawn else None)
    found = splitter.split(rows, **given)
    return tuple(
        Parts(np.concatenate([rows[others], always]), rows[held], test) for others, held in found
    )


def _cutter(
    table: Table, rows: Rows, classes: NDArray[np.int32] | None
) -> tuple[int, Any, dict[str, NDArray[np.int32]]]:
    """Return the most folds of some rows, scikit-learn's splitter, and what it needs besides.

    The class of each row of the table is given if each class has the same share of each fold.
    """
    if table.settings.split == "groups":
        codes = groups_of(table).codes[rows]
        return len(np.unique(codes)), GroupKFold, {"groups": codes}
    if classes is not None:
        return len(rows), StratifiedKFold, {"y": classes[rows]}
    return len(rows), KFold, {}


def _classes_without_training(table: Table, classes: Classes, training: Rows) -> list[str]:
    known = set(classes.codes[training].tolist())
    where = " for each fold" if table.settings.folds else ""
    rule = f"must have a training row of each class{where}, but got none of the class"
    return [
        column_line(table.name, table.settings.target[0], f"{rule} {shown(name)}")
        for code, name in enumerate(classes.names)
        if code not in known
    ]


def _count(share: float, total: int) -> int:
    """Return how many of a total a share is: at least one, unless the share is 0."""
    return max(1, round(share * total)) if share else 0


def _counts(table: Table, total: int, unit: str) -> tuple[int, int]:
    """Return how many go to validation and test; DataError if none would be left to train on."""
    validation, test = (
        _count(share, total) for share in (table.settings.validation, table.settings.test)
    )
    if validation + test >= total:
        rule = f"must have more than {validation + test} {unit} to divide them"
        raise DataError(f"{table.name}: {rule}, but got {total}")
    return validation, test


def _fold_counts(table: Table, total: int, unit: str) -> tuple[int, int]:
    """Return the numbers of folds and of those that go to the test; DataError if folds lack any."""
    folds, test = table.settings.folds, _count(table.settings.test, total)
    if folds > total - test:
        rule = f"must have at least {folds} {unit}{' outside the test part' * bool(test)}"
        raise DataError(f"{table.name}: {rule}, one for each fold, but got {total - test}")
    return folds, test


def _seeds(table: Table) -> list[int]:
    """Return the seeds of the two divisions: of the test rows, then of the others."""
    state = np.random.SeedSequence(table.settings.split_seed).generate_state(2)
    return [int(seed) for seed in state]


def _by_share(table: Table) -> tuple[Parts]:
    validation, test = _counts(table, table.rows, "rows")
    first, second = _seeds(table)
    rest, test_rows = _held_out(table, np.arange(table.rows), test, first)
    training, validation_rows = _held_out(table, rest, validation, second)
    return (Parts(training, validation_rows, test_rows),)


def _folds_of_rows(table: Table) -> tuple[Parts, ...]:
    folds, test = _fold_counts(table, table.rows, "rows")
    first, second = _seeds(table)
    rest, test_rows = _held_out(table, np.arange(table.rows), test, first)
    if table.classes is None:
        found = KFold(folds, shuffle=True, random_state=second).split(rest)
    else:
        codes = table.classes.codes[rest]
        _check_folded_classes(table, table.classes, codes)
        found = StratifiedKFold(folds, shuffle=True, random_state=second).split(rest, codes)
    return tuple(Parts(rest[others], rest[held], test_rows) for others, held in found)


def _check_folded_classes(table: Table, classes: Classes, codes: NDArray[np.int32]) -> None:
    folds, counts = table.settings.folds, np.bincount(codes, minlength=len(classes.names))
    outside = " outside the test part" if table.settings.test else ""
    rule = f"must have at least {folds} rows of each class{outside}, one for each fold"
    lines = [
        column_line(
            table.name,
            table.settings.target[0],
            f"{rule}, but got {counts[code]} of the class {shown(name)}",
        )
        for code, name in enumerate(classes.names)
        if counts[code] < folds
    ]
    if lines:
        raise DataError(*listed(table.name, lines))


def _held_out(table: Table, rows: Rows, count: int, seed: int) -> tuple[Rows, Rows]:
    """Divide rows at random into others and ``count`` rows, each class in the same share."""
    if not count:
        return rows, np.empty(0, dtype=np.intp)
    if table.classes is None:
        split = ShuffleSplit(1, test_size=count, random_state=seed).split(rows)
    else:
        codes = table.classes.codes[rows]
        _check_classes(table, table.classes, codes, count)
        split = StratifiedShuffleSplit(1, test_size=count, random_state=seed).split(rows, codes)
    [(others, held)] = split
    return rows[np.sort(others)], rows[np.sort(held)]


def _check_classes(table: Table, classes: Classes, codes: NDArray[np.int32], count: int) -> None:
    target = table.settings.target[0]
    counts = np.bincount(codes, minlength=len(classes.names))
    least = 3 if table.settings.test else 2
    rule = f"must have at least {least} rows of each class to divide them"
    hint = "remove the class, or name a split_column with split = 'column'"
    lines = [
        column_line(
            table.name,
            target,
            f"{rule}, but got {_rows(table, code)} of the class {shown(name)} ({hint})",
        )
        for code, name in enumerate(classes.names)
        if counts[code] < 2  # noqa: PLR2004 - one for each side
    ]
    smaller = min(count, len(codes) - count)
    if not lines and smaller < len(classes.names):
        rule = f"must have at least {len(classes.names)} rows in each part, one of each class"
        text = f"{rule}, but got {smaller} (set larger shares)"
        lines = [column_line(table.name, target, text)]
    if lines:
        raise DataError(*listed(table.name, lines))


def _rows(table: Table, code: int) -> int:
    codes = table.classes.codes if table.classes else np.empty(0)
    return int((codes == code).sum())


def _by_column(table: Table) -> tuple[Parts]:
    given = table.columns[table.settings.split_column].given
    words = given.astype("object").map(lambda cell: str(cell).strip()).to_numpy()
    training, validation, test = (np.flatnonzero(words == word) for word in PARTS)
    return (Parts(training, validation, test),)


def groups_of(table: Table) -> Categories:
    """Return the group of each row of a table that is divided by groups."""
    column = table.columns[table.settings.split_column]
    cells = column.given.astype("object")
    return categories(cells.map(str) if column.kind in {"date", "other"} else cells)


def _by_groups(table: Table) -> tuple[Parts]:
    groups = groups_of(table)
    validation, test = _counts(table, len(groups.names), "groups")
    first, second = _seeds(table)
    rest, test_rows = _held_groups(np.arange(table.rows), groups.codes, test, first)
    training, validation_rows = _held_groups(rest, groups.codes, validation, second)
    return (Parts(training, validation_rows, test_rows),)


def _folds_of_groups(table: Table) -> tuple[Parts, ...]:
    groups = groups_of(table)
    folds, test = _fold_counts(table, len(groups.names), "groups")
    first, second = _seeds(table)
    rest, test_rows = _held_groups(np.arange(table.rows), groups.codes, test, first)
    # Shuffled, as otherwise scikit-learn's order of groups of one size differs between processors.
    splitter = GroupKFold(folds, shuffle=True, random_state=second)
    found = splitter.split(rest, groups=groups.codes[rest])
    return tuple(Parts(rest[others], rest[held], test_rows) for others, held in found)


def _held_groups(rows: Rows, codes: NDArray[np.int32], count: int, seed: int) -> tuple[Rows, Rows]:
    """Divide rows at random into others and those of ``count`` groups."""
    if not count:
        return rows, np.empty(0, dtype=np.intp)
    splitter = GroupShuffleSplit(1, test_size=count, random_state=seed)
    [(others, held)] = splitter.split(rows, groups=codes[rows])
    return rows[others], rows[held]


def _by_time(table: Table) -> tuple[Parts]:
    validation, test = _counts(table, table.rows, "rows")
    when = time_places(table.columns[table.settings.split_column])
    order = np.argsort(when, kind="stable")
    first = table.rows - validation - test
    return (Parts(order[:first], order[first : first + validation], order[first + validation :]),)


_SPLITS: Mapping[str, Callable[[Table], tuple[Parts, ...]]] = {
    "share": _by_share,
    "column": _by_column,
    "groups": _by_groups,
    "time": _by_time,
}
_FOLDS: Mapping[str, Callable[[Table], tuple[Parts, ...]]] = {
    "share": _folds_of_rows,
    "groups": _folds_of_groups,
}
