"""The place for faults: a tiny experiment, and the result of an undisturbed run."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from experiments.torture.driver import Moment, Stall, both, intercept, log_calls
from experiments.torture.folders import Result, committed, differences, lost, result, run_folder
from experiments.torture.outcomes import Outcome
from experiments.torture.processes import Running, StuckError, fork

_TABLE_FILE, _ROWS = "table.csv", 80
_MEMORY, _ROOM = Path("/dev/shm"), 1 << 30  # noqa: S108 - temporary folders are made in it
_FUNCTION_FILE = "function.py"
_TRAINING = """\
[training]
samples = {samples}
replicates = {replicates}
"""
MOUSE = f"""\
[task]
kind = "mouse"
count = 60
grid = 3
{_TRAINING}"""
TABLE = f"""\
[task]
kind = "table"
path = "{_TABLE_FILE}"
target = "y"
missing = "median"
compare_with = ["linear"]
{_TRAINING}"""
FUNCTION = f"""\
[task]
kind = "python"
function = "{_FUNCTION_FILE}:evaluate"
objectives = {{{{ loss = "minimize" }}}}
replicates = {{replicates}}
[space]
x = {{{{ low = 0.0, high = 1.0 }}}}
kind = ["square", "line"]
"""
"""Tables of experiments, for `stage`."""
_EXPERIMENT = """\
name = "tiny"
{task}
[evolution]
population = {population}
generations = {generations}
"""
_FUNCTION = """\
import random

def evaluate(genome, seed):
    noise = random.Random(seed).gauss(0, 0.1)
    return genome["x"] ** (2 if genome["kind"] == "square" else 1) + noise
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How large an experiment is."""

    population: int = 6
    generations: int = 6
    samples: int = 40
    replicates: int = 2


@dataclass(frozen=True, slots=True)
class Call:
    """A call by which a run changed its folder."""

    kind: str
    file: str
    seconds: float  # since the first one


@dataclass(frozen=True, slots=True)
class Stage:
    """A folder for cases, with an experiment and the result of its undisturbed run."""

    folder: Path
    experiment: Path
    undisturbed: Path  # its run folder
    reference: Result
    calls: tuple[Call, ...]

    @property
    def search_seconds(self) -> float:
        """The time of the undisturbed search, from its first call to its last checkpoint."""
        return max(call.seconds for call in self.calls if call.file == "checkpoint.json")

    @contextmanager
    def case(self) -> Iterator["Case"]:
        """Make a folder for one case, which is deleted at the end."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            yield Case(self, Path(folder))


@dataclass(frozen=True, slots=True)
class Case:
    """A run with a fault."""

    stage: Stage
    folder: Path

    @property
    def results(self) -> Path:
        """The results folder, which contains only the case's run."""
        return self.folder / "results"

    @property
    def run_folder(self) -> Path:
        """The case's run.

        Raises
        ------
        StuckError
            If there is none.
        """
        folder = run_folder(self.results)
        if folder is None:
            raise StuckError("there is no run")
        return folder

    def run(self, *options: str, start: Callable[..., Running] = fork, **how: object) -> Running:
        """Start a run."""
        return start(
            ["run", str(self.stage.experiment), *self._ending, *options],
            self.folder / "run",
            **how,
        )

    def resume(self, *options: str, start: Callable[..., Running] = fork, **how: object) -> Running:
        """Resume the run."""
        return start(
            ["resume", str(self.run_folder), *self._ending, *options],
            self.folder / "resume",
            **how,
        )

    def copy(self, folder: Path) -> Path:
        """Copy another run, except for its pages."""
        target = self.results / folder.name
        shutil.copytree(folder, target, ignore=shutil.ignore_patterns("*.html"))
        return target

    def stop_at(
        self,
        moment: Moment,
        *,
        half_way: bool = False,
        jobs: int = 1,
        also: Callable[[], object] = int,
    ) -> bool:
        """Run until a moment, and kill; returns whether it came."""
        sign = self.folder / "stalled"
        stall = partial(intercept, self.results, moment, Stall(sign, half_way=half_way))
        prepare = partial(both, stall, also)
        running = self.run("--jobs", str(jobs), prepare=prepare)
        come = running.until(sign.exists)
        running.kill()
        sign.unlink(missing_ok=True)
        return come

    def mended(self, earlier: tuple[bytes, ...], *options: str, remark: str = "") -> Outcome:
        """Resume to the end, and compare.

        Parameters
        ----------
        earlier
            Lines that the journal had before the fault.
        *options
            Of the last resume.
        remark
            To be made.
        """
        ended = self.resume(*options).end()
        return self.judged(earlier, ended.problems(0), remark)

    def judged(
        self,
        earlier: tuple[bytes, ...],
        problems: tuple[str, ...] = (),
        remark: str = "",
        reference: Result | None = None,
    ) -> Outcome:
        """Compare the run with an undisturbed one."""
        found = differences(self.run_folder, reference or self.stage.reference)
        if not (self.run_folder / "report.html").exists():
            found += ("report.html is missing",)
        return Outcome(lost(earlier, self.run_folder), (*problems, *found), remark)

    def result(self, *unlike: str) -> Result:
        """Read the result of the run, without some keys of its trials."""
        return result(self.run_folder, *unlike)

    def journal(self) -> tuple[bytes, ...]:
        """Read the complete lines."""
        return committed(self.run_folder)

    @property
    def _ending(self) -> tuple[str, ...]:
        return "--quiet", "--results", str(self.results)


