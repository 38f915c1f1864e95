"""What a run found, in words: the sentences and figures that open the report."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from neuroevo.report import wording
from neuroevo.report.drawing import objective_name

if TYPE_CHECKING:
    from neuroevo.report.findings import Findings
    from neuroevo.runs import Trial

TRAINED = "samples_to_target"
MUCH_SLOWER = 2.0
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
    """Return the opening of a run's report."""
    if not findings.front:
        return Headline(_without_winner(findings), _effort(findings), _effort_figures(findings))
    leader = leading(findings)
    samples = samples_to_learn(findings, leader)
    title = (
        f"{wording.with_article(_network(findings, leader))} {_feat(findings, leader, samples)}."
    )
    compared, figures = _compared(findings, leader, samples)
    sentences = (compared, _on_fresh_seeds(findings, leader), _rank(findings, leader))
    lead = " ".join(sentence for sentence in (*sentences, _effort(findings)) if sentence)
    return Headline(title, lead, (*figures, *_effort_figures(findings)))


def leading(findings: "Findings") -> "Trial":
    """Return the trial of the front that the report opens with.

    The best one, unless another of the front learns in less than half the samples.
    """
    best = findings.front[0]
    times = [(samples_to_learn(findings, trial), trial) for trial in findings.front]
    learnt = [(time, trial.number, trial) for time, trial in times if time is not None]
    if not learnt:
        return best
    quickest = min(learnt)
    own = samples_to_learn(findings, best)
    return quickest[-1] if own is None or own > MUCH_SLOWER * quickest[0] else best


def samples_to_learn(findings: "Findings", trial: "Trial") -> float | None:
    """Return after how many samples a trial's networks reach the target; None if they don't.

    The objective if the search had it, else the point of the median learning curve.
    """
    budget = findings.experiment.training.samples
    score = trial.objectives.get(TRAINED)
    if score is not None:
        return score if math.isfinite(score) and score <= budget else None
    target = findings.experiment.training.target_mse
    reached = (
        int(samples)
        for samples, error in zip(findings.samples, trial.curve, strict=False)
        if error <= target
    )
    return next(reached, None)


def _network(findings: "Findings", trial: "Trial") -> str:
    words = []
    if "activation" in trial.genome and trial.genome.get("hidden") != ():
        words.append(wording.activation(str(trial.genome["activation"])))
    words += [wording.sizes(findings.layer_sizes(trial)), "network"]
    if "learning_rate" in trial.genome:
        words.append(f"at learning rate {wording.value(trial.genome['learning_rate'])}")
    return " ".join(word for word in words if word)


def _feat(findings: "Findings", trial: "Trial", samples: float | None) -> str:
    task = findings.experiment.task.kind
    if samples is not None:
        return f"learns the {task} in {wording.counted(round(samples), 'sample')}"
    first = findings.objectives[0]
    score = wording.measured(findings.scores(trial)[0], first.unit)
    return f"comes closest to learning the {task}, with {objective_name(first)} {score}"


def _compared(
    findings: "Findings", leader: "Trial", samples: float | None
) -> tuple[str, tuple[Figure, ...]]:
    """Return the comparison with the quickest baseline as a sentence and as numbers."""
    if samples is None:
        first = findings.objectives[0]
        score = wording.measured(findings.scores(leader)[0], first.unit)
        return "", (Figure(score, f"{objective_name(first)}, the lowest found"),)
    own = (Figure(f"{round(samples):,}", _target_label(findings)),)
    if not findings.baselines:
        return "", own
    times = [
        (time, trial.name)
        for trial in findings.baselines
        if (time := samples_to_learn(findings, trial)) is not None
    ]
    if not times:
        return "No baseline learns it within the budget.", own
    time, name = min(times)
    name = wording.shortened(name, 40)
    ratio, other = time / samples, f"{name} ({round(time):,})"
    if 1 / CLOSE < ratio < CLOSE:
        return f"About as many as the best baseline, {other}.", own
    if ratio < 1:
        return f"The best baseline is quicker: {other}.", own
    times_fewer = _ratio(ratio)
    return (
        f"{times_fewer} times fewer than the best baseline, {other}.",
        (*own, Figure(f"{times_fewer}×", f"fewer samples than {name}, the best baseline")),
    )


def _target_label(findings: "Findings") -> str:
    return (
        f"samples to a validation MSE of {wording.number(findings.experiment.training.target_mse)}"
    )


def _on_fresh_seeds(findings: "Findings", leader: "Trial") -> str:
    champion = findings.champion_of(leader)
    samples = math.nan if champion is None else champion.fresh_objectives.get(TRAINED, math.nan)
    if not math.isfinite(samples):
        return ""
    if samples > findings.experiment.training.samples:
        return "On fresh seeds it does not learn it within the budget."
    return f"On seeds that the search never saw it needs {round(samples):,}."


def _rank(findings: "Findings", leader: "Trial") -> str:
    """Return a sentence on the best of the front where the report opens with another one."""
    best, first = findings.front[0], findings.objectives[0]
    if leader is best:
        return ""
    score = wording.measured(findings.scores(best)[0], first.unit)
    return (
        f"It is rank {findings.front.index(leader) + 1} of {len(findings.front)} on the front; "
        f"rank 1, the champion, is {_lower(wording.with_article(_network(findings, best)))}, with "
        f"the lowest {objective_name(first)}, {score}."
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


def _effort(findings: "Findings") -> str:
    evolution = findings.experiment.evolution
    objectives = wording.listed([objective_name(item) for item in findings.objectives])
    return (
        f"The search went through {wording.counted(len(findings.searched), 'configuration')} in "
        f"{wording.counted(findings.generations, 'generation')} of {evolution.population} for the "
        f"lowest {objectives}."
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


def _ratio(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio < 10 else f"{round(ratio):,}"  # noqa: PLR2004 - two digits
