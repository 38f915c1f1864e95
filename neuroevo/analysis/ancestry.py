"""Parents and ancestors of trials. Parents have lower numbers than children, others are ignored."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from neuroevo.analysis.findings import Findings
    from neuroevo.runs import Trial

FAMILIES = ("drawn at random", "given", "mutation", "crossover", "crossover and mutation")


class Ancestry:
    """The trials of a run by number, and their parents.

    Parameters
    ----------
    findings
        All trials of a run, with the baselines.
    """

    def __init__(self, findings: "Findings") -> None:
        self._costs = findings.costs
        self.trials: Mapping[int, Trial] = {trial.number: trial for trial in findings.trials}

    def parents(self, trial: "Trial") -> "tuple[Trial, ...]":
        """Return a trial's parents, the better one first: by the first objective, then the next."""
        known = [
            self.trials[number]
            for number in dict.fromkeys(trial.parents)
            if number < trial.number and number in self.trials
        ]
        return tuple(sorted(known, key=self._costs))

    def line(self, trial: "Trial") -> "tuple[Trial, ...]":
        """Return a trial after its better parent, and so on back to the first ancestor."""
        line = [trial]
        while parents := self.parents(line[-1]):
            line.append(parents[0])
        return tuple(reversed(line))

    def ancestors(self, trials: "Iterable[Trial]") -> "tuple[Trial, ...]":
        """Return all ancestors of some trials, the nearest first."""
        layer = list(trials)
        seen = {trial.number for trial in layer}
        found = []
        while layer:
            parents = {
                each.number: each
                for trial in layer
                for each in self.parents(trial)
                if each.number not in seen
            }
            layer = list(parents.values())
            seen.update(parents)
            found += layer
        return tuple(found)


def family(operator: str) -> str:
    """Return which of the `FAMILIES` an operator belongs to."""
    if operator in {"initial", "immigrant"}:
        return FAMILIES[0]
    if operator in {"seed", "baseline"}:
        return FAMILIES[1]
    if "crossover" in operator:
        return FAMILIES[4] if "mutation" in operator else FAMILIES[3]
    return FAMILIES[2]
