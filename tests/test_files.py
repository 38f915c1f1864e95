import os
from pathlib import Path

import pytest

from neuroevo.files import StrangeFileError, read_file


def test_a_file_is_read_whole_up_to_its_cap(tmp_path: Path) -> None:
    """As many bytes as allowed are read, one more is refused."""
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert read_file(path, 5) == b"12345"
    with pytest.raises(StrangeFileError, match=r"^must have at most 4 bytes, but got 5$"):
        read_file(path, 4)


def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    """A pipe that nobody writes to, a device without end, a folder, a link to one, a zero byte."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/zero")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path, tmp_path / "link"):
        with pytest.raises(StrangeFileError, match="must be a file, but got a folder or"):
            read_file(path, 5)
    with pytest.raises(StrangeFileError, match="no name of a file"):
        read_file(Path("a\0b"), 5)
