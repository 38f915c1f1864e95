"""The tables of a comparison as a page or a terminal shows them: texts in cells.

It decides what is told of a run and how; it knows no HTML.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroevo import wording
from neuroevo.analysis.comparison import SHARE
from neuroevo.analysis.differences import worded
from neuroevo.report.comparison.figures.spread import measure_name
from neuroevo.report.table import Cell, TextTable, headings

if TYPE_CHECKING:
    import pandas as pd

    from neuroevo.analysis.comparison import Comparison


def differences(comparison: "Comparison") -> TextTable | None:
    """Return what differs, a row a key; a column a setting where they are of several runs.

    None if nothing differs, or nothing between settings.
    """
    table = comparison.differences
    columns = {each.label: each.label for each in comparison.contenders}
    of_runs = ["name", "note"]
    if len(comparison.settings) < len(comparison.contenders):
        columns = {name: group[0].label for name, group in comparison.settings.items()}
        of_runs = ["name", "note", "seed"]
    table = table[~table["key"].isin(of_runs)]  # which stand among the runs
    if table.empty:
        return None
    rows = tuple(
        (Cell(row["key"]), *(Cell(worded(row["key"], row[label])) for label in columns.values()))
        for row in _rows(table)
    )
    return TextTable((Cell("key"), *map(Cell, columns)), rows)


def runs(comparison: "Comparison", addresses: Sequence[str] = ()) -> TextTable:
    """Return which runs there are and what each cost.

    Parameters
    ----------
    comparison
        The runs.
    addresses
        Where a page on each is; none: there is no such.
    """
    named = [each.label == each.name for each in comparison.contenders]
    counted = ["trials", "networks", "generations"]
    noted = any(each.findings.experiment.note for each in comparison.contenders)
    columns = ["run", *["id"] * (not all(named)), "experiment", "seed", "state", *counted, "time"]
    columns += ["note"] * noted
    rows = []
    for place, (row, each) in enumerate(
        zip(_rows(comparison.runs), comparison.contenders, strict=True)
    ):
        asked = each.findings.experiment
        address = addresses[place] if addresses else ""
        rows.append(
            (
                Cell(row["run"], address=address),
                *([] if all(named) else [Cell(row["name"])]),
                Cell(asked.name),
                Cell(str(asked.seed), numeric=True),
                Cell("complete" if row["finished"] else "not finished"),
                *(Cell(f"{count:,}", numeric=True) for count in (row[name] for name in counted)),
                Cell(_duration(row["seconds"]), numeric=True),
                *([Cell(asked.note)] if noted else []),
            )
        )
    return TextTable(headings(columns, rows), tuple(rows))


def outcome(comparison: "Comparison") -> TextTable:
    """Return the best of each run in each objective, its front and hypervolume."""
    table, objectives = comparison.runs, comparison.objectives
    scores = {name: item for item in objectives for name in (item.name, f"fresh.{item.name}")}
    lowest = {name: table[name].min() for name in scores}
    rows = []
    for row in _rows(table):
        cells = [
            Cell(
                wording.measured(row[name], item.unit), numeric=True, best=row[name] == lowest[name]
            )
            for name, item in scores.items()
        ]
        front = [Cell(f"{row[name]:,}", numeric=True) for name in ("front", "unbeaten")]
        front += [Cell(_percent(row[SHARE]), numeric=True, best=row[SHARE] == table[SHARE].max())]
        rows.append((Cell(row["run"]), *cells, *(front if len(objectives) > 1 else [])))
    of_fronts = ["networks", "undominated", "hypervolume"] if len(objectives) > 1 else []
    of_scores = ("fresh seeds" if name.startswith("fresh.") else "search seeds" for name in scores)
    groups = [("", 1), *((f"lowest {item.label}", 2) for item in objectives)]
    groups += [("Pareto front", len(of_fronts))] * bool(of_fronts)
    return TextTable(headings(["run", *of_scores, *of_fronts], rows), tuple(rows), tuple(groups))


def dominance(comparison: "Comparison") -> TextTable | None:
    """Return how many networks of each front another one dominates, a row a run.

    None where there are no fronts, or all of a single network for want of a second objective.
    """
    table = comparison.dominance
    if comparison.fronts.empty or len(comparison.objectives) == 1:
        return None
    counts = {(row["run"], row["by"]): row["dominated"] for row in _rows(table)}
    rows = tuple(
        (
            Cell(each.label),
            Cell(f"{len(each.front):,}", numeric=True),
            *(
                Cell(_of(counts.get((each.label, label)), len(each.front)), numeric=True)
                for label in comparison.labels
            ),
        )
        for each in comparison.contenders
    )
    titles = ["front of", "networks", *(f"by {label}" for label in comparison.labels)]
    return TextTable(headings(titles, rows), rows)


def configurations(comparison: "Comparison") -> TextTable | None:
    """Return the best configuration of each run, a row a gene, a column a run."""
    if comparison.fronts.empty:
        return None
    table = comparison.configurations
    rows = tuple(
        (
            Cell(str(row["gene"]).replace("_", " ")),
            Cell("≠" if row["differs"] else "="),
            *(Cell(_gene(row[label])) for label in comparison.labels),
        )
        for row in _rows(table)
    )
    alike = frozenset(np.flatnonzero(~table["differs"].astype(bool)).tolist())
    return TextTable(
        (Cell("gene"), Cell("alike"), *map(Cell, comparison.labels)), rows, alike=alike
    )


def spreads(comparison: "Comparison") -> TextTable | None:
    """Return median and range of each setting in each measure; None without several seeds."""
    if len(comparison.settings) == len(comparison.contenders):
        return None
    units = {name: item.unit for item in comparison.objectives for name in _both(item.name)}
    rows = tuple(
        (
            Cell(measure_name(comparison, row["measure"])),
            Cell(row["setting"]),
            Cell(f"{row['runs']:,}", numeric=True),
            *(
                Cell(
                    _percent(row[name])
                    if row["measure"] == SHARE
                    else wording.measured(row[name], units[row["measure"]]),
                    numeric=True,
                )
                for name in ("median", "lowest", "highest")
            ),
        )
        for row in _rows(comparison.spreads)
        if row["runs"]
    )
    titles = ["measure", "setting", "runs", "median", "lowest", "highest"]
    return TextTable(headings(titles, rows), rows) if rows else None


def tests(comparison: "Comparison") -> TextTable | None:
    """Return the rank tests, a row a measure and pair of settings; None where there are none."""
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
    titles = ["measure", "setting", "against", "runs", "better in pairs", "p", "least p possible"]
    return TextTable(headings(titles, rows), rows) if rows else None


def _rows(table: "pd.DataFrame") -> "list[dict[str, Any]]":
    return [{str(name): cell for name, cell in row.items()} for row in table.to_dict("records")]


def _both(name: str) -> tuple[str, str]:
    return name, f"fresh.{name}"


def _of(count: int | None, whole: int) -> str:
    if count is None or not whole:
        return "–"
    return f"{count:,}"


def _gene(value: object) -> str:
    return "–" if value is None else wording.shortened(wording.value(value), 160)


def _percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{share:.1%}"


def _duration(seconds: float) -> str:
    return "–" if math.isnan(seconds) else wording.duration(seconds)
