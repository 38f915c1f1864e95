"""The opening of a report: a headline, sentences and key numbers on what a run found."""

import math
from typing import TYPE_CHECKING

from neuroevo import wording
from neuroevo.analysis.baseline_comparison import (
    BaselineComparison,
    Ratio,
    Unsteady,
    beating_baselines,
    compared_with_baselines,
)
from neuroevo.analysis.dominance import better_baselines
from neuroevo.analysis.judged_scores import (
    SAMPLES,
    has_fresh_scores,
    holds_target,
    is_for_samples,
    judged_score,
    main_objective,
    shown_cost,
)
from neuroevo.report.function_headline import function_headline
from neuroevo.report.headline_parts import (
    Headline,
    KeyNumber,
    broken_on_fresh_seeds,
    joined,
    network_words,
    search_numbers,
    search_sentence,
)
from neuroevo.report.held_out_headline import held_out_headline
from neuroevo.report.infeasible_headline import infeasible_headline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.runs import Trial

CLOSE = 1.15  # scores are about the same below this ratio, if it has no interval


def headline(findings: "Findings") -> Headline:
    """Return the opening of a run's report.

    If no trial keeps the constraints, it says so. Else it is about the champion, by its scores on
    fresh seeds if there are any; if a baseline beats it, that comes first. It gives the scores on
    the test part if there are any. Else it gives the samples to target, if they were an objective
    and the champion reaches the target and holds it; otherwise its value of the first objective. If
    a function was searched, it gives the best value of the first objective.
    """
    progress = _progress(findings)
    if findings.lacks_feasible:
        return infeasible_headline(findings, progress)
    held_out = held_out_headline(findings)
    if held_out is not None:
        return held_out
    if not findings.experiment.trains_networks:
        return function_headline(findings, progress)
    search, last = search_sentence(findings), search_numbers(findings)
    if not findings.front:
        lead = joined((progress, _best_baseline(findings), search))
        return Headline(_without_champion(findings), lead, last)
    item, beating = main_objective(findings), beating_baselines(findings)
    compared, numbers = _compared(findings, item)
    sentences = (
        progress,
        _champion(findings) if beating else compared,
        "" if beating else joined(_better_baselines(findings, item)),
        _on_search_seeds(findings, item),
        broken_on_fresh_seeds(findings),
        search,
    )
    title = _beaten(findings, beating) if beating else _result(findings, item)
    return Headline(title, joined(sentences), (*numbers, *last))


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _network(findings: "Findings") -> str:
    champion = findings.front[0]
    words = wording.with_article(network_words(findings, champion))
    if "learning_rate" in champion.genome:
        rate = champion.genome["learning_rate"]
        # With three digits: the title is not for telling configurations apart, as its table is.
        text = wording.number(rate) if isinstance(rate, float) else wording.value(rate)
        words += f" at learning rate {text}"
    return words if findings.finished else f"So far, {_lower(words)}"


def _result(findings: "Findings", item: "Objective") -> str:
    """Return the title: what the champion does."""
    score, task = judged_score(findings, findings.front[0], item), findings.experiment.task.kind
    network = _network(findings)
    if not math.isfinite(score):
        return f"{network} is the champion, but diverges on fresh seeds."
    if _learns(findings, item, score):
        samples = wording.counted(round(score), "sample")
        learns = f"reaches the target MSE in {samples}, but does not hold it"
        if holds_target(findings, findings.front[0]):
            learns = f"learns the {task} task in {samples}"
        return f"{network} {learns}."
    shown = wording.measured(score, item)
    if item.unit == "parameters":
        return f"{network} has only {shown} parameters."
    is_behind = item in {other for other, _, _ in better_baselines(findings, findings.front[0])}
    behind = ", behind a baseline" * is_behind
    if item.is_penalty(score):
        return f"{network} does not reach the target MSE{behind or ', but comes closest to it'}."
    if is_for_samples(findings) and not is_behind:
        return f"{network} comes closest to learning the {task} task, with {item.label} {shown}."
    return f"{network} reaches {item.label} {shown}{behind}."


