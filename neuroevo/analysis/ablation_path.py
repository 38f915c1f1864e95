"""The way from a baseline to the champion, one gene at a time, as an ablation found it.

It knows the trials of the ablation and their scores; what each change brought is for others to say.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from neuroevo import wording

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.runs import Trial


@dataclass(frozen=True, slots=True)
class Change:
    """A configuration of the path, or one that was tried beside it.

    Parameters
    ----------
    round
        How many genes are the champion's; 0 is the configuration that the path begins with.
    gene
        The gene that was changed last; the name of the configuration in round 0.
    value
        What it was changed to, in words.
    scores
        The objectives, in the experiment's order; NaN where there is no finite one.
    """

    round: int
    gene: str
    value: str
    scores: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class AblationPath:
    """What was tried on the way, round by round.

    Parameters
    ----------
    objectives
        The objectives, in the experiment's order.
    path
        What was taken in each round, from the beginning to the champion's genome.
    passed
        What was tried in a round and not taken.
    run
        The run's id, for the command that computes an ablation.
    has_champion
        Whether there is a network to go to.
    has_baseline
        Whether there is a network to begin with.
    """

    objectives: "tuple[Objective, ...]"
    path: tuple[Change, ...]
    passed: tuple[Change, ...]
    run: str = ""
    has_champion: bool = True
    has_baseline: bool = True


def ablation_path(findings: "Findings") -> AblationPath:
    """Find in each round the trial that the next round set out from, in the last the best."""
    rounds: dict[int, list[Trial]] = {}
    for trial in findings.ablation:
        rounds.setdefault(trial.generation, []).append(trial)
    path: list[Change] = []
    passed: list[Change] = []
    for number in sorted(rounds):
        onward = {parent for trial in rounds.get(number + 1, ()) for parent in trial.parents}
        taken = min(
            rounds[number], key=lambda trial: (trial.number not in onward, findings.costs(trial))
        )
        path.append(_change(findings, taken))
        passed += [_change(findings, trial) for trial in rounds[number] if trial is not taken]
    return AblationPath(
        findings.objectives,
        tuple(path),
        tuple(passed),
        findings.identity,
        has_champion=bool(findings.front),
        has_baseline=bool(findings.baselines),
    )


def _change(findings: "Findings", trial: "Trial") -> Change:
    gene = trial.name or ("the start" if not trial.generation else "")
    value = wording.value(trial.genome[gene]) if trial.generation and gene in trial.genome else ""
    return Change(trial.generation, gene, value, findings.scores(trial))
