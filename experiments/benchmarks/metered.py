"""The command line with two stopwatches in it, as a process of its own.

`python -m experiments.benchmarks.metered READINGS.json run experiments/mouse.toml ...` does what
`neuroevo run ...` does, and leaves in READINGS.json how its time was spent.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple, ParamSpec, TypeVar
from unittest.mock import patch

from neuroevo import api
from neuroevo.cli.main import main
from neuroevo.kernel import training as kernel
from neuroevo.search import search

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Moment(NamedTuple):
    """The two clocks at one moment of a process."""

    wall: float  # seconds, from any start
    cpu: float  # seconds that all threads of the process have computed


def now() -> Moment:
    """Read both clocks."""
    return Moment(time.perf_counter(), time.process_time())


@dataclass(slots=True)
class Meter:
    """Records moments of a run, and the CPU time of each call of the kernel."""

    warm: Moment | None = None  # imported and compiled
    searched: Moment | None = None
    ended: Moment | None = None  # the report is written
    kernel_seconds: list[float] = field(default_factory=list)

    def timing(self, train: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
        """Wrap a function to time each call on its own thread; the first call ends the warm-up."""

        def timed(*arguments: Arguments.args, **options: Arguments.kwargs) -> Result:
            start = time.thread_time()
            result = train(*arguments, **options)
            seconds = time.thread_time() - start
            if self.warm is None:
                self.warm = now()
            else:
                self.kernel_seconds.append(seconds)
            return result

        return timed

    def noting_the_end(self, action: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
        """Wrap a function to record when the search has ended; the report comes after it."""

        def noted(*arguments: Arguments.args, **options: Arguments.kwargs) -> Result:
            result = action(*arguments, **options)
            self.searched = now()
            return result

        return noted


def run_metered(readings: Path) -> None:
    """Run the command line, then write the readings."""
    meter = Meter()
    try:
        with (
            patch.object(kernel, "train", meter.timing(kernel.train)),
            patch.object(api, "search", meter.noting_the_end(search)),
        ):
            main()
    finally:
        meter.ended = now()
        readings.write_text(json.dumps(asdict(meter)), encoding="utf-8")


if __name__ == "__main__":
    target = Path(sys.argv.pop(1))
    run_metered(target)
