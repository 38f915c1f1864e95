"""The opening of a report on a function of the user's own: its best value, and compared to what."""

import math
from typing import TYPE_CHECKING

from neuroevo import wording
from neuroevo.analysis.dominance import ratio_as_shown
from neuroevo.analysis.judged_scores import (
    diverges_on_fresh_seeds,
    has_fresh_scores,
)
from neuroevo.analysis.standard_errors import (
    fresh_texts,
    has_fresh_errors,
    has_standard_errors,
    score_texts,
    standard_errors,
)
from neuroevo.report.headline_parts import (
    Headline,
    KeyNumber,
    broken_on_fresh_seeds,
    joined,
    search_sentence,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.runs import Trial


def function_headline(findings: "Findings", progress: str) -> Headline:
    """Return the opening of a report on a function.

    Parameters
    ----------
    findings
        The findings of a run that trains no networks.
    progress
        A sentence on how far the run is; empty if it is complete.
    """
    search, times = search_sentence(findings), _times(findings)
    trials = wording.counted(len(findings.searched), "trial")
    if not findings.front:
        title = (
            f"None of {trials} was completed." if findings.searched else "No trial has finished."
        )
        return Headline(title, joined((progress, search)), times)
    champion, item = findings.front[0], findings.objectives[0]
    compared, numbers = _compared(findings, item, findings.scores(champion)[0])
    found = wording.configuration(champion.genome)
    title, own = _result(findings, item, trials)
    sentences = (
        progress,
        f"The best configuration, trial {champion.number}, has `{found}`.",
        _about_means(findings, item),
        broken_on_fresh_seeds(findings),
        compared,
        _others(findings),
        search,
    )
    return Headline(title, joined(sentences), (own, *numbers, *times))


def _result(findings: "Findings", item: "Objective", trials: str) -> tuple[str, KeyNumber]:
    """Return the title, what the champion has, and its value as a number."""
    champion = findings.front[0]
    value = score_texts(findings, champion)[0]
    best = f"{item.best_label} {value}"
    start = f"{best[:1].upper()}{best[1:]}" if findings.finished else f"So far, {best}"
    own = KeyNumber(value, f"{item.label}, the {item.best} that the search found")
    if not has_fresh_scores(findings):
        return f"{start} after {trials}.", own
    if diverges_on_fresh_seeds(findings, champion):
        return f"{start} after {trials}, but the function fails on fresh seeds.", own
    fresh = fresh_texts(findings, champion)[0]
    own = KeyNumber(fresh, f"{item.label} of the best configuration on fresh seeds")
    title = f"The best configuration has {item.label} {fresh} on fresh seeds after {trials}."
    return title, own


def _about_means(findings: "Findings", item: "Objective") -> str:
    """Say what a value with its standard error is; empty without one."""
    if has_fresh_scores(findings):
        return joined((_about_fresh_seeds(findings, item), _failed_again(findings)))
    if not has_standard_errors(findings):
        return ""
    too, calls = "high" if item.maximised else "low", findings.experiment.replicates
    if not standard_errors(findings, findings.front[0])[item.name]:
        return f"Each of its {calls:,} calls returned the same {item.label}."
    chance = f"being the {item.best} of many such means, it is probably too {too}"
    return f"Its {item.label} is the mean of {calls:,} calls, with the standard error; {chance}."


def _about_fresh_seeds(findings: "Findings", item: "Objective") -> str:
    """Say what a value on fresh seeds is, and what it was on the seeds of the search."""
    count, champion = findings.experiment.fresh_replicates, findings.front[0]
    if diverges_on_fresh_seeds(findings, champion):
        return ""
    of = "that of one call after the search"
    if count > 1:
        of = f"the {findings.experiment.evolution.reduction} of {count:,} calls after the search"
    error = ", with the standard error" * has_fresh_errors(findings)
    value, known = score_texts(findings, champion)[0], len(findings.feasible)
    luck = f", the {item.best} of {known:,}" * (len(findings.front) == 1 and known > 1)
    return (
        f"Its {item.label} is {of}, on fresh seeds{error}; on the seeds of the search it was "
        f"{value}{luck}."
    )


def _failed_again(findings: "Findings") -> str:
    """Name the trials of the front that failed on fresh seeds, with the first cause."""
    failed = [
        (trial.number, rescored.cause)
        for trial in findings.front
        if (rescored := findings.rescored_of(trial)) is not None and rescored.cause
    ]
    if not failed:
        return ""
    numbers = wording.listed([str(number) for number, _ in failed])
    who = f"Trial {numbers}" if len(failed) == 1 else f"Trials {numbers}"
    cause = failed[0][1].replace("`", "'")  # backquotes mark code here
    return f"{who} failed on fresh seeds: {cause}."


def _compared(
    findings: "Findings", item: "Objective", score: float
) -> tuple[str, tuple[KeyNumber, ...]]:
    """Compare with a random search or, without one, with the first generation if it was drawn."""
    drawn = findings.random
    which = f"the best of {wording.counted(len(drawn), 'random configuration')}"
    if not drawn:
        drawn = findings.by_generation.get(0, ())
        if findings.generations < 2 or any(each.operator != "initial" for each in drawn):  # noqa: PLR2004 - one is the first
            return "", ()
        which = f"the best of the first generation, {len(drawn)} random configurations,"
    other = item.best_of(_scores(findings, drawn))
    if math.isnan(other):
        return f"{which[:1].upper()}{which[1:].rstrip(',')} was not completed.", ()
    text = wording.measured(other, item)
    ratio = ratio_as_shown(item, other, score)
    factor = ""
    if ratio is not None and ratio > 1 and not item.maximised:
        factor = f", {wording.factor(ratio)} times as much"
    where = " on the seeds of the search" * has_fresh_scores(findings)
    sentence = f"{which[:1].upper()}{which[1:]} has {text}{where}{factor}."
    label = which.rstrip(",")
    return sentence, (KeyNumber(text, f"{item.label} of {label}"),)


def _scores(findings: "Findings", trials: "Iterable[Trial]") -> list[float]:
    kept = (trial for trial in trials if findings.is_complete(trial))
    return [findings.scores(trial)[0] for trial in kept if findings.is_feasible(trial)]


def _others(findings: "Findings") -> str:
    """Say over which values of the other objectives the front extends."""
    if len(findings.front) == 1:
        return ""
    ranges = []
    for place, item in list(enumerate(findings.objectives))[1:]:
        values = [findings.scores(trial)[place] for trial in findings.front]
        low, high = (wording.measured(each, item) for each in (min(values), max(values)))
        ranges.append(f"{item.label} {low} to {high}")
    front = wording.counted(len(findings.front), "configuration")
    return f"The front has {front}, with {wording.listed(ranges)}."


def _times(findings: "Findings") -> tuple[KeyNumber, ...]:
    trials = wording.counted(len(findings.searched), "trial").partition(" ")[2]
    once = findings.experiment.replicates == 1
    often = "a call" if once else wording.calls(findings.experiment)
    called = KeyNumber(f"{len(findings.searched):,}", f"{trials}, {often} of the function each")
    if math.isnan(findings.seconds):
        return (called,)
    return called, KeyNumber(wording.duration(findings.seconds), "for the search and its scores")
