"""The report of a run as one HTML file that needs no other file."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from neuroevo import wording
from neuroevo.analysis import tables
from neuroevo.analysis.dominance import unbeaten_on_fresh_seeds
from neuroevo.analysis.early_stopping import early_stopping_counts
from neuroevo.analysis.findings import EXCERPT
from neuroevo.report.document import Document, asset, with_code
from neuroevo.report.figures import STYLES, PageFigure, payload_of, run_figures, scripts_of
from neuroevo.report.headline import headline
from neuroevo.report.held_out_table import held_out_sentences, held_out_table, target_table
from neuroevo.report.plots import CHAPTERS, FIGURES
from neuroevo.report.served import Served
from neuroevo.report.trial_tables import baselines_table, best_table

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings

MOST_FAILURES = 8  # rows of the table of failures
MOST_MEMBERS = 200  # rows of the long table of the front


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of the page; figures of the same row are side by side."""

    name: str
    title: str
    rows: tuple[tuple[PageFigure, ...], ...]


def page(
    findings: "Findings",
    playground: str = "",
    crumbs: Sequence[tuple[str, str]] = (),
    served: Served | None = None,
) -> str:
    """Return the report as HTML.

    Parameters
    ----------
    findings
        Findings of the run.
    playground
        Address of the page on which the run's networks can be tried, relative to the report;
        empty if there is none.
    crumbs
        Texts and addresses of the pages above this one, on a server that has them.
    served
        What the page follows on that server.
    """
    figures = run_figures(findings)
    opening = headline(findings)
    configurations = {
        f"{rank:,}": findings.configuration_file(findings.front[rank - 1])
        for rank in findings.excerpt()
    }
    payload = payload_of(figures) | {"configurations": configurations}
    document = Document(
        "report.html.jinja",
        title=findings.identity or findings.experiment.name,
        styles=STYLES,
        scripts=[*scripts_of(payload, served), *([asset("copying.js")] if findings.front else [])],
        payload=payload,
        adds_styles=True,
        follows=served is not None,
    )
    return document.render(
        {
            "headline": opening,
            "lead": with_code(opening.lead),
            "finished": findings.finished,
            "chapters": _chapters(
                figures if findings.complete else [each for each in figures if each.is_drawn]
            ),
            "best": best_table(findings),
            "front": best_table(findings, MOST_MEMBERS) if len(findings.front) > EXCERPT else None,
            "front_size": len(findings.front),
            "lacks_feasible": findings.lacks_feasible,
            "tested": held_out_table(findings),
            "targets": target_table(findings),
            "about_tested": held_out_sentences(findings),
            "fresh": _fresh_seeds(findings),
            "baselines": baselines_table(findings),
            "early_stopping": _early_stopping(findings),
            "failures": _failures(findings),
            "experiment": _experiment(findings),
            "toml": findings.experiment.to_toml(),
            "started": wording.moment(str(findings.environment.get("started", ""))),
            "machine": _machine(findings),
            "identity": findings.identity,
            "playground": playground,
            "crumbs": crumbs,
            "served": served,
        }
    )


def _chapters(figures: list[PageFigure]) -> list[Chapter]:
    """Return the chapters that have figures with captions; the chapter of results always.

    Without a completed trial, figures that have nothing to draw are left out.
    """
    chapters = []
    for name, title in CHAPTERS.items():
        own = [each for each in figures if FIGURES[each.name].chapter == name and each.caption]
        rows: list[tuple[PageFigure, ...]] = []
        for is_half, group in groupby(own, key=_is_half):
            row = tuple(group)
            rows += [row] if is_half else [(figure,) for figure in row]
        if rows or name == "result":
            chapters.append(Chapter(name, title, tuple(rows)))
    return chapters


def _is_half(figure: PageFigure) -> bool:
    return figure.is_drawn and not figure.least_width and FIGURES[figure.name].is_half


