"""Where the values of a setting lie on an axis: as numbers, or one beside the other."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from neuroevo.report.drawing import logarithmic_axis
from neuroevo.report.sweep.texts import key_name, value_text

if TYPE_CHECKING:
    from neuroevo.analysis.sweep_results import SweepResults

LOGARITHMIC = 10  # ratio of the largest and the smallest number, from which on an axis is so
APART = 0.12  # of the axis, between two values, for each to have its own tick


@dataclass(frozen=True, slots=True)
class Positions:
    """The positions of a setting's values on an axis.

    Parameters
    ----------
    key
        The setting.
    values
        Its values, in the order of the axis.
    places
        Position of each.
    axis
        plotly's axis with its title.
    """

    key: str
    values: tuple[Any, ...]
    places: tuple[float, ...]
    axis: dict[str, Any]

    def texts(self) -> list[str]:
        """Return each value as a text."""
        return [value_text(self.key, value) for value in self.values]

    def place(self, value: object) -> float:
        """Return the position of a value."""
        return self.places[self.values.index(value)]


def different(results: "SweepResults", key: str) -> list[Any]:
    """Return the different values of a setting; of no key, the labels."""
    if not key:
        return list(dict.fromkeys(each.label for each in results.settings))
    found: list[Any] = []
    for each in results.settings:
        if each.settings.get(key) not in found:
            found.append(each.settings.get(key))
    return found


def positions(key: str, values: Sequence[Any], *, as_numbers: bool = True) -> Positions:
    """Return the positions of a setting's different values.

    Numbers lie on an axis of numbers if `as_numbers`, others beside one another in their order.
    """
    title = {"title": {"text": key_name(key)}}
    numbers = [each for each in values if isinstance(each, int | float) and each is not True]
    if as_numbers and len(numbers) == len(values) and False not in values:
        ordered = sorted(values)
        if ordered[0] > 0 and ordered[-1] / ordered[0] >= LOGARITHMIC:
            axis, units = logarithmic_axis(ordered), [math.log(each) for each in ordered]
        else:
            room = 0.06 * (ordered[-1] - ordered[0]) or 1.0
            axis, units = {"range": [ordered[0] - room, ordered[-1] + room]}, ordered
        if all(b - a >= APART * (units[-1] - units[0]) for a, b in pairwise(units)):
            axis |= {"tickvals": ordered, "ticktext": [value_text(key, each) for each in ordered]}
        return Positions(key, tuple(ordered), tuple(map(float, ordered)), axis | title)
    axis = {
        "tickvals": list(range(len(values))),
        "ticktext": [value_text(key, each) for each in values],
        "range": [-0.5, len(values) - 0.5],
        "showgrid": False,
    }
    return Positions(key, tuple(values), tuple(map(float, range(len(values)))), axis | title)
