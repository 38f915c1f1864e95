"""Writes and reads the scores of a run's models on its test part, in one JSON file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from neuroevo.errors import StorageError
from neuroevo.evaluation.diagnosis import Diagnosis
from neuroevo.evaluation.scores import Score
from neuroevo.runs.atomic import write_atomically
from neuroevo.runs.checksum import file_with_checksum, read_file_with_checksum

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
    """

    name: str
    number: int | None
    scores: Mapping[str, Score]
    note: str = ""


@dataclass(frozen=True, slots=True)
class HeldOutScores:
    """The scores of a run's models on its test part, which no search has seen.

    Parameters
    ----------
    samples
        Number of samples in the test part.
    models
        The trials of the front, best first, then baselines, then reference models.
    diagnosis
        What the kept network of the champion does; None if there is none.
    """

    samples: int
    models: tuple[ScoredModel, ...]
    diagnosis: Diagnosis | None = None

    def of_trial(self, number: int) -> ScoredModel | None:
        """Return the scores of a trial's networks, None if it was not scored."""
        return next((model for model in self.models if model.number == number), None)


_SCORES = TypeAdapter(HeldOutScores)


def write_held_out(path: Path, scores: HeldOutScores) -> None:
    """Write the scores, atomically.

    Raises
    ------
    StorageError
        If they can't be written.
    """
    write_atomically(path, file_with_checksum(_SCHEMA, asdict(scores)))


def read_held_out(path: Path) -> HeldOutScores:
    """Read the scores.

    Raises
    ------
    StorageError
        If the file can't be read, is damaged or has other content.
    """
    fields = read_file_with_checksum(path, _SCHEMA, _MOST_BYTES)
    try:
        return _SCORES.validate_python(fields)
    except ValidationError as error:
        raise StorageError(f"{path}: must hold the scores of a test part, but does not") from error
