"""Terminals for commands, and what these draw on them."""

import os
import pty
import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from experiments.torture.processes import Running


@contextmanager
def terminal() -> Iterator[tuple[int, str]]:
    """Make a terminal: the descriptor of the side that reads it, and the path of the other."""
    reading, drawing = pty.openpty()
    try:
        yield reading, os.ttyname(drawing)
    finally:
        os.close(reading)
        os.close(drawing)


def read_drawn(
    reading: int, running: Running, is_all: Callable[[str], bool] = lambda _: False
) -> str:
    """Read what a command draws, until that is all, or the command has ended."""
    drawn = bytearray()

    def come() -> bool:
        while select.select([reading], [], [], 0)[0]:
            drawn.extend(os.read(reading, 65536))
        return is_all(drawn.decode("utf-8", errors="replace"))

    running.until(come)
    return drawn.decode("utf-8", errors="replace")
