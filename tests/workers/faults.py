"""Functions that workers run in tests: of an item."""

import os
import signal
import time
from pathlib import Path

DEADLY, SLOW, FAULTY = -1, -2, -3
"""Items that kill their worker, that take an hour, and that raise."""

Items = tuple[int, ...]


def work(items: Items, folder: Path) -> int:
    """Write a line whenever items are run; returns the process of the worker."""
    with (folder / "-".join(map(str, items))).open("a") as file:
        file.write(f"{os.getpid()}\n")
    if DEADLY in items:
        os.kill(os.getpid(), signal.SIGKILL)
    if SLOW in items:
        time.sleep(3600)
    if FAULTY in items:
        raise ValueError("of two\nlines")
    time.sleep(0.02)
    return os.getpid()


def times_run(items: Items, folder: Path) -> int:
    """Count how often items were run."""
    return len((folder / "-".join(map(str, items))).read_text().splitlines())
