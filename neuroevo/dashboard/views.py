"""What each page shows: runs, a run, its trials, a trial, put into words and small charts.

It turns what was found into texts and addresses for templates; it computes no score of its own.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from neuroevo.dashboard.chart import Axis, Chart, Dot, Line, axis, chart, lowest_so_far, sparkline
from neuroevo.dashboard.guard import address
from neuroevo.dashboard.pages import (
    LINKED_FROM,
    download,
    problem,
    saved_as,
    shown,
    whole_page,
)
from neuroevo.dashboard.shelf import Book, Glance, Shelf
from neuroevo.dashboard.tables import Column, Order, headings, with_query
from neuroevo.report import wording
from neuroevo.report.comparison import compare, comparison_page
from neuroevo.report.diagram import laid_out, svg
from neuroevo.report.drawing import objective_name, thinned
from neuroevo.report.headline import headline
from neuroevo.report.mouse import is_of_the_mouse, mouse_page
from neuroevo.runs import best_toml

if TYPE_CHECKING:
    from neuroevo.evaluation import Objective
    from neuroevo.report.findings import Findings
    from neuroevo.report.summary import Summary
    from neuroevo.runs import RunFolder, Trial

PAGE = 100  # trials on a page of their table
MOST_CHILDREN = 60  # that are listed
MOST_POINTS = 400  # of a chart
FEWEST_COMPARED, MOST_COMPARED = 2, 8
MOST_ADDED = 8  # trials that an address adds to the mouse page
LONGEST_FILTER = 200  # characters
LONGEST_NOTE = 160


@dataclass(frozen=True, slots=True)
class Link:
    """A text with the address that it leads to; ``key`` is the key that follows it, if any."""

    text: str
    address: str
    key: str = ""


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


class Views:
    """The pages over the runs of a results folder.

    Parameters
    ----------
    shelf
        The runs.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def book(self, request: Request) -> Book:
        """Return the run that an address names.

        Raises
        ------
        HTTPException
            With 404 if there is none.
        """
        book = self._shelf.find(request.path_params["identity"])
        if book is None:
            raise HTTPException(404)
        return book

    def runs(self, request: Request) -> Response:
        """Show all runs in a table."""
        glances = self._shelf.look()
        summaries = [each.summary for each in glances if each.summary]
        objectives = tuple(dict.fromkeys(item for each in summaries for item in each.objectives))
        columns = _run_columns(objectives, glances)
        order = Order.of(request.query_params.get("sort", ""), columns, Order("run"))
        text = request.query_params.get("filter", "")[:LONGEST_FILTER].strip()
        kept = [each for each in glances if _matches(text, _run_texts(each))]
        rows = [_row(each, objectives) for each in order.sorted(kept, columns)]
        values = {
            "headings": headings(columns, order, "/", {"filter": text}),
            "named": all(column.name != "experiment" for column in columns),
            "rows": rows,
            "count": len(glances),
            "running": sum(each.state == "running" for each in summaries),
            "filter": text,
            "sort": str(order),
            "results": str(self._shelf.results),
            "events": "/events",
        }
        return shown("runs.html.jinja", "Runs", values)

    def run(self, request: Request) -> Response:
        """Show a run at a glance."""
        book = self._open(request)
        summary = book.summary()
        base = address("runs", book.folder.id)
        values: dict[str, Any] = {
            "summary": summary,
            "crumbs": ((book.folder.id, ""),),
            "events": f"{base}/events",
            "files": _files(book.folder, base),
            "links": (Link("All runs", "/", "u"),),
        }
        if summary.state != "damaged":
            values |= _glanced(book.findings(), summary, base)
        return shown("run.html.jinja", book.folder.id, values)

    def trials(self, request: Request) -> Response:
        """Show a run's trials in a table, a page of them."""
        book = self._open(request)
        findings = book.findings()
        base = address("runs", book.folder.id)
        columns = _trial_columns(findings)
        order = Order.of(
            request.query_params.get("sort", ""), columns, Order(findings.objectives[0].name)
        )
        text = request.query_params.get("filter", "")[:LONGEST_FILTER].strip()
        kept = [trial for trial in findings.trials if _matches(text, _trial_texts(trial))]
        pages = max(1, math.ceil(len(kept) / PAGE))
        number = min(max(1, _whole(request.query_params.get("page", ""))), pages)
        kept.sort(key=lambda trial: [_infinite(score) for score in findings.scores(trial)])
        rows = order.sorted(kept, columns)[(number - 1) * PAGE : number * PAGE]
        at = partial(_page_address, f"{base}/trials", {"sort": str(order), "filter": text})
        values = {
            "crumbs": ((book.folder.id, base), ("trials", "")),
            "events": f"{base}/events" if not findings.finished else "",
            "headings": headings(columns, order, f"{base}/trials", {"filter": text}),
            "rows": [_trial_row(findings, trial, base) for trial in rows],
            "count": len(findings.trials),
            "kept": len(kept),
            "filter": text,
            "sort": str(order),
            "path": f"{base}/trials",
            "page": number,
            "pages": pages,
            "before": at(number - 1) if number > 1 else "",
            "after": at(number + 1) if number < pages else "",
            "first": at(1),
            "last": at(pages),
            "links": (Link("The run", base, "u"),),
        }
        return shown("trials.html.jinja", f"Trials of {book.folder.id}", values)

    def trial(self, request: Request) -> Response:
        """Show one trial."""
        book = self._open(request)
        findings, trial = book.findings(), self._trial(request, book)
        base = address("runs", book.folder.id)
        champion = findings.champion_of(trial)
        network = findings.network(trial)
        diagram = None if network is None else laid_out(network, *findings.data_names)
        known = {each.number: each for each in findings.trials}
        children = [each.number for each in findings.trials if trial.number in each.parents]
        parents = [known[number] for number in trial.parents if number in known]
        toml = best_toml(findings.experiment, trial, book.folder.id)
        values = {
            "crumbs": (
                (book.folder.id, base),
                ("trials", f"{base}/trials"),
                (f"{trial.number}", ""),
            ),
            "trial": trial,
            "title": wording.configuration(trial.genome) or f"Trial {trial.number}",
            "rank": _rank(findings, trial),
            "scores": _scores(findings, trial),
            "replicates": findings.experiment.training.replicates,
            "genes": _genes(trial, parents),
            "parents": [_trial_link(base, each.number) for each in parents],
            "children": [_trial_link(base, number) for number in children[:MOST_CHILDREN]],
            "more_children": max(0, len(children) - MOST_CHILDREN),
            "curve": _learning_curve(findings, trial),
            "drawing": None if diagram is None else svg(diagram, _diagram_label(findings, trial)),
            "weights": champion is not None,
            "toml": toml,
            "download": f"{base}/trials/{trial.number}/experiment.toml",
            "duration": wording.duration(trial.seconds),
            "links": tuple(_neighbours(findings, trial, base)),
        }
        return shown("trial.html.jinja", f"Trial {trial.number} of {book.folder.id}", values)

    def configuration(self, request: Request) -> Response:
        """Give a trial's configuration as an experiment file."""
        book = self._open(request)
        trial = self._trial(request, book)
        text = best_toml(book.findings().experiment, trial, book.folder.id)
        return PlainTextResponse(text, headers=saved_as(f"trial-{trial.number}.toml"))

    def report(self, request: Request) -> Response:
        """Show a run's report, made of what there is now."""
        return whole_page(self._open(request).report())

    def mouse(self, request: Request) -> Response:
        """Show a run's mouse page; ``trial=NUMBER`` in the address adds a trial to choose from."""
        book = self._open(request)
        findings = book.findings()
        if not is_of_the_mouse(findings):
            raise HTTPException(404)
        numbers = [_whole(each) for each in request.query_params.getlist("trial")[:MOST_ADDED]]
        extra = [trial for number in numbers if (trial := book.trial(number)) is not None]
        return whole_page(mouse_page(findings, extra))

    def compare(self, request: Request) -> Response:
        """Show how runs compare."""
        identities = list(dict.fromkeys(request.query_params.getlist("run")))
        if not FEWEST_COMPARED <= len(identities) <= MOST_COMPARED:
            line = f"Choose {FEWEST_COMPARED} to {MOST_COMPARED} runs in the table of runs."
            return problem(400, "Nothing to compare", (line,))
        books = [self._shelf.open(identity) for identity in identities]
        found = [book.findings() for book in books if book is not None]
        if len(found) < len(books):
            raise HTTPException(404)
        page = comparison_page(
            compare(found, identities),
            linked_from=LINKED_FROM,
            home="/",
            addresses=[address("runs", identity) for identity in identities],
        )
        return whole_page(page)

    def file(self, request: Request) -> Response:
        """Give one of the files that a run offers."""
        folder = self.book(request).folder
        name = request.path_params["name"]
        paths = {path.name: path for path in _offered(folder)}
        if name not in paths:
            raise HTTPException(404)
        return download(paths[name], name)

    def _open(self, request: Request) -> Book:
        book = self._shelf.open(request.path_params["identity"])
        if book is None:
            raise HTTPException(404)
        return book

    @staticmethod
    def _trial(request: Request, book: Book) -> "Trial":
        trial = book.trial(request.path_params["number"])
        if trial is None:
            raise HTTPException(404)
        return trial


