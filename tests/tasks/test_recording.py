import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.errors import DataError
from neuroevo.tasks.recording import MAX_BYTES, read_recording

CANVAS = (1000, 600)

WRONG = [
    (b"", ": must begin with the header 'x,y', but got ''"),
    (b"1,2\n3,4\n", ": must begin with the header 'x,y', but got '1,2'"),
    (b"y,x\n3,4\n", ": must begin with the header 'x,y', but got 'y,x'"),
    (b"x,y\n", ": must hold at least two different positions, but got 0"),
    (b"x,y\n1,2\n", ": must hold at least two different positions, but got 1"),
    (b"x,y\n1,2\n1,2\n", ": must hold at least two different positions, but got 2 equal ones"),
    (b"x,y\n1,2\nabc,4\n", ", row 3: x must be a finite number, but got 'abc'"),
    (b"x,y\n1,nan\n3,4\n", ", row 2: y must be a finite number, but got 'nan'"),
    (b"x,y\n1,inf\n3,4\n", ", row 2: y must be a finite number, but got 'inf'"),
    (b"x,y\n1,1_0\n3,4\n", ", row 2: y must be a finite number, but got '1_0'"),
    (b"x,y\n1,\n3,4\n", ", row 2: y must be a finite number, but got ''"),
    (b"x,y\n1\n3,4\n", ", row 2: must have two values, but got '1'"),
    (b"x,y\n1,2,3\n3,4\n", ", row 2: must have two values, but got '1,2,3'"),
    (b"x,y\n1,2\n1001,4\n", ", row 3: x must be inside the canvas, from 0 to 1000, but got '1001'"),
    (b"x,y\n1,-1\n1,4\n", ", row 2: y must be inside the canvas, from 0 to 600, but got '-1'"),
    (b"x,y\n1,2\n\xff,4\n", ": must be text in UTF-8"),
    (b'x,y\n1,2\n"' + b"3" * 200_000, ": field larger than field limit (131072)"),
]


def write(folder: Path, content: bytes) -> Path:
    """Write a recording and return its path."""
    path = folder / "recording.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(("content", "problem"), WRONG)
def test_each_problem_is_one_line_with_file_and_row(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    """A file that is no recording is refused in one line with its place."""
    path = write(tmp_path, content)
    with pytest.raises(DataError) as caught:
        read_recording(path, CANVAS)
    assert caught.value.problems == (f"{path}{problem}",)


def test_up_to_ten_problems_are_listed(tmp_path: Path) -> None:
    """Fifteen wrong rows give ten lines and the number of the others."""
    path = write(tmp_path, b"x,y\n1,2\n" + b"a,2\n" * 15)
    with pytest.raises(DataError) as caught:
        read_recording(path, CANVAS)
    assert len(caught.value.problems) == 11
    assert caught.value.problems[9] == f"{path}, row 12: x must be a finite number, but got 'a'"
    assert caught.value.problems[10] == f"{path}: and 5 more"


def test_reading_ends_at_the_thousandth_problem(tmp_path: Path) -> None:
    """The rest of the file is not read, and the message says "at least"."""
    path = write(tmp_path, b"x,y\n1,2\n" + b"a,2\n" * 5000)
    with pytest.raises(DataError) as caught:
        read_recording(path, CANVAS)
    assert len(caught.value.problems) == 11
    assert caught.value.problems[10] == f"{path}: and at least 990 more"


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    """Missing files and folders have a message of their own."""
    missing = tmp_path / "missing.csv"
    with pytest.raises(DataError) as caught:
        read_recording(missing, CANVAS)
    assert caught.value.problems == (f"{missing}: can't be read (No such file or directory)",)
    with pytest.raises(DataError) as caught:
        read_recording(tmp_path, CANVAS)
    assert caught.value.problems == (f"{tmp_path}: must be a file, but got a folder or a device",)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="a file of Linux")
def test_unreadable_files_are_refused() -> None:
    """If the system can't read a file, the message has the system's reason."""
    with pytest.raises(DataError) as caught:
        read_recording(Path("/proc/self/mem"), CANVAS)
    assert caught.value.problems == ("/proc/self/mem: can't be read (Input/output error)",)


def test_large_files_are_refused_before_reading(tmp_path: Path) -> None:
    """A file of more than 10 MB is refused before it is read."""
    path = write(tmp_path, b"")
    os.truncate(path, MAX_BYTES + 1)
    with pytest.raises(DataError) as caught:
        read_recording(path, CANVAS)
    assert caught.value.problems == (
        f"{path}: must have at most 10,000,000 bytes, but got 10,000,001",
    )


@pytest.mark.parametrize("start", [b"x,y\r\n", b"\xef\xbb\xbfx,y\n", b'"x", "y"\n\n'])
def test_files_of_spreadsheets_are_accepted(tmp_path: Path, start: bytes) -> None:
    """Windows line ends, a byte order mark, quotes and empty rows are accepted."""
    path = write(tmp_path, start.replace(b', "y"', b',"y"') + b"1,2\n\n 3.5 ,4e1\n")
    assert read_recording(path, CANVAS).tolist() == [[1, 2], [3.5, 40]]


@given(
    st.lists(
        st.tuples(st.floats(0, CANVAS[0]), st.floats(0, CANVAS[1])),
        min_size=2,
        unique=True,
    )
)
def test_written_positions_are_read_exactly(
    tmp_path_factory: pytest.TempPathFactory, positions: list[tuple[float, float]]
) -> None:
    """Positions that were written are read again, to the last bit."""
    rows = "".join(f"{x!r},{y!r}\n" for x, y in positions)
    path = write(tmp_path_factory.mktemp("recording"), f"x,y\n{rows}".encode())
    read = read_recording(path, CANVAS)
    assert read.tobytes() == np.array(positions).tobytes()


@given(st.binary() | st.text().map(lambda text: f"x,y\n{text}".encode("utf-8", "replace")))
def test_any_file_gives_positions_or_a_data_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """Any content of the file leads to positions or a DataError."""
    path = write(tmp_path_factory.mktemp("recording"), content)
    try:
        positions = read_recording(path, CANVAS)
    except DataError as error:
        lines = error.problems
        assert all(line.isprintable() for line in lines)
    else:
        assert np.isfinite(positions).all()
