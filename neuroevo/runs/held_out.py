"""Writes and reads the scores of a run's models on its test part, in one JSON file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from neuroevo.evaluation.diagnosis import Diagnosis
from neuroevo.evaluation.scores import METRICS, Score
from neuroevo.learning import Columns
from neuroevo.runs.content import read_values, refuse
from neuroevo.settings import Location, one_of
from neuroevo.storage.atomic import write_atomically
from neuroevo.storage.checksum import file_with_checksum, read_file_with_checksum

_SCHEMA = 1
_MOST_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class ScoredModel:
    """A model with its scores on the test part.

    Parameters
    ----------
    name
        The name of a baseline or of a reference model; empty for a trial of the front.
    number
        The number of its trial; None for a reference model.
    scores
        Each metric's name -> the score over samples and replicates; empty if all replicates have
        diverged.
    note
        Where a reference model comes from.
    targets
        The scores for each target alone, if there are several targets of numbers.
    differences
        Each metric's name -> the champion's score minus this one, on the same bootstrap samples;
        empty for the champion, and in runs of versions that did not compute it.
    """

    name: str
    number: int | None
    scores: Mapping[str, Score]
    note: str = ""
    targets: tuple[Mapping[str, Score], ...] = ()
    differences: Mapping[str, Score] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScoredEnsemble:
    """The mean of the outputs of the champion's replicates, beside the one that is kept.

    Parameters
    ----------
    networks
        How many are averaged: those that have not diverged; of several folds, of the first.
    scores
        Each metric's name -> the score on the test part, over samples.
    targets
        The scores for each target alone, if there are several targets of numbers.
    validation, validation_one
        The scores on the validation samples, of the mean and of one network: for each half of the
        samples, the one with the lowest MSE on the other half.
    """

    networks: int
    scores: Mapping[str, Score]
    targets: tuple[Mapping[str, Score], ...]
    validation: Mapping[str, float]
    validation_one: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class HeldOutScores:
    """The scores of a run's models on its test part, which no search has seen.

    Parameters
    ----------
    samples
        Number of samples in the test part.
    models
        The trials of the front, the champion first, then baselines, then reference models.
    diagnosis
        What the kept network of the champion does; None if there is none.
    ensemble
        The mean of the champion's replicates; None if fewer than two have not diverged.
    groups
        Number of groups that bootstrap samples consist of; 0 if they consist of samples. With one
        group they consist of samples too, so that intervals say nothing of other groups. None in
        runs of versions that did not count them.
    """

    samples: int
    models: tuple[ScoredModel, ...]
    diagnosis: Diagnosis | None = None
    ensemble: ScoredEnsemble | None = None
    groups: int | None = None

    def of_trial(self, number: int) -> ScoredModel | None:
        """Return the scores of a trial's networks, None if it was not scored."""
        return next((model for model in self.models if model.number == number), None)


_SCORES = TypeAdapter(HeldOutScores)
_LARGEST = 1e150  # of targets and predictions, so that their squares are finite
_MOST_SAMPLES = 1e15
_FEWEST_AVERAGED = 2


def write_held_out(path: Path, scores: HeldOutScores) -> None:
    """Write the scores, atomically.

    Raises
    ------
    StorageError
        If they can't be written.
    """
    write_atomically(path, file_with_checksum(_SCHEMA, asdict(scores)))


def read_held_out(path: Path, columns: Columns) -> HeldOutScores:
    """Read the scores of models for data with these columns.

    Raises
    ------
    StorageError
        If the file can't be read or is damaged.
    DataError
        If it has other content; one line for each key.
    """
    fields = read_file_with_checksum(path, _SCHEMA, _MOST_BYTES)
    scores = read_values(path, _SCORES, fields)
    refuse(path, _problems(scores, columns))
    return scores


def _problems(scores: HeldOutScores, columns: Columns) -> Iterator[tuple[Location, str]]:
    if scores.samples < 1:
        yield ("samples",), f"must be at least 1, but got {scores.samples}"
    if scores.groups is not None and not 0 <= scores.groups <= max(scores.samples, 0):
        yield ("groups",), f"must be from 0 to the number of samples, but got {scores.groups}"
    names: list[tuple[Location, Iterable[str]]] = [
        (("models", place, "scores"), model.scores) for place, model in enumerate(scores.models)
    ]
    for place, model in enumerate(scores.models):
        names.append((("models", place, "differences"), model.differences))
        names += [(("models", place, "targets"), each) for each in model.targets]
        if model.targets and len(model.targets) != len(columns.outputs):
            text = f"must have {len(columns.outputs)} targets, but got {len(model.targets)}"
            yield ("models", place, "targets"), text
    ensemble = scores.ensemble
    if ensemble is not None:
        for name in ("scores", "validation", "validation_one"):
            names.append((("ensemble", name), getattr(ensemble, name)))
        names += [(("ensemble", "targets"), each) for each in ensemble.targets]
        yield from _ensemble_problems(ensemble, columns)
    diagnosis = scores.diagnosis
    if diagnosis is not None:
        names.append((("diagnosis", "scores"), diagnosis.scores))
        for key, text in (*_row_problems(diagnosis, columns), *_bin_problems(diagnosis)):
            yield ("diagnosis", *key), text
    for key, each in names:
        yield from ((key, one_of(name, METRICS)) for name in each if name not in METRICS)


def _ensemble_problems(
    ensemble: ScoredEnsemble, columns: Columns
) -> Iterator[tuple[Location, str]]:
    if ensemble.networks < _FEWEST_AVERAGED:
        rule = f"must be at least {_FEWEST_AVERAGED}"
        yield ("ensemble", "networks"), f"{rule}, but got {ensemble.networks}"
    if ensemble.targets and len(ensemble.targets) != len(columns.outputs):
        rule = f"must have {len(columns.outputs)} targets"
        yield ("ensemble", "targets"), f"{rule}, but got {len(ensemble.targets)}"


def _row_problems(diagnosis: Diagnosis, columns: Columns) -> Iterator[tuple[Location, str]]:
    """Give what is wrong with tables: rows of another width, and too few rows."""
    classes, outputs = len(columns.classes), len(columns.outputs)
    tables: tuple[tuple[str, Sequence[Sequence[float]], int, int], ...] = (
        ("confusion", diagnosis.confusion, classes, classes),
        ("true", diagnosis.true, outputs, len(diagnosis.true)),
        ("predicted", diagnosis.predicted, outputs, len(diagnosis.true)),
    )
    for name, rows, width, count in tables:
        if (rows and len(rows) != count) or (name == "predicted" and len(rows) != count):
            yield (name,), f"must have {count} rows, but got {len(rows)}"
        for place, row in enumerate(rows):
            low, high = (0, _MOST_SAMPLES) if name == "confusion" else (-_LARGEST, _LARGEST)
            if len(row) != width or not all(low <= each <= high for each in row):
                yield (name, place), f"must be {width} numbers from {low:g} to {high:g}"


def _bin_problems(diagnosis: Diagnosis) -> Iterator[tuple[Location, str]]:
    for place, each in enumerate(diagnosis.calibration):
        if not (0 <= each.probability <= 1 and 0 <= each.accuracy <= 1 and each.samples > 0):
            yield ("calibration", place), "must be two shares, and a number of samples above 0"
