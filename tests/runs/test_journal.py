import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from neuroevo.errors import StorageError
from neuroevo.runs import Journal, Trial, read_trials
from neuroevo.storage.checksum import add_checksum

Make = Callable[..., Trial]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a journal that does not exist yet."""
    return tmp_path / "trials.jsonl"


def test_trials_are_read_in_the_order_of_their_numbers(path: Path, make_trial: Make) -> None:
    """Trials are sorted by number, whatever order they finished in."""
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
    """Appended lines remain, although the process never closed its journal."""
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


def test_every_cut_loses_at_most_the_unfinished_line(path: Path, make_trial: Make) -> None:
    """Cut at any byte, the file still has every line whose newline is there."""
    whole = three_trials(path, make_trial)
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        assert len(read_trials(path)) == whole[:cut].count(b"\n")


def test_every_flipped_bit_is_noticed(path: Path, make_trial: Make) -> None:
    """If a bit of any byte is flipped, the damaged line is named, or its newline is missing."""
    whole = three_trials(path, make_trial)
    for place, byte in enumerate(whole):
        path.write_bytes(whole[:place] + bytes([byte ^ 1 << place % 8]) + whole[place + 1 :])
        if place == len(whole) - 1:
            assert [trial.number for trial in read_trials(path)] == [0, 1]
            continue
        with pytest.raises(StorageError) as caught:
            read_trials(path)
        line = whole[:place].count(b"\n") + 1
        assert caught.value.problems[0].startswith(f"{path}, line {line}: must ")
        assert len(caught.value.problems) <= 2  # a newline amid a line makes two of it


def three_trials(path: Path, make_trial: Make) -> bytes:
    """Write a journal of three trials and return its bytes."""
    with Journal(path) as journal:
        for number in range(3):
            journal.append(make_trial(number=number, name="größer"))
    return path.read_bytes()


def test_appending_after_an_unfinished_line_keeps_all_committed_ones(
    path: Path, make_trial: Make
) -> None:
    """An unfinished line is cut off, so that the next line does not become part of it."""
    with Journal(path) as journal:
        journal.append(make_trial(number=0))
        journal.append(make_trial(number=1))
    path.write_bytes(path.read_bytes()[:-7])
    with Journal(path) as journal:
        journal.append(make_trial(number=2))
    assert [trial.number for trial in read_trials(path)] == [0, 2]


def test_an_unfinished_line_of_any_length_is_cut_off(path: Path, make_trial: Make) -> None:
    """A line longer than a block is cut off too, whether it is the only line or not."""
    line = add_checksum(make_trial().to_json()).encode() + b"\n"
    for committed in (b"", line, line * 500):
        for length in (0, 1, 65_535, 65_536, 65_537, 200_000):
            path.write_bytes(committed + b"x" * length)
            with Journal(path):
                pass
            assert path.read_bytes() == committed


def test_a_last_line_with_zeros_is_cut_off(path: Path, make_trial: Make) -> None:
    """Zeros that a power cut left in the last line are cut off; in other lines they are damage."""
    whole = three_trials(path, make_trial)
    first, second, third = whole.splitlines(keepends=True)
    path.write_bytes(first + second + b"\0" * (len(third) - 1) + b"\n")
    with pytest.raises(StorageError, match="line 3: must end with its checksum"):
        read_trials(path)
    with Journal(path) as journal:
        journal.append(make_trial(number=7))
    assert [trial.number for trial in read_trials(path)] == [0, 1, 7]
    for content in (b"\0" * (len(first) - 1) + b"\n" + second, first + second[:-9] + b"\n" + b"x"):
        path.write_bytes(content)
        with Journal(path):
            pass
        with pytest.raises(StorageError, match="must end with its checksum"):
            read_trials(path)


CURE = "but is damaged; resume leaves the line out and trains its trial again"


def test_damaged_lines_are_named_all_at_once(path: Path, make_trial: Make) -> None:
    """Each damaged line is one problem with the file's name and the line's number."""
    good, other = (add_checksum(make_trial(number=number).to_json()).encode() for number in (0, 1))
    long = b"x" * 3_000_000
    lines = [good, b"{}", add_checksum('{"generation": 1}').encode(), other, b"\xff", long, other]
    path.write_bytes(b"\n".join([*lines, good[:-1], b"unfinished"]))
    with pytest.raises(StorageError) as caught:
        read_trials(path)
    cure = CURE.removeprefix("but is damaged")
    assert caught.value.problems == (
        f"{path}, line 2: must end with its checksum, {CURE}",
        f"{path}, line 3: must be a trial, but number is missing{cure}",
        f"{path}, line 5: must end with its checksum, {CURE}",
        f"{path}, line 6: must have at most 1,000,000 bytes, but is longer{cure}",
        f"{path}, line 7: must have a number of its own, but line 4 has it too{cure}",
        f"{path}, line 8: must end with its checksum, {CURE}",
    )


def test_of_many_damaged_lines_the_first_are_named(path: Path) -> None:
    """A journal with other content does not fill the terminal."""
    path.write_bytes(b"\n" * 1000)
    with pytest.raises(StorageError) as caught:
        read_trials(path)
    assert len(caught.value.problems) == 11
    assert caught.value.problems[-1] == f"{path}: and 990 more"


def test_pipes_devices_and_folders_are_refused_without_waiting(tmp_path: Path, path: Path) -> None:
    """A pipe, a device and a folder are neither read nor written; a link is not followed."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/zero")
    for strange in (tmp_path / "pipe", tmp_path / "link", tmp_path):
        with pytest.raises(StorageError, match="must be a file"):
            read_trials(strange)
        with pytest.raises(StorageError, match=r"must be a file|can't be written"):
            Journal(strange)
    path.touch()
    (tmp_path / "other").symlink_to(path)
    with pytest.raises(StorageError, match="other: can't be written"):
        Journal(tmp_path / "other")


