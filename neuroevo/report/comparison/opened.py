"""Opens the runs that are to be compared, and says all at once what is wrong with them."""

from collections.abc import Sequence
from pathlib import Path

from neuroevo.errors import NeuroevoError, UsageError
from neuroevo.report.comparison.comparison import Comparison, compare
from neuroevo.report.run import Run, load_run


def compare_runs(runs: "Sequence[Run | str | Path]", results: str | Path = "results") -> Comparison:
    """Compare runs, given as such, by their ids, their paths, or as ``latest``.

    Parameters
    ----------
    runs
        Two or more different ones.
    results
        The results folder.

    Raises
    ------
    NeuroevoError
        One line for each that there is not, that can't be read, or that is named again.
    """
    opened: list[Run] = []
    errors: list[NeuroevoError] = []
    for reference in runs:
        try:
            run = reference if isinstance(reference, Run) else load_run(reference, results)
            _check_other(run, opened)
            run.findings  # noqa: B018 - reads all files, so that a damaged one is told now
            opened.append(run)
        except NeuroevoError as error:
            errors.append(error)
    if errors:
        raise type(errors[0])(*dict.fromkeys(line for error in errors for line in error.problems))
    ids = [run.folder.id for run in opened]
    names = ids if len(set(ids)) == len(ids) else [str(run.folder.path) for run in opened]
    return compare([run.findings for run in opened], names)


def _check_other(run: Run, opened: Sequence[Run]) -> None:
    path = run.folder.path.resolve()
    if any(path == other.folder.path.resolve() for other in opened):
        raise UsageError(f"run: must be named once, but got {run.folder.id} again")
