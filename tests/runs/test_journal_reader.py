import os
from collections.abc import Callable
from pathlib import Path

import pytest

from neuroevo.errors import StorageError
from neuroevo.runs import Journal, JournalReader, Trial, read_trials

Make = Callable[..., Trial]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a journal that does not exist yet."""
    return tmp_path / "trials.jsonl"


def numbers(reader: JournalReader) -> list[int]:
    """Read what is new and return the numbers of its trials."""
    return [trial.number for trial in reader.read().trials]


def test_each_trial_is_read_once(path: Path, make_trial: Make) -> None:
    """A reader returns what was appended since the last call, from a journal that is still open."""
    reader = JournalReader(path)
    assert reader.read() == ((), (), True)
    with Journal(path) as journal:
        for number in range(5):
            journal.append(make_trial(number=number))
            assert numbers(reader) == [number]
            assert reader.read() == ((), (), False)


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="a file of Linux")
def test_only_new_lines_are_read(path: Path, make_trial: Make) -> None:
    """Of a long journal a reader reads the new line and a few bytes before it, no more."""
    with Journal(path) as journal:
        for number in range(2000):
            journal.append(make_trial(number=number))
        reader = JournalReader(path)
        assert len(numbers(reader)) == 2000
        before = bytes_read()
        line = path.stat().st_size // 2000
        journal.append(make_trial(number=2000))
        assert numbers(reader) == [2000]
    assert bytes_read() - before < 3 * line + 20_000  # what /proc itself takes, too


def bytes_read() -> int:
    """Return how many bytes this process has read so far."""
    return int(Path("/proc/self/io").read_text(encoding="ascii").split()[1])


def test_a_line_is_read_when_it_is_committed(path: Path, make_trial: Make) -> None:
    """Written byte by byte, a line is read as soon as its newline is there, and not before."""
    with Journal(path) as journal:
        journal.append(make_trial(number=0))
        journal.append(make_trial(number=1))
    whole = path.read_bytes()
    path.write_bytes(b"")
    reader, found = JournalReader(path), []
    for end in range(len(whole)):
        with path.open("ab") as file:
            file.write(whole[end : end + 1])
        found += [(end, number) for number in numbers(reader)]
    assert found == [(whole.index(b"\n"), 0), (len(whole) - 1, 1)]


@pytest.mark.parametrize("change", ["cut", "replaced", "rewritten", "edited", "removed"])
def test_a_changed_journal_is_read_from_its_beginning(
    path: Path, make_trial: Make, change: str
) -> None:
    """A journal that was cut, replaced, changed or removed is read afresh, and is marked so."""
    with Journal(path) as journal:
        for number in range(3):
            journal.append(make_trial(number=number))
    reader = JournalReader(path)
    assert numbers(reader) == [0, 1, 2]
    with Journal(path.with_name("other")) as journal:
        for number in range(7, 12):
            journal.append(make_trial(number=number))
    other = path.with_name("other")
    expected = list(range(7, 12))
    if change == "cut":
        os.truncate(path, path.read_bytes().rindex(b"\n", 0, -1) + 1)
        expected = [0, 1]
    elif change == "replaced":
        other.replace(path)
    elif change == "rewritten":
        path.write_bytes(other.read_bytes())
    elif change == "edited":  # in the middle, to a text of the same length
        path.write_bytes(path.read_bytes().replace(b'"number": 1', b'"number": 9', 1))
        os.utime(path, (1, 1))
        expected = [0, 2]
    else:
        path.unlink()
        expected = []
    new = reader.read()
    assert (new.afresh, [trial.number for trial in new.trials]) == (True, expected)
    assert not reader.read().afresh


def test_damage_is_reported_once_and_reading_goes_on(path: Path, make_trial: Make) -> None:
    """A damaged line has the message of `read_trials`; the lines after it are read."""
    with Journal(path) as journal:
        for number in range(3):
            journal.append(make_trial(number=number))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1].replace(b"initial", b"inital") + lines[2] + lines[0])
    reader = JournalReader(path)
    new = reader.read()
    assert [trial.number for trial in new.trials] == [0, 2]
    with pytest.raises(StorageError) as caught:
        read_trials(path)
    assert [line.split(";")[0] for line in caught.value.problems] == list(new.problems)
    assert "line 2" in new.problems[0]
    assert "line 1 has it too" in new.problems[1]
    assert reader.read().is_empty


def test_learning_curves_are_read_when_they_are_needed(path: Path, make_trial: Make) -> None:
    """A trial that was read has its own curve, unless the journal was replaced meanwhile."""
    curves = [tuple(float(number + point) for point in range(3)) for number in range(4)]
    with Journal(path) as journal:
        for number, curve in enumerate(curves):
            journal.append(make_trial(number=number, name="größer", curve=curve))
    found = JournalReader(path).read().trials
    assert found == tuple(read_trials(path))
    for trial, curve in zip(found, curves, strict=True):
        assert trial.curve == curve
        assert curve == trial.curve
        assert (trial.curve[-1], trial.curve[:2], len(trial.curve)) == (curve[-1], curve[:2], 3)
        assert trial.curve != curve[:2]
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[::-1]))  # of equal length, so that each place has a trial
    assert len({len(line) for line in lines}) == 1
    for trial in found:
        with pytest.raises(StorageError, match=r"trials\.jsonl, byte \d+: must "):
            tuple(trial.curve)


def test_class_curves_are_read_when_they_are_needed(path: Path, make_trial: Make) -> None:
    """A trial that was read has its class curves, unless its line was replaced by one without."""
    curves = {"error_rate": (0.5, 0.0), "log_loss": (0.7, 0.1)}
    replicates = {"log_loss": (0.1, 0.3, 0.2)}
    with Journal(path) as journal:
        journal.append(make_trial(number=0, class_curves=curves, replicates=replicates))
        journal.append(make_trial(number=1))
    classes, none = read_trials(path)
    assert list(classes.class_curves) == list(curves)
    assert classes.class_curves == curves
    assert classes.class_curves["log_loss"][-1] == 0.1
    assert len(classes.class_curves["error_rate"]) == 2
    assert "balanced_error" not in classes.class_curves
    assert classes.replicates == replicates
    assert none.class_curves == none.replicates == {}
    path.unlink()
    with Journal(path) as journal:
        journal.append(make_trial(number=0))
    assert tuple(classes.curve) == (0.5, 0.25)
    with pytest.raises(StorageError, match=r"trials\.jsonl, byte 0: must be trial 0"):
        tuple(classes.class_curves["log_loss"])
    with pytest.raises(StorageError, match=r"trials\.jsonl, byte 0: must be trial 0"):
        tuple(classes.replicates["log_loss"])


def test_pipes_and_folders_are_refused(tmp_path: Path) -> None:
    """A pipe and a folder are refused without waiting."""
    os.mkfifo(tmp_path / "pipe")
    for strange in (tmp_path / "pipe", tmp_path):
        with pytest.raises(StorageError, match="must be a file"):
            JournalReader(strange).read()
