"""Opens a run for commands that use its trained networks."""

from pathlib import Path
from typing import TYPE_CHECKING

from neuroevo.errors import NeuroevoError, UsageError

if TYPE_CHECKING:
    from neuroevo.report.run import Run


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
