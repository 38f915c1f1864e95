"""The opening of a report: a headline, sentences and key numbers on what a run found."""

import math
from typing import TYPE_CHECKING

from neuroevo import wording
from neuroevo.analysis.dominance import better_baselines, fresh_score, ratio_as_shown
from neuroevo.analysis.leader import TRAINED, is_for_samples, leading, leading_objective
from neuroevo.report.function_headline import function_headline
from neuroevo.report.headline_parts import (
    Headline,
    KeyNumber,
    joined,
    network_words,
    search_numbers,
    search_sentence,
)
from neuroevo.report.held_out_headline import held_out_headline

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.runs import Trial

CLOSE = 1.15  # numbers of samples are about the same below this ratio


def headline(findings: "Findings") -> Headline:
    """Return the opening of a run's report.

    It gives the scores on the test part if there are any. Else it gives the samples to target of
    the leading network, if they were an objective and the network reaches the target; otherwise
    its value of the first objective. If a function was searched, it gives the best value of the
    first objective.
    """
    held_out = held_out_headline(findings)
    if held_out is not None:
        return held_out
    progress = _progress(findings)
    if not findings.experiment.trains_networks:
        return function_headline(findings, progress)
    search, last = search_sentence(findings), search_numbers(findings)
    if not findings.front:
        return Headline(_without_champion(findings), joined((progress, search)), last)
    leader = leading(findings)
    item = leading_objective(findings, leader)
    network = wording.with_article(_network(findings, leader))
    subject = network if findings.finished else f"So far, {_lower(network)}"
    compared, numbers = _compared(findings, item, leader)
    sentences = (
        progress,
        compared,
        *_better_baselines(findings, item, leader),
        _on_fresh_seeds(findings, item, leader),
        _ends_above_target(findings, item, leader),
        _rank(findings, leader),
        search,
    )
    title = f"{subject} {_result(findings, item, leader)}."
    return Headline(title, joined(sentences), (*numbers, *last))


def _score(item: "Objective", trial: "Trial") -> float:
    return trial.objectives.get(item.name, math.nan)


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _network(findings: "Findings", trial: "Trial") -> str:
    words = network_words(findings, trial)
    if "learning_rate" in trial.genome:
        return f"{words} at learning rate {wording.value(trial.genome['learning_rate'])}"
    return words


def _result(findings: "Findings", item: "Objective", trial: "Trial") -> str:
    score, task = _score(item, trial), findings.experiment.task.kind
    if _learns(findings, item, score):
        return f"learns the {task} task in {wording.counted(round(score), 'sample')}"
    shown = wording.measured(score, item)
    if item.unit == "parameters":
        return f"has only {shown} parameters"
    is_behind = item in {other for other, _, _ in better_baselines(findings, trial)}
    if is_for_samples(findings) and not is_behind:
        return f"comes closest to learning the {task} task, with {item.label} {shown}"
    behind = ", behind a baseline" * is_behind
    return f"reaches {item.label} {shown}{behind}"


def _learns(findings: "Findings", item: "Objective", score: float) -> bool:
    return item.name == TRAINED and score <= findings.experiment.training.samples


def _compared(
    findings: "Findings", item: "Objective", leader: "Trial"
) -> tuple[str, tuple[KeyNumber, ...]]:
    """Return the comparison with the best baseline as a sentence and as numbers."""
    score = _score(item, leader)
    learns = _learns(findings, item, score)
    own = KeyNumber(wording.measured(score, item), _label(findings, item, score))
    if not findings.baselines:
        return "", (own,)
    comparable = [
        trial
        for trial in findings.baselines
        if math.isfinite(_score(item, trial))
        and (_learns(findings, item, _score(item, trial)) or not learns)
    ]
    if not comparable:
        missed = "learns it within the sample budget" if learns else f"has a finite {item.label}"
        return f"No baseline {missed}.", (own,)
    baseline = min(comparable, key=lambda trial: (item.cost(_score(item, trial)), trial.number))
    other = _score(item, baseline)
    name = wording.shortened(baseline.name, 40)
    described = f"{name} ({wording.measured(other, item)})"
    is_count = wording.is_counted(item.unit)
    ratio = ratio_as_shown(item, other, score)
    if ratio is None:
        word = "lower" if other < score else "not lower" if other == score else "higher"
        return f"The best baseline is {word}: {described}.", (own,)
    if 1 / CLOSE < ratio < CLOSE:
        similar = "About as many as" if is_count else "About the same as"
        return f"{similar} the best baseline, {described}.", (own,)
    if ratio < 1:
        better = "is quicker" if learns else f"has {_better(item)}"
        return f"The best baseline {better}: {described}.", (own,)
    times, comparative = wording.factor(ratio), "fewer" if is_count else "lower"
    again = _compared_on_fresh_seeds(findings, item, leader, baseline)
    noun = f" {item.unit}" if is_count else ""
    return (
        f"{times} times {comparative} than the best baseline, {described}{again}.",
        (own, KeyNumber(f"{times}×", f"{comparative}{noun} than {name}, the best baseline")),
    )