def _offered(folder: "RunFolder") -> "tuple[Any, ...]":
    """Return the files of a run that may be downloaded."""
    return (
        folder.best_file,
        folder.champions_file,
        folder.journal_file,
        folder.experiment_file,
        folder.environment_file,
        folder.random_file,
        folder.ablation_file,
    )


FILES = {
    "best.toml": "the best configuration, an experiment file",
    "champions.safetensors": "trained weights of the front",
    "trials.jsonl": "every trial, a line each",
    "experiment.toml": "the experiment, every default written",
    "environment.json": "what it ran on",
    "random.jsonl": "a random search of equal size",
    "ablation.jsonl": "the way from a baseline to the champion",
}


def _files(folder: "RunFolder", base: str) -> list[tuple[Link, str, str]]:
    return [
        (
            Link(path.name, f"{base}/files/{path.name}"),
            FILES[path.name],
            _size(path.stat().st_size),
        )
        for path in _offered(folder)
        if path.is_file() and not path.is_symlink()
    ]


def _size(count: int) -> str:
    for unit, scale in (("MB", 1_000_000), ("kB", 1_000)):
        if count >= scale:
            return f"{wording.number(count / scale)} {unit}"
    return f"{count} bytes"


def _run_columns(
    objectives: "Sequence[Objective]", glances: Sequence[Glance]
) -> "list[Column[Glance]]":
    """Return the columns; the experiment has one where the runs' names do not tell it."""
    ages = {glance.folder.id: age for age, glance in enumerate(glances)}
    named = all(each.folder.id.startswith(_experiment_name(each)) for each in glances)

    def of(name: str) -> Any:  # noqa: ANN401 - a key gives what can be sorted by
        return lambda glance: getattr(glance.summary, name, None)

    def score(name: str) -> Any:  # noqa: ANN401 - see above
        return lambda glance: glance.summary.best.get(name) if glance.summary else None

    return [
        Column("run", "run", lambda glance: ages[glance.folder.id]),
        Column("state", "state", of("state")),
        *([] if named else [Column("experiment", "experiment", _experiment_name)]),
        *(
            Column(item.name, objective_name(item), score(item.name), numeric=True)
            for item in objectives
        ),
        Column("trials", "trials", of("trials"), numeric=True, falls=True),
        Column("time", "time", of("seconds"), numeric=True, falls=True),
    ]


