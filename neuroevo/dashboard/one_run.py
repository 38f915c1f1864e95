"""The content of the page of a run: its state, progress, Pareto front and files."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neuroevo import wording
from neuroevo.analysis.standard_errors import score_texts
from neuroevo.analysis.thinning import thinned
from neuroevo.dashboard.chart import Axis, Chart, Dot, Line, axis, axis_of, best_so_far, chart
from neuroevo.dashboard.links import Link, trial_link
from neuroevo.dashboard.one_figure import offered
from neuroevo.dashboard.run_list import CachedRun
from neuroevo.playground import is_mouse_run
from neuroevo.report.document import with_code
from neuroevo.report.headline import headline
from neuroevo.report.held_out_headline import held_out_numbers
from neuroevo.report.held_out_table import held_out_table
from neuroevo.storage.disk import stamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neuroevo.analysis.findings import Findings
    from neuroevo.analysis.summary import Summary
    from neuroevo.evaluation import Objective
    from neuroevo.runs import RunFolder

MOST_POINTS = 400  # of a chart


def content(run: CachedRun) -> dict[str, Any]:
    """Return the variables of the page's template.

    Raises
    ------
    NeuroevoError
        If the run can't be read, though its summary could.
    """
    summary = run.summary()
    base = run.address
    values: dict[str, Any] = {
        "summary": summary,
        "crumbs": (*run.crumbs[:-1], (run.folder.id, "")),
        "events": f"{base}/events",
        "files": _files(summary, base),
        "links": (run.above,),
    }
    if summary.state != "unreadable":
        values |= _overview(run, summary)
    return values


def downloads(folder: "RunFolder") -> dict[Path, str]:
    """Return the files of a run that may be downloaded, each with a description."""
    return {
        folder.best_file: "the best configuration, an experiment file",
        folder.champions_file: "trained weights",
        folder.test_file: "scores on the test part",
        folder.journal_file: "every trial, a line each",
        folder.experiment_file: "the experiment with all defaults",
        folder.environment_file: "the environment in which it ran",
        folder.random_file: "the random search with as many trials",
        folder.ablation_file: "the ablation from a baseline to the champion",
    }


def best_scores(summary: "Summary") -> "list[tuple[Objective, float]]":
    """Return the objectives in which a run has a best score, each with that score."""
    found = [(item, summary.best[item.name]) for item in summary.objectives]
    return [(item, score) for item, score in found if score is not None]


def trial_count(summary: "Summary") -> str:
    """Return the number of trials done, with that of all trials while the run is not complete."""
    if summary.state == "complete":
        return f"{summary.trials:,}"
    return f"{summary.trials:,} of {summary.expected:,}"


def _files(summary: "Summary", base: str) -> list[tuple[Link, str, str]]:
    described = downloads(summary.folder)
    if summary.experiment is not None and not summary.experiment.trains_networks:
        described[summary.folder.champions_file] = "scores on fresh seeds"
    trained = [("the front", summary.front), ("the baselines", summary.baselines)]
    if summary.state != "complete":
        for file in (summary.folder.champions_file, summary.folder.test_file):
            described[file] += ", from when the run was complete before"
    elif held := [words for words, trials in trained if trials]:
        described[summary.folder.champions_file] += f" of {wording.listed(held)}"
    return [
        (Link(path.name, f"{base}/files/{path.name}"), words, _size(found.size))
        for path, words in described.items()
        if (found := stamp(path)) and path.is_file() and not path.is_symlink()
    ]


def _size(count: int) -> str:
    for unit, scale in (("MB", 1_000_000), ("kB", 1_000)):
        if count >= scale:
            return f"{wording.number(count / scale)} {unit}"
    return f"{count} bytes"


def _overview(run: CachedRun, summary: "Summary") -> dict[str, Any]:
    findings, base = run.findings(), run.address
    opening = headline(findings)
    return {
        "headline": opening,
        "lead": with_code(opening.lead),
        "note": findings.experiment.note,
        "share": min(1.0, summary.trials / max(1, summary.expected)),
        "progress": _progress(summary),
        "best": [
            *((number.label, number.value) for number in held_out_numbers(findings)),
            *(
                (item.best_label, wording.measured(score, item))
                for item, score in best_scores(summary)
            ),
        ],
        "tested": held_out_table(findings),
        "figure_links": offered(findings, base) if summary.front else (),
        "charts": _charts(findings, summary, base),
        "front": [_front_row(findings, rank, base) for rank in findings.excerpt()],
        "front_size": len(findings.front),
        "lacks_feasible": findings.lacks_feasible,
        "objectives": [item.label for item in findings.objectives],
        "started": wording.local_moment(summary.started),
        "links": (
            Link("Report", f"{base}/report.html", "r"),
            *([Link("Mouse page", f"{base}/mouse.html", "m")] if is_mouse_run(findings) else []),
            Link("Trials", f"{base}/trials", "t"),
            run.above,
        ),
    }


def _progress(summary: "Summary") -> str:
    generations = summary.experiment.evolution.generations if summary.experiment else 0
    is_done = summary.state == "complete"
    parts = [
        "" if is_done else wording.generations_begun(len(summary.generations), generations),
        f"{trial_count(summary)} trials",
        *(
            f"{count:,} {state}"
            for state, count in sorted(summary.states.items())
            if state != "complete"
        ),
        wording.duration(summary.seconds) if math.isfinite(summary.seconds) else "",
        summary.reason,
    ]
    return " · ".join(filter(None, parts))


def _charts(findings: "Findings", summary: "Summary", base: str) -> list[Chart]:
    if not best_scores(summary) or not summary.finished_generations:
        return []
    last = max(len(summary.finished_generations), 2) - 1
    x = axis("generation", [0, last], whole=True)
    charts = [_history(summary, place, item, x) for place, item in enumerate(findings.objectives)]
    if len(findings.objectives) > 1 and findings.front:
        charts.append(_front_chart(findings, base))
    return charts


def _history(summary: "Summary", place: int, item: "Objective", x: Axis) -> Chart:
    generations = summary.finished_generations
    scores = [each.best[place] for each in generations]
    numbers = [float(each.number) for each in generations]
    picked = thinned(len(generations), MOST_POINTS)

    def points(values: "Sequence[float]") -> tuple[tuple[float, float], ...]:
        return tuple((numbers[index], values[index]) for index in picked)

    lines = (
        Line("best of the generation", "points", points(scores)),
        Line("best so far", "best", points(best_so_far(item, scores)), in_steps=True),
    )
    y = axis_of(item, scores)
    return chart(item.label, x, y, lines)


def _front_chart(findings: "Findings", base: str) -> Chart:
    vertical, horizontal = findings.objectives[:2]  # as in the report
    baselines = [trial for trial in findings.baselines if findings.is_complete(trial)]
    picked = [findings.front[index] for index in thinned(len(findings.front), MOST_POINTS)]
    trials = [*baselines, *picked]
    points = [findings.scores(trial)[1::-1] for trial in trials]
    x = axis_of(horizontal, [each[0] for each in points])
    y = axis_of(vertical, [each[1] for each in points])
    dots = [
        Dot(
            point,  # type: ignore[arg-type] # it has two values
            wording.described(trial),
            f"{base}/trials/{trial.number}",
            *(("baselines", "other") if trial.operator == "baseline" else ("front", "best")),
        )
        for trial, point in zip(trials, points, strict=True)
    ]
    return chart("Pareto front", x, y, dots=dots)


def _front_row(findings: "Findings", rank: int, base: str) -> dict[str, Any]:
    trial = findings.front[rank - 1]
    return {
        "rank": rank,
        "link": trial_link(base, trial.number),
        "configuration": wording.shortened(wording.configuration(trial.genome), 160),
        "scores": score_texts(findings, trial),
    }