@contextmanager
def stage(
    size: Size | None = None, *, task: str = MOUSE, setting: str = "", on_disk: bool = False
) -> Iterator[Stage]:
    """Make a stage: run an experiment undisturbed, in one thread.

    Parameters
    ----------
    size
        How large the experiment is.
    task
        Its task, and how it is trained: `MOUSE`, `TABLE` or `FUNCTION`.
    setting
        More lines for its table `[evolution]`.
    on_disk
        Whether its folder is on a real disk, whose fsync takes its time, or in memory if it can.
    """
    size = size or Size()
    place = None if on_disk else _memory()
    with tempfile.TemporaryDirectory(prefix="neuroevo-torture-", dir=place) as name:
        folder = Path(name).resolve()
        experiment, results, log = folder / "tiny.toml", folder / "undisturbed", folder / "calls"
        (folder / _TABLE_FILE).write_text(_table(), encoding="utf-8")
        (folder / _FUNCTION_FILE).write_text(_FUNCTION, encoding="utf-8")
        sizes = asdict(size)
        text = _EXPERIMENT.format(task=task.format(**sizes), **sizes)
        experiment.write_text(text + setting, encoding="utf-8")
        arguments = ["run", str(experiment), "--results", str(results), "--quiet", "--jobs", "1"]
        ended = fork(arguments, folder / "run", partial(log_calls, results, log)).end()
        undisturbed = run_folder(results)
        if ended.code or undisturbed is None:
            raise StuckError(f"the undisturbed run failed: {ended.messages}")
        yield Stage(folder, experiment, undisturbed, result(undisturbed), _read_calls(log))


def _table() -> str:
    """Return a table with a number, a category, missing cells and a target."""
    generator = np.random.default_rng(0)
    rows = [
        (f"{x:.3f}" if x > -1 else "", "abc"[kind], f"{x * kind + noise:.3f}")
        for x, kind, noise in zip(
            generator.normal(size=_ROWS),
            generator.integers(3, size=_ROWS),
            generator.normal(scale=0.1, size=_ROWS),
            strict=True,
        )
    ]
    return "\n".join(",".join(row) for row in [("x", "kind", "y"), *rows])


def _memory() -> Path | None:
    """Return a folder in memory; None if there is none of a sufficient size."""
    has_room = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM
    return _MEMORY if has_room else None


def _read_calls(log: Path) -> tuple[Call, ...]:
    lines = [line.split() for line in log.read_text(encoding="utf-8").splitlines()]
    first = float(lines[0][2])
    return tuple(Call(kind, file, float(seconds) - first) for kind, file, seconds in lines)
