"""The tables of a comparison as texts, for a page or a terminal; it knows no HTML."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroevo import wording
from neuroevo.analysis.comparison import SHARE
from neuroevo.analysis.differences import worded
from neuroevo.evaluation.scores import METRICS
from neuroevo.report.comparison.figures.measures import measure_name, measure_value
from neuroevo.report.held_out_table import score_cell
from neuroevo.report.table import Cell, TextTable, headings

if TYPE_CHECKING:
    import pandas as pd

    from neuroevo.analysis.comparison import Comparison
    from neuroevo.evaluation import Objective


def differences(comparison: "Comparison") -> TextTable | None:
    """Return the keys that differ, with a column for each run, or for each setting if fewer.

    None if nothing differs, or nothing between settings.
    """
    table = comparison.differences
    columns = {each.label: each.label for each in comparison.contenders}
    in_table_of_runs = ["name", "note"]
    if len(comparison.settings) < len(comparison.contenders):
        columns = {name: group[0].label for name, group in comparison.settings.items()}
        in_table_of_runs.append("seed")
    table = table[~table["key"].isin(in_table_of_runs)]
    if table.empty:
        return None
    rows = tuple(
        (
            Cell(row["key"], code=True),
            *(Cell(worded(row["key"], row[label]), code=True) for label in columns.values()),
        )
        for row in _rows(table)
    )
    return TextTable((Cell("key"), *map(Cell, columns)), rows)


def runs(comparison: "Comparison", addresses: Sequence[str] = ()) -> TextTable:
    """Return the runs with their experiments, counts and times, linked to addresses if given."""
    has_ids = any(each.label != each.name for each in comparison.contenders)
    has_notes = any(each.findings.experiment.note for each in comparison.contenders)
    networks = ["networks"] if comparison.runs["networks"].any() else []
    counted = ["trials", *networks, "generations"]
    columns = ["run", *["id"] * has_ids, "experiment", "seed", "state", *counted, "time"]
    rows = []
    for place, (row, each) in enumerate(
        zip(_rows(comparison.runs), comparison.contenders, strict=True)
    ):
        experiment = each.findings.experiment
        rows.append(
            (
                Cell(row["run"], address=addresses[place] if addresses else ""),
                *[Cell(row["name"])] * has_ids,
                Cell(experiment.name),
                Cell(str(experiment.seed), numeric=True),
                Cell("complete" if row["finished"] else "not complete"),
                *(Cell(f"{row[name]:,}", numeric=True) for name in counted),
                Cell(wording.duration(row["seconds"]), numeric=True),
                *[Cell(experiment.note)] * has_notes,
            )
        )
    return TextTable(headings([*columns, *["note"] * has_notes], rows), tuple(rows))


def outcome(comparison: "Comparison") -> TextTable:
    """Return the best of each run in each objective, its front and hypervolume."""
    table, objectives = comparison.runs, comparison.objectives
    scores = comparison.score_columns
    # What is shown alike is tied.
    best = {
        name: wording.measured(item.best_of(table[name]), item) for name, item in scores.items()
    }
    has_fronts = len(objectives) > 1
    rows = []
    for row in _rows(table):
        cells = [
            Cell(text, numeric=True, best=text == best[name] and row[name] <= item.limit)
            for name, item in scores.items()
            for text in [wording.measured(row[name], item)]
        ]
        if has_fronts:
            cells += [Cell(f"{row[name]:,}", numeric=True) for name in ("front", "unbeaten")]
            is_best = row[SHARE] == table[SHARE].max()
            share = measure_value(comparison, SHARE, row[SHARE])
            cells.append(Cell(share, numeric=True, best=is_best))
        rows.append((Cell(row["run"]), *cells))
    of_scores = [_measured_on(name, item, comparison) for name, item in scores.items()]
    of_fronts = ["size", "undominated", "hypervolume"] * has_fronts
    each = len(scores) // max(len(objectives), 1)
    groups = [("", 1), *((item.label, each) for item in objectives)]
    groups += [("Pareto front", len(of_fronts))] * has_fronts
    return TextTable(headings(["run", *of_scores, *of_fronts], rows), tuple(rows), tuple(groups))


def _measured_on(measure: str, item: "Objective", comparison: "Comparison") -> str:
    if not comparison.has_fresh:
        return item.best
    return (
        "champion on fresh seeds" if measure.startswith("fresh.") else f"{item.best}, search seeds"
    )


def test_scores(comparison: "Comparison") -> TextTable | None:
    """Return the champions' scores on the test part of each run; None if no run has one."""
    scores = {each.label: each.test for each in comparison.contenders}
    names = [name for name in METRICS if any(name in each for each in scores.values())]
    if not names:
        return None
    rows = tuple(
        (Cell(label), *(score_cell(METRICS[name], found.get(name)) for name in names))
        for label, found in scores.items()
    )
    return TextTable(headings(["run", *(METRICS[name].label for name in names)], rows), rows)


