import subprocess
import sys
from pathlib import Path

import numpy as np

ROWS, COLUMNS = 200_000, 50
MOST_BYTES_PER_CELL = 24  # 8 in the frame, 8 in the prepared parts, the rest while they are made

COMMAND = """
import resource, sys
from neuroevo.tables import TableSettings, prepare, read_table
import neuroevo.tables.prepared, neuroevo.tables.reading, sklearn.preprocessing

def peak():
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

before = peak()
settings = TableSettings(target=("c0",))
frame = read_table(sys.argv[1], settings)
read = peak()
prepare(frame, settings)
print(frame.size, read - before, peak() - before)
"""


def test_reading_and_preparing_need_few_bytes_for_each_cell(tmp_path: Path) -> None:
    """A process that reads and prepares 10,000,000 numbers needs at most 24 bytes for each."""
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
