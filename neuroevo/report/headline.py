"""What a run found, in words: the sentences and figures that open the report."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from neuroevo import wording
from neuroevo.analysis.dominance import fresh_score, lower_baselines, ratio_as_shown
from neuroevo.analysis.leader import TRAINED, is_for_samples, leading, leading_objective

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.runs import Trial

CLOSE = 1.15  # below this ratio, two numbers of samples are about the same


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that opens the report, with what it counts."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Headline:
    """The opening of the report: one sentence, the sentences after it, and a few numbers."""

    title: str
    lead: str
    figures: tuple[Figure, ...]


def headline(findings: "Findings") -> Headline:
    """Return the opening of a run's report.

    It tells of the samples that the leading network needs, if the search was for few of them and
    the network reaches the target; else of the first objective.
    """
    if not findings.front:
        lead = _joined([_how_far(findings), _effort(findings)])
        return Headline(_without_winner(findings), lead, _effort_figures(findings))
    leader = leading(findings)
    item = leading_objective(findings, leader)
    network = wording.with_article(_network(findings, leader))
    start = network if findings.finished else f"So far, {_lower(network)}"
    compared, figures = _compared(findings, item, leader)
    sentences = (
        _how_far(findings),
        compared,
        *_ahead(findings, item, leader),
        _on_fresh_seeds(findings, item, leader),
        _ends_above(findings, item, leader),
        _rank(findings, leader),
        _effort(findings),
    )
    return Headline(
        f"{start} {_feat(findings, item, leader)}.",
        _joined(sentences),
        (*figures, *_effort_figures(findings)),
    )


def _score(item: "Objective", trial: "Trial") -> float:
    return trial.objectives.get(item.name, math.nan)


def _joined(sentences: "Sequence[str]") -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _network(findings: "Findings", trial: "Trial") -> str:
    sizes = wording.sizes(findings.layer_sizes(trial))
    words = [wording.activation(trial.genome), sizes, "network"]
    if "optimizer" in trial.genome:
        words.append(f"with {trial.genome['optimizer']}")
    if "learning_rate" in trial.genome:
        words.append(f"at learning rate {wording.value(trial.genome['learning_rate'])}")
    return " ".join(word for word in words if word)


def _feat(findings: "Findings", item: "Objective", trial: "Trial") -> str:
    score = _score(item, trial)
    if _learns(findings, item, score):
        task = findings.experiment.task.kind
        return f"learns the {task} in {wording.counted(round(score), 'sample')}"
    shown = wording.measured(score, item.unit)
    if item.unit == "parameters":
        return f"has no more than {shown} parameters"
    is_behind = item in {other for other, _, _ in lower_baselines(findings, trial)}
    if is_for_samples(findings) and not is_behind:
        task = findings.experiment.task.kind
        return f"comes closest to learning the {task}, with {item.label} {shown}"
    behind = ", behind a baseline" * is_behind
    return f"reaches {item.label} {shown}{behind}"


def _learns(findings: "Findings", item: "Objective", score: float) -> bool:
    return item.name == TRAINED and score <= findings.experiment.training.samples


def _compared(
    findings: "Findings", item: "Objective", leader: "Trial"
) -> tuple[str, tuple[Figure, ...]]:
    """Return the comparison with the best baseline as a sentence and as numbers."""
    score = _score(item, leader)
    learns = _learns(findings, item, score)
    own = Figure(wording.measured(score, item.unit), _label(findings, item, score))
    if not findings.baselines:
        return "", (own,)
    scored = [(_score(item, trial), trial) for trial in findings.baselines]
    rivals = [
        (other, trial.number, trial)
        for other, trial in scored
        if math.isfinite(other) and (_learns(findings, item, other) or not learns)
    ]
    if not rivals:
        never = "learns it within the budget" if learns else f"has a finite {item.label}"
        return f"No baseline {never}.", (own,)
    other, _, baseline = min(rivals)
    name = wording.shortened(baseline.name, 40)
    told = f"{name} ({wording.measured(other, item.unit)})"
    comparative = "fewer" if wording.is_counted(item.unit) else "lower"
    ratio = ratio_as_shown(item, other, score)
    if ratio is None:
        word = "lower" if other < score else "not lower" if other == score else "higher"
        return f"The best baseline is {word}: {told}.", (own,)
    if 1 / CLOSE < ratio < CLOSE:
        alike = "About as many as" if comparative == "fewer" else "About the same as"
        return f"{alike} the best baseline, {told}.", (own,)
    if ratio < 1:
        better = "is quicker" if learns else f"has {_less(item)}"
        return f"The best baseline {better}: {told}.", (own,)
    times = wording.factor(ratio)
    again = _compared_again(findings, item, leader, baseline)
    noun = f" {item.unit}" if comparative == "fewer" else ""
    return (
        f"{times} times {comparative} than the best baseline, {told}{again}.",
        (own, Figure(f"{times}×", f"{comparative}{noun} than {name}, the best baseline")),
    )


def _compared_again(
    findings: "Findings", item: "Objective", leader: "Trial", baseline: "Trial"
) -> str:
    """Return the same comparison on fresh seeds, as the end of a sentence."""
    own = fresh_score(findings, leader, item.name)
    other = fresh_score(findings, baseline, item.name)
    learnt = _learns(findings, item, own) and _learns(findings, item, other)
    if not (math.isfinite(own) and math.isfinite(other)) or (item.name == TRAINED and not learnt):
        return ""
    ratio = ratio_as_shown(item, other, own)
    if ratio is None:
        return ""
    if ratio < 1:
        return ", which is better on fresh seeds"
    return f"; {wording.factor(ratio)} times on fresh seeds"


def _label(findings: "Findings", item: "Objective", score: float) -> str:
    if not _learns(findings, item, score):
        return f"{item.label}, the lowest that the search found"
    target = wording.number(findings.experiment.training.target_mse)
    return f"samples to a validation MSE of {target}"


def _ahead(findings: "Findings", told: "Objective", leader: "Trial") -> list[str]:
    """Return a sentence for each other objective in which a baseline beats the network."""
    champion = {item.name for item, _, _ in lower_baselines(findings, findings.front[0])}
    sentences = []
    for item, baseline, score in lower_baselines(findings, leader):
        if item is told:
            continue
        name = wording.shortened(baseline.name, 40)
        shown = wording.measured(score, item.unit)
        even = leader is not findings.front[0] and item.name in champion
        beyond = ", than even rank 1" if even else ""
        sentences.append(f"The baseline {name} has {_less(item)}, {shown}{beyond}.")
    return sentences


def _less(item: "Objective") -> str:
    """Return what is better in an objective: ``a lower final MSE``, ``fewer parameters``."""
    name = item.label
    return f"fewer {name}" if wording.is_counted(item.unit) else f"a lower {name}"


def _on_fresh_seeds(findings: "Findings", item: "Objective", leader: "Trial") -> str:
    score = fresh_score(findings, leader, item.name)
    if not math.isfinite(score):
        return ""
    if item.unit == "parameters":
        return ""
    if item.name != TRAINED:
        shown = wording.measured(score, item.unit)
        return f"On seeds that the search never saw this network reaches {shown}."
    if not _learns(findings, item, score):
        return "On fresh seeds this network does not learn it within the budget."
    return f"On seeds that the search never saw this network needs {round(score):,}."


def _ends_above(findings: "Findings", item: "Objective", leader: "Trial") -> str:
    """Return a sentence on a network that leaves the target again after it was reached."""
    last = leader.curve[-1] if leader.curve else math.nan
    final = leader.objectives.get("final_mse", last)
    target = findings.experiment.training.target_mse
    if item.name != TRAINED or not final > target:
        return ""
    if not _learns(findings, item, _score(item, leader)):
        return ""
    once, end = wording.number(target), wording.number(final)
    return f"This network reaches the target MSE of {once} once and ends at {end}."


def _rank(findings: "Findings", leader: "Trial") -> str:
    """Return a sentence on the best of the front where the report opens with another one."""
    best, first = findings.front[0], findings.objectives[0]
    if leader is best:
        return ""
    score = wording.measured(findings.scores(best)[0], first.unit)
    rank = findings.front.index(leader) + 1
    return (
        f"This network is rank {rank} of {len(findings.front)} on the front (`neuroevo best "
        f"{findings.identity or 'latest'} --rank {rank}`); rank 1, the champion, is "
        f"{_lower(wording.with_article(_network(findings, best)))}, with the lowest "
        f"{first.label}, {score}."
    )


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _without_winner(findings: "Findings") -> str:
    if not findings.searched:
        return "No trial has finished yet."
    diverged = sum(trial.state == "diverged" for trial in findings.searched)
    if diverged == len(findings.searched):
        return f"All {wording.counted(diverged, 'trial')} diverged: no network learnt."
    return f"None of {wording.counted(len(findings.searched), 'trial')} was completed."


def _how_far(findings: "Findings") -> str:
    """Return a sentence on how far a search came that did not come to its end."""
    if findings.finished:
        return ""
    done, expected = len(findings.trials), findings.experiment.expected_trials
    return f"The run is not finished: {done:,} of {wording.counted(expected, 'trial')} are done."


def _effort(findings: "Findings") -> str:
    population = findings.experiment.evolution.population
    objectives = wording.listed([item.label for item in findings.objectives])
    generations = wording.counted(findings.generations, "generation")
    if len(findings.searched) == population * findings.generations:
        generations += f" of {population}"
    return (
        f"The search went through {wording.counted(len(findings.searched), 'configuration')} in "
        f"{generations} for the lowest {objectives}."
    )


def _effort_figures(findings: "Findings") -> tuple[Figure, ...]:
    trials = wording.counted(len(findings.trials), "trial")
    starts = wording.counted(findings.experiment.training.replicates, "start")
    trained = Figure(f"{findings.networks:,}", f"networks trained: {trials}, {starts} each")
    if math.isnan(findings.seconds):
        return (trained,)
    return trained, Figure(
        wording.duration(findings.seconds), "from the first training to the last"
    )