def dominance(comparison: "Comparison") -> TextTable | None:
    """Return how many trials of each front another front dominates, a row for each run.

    None if there are no fronts, or fewer than two objectives.
    """
    table = comparison.dominance
    if comparison.fronts.empty or len(comparison.objectives) == 1:
        return None
    counts = {
        (row["run"], row["by"]): f"{row['dominated']:,}" for row in _rows(table) if row["front"]
    }
    rows = tuple(
        (
            Cell(each.label),
            Cell(f"{len(each.front):,}", numeric=True),
            *(
                Cell(counts.get((each.label, label), "–"), numeric=True)
                for label in comparison.labels
            ),
        )
        for each in comparison.contenders
    )
    titles = ["front of", "size", *(f"by {label}" for label in comparison.labels)]
    return TextTable(headings(titles, rows), rows)


def configurations(comparison: "Comparison") -> TextTable | None:
    """Return the best configuration of each run, with a row for each gene."""
    if comparison.fronts.empty:
        return None
    table = comparison.configurations
    rows = []
    for row in _rows(table):
        values = _genes([row[label] for label in comparison.labels])
        name, sign = str(row["gene"]).replace("_", " "), "≠" if row["differs"] else "="
        rows.append((Cell(name), Cell(sign), *(Cell(value, code=True) for value in values)))
    alike = frozenset(np.flatnonzero(~table["differs"].astype(bool)).tolist())
    return TextTable(
        (Cell("gene"), Cell("alike"), *map(Cell, comparison.labels)), tuple(rows), alike=alike
    )


def spreads(comparison: "Comparison") -> TextTable | None:
    """Return median and range of each setting in each measure; None without several seeds."""
    if len(comparison.settings) == len(comparison.contenders):
        return None
    rows = tuple(
        (
            Cell(measure_name(comparison, row["measure"])),
            Cell(row["setting"]),
            Cell(f"{row['runs']:,}", numeric=True),
            *(
                Cell(measure_value(comparison, row["measure"], row[name]), numeric=True)
                for name in ("median", "lowest", "highest")
            ),
        )
        for row in _rows(comparison.spreads)
        if row["runs"]
    )
    titles = ["measure", "setting", "runs", "median", "lowest", "highest"]
    return TextTable(headings(titles, rows), rows) if rows else None


def tests(comparison: "Comparison") -> TextTable | None:
    """Return the rank tests, a row for each measure and pair of settings; None without any."""
    rows = tuple(
        (
            Cell(measure_name(comparison, measure)),
            Cell(test.first),
            Cell(test.second),
            Cell(f"{test.counts[0]} : {test.counts[1]}", numeric=True),
            Cell(f"{test.superiority:.0%}", numeric=True),
            Cell(wording.number(test.adjusted), numeric=True),
            Cell(wording.number(test.least), numeric=True),
        )
        for measure, tests in comparison.tests.items()
        for test in tests
    )
    titles = ["measure", "setting", "other setting", "runs", "better in pairs", "p", "smallest p"]
    return TextTable(headings(titles, rows), rows) if rows else None


def _rows(table: "pd.DataFrame") -> "list[dict[str, Any]]":
    return [{str(name): cell for name, cell in row.items()} for row in table.to_dict("records")]


def _genes(values: Sequence[object]) -> list[str]:
    return ["–" if each is None else wording.shortened(wording.value(each), 160) for each in values]
