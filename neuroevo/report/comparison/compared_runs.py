"""The comparison of runs in Python: loads runs, compares them, and returns figures by name.

All problems with the runs are reported at once.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from neuroevo.analysis.comparison import Comparison
from neuroevo.errors import NeuroevoError, UsageError
from neuroevo.report.comparison.figures import COMPARISON_FIGURES
from neuroevo.report.figures import named_plotly_figure
from neuroevo.report.run import Run, load_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plotly.graph_objects import Figure


class ComparedRuns(Comparison):
    """A comparison of two or more runs, with its figures."""

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
        return named_plotly_figure(COMPARISON_FIGURES, name, self)


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
        One line for each run that does not exist, can't be read, or is given twice.
    """
    opened: dict[object, Run] = {}
    errors: list[NeuroevoError] = []
    for reference in runs:
        try:
            run = reference if isinstance(reference, Run) else load_run(reference, results)
            key = run if run.is_in_memory else run.folder.path.resolve()
            if key in opened:
                raise UsageError(f"run: must be named once, but got {run.id} again")
            run.findings  # noqa: B018 - reads all files, so that damage is reported now
            opened[key] = run
        except NeuroevoError as error:
            errors.append(error)
    if errors:
        raise type(errors[0])(*dict.fromkeys(line for error in errors for line in error.problems))
    names = [run.id for run in opened.values()]
    if len(set(names)) < len(names):
        names = [
            f"{run.id}, {place}" if run.is_in_memory else str(run.folder.path)
            for place, run in enumerate(opened.values(), start=1)
        ]
    return ComparedRuns.of([run.findings for run in opened.values()], names)
