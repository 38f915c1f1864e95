"""What the page of a trial shows: scores, genome, family, learning curve, network, experiment."""

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from neuroevo import wording
from neuroevo.dashboard.chart import Chart, Line, axis, chart
from neuroevo.dashboard.guard import address
from neuroevo.dashboard.links import Link, trial_link
from neuroevo.playground import is_of_the_mouse
from neuroevo.report.diagram import diagram_of, svg
from neuroevo.report.figures import network_label
from neuroevo.runs import best_toml

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.runs import Trial

MOST_CHILDREN = 60  # that are listed


def content(findings: "Findings", trial: "Trial") -> dict[str, Any]:
    """Return what the template of the page asks for.

    Parameters
    ----------
    findings
        Of the run.
    trial
        One of its trials, with its learning curve.
    """
    base = address("runs", findings.identity)
    network = findings.network(trial)
    diagram = None if network is None else diagram_of(network)
    known = {each.number: each for each in findings.trials}
    children = [each.number for each in findings.trials if trial.number in each.parents]
    parents = [known[number] for number in trial.parents if number in known]
    return {
        "crumbs": (
            (findings.identity, base),
            ("trials", f"{base}/trials"),
            (f"{trial.number}", ""),
        ),
        "trial": trial,
        "title": wording.configuration(trial.genome) or f"Trial {trial.number}",
        "rank": _rank(findings, trial),
        "scores": _scores(findings, trial),
        "replicates": findings.experiment.training.replicates,
        "genes": _genes(trial, parents),
        "parents": [trial_link(base, each.number) for each in parents],
        "children": [trial_link(base, number) for number in children[:MOST_CHILDREN]],
        "more_children": max(0, len(children) - MOST_CHILDREN),
        "curve": _learning_curve(findings, trial),
        "drawing": None if diagram is None else svg(diagram, network_label(findings, trial)),
        "toml": best_toml(findings.experiment, trial, findings.identity),
        "download": f"{base}/trials/{trial.number}/experiment.toml",
        "duration": wording.duration(trial.seconds),
        "links": tuple(_links(findings, trial, base)),
    }


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
            item.label,
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


def _links(findings: "Findings", trial: "Trial", base: str) -> Iterable[Link]:
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