def _experiment_name(glance: Glance) -> str:
    experiment = glance.summary.experiment if glance.summary else None
    return experiment.name if experiment else ""


def _run_texts(glance: Glance) -> Iterable[str]:
    summary = glance.summary
    yield glance.folder.id
    if summary is not None:
        yield summary.state
        yield from summary.problems
        if summary.experiment is not None:
            yield from (summary.experiment.name, summary.experiment.note)


def _trial_texts(trial: "Trial") -> Iterable[str]:
    yield from (str(trial.number), trial.operator, trial.state, trial.name, trial.cause)
    yield wording.configuration(trial.genome)


def _matches(text: str, texts: Iterable[str]) -> bool:
    """Tell whether every word of a text is in one of the texts."""
    words = text.lower().split()
    return not words or all(
        any(word in each for each in found)
        for found in [[each.lower() for each in texts]]
        for word in words
    )


def _row(glance: Glance, objectives: "Sequence[Objective]") -> Row:
    summary, identity = glance.summary, glance.folder.id
    where = address("runs", identity)
    if summary is None:
        empty = ("",) * len(objectives)
        return Row(identity, where, "reading", "", "", "", empty, Markup(""), "", "")
    experiment = summary.experiment
    best = {item.name: wording.measured(score, item.unit) for item, score in _bests(summary)}
    damaged = summary.state == "damaged"
    return Row(
        id=identity,
        address=where,
        state=summary.state,
        name=experiment.name if experiment else "",
        note=wording.shortened(experiment.note, LONGEST_NOTE) if experiment else "",
        problem=wording.shortened(summary.problems[0], 240) if damaged and summary.problems else "",
        scores=tuple(best.get(item.name, "") for item in objectives),
        history=_history_line(summary),
        trials="" if damaged else _how_many(summary),
        time=wording.duration(summary.seconds) if math.isfinite(summary.seconds) else "",
    )


