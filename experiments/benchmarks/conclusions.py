"""Targets of the kernel, and whether measurements reach them."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field

from experiments.benchmarks.cases import Case
from experiments.benchmarks.markdown import Table, Target


@dataclass(frozen=True, slots=True)
class Promise:
    """A target for several measurements."""

    what: str
    target: Target
    measured: Mapping[str, float]  # for each case; empty where it could not be measured
    form: str  # of these numbers
    beyond: Mapping[str, float] = field(default_factory=dict)  # for cases that it says nothing of

    def conclusion(self) -> "Conclusion":
        """Judge a target by the worst case."""
        target = self.target.text(self.form)
        if not self.measured:
            return Conclusion(self.what, target, "", "not measured", "")
        worst = self._worst(self.measured)
        verdict = self.target.verdict(self.measured[worst])
        return Conclusion(self.what, target, self._told(self.measured), verdict, self._elsewhere())

    def _elsewhere(self) -> str:
        if not self.beyond:
            return ""
        kept = sum(map(self.target.reached, self.beyond.values()))
        return f"kept in {kept} of {len(self.beyond)}, worst {self._told(self.beyond)}"

    def _told(self, measured: Mapping[str, float]) -> str:
        worst = self._worst(measured)
        return f"{measured[worst]:{self.form}} ({worst})"

    def _worst(self, measured: Mapping[str, float]) -> str:
        furthest = min if self.target.sense == "at least" else max
        return furthest(measured, key=lambda case: measured[case])


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The result for a target, in one line."""

    what: str
    target: str
    worst: str  # what was measured in the worst case, and which it is
    verdict: str
    elsewhere: str  # measurements of other cases


def plain(measured: Mapping[Case, float]) -> dict[str, float]:
    """Keep the cases to which the targets for speed apply."""
    return {case.name: value for case, value in measured.items() if case.is_plain}


def others(measured: Mapping[Case, float]) -> dict[str, float]:
    """Keep the other cases."""
    return {case.name: value for case, value in measured.items() if not case.is_plain}


def table(conclusions: Sequence[Conclusion]) -> Table:
    """Return the conclusions as a table."""
    return Table(
        "Kernel: conclusions",
        ("promise", "target", "worst case", "verdict", "other optimizers, precisions and tanh"),
        tuple(astuple(conclusion) for conclusion in conclusions),
    )
