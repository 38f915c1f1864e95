import stat
import threading
from pathlib import Path

import pytest

from neuroevo.errors import StorageError
from neuroevo.storage.atomic import check_writable, write_atomically


def test_text_and_bytes_are_written_as_they_are(tmp_path: Path) -> None:
    """Text becomes UTF-8 without changes of line ends; bytes stay bytes."""
    write_atomically(tmp_path / "text", "größer\r\n")
    write_atomically(tmp_path / "bytes", b"\x00\xff")
    assert (tmp_path / "text").read_bytes() == "größer\r\n".encode()
    assert (tmp_path / "bytes").read_bytes() == b"\x00\xff"


def test_the_old_file_is_replaced_not_changed(tmp_path: Path) -> None:
    """A reader that has the old file open goes on reading the whole old content."""
    path = tmp_path / "file"
    write_atomically(path, "old")
    with path.open() as reader:
        write_atomically(path, "new and longer")
        assert reader.read() == "old"
    assert path.read_text() == "new and longer"


def test_a_failed_write_changes_nothing(tmp_path: Path) -> None:
    """If the file can't be replaced, the error has its name, and no temporary file remains."""
    path = tmp_path / "folder"
    (path / "occupied").mkdir(parents=True)
    with pytest.raises(StorageError, match=r"folder: can't be written \("):
        write_atomically(path, "text")
    assert [*tmp_path.iterdir()] == [tmp_path / "folder"]


def test_what_cannot_be_written_is_known_before(tmp_path: Path) -> None:
    """A missing folder, or one of the file's name, is refused; of a file that can be, all stays."""
    path = tmp_path / "file"
    path.write_text("old")
    check_writable(path)
    check_writable(tmp_path / "new")
    for wrong in (tmp_path, path / "file", tmp_path / "missing" / "file"):
        with pytest.raises(StorageError, match=r"can't be written \("):
            check_writable(wrong)
    assert [*tmp_path.iterdir()] == [path]
    assert path.read_text() == "old"


def test_permissions_follow_the_umask(tmp_path: Path) -> None:
    """A file has the permissions that any other new file would have."""
    path, ordinary = tmp_path / "file", tmp_path / "ordinary"
    write_atomically(path, "text")
    ordinary.touch()
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(ordinary.stat().st_mode)


def test_a_link_is_replaced_not_followed(tmp_path: Path) -> None:
    """Links at the path of the file or its temporary file are not followed."""
    victim, path = tmp_path / "victim", tmp_path / "file"
    victim.write_text("mine")
    path.symlink_to(victim)
    (tmp_path / f".file.{threading.get_native_id()}.temporary").symlink_to(victim)
    write_atomically(path, "new")
    assert (path.read_text(), victim.read_text()) == ("new", "mine")
    assert not path.is_symlink()
    assert {*tmp_path.iterdir()} == {path, victim}