def _beaten(findings: "Findings", beating: "Sequence[Trial]") -> str:
    """Return the title if baselines beat the champion: the best of them, and by what."""
    champion, [best, *others] = findings.front[0], beating
    values = []
    for item in findings.objectives:
        own, other = (judged_score(findings, trial, item) for trial in (champion, best))
        own_text, other_text = (wording.measured(score, item) for score in (own, other))
        if math.isnan(own) and math.isfinite(other):
            values.append(f"{item.label} {other_text}, where the champion diverges")
        elif other <= item.limit < own:
            values.append(f"{item.label} {other_text}, where the champion does not reach it")
        elif own_text != other_text:
            values.append(f"{item.label} {other_text} against {own_text}")
    name = wording.shortened(best.name, 40)
    who = f"The baseline {name} beats"
    if others:
        who = f"{wording.counted(len(beating), 'baseline')} beat"
        values[0] = f"{name} has {values[0]}"
    where = " on fresh seeds" * has_fresh_scores(findings)
    start = f"{who} the champion{where}"
    return f"{start if findings.finished else f'So far, {_lower(start)}'}: {'; '.join(values)}."


def _champion(findings: "Findings") -> str:
    network = _lower(_network(findings).removeprefix("So far, "))
    return f"The champion, trial {findings.front[0].number}, is {network}."


def _learns(findings: "Findings", item: "Objective", score: float) -> bool:
    return item.name == SAMPLES and score <= findings.experiment.training.samples


def _compared(findings: "Findings", item: "Objective") -> tuple[str, tuple[KeyNumber, ...]]:
    """Return the comparison with the best steady baseline as a sentence and as numbers."""
    score = judged_score(findings, findings.front[0], item)
    learns = _learns(findings, item, score)
    own = KeyNumber(wording.measured(score, item), _label(findings, item, score))
    numbers: tuple[KeyNumber, ...] = (own,)
    if not findings.rivals or not math.isfinite(score):
        return "", (own,)
    comparable = [
        trial
        for trial in findings.rivals
        if math.isfinite(other := judged_score(findings, trial, item))
        and (_learns(findings, item, other) or not learns)
    ]
    if not comparable:
        missed = "learns it within the sample budget" if learns else f"has a finite {item.label}"
        return f"No baseline {missed}.", (own,)
    found = compared_with_baselines(findings, item, comparable)
    left_out = _unsteady_text(findings, item, found.unsteady)
    if found.baseline is None:
        return f"No baseline is steady enough to compare with. {left_out}", (own,)
    sentence, times = _times(item, found)
    if times:
        name = wording.shortened(found.baseline.name, 40)
        noun = f"fewer {item.unit}" if wording.is_counted(item.unit) else "lower"
        spread = _interval(found.ratio, ", ") if found.ratio else ""
        label = f"{noun} than {name}, the best baseline{spread}"
        numbers = (own, KeyNumber(f"{times}×", label))
    return joined((sentence, left_out)), numbers


def _times(item: "Objective", found: BaselineComparison) -> tuple[str, str]:
    """Return a sentence on the best baseline, and how many times better the champion clearly is."""
    ratio, is_count = found.ratio, wording.is_counted(item.unit)
    name = wording.shortened(found.baseline.name if found.baseline else "", 40)
    described = f"{name} ({wording.measured(found.other, item)})"
    if ratio is None:
        own, other = (shown_cost(item, score) for score in (found.score, found.other))
        if own == other == math.inf:
            return f"The best baseline, {name}, does not reach the target either.", ""
        word = "lower" if other < own else "not lower" if other == own else "higher"
        return f"The best baseline is {word}: {described}.", ""
    may_be_chance = ratio.low <= 1 <= ratio.high
    spread = _interval(ratio, ", which may be chance: " if may_be_chance else "; ")
    if 1 / CLOSE < ratio.value < CLOSE and (may_be_chance or math.isnan(ratio.low)):
        similar = "About as many as" if is_count else "About the same as"
        of = f"; {wording.factor(ratio.value)} times as much{_interval(ratio, ', ')}"
        of = "" if math.isnan(ratio.low) else of
        return f"{similar} the best baseline, {described}{of}.", ""
    if ratio.value < 1:
        better = "is quicker" if item.name == SAMPLES else f"has {_better(item)}"
        return f"The best baseline {better}: {described}{spread if may_be_chance else ''}.", ""
    times, comparative = wording.factor(ratio.value), "fewer" if is_count else "lower"
    sentence = f"{times} times {comparative} than the best baseline, {described}{spread}."
    return sentence, "" if may_be_chance else times


