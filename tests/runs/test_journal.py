import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from neuroevo.errors import StorageError
from neuroevo.runs import Journal, Trial, read_trials

Make = Callable[..., Trial]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the path of a journal that does not exist yet."""
    return tmp_path / "trials.jsonl"


def test_trials_come_back_in_the_order_of_their_numbers(path: Path, make_trial: Make) -> None:
    """Trials are read by number, whatever order they finished in."""
    with Journal(path) as journal:
        for number in (2, 0, 1):
            journal.append(make_trial(number=number))
    assert [trial.number for trial in read_trials(path)] == [0, 1, 2]


def test_a_line_is_readable_as_soon_as_it_is_appended(path: Path, make_trial: Make) -> None:
    """A reader sees each trial while the journal is still open."""
    with Journal(path) as journal:
        for number in range(3):
            journal.append(make_trial(number=number))
            assert len(read_trials(path)) == number + 1


def test_a_process_that_is_killed_leaves_its_lines(path: Path) -> None:
    """What was appended stands, although the process never closed its journal."""
    program = f"""
import os, signal
from pathlib import Path
from neuroevo.runs import Journal, Trial
journal = Journal(Path({str(path)!r}))
for number in range(5):
    journal.append(Trial(number, 0, "initial", (), {{}}, {{}}, (), "complete", 0, 0.0))
os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", program], check=False)
    assert killed.returncode < 0
    assert [trial.number for trial in read_trials(path)] == [0, 1, 2, 3, 4]


def test_every_cut_loses_at_most_the_torn_line(path: Path, make_trial: Make) -> None:
    """Cut at any byte, the file still gives every line whose newline is there."""
    with Journal(path) as journal:
        for number in range(3):
            journal.append(make_trial(number=number, name="größer"))
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        assert len(read_trials(path)) == whole[:cut].count(b"\n")


def test_appending_after_a_torn_line_keeps_all_committed_ones(path: Path, make_trial: Make) -> None:
    """A torn tail is trimmed, so that the next line does not become part of it."""
    with Journal(path) as journal:
        journal.append(make_trial(number=0))
        journal.append(make_trial(number=1))
    path.write_bytes(path.read_bytes()[:-7])
    with Journal(path) as journal:
        journal.append(make_trial(number=2))
    assert [trial.number for trial in read_trials(path)] == [0, 2]


def test_a_torn_line_of_any_length_is_trimmed(path: Path, make_trial: Make) -> None:
    """A tail longer than any block that is read at once goes too, be it the only line or not."""
    line = make_trial().to_json().encode() + b"\n"
    for committed in (b"", line, line * 500):
        for length in (0, 1, 65_535, 65_536, 65_537, 200_000):
            path.write_bytes(committed + b"x" * length)
            with Journal(path):
                pass
            assert path.read_bytes() == committed


def test_damaged_lines_are_named_all_at_once(path: Path, make_trial: Make) -> None:
    """Each damaged line is one problem with the file's name and the line's number."""
    good = make_trial().to_json().encode()
    path.write_bytes(b"\n".join([good, b"{}", good, b"\xff", b""]))
    with pytest.raises(StorageError) as caught:
        read_trials(path)
    assert caught.value.problems == (
        f"{path}, line 2: must be a trial, but number is missing",
        f"{path}, line 4: must be a trial, but it is not UTF-8 text",
    )


def test_a_missing_journal_is_named(path: Path) -> None:
    """A journal that is not there is a storage error with its path."""
    with pytest.raises(StorageError, match=r"trials\.jsonl: cannot be read \(No such file"):
        read_trials(path)


def test_a_journal_in_a_missing_folder_is_named(tmp_path: Path) -> None:
    """A journal that can't be opened for writing is a storage error with its path."""
    with pytest.raises(StorageError, match="cannot be written"):
        Journal(tmp_path / "nowhere" / "trials.jsonl")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_a_storage_error(path: Path, make_trial: Make) -> None:
    """When the disk is full, appending says so in one line."""
    path.symlink_to("/dev/full")
    with pytest.raises(StorageError, match="No space left"), Journal(path) as journal:
        journal.append(make_trial())


def test_writing_a_run_costs_little(path: Path, make_trial: Make) -> None:
    """Two thousand trials with curves of sixty points take well under two seconds of CPU."""
    trial = make_trial(curve=tuple(0.1 / 3**power for power in range(60)))
    before = os.times()
    with Journal(path) as journal:
        for _ in range(2000):
            journal.append(trial)
    after = os.times()
    assert after.user + after.system - before.user - before.system < 2
    assert path.stat().st_size < 4_000_000