def _compared_on_fresh_seeds(
    findings: "Findings", item: "Objective", leader: "Trial", baseline: "Trial"
) -> str:
    """Return the same comparison on fresh seeds, as the end of a sentence."""
    own = fresh_score(findings, leader, item.name)
    other = fresh_score(findings, baseline, item.name)
    both_learn = _learns(findings, item, own) and _learns(findings, item, other)
    ratio = ratio_as_shown(item, other, own)
    finite = math.isfinite(own) and math.isfinite(other)
    if ratio is None or not finite or (item.name == TRAINED and not both_learn):
        return ""
    if ratio < 1:
        return ", which is better on fresh seeds"
    return f"; {wording.factor(ratio)} times on fresh seeds"


def _label(findings: "Findings", item: "Objective", score: float) -> str:
    if not _learns(findings, item, score):
        return f"{item.label}, the {item.best} that the search found"
    target = wording.number(findings.experiment.training.target_mse)
    return f"samples to a validation MSE of {target}"


def _better_baselines(findings: "Findings", shown: "Objective", leader: "Trial") -> list[str]:
    """Return a sentence for each other objective in which a baseline has a better value."""
    champion = findings.front[0]
    of_champion = {item.name for item, _, _ in better_baselines(findings, champion)}
    sentences = []
    for item, baseline, score in better_baselines(findings, leader):
        if item is shown:
            continue
        value = f"{_better(item)}, {wording.measured(score, item)}"
        also = leader is not champion and item.name in of_champion
        addition = ", also than the champion" if also else ""
        name = wording.shortened(baseline.name, 40)
        sentences.append(f"The baseline {name} has {value}{addition}.")
    return sentences


def _better(item: "Objective") -> str:
    """Return the better value of an objective: ``a lower final MSE``, ``fewer parameters``."""
    if wording.is_counted(item.unit):
        return f"fewer {item.label}"
    return f"a {item.better} {item.label}"


def _on_fresh_seeds(findings: "Findings", item: "Objective", leader: "Trial") -> str:
    score = fresh_score(findings, leader, item.name)
    if not math.isfinite(score) or item.unit == "parameters":
        return ""
    start = "On fresh seeds, which the search did not use, this network"
    if item.name != TRAINED:
        return f"{start} reaches {wording.measured(score, item)}."
    if not _learns(findings, item, score):
        return f"{start} does not learn the task within the sample budget."
    return f"{start} needs {round(score):,}."


def _ends_above_target(findings: "Findings", item: "Objective", leader: "Trial") -> str:
    """Return a sentence on a network that reaches the target and ends above it."""
    last = leader.curve[-1] if leader.curve else math.nan
    final = leader.objectives.get("final_mse", last)
    target = findings.experiment.training.target_mse
    if not (final > target and _learns(findings, item, _score(item, leader))):
        return ""
    return (
        f"This network reaches the target MSE of {wording.number(target)}, but its final MSE is "
        f"{wording.number(final)}."
    )


def _rank(findings: "Findings", leader: "Trial") -> str:
    """Return a sentence on the champion if the headline shows another network."""
    champion, first = findings.front[0], findings.objectives[0]
    if leader is champion:
        return ""
    score = wording.measured(findings.scores(champion)[0], first)
    rank = findings.front.index(leader) + 1
    return (
        f"This network has rank {rank} of {len(findings.front)} on the front (`neuroevo best "
        f"{findings.identity or 'latest'} --rank {rank}`); the champion is "
        f"{_lower(wording.with_article(_network(findings, champion)))}, with the {first.best} "
        f"{first.label}, {score}."
    )


def _without_champion(findings: "Findings") -> str:
    if not findings.searched:
        return "No trial has finished yet."
    diverged = sum(trial.state == "diverged" for trial in findings.searched)
    if diverged == len(findings.searched):
        return f"All {wording.counted(diverged, 'trial')} diverged: no network learnt the task."
    return f"None of {wording.counted(len(findings.searched), 'trial')} was completed."


def _progress(findings: "Findings") -> str:
    """Return a sentence on how many trials of an unfinished run are done."""
    if findings.finished:
        return ""
    done, expected = len(findings.trials), findings.experiment.expected_trials
    return f"The run is not complete: {done:,} of {wording.counted(expected, 'trial')} are done."
