"""Constraints: bounds on quantities of a trial, and how far they are exceeded.

Knows numbers; does not know what is evaluated, nor how.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from neuroevo.evolution.candidate import LARGEST_FITNESS

_LEAST = 1e-300  # has a logarithm
_DIGITS = 9  # of a logarithm, whose last bit differs between machines


@dataclass(frozen=True, slots=True)
class Constraint:
    """A quantity that must be within bounds.

    Attributes
    ----------
    name
        The quantity.
    least, most
        The bounds; None for no bound.
    logarithmic
        Whether it is compared on a log scale, if a bound is above 0.
    label
        The name in texts; by default the name with spaces.
    """

    name: str
    least: float | None = None
    most: float | None = None
    logarithmic: bool = False
    label: str = ""

    def __post_init__(self) -> None:
        if not self.label:
            object.__setattr__(self, "label", self.name.replace("_", " "))

    def excesses(self, value: float) -> tuple[float, ...]:
        """Return how far each bound is exceeded, the lower one first: 0 or less if it is kept.

        The unit is a factor of ten on a log scale, else the bound itself, or 1 if that is 0; so
        different constraints can be added. NaN if the value is not finite.
        """
        return tuple(
            self._excess(sign * (value - bound), sign, value, bound)
            for sign, bound in ((-1.0, self.least), (1.0, self.most))
            if bound is not None
        )

    def by_bound(self) -> tuple["Constraint", ...]:
        """Return a constraint for each bound, in the order of `excesses`."""
        lower, upper = replace(self, most=None), replace(self, least=None)
        return (*[lower] * (self.least is not None), *[upper] * (self.most is not None))

    def _excess(self, gap: float, sign: float, value: float, bound: float) -> float:
        if not math.isfinite(value):
            return math.nan
        if self.logarithmic and bound > 0:
            own, limit = (round(math.log10(max(each, _LEAST)), _DIGITS) for each in (value, bound))
            gap = sign * (own - limit)
        else:
            gap /= abs(bound) or 1.0
        return min(max(gap, -LARGEST_FITNESS), LARGEST_FITNESS)

    def __str__(self) -> str:
        low, high = (
            "" if bound is None else f"{bound:g}".replace("-", "−")
            for bound in (self.least, self.most)
        )
        if not low:
            return f"{self.label} ≤ {high}"
        return f"{low} ≤ {self.label} ≤ {high}" if high else f"{self.label} ≥ {low}"


def excesses_of(
    constraints: Sequence[Constraint], quantities: Mapping[str, float]
) -> tuple[float, ...]:
    """Return the excesses of all bounds, in the order of the constraints; NaN where one lacks."""
    return tuple(
        excess
        for each in constraints
        for excess in each.excesses(quantities.get(each.name, math.nan))
    )
