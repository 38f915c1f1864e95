"""Writes and reads what a run starts from, and compares data sets; does not start a run."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import TypeAdapter

from neuroevo.errors import UsageError
from neuroevo.learning import UNKNOWN_COLUMNS, Columns, DataSet
from neuroevo.runs.content import read_values, refuse
from neuroevo.settings import Location
from neuroevo.space.values import plain
from neuroevo.storage.atomic import write_atomically
from neuroevo.storage.checksum import file_with_checksum, read_file_with_checksum

if TYPE_CHECKING:
    from neuroevo.space import Value

START_SCHEMA = 2
_MOST_BYTES = 100_000_000
_ARRAYS = (
    "training_inputs",
    "training_targets",
    "training_weights",
    "validation_inputs",
    "validation_targets",
    "validation_weights",
    "test_inputs",
    "test_targets",
    "test_weights",
)
_DIGITS = 16  # of the hexadecimal SHA-256, 64 bits: enough, as nobody forges data here


@dataclass(frozen=True, slots=True)
class EarlierTrial:
    """A trial of an earlier run, in the space of this one."""

    genome: "Mapping[str, Value]"
    objectives: Mapping[str, float]  # by the names that this run has


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """Trials of an earlier run, from which the model of this one learns."""

    run: str  # its id
    trials: tuple[EarlierTrial, ...]


@dataclass(frozen=True, slots=True)
class Start:
    """What a run starts from: all that is needed, besides the program, to repeat it.

    Parameters
    ----------
    experiment
        TOML of the experiment with all defaults.
    data
        A description of each array of the data set, see `data_fingerprint`.
    columns
        The columns of the data set.
    kept, preparation
        What the task's own page needs of its data, and how raw rows are turned into inputs, see
        `neuroevo.tasks.TaskData`; plain JSON values.
    initial
        Genomes of the first generation that were given: value of each gene by its name.
    initial_from
        The run or the file that they were taken from; empty if that is unknown.
    earlier_runs
        Trials of earlier runs that the model of the strategy learns from.
    earlier
        While the experiment of a run is replaced by another, the text that experiment.toml may
        still have; else empty.
    """

    experiment: str
    data: Mapping[str, str]
    columns: Columns = UNKNOWN_COLUMNS
    kept: Mapping[str, Any] = field(default_factory=dict)
    initial: "tuple[Mapping[str, Value], ...]" = ()
    earlier: str = ""
    preparation: Mapping[str, Any] = field(default_factory=dict)
    initial_from: str = ""
    earlier_runs: tuple[EarlierRun, ...] = ()

    @property
    def has_test_part(self) -> bool:
        """Whether the data have samples that no search sees."""
        return "test_targets" in self.data


@dataclass(frozen=True, slots=True)
class _WrittenTrial:
    genome: dict[str, Any]
    objectives: dict[str, float]


@dataclass(frozen=True, slots=True)
class _WrittenEarlierRun:
    run: str
    trials: list[_WrittenTrial]


@dataclass(frozen=True, slots=True)
class _Written:
    """A start, as JSON has it."""

    experiment: str
    data: dict[str, str]
    columns: Columns
    kept: dict[str, Any]
    initial: list[dict[str, Any]]
    earlier: str
    preparation: dict[str, Any] = field(default_factory=dict)
    initial_from: str = ""
    earlier_runs: list[_WrittenEarlierRun] = field(default_factory=list)


_WRITTEN = TypeAdapter(_Written)


def write_start(path: Path, start: Start) -> None:
    """Write the start of a run, atomically.

    Raises
    ------
    StorageError
        If it can't be written.
    """
    write_atomically(path, file_with_checksum(START_SCHEMA, asdict(start)))


def read_start(path: Path) -> Start:
    """Read the start of a run.

    Raises
    ------
    StorageError
        If it can't be read or is damaged.
    DataError
        If it has other content; one line for each key.
    """
    described = read_file_with_checksum(path, START_SCHEMA, _MOST_BYTES)
    written = read_values(path, _WRITTEN, described)
    refuse(path, _column_problems(written.columns))
    return Start(
        written.experiment,
        written.data,
        written.columns,
        written.kept,
        tuple(
            _genome(path, ("initial", place), genome)
            for place, genome in enumerate(written.initial)
        ),
        written.earlier,
        written.preparation,
        written.initial_from,
        tuple(
            _earlier_run(path, ("earlier_runs", place), run)
            for place, run in enumerate(written.earlier_runs)
        ),
    )


def data_fingerprint(data: "DataSet") -> dict[str, str]:
    """Describe a data set so that different data sets have different descriptions.

    Returns
    -------
    dict
        Name of each array -> its type, shape and hash, such as
        ``float64 300 × 2, SHA-256 0123456789abcdef…``. Names of other folds than the first are
        those of their arrays and, for example, `` of fold 2``.
    """
    arrays = {
        name if number == 1 else f"{name} of fold {number}": getattr(fold, name)
        for number, fold in enumerate(data.folds, start=1)
        for name in _ARRAYS
    }
    return {name: array_fingerprint(array) for name, array in arrays.items() if array is not None}


def data_hash(fingerprint: Mapping[str, str]) -> str:
    """Return one short hash of the descriptions of all arrays; empty if there are none."""
    if not fingerprint:
        return ""
    lines = "\n".join(f"{name}: {text}" for name, text in sorted(fingerprint.items()))
    return f"SHA-256 {hashlib.sha256(lines.encode('utf-8')).hexdigest()[:_DIGITS]}…"


def array_fingerprint(values: np.ndarray) -> str:
    """Describe an array: its type, shape and hash."""
    shape = " × ".join(map(str, values.shape))
    digest = hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()
    return f"{values.dtype} {shape}, SHA-256 {digest[:_DIGITS]}…"


def _earlier_run(path: Path, at: Location, run: _WrittenEarlierRun) -> EarlierRun:
    return EarlierRun(
        run.run,
        tuple(
            EarlierTrial(_genome(path, (*at, "trials", place), each.genome), each.objectives)
            for place, each in enumerate(run.trials)
        ),
    )


def _genome(path: Path, at: Location, genome: Mapping[str, Any]) -> "dict[str, Value]":
    try:
        return {name: plain(value) for name, value in genome.items()}
    except (TypeError, ValueError, UsageError) as error:
        refuse(path, [(at, str(error))])
        raise


def _column_problems(columns: Columns) -> list[tuple[Location, str]]:
    """Return what does not fit together: each scaling has a number for each column, and so on."""
    inputs, outputs = len(columns.inputs), len(columns.outputs)
    lengths: list[tuple[Location, int, int]] = [
        (("columns", "classes"), len(columns.classes), outputs),
        (("columns", "sources"), len(columns.sources), inputs),
    ]
    found: list[tuple[Location, str]] = []
    for key, scaling, count in (
        ("input_scaling", columns.input_scaling, inputs),
        ("output_scaling", columns.output_scaling, outputs),
    ):
        if scaling is not None:
            lengths.append((("columns", key, "offsets"), len(scaling.offsets), count))
            lengths.append((("columns", key, "scales"), len(scaling.scales), count))
            wrong = [each for each in scaling.scales if not 0 < each < np.inf]
            wrong += [each for each in scaling.offsets if not np.isfinite(each)]
            text = f"must be finite numbers, scales above 0, but got {wrong[:1]}"
            found += [(("columns", key), text)] * bool(wrong)
    may_be_none = {"classes", "sources"}
    return found + [
        (key, f"must have a length of {expected}, but got {length}")
        for key, length, expected in lengths
        if length != expected and not (key[-1] in may_be_none and not length)
    ]
