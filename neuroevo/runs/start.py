"""Writes and reads what a run starts from, and compares data sets; does not start a run."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import TypeAdapter

from neuroevo.errors import StorageError, UsageError
from neuroevo.learning import UNKNOWN_COLUMNS, Columns, DataSet
from neuroevo.runs.atomic import write_atomically
from neuroevo.runs.checksum import file_with_checksum, read_file_with_checksum
from neuroevo.space.values import plain

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
    "test_inputs",
    "test_targets",
)
_COLUMNS = TypeAdapter(Columns)
_DIGITS = 16  # of the hexadecimal SHA-256, 64 bits: enough, as nobody forges data here


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

    @property
    def has_test_part(self) -> bool:
        """Whether the data have samples that no search sees."""
        return "test_targets" in self.data


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
        If it can't be read, is damaged or has other content.
    """
    described = read_file_with_checksum(path, START_SCHEMA, _MOST_BYTES)
    try:
        return _start(described)
    except (KeyError, TypeError, ValueError, AttributeError, UsageError) as error:
        raise StorageError(f"{path}: must be the start of a run, but holds none") from error


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
    return {name: _fingerprint(array) for name, array in arrays.items() if array is not None}


def _fingerprint(values: np.ndarray) -> str:
    shape = " × ".join(map(str, values.shape))
    digest = hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()
    return f"{values.dtype} {shape}, SHA-256 {digest[:_DIGITS]}…"


def _start(described: Mapping[str, Any]) -> Start:
    experiment, data, earlier = (described[key] for key in ("experiment", "data", "earlier"))
    if not all(isinstance(text, str) for text in (experiment, earlier, *data.values())):
        raise TypeError
    return Start(
        experiment,
        dict(data),
        _COLUMNS.validate_python(described["columns"]),
        dict(described["kept"]),
        tuple(
            {name: plain(value) for name, value in genome.items()}
            for genome in described["initial"]
        ),
        earlier,
        dict(described.get("preparation", {})),
    )
