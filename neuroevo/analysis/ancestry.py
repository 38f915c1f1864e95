"""Who descends from whom among the trials of a run; knows no figure.

Parents have lower numbers than their children: whatever says otherwise is no descent.
"""

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
        All trials of a run, baselines among them.
    """

    def __init__(self, findings: "Findings") -> None:
        self._costs = findings.costs
        self.trials: Mapping[int, Trial] = {trial.number: trial for trial in findings.trials}

    def parents(self, trial: "Trial") -> "tuple[Trial, ...]":
        """Return a trial's parents, the better one first: by the first objective, then the next.

        A parent without a finite score is worse than any other.
        """
        known = [
            self.trials[number]
            for number in dict.fromkeys(trial.parents)
            if number < trial.number and number in self.trials
        ]
        return tuple(sorted(known, key=self._costs)) if len(known) > 1 else tuple(known)

    def line(self, trial: "Trial") -> "tuple[Trial, ...]":
        """Return the line of better parents that ends in a trial, from its beginning on."""
        line = [trial]
        while parents := self.parents(line[-1]):
            line.append(parents[0])
        return tuple(reversed(line))

    def ancestors(self, trials: "Iterable[Trial]") -> "tuple[Trial, ...]":
        """Return all that some trials descend from, the nearest first, without themselves."""
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
