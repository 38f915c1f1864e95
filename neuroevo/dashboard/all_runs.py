"""The content of the page of all runs: a table with a row for each run."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from neuroevo import wording
from neuroevo.analysis.thinning import thinned
from neuroevo.dashboard.chart import best_so_far, sparkline
from neuroevo.dashboard.filtering import Searched, comparable, filter_of, filtered
from neuroevo.dashboard.one_run import best_scores, trial_count
from neuroevo.dashboard.run_list import ListedRun
from neuroevo.dashboard.security import address
from neuroevo.dashboard.sorting import Column, Order, headings
from neuroevo.report.held_out_texts import test_score

if TYPE_CHECKING:
    from neuroevo.analysis.summary import Summary
    from neuroevo.evaluation import Objective

LONGEST_NOTE = 160  # characters


def content(listed: Sequence[ListedRun], query: Mapping[str, str]) -> dict[str, Any]:
    """Return the variables of the page's template, without the results folder.

    The runs are listed newest first; the query may have ``sort`` and ``filter``.
    """
    summaries = [each.summary for each in listed if each.summary]
    # One of each name and direction, whatever else differs between runs.
    objectives = tuple(
        {item.best_label: item for each in summaries for item in each.objectives}.values()
    )
    columns = _columns(objectives, listed)
    order = Order.of(query.get("sort", ""), columns, Order("run", descending=True))
    text = filter_of(query)
    titles = {column.title: column.name for column in columns}
    found = filtered(
        listed, text, Searched(_texts, _fields(columns, summaries, objectives), titles)
    )
    return {
        "headings": headings(columns, order, "/", {"filter": text}),
        "tested": any(map(_has_test, listed)),
        "noted": any(map(_note, listed)),
        "rows": [_row(each, objectives) for each in order.sorted(found.rows, columns)],
        "count": len(listed),
        "running": sum(each.state == "running" for each in summaries),
        "filter": text,
        "filter_problems": found.problems,
        "sort": str(order),
        "events": "/events",
    }


def _fields(
    columns: "Sequence[Column[ListedRun]]",
    summaries: "Sequence[Summary]",
    objectives: "Sequence[Objective]",
) -> dict[str, Callable[[ListedRun], Any]]:
    """Return what a filter can compare: the columns, the task, and the genes of the best trials."""

    def gene(name: str) -> Callable[[ListedRun], object]:
        return lambda run: _best_genome(run.summary).get(name)

    genes = dict.fromkeys(name for each in summaries for name in _best_genome(each))
    return {
        **{name: gene(name) for name in genes},
        **{column.name: column.key for column in columns},
        **{item.name: _best_score(_named(item.name)) for item in objectives},
        "run": lambda run: run.folder.id,
        "task": _task_kind,
        "ended": _ended,
    }


def _best_score(
    is_meant: "Callable[[Objective], bool]",
) -> Callable[[ListedRun], float | str | None]:
    """Return what reads a run's best score, judged by the run's own sample budget."""

    def score(run: ListedRun) -> float | str | None:
        scores = best_scores(run.summary) if run.summary else ()
        return next((comparable(*each) for each in scores if is_meant(each[0])), None)

    return score


def _named(name: str) -> "Callable[[Objective], bool]":
    return lambda item: item.name == name


def _best_genome(summary: "Summary | None") -> Mapping[str, object]:
    return summary.front[0].genome if summary and summary.front else {}


def _ended(run: ListedRun) -> str:
    return run.summary.outcome if run.summary else ""


def _task_kind(run: ListedRun) -> str:
    return run.summary.experiment.task.kind if run.summary and run.summary.experiment else ""


def _columns(
    objectives: "Sequence[Objective]", listed: Sequence[ListedRun]
) -> list[Column[ListedRun]]:
    """Return the columns; there are those for test scores and notes if any run has some."""
    places = {run.folder.id: place for place, run in enumerate(listed)}

    def of_summary(name: str) -> Callable[[ListedRun], Any]:
        return lambda run: getattr(run.summary, name, None)

    def score(column: "Objective") -> Callable[[ListedRun], float | None]:
        read = _best_score(lambda item: item.best_label == column.best_label)

        def key(run: ListedRun) -> float | None:
            found = read(run)
            return math.inf if isinstance(found, str) else found

        return key

    names = Counter(item.name for item in objectives)

    tests = [Column("test", "test score", _test, descending=True)]
    return [
        Column("run", "run", lambda run: -places[run.folder.id], descending=True),
        Column("state", "state", of_summary("state")),
        Column("experiment", "experiment", _experiment_name),
        *(tests if any(map(_has_test, listed)) else []),
        *(
            Column(
                item.name if names[item.name] == 1 else f"{item.best}-{item.name}",
                item.best_label,
                score(item),
                numeric=True,
                descending=item.maximised,
            )
            for item in objectives
        ),
        Column("trials", "trials", of_summary("trials"), numeric=True, descending=True),
        Column("time", "time", of_summary("seconds"), numeric=True, descending=True),
        *([Column("note", "note", _note)] if any(map(_note, listed)) else []),
    ]


def _experiment_name(run: ListedRun) -> str:
    return run.summary.experiment.name if run.summary and run.summary.experiment else ""


def _note(run: ListedRun) -> str:
    return run.summary.experiment.note if run.summary and run.summary.experiment else ""


def _has_test(run: ListedRun) -> bool:
    return run.summary is not None and bool(run.summary.test)


def _test(run: ListedRun) -> float | None:
    """Return the most important score of the best trial on the test part, if there is one."""
    scores = run.summary.test.values() if run.summary else ()
    return next((score.value for score in scores), None)


def _texts(run: ListedRun) -> Iterable[str]:
    yield from (run.folder.id, _experiment_name(run), _note(run))
    if run.summary is not None:
        yield from (run.summary.state, run.summary.outcome, *run.summary.problems)


def _row(run: ListedRun, objectives: "Sequence[Objective]") -> dict[str, Any]:
    summary = run.summary
    row = {
        "id": run.folder.id,
        "address": address("runs", run.folder.id),
        "state": "reading",
        "reason": "",
        "name": _experiment_name(run),
        "note": wording.shortened(_note(run), LONGEST_NOTE),
        "problem": "",
        "scores": [""] * len(objectives),
        "history": "",
        "test": "",
        "trials": "",
        "time": "",
    }
    if summary is None:
        return row
    is_unreadable = summary.state == "unreadable"
    best = {item.best_label: wording.measured(score, item) for item, score in best_scores(summary)}
    return row | {
        "state": summary.state,
        "reason": summary.outcome,
        "problem": wording.shortened(" ".join(summary.problems[:1]), 240) if is_unreadable else "",
        "scores": [best.get(item.best_label, "") for item in objectives],
        "history": _history_line(summary),
        "test": test_score(summary.test, interval=False),
        "trials": "" if is_unreadable else trial_count(summary),
        "time": wording.duration(summary.seconds) if math.isfinite(summary.seconds) else "",
    }


def _history_line(summary: "Summary") -> Markup:
    if not summary.objectives:
        return Markup("")
    first = summary.objectives[0]
    values = best_so_far(first, [each.best[0] for each in summary.finished_generations])
    picked = [values[place] for place in thinned(len(values), 60)]
    return sparkline(picked, logarithmic=first.logarithmic)
