import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from neuroevo.errors import StorageError
from neuroevo.runs import Journal, Trial, read_trials

Make = Callable[..., Trial]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a journal."""
    return tmp_path / "trials.jsonl"


def refuse(*_: object) -> None:
    """Stand for a system call that fails."""
    raise OSError(5, "Input/output error")


class Disk:
    """Stands for `os.fsync`: notes the size of each file that is synced, and can be held up."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.called, self.free = threading.Event(), threading.Event()
        self._sync = os.fsync

    def fsync(self, descriptor: int) -> None:
        """Sync once the disk is free."""
        self.called.set()
        self.free.wait()
        self.sizes.append(os.fstat(descriptor).st_size)
        self._sync(descriptor)


def test_trials_are_appended_while_the_disk_is_busy(
    path: Path, make_trial: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred lines are written during one sync, and one more sync is enough for all of them."""
    disk = Disk()
    with Journal(path) as journal:
        monkeypatch.setattr(os, "fsync", disk.fsync)
        journal.append(make_trial(number=0))
        assert disk.called.wait(60)
        for number in range(1, 101):
            journal.append(make_trial(number=number))
        assert len(read_trials(path)) == 101
        assert disk.sizes == []
        disk.free.set()
    assert len(disk.sizes) <= 3
    assert disk.sizes[-1] == path.stat().st_size


def test_closing_a_journal_syncs_its_last_line(
    path: Path, make_trial: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After closing, no line is left that was never synced, however few there are."""
    disk = Disk()
    disk.free.set()
    monkeypatch.setattr(os, "fsync", disk.fsync)
    for number in range(20):
        with Journal(path) as journal:
            journal.append(make_trial(number=number))
        assert disk.sizes[-1] == path.stat().st_size


def test_a_sync_that_fails_ends_the_run(
    path: Path, make_trial: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error is raised by the next line, by an explicit sync and by closing."""
    failed = threading.Event()

    def fail(_: int) -> None:
        failed.set()
        refuse()

    journal = Journal(path)
    monkeypatch.setattr(os, "fsync", fail)
    journal.append(make_trial(number=0))
    assert failed.wait(60)

    def append_many() -> None:
        for number in range(1, 1_000_000):
            journal.append(make_trial(number=number))

    with pytest.raises(StorageError, match=r"trials\.jsonl.*Input/output error"):
        append_many()
    with pytest.raises(StorageError, match="Input/output error"):
        journal.sync()
    with pytest.raises(StorageError, match="Input/output error"):
        journal.close()


def test_a_failed_sync_is_not_forgotten(
    path: Path, make_trial: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system reports an error once; appending and closing raise it all the same."""
    journal = Journal(path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        with pytest.raises(StorageError, match="Input/output error"):
            journal.sync()
    with pytest.raises(StorageError, match="Input/output error"):
        journal.append(make_trial(number=0))
    with pytest.raises(StorageError, match="Input/output error"):
        journal.close()
    assert read_trials(path) == []


def test_an_interrupted_sync_is_repeated_at_the_end(
    path: Path, make_trial: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C during a sync does not leave lines that are never synced."""
    disk = Disk()
    disk.free.set()

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    journal = Journal(path)
    journal.append(make_trial(number=0))
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", interrupt)
        with pytest.raises(KeyboardInterrupt):
            journal.sync()
    monkeypatch.setattr(os, "fsync", disk.fsync)
    journal.close()
    assert disk.sizes[-1] == path.stat().st_size


def test_the_error_that_ends_a_run_is_the_one_that_is_reported(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A journal that can't be synced when it is closed hides no interrupt."""

    def interrupted() -> None:
        with Journal(path):
            monkeypatch.setattr(os, "fsync", refuse)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()


def test_a_journal_that_is_not_cleared_is_cleared_before_the_next_line(
    path: Path, make_trial: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If truncating fails, old lines are removed later, and no new line is lost with them."""
    with Journal(path) as journal:
        journal.append(make_trial(number=0))
        with monkeypatch.context() as patch:
            patch.setattr(os, "ftruncate", refuse)
            with pytest.raises(StorageError, match="Input/output error"):
                journal.clear()
        journal.append(make_trial(number=1))
    assert [trial.number for trial in read_trials(path)] == [1]
