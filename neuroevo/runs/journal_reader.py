"""Reads journals: all trials, or what is new while they grow; and repairs them.

Learning curves take most of the memory of trials, so they are read when something asks for them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO, NamedTuple, overload

from neuroevo.errors import StorageError
from neuroevo.runs.journal import LONGEST_LINE, MOST_BYTES
from neuroevo.runs.trial import Trial
from neuroevo.storage.atomic import write_atomically
from neuroevo.storage.checksum import remove_checksum
from neuroevo.storage.disk import Stamp, is_missing, opened_file, stamp

_MOST_PROBLEMS = 10
_RESUME = "resume leaves the line out and trains its trial again"
_MOST_LINES = 5_000  # that one call reads
_TAIL = 64  # bytes, which hold a line's checksum


class Appended(NamedTuple):
    """What was committed to a journal since the last call.

    Parameters
    ----------
    trials
        In the order in which they were written.
    problems
        One line of text for each damaged line of the journal.
    afresh
        Whether this begins at the beginning of the journal: at the first call, or because the
        journal was cut, changed or replaced. What was read before no longer counts then.
    """

    trials: tuple[Trial, ...]
    problems: tuple[str, ...]
    afresh: bool

    @property
    def is_empty(self) -> bool:
        """Whether nothing was committed."""
        return not self.trials and not self.problems


class JournalReader:
    """Reads a journal while it grows, each line once.

    It neither locks the file nor holds it open. If the journal was cut or replaced by another, or
    changed while it did not grow, it is read from its beginning.

    Parameters
    ----------
    path
        The journal's file. A missing file is read as an empty journal.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begin()
        self._is_first = True

    def read(self) -> Appended:
        """Read what was committed since the last call, at most a few thousand lines.

        Call it until the result is empty to read everything.

        Raises
        ------
        StorageError
            If the file can't be read.
        """
        try:
            with opened_file(self._path, MOST_BYTES) as (file, size):
                return self._read(file, size)
        except StorageError as error:
            if not is_missing(error):
                raise
        afresh, self._is_first = self._is_first or self._end > 0, False
        self._begin()
        return Appended((), (), afresh)

    def _begin(self) -> None:
        self._end, self._tail = 0, b""
        self._stamp: Stamp | None = None  # when it was read last
        self._examiner = _Examiner(self._path)

    def _read(self, file: BinaryIO, size: int) -> Appended:
        state = stamp(file.fileno())
        afresh = self._is_first or size < self._end or self._was_changed(file, state)
        self._is_first = False
        if afresh:
            self._begin()
        file.seek(self._end)
        trials: list[Trial] = []
        problems: list[str] = []
        for line, length in _lines(file, size - self._end):
            found = self._examiner.examined(line, self._end)
            if isinstance(found, Trial):
                trials.append(found)
            else:
                problems.append(found)
            self._end += length
            if len(trials) + len(problems) == _MOST_LINES:
                break
        self._tail, self._stamp = _before(file, self._end), state
        return Appended(tuple(trials), tuple(problems), afresh)

    def _was_changed(self, file: BinaryIO, state: Stamp | None) -> bool:
        """Whether what was read is no longer there: a file that has grown has another time too."""
        known = self._stamp
        if state and known:
            is_grown = state.size > self._end
            if state.number != known.number or (state.changed != known.changed and not is_grown):
                return True
        return _before(file, self._end) != self._tail


@dataclass(frozen=True, slots=True, eq=False)
class StoredCurve(Sequence[float]):
    """A learning curve, or a list of numbers, of a trial in a journal, read whenever it is needed.

    Parameters
    ----------
    path
        The journal's file.
    place
        Where the line of the trial begins, in bytes.
    number
        The trial's number.
    points
        How many points the curve has.
    part
        The attribute of the trial that has it.
    name
        Its name there, if there are several: the class measure or objective.

    Raises
    ------
    StorageError
        When its values are needed, if the file can't be read or has another trial at that place.
    """

    path: Path
    place: int
    number: int
    points: int
    part: str = "curve"
    name: str = ""

    def __len__(self) -> int:
        return self.points

    def __iter__(self) -> Iterator[float]:
        return iter(self._read())

    @overload
    def __getitem__(self, index: int) -> float: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[float]: ...
    def __getitem__(self, index: int | slice) -> float | Sequence[float]:
        return self._read()[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment] # as for lists: equal to other sequences

    def _read(self) -> Sequence[float]:
        where = f"{self.path}, byte {self.place}"
        try:
            with opened_file(self.path, MOST_BYTES) as (file, size):
                file.seek(self.place)
                line, _ = next(_lines(file, size - self.place), (b"", 0))
            trial = _trial(line)
        except ValueError as error:
            raise StorageError(f"{where}: {error}") from error
        found = getattr(trial, self.part)
        curve: Sequence[float] = found.get(self.name, ()) if self.name else found
        if (trial.number, len(curve)) != (self.number, self.points):
            raise StorageError(f"{where}: must be trial {self.number}, as before, but is another")
        return curve


@dataclass(frozen=True, slots=True, eq=False)
class StoredCurves(Mapping[str, Sequence[float]]):
    """Several curves of a trial in a journal by their names, each read as a `StoredCurve`.

    Parameters
    ----------
    curve
        One of them.
    names
        Of class measures or objectives.
    """

    curve: StoredCurve
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __getitem__(self, name: str) -> StoredCurve:
        if name not in self.names:
            raise KeyError(name)
        return replace(self.curve, name=name)


