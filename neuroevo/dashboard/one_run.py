"""What the page of a run shows: its state, how far it is, its front, its files."""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neuroevo import wording
from neuroevo.analysis.thinning import thinned
from neuroevo.dashboard.all_trials import measured
from neuroevo.dashboard.chart import Axis, Chart, Dot, Line, axis, chart, lowest_so_far
from neuroevo.dashboard.guard import address
from neuroevo.dashboard.links import Link, trial_link
from neuroevo.dashboard.shelf import Book
from neuroevo.playground import is_of_the_mouse
from neuroevo.report.document import with_code
from neuroevo.report.headline import headline
from neuroevo.runs.disk import stamp

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.analysis.summary import Summary
    from neuroevo.evaluation import Objective
    from neuroevo.runs import RunFolder

MOST_POINTS = 400  # of a chart


def content(book: Book) -> dict[str, Any]:
    """Return what the template of the page asks for.

    Raises
    ------
    NeuroevoError
        If the run can't be read, though its summary could.
    """
    summary = book.summary()
    base = address("runs", book.folder.id)
    values: dict[str, Any] = {
        "summary": summary,
        "crumbs": ((book.folder.id, ""),),
        "events": f"{base}/events",
        "files": _files(summary, base),
        "links": (Link("All runs", "/", "u"),),
    }
    if summary.state != "damaged":
        values |= _glanced(book.findings(), summary, base)
    return values


def offered(folder: "RunFolder") -> dict[Path, str]:
    """Return the files of a run that may be downloaded, each with what is in it."""
    return {
        folder.best_file: "the best configuration, an experiment file",
        folder.champions_file: "trained weights",
        folder.journal_file: "every trial, a line each",
        folder.experiment_file: "the experiment, every default written",
        folder.environment_file: "what it ran on",
        folder.random_file: "a random search of equal size",
        folder.ablation_file: "the way from a baseline to the champion",
    }


def bests(summary: "Summary") -> "list[tuple[Objective, float]]":
    """Return the objectives in which a run has a best score, each with it."""
    found = [(item, summary.best[item.name]) for item in summary.objectives]
    return [(item, score) for item, score in found if score is not None]


def how_many(summary: "Summary") -> str:
    """Say how many trials are done, and of how many while there are more to come."""
    if summary.state == "complete":
        return f"{summary.trials:,}"
    return f"{summary.trials:,} of {summary.expected:,}"


def _files(summary: "Summary", base: str) -> list[tuple[Link, str, str]]:
    told = offered(summary.folder)
    trained = [("the front", summary.front), ("the baselines", summary.baselines)]
    if held := [words for words, trials in trained if trials]:
        told[summary.folder.champions_file] += f" of {wording.listed(held)}"
    return [
        (Link(path.name, f"{base}/files/{path.name}"), words, _size(found.size))
        for path, words in told.items()
        if (found := stamp(path)) and path.is_file() and not path.is_symlink()
    ]


def _size(count: int) -> str:
    for unit, scale in (("MB", 1_000_000), ("kB", 1_000)):
        if count >= scale:
            return f"{wording.number(count / scale)} {unit}"
    return f"{count} bytes"


def _glanced(findings: "Findings", summary: "Summary", base: str) -> dict[str, Any]:
    experiment, opening = findings.experiment, headline(findings)
    return {
        "headline": opening,
        "lead": with_code(opening.lead),
        "note": experiment.note,
        "share": min(1.0, summary.trials / max(1, summary.expected)),
        "how_far": _how_far(summary),
        "best": [
            (f"best {item.label}", wording.measured(score, item.unit))
            for item, score in bests(summary)
        ],
        "charts": _charts(findings, summary, base),
        "front": [_front_row(findings, rank, base) for rank in findings.excerpt()],
        "front_size": len(findings.front),
        "objectives": [item.label for item in findings.objectives],
        "started": wording.moment(summary.started),
        "links": tuple(_links(findings, base)),
    }


def _links(findings: "Findings", base: str) -> Iterable[Link]:
    yield Link("Report", f"{base}/report.html", "r")
    if is_of_the_mouse(findings):
        yield Link("Mouse page", f"{base}/mouse.html", "m")
    yield Link("Trials", f"{base}/trials", "t")
    yield Link("All runs", "/", "u")


def _how_far(summary: "Summary") -> str:
    generations = summary.experiment.evolution.generations if summary.experiment else 0
    is_done = summary.state == "complete"
    parts = [
        "" if is_done else f"generation {len(summary.generations):,} of {generations:,}",
        f"{how_many(summary)} trials",
        *(
            f"{count:,} {state}"
            for state, count in sorted(summary.states.items())
            if state != "complete"
        ),
        wording.duration(summary.seconds) if math.isfinite(summary.seconds) else "",
        summary.reason,
    ]
    return " · ".join(part for part in parts if part)


def _charts(findings: "Findings", summary: "Summary", base: str) -> list[Chart]:
    if not bests(summary):
        return []
    last = max(findings.experiment.evolution.generations, len(summary.generations), 2) - 1
    across = axis("generation", [0, last], whole=True)
    charts = [
        _history(summary, place, item, across) for place, item in enumerate(findings.objectives)
    ]
    if len(findings.objectives) > 1 and findings.front:
        charts.append(_front_chart(findings, base))
    return charts


def _history(summary: "Summary", place: int, item: "Objective", across: Axis) -> Chart:
    generations = summary.generations
    picked = [generations[index] for index in thinned(len(generations), MOST_POINTS)]
    scores = [each.best[place] for each in picked]
    numbers = [float(each.number) for each in picked]
    lines = (
        Line("best of the generation", "points", tuple(zip(numbers, scores, strict=True))),
        Line("best so far", "best", tuple(zip(numbers, lowest_so_far(scores), strict=True))),
    )
    up = axis(item.label, scores, logarithmic=item.logarithmic)
    return chart(item.label, across, up, lines)


def _front_chart(findings: "Findings", base: str) -> Chart:
    upward, across = findings.objectives[:2]  # as the report has them
    rivals = [trial for trial in findings.baselines if findings.is_complete(trial)]
    picked = [findings.front[index] for index in thinned(len(findings.front), MOST_POINTS)]
    scores = [findings.scores(trial) for trial in (*rivals, *picked)]
    x = axis(across.label, [each[1] for each in scores], logarithmic=across.logarithmic)
    y = axis(upward.label, [each[0] for each in scores], logarithmic=upward.logarithmic)
    dots = [
        Dot(
            findings.scores(trial)[1::-1],  # type: ignore[arg-type] # two of them
            wording.described(trial),
            f"{base}/trials/{trial.number}",
            *(("baselines", "other") if trial.operator == "baseline" else ("front", "best")),
        )
        for trial in (*rivals, *picked)
    ]
    return chart("Pareto front", x, y, dots=dots)


def _front_row(findings: "Findings", rank: int, base: str) -> dict[str, Any]:
    trial = findings.front[rank - 1]
    return {
        "rank": rank,
        "link": trial_link(base, trial.number),
        "configuration": wording.shortened(wording.configuration(trial.genome), 160),
        "scores": measured(findings, trial),
    }
