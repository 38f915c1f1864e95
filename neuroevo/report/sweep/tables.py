"""The tables of a sweep as texts, for a page or a terminal; they know no HTML."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neuroevo import wording
from neuroevo.analysis.sweep_results import quantiles
from neuroevo.report.sweep.texts import (
    difference_interval,
    difference_text,
    interval_text,
    is_clear,
    key_name,
    lost,
    median_text,
    range_text,
    setting_name,
    value_text,
)
from neuroevo.report.table import Cell, TextTable, headings

if TYPE_CHECKING:
    from neuroevo.analysis.sweep_results import SettingResult, SweepResults
    from neuroevo.evaluation import Objective


def settings(results: "SweepResults") -> TextTable:
    """Return a row for each setting: its values, and of each objective median and difference."""
    keys = results.axis_keys if results.has_labels else results.keys
    compared = "vs baseline" if any(each.is_baseline for each in results.settings) else "vs best"
    has_diverged = any(results.diverged(each) for each in results.settings)
    columns = [*["setting"] * results.has_labels, *map(key_name, keys)]
    groups: list[tuple[str, int]] = [("", len(columns))]
    for item in results.objectives:
        columns += ["median", "5% to 95%", compared]
        groups.append((item.label, 3))
    columns += [lost(results)] * has_diverged
    groups += [("", 1)] * has_diverged
    rows = tuple(
        (
            *[Cell(each.label or setting_name(results, each))] * results.has_labels,
            *(Cell(value_text(key, each.settings.get(key)), numeric=True) for key in keys),
            *(cell for item in results.objectives for cell in _cells(results, each, item)),
            *[Cell(_diverged(results, each), numeric=True)] * has_diverged,
        )
        for each in results.settings
    )
    return TextTable(headings(columns, rows), rows, tuple(groups))


def runs(results: "SweepResults", addresses: Sequence[str] = ()) -> TextTable:
    """Return the runs that have begun, linked to addresses if given."""
    columns = ("run", "state", "trials", "networks", "time")
    begun = [run for run in results.runs if run is not None]
    rows = tuple(
        (
            Cell(run.identity, address=addresses[place] if addresses else ""),
            Cell("complete" if run.finished else "not complete"),
            Cell(f"{len(run.trials):,}", numeric=True),
            Cell(f"{run.networks:,}", numeric=True),
            Cell(wording.duration(run.seconds), numeric=True),
        )
        for place, run in enumerate(begun)
    )
    return TextTable(headings(columns, rows), rows)


def _cells(
    results: "SweepResults", result: "SettingResult", item: "Objective"
) -> tuple[Cell, Cell, Cell]:
    found = results.median(result, item)
    best = results.best(item) is result
    difference = results.differences.get((result.place, item.name))
    text, interval = "baseline" if result.is_baseline else "best" if best else "–", ""
    if difference is not None:
        text, interval = difference_text(difference, item), difference_interval(difference, item)
        text += " n.s." * (not is_clear(difference))
    spread = range_text(*quantiles(result.scores[item.name]), item)
    return (
        Cell(median_text(found, item), numeric=True, best=best, under=interval_text(found, item)),
        Cell(spread, numeric=True),
        Cell(text, numeric=True, under=interval),
    )


def _diverged(results: "SweepResults", result: "SettingResult") -> str:
    count = max((len(each) for each in result.scores.values()), default=0)
    diverged = results.diverged(result)
    return f"{diverged} of {count}" if diverged else "0"