def _interval(ratio: Ratio, separator: str) -> str:
    """Return the interval of a ratio over the replicates, after a separator; empty without one."""
    if math.isnan(ratio.low):
        return ""
    return f"{separator}95% interval over the replicates {wording.interval(ratio.low, ratio.high)}"


def _unsteady_text(findings: "Findings", item: "Objective", unsteady: "Sequence[Unsteady]") -> str:
    """Return a sentence on the baselines that are not compared with, and why."""
    reasons = []
    for each in unsteady:
        name = wording.shortened(each.trial.name, 40)
        if each.diverged:
            every = wording.replicates(findings.experiment)
            reasons.append(f"{name} ({each.diverged} of {every} diverged)")
        else:
            low, high = (wording.measured(value, item) for value in (each.low, each.high))
            reasons.append(f"{name} (half of its replicates have {low} to {high})")
    return f"Left out as unsteady: {wording.listed(reasons)}." if reasons else ""


def _label(findings: "Findings", item: "Objective", score: float) -> str:
    where = " on fresh seeds" * has_fresh_scores(findings)
    if not _learns(findings, item, score):
        return f"{item.label} of the champion{where}"
    target = wording.number(findings.experiment.training.target_mse)
    return f"samples to a validation MSE of {target}{where}"


def _better_baselines(findings: "Findings", shown: "Objective") -> list[str]:
    """Return a sentence for each other objective in which a baseline has a better value."""
    return [
        f"The baseline {wording.shortened(baseline.name, 40)} has {_better(item)}, "
        f"{wording.measured(score, item)} against "
        f"{wording.measured(judged_score(findings, findings.front[0], item), item)}."
        for item, baseline, score in better_baselines(findings, findings.front[0])
        if item is not shown
    ]


def _better(item: "Objective") -> str:
    """Return the better value of an objective: ``a lower final MSE``, ``fewer parameters``."""
    if wording.is_counted(item.unit):
        return f"fewer {item.label}"
    return f"a {item.better} {item.label}"


def _on_search_seeds(findings: "Findings", item: "Objective") -> str:
    """Return a sentence on the other seeds if the scores above are of fresh ones."""
    if item.unit == "parameters":
        return ""
    if not has_fresh_scores(findings):
        return "These are scores on the seeds of the search; fresh seeds follow at its end."
    score = findings.front[0].objectives.get(item.name, math.nan)
    had = f"{'needed' if item.name == SAMPLES else 'had'} {wording.measured(score, item)}"
    if item.is_penalty(score):
        had = "did not reach the target"
    return (
        "These are scores on fresh seeds, which the search did not use; on the seeds of the search "
        f"the champion {had}."
    )


def _without_champion(findings: "Findings") -> str:
    if not findings.searched:
        return "No trial has finished yet."
    diverged = sum(trial.state == "diverged" for trial in findings.searched)
    if diverged == len(findings.searched):
        return f"All {wording.counted(diverged, 'trial')} of the search diverged."
    return f"None of {wording.counted(len(findings.searched), 'trial')} was completed."


def _best_baseline(findings: "Findings") -> str:
    """Return a sentence on the best baseline of a search that has no champion."""
    item = findings.objectives[0]
    finite = [trial for trial in findings.baselines if findings.is_complete(trial)]
    if not finite:
        return ""
    best = min(finite, key=findings.costs)
    score = wording.measured(judged_score(findings, best, item), item)
    where = " on fresh seeds" * has_fresh_scores(findings)
    name = wording.shortened(best.name, 40)
    return f"The best baseline, {name}, has {item.label} {score}{where}."


def _progress(findings: "Findings") -> str:
    """Return a sentence on how many trials of an unfinished run are done."""
    if findings.finished:
        return ""
    done, expected = len(findings.trials), findings.experiment.expected_trials
    trials = f"{done:,} of {wording.counted(expected, 'trial')} are done"
    why = f". It was interrupted: {findings.reason}" if findings.reason else ""
    return f"The run is not complete: {trials}{why}."