def read_trials(path: Path, remedy: str = _RESUME) -> list[Trial]:
    """Read the trials of a journal, in the order of their numbers.

    Parameters
    ----------
    path
        The journal's file. A last line without its newline is not committed: it is left out.
    remedy
        What the message tells the user to do about a damaged line.

    Raises
    ------
    StorageError
        If the file can't be read, or if lines of it are damaged; the first of them are listed.
    """
    trials, problems = read_intact_trials(path)
    if problems:
        raise damage(path, problems, remedy)
    return trials


def read_intact_trials(path: Path) -> tuple[list[Trial], list[str]]:
    """Read the trials of a journal as `read_trials` does, and a line for each damaged one.

    Raises
    ------
    StorageError
        If the file can't be read.
    """
    found = [each for _, each in _examined(path)]
    trials = sorted((each for each in found if isinstance(each, Trial)), key=attrgetter("number"))
    return trials, [each for each in found if isinstance(each, str)]


def read_study(path: Path) -> list[Trial]:
    """Read the trials of a random search or an ablation; none if the file does not exist.

    Raises
    ------
    StorageError
        If the file can't be read, or if lines of it are damaged.
    """
    remedy = f"delete {path.name}, which can be made again"
    return read_trials(path, remedy) if path.exists() else []


def damage(path: Path, problems: Sequence[str], remedy: str = _RESUME) -> StorageError:
    """Make the error for a journal with damaged lines; the first of them are listed."""
    first = [f"{problem}; {remedy}" for problem in problems[:_MOST_PROBLEMS]]
    more = len(problems) - _MOST_PROBLEMS
    return StorageError(*first, *[f"{path}: and {more} more"] * (more > 0))


def mend_journal(path: Path, keep: Path) -> list[str]:
    """Remove the damaged lines of a journal, and keep a copy of it as it was.

    Parameters
    ----------
    path
        The journal's file; nobody may have it open.
    keep
        Where the damaged journal is kept, if it is damaged.

    Returns
    -------
    list of str
        One line of text for each line that was removed.

    Raises
    ------
    StorageError
        If the file can't be read or written.
    """
    intact: list[bytes] = []
    problems: list[str] = []
    for line, found in _examined(path):
        if isinstance(found, Trial):
            intact.append(line + b"\n")
        else:
            problems.append(f"{found}; its trial is trained again")
    if problems:
        write_atomically(path, b"".join(intact), keep=keep)
    return problems


def _examined(path: Path) -> Iterator[tuple[bytes, Trial | str]]:
    """Yield each line of a journal with its trial, or with the problem that it has."""
    examiner, place = _Examiner(path), 0
    for line, length in _committed_lines(path):
        yield line, examiner.examined(line, place)
        place += length


class _Examiner:
    """Checks the lines of a journal, one after the other."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._count = 0
        self._lines: dict[int, int] = {}  # number of a trial -> its line
        self._names: dict[tuple[str, ...], tuple[str, ...]] = {}  # kept once for all trials

    def examined(self, line: bytes, place: int) -> Trial | str:
        """Return the trial of the next line, which begins there, or the problem that it has."""
        self._count += 1
        try:
            trial = _trial(line)
        except ValueError as error:
            return f"{self._path}, line {self._count}: {error}"
        first = self._lines.setdefault(trial.number, self._count)
        if first == self._count:
            return self._without_curves(trial, place)
        rule = f"must have a number of its own, but line {first} has it too"
        return f"{self._path}, line {self._count}: {rule}"

    def _without_curves(self, trial: Trial, place: int) -> Trial:
        """Return the trial of the line that begins there with curves that are read when needed."""
        curve = StoredCurve(self._path, place, trial.number, len(trial.curve))
        return replace(
            trial,
            curve=curve,
            class_curves=self._stored(curve, "class_curves", trial.class_curves),
            replicates=self._stored(curve, "replicates", trial.replicates),
        )

    def _stored(
        self, curve: StoredCurve, part: str, curves: Mapping[str, Sequence[float]]
    ) -> Mapping[str, Sequence[float]]:
        if not curves:
            return curves
        names = self._names.setdefault(tuple(curves), tuple(curves))
        points = len(next(iter(curves.values())))
        return StoredCurves(replace(curve, part=part, points=points), names)


def count_trials(path: Path) -> int:
    """Count the committed lines of a journal without checking them; 0 if there is no journal.

    Raises
    ------
    StorageError
        If the file exists, but can't be read.
    """
    try:
        return sum(1 for _ in _committed_lines(path))
    except StorageError as error:
        if is_missing(error):
            return 0
        raise


def _trial(line: bytes) -> Trial:
    if len(line) > LONGEST_LINE:
        raise ValueError(f"must have at most {LONGEST_LINE:,} bytes, but is longer")
    text = remove_checksum(line)
    try:
        return Trial.from_json(text)
    except ValueError as error:
        raise ValueError(f"must be a trial, but {' '.join(str(error).split())}") from error


def _committed_lines(path: Path) -> Iterator[tuple[bytes, int]]:
    with opened_file(path, MOST_BYTES) as (file, size):
        yield from _lines(file, size)


def _lines(file: BinaryIO, rest: int) -> Iterator[tuple[bytes, int]]:
    """Yield the committed lines among the next ``rest`` bytes, each with its length in the file.

    A line comes without its newline; of one that is too long, only the beginning.
    """
    line, length = b"", 0
    while piece := file.readline(min(rest, LONGEST_LINE + 1)):
        rest -= len(piece)
        length += len(piece)
        line = line or piece
        if piece.endswith(b"\n"):
            yield line.removesuffix(b"\n"), length
            line, length = b"", 0


def _before(file: BinaryIO, end: int) -> bytes:
    """Return the last bytes before a place."""
    start = max(0, end - _TAIL)
    file.seek(start)
    return file.read(end - start)
