"""A run's report: one HTML file that needs nothing else, opened from disk or served.

The texts and figures are made elsewhere; here they are put on the page.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from neuroevo import wording
from neuroevo.analysis import tables
from neuroevo.analysis.dominance import unbeaten_on_fresh_seeds
from neuroevo.analysis.findings import EXCERPT
from neuroevo.report.document import Document, asset, with_code
from neuroevo.report.figures import STYLES, Shown, payload_of, scripts_of, show
from neuroevo.report.headline import headline
from neuroevo.report.plots import CHAPTERS, FIGURES
from neuroevo.report.scoreboard import baselines_table, best_table
from neuroevo.runs import best_toml
from neuroevo.strategies import STRATEGIES

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings

FAILURES_SHOWN = 8
MOST_SHOWN = 200  # rows of the front where it is shown at length


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of the page: its figures, those in a row that stand side by side."""

    name: str
    title: str
    rows: tuple[tuple[Shown, ...], ...]


def page(findings: "Findings", playground: str = "") -> str:
    """Return the report as HTML.

    Parameters
    ----------
    findings
        Of the run.
    playground
        Address of the page on which the run's networks can be tried, seen from the report; empty:
        there is none.
    """
    shown = [show(findings, name) for name in FIGURES]
    opening = headline(findings)
    payload = payload_of(shown) | {"configurations": _configurations(findings)}
    document = Document(
        "report.html.jinja",
        title=findings.identity or findings.experiment.name,
        styles=STYLES,
        scripts=[*scripts_of(payload), *([asset("copying.js")] if findings.front else [])],
        payload=payload,
        adds_styles=True,
    )
    return document.render(
        {
            "headline": opening,
            "lead": with_code(opening.lead),
            "finished": findings.finished,
            "chapters": _chapters(shown),
            "best": best_table(findings),
            "front": best_table(findings, MOST_SHOWN) if len(findings.front) > EXCERPT else None,
            "front_size": len(findings.front),
            "fresh": _fresh_seeds(findings),
            "baselines": baselines_table(findings),
            "failures": _failures(findings),
            "asked": _asked(findings),
            "toml": findings.experiment.to_toml(),
            "started": wording.moment(str(findings.environment.get("started", ""))),
            "machine": _machine(findings),
            "identity": findings.identity,
            "playground": playground,
        }
    )


def _configurations(findings: "Findings") -> dict[str, str]:
    """Return what is copied of the best: by its rank, as the table writes it, an experiment."""
    return {
        f"{rank:,}": best_toml(findings.experiment, findings.front[rank - 1], findings.identity)
        for rank in findings.excerpt()
    }


def _chapters(shown: list[Shown]) -> list[Chapter]:
    """Put the figures that have something to say into their chapters; the result is always one."""
    rows: dict[str, list[tuple[Shown, ...]]] = {name: [] for name in CHAPTERS}
    for chapter in CHAPTERS:
        told = [each for each in shown if FIGURES[each.name].chapter == chapter]
        for is_half, group in groupby(filter(lambda each: each.caption, told), key=_is_half):
            figures = tuple(group)
            rows[chapter] += [figures] if is_half else [(figure,) for figure in figures]
    return [
        Chapter(name, title, tuple(rows[name]))
        for name, title in CHAPTERS.items()
        if rows[name] or name == "result"
    ]


def _is_half(shown: Shown) -> bool:
    return shown.is_drawn and FIGURES[shown.name].is_half


def _fresh_seeds(findings: "Findings") -> str:
    """Return what the scores on fresh seeds show; nothing while there are none."""
    unbeaten = unbeaten_on_fresh_seeds(findings)
    if unbeaten is None:
        return ""
    start = (
        "scored on the seeds that the search used and again on seeds that it never saw: where the "
        "two agree, the search found more than luck."
    )
    rivals = wording.listed(
        ["the rest of the front"] * (len(findings.front) > 1)
        + ["the baselines"] * bool(findings.baselines)
    )
    if not rivals:
        return start
    if len(findings.front) == 1:
        verb = "stays unbeaten" if unbeaten else "is beaten"
        return f"{start} On fresh seeds it {verb} by {rivals}."
    verb = "stays" if unbeaten == 1 else "stay"
    return (
        f"{start} On fresh seeds {unbeaten:,} of the front’s {len(findings.front):,} {verb} "
        f"unbeaten by {rivals}."
    )


def _failures(findings: "Findings") -> tuple[str, list[tuple[str, str, str]]]:
    """Return a sentence on what failed and rows of state, cause and count that add up to it."""
    table = tables.failures(findings)
    total = len(findings.searched)
    partly = _partly_diverged(findings)
    if table.empty:
        trials = wording.counted(total, "trial")
        return f"Nothing: all {trials} ended with finite objectives. {partly}".rstrip(), []
    count = int(table["trials"].sum())
    sentence = (
        f"{count:,} of {wording.counted(total, 'trial')} ({count / total:.0%}) ended without "
        "finite objectives. They count as worse than all others; the search goes on without them. "
        f"{partly}"
    ).rstrip()
    shown = len(table) if len(table) <= FAILURES_SHOWN else FAILURES_SHOWN - 1
    rows = [
        (str(row.state), wording.shortened(str(row.cause), 200), f"{row.trials:,}")
        for row in table.head(shown).itertuples()
    ]
    rest = table["trials"].iloc[shown:]
    if len(rest):
        rows.append(("other", f"{len(rest):,} other causes", f"{int(rest.sum()):,}"))
    return sentence, rows


def _partly_diverged(findings: "Findings") -> str:
    count = sum(trial.diverged > 0 for trial in findings.complete)
    if not count:
        return ""
    trials = wording.counted(count, "completed trial")
    return f"{trials} had some replicates that diverged, too few to change the state."


def _asked(findings: "Findings") -> list[tuple[str, str]]:
    experiment = findings.experiment
    training, evolution = experiment.training, experiment.evolution
    replicates = wording.counted(training.replicates, "replicate")
    generations = wording.counted(evolution.generations, "generation")
    objectives = wording.listed(
        [f"{item.label} ({item.description})" for item in findings.objectives]
    )
    learning = wording.optimization(experiment)
    weights = "" if "starting_weights" in experiment.space.genes else training.starting_weights
    trained = (
        f"{training.samples:,} samples{', ' * bool(learning)}{learning}; {replicates}, each from "
        f"its own starting weights{f' ({weights})' * bool(weights)}; {training.precision}; learnt "
        f"at a validation MSE of {wording.number(training.target_mse)}"
        f"{', where training stops' * training.stop_at_target}."
    )
    evolved = (
        f"{STRATEGIES[evolution.strategy].label}, {generations} of {evolution.population}, "
        f"seed {experiment.seed}; each objective is the "
        f"{evolution.reduction} over the replicates."
    )
    return [
        ("Task", experiment.task.describe()),
        ("Search space", experiment.space.describe()),
        ("Training", trained),
        ("Evolution", evolved),
        ("Objectives, lowest first", f"{objectives}."),
        *([("Note", experiment.note)] if experiment.note else []),
    ]


def _machine(findings: "Findings") -> str:
    environment = findings.environment
    parts = [
        f"neuroevo {environment['neuroevo']}" if environment.get("neuroevo") else "",
        str(environment.get("python") or ""),
        str(environment.get("cpu") or ""),
    ]
    return " · ".join(wording.shortened(part, 80) for part in parts if part)
