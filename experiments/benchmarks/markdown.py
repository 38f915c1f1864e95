"""Tables of measurements as Markdown, and whether targets are reached."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """A table, with notes on how its numbers were measured."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    def markdown(self) -> str:
        """Return the table as Markdown, with aligned columns."""
        lines = (self.columns, *self.rows)
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        ruled = (self.columns, tuple("-" * width for width in widths), *self.rows)
        table = "\n".join(_line(cells, widths) for cells in ruled)
        notes = "".join(f"\n{note}\n" for note in self.notes)
        return f"### {self.title}\n\n{table}\n{notes}"


@dataclass(frozen=True, slots=True)
class Target:
    """A bound for a measurement."""

    bound: float
    sense: str  # "at least" or "at most"

    def reached(self, measured: float) -> bool:
        """Whether the bound holds."""
        return _SENSES[self.sense](measured, self.bound)

    def verdict(self, measured: float) -> str:
        """Return whether the bound holds, and by how much it is missed, as a text."""
        if self.reached(measured):
            return "reached"
        missed_by = abs(measured - self.bound) / self.bound
        return f"missed by {missed_by:.0%}" if missed_by >= _ONE_PERCENT else "missed by under 1%"

    def text(self, form: str = ",g") -> str:
        """Return the bound as a text, with a number format."""
        return f"{self.sense} {self.bound:{form}}"


def at_least(bound: float) -> Target:
    """Make a target from a smallest value."""
    return Target(bound, "at least")


def at_most(bound: float) -> Target:
    """Make a target from a largest value."""
    return Target(bound, "at most")


_ONE_PERCENT = 0.01
_SENSES: dict[str, Callable[[float, float], bool]] = {
    "at least": operator.ge,
    "at most": operator.le,
}


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"
