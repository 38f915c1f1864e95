"""What was measured of one competitor on one table."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, Self

HIGHER_IS_BETTER = ("r2", "accuracy")


class Key(NamedTuple):
    """What is measured once."""

    competitor: str
    set: str
    split: int
    budget: float


class Interval(NamedTuple):
    """A score with its 95% interval over the test rows."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Result:
    """One competitor on one table.

    Parameters
    ----------
    key
        Which.
    seconds
        From the start until its final model could predict.
    decided
        From the start until the configuration of this model had been evaluated.
    candidates
        Configurations that it tried.
    configuration
        The one that it chose.
    rows, columns, test_rows
        The size of the table; without the test rows.
    scores
        Of the final model on the test rows, by the names of metrics.
    incumbents
        Seconds and scores of each best model so far; empty where they are unknown.
    """

    key: Key
    seconds: float
    decided: float
    candidates: int
    configuration: Mapping[str, Any]
    rows: int
    columns: int
    test_rows: int
    scores: Mapping[str, Interval]
    incumbents: Sequence[tuple[float, Mapping[str, float]]]

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Self:
        """Make it from plain JSON values; KeyError, TypeError or ValueError if it is none."""
        scores = {name: Interval(*score) for name, score in values["scores"].items()}
        incumbents = [(float(seconds), found) for seconds, found in values["incumbents"]]
        own = {"key": Key(*values["key"]), "scores": scores, "incumbents": incumbents}
        return cls(**{**values, **own})

    @property
    def is_classes(self) -> bool:
        """Whether the targets are classes."""
        return "r2" not in self.scores

    def to_plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return asdict(self)
