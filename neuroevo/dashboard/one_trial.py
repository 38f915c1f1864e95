"""The content of the page of a trial: scores, genes, parents and children, learning curve."""

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from neuroevo import wording
from neuroevo.analysis.standard_errors import fresh_texts, score_texts
from neuroevo.dashboard.chart import Chart, Line, axis, chart
from neuroevo.dashboard.links import Link, trial_link
from neuroevo.dashboard.run_list import CachedRun
from neuroevo.playground import is_mouse_run
from neuroevo.report.diagram import diagram_of, svg
from neuroevo.report.figures import network_label
from neuroevo.runs import broken_constraints, evaluated_replicates, is_known, trained_networks

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.runs import Trial

MOST_CHILDREN = 60  # that are listed


def content(run: CachedRun, trial: "Trial") -> dict[str, Any]:
    """Return the variables of the page's template, for a trial with its learning curve."""
    findings, base = run.findings(), run.address
    numbers = [each.number for each in findings.front]
    rank = numbers.index(trial.number) + 1 if trial.number in numbers else 0
    network = findings.network(trial)
    diagram = None if network is None else diagram_of(network)
    known = {each.number: each for each in findings.trials}
    children = [each.number for each in findings.trials if trial.number in each.parents]
    parents = [known[number] for number in trial.parents if number in known]
    return {
        "crumbs": (*run.crumbs, ("trials", f"{base}/trials"), (f"{trial.number}", "")),
        "trial": trial,
        "operator": wording.operator(trial.operator),
        "configuration": wording.configuration(trial.genome),
        "rank": rank,
        "scores": _scores(findings, trial),
        "bounds": _bounds(findings, trial),
        "replicates": _replicates(findings, trial),
        "calls": wording.counted(len(evaluated_replicates(trial, findings.experiment)), "call"),
        "has_folds": findings.experiment.task.fold_count > 1,
        "kept": wording.kept_replicate(findings.experiment),
        "genes": _genes(trial, parents),
        "parents": [trial_link(base, each.number) for each in parents],
        "children": [trial_link(base, number) for number in children[:MOST_CHILDREN]],
        "more_children": max(0, len(children) - MOST_CHILDREN),
        "curve": _learning_curve(findings, trial),
        "drawing": None if diagram is None else svg(diagram, network_label(findings, trial)),
        "toml": findings.configuration_file(trial),
        "download": f"{base}/trials/{trial.number}/experiment.toml",
        "duration": wording.duration(trial.seconds),
        "links": tuple(_links(findings, trial, rank, base)),
    }


def _replicates(findings: "Findings", trial: "Trial") -> str:
    """Return which replicates were trained: ``16 replicates``, ``4 of 16 replicates``.

    Empty if a function is called.
    """
    trained, every = trained_networks(trial, findings.experiment), findings.experiment.replicates
    return f"{trained:,} of " * (0 < trained < every) + wording.replicates(findings.experiment)


def _scores(findings: "Findings", trial: "Trial") -> list[tuple[str, str, str]]:
    """Return each objective with its score in the search and on fresh seeds, which may be ""."""
    fresh = findings.rescored_of(trial) is not None
    texts = score_texts(findings, trial), fresh_texts(findings, trial)
    return [
        (item.label, text, again if fresh else "")
        for item, text, again in zip(findings.objectives, *texts, strict=True)
    ]


def _bounds(findings: "Findings", trial: "Trial") -> list[tuple[str, str, str]]:
    """Return each quantity besides the objectives, and each constraint, with its value and note.

    The note is whether the constraint is kept; empty for a quantity without one, or of which only
    the value at a rung is known.
    """
    broken = broken_constraints(trial, findings.constraints)
    rows = [
        (str(each), each.name, "broken" if each in broken else "kept")
        for each in findings.constraints
    ]
    bounded = {each.name for each in findings.constraints}
    rows += [
        (name.replace("_", " "), name, "")
        for name in findings.experiment.quantities
        if name not in bounded
    ]
    values = {
        name: trial.quantity(name) if is_known(trial, name) else math.nan for _, name, _ in rows
    }
    return [
        (
            label,
            wording.quantity(name, values[name], findings.experiment),
            note if is_known(trial, name) else "",
        )
        for label, name, note in rows
    ]


def _genes(
    trial: "Trial", parents: "Sequence[Trial]"
) -> list[tuple[str, str, list[tuple[str, bool]]]]:
    """Return each gene with its value, and for each parent its value and whether it differs."""
    names = dict.fromkeys(name for each in (trial, *parents) for name in each.genome)

    def text(of: "Trial", name: str) -> str:
        return wording.value(of.genome[name]) if name in of.genome else "–"

    return [
        (
            name.replace("_", " "),
            text(trial, name),
            [
                (text(each, name), each.genome.get(name) != trial.genome.get(name))
                for each in parents
            ],
        )
        for name in names
    ]


def _learning_curve(findings: "Findings", trial: "Trial") -> Chart | None:
    """Draw a trial's learning curve above that of the champion, down to the target."""
    if not trial.curve:
        return None
    samples = [float(each) for each in findings.samples_seen(len(trial.curve))]

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
    experiment = findings.experiment
    targets = [experiment.training.target_mse] if experiment.has_target else []
    first = 100 * (trial.curve[0] if math.isfinite(trial.curve[0]) else min(finite))
    ceiling = max([first, *targets])
    lines[:0] = [line("target", "target", [target] * len(samples)) for target in targets]
    x = axis("samples seen", samples, logarithmic=True)
    visible = [*targets, *(error for error in finite if error <= ceiling)]
    return chart("Learning curve", x, axis("validation MSE", visible, logarithmic=True), lines)


def _links(findings: "Findings", trial: "Trial", rank: int, base: str) -> Iterable[Link]:
    if is_mouse_run(findings):
        mouse = f"{base}/mouse.html?trial={trial.number}#left={trial.number}"
        yield Link("Try it on the mouse page", mouse, "m")
    yield Link("All trials", f"{base}/trials", "t")
    yield Link("The run", base, "u")
    if rank > 1:
        yield Link(f"Rank {rank - 1}", f"{base}/trials/{findings.front[rank - 2].number}", "k")
    if 0 < rank < len(findings.front):
        yield Link(f"Rank {rank + 1}", f"{base}/trials/{findings.front[rank].number}", "j")
