"""The content of the page of a run's trials: a table with a row for each trial, page by page."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from neuroevo import wording
from neuroevo.analysis.standard_errors import score_texts
from neuroevo.analysis.tables import quantity_texts
from neuroevo.dashboard.filtering import Searched, comparable, filter_of, filtered
from neuroevo.dashboard.links import Link, trial_link
from neuroevo.dashboard.run_list import CachedRun
from neuroevo.dashboard.sorting import (
    Column,
    Order,
    headings,
    whole_number,
    with_query,
)

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.runs import Trial

PAGE_SIZE = 100  # trials
OTHER_COLUMNS = frozenset({"trial", "generation", "state", "operator", "seconds"})


def content(run: CachedRun, query: Mapping[str, str]) -> dict[str, Any]:
    """Return the variables of the page's template; the query may have sort, filter and page."""
    findings, base = run.findings(), run.address
    path = f"{base}/trials"
    genes = _genes(findings)
    columns = _columns(findings, genes)
    first = findings.objectives[0]
    order = Order.of(query.get("sort", ""), columns, Order(first.name, first.maximised))
    text = filter_of(query)
    titles = {column.title: column.name for column in columns}
    found = filtered(findings.trials, text, Searched(_texts, _fields(findings, columns), titles))
    kept = list(found.rows)
    pages = max(1, math.ceil(len(kept) / PAGE_SIZE))
    page = min(max(1, whole_number(query.get("page", ""))), pages)
    kept.sort(key=findings.costs)
    rows = order.sorted(kept, columns)[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]

    def page_address(number: int) -> str:
        number_text = str(number) if number > 1 else ""
        return with_query(path, {"sort": str(order), "filter": text, "page": number_text})

    return {
        "crumbs": (*run.crumbs, ("trials", "")),
        "events": f"{base}/events" if not findings.finished else "",
        "headings": headings(columns, order, path, {"filter": text}),
        "rows": [_row(findings, trial, genes, base) for trial in rows],
        "count": len(findings.trials),
        "kept": len(kept),
        "filter": text,
        "filter_problems": found.problems,
        "sort": str(order),
        "path": path,
        "page": page,
        "pages": pages,
        "before": page_address(page - 1) if page > 1 else "",
        "after": page_address(page + 1) if page < pages else "",
        "first": page_address(1),
        "last": page_address(pages),
        "links": (Link("The run", base, "u"),),
    }


def _texts(trial: "Trial") -> Iterable[str]:
    yield from (str(trial.number), _operator(trial), trial.state, trial.name, trial.cause)
    yield wording.configuration(trial.genome)


def _operator(trial: "Trial") -> str:
    return wording.operator(trial.operator)


def _fields(
    findings: "Findings", columns: "list[Column[Trial]]"
) -> "dict[str, Callable[[Trial], Any]]":
    """Return what a filter can compare: the columns, the task, and the time by its heading."""
    kind = findings.experiment.task.kind
    others = {"task": lambda _: kind, "time": lambda trial: trial.seconds}
    operator = {"operator": _operator}  # the column has names of baselines

    def score(item: "Objective") -> "Callable[[Trial], float | str | None]":
        return lambda trial: comparable(item, trial.objectives.get(item.name))

    scores = {item.name: score(item) for item in findings.objectives}
    return {**others, **{column.name: column.key for column in columns}, **scores, **operator}


def _columns(findings: "Findings", genes: list[str]) -> "list[Column[Trial]]":
    def score(name: str) -> "Callable[[Trial], float | None]":
        return lambda trial: trial.objectives.get(name)

    def quantity(name: str) -> "Callable[[Trial], float | None]":
        return lambda trial: trial.quantities.get(name)

    def gene(name: str) -> "Callable[[Trial], object]":
        return lambda trial: trial.genome.get(name)

    taken = OTHER_COLUMNS.union(item.name for item in findings.objectives)
    return [
        Column("trial", "trial", lambda trial: trial.number, numeric=True),
        *(
            Column(item.name, item.label, score(item.name), numeric=True, descending=item.maximised)
            for item in findings.objectives
        ),
        *(
            Column(f"gene.{name}" if name in taken else name, name.replace("_", " "), gene(name))
            for name in genes
        ),
        *(
            Column(f"quantity.{name}", name.replace("_", " "), quantity(name), numeric=True)
            for name in findings.experiment.quantities
        ),
        *([Column("feasible", "feasible", _feasible(findings))] if findings.constraints else []),
        Column("generation", "generation", lambda trial: trial.generation, numeric=True),
        Column("operator", "operator", lambda trial: trial.name or _operator(trial)),
        Column("state", "state", lambda trial: trial.state),
        Column("seconds", "time", lambda trial: trial.seconds, numeric=True, descending=True),
    ]


def _feasible(findings: "Findings") -> "Callable[[Trial], str]":
    def text(trial: "Trial") -> str:
        return {None: "–", True: "yes", False: "no"}[findings.feasibility(trial)]

    return text


def _genes(findings: "Findings") -> list[str]:
    """Return the genes of the search; a gene of baselines only would be a column of dashes."""
    names = dict.fromkeys(findings.experiment.space.genes)
    for trial in findings.searched:
        names.update(dict.fromkeys(trial.genome))
    return list(names)


def _row(findings: "Findings", trial: "Trial", genes: list[str], base: str) -> dict[str, Any]:
    values = (trial.genome.get(name) for name in genes)
    return {
        "link": trial_link(base, trial.number),
        "scores": score_texts(findings, trial),
        "genes": [
            "–" if each is None else wording.shortened(wording.value(each), 80) for each in values
        ],
        "quantities": quantity_texts(findings, trial),
        "feasible": _feasible(findings)(trial) if findings.constraints else "",
        "generation": "" if trial.operator == "baseline" else f"{trial.generation:,}",
        "operator": wording.shortened(trial.name or _operator(trial), 60),
        "state": trial.state,
        "time": wording.duration(trial.seconds),
    }
