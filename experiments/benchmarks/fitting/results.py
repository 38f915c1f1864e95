"""What was measured, and the file that keeps it: a line of JSON for each result, as it comes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

from neuroevo.errors import DataError

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


class Results:
    """Results by their key, which are also appended to a file if there is one.

    Parameters
    ----------
    file
        Its results are read first; None: nothing is kept.

    Raises
    ------
    DataError
        If a line of the file is no result; a last line without its end is cut off.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._by_key = {result.key: result for result in _read(file)} if file else {}

    def __contains__(self, key: Key) -> bool:
        return key in self._by_key

    def __iter__(self) -> Iterator[Result]:
        return iter(self._by_key.values())

    def add(self, result: Result) -> None:
        """Keep a result."""
        self._by_key[result.key] = result
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(result.to_plain()) + "\n")


def _read(file: Path) -> Iterator[Result]:
    if not file.exists():
        return
    content = file.read_text(encoding="utf-8")
    whole = content[: content.rfind("\n") + 1]
    if whole != content:  # it was stopped while it wrote
        file.write_text(whole, encoding="utf-8")
    for number, line in enumerate(whole.splitlines(), start=1):
        try:
            yield Result.from_plain(json.loads(line))
        except (KeyError, TypeError, ValueError) as error:
            problem = f"{type(error).__name__}: {error}"
            raise DataError(f"{file}, line {number}: must be a result ({problem})") from None
