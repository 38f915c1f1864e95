"""Opens trained networks for commands that use them: those of a run, or that of a model file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import typer

from neuroevo.errors import NeuroevoError, UsageError

if TYPE_CHECKING:
    from neuroevo.export import ExportableModel
    from neuroevo.report.run import Run

RunOrFile = Annotated[
    str,
    typer.Argument(
        metavar="RUN|FILE", help="A run's id, its path, or latest; or a model file of train."
    ),
]
Ensemble = Annotated[
    str | None,
    typer.Option(
        "--ensemble",
        metavar="K|front",
        help="Average the K best replicates of the trial, or the networks of the whole front.",
    ),
]
_FILES = (".safetensors", ".json")


class Choice(NamedTuple):
    """Which networks of a run are used."""

    rank: int = 1
    ensemble: str | None = None

    @property
    def averaged(self) -> "int | Literal['front'] | None":
        """What `run.champion` takes; UsageError if it is nothing of the kind."""
        if self.ensemble is None:
            return None
        if self.ensemble == "front":
            return "front"
        if self.ensemble.isascii() and self.ensemble.isdigit():
            return int(self.ensemble)
        raise UsageError(f"--ensemble: must be a number or front, but got {self.ensemble!r}")


def is_file(reference: str) -> bool:
    """Whether a reference names a model file, not a run."""
    return Path(reference).suffix in _FILES


def model_of_file(reference: str, choice: Choice) -> "ExportableModel":
    """Read the network of a model file.

    Raises
    ------
    UsageError
        If networks of a run are chosen.
    NeuroevoError
        If the file can't be read, or holds something else.
    """
    from neuroevo.export import load

    if choice != Choice():
        raise UsageError("--rank, --ensemble: must be left out for a file, which has one model")
    return load(reference)


def run_with_networks(reference: str, results: Path, use: str) -> "Run":
    """Open a run that has trained networks.

    Parameters
    ----------
    reference, results
        As in `neuroevo.load_run`.
    use
        For what it must be complete, such as ``"it predicts"``.

    Raises
    ------
    UsageError
        If there is no such run, or its task trains no networks.
    NeuroevoError
        If the run is not complete.
    """
    from neuroevo.report.run import load_run

    found = load_run(reference, results)
    if not found.experiment.trains_networks:
        kind = found.experiment.task.kind
        raise UsageError(f"{found.id}: must have trained networks, but its task is {kind!r}")
    if not found.champions:
        rule = f"must be complete before {use}"
        raise NeuroevoError(f"{found.id}: {rule}; neuroevo resume {found.id}")
    return found
