"""What a run starts from: all that it takes, next to the program, to do it again.

It stores the start and tells data sets apart; it neither starts a run nor resumes one.
"""

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
from neuroevo.runs.seal import read_sealed_file, sealed_file
from neuroevo.space.values import plain

if TYPE_CHECKING:
    from neuroevo.space import Value

START_SCHEMA = 2
_MOST_BYTES = 100_000_000
_ARRAYS = ("training_inputs", "training_targets", "validation_inputs", "validation_targets")
_COLUMNS = TypeAdapter(Columns)
_DIGITS = 16  # of the hexadecimal SHA-256, 64 bits: nobody here forges data


@dataclass(frozen=True, slots=True)
class Start:
    """The start of a run.

    Parameters
    ----------
    experiment
        TOML of the experiment as resolved.
    data
        What each array of the data set is like, see `data_fingerprint`.
    columns
        What the columns of the data set are.
    kept
        What the task's own page needs of its data, as plain JSON values.
    initial
        Genomes that the first generation holds: value of each gene by its name.
    earlier
        While one experiment takes the place of another, the text that experiment.toml may still
        have; else empty.
    """

    experiment: str
    data: Mapping[str, str]
    columns: Columns = UNKNOWN_COLUMNS
    kept: Mapping[str, Any] = field(default_factory=dict)
    initial: "tuple[Mapping[str, Value], ...]" = ()
    earlier: str = ""


def write_start(path: Path, start: Start) -> None:
    """Write the start of a run, atomically.

    Raises
    ------
    StorageError
        If it can't be written.
    """
    described = {
        "experiment": start.experiment,
        "data": dict(start.data),
        "columns": asdict(start.columns),
        "kept": dict(start.kept),
        "initial": [dict(genome) for genome in start.initial],
        "earlier": start.earlier,
    }
    write_atomically(path, sealed_file(START_SCHEMA, described))


def read_start(path: Path) -> Start:
    """Read the start of a run.

    Raises
    ------
    StorageError
        If it can't be read, is damaged or holds something else.
    """
    described = read_sealed_file(path, START_SCHEMA, _MOST_BYTES)
    try:
        return _start(described)
    except (KeyError, TypeError, ValueError, AttributeError, UsageError) as error:
        raise StorageError(f"{path}: must be the start of a run, but holds none") from error


def data_fingerprint(data: "DataSet") -> dict[str, str]:
    """Describe a data set so that another one has another description.

    Returns
    -------
    dict
        Name of each array -> its type, shape and hash, such as
        ``float64 300 × 2, SHA-256 0123456789abcdef…``.
    """
    return {name: _fingerprint(getattr(data, name)) for name in _ARRAYS}


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
    )
