"""The trained weights of a run's champions, in one safetensors file.

It stores arrays and what is needed to make networks of them; it does not compute with them.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from neuroevo.errors import NeuroevoError, StorageError
from neuroevo.runs.atomic import reason, write_atomically

if TYPE_CHECKING:
    from neuroevo.learning import Architecture

Precision = Literal["float32", "float64"]
_ARRAYS = ("parameters", "curves", "fresh_curves")


@dataclass(frozen=True, slots=True, eq=False)
class Champion:
    """A trial of the front with the networks that its replicates trained.

    Parameters
    ----------
    number
        The trial's number.
    name
        A baseline's name, empty for a trial of the front.
    architecture
        What the networks look like.
    precision
        ``float32`` or ``float64``, what they were trained in.
    objectives
        The trial's objectives, as in the journal.
    fresh_objectives
        The objectives scored again on seeds that the search never saw.
    parameters
        Weights and biases, (replicates, parameters of the architecture).
    curves
        Validation MSE of each replicate, (replicates, points of the grid of samples seen).
    fresh_curves
        The same on the fresh seeds.
    """

    number: int
    name: str
    architecture: "Architecture"
    precision: Precision
    objectives: Mapping[str, float]
    fresh_objectives: Mapping[str, float]
    parameters: NDArray[np.floating]
    curves: NDArray[np.floating]
    fresh_curves: NDArray[np.floating]


def write_champions(path: Path, champions: Sequence[Champion]) -> None:
    """Write champions into one file, atomically.

    Array ``NUMBER.parameters`` (and so on) belongs to the champion that the file's metadata
    lists with this number under ``champions``, as JSON.

    Raises
    ------
    StorageError
        If the file can't be written.
    """
    arrays = {
        f"{champion.number}.{name}": np.ascontiguousarray(getattr(champion, name))
        for champion in champions
        for name in _ARRAYS
    }
    described = json.dumps([_description(champion) for champion in champions], allow_nan=False)
    write_atomically(path, save(arrays, metadata={"champions": described}))


def read_champions(path: Path) -> list[Champion]:
    """Read the champions of a file, in the order in which they were written.

    Raises
    ------
    StorageError
        If the file can't be read or holds something else.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            described = json.loads((file.metadata() or {})["champions"])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
        for array in arrays.values():
            array.setflags(write=False)
        return [_champion(description, arrays) for description in described]
    except OSError as error:
        raise StorageError(f"{path}: cannot be read ({reason(error)})") from error
    except (
        SafetensorError,
        NeuroevoError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
    ) as error:
        problem = " ".join(f"{type(error).__name__}: {error}".split())
        raise StorageError(
            f"{path}: must be a file of champions, but it is damaged ({problem})"
        ) from error


def _description(champion: Champion) -> dict[str, object]:
    return {
        "number": champion.number,
        "name": champion.name,
        "architecture": champion.architecture.model_dump(mode="json"),
        "precision": champion.precision,
        "objectives": _finite_or_null(champion.objectives),
        "fresh_objectives": _finite_or_null(champion.fresh_objectives),
    }


def _champion(
    description: Mapping[str, Any], arrays: Mapping[str, NDArray[np.floating]]
) -> Champion:
    # Loads the kernel, which only those who ask for weights shall wait for.
    from neuroevo.learning import Architecture  # noqa: PLC0415 - see above

    number = description["number"]
    return Champion(
        number=number,
        name=description["name"],
        architecture=Architecture.of(description["architecture"]),
        precision=description["precision"],
        objectives=_null_to_nan(description["objectives"]),
        fresh_objectives=_null_to_nan(description["fresh_objectives"]),
        parameters=arrays[f"{number}.parameters"],
        curves=arrays[f"{number}.curves"],
        fresh_curves=arrays[f"{number}.fresh_curves"],
    )


def _finite_or_null(objectives: Mapping[str, float]) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in objectives.items()}


def _null_to_nan(objectives: Mapping[str, float | None]) -> dict[str, float]:
    return {name: math.nan if value is None else value for name, value in objectives.items()}
