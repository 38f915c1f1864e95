"""The file that keeps what was measured: a line of JSON for each result, as it comes.

Knows keys and lines; does not know what is measured.
"""

import json
from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from typing import Any, Generic, Protocol, Self, TypeVar

from neuroevo.errors import DataError


class Measured(Protocol):
    """What was measured once."""

    @property
    def key(self) -> Hashable:
        """What was measured."""

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Self:
        """Make it from plain JSON values; KeyError, TypeError or ValueError if it is none."""

    def to_plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""


R = TypeVar("R", bound=Measured)


class KeptResults(Generic[R]):
    """Results by their key, which are also appended to a file if there is one.

    Parameters
    ----------
    kind
        The class of the results.
    file
        Its results are read first; None: nothing is kept.

    Raises
    ------
    DataError
        If a line of the file is no result; a last line without its end is cut off.
    """

    def __init__(self, kind: type[R], file: Path | None) -> None:
        self._file = file
        self._by_key = {result.key: result for result in _read(kind, file)} if file else {}

    def __contains__(self, key: Hashable) -> bool:
        return key in self._by_key

    def __getitem__(self, key: Hashable) -> R:
        return self._by_key[key]

    def __iter__(self) -> Iterator[R]:
        return iter(self._by_key.values())

    def add(self, result: R) -> None:
        """Keep a result."""
        self._by_key[result.key] = result
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(result.to_plain()) + "\n")


def _read(kind: type[R], file: Path) -> Iterator[R]:
    if not file.exists():
        return
    content = file.read_text(encoding="utf-8")
    whole = content[: content.rfind("\n") + 1]
    if whole != content:  # it was stopped while it wrote
        file.write_text(whole, encoding="utf-8")
    for number, line in enumerate(whole.splitlines(), start=1):
        try:
            yield kind.from_plain(json.loads(line))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            problem = f"{type(error).__name__}: {error}"
            raise DataError(f"{file}, line {number}: must be a result ({problem})") from None