def _bests(summary: "Summary") -> "list[tuple[Objective, float]]":
    found = [(item, summary.best[item.name]) for item in summary.objectives]
    return [(item, score) for item, score in found if score is not None]


def _how_many(summary: "Summary") -> str:
    if summary.state == "complete":
        return f"{summary.trials:,}"
    return f"{summary.trials:,} of {summary.expected:,}"


def _moment(started: str) -> str:
    return wording.shortened(started.replace("T", " ")[:16], 16)


def _history_line(summary: "Summary") -> Markup:
    if not summary.objectives:
        return Markup("")
    generations = summary.generations
    picked = [generations[place] for place in thinned(len(generations), 60)]
    values = lowest_so_far(each.best[0] for each in picked)
    return sparkline(values, logarithmic=summary.objectives[0].logarithmic)


def _glanced(findings: "Findings", summary: "Summary", base: str) -> dict[str, Any]:
    experiment, opening = findings.experiment, headline(findings)
    return {
        "headline": opening,
        "lead": _with_code(opening.lead),
        "note": experiment.note,
        "share": min(1.0, summary.trials / max(1, summary.expected)),
        "how_far": _how_far(summary),
        "best": [
            (f"best {objective_name(item)}", wording.measured(score, item.unit))
            for item, score in _bests(summary)
        ],
        "charts": _charts(findings, summary, base),
        "front": [_front_row(findings, rank, base) for rank in findings.excerpt()],
        "front_size": len(findings.front),
        "objectives": [objective_name(item) for item in findings.objectives],
        "started": _moment(summary.started),
        "links": tuple(_run_links(findings, base)),
    }


def _run_links(findings: "Findings", base: str) -> Iterable[Link]:
    yield Link("Report", f"{base}/report.html", "r")
    if is_of_the_mouse(findings):
        yield Link("Mouse page", f"{base}/mouse.html", "m")
    yield Link("Trials", f"{base}/trials", "t")
    yield Link("All runs", "/", "u")