def test_a_missing_journal_is_named(path: Path) -> None:
    """A missing journal is a storage error with its path."""
    with pytest.raises(StorageError, match=r"trials\.jsonl: can't be read \(No such file"):
        read_trials(path)


def test_a_journal_in_a_missing_folder_is_named(tmp_path: Path) -> None:
    """A journal that can't be opened for writing is a storage error with its path."""
    with pytest.raises(StorageError, match="can't be written"):
        Journal(tmp_path / "nowhere" / "trials.jsonl")


def test_a_full_disk_keeps_committed_lines(path: Path) -> None:
    """A line that is written in part is removed, and the lines after it are readable."""
    program = f"""
import resource, signal
from pathlib import Path
from neuroevo.errors import StorageError
from neuroevo.runs import Journal, Trial
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
unlimited = resource.RLIM_INFINITY
path = Path({str(path)!r})
def trial(number):
    return Trial(number, 0, "initial", (), {{}}, {{}}, (), "complete", 0, 0.0)
with Journal(path) as journal:
    journal.append(trial(0))
    size = path.stat().st_size
    for room in range(size):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + room, unlimited))
        try:
            journal.append(trial(1))
        except StorageError as error:
            assert str(error) == f"{{path}}: can't be written (File too large)", error
        else:
            raise SystemExit("a line longer than the room was written")
        assert path.stat().st_size == size
    resource.setrlimit(resource.RLIMIT_FSIZE, (unlimited, unlimited))
    journal.append(trial(2))
"""
    subprocess.run([sys.executable, "-B", "-c", program], check=True)
    assert [trial.number for trial in read_trials(path)] == [0, 2]


def test_an_interrupt_between_writes_leaves_no_part_of_a_line(
    path: Path, make_trial: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line whose writing is interrupted at any byte is removed."""
    with Journal(path) as journal:
        journal.append(make_trial(number=0))
        size, write = path.stat().st_size, os.write
        for most in range(size):
            written = 0

            def slow(descriptor: int, data: bytes, most: int = most) -> int:
                nonlocal written
                if written == most:
                    raise KeyboardInterrupt
                written += 1
                return write(descriptor, data[:1])

            with monkeypatch.context() as patch:
                patch.setattr(os, "write", slow)
                with pytest.raises(KeyboardInterrupt):
                    journal.append(make_trial(number=1))
            assert path.stat().st_size == size
        journal.append(make_trial(number=2))
    assert [trial.number for trial in read_trials(path)] == [0, 2]


def test_a_part_of_a_line_is_cut_before_the_next_line(
    path: Path, make_trial: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If truncating fails, the part of a line stays until the next line is appended."""
    write = os.write

    def write_a_part(descriptor: int, data: bytes) -> int:
        write(descriptor, data[:9])
        raise OSError(5, "Input/output error")

    def refuse(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with Journal(path) as journal:
        journal.append(make_trial(number=0))
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", write_a_part)
            patch.setattr(os, "ftruncate", refuse)
            for _ in range(2):
                with pytest.raises(StorageError, match="Input/output error"):
                    journal.append(make_trial(number=1))
        journal.append(make_trial(number=2))
    assert [trial.number for trial in read_trials(path)] == [0, 2]


def test_a_trial_is_one_short_write(
    path: Path, make_trial: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A trial with a curve of sixty points is written by one system call of less than 2 kB."""
    curve = tuple(0.1 / 3**power for power in range(60))
    write, lengths = os.write, []

    def counted(descriptor: int, data: bytes) -> int:
        lengths.append(len(data))
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", counted)
    with Journal(path) as journal:
        for number in range(200):
            journal.append(make_trial(number=number, curve=curve))
    assert len(lengths) == 200
    assert max(lengths) < 2000
