"""The path from a baseline to the champion, one gene at a time, that an ablation found."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from neuroevo import wording

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.runs import Trial


@dataclass(frozen=True, slots=True)
class Change:
    """A configuration of an ablation.

    In round n, n genes have the champion's values; in round 0 none has.
    """

    round: int
    gene: str  # that was changed in this round; in round 0 the name of the configuration
    value: str  # that it was changed to, in words
    scores: tuple[float, ...]  # the objectives, in the experiment's order; NaN if not finite


@dataclass(frozen=True, slots=True)
class AblationPath:
    """The configurations of an ablation."""

    objectives: "tuple[Objective, ...]"  # in the experiment's order
    path: tuple[Change, ...]  # the best of each round, from the baseline to the champion
    passed: tuple[Change, ...]  # the others of each round
    run: str = ""  # the run's id, for the command that computes an ablation
    has_champion: bool = True
    has_baseline: bool = True


def ablation_path(findings: "Findings") -> AblationPath:
    """Find in each round the trial that the next round continues, in the last the best."""
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
