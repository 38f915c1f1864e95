"""The best configurations and the baselines as tables of texts. It knows no HTML."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from neuroevo import wording
from neuroevo.analysis import tables
from neuroevo.analysis.findings import EXCERPT
from neuroevo.analysis.judged_scores import diverges_on_fresh_seeds
from neuroevo.report.table import Cell, TextTable, headings

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.runs import Trial

FIRST_GENES = ("activation", "learning_rate")  # beside the network; others follow the scores
BREAK = "\u200b"  # a line may break at this character without width


def best_table(findings: "Findings", most: int = EXCERPT) -> TextTable | None:
    """Return configurations of the front, the champion first; None if the front is empty.

    Parameters
    ----------
    findings
        Findings of the run.
    most
        Largest number of rows, from one end of the front to the other.
    """
    table = tables.best(findings)
    if table.empty:
        return None
    genes = findings.experiment.space.genes
    # The activation has a column also if it is part of another gene.
    fixed = [name for name in findings.genes if name not in {*genes, "activation"}]
    table = table[table["rank"].isin(findings.excerpt(most))].drop(columns=fixed, errors="ignore")
    last = ["generation", "number"]
    replicates = findings.experiment.training.replicates
    if table["diverged"].between(1, replicates - 1).any():
        counts = [f"{count} of {replicates}" if count else "none" for count in table["diverged"]]
        table, last = table.assign(diverged=counts), ["diverged", *last]
    network = ["network"] if findings.experiment.trains_networks else []
    return _scored_table(findings, table, ["rank", *network], last)


def baselines_table(findings: "Findings") -> TextTable | None:
    """Return the champion and the baselines; None if the run has no baselines."""
    table = tables.baselines(findings)
    if table.empty:
        return None
    table["note"] = [
        (_state_text(findings, trial) + note).rstrip("; ")
        for trial, note in zip(findings.baselines, table["note"], strict=True)
    ]
    champion = tables.best(findings).head(1)
    if not champion.empty:
        table = pd.concat([champion.assign(name="champion", note="this run’s best"), table])
    scored = _scored_table(findings, table, ["name", "network"], [])
    # Under the name, since the last column may be outside the screen.
    noted = tuple(
        (replace(name, under=wording.shortened(note, 160)), *rest)
        for (name, *rest), note in zip(scored.rows, table["note"], strict=True)
    )
    return replace(scored, rows=noted)


def _state_text(findings: "Findings", trial: "Trial") -> str:
    """Return the beginning of the note on a baseline that diverged or has another state."""
    if trial.state != "complete":
        return f"{trial.state}; "
    if diverges_on_fresh_seeds(findings, trial):
        return "diverged on fresh seeds; "
    replicates = findings.experiment.training.replicates
    return f"{trial.diverged} of {replicates} diverged; " if trial.diverged else ""


def _scored_table(
    findings: "Findings", table: pd.DataFrame, first: Sequence[str], last: Sequence[str]
) -> TextTable:
    """Return a table of trials: first columns and genes, scores, other genes, last columns.

    Texts break into lines only if no further genes widen the table beyond the screen.
    """
    genes = [
        name
        for name in table.columns
        if name.removeprefix("gene.") in findings.traits
        and not (name == "hidden" and "network" in first)
        and not table[name].isna().all()
    ]
    has_fresh = any(f"fresh.{item.name}" in table for item in findings.objectives)
    kinds = ("", "fresh.") if has_fresh else ("",)
    items = {f"{kind}{item.name}": item for item in findings.objectives for kind in kinds}
    before = [*first, *(name for name in genes if name in FIRST_GENES)]
    bounded = [name for name in bound_columns(table, findings) if name not in items]
    after = [*bounded, *(name for name in genes if name not in FIRST_GENES), *last]
    columns = [*before, *items, *after]
    best = {name: item.best_of(table[name]) for name, item in items.items()}

    texts = {name: [wording.value(each) for each in table[name]] for name in genes}
    numeric = {name for name in columns if pd.api.types.is_float_dtype(table[name])}

    def cell(place: int, row: dict[Any, Any], name: str) -> Cell:
        if name not in items:
            text = texts[name][place] if name in genes else ""
            shown = _cell(row[name], text, breaks=after == list(last) or name in before)
            is_code = name in genes or name == "network"
            return replace(shown, numeric=shown.numeric or name in numeric, code=is_code)
        error = row.get(f"{name}{tables.STANDARD_ERROR}", math.nan)
        text = wording.mean(row[name], error, items[name])
        is_best = row[name] == best[name] and row[name] <= items[name].limit
        return Cell(text, numeric=True, best=is_best)

    rows = tuple(
        tuple(cell(place, row, name) for name in columns)
        for place, row in enumerate(table.to_dict("records"))
    )
    groups = [("", len(before)), *((item.label, 2) for item in findings.objectives)]
    groups += [("", len(after))] * bool(after)
    titles = [_heading(name, items) for name in columns]
    if len(kinds) == 1:  # one column for each objective, which needs no heading above
        groups = []
        titles = [items[name].label if name in items else _heading(name, {}) for name in columns]
    champion = bool(findings.front) and "rank" in table.columns and table["rank"].iloc[0] == 1
    return TextTable(headings(titles, rows), rows, tuple(groups), champion=champion)


def bound_columns(table: pd.DataFrame, findings: "Findings") -> list[str]:
    """Return the columns of quantities, and ``feasible`` unless all trials of a table are."""
    quantities = [
        name
        for name in table.columns
        if name.removeprefix("quantity.") in findings.experiment.quantities
    ]
    broken = "feasible" in table.columns and not table["feasible"].all()
    return [*quantities, *["feasible"] * bool(broken)]


def _heading(name: str, items: "dict[str, Objective]") -> str:
    if name in items:
        return "fresh seeds" if name.startswith("fresh.") else "search seeds"
    plain = name.removeprefix("gene.").removeprefix("quantity.").replace("_", " ")
    return {"number": "trial"}.get(name, plain)


def _cell(content: Any, text: str = "", *, breaks: bool) -> Cell:  # noqa: ANN401 - any content of a table
    """Return the cell of a content, with the text of a gene's value if that is given."""
    if content is None or (isinstance(content, float) and math.isnan(content)):
        return Cell("–")
    numeric = isinstance(content, (int, float)) and not isinstance(content, bool)
    if isinstance(content, int) and numeric:
        return Cell(f"{content:,}", numeric)
    text = wording.shortened(text or wording.value(content), 160)
    cell = Cell(text, numeric, breaks=breaks)
    return replace(cell, text=text.replace("·", f"·{BREAK}")) if cell.long else cell
