"""Parts of the openings of reports: their form, and sentences that all of them have."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from neuroevo import wording
from neuroevo.analysis.early_stopping import early_stopping_counts
from neuroevo.analysis.tables import failures
from neuroevo.runs import fresh_scores

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.runs import Trial


@dataclass(frozen=True, slots=True)
class KeyNumber:
    """A number in the opening of a report, with its label."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Headline:
    """The opening of a report: one sentence, further sentences and a few numbers."""

    title: str
    lead: str
    numbers: tuple[KeyNumber, ...]


def joined(sentences: Iterable[str]) -> str:
    """Return sentences as one text, without empty ones."""
    return " ".join(filter(None, sentences))


def network_words(findings: "Findings", trial: "Trial") -> str:
    """Return a trial's network in words: ``linear 2·6·2 network with adam``."""
    sizes = wording.sizes(findings.layer_sizes(trial))
    words = [wording.activation(trial.genome), sizes, "network"]
    if "optimizer" in trial.genome:
        words.append(f"with {trial.genome['optimizer']}")
    return joined(words)


def broken_on_fresh_seeds(findings: "Findings") -> str:
    """Return a sentence on the constraints that the champion breaks on fresh seeds, if any."""
    rescored = findings.rescored_of(findings.front[0]) if findings.front else None
    if rescored is None or not findings.constraints:
        return ""
    scores = fresh_scores(rescored, findings.experiment.evolution.reduction)
    broken = wording.listed([str(each) for each in scores.broken(findings.constraints)])
    return f"On fresh seeds it breaks a constraint: {broken}." if broken else ""


def search_sentence(findings: "Findings") -> str:
    """Return a sentence on how many configurations were evaluated, for what, and why it ended.

    With constraints, it says how many keep them.
    """
    population = findings.experiment.evolution.population
    generations = wording.counted(findings.generations, "generation")
    if len(findings.searched) == population * findings.generations:
        generations += f" of {population}"
    configurations = wording.counted(len(findings.searched), "configuration")
    sentence = f"The search evaluated {configurations} in {generations} to {_aims(findings)}"
    why = f", and ended: {findings.reason}" * bool(findings.finished and findings.reason)
    kept = ""
    if findings.constraints:
        bounds = wording.listed([str(each) for each in findings.constraints])
        count = len(findings.feasible)
        verb = f"{count:,} keep" if count > 1 else "one keeps" if count else "none keeps"
        kept = f", with {bounds}, which {verb}"
    return joined((f"{sentence}{kept}{_stopped_early(findings)}{why}.", _failed(findings)))


def _failed(findings: "Findings") -> str:
    """Return a sentence on trials that failed, with the most frequent cause; empty if none has."""
    table = failures(findings)
    table = table[table["state"] == "failed"]
    if table.empty:
        return ""
    count, often = int(table["trials"].sum()), int(table["trials"].iloc[0])
    cause = table["cause"].iloc[0].replace("`", "'")  # backquotes mark code here
    first = f", {often:,} of them" * (often < count)
    return (
        f"{count:,} of {wording.counted(len(findings.searched), 'trial')} failed{first}: {cause}."
    )


def _stopped_early(findings: "Findings") -> str:
    if not findings.experiment.rungs:
        return ""
    found = early_stopping_counts(findings)
    if not found.stopped:
        return ", stopped none of them early"
    trained = wording.trained_share(findings.experiment, found.trained)
    return f", stopped {found.stopped:,} of them early and {trained}"


def _aims(findings: "Findings") -> str:
    """Return what the search was for: ``minimise final MSE and to maximise R²``."""
    lower, higher = (
        [item.label for item in findings.objectives if item.maximised == is_maximised]
        for is_maximised in (False, True)
    )
    aims = [("minimise", lower), ("maximise", higher)]
    return " and to ".join(f"{verb} {wording.listed(labels)}" for verb, labels in aims if labels)


def search_numbers(findings: "Findings") -> tuple[KeyNumber, ...]:
    """Return the number of networks that were trained, and the time if it is known."""
    trials = wording.counted(len(findings.trials), "trial")
    replicates = wording.replicates_of_all(findings.experiment)
    trained = KeyNumber(f"{findings.networks:,}", f"networks trained: {trials}, {replicates}")
    if math.isnan(findings.seconds):
        return (trained,)
    duration = wording.duration(findings.seconds)
    return trained, KeyNumber(duration, "for the search and its scores")
