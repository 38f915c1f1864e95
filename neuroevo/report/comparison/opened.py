"""Runs beside one another as people hold them in Python: opened and compared, figures by name.

What is wrong with the runs is said all at once. It knows their folders and what was compared.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from neuroevo.analysis.comparison import Comparison
from neuroevo.errors import NeuroevoError, UsageError
from neuroevo.report.comparison.figures import COMPARISON_FIGURES
from neuroevo.report.figures import plotly_figure
from neuroevo.report.run import Run, load_run

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


class ComparedRuns(Comparison):
    """Two or more runs beside one another, with the figures of what was compared."""

    def figure(self, name: str) -> "Figure":
        """Return a figure in light colours.

        Parameters
        ----------
        name
            One of `neuroevo.report.comparison.figures.COMPARISON_FIGURES`, such as ``fronts``.

        Raises
        ------
        UsageError
            If there is no such figure.
        """
        if name not in COMPARISON_FIGURES:
            names = ", ".join(COMPARISON_FIGURES)
            raise UsageError(f"figure: must be one of {names}, but got {name!r}")
        return plotly_figure(COMPARISON_FIGURES[name].draw(self))


def compare_runs(
    runs: "Sequence[Run | str | Path]", results: str | Path = "results"
) -> ComparedRuns:
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
    ids = [run.id for run in opened]
    places = [
        f"{run.id}, {place}" if run.is_in_memory else str(run.folder.path)
        for place, run in enumerate(opened, start=1)
    ]
    names = ids if len(set(ids)) == len(ids) else places
    return ComparedRuns.of([run.findings for run in opened], names)


def _check_other(run: Run, opened: Sequence[Run]) -> None:
    if any(_identity(run) == _identity(other) for other in opened):
        raise UsageError(f"run: must be named once, but got {run.id} again")


def _identity(run: Run) -> object:
    return run if run.is_in_memory else run.folder.path.resolve()