def _with_code(text: str) -> Markup:
    pieces = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if index % 2 else Markup("{}").format(piece)
        for index, piece in enumerate(pieces)
    )


def _how_far(summary: "Summary") -> str:
    generations = summary.experiment.evolution.generations if summary.experiment else 0
    is_done = summary.state == "complete"
    parts = [
        "" if is_done else f"generation {len(summary.generations):,} of {generations:,}",
        f"{_how_many(summary)} trials",
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
    last = max(findings.experiment.evolution.generations, len(summary.generations), 2) - 1
    across = axis("generation", [0, last])
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
    up = axis(objective_name(item), scores, logarithmic=item.logarithmic)
    return chart(objective_name(item), across, up, lines)


def _front_chart(findings: "Findings", base: str) -> Chart:
    first, second = findings.objectives[:2]
    rivals = [trial for trial in findings.baselines if findings.is_complete(trial)]
    picked = [findings.front[index] for index in thinned(len(findings.front), MOST_POINTS)]
    scores = [findings.scores(trial) for trial in (*rivals, *picked)]
    x = axis(objective_name(first), [each[0] for each in scores], logarithmic=first.logarithmic)
    y = axis(objective_name(second), [each[1] for each in scores], logarithmic=second.logarithmic)
    dots = [
        Dot(
            findings.scores(trial)[:2],  # type: ignore[arg-type] # two of them
            findings.describe(trial),
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
        "link": _trial_link(base, trial.number),
        "configuration": wording.shortened(wording.configuration(trial.genome), 160),
        "scores": _measured(findings, trial),
    }


def _measured(findings: "Findings", trial: "Trial") -> list[str]:
    scored = zip(findings.objectives, findings.scores(trial), strict=True)
    return [wording.measured(score, item.unit) for item, score in scored]


def _trial_columns(findings: "Findings") -> "list[Column[Trial]]":
    def score(name: str) -> Any:  # noqa: ANN401 - a key gives what can be sorted by
        return lambda trial: trial.objectives.get(name)

    def gene(name: str) -> Any:  # noqa: ANN401 - see above
        return lambda trial: trial.genome.get(name)

    own = ("trial", "generation", "state", "operator", "seconds")
    return [
        Column("trial", "trial", lambda trial: trial.number, numeric=True),
        *(
            Column(item.name, objective_name(item), score(item.name), numeric=True)
            for item in findings.objectives
        ),
        *(
            Column(
                f"gene.{name}" if name in {*own, *_objective_names(findings)} else name,
                name.replace("_", " "),
                gene(name),
            )
            for name in findings.genes
        ),
        Column("generation", "generation", lambda trial: trial.generation, numeric=True),
        Column("operator", "operator", lambda trial: trial.name or trial.operator),
        Column("state", "state", lambda trial: trial.state),
        Column("seconds", "time", lambda trial: trial.seconds, numeric=True, falls=True),
    ]


def _objective_names(findings: "Findings") -> list[str]:
    return [item.name for item in findings.objectives]


def _trial_row(findings: "Findings", trial: "Trial", base: str) -> dict[str, Any]:
    genes = (trial.genome.get(name) for name in findings.genes)
    return {
        "link": _trial_link(base, trial.number),
        "scores": _measured(findings, trial),
        "genes": [
            "–" if each is None else wording.shortened(wording.value(each), 80) for each in genes
        ],
        "generation": "" if trial.operator == "baseline" else f"{trial.generation:,}",
        "operator": wording.shortened(trial.name or trial.operator, 60),
        "state": trial.state,
        "time": wording.duration(trial.seconds),
    }


def _infinite(score: float) -> float:
    return score if math.isfinite(score) else math.inf


def _trial_link(base: str, number: int) -> Link:
    return Link(f"{number}", f"{base}/trials/{number}")


def _page_address(path: str, kept: Mapping[str, str], number: int) -> str:
    return with_query(path, {**kept, "page": str(number) if number > 1 else ""})


def _whole(text: str) -> int:
    """Read a whole number, 0 where it is none."""
    is_number = text.isascii() and text.isdecimal() and len(text) < 10  # noqa: PLR2004 - as long as any of ours
    return int(text) if is_number else 0


def _rank(findings: "Findings", trial: "Trial") -> int:
    """Return a trial's place on the front, from 1 on; 0 if it is not there."""
    numbers = [each.number for each in findings.front]
    return numbers.index(trial.number) + 1 if trial.number in numbers else 0


def _scores(findings: "Findings", trial: "Trial") -> list[tuple[str, str, str]]:
    """Return each objective with the score of the search and that on fresh seeds, if any."""
    champion = findings.champion_of(trial)
    fresh = champion.fresh_objectives if champion is not None else {}
    return [
        (
            objective_name(item),
            wording.measured(score, item.unit),
            wording.measured(fresh[item.name], item.unit) if item.name in fresh else "",
        )
        for item, score in zip(findings.objectives, findings.scores(trial), strict=True)
    ]


def _genes(
    trial: "Trial", parents: "Sequence[Trial]"
) -> list[tuple[str, str, list[tuple[str, bool]]]]:
    """Return each gene with its value and that of each parent, and whether they differ."""
    names = dict.fromkeys(name for each in (trial, *parents) for name in each.genome)
    return [
        (
            name.replace("_", " "),
            _told(trial, name),
            [
                (_told(each, name), each.genome.get(name) != trial.genome.get(name))
                for each in parents
            ],
        )
        for name in names
    ]


def _told(trial: "Trial", name: str) -> str:
    return wording.value(trial.genome[name]) if name in trial.genome else "–"


def _learning_curve(findings: "Findings", trial: "Trial") -> Chart | None:
    """Draw a trial's curve, under that of the champion and down to the target."""
    samples = [float(each) for each in findings.samples]

    def line(name: str, kind: str, curve: Sequence[float]) -> Line:
        return Line(name, kind, tuple(zip(samples, curve, strict=False)))

    lines = []
    champion = findings.front[0] if findings.front else None
    if champion is not None and champion.number != trial.number and champion.curve:
        lines.append(line("the champion", "other", champion.curve))
    lines.append(line(f"trial {trial.number}", "best", trial.curve))
    finite = [error for each in lines for _, error in each.points if math.isfinite(error)]
    if not finite:
        return None
    target = findings.experiment.training.target_mse
    ceiling = max(target, 100 * (trial.curve[0] if math.isfinite(trial.curve[0]) else min(finite)))
    lines.insert(0, line("target", "target", [target] * len(samples)))
    x = axis("samples seen", samples, logarithmic=True)
    seen = [target, *(error for error in finite if error <= ceiling)]
    return chart("Learning curve", x, axis("validation MSE", seen, logarithmic=True), lines)


def _diagram_label(findings: "Findings", trial: "Trial") -> str:
    sizes = wording.sizes(findings.layer_sizes(trial))
    return f"Network {sizes}, inputs on the left, outputs on the right, a line for each weight"


def _neighbours(findings: "Findings", trial: "Trial", base: str) -> Iterable[Link]:
    if is_of_the_mouse(findings):
        race = f"{base}/mouse.html?trial={trial.number}#left={trial.number}"
        yield Link("Race it in the mouse page", race, "m")
    yield Link("All trials", f"{base}/trials", "t")
    yield Link("The run", base, "u")
    rank = _rank(findings, trial)
    if rank > 1:
        yield Link(f"Rank {rank - 1}", f"{base}/trials/{findings.front[rank - 2].number}", "k")
    if 0 < rank < len(findings.front):
        yield Link(f"Rank {rank + 1}", f"{base}/trials/{findings.front[rank].number}", "j")
