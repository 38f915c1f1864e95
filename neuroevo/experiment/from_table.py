"""Suggests an experiment for a table: its problem, what is left out or filled, sensible ranges."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from neuroevo.errors import UsageError
from neuroevo.experiment.experiment import Experiment
from neuroevo.experiment.genes import usable_defaults
from neuroevo.experiment.naming import name_of
from neuroevo.experiment.reading import Document, overriding
from neuroevo.settings import shown
from neuroevo.tables import TableSettings
from neuroevo.tasks import TableTask
from neuroevo.tasks.table_defaults import table_defaults

if TYPE_CHECKING:
    import pandas as pd

    from neuroevo.tables import ColumnDescription, Table

_MOST_NOTES = 20  # on columns that are left out


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An experiment for a table, with what was found in it.

    Parameters
    ----------
    document
        The tables of the experiment; what has a default may be left out.
    columns
        What each column of the table is.
    rows
        Number of rows.
    notes
        What was decided that users may not expect, a line each.
    """

    document: Document
    columns: "tuple[ColumnDescription, ...]"
    rows: int
    notes: tuple[str, ...]

    def experiment(self, frame: "pd.DataFrame") -> Experiment:
        """Make the experiment for the table that is in memory; UsageError if it is wrong."""
        settings = {key: value for key, value in self.document["task"].items() if key != "kind"}
        with _in_task():
            task = TableTask.of_frame(frame, **settings)
        return Experiment.of({**self.document, "task": task})


@contextmanager
def _in_task() -> Iterator[None]:
    """Put the table of the experiment in front of the keys of a UsageError."""
    try:
        yield
    except UsageError as error:
        raise UsageError(*(f"task.{problem}" for problem in error.problems)) from None


def experiment_for_table(
    table: "str | Path | pd.DataFrame",
    target: str | Sequence[str],
    overrides: Sequence[str] = (),
    name: str | None = None,
) -> tuple[Experiment, Suggestion]:
    """Make an experiment for a table: its file, or a frame.

    Parameters
    ----------
    table
        A file of the endings in `neuroevo.tables.SUFFIXES`, or a frame, which is not changed.
    target
        One or more columns to predict.
    overrides
        Values that replace those suggested, as for `load_experiment`.
    name
        Name of the experiment; by default that of the file.

    Raises
    ------
    UsageError
        If an override is wrong.
    DataError
        If the table can't be read or learnt, with a line for each problem.
    """
    given = overriding({}, overrides)
    _check_tables(given)
    task: dict[str, Any] = {"target": target, **given.get("task", {})}
    if isinstance(table, str | Path):
        from neuroevo.tables import read_table  # noqa: PLC0415 - loads pandas

        path = Path(table)
        task["path"] = str(path.absolute())
        frame = read_table(path, _settings(task))
        source = path.name
    else:
        frame, source = table, "data"
    suggestion = suggest(frame, source, {**given, "task": task}, name or name_of(source, "table"))
    return suggestion.experiment(frame), suggestion


def _check_tables(given: Document) -> None:
    """Refuse overrides of what the table itself decides, and values in place of tables."""
    tables = ("task", "space", "training", "evolution")
    problems = [
        f"{key}: must be a table, but got {shown(given[key])}"
        for key in tables
        if not isinstance(given.get(key, {}), Mapping)
    ]
    if not problems:
        problems = [
            f"task.{key}: must be left out, since the table and its target are given"
            for key in ("kind", "path", "target")
            if key in given.get("task", {})
        ]
    if problems:
        raise UsageError(*problems)


def suggest(frame: "pd.DataFrame", source: str, given: Document, name: str) -> Suggestion:
    """Suggest an experiment for a table.

    Columns that can't be inputs, or only name the rows, are left out, and missing inputs are filled
    with medians, each with a note, unless the given settings say otherwise. If a column has a few
    wrong cells, these are refused.

    Parameters
    ----------
    frame
        The table.
    source
        What notes and problems call the table.
    given
        Tables of the experiment whose values are kept; ``task.target`` must be among them.
    name
        Name of the experiment.

    Raises
    ------
    UsageError
        If settings are wrong.
    DataError
        If the table can't be learnt, with a line for each problem.
    """
    from neuroevo.tables import check_frame, describe  # noqa: PLC0415 - loads pandas

    task = dict(given["task"])
    settings = _settings(task)
    columns = describe(frame, settings.categories)
    inputs = [each for each in columns if _is_input(each.name, settings)]
    left_out = [] if settings.columns or "leave_out" in task else _unusable(inputs)
    inputs = [each for each in inputs if each not in left_out]
    if left_out and inputs:
        task |= _selection(left_out, inputs)
    filled = [] if "missing" in task else [each for each in inputs if each.missing]
    if filled:
        task |= {"missing": "median", "missing_indicator": True}
    table = check_frame(frame, _settings(task), source)
    task["problem"] = "regression" if table.classes is None else "classes"
    notes = (
        *(_left_out_notes(source, left_out, settings) if inputs else ()),
        *(_row_name_notes(source, inputs) if "leave_out" in task and not left_out else ()),
        *_filled_notes(source, filled, len(frame)),
        *([table.guess] if table.guess else []),
    )
    document: Document = {"task": {"kind": "table", **task}}
    defaults = dict(_defaults(table))
    defaults["space"] = usable_defaults(
        defaults["space"], given.get("space", {}), given.get("training", {})
    )
    for key, values in defaults.items():
        document[key] = {**values, **given.get(key, {})}
    return Suggestion({"name": name, **given, **document}, columns, len(frame), notes)


