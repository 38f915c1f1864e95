"""What the page of all runs shows: a table with a row a run, put into words and small charts."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from neuroevo import wording
from neuroevo.analysis.thinning import thinned
from neuroevo.dashboard.chart import lowest_so_far, sparkline
from neuroevo.dashboard.guard import address
from neuroevo.dashboard.one_run import bests, how_many
from neuroevo.dashboard.shelf import Glance
from neuroevo.dashboard.sorting import Column, Order, filter_of, headings, matches

if TYPE_CHECKING:
    from neuroevo.analysis.summary import Summary
    from neuroevo.evaluation import Objective

LONGEST_NOTE = 160  # characters


@dataclass(frozen=True, slots=True)
class Row:
    """A run in the table of runs."""

    id: str
    address: str
    state: str
    name: str
    note: str
    problem: str
    scores: tuple[str, ...]
    history: Markup
    trials: str
    time: str


def content(glances: Sequence[Glance], query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the template of the page asks for, but for where the runs lie.

    Parameters
    ----------
    glances
        The runs, youngest first.
    query
        What the address says: ``sort`` and ``filter``.
    """
    summaries = [each.summary for each in glances if each.summary]
    objectives = tuple(dict.fromkeys(item for each in summaries for item in each.objectives))
    columns = _columns(objectives, glances)
    order = Order.of(query.get("sort", ""), columns, Order("run", falls=True))
    text = filter_of(query)
    kept = [each for each in glances if matches(text, _texts(each))]
    return {
        "headings": headings(columns, order, "/", {"filter": text}),
        "noted": any(column.name == "note" for column in columns),
        "rows": [_row(each, objectives) for each in order.sorted(kept, columns)],
        "count": len(glances),
        "running": sum(each.state == "running" for each in summaries),
        "filter": text,
        "sort": str(order),
        "events": "/events",
    }


def _columns(
    objectives: "Sequence[Objective]", glances: Sequence[Glance]
) -> "list[Column[Glance]]":
    """Return the columns; the note has one where any run has a note."""
    ages = {glance.folder.id: age for age, glance in enumerate(glances)}

    def of(name: str) -> Any:  # noqa: ANN401 - a key gives what can be sorted by
        return lambda glance: getattr(glance.summary, name, None)

    def score(name: str) -> Any:  # noqa: ANN401 - see above
        return lambda glance: glance.summary.best.get(name) if glance.summary else None

    return [
        Column("run", "run", lambda glance: -ages[glance.folder.id], falls=True),
        Column("state", "state", of("state")),
        Column("experiment", "experiment", _experiment_name),
        *(Column(item.name, item.label, score(item.name), numeric=True) for item in objectives),
        Column("trials", "trials", of("trials"), numeric=True, falls=True),
        Column("time", "time", of("seconds"), numeric=True, falls=True),
        *([Column("note", "note", _note)] if any(map(_note, glances)) else []),
    ]


def _experiment_name(glance: Glance) -> str:
    experiment = glance.summary.experiment if glance.summary else None
    return experiment.name if experiment else ""


def _note(glance: Glance) -> str:
    experiment = glance.summary.experiment if glance.summary else None
    return experiment.note if experiment else ""


def _texts(glance: Glance) -> Iterable[str]:
    summary = glance.summary
    yield glance.folder.id
    if summary is not None:
        yield summary.state
        yield from summary.problems
        if summary.experiment is not None:
            yield from (summary.experiment.name, summary.experiment.note)


def _row(glance: Glance, objectives: "Sequence[Objective]") -> Row:
    summary, identity = glance.summary, glance.folder.id
    where = address("runs", identity)
    if summary is None:
        empty = ("",) * len(objectives)
        return Row(identity, where, "reading", "", "", "", empty, Markup(""), "", "")
    experiment = summary.experiment
    best = {item.name: wording.measured(score, item.unit) for item, score in bests(summary)}
    damaged = summary.state == "damaged"
    return Row(
        id=identity,
        address=where,
        state=summary.state,
        name=experiment.name if experiment else "",
        note=wording.shortened(_note(glance), LONGEST_NOTE),
        problem=wording.shortened(summary.problems[0], 240) if damaged and summary.problems else "",
        scores=tuple(best.get(item.name, "") for item in objectives),
        history=_history_line(summary),
        trials="" if damaged else how_many(summary),
        time=wording.duration(summary.seconds) if math.isfinite(summary.seconds) else "",
    )


def _history_line(summary: "Summary") -> Markup:
    if not summary.objectives:
        return Markup("")
    generations = summary.generations
    picked = [generations[place] for place in thinned(len(generations), 60)]
    values = lowest_so_far(each.best[0] for each in picked)
    return sparkline(values, logarithmic=summary.objectives[0].logarithmic)
