import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from neuroevo.errors import BusyError, StorageError
from neuroevo.runs import Holder, RunFolder, RunLock, holder

HOLD = """
import sys
from pathlib import Path
from neuroevo.runs import RunFolder, RunLock
with RunLock(RunFolder(Path(sys.argv[1]))):
    print("held", flush=True)
    {}
    sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """Return a run folder without a writer."""
    path = tmp_path / "tiny-20261122-154455"
    path.mkdir()
    return RunFolder(path)


@contextmanager
def held_elsewhere(folder: RunFolder, deed: str = "") -> Iterator["subprocess.Popen[str]"]:
    """Hold a run's lock in another process."""
    command = [sys.executable, "-c", HOLD.format(deed), str(folder.path)]
    with subprocess.Popen(
        command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_second_writer_gets_the_name_of_the_first(folder: RunFolder) -> None:
    """While a process holds the lock, another one is refused with its number and command."""
    with held_elsewhere(folder) as process:
        found = holder(folder)
        assert found is not None
        assert (found.pid, found.host) == (process.pid, os.uname().nodename)
        with pytest.raises(BusyError) as caught, RunLock(folder):
            pass
        assert str(caught.value) == (
            f"{folder.id}: must have one writer at a time, but process {process.pid} on "
            f"{found.host} ({found.command}) has written to it since {found.since}"
        )
        assert caught.value.exit_code == 75


def test_a_writer_is_refused_by_one_in_its_own_process(folder: RunFolder) -> None:
    """Two searches of one run in one process are two writers."""
    with (
        RunLock(folder),
        pytest.raises(BusyError, match=f"process {os.getpid()} "),
        RunLock(folder),
    ):
        pass


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_lock_is_released_when_its_process_ends(
    folder: RunFolder, number: signal.Signals
) -> None:
    """After a writer was killed, the next one gets the lock, and the old name is removed."""
    with held_elsewhere(folder) as process:
        process.send_signal(number)
        process.wait()
    assert folder.writer_file.exists()
    assert holder(folder) is None
    with RunLock(folder):
        found = holder(folder)
        assert found is not None
        assert found.pid == os.getpid()
    assert holder(folder) is None
    assert not folder.writer_file.exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_the_lock_is_not_inherited(folder: RunFolder) -> None:
    """Child processes that outlive a killed writer do not hold its lock."""
    fork = "import os\n    if not os.fork(): os.execlp('sleep', 'sleep', '30')"
    pause = "import os, time\n    if not os.fork(): time.sleep(30); os._exit(0)"
    for deed in (fork, pause):
        with held_elsewhere(folder, f"sys.stdout.close(); {deed}") as process:
            process.kill()
            process.wait()
            with RunLock(folder):
                pass


def test_readers_make_no_file_and_block_no_writer(folder: RunFolder) -> None:
    """Readers that check the lock all the time neither make a file nor make a writer fail."""
    assert holder(folder) is None
    assert [*folder.path.iterdir()] == []
    done = threading.Event()
    mistaken: list[Holder] = []

    def ask() -> None:
        while not done.is_set():
            found = holder(folder)
            if found is not None and found.pid not in {0, os.getpid()}:
                mistaken.append(found)

    readers = [threading.Thread(target=ask) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for _ in range(30):
            with RunLock(folder):
                pass
    finally:
        done.set()
        for reader in readers:
            reader.join()
    assert not mistaken


@pytest.mark.skipif(sys.platform == "win32", reason="there readers lock as writers do")
def test_a_writer_waits_for_slow_readers(folder: RunFolder) -> None:
    """A reader that is interrupted while it checks the lock makes no writer fail."""
    import fcntl  # noqa: PLC0415 - not on every system

    with folder.lock_file.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        release = threading.Timer(1.5, lambda: fcntl.flock(file, fcntl.LOCK_UN))
        release.start()
        with RunLock(folder):
            assert holder(folder) is not None
        release.join()


def test_readers_do_not_take_each_other_for_a_writer(folder: RunFolder) -> None:
    """Two readers at the same time both find that there is no writer."""
    with RunLock(folder):
        pass
    found: list[Holder | None] = []
    readers = [
        threading.Thread(target=lambda: found.extend(holder(folder) for _ in range(1000)))
        for _ in range(3)
    ]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert found == [None] * 3000


@pytest.mark.parametrize("content", ["", "[", "[]", '{"pid": "x"}', '{"pid": 1, "host": 2}', "{}"])
def test_a_damaged_writer_file_means_another_process(folder: RunFolder, content: str) -> None:
    """With any content of the writer's file, the lock decides."""
    with RunLock(folder):
        folder.writer_file.write_text(content)
        assert holder(folder) == Holder()
        with pytest.raises(BusyError, match=r"but another process has written to it$"):
            RunLock(folder).__enter__()


@pytest.mark.parametrize("name", ["lock", "writer.json"])
def test_links_are_not_followed(folder: RunFolder, tmp_path: Path, name: str) -> None:
    """A link at the path of the lock is refused; the writer's file replaces one."""
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (folder.path / name).symlink_to(victim)
    if name == "lock":
        with pytest.raises(StorageError, match="lock: can't be written"), RunLock(folder):
            pass
        assert holder(folder) is None
    else:
        with RunLock(folder):
            assert json.loads(folder.writer_file.read_text())["pid"] == os.getpid()
    assert victim.read_text() == "mine"


def test_a_missing_folder_is_not_made(folder: RunFolder, tmp_path: Path) -> None:
    """A missing folder is not made by locking it; a link to a folder locks that folder."""
    with pytest.raises(StorageError, match="must be a folder"), RunLock(RunFolder(tmp_path / "x")):
        pass
    (tmp_path / "link").symlink_to(folder.path)
    with RunLock(RunFolder(tmp_path / "link")), pytest.raises(BusyError):
        RunLock(folder).__enter__()
    assert {path.name for path in tmp_path.iterdir()} == {folder.id, "link"}


def test_temporary_files_of_killed_processes_are_removed(folder: RunFolder) -> None:
    """Files of killed writers are removed when the lock is taken; those of running ones stay."""
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        pass
    for number in (dead.pid, os.getpid(), os.getppid()):
        (folder.path / f".report.html.{number}.temporary").touch()
    others = [folder.path / name for name in (".temporary", "a.1.temporary", ".a.b.temporary")]
    for path in others:
        path.touch()
    with RunLock(folder):
        pass
    living = folder.path / f".report.html.{os.getppid()}.temporary"
    assert {*folder.path.iterdir()} == {living, folder.lock_file, *others}
