"""What was promised of the kernel, what was measured of it, and what follows."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

from experiments.benchmarks.tables import Table, Target


@dataclass(frozen=True, slots=True)
class Promise:
    """A bound that several measurements are meant to keep."""

    what: str
    target: Target
    measured: Mapping[str, float]  # for each case; empty where it could not be measured
    form: str  # of these numbers

    def conclusion(self) -> "Conclusion":
        """Judge by the case that is furthest from keeping the bound."""
        target = self.target.text(self.form)
        if not self.measured:
            return Conclusion(self.what, target, "", "", "not measured")
        furthest = min if self.target.sense == "at least" else max
        worst = furthest(self.measured, key=lambda case: self.measured[case])
        kept = sum(map(self.target.reached, self.measured.values()))
        return Conclusion(
            self.what,
            target,
            f"{self.measured[worst]:{self.form}} ({worst})",
            f"{kept} of {len(self.measured)}",
            self.target.verdict(self.measured[worst]),
        )


@dataclass(frozen=True, slots=True)
class Conclusion:
    """One line on a promise."""

    what: str
    target: str
    worst: str  # what was measured in the worst case, and which it is
    kept: str  # in how many cases
    verdict: str


def table(conclusions: Sequence[Conclusion]) -> Table:
    """Write the conclusions as a table."""
    return Table(
        "Kernel: conclusions",
        ("promise", "target", "worst case", "kept in", "verdict"),
        tuple(astuple(conclusion) for conclusion in conclusions),
    )