def _fresh_seeds(findings: "Findings") -> str:
    """Return sentences on the scores on fresh seeds; empty while there are none."""
    unbeaten = unbeaten_on_fresh_seeds(findings)
    if unbeaten is None:
        return ""
    start = (
        "with scores on the seeds of the search and on fresh seeds, which the search did not use. "
        "If both agree, the result does not depend on lucky seeds."
    )
    others = wording.listed(
        ["the rest of the front"] * (len(findings.front) > 1)
        + ["the baselines"] * bool(findings.baselines)
    )
    if not others:
        return start
    if len(findings.front) == 1:
        verb = "is not dominated" if unbeaten else "is dominated"
        return f"{start} On fresh seeds it {verb} by {others}."
    verb = "is" if unbeaten == 1 else "are"
    networks = findings.experiment.trains_networks
    rule = wording.CHAMPION_RULE if networks else wording.FUNCTION_CHAMPION_RULE
    return (
        f"{start} {rule} On fresh seeds {unbeaten:,} of the front’s "
        f"{len(findings.front):,} {verb} not dominated by {others}."
    )


class _EarlyStopping(NamedTuple):
    """What is said of trials that were stopped early."""

    sentence: str = ""  # empty if none can be stopped
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()  # of each rung


def _early_stopping(findings: "Findings") -> _EarlyStopping:
    experiment = findings.experiment
    if not experiment.rungs:
        return _EarlyStopping()
    found = early_stopping_counts(findings)
    wrong = sum(each.wrong for each in found.rungs)
    control = sum(each.control for each in found.rungs)
    on_front = f"{wrong:,} {'is' if wrong == 1 else 'are'}" if wrong else "none is"
    whole = "trained to the end" if experiment.trains_networks else "evaluated to the end"
    judged = (
        f"A tenth of all trials is {whole} whatever the verdict is, to control it: of "
        f"the {control:,} of these that were to stop, {on_front} on the front."
        if control
        else f"No trial that was to stop was {whole}, so it is not known how often that was wrong."
    )
    diverged = found.stopped - findings.stopped
    had = f", {diverged:,} of which had diverged" if diverged else ""
    sentence = (
        f"{found.stopped:,} of {wording.counted(found.trials, 'trial')} were stopped early{had}: "
        f"the search {wording.trained_share(experiment, found.trained)}. At each rung a trial goes "
        f"on if, by non-dominated rank, it is in the best third of those before it. {judged}"
    )
    names = ["trials", "to stop", "control", "on the front"]
    names = ["samples", "replicates", *names] if experiment.trains_networks else ["calls", *names]
    rows = [tuple(f"{number:,}" for number in astuple(each)[-len(names) :]) for each in found.rungs]
    return _EarlyStopping(sentence, tuple(names), tuple(rows))


def _failures(findings: "Findings") -> tuple[str, list[tuple[str, str, str]]]:
    """Return sentences on failed trials, and rows of state, cause and count."""
    table = tables.failures(findings)
    total = wording.counted(len(findings.searched), "trial")
    partly = _partly_diverged(findings)
    if table.empty:
        ended = sum(trial.state != "stopped" for trial in findings.searched)
        if ended < len(findings.searched):
            whole = "trained" if findings.experiment.trains_networks else "evaluated"
            total = f"{wording.counted(ended, 'trial')} that were {whole} to the end"
        return f"None: all {total} ended with finite objectives. {partly}".rstrip(), []
    count = int(table["trials"].sum())
    sentence = (
        f"{count:,} of {total} ({count / len(findings.searched):.0%}) ended without finite "
        "objectives. They count as worse than all other trials, and the search continues without "
        f"them. {partly}"
    ).rstrip()
    shown = len(table) if len(table) <= MOST_FAILURES else MOST_FAILURES - 1
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
    return f"In {trials} some replicates diverged, but too few to change the trial’s state."


def _experiment(findings: "Findings") -> list[tuple[str, str]]:
    further = {
        "First genomes": with_code(wording.first_genomes(findings.initial, findings.initial_from)),
        "Warm start": wording.warm_start(findings.earlier_runs),
        "Note": findings.experiment.note,
    }
    rows = wording.experiment_rows(findings.experiment)
    return [*rows, *((name, text) for name, text in further.items() if text)]


def _machine(findings: "Findings") -> str:
    environment = findings.environment
    parts = [
        f"neuroevo {environment['neuroevo']}" if environment.get("neuroevo") else "",
        str(environment.get("python") or ""),
        str(environment.get("cpu") or ""),
    ]
    return " · ".join(wording.shortened(part, 80) for part in parts if part)
