"""The best configurations and the baselines as tables of texts, for a page to show.

It decides which columns are shown and how their values are written; it knows no HTML.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from neuroevo import wording
from neuroevo.analysis import tables
from neuroevo.analysis.findings import EXCERPT
from neuroevo.report.board import Board, Cell, headings

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective

FIRST_GENES = ("activation", "learning_rate")  # beside the network; others stand after the scores
BREAK = "\u200b"  # no width, but a line may end there


def best_table(findings: "Findings", most: int = EXCERPT) -> Board | None:
    """Return the front from end to end, best first, with both scores; None if it is empty.

    Parameters
    ----------
    findings
        Whose front.
    most
        How many rows at most.
    """
    table = tables.best(findings)
    if table.empty:
        return None
    genes = findings.experiment.space.genes
    # The activation may be part of another gene, and has a column all the same.
    settled = [name for name in findings.genes if name not in {*genes, "activation"}]
    shown = table[table["rank"].isin(findings.excerpt(most))].drop(columns=settled, errors="ignore")
    tail = ["generation", "number"]
    shown, tail = _with_diverged(findings, shown, tail)
    return _scored_table(findings, shown, ["rank", "network"], tail)


def baselines_table(findings: "Findings") -> Board | None:
    """Return the baselines under the champion; None if the run has none."""
    table = tables.baselines(findings)
    if table.empty:
        return None
    table["note"] = [
        (_told_of(state, diverged, findings.experiment.training.replicates) + note).rstrip("; ")
        for state, diverged, note in table[["state", "diverged", "note"]].itertuples(index=False)
    ]
    champion = tables.best(findings).head(1)
    if not champion.empty:
        table = pd.concat([champion.assign(name="champion", note="this run’s best"), table])
    scored = _scored_table(findings, table, ["name", "network"], [])
    # Under the name, since a last column may lie beyond the screen.
    rows = zip(scored.rows, table["note"], strict=True)
    noted = tuple(
        (replace(name, under=wording.shortened(note, 160)), *rest) for (name, *rest), note in rows
    )
    return replace(scored, rows=noted)


def _told_of(state: str, diverged: int, replicates: int) -> str:
    """Return what a note says first of a trial that did not go well."""
    if state != "complete":
        return f"{state}; "
    return f"{diverged} of {replicates} diverged; " if diverged else ""


def _with_diverged(
    findings: "Findings", table: pd.DataFrame, tail: list[str]
) -> tuple[pd.DataFrame, list[str]]:
    """Tell how many replicates diverged, in a column of its own, where only some did."""
    replicates = findings.experiment.training.replicates
    if not table["diverged"].between(1, replicates - 1).any():
        return table, tail
    told = [f"{count} of {replicates}" if count else "none" for count in table["diverged"]]
    return table.assign(diverged=told), ["diverged", *tail]


def _scored_table(
    findings: "Findings", table: pd.DataFrame, lead: Sequence[str], tail: Sequence[str]
) -> Board:
    """Return a table of trials, what tells most first: many genes reach beyond a screen.

    First columns and genes, both scores of each objective, further genes, the rest. Texts break
    into lines only where all of the table may be in sight.
    """
    genes = [
        name
        for name in table.columns
        if name.removeprefix("gene.") in findings.traits
        and name != "hidden"
        and not table[name].isna().all()
    ]
    scores = [name for item in findings.objectives for name in (item.name, f"fresh.{item.name}")]
    units = {
        name: item for item in findings.objectives for name in (item.name, f"fresh.{item.name}")
    }
    before = [*lead, *(name for name in genes if name in FIRST_GENES)]
    after = [*(name for name in genes if name not in FIRST_GENES), *tail]
    columns = [*before, *scores, *after]
    lowest = {name: table[name].min() for name in scores}
    rows = tuple(
        tuple(
            _score_cell(row[name], units[name], lowest[name])
            if name in units
            else _cell(row[name], breaks=after == list(tail) or name in before)
            for name in columns
        )
        for row in table.to_dict("records")
    )
    groups = [("", len(before)), *((item.label, 2) for item in findings.objectives)]
    titles = [_heading(name, units) for name in columns]
    champion = bool(findings.front) and "rank" in table.columns and table["rank"].iloc[0] == 1
    groups += [("", len(after))] * bool(after)
    return Board(headings(titles, rows), rows, tuple(groups), champion=champion)


def _heading(name: str, units: "dict[str, Objective]") -> str:
    if name in units:
        return "fresh seeds" if name.startswith("fresh.") else "search seeds"
    return {"number": "trial"}.get(name, name.removeprefix("gene.").replace("_", " "))


def _cell(content: Any, *, breaks: bool) -> Cell:  # noqa: ANN401 - whatever a table holds
    if content is None or (isinstance(content, float) and math.isnan(content)):
        return Cell("–")
    numeric = isinstance(content, (int, float)) and not isinstance(content, bool)
    if isinstance(content, int) and numeric:
        return Cell(f"{content:,}", numeric)
    text = wording.shortened(wording.value(content), 160)
    cell = Cell(text, numeric, breaks=breaks)
    return replace(cell, text=text.replace("·", f"·{BREAK}")) if cell.long else cell


def _score_cell(score: float, item: "Objective", lowest: float) -> Cell:
    return Cell(wording.measured(score, item.unit), numeric=True, best=score == lowest)