def _settings(task: Mapping[str, Any]) -> TableSettings:
    known = {key: value for key, value in task.items() if key in TableSettings.model_fields}
    with _in_task():
        return TableSettings.of({"problem": "auto", **known})


def _is_input(name: str, settings: TableSettings) -> bool:
    others = {*settings.target, *settings.leave_out, settings.split_column, settings.weight_column}
    return name not in others and (not settings.columns or name in settings.columns)


_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _unusable(columns: "Sequence[ColumnDescription]") -> "list[ColumnDescription]":
    """Return the columns that can't be inputs, and those that name rows if there are others."""
    useful = [each for each in columns if not each.problem and each.distinct > 1]
    kept = {each.name for each in useful if not each.names_rows} or {each.name for each in useful}
    return [each for each in columns if each.name not in kept]


def _selection(
    left_out: "Sequence[ColumnDescription]", inputs: "Sequence[ColumnDescription]"
) -> dict[str, list[str]]:
    """Name the columns that are left out; if these are many, rather the inputs."""
    if len(left_out) <= max(len(inputs), _MOST_NOTES):
        return {"leave_out": [each.name for each in left_out]}
    return {"columns": [each.name for each in inputs]}


def _left_out_notes(
    source: str, columns: "Sequence[ColumnDescription]", settings: TableSettings
) -> list[str]:
    notes = [
        f"{source}, column {shown(each.name)}: is left out; {_reason(each, columns, settings)}"
        for each in columns[:_MOST_NOTES]
    ]
    more = len(columns) - _MOST_NOTES
    return [*notes, f"{source}: {more:,} more columns are left out"] if more > 0 else notes


def _row_name_notes(source: str, inputs: "Sequence[ColumnDescription]") -> list[str]:
    """Return a line for each input that would have been left out if no others had been named."""
    named = [each for each in inputs if each.names_rows]
    return [
        f"{source}, column {shown(each.name)}: is an input, as leave_out does not name it, but its "
        "numbers only name the rows"
        for each in named[:_MOST_NOTES]
    ]


def _reason(
    column: "ColumnDescription", left_out: "Sequence[ColumnDescription]", settings: TableSettings
) -> str:
    """Return why a column is left out, and what else can be done."""
    if column.kind == "date" and settings.split == "share":
        given = f"--set task.split=time --set {quote(f'task.split_column={column.name}')}"
        hint = f"to test on the last ones by ISO dates: {given}"
        if not _ISO_DATE.search(column.problem):
            hint = f"to test on the last ones, write them as 2021-01-31, then: {given}"
        return f"it {column.problem} (rows are divided at random; {hint})"
    if column.problem:
        return f"it {column.problem}"
    if column.distinct < 2:  # noqa: PLR2004 - nothing to learn
        return "it must have different values, but all are equal"
    others = [each.name for each in left_out if each is not column]
    if len(others) > _MOST_NOTES:
        return "its numbers only name the rows (to use it, name the inputs in columns)"
    listed = json.dumps(others, ensure_ascii=False)
    return f"its numbers only name the rows (to use it: --set {quote(f'task.leave_out={listed}')})"


def _filled_notes(source: str, columns: "Sequence[ColumnDescription]", rows: int) -> list[str]:
    return [
        f"{source}, column {shown(each.name)}: {each.missing:,} of {rows:,} cells are missing and "
        "filled with the median or the most frequent value; an input says which they were"
        for each in columns
    ]


def _defaults(table: "Table") -> Mapping[str, Mapping[str, Any]]:
    settings = table.settings
    validation = (1 - settings.test) / settings.folds if settings.folds else settings.validation
    training_share = 1 - settings.test - validation
    return table_defaults(
        is_classes=table.classes is not None,
        folds=max(settings.folds, 1),
        training_rows=round(training_share * table.rows),
    )
