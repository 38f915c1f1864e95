"""Faults: files that are cut or have a wrong bit must be recovered or reported.

Works on copies of runs in warm processes, without the command line: there are thousands of cases.
"""

import json
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from experiments.torture.driver import Moment
from experiments.torture.folders import Result, committed, differences, lost
from experiments.torture.full_disk import spread
from experiments.torture.outcomes import ABREAST, Outcome, row
from experiments.torture.rows import Row
from experiments.torture.stage import Size, Stage, stage
from neuroevo.errors import NeuroevoError
from neuroevo.runs import RunFolder, read_champions, read_status, read_trials
from neuroevo.search import resume
from neuroevo.workers import Workers

_JOURNAL, _CHECKPOINT, _CHAMPIONS = "trials.jsonl", "checkpoint.json", "champions.safetensors"
_BEST = "best.toml"
_HEALED = (_JOURNAL, _CHECKPOINT, _CHAMPIONS, _BEST, "environment.json")
_OTHERS = ("start.json", "experiment.toml", "environment.json", _BEST)
_CHUNK = 8


@dataclass(frozen=True, slots=True)
class _Damage:
    """A file that is cut at a byte, or has a wrong bit."""

    file: str
    place: int
    bit: int | None = None

    @property
    def must_heal(self) -> bool:
        """Whether the run must continue; otherwise an error with the name of the file is enough."""
        return self.file in _HEALED

    def make(self, folder: Path) -> None:
        path = folder / self.file
        content = bytearray(path.read_bytes())
        if self.bit is None:
            del content[self.place :]
        else:
            content[self.place] ^= 1 << self.bit
        path.write_bytes(content)


def damage(times: int) -> list[Row]:
    """Cut small runs at every byte, or at this many; damage larger ones this often at random."""
    with ExitStack() as stack:
        small = stack.enter_context(stage(Size(4, 2, 10, 1)))
        large = stack.enter_context(stage(Size(16, 12, 10, 1)))
        pool = stack.enter_context(ProcessPoolExecutor(ABREAST, get_context("spawn")))
        generator = np.random.default_rng(10)

        def tried(fault: str, ours: Stage, source: Path, wounds: Sequence[_Damage]) -> Row:
            case = partial(_tried, ours.folder, source, ours.reference)
            return row(fault, pool.map(case, wounds, chunksize=_CHUNK))

        rows = []
        for ours, size in ((small, "small"), (large, "large")):
            interrupted = _interrupted(ours)
            for kind, source in (("interrupted", interrupted), ("complete", ours.undisturbed)):
                for file in (_JOURNAL, _CHECKPOINT):
                    if not (source / file).exists():
                        continue
                    what = f"of a {size} {kind} run"
                    length = (source / file).stat().st_size
                    if ours is small:
                        cuts = [_Damage(file, at - 1) for at in spread(length, 8 * times)]
                        rows.append(tried(f"{file} {what}: cut", ours, source, cuts))
                        continue
                    share = -(-times // 4)
                    cuts = [_Damage(file, at) for at in generator.integers(length, size=share)]
                    bits = list(_flips(generator, source, file, share))
                    rows.append(tried(f"{file} {what}: cut", ours, source, cuts))
                    rows.append(tried(f"{file} {what}: a wrong bit", ours, source, bits))
        for file in (*_OTHERS, _CHAMPIONS):
            bits = list(_flips(generator, small.undisturbed, file, -(-times // 10)))
            cuts = [_Damage(file, wound.place) for wound in bits]
            what = f"{file}: cut or a wrong bit"
            rows.append(tried(what, small, small.undisturbed, [*cuts, *bits]))
        return rows


def _interrupted(ours: Stage) -> Path:
    """Kill a run near its end, and keep its folder."""
    with ours.case() as case:
        case.stop_at(Moment(len(ours.reference.trials) * 4 // 5, "write", _JOURNAL), half_way=True)
        return Path(shutil.copytree(case.run_folder, ours.folder / "interrupted"))


def _flips(
    generator: np.random.Generator, source: Path, file: str, times: int
) -> Iterator[_Damage]:
    length = (source / file).stat().st_size
    for _ in range(times):
        yield _Damage(file, int(generator.integers(length)), int(generator.integers(8)))


def _tried(scene: Path, source: Path, reference: Result, wound: _Damage) -> Outcome:
    with tempfile.TemporaryDirectory(dir=scene) as name:
        folder = Path(name, source.name)
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("*.html", "lock"))
        wound.make(folder)
        intact = tuple(set(committed(source)) & set(committed(folder)))
        try:
            remark, problems = _judged(folder, reference, wound)
        except Exception as error:  # noqa: BLE001 - the other wounds shall still be tried
            return Outcome(problems=(f"{wound}: {type(error).__name__}: {error}",))
        problems = tuple(f"{wound}: {problem}" for problem in problems)
        return Outcome(lost(intact, folder) if remark != "named" else 0, problems, remark)


def _judged(folder: Path, reference: Result, wound: _Damage) -> tuple[str, tuple[str, ...]]:
    """Read the run, then resume it; returns the outcome and its problems."""
    run = RunFolder(folder)
    problems = _misread(run, reference)
    refusal = _resumed(run)
    if not refusal:
        return "recovered", (*problems, *differences(folder, reference))
    if wound.must_heal:
        problems += (f"refused: {refusal[0]}",)
    if any(wound.file not in line or "\n" in line for line in refusal):
        problems += (f"does not name the file: {refusal[0]}",)
    return "named", problems


def _misread(run: RunFolder, reference: Result) -> tuple[str, ...]:
    """Return what readers accept as a result although it is none."""
    problems: list[str] = []
    try:
        for trial in read_trials(run.journal_file):
            known = {**json.loads(trial.to_json())}
            for times in ("seconds", "work"):
                known.pop(times, None)
            if known != reference.trials[trial.number]:
                problems.append(f"trial {trial.number} is read as another one")
    except NeuroevoError as error:
        problems += _not_naming(error, _JOURNAL)
    try:
        read_status(run)
    except NeuroevoError as error:
        problems += _not_naming(error, run.id)
    if run.champions_file.exists():
        intact = run.champions_file.read_bytes() == reference.champions
        try:
            read_champions(run.champions_file)
            if not intact:
                problems.append("champions are read as if nothing had happened")
        except NeuroevoError as error:
            problems += _not_naming(error, _CHAMPIONS)
            if intact:
                problems.append("champions are refused")
    return tuple(problems)


def _not_naming(error: NeuroevoError, name: str) -> list[str]:
    return [f"no line with {name}: {line}" for line in error.problems if name not in line]


def _resumed(run: RunFolder) -> tuple[str, ...]:
    """Resume a run, and return the lines of its error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about damaged files: only the outcome counts
        try:
            resume(run, workers=Workers(1))
        except NeuroevoError as error:
            return error.problems
    return ()
