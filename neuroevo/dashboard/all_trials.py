"""What the page of a run's trials shows: a table with a row a trial, a part of it at a time."""

import math
from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from neuroevo import wording
from neuroevo.dashboard.guard import address
from neuroevo.dashboard.links import Link, trial_link
from neuroevo.dashboard.sorting import (
    Column,
    Order,
    filter_of,
    headings,
    matches,
    whole_number,
    with_query,
)

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.runs import Trial

PAGE = 100  # trials on a page of their table


def content(findings: "Findings", query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the template of the page asks for.

    Parameters
    ----------
    findings
        Of the run.
    query
        What the address says: ``sort``, ``filter`` and ``page``.
    """
    base = address("runs", findings.identity)
    path = f"{base}/trials"
    columns = _columns(findings)
    order = Order.of(query.get("sort", ""), columns, Order(findings.objectives[0].name))
    text = filter_of(query)
    kept = [trial for trial in findings.trials if matches(text, _texts(trial))]
    pages = max(1, math.ceil(len(kept) / PAGE))
    number = min(max(1, whole_number(query.get("page", ""))), pages)
    kept.sort(key=findings.costs)
    rows = order.sorted(kept, columns)[(number - 1) * PAGE : number * PAGE]
    at = partial(_page_address, path, {"sort": str(order), "filter": text})
    return {
        "crumbs": ((findings.identity, base), ("trials", "")),
        "events": f"{base}/events" if not findings.finished else "",
        "headings": headings(columns, order, path, {"filter": text}),
        "rows": [_row(findings, trial, base) for trial in rows],
        "count": len(findings.trials),
        "kept": len(kept),
        "filter": text,
        "sort": str(order),
        "path": path,
        "page": number,
        "pages": pages,
        "before": at(number - 1) if number > 1 else "",
        "after": at(number + 1) if number < pages else "",
        "first": at(1),
        "last": at(pages),
        "links": (Link("The run", base, "u"),),
    }


def measured(findings: "Findings", trial: "Trial") -> list[str]:
    """Return the scores of a trial in words, an objective each."""
    scored = zip(findings.objectives, findings.scores(trial), strict=True)
    return [wording.measured(score, item.unit) for item, score in scored]


def _texts(trial: "Trial") -> Iterable[str]:
    yield from (str(trial.number), trial.operator, trial.state, trial.name, trial.cause)
    yield wording.configuration(trial.genome)


def _columns(findings: "Findings") -> "list[Column[Trial]]":
    def score(name: str) -> Any:  # noqa: ANN401 - a key gives what can be sorted by
        return lambda trial: trial.objectives.get(name)

    def gene(name: str) -> Any:  # noqa: ANN401 - see above
        return lambda trial: trial.genome.get(name)

    own = ("trial", "generation", "state", "operator", "seconds")
    return [
        Column("trial", "trial", lambda trial: trial.number, numeric=True),
        *(
            Column(item.name, item.label, score(item.name), numeric=True)
            for item in findings.objectives
        ),
        *(
            Column(
                f"gene.{name}" if name in {*own, *_objective_names(findings)} else name,
                name.replace("_", " "),
                gene(name),
            )
            for name in _genes(findings)
        ),
        Column("generation", "generation", lambda trial: trial.generation, numeric=True),
        Column("operator", "operator", lambda trial: trial.name or trial.operator),
        Column("state", "state", lambda trial: trial.state),
        Column("seconds", "time", lambda trial: trial.seconds, numeric=True, falls=True),
    ]


def _genes(findings: "Findings") -> list[str]:
    """Return the genes that the search has; a baseline's own would be a column of dashes."""
    names = dict.fromkeys(findings.experiment.space.genes)
    for trial in findings.searched:
        names.update(dict.fromkeys(trial.genome))
    return list(names)


def _objective_names(findings: "Findings") -> list[str]:
    return [item.name for item in findings.objectives]


def _row(findings: "Findings", trial: "Trial", base: str) -> dict[str, Any]:
    genes = (trial.genome.get(name) for name in _genes(findings))
    return {
        "link": trial_link(base, trial.number),
        "scores": measured(findings, trial),
        "genes": [
            "–" if each is None else wording.shortened(wording.value(each), 80) for each in genes
        ],
        "generation": "" if trial.operator == "baseline" else f"{trial.generation:,}",
        "operator": wording.shortened(trial.name or trial.operator, 60),
        "state": trial.state,
        "time": wording.duration(trial.seconds),
    }


def _page_address(path: str, kept: Mapping[str, str], number: int) -> str:
    return with_query(path, {**kept, "page": str(number) if number > 1 else ""})
