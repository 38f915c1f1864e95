"""Writes and reads what a run measures at its end, in one safetensors file.

That are scores on fresh seeds, and the trained weights of networks.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from neuroevo.errors import StorageError
from neuroevo.evaluation.replicates import best_replicates
from neuroevo.runs.trial import (
    objectives_from_json,
    objectives_to_json,
    replicates_from_json,
    replicates_to_json,
)
from neuroevo.storage.arrays import DAMAGE, arrays_content, damage_text, read_arrays
from neuroevo.storage.atomic import write_atomically
from neuroevo.storage.disk import read_bytes

if TYPE_CHECKING:
    from neuroevo.learning import Architecture

Precision = Literal["float32", "float64"]
_ARRAYS = ("parameters", "curves", "fresh_curves")
_CURVES = {
    "class_curves": "class_measures",
    "fresh_class_curves": "class_measures",
    "training_curves": "training_measures",
}
"""Mappings from measures to arrays, with the key of the measures in the metadata."""
_KEY = "champions"
_MOST_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RescoredTrial:
    """A trial of the front or a baseline, with its scores on fresh seeds.

    Parameters
    ----------
    number
        The trial's number.
    name
        A baseline's name, empty for a trial of the front.
    objectives
        The trial's objectives, as in the journal.
    fresh_objectives
        The objectives on fresh seeds.
    fresh_replicates
        The objectives of each replicate on fresh seeds, NaN if one is not finite; empty if they
        were not kept.
    cause
        Why it failed on fresh seeds, in one line; empty if it did not.
    """

    number: int
    name: str
    objectives: Mapping[str, float]
    fresh_objectives: Mapping[str, float]
    fresh_replicates: Mapping[str, Sequence[float]] = field(default_factory=dict)
    cause: str = ""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Champion(RescoredTrial):
    """A trial of the front or a baseline, with the trained networks of its replicates.

    Parameters
    ----------
    architecture
        The architecture of the networks.
    precision
        ``float32`` or ``float64``: the numbers that they were trained with.
    parameters
        Weights and biases, (replicates, vector size of the architecture).
    curves
        Validation MSE of each replicate, (replicates, points of the grid of samples seen).
    fresh_curves
        The same on the fresh seeds.
    class_curves, fresh_class_curves
        The same for each class measure by its name; empty if targets are no class probabilities.
    training_curves
        The same on training samples, under ``mse`` and for each class measure; empty if unknown.
    folds
        Number of folds of the data, see `neuroevo.learning.DataSet.folds`.
    """

    architecture: "Architecture"
    precision: Precision
    parameters: NDArray[np.floating]
    curves: NDArray[np.floating]
    fresh_curves: NDArray[np.floating]
    class_curves: Mapping[str, NDArray[np.floating]] = field(default_factory=dict)
    fresh_class_curves: Mapping[str, NDArray[np.floating]] = field(default_factory=dict)
    training_curves: Mapping[str, NDArray[np.floating]] = field(default_factory=dict)
    folds: int = 1

    @property
    def kept(self) -> int | None:
        """The best of its replicates, see `best_replicates`; None if all have diverged."""
        return next(iter(self.best_replicates), None)

    @property
    def best_replicates(self) -> tuple[int, ...]:
        """The places of the replicates that have not diverged, best first."""
        return best_replicates(self.parameters, self.curves, self.folds)


def champions_in(rescored: Iterable[RescoredTrial]) -> list[Champion]:
    """Return those of some trials that have networks."""
    return [each for each in rescored if isinstance(each, Champion)]


def write_champions(path: Path, champions: Sequence[RescoredTrial]) -> None:
    """Write champions into one file, atomically; those of a function have no arrays.

    Array ``NUMBER.parameters`` (``NUMBER.class_curves.log_loss``, and so on) belongs to the
    champion with this number in the description, which has the list of champions under
    ``champions``, see `neuroevo.storage.arrays`.

    Raises
    ------
    StorageError
        If the file can't be written.
    """
    arrays = {
        f"{champion.number}.{name}": array
        for champion in champions
        for name, array in _arrays(champion)
    }
    described = {"champions": [_description(champion) for champion in champions]}
    write_atomically(path, arrays_content(arrays, _KEY, described))


def read_champions(path: Path) -> list[RescoredTrial]:
    """Read the champions of a file, in the order in which they were written.

    Raises
    ------
    StorageError
        If the file can't be read or holds something else.
    """
    content = read_bytes(path, _MOST_BYTES)
    try:
        arrays, described = read_arrays(content, _KEY)
        return [_champion(description, arrays) for description in described["champions"]]
    except DAMAGE as error:
        rule = "must be a file of champions, but it is damaged"
        raise StorageError(f"{path}: {rule} ({damage_text(error)})") from error


def _arrays(champion: RescoredTrial) -> Iterator[tuple[str, NDArray[np.floating]]]:
    if not isinstance(champion, Champion):
        return
    for name in _ARRAYS:
        yield name, getattr(champion, name)
    for name in _CURVES:
        for measure, curves in getattr(champion, name).items():
            yield f"{name}.{measure}", curves


def _description(champion: RescoredTrial) -> dict[str, object]:
    described: dict[str, object] = {"number": champion.number, "name": champion.name}
    if isinstance(champion, Champion):
        described |= _network_description(champion)
    described["objectives"] = objectives_to_json(champion.objectives)
    described["fresh_objectives"] = objectives_to_json(champion.fresh_objectives)
    if champion.fresh_replicates:
        described["fresh_replicates"] = replicates_to_json(champion.fresh_replicates)
    if champion.cause:
        described["cause"] = champion.cause
    return described


def _network_description(champion: Champion) -> dict[str, object]:
    described: dict[str, object] = {
        "architecture": champion.architecture.model_dump(mode="json"),
        "precision": champion.precision,
    }
    if champion.folds > 1:
        described["folds"] = champion.folds
    for name, key in _CURVES.items():
        if measures := list(getattr(champion, name)):
            described.setdefault(key, measures)
    return described


def _champion(
    description: Mapping[str, Any], arrays: Mapping[str, NDArray[np.floating]]
) -> RescoredTrial:
    scored = RescoredTrial(
        number=description["number"],
        name=description["name"],
        objectives=objectives_from_json(description["objectives"]),
        fresh_objectives=objectives_from_json(description["fresh_objectives"]),
        fresh_replicates=replicates_from_json(description.get("fresh_replicates", {})),
        cause=str(description.get("cause", "")),
    )
    if "architecture" not in description:
        return scored
    return _with_networks(scored, description, arrays)


def _with_networks(
    scored: RescoredTrial,
    description: Mapping[str, Any],
    arrays: Mapping[str, NDArray[np.floating]],
) -> Champion:
    # Loads the kernel, which takes time and is needed for weights only.
    from neuroevo.learning import Architecture  # noqa: PLC0415 - see above

    number, precision = scored.number, description["precision"]
    folds = int(description.get("folds", 1))
    architecture = Architecture.of(description["architecture"])
    parameters, curves, fresh_curves = (arrays[f"{number}.{name}"] for name in _ARRAYS)
    class_curves, fresh_class_curves, training_curves = (
        {str(measure): arrays[f"{number}.{name}.{measure}"] for measure in description.get(key, ())}
        for name, key in _CURVES.items()
    )
    replicates, points = curves.shape
    if parameters.shape != (replicates, architecture.vector_size):
        raise ValueError(f"the weights of trial {number} do not fit its architecture")
    others = [fresh_curves, *class_curves.values(), *fresh_class_curves.values()]
    others += training_curves.values()
    shapes = {each.shape for each in others}
    if (
        shapes != {(replicates, points)}
        or any(len(values) != replicates for values in scored.fresh_replicates.values())
        or not 1 <= folds <= replicates
        or precision not in get_args(Precision)
    ):
        raise ValueError(f"the arrays of trial {number} do not fit each other")
    if {each.dtype for each in (parameters, curves, *others)} != {np.dtype(precision)}:
        raise ValueError(f"the arrays of trial {number} must be {precision}")
    return Champion(
        number=number,
        name=scored.name,
        architecture=architecture,
        precision=precision,
        objectives=scored.objectives,
        fresh_objectives=scored.fresh_objectives,
        parameters=parameters,
        curves=curves,
        fresh_curves=fresh_curves,
        class_curves=class_curves,
        fresh_class_curves=fresh_class_curves,
        training_curves=training_curves,
        folds=folds,
        fresh_replicates=scored.fresh_replicates,
    )
