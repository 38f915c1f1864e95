import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROWS, COLUMNS = 200_000, 50
MOST_BYTES_PER_CELL = 28  # 8 in the frame, 8 in the prepared parts, the rest while they are made

COMMAND = """
import sys
from pathlib import Path
from neuroevo.tables import TableSettings, prepare, read_table
import neuroevo.tables.prepared, neuroevo.tables.reading, sklearn.preprocessing

def peak():  # of this process alone, unlike that of getrusage, which begins with its parent's
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))

before = peak()
settings = TableSettings(target=("c0",))
frame = read_table(sys.argv[1], settings)
read = peak()
prepare(frame, settings)
print(frame.size, read - before, peak() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read in /proc")
def test_reading_and_preparing_need_few_bytes_for_each_cell(tmp_path: Path) -> None:
    """A process that reads and prepares 10,000,000 numbers needs at most 28 bytes for each."""
    random = np.random.default_rng(1)
    rows = "".join(
        ",".join(map(str, row)) + "\n" for row in random.integers(0, 9999, (2000, COLUMNS)).tolist()
    )
    path = tmp_path / "large.csv"
    with path.open("w") as file:
        file.write(",".join(f"c{number}" for number in range(COLUMNS)) + "\n")
        for _ in range(ROWS // 2000):
            file.write(rows)
    printed = subprocess.run(
        [sys.executable, "-c", COMMAND, path], capture_output=True, check=True, text=True
    )
    cells, read, prepared = map(int, printed.stdout.split())
    assert cells == ROWS * COLUMNS
    assert read < MOST_BYTES_PER_CELL * cells
    assert prepared < MOST_BYTES_PER_CELL * cells
