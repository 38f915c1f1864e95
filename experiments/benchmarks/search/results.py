"""What was measured, and the file that keeps it: a line of JSON for each run, as it comes."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

from neuroevo.errors import DataError


class Key(NamedTuple):
    """What is measured once."""

    competitor: str
    problem: str
    seed: int


@dataclass(frozen=True, slots=True)
class Result:
    """One search on one problem.

    Attributes
    ----------
    key
        Which.
    regrets
        The regret after some numbers of evaluations.
    milliseconds
        Its own time, a trial.
    """

    key: Key
    regrets: Mapping[int, float]
    milliseconds: float

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Self:
        """Make it from plain JSON values; KeyError, TypeError or ValueError if it is none."""
        regrets = {int(budget): float(regret) for budget, regret in values["regrets"].items()}
        return cls(Key(*values["key"]), regrets, float(values["milliseconds"]))


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

    def __iter__(self) -> Iterator[Result]:
        return iter(self._by_key.values())

    def has(self, key: Key, budgets: tuple[int, ...]) -> bool:
        """Whether there is a result with all of these budgets."""
        return key in self._by_key and set(budgets) <= set(self._by_key[key].regrets)

    def add(self, result: Result) -> None:
        """Keep a result."""
        self._by_key[result.key] = result
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(asdict(result)) + "\n")


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
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            problem = f"{type(error).__name__}: {error}"
            raise DataError(f"{file}, line {number}: must be a result ({problem})") from None
