"""Runs the experiments of the article's claims. Knows files and sweeps, and no verdict."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import neuroevo
from neuroevo.analysis.sweep_results import SweepResults
from neuroevo.learning import Network
from neuroevo.report.sweep import SweepReport
from neuroevo.tasks.strokes import strokes

FOLDER = Path(__file__).parent
CANVAS = (1000, 600)
RECORDED = 874  # positions, as in the author's recording


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs experiments into a results folder.

    Parameters
    ----------
    results
        The results folder.
    n_jobs
        Number of threads.
    overrides
        Settings of all experiments, such as fewer replicates.
    say
        Receives a line for each experiment.
    """

    results: Path
    n_jobs: int
    overrides: Sequence[str]
    say: Callable[[str], object]

    def sweep(self, name: str, *overrides: str) -> SweepReport:
        """Run a sweep of this folder by its name."""
        self.say(f"{name}{f' ({overrides[0]})' if overrides else ''}")
        return neuroevo.sweep(
            FOLDER / f"{name}.toml",
            results=self.results,
            n_jobs=self.n_jobs,
            overrides=[*self.overrides, *overrides],
        )

    def networks(self) -> tuple[Network, ...]:
        """Train the networks whose paths are looked at, and return those that did not diverge."""
        self.say("paths")
        overrides = [each for each in self.overrides if not each.startswith("sweep.")]
        run = neuroevo.run(
            FOLDER / "paths.toml", results=None, n_jobs=self.n_jobs, overrides=overrides
        )
        return run.findings.networks_of(run.findings.searched[0])

    def hand_picked(self) -> Iterator[tuple[str, SweepResults]]:
        """Run the hand-picked configurations on each kind of positions."""
        recording = self._recording()
        for name, overrides in (
            ("Strokes between random targets", ()),
            ("Uniform positions", ("task.positions=uniform",)),
            (
                f"A simulated recording of {RECORDED} positions",
                ("task.positions=recording", f"task.recording={str(recording)!r}"),
            ),
        ):
            yield name, self.sweep("hand-picked", *overrides).results

    def _recording(self) -> Path:
        """Write positions as a recording has them: strokes, in whole pixels."""
        positions = strokes(RECORDED, CANVAS, np.random.Generator(np.random.PCG64(1)))
        path = self.results.absolute() / "recording.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = ["x,y", *(f"{x:.0f},{y:.0f}" for x, y in positions)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path
