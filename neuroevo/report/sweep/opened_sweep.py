"""An opened sweep in Python: its results, and its figures by name."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from neuroevo.analysis.sweep_results import SweepResults
from neuroevo.report.comparison import (
    ComparedRuns,
    compare_runs,
    comparison_figures,
    comparison_page,
)
from neuroevo.report.figures import named_plotly_figure
from neuroevo.report.run import Run
from neuroevo.report.sweep.figures import SWEEP_FIGURES
from neuroevo.report.sweep.sweep_page import sweep_figures, sweep_page
from neuroevo.runs import SweepFolder, open_sweep, read_sweep
from neuroevo.storage.atomic import write_atomically

if TYPE_CHECKING:
    import pandas as pd
    from plotly.graph_objects import Figure

    from neuroevo.report.figures import PageFigure


class SweepReport:
    """The results of a sweep: a row for each setting, replicates, runs and figures.

    Parameters
    ----------
    folder
        The sweep's folder.
    """

    def __init__(self, folder: SweepFolder) -> None:
        self.folder = folder
        sweep = read_sweep(folder)
        found = folder.runs_of(sweep)
        self.runs = tuple(Run(each) for each in found if each is not None)
        findings = {run.folder: run.findings for run in self.runs}
        self.results = SweepResults.of(
            sweep, [None if each is None else findings[each] for each in found]
        )

    @cached_property
    def comparison(self) -> ComparedRuns | None:
        """The comparison of its runs, if there is one, see `SweepResults.is_comparison`."""
        return compare_runs(self.runs) if self.results.is_comparison else None

    def __repr__(self) -> str:
        return f"SweepReport({self.folder.id!r}: {len(self.results.settings)} settings)"

    @property
    def table(self) -> "pd.DataFrame":
        """A row for each setting, see `SweepResults.table`."""
        return self.results.table

    @property
    def replicates(self) -> "pd.DataFrame":
        """A row for each replicate of each setting, see `SweepResults.replicates`."""
        return self.results.replicates

    def figure(self, name: str) -> "Figure":
        """Return a figure in light colours.

        Parameters
        ----------
        name
            One of `neuroevo.report.sweep.figures.SWEEP_FIGURES`, such as ``lines``.

        Raises
        ------
        UsageError
            If there is no such figure.
        """
        return named_plotly_figure(SWEEP_FIGURES, name, self.results)

    @property
    def figures(self) -> "list[PageFigure]":
        """All figures; if its runs are searches, those of their comparison."""
        if self.comparison is None:
            return list(sweep_figures(self.results).values())
        return list(comparison_figures(self.comparison).values())

    def write_page(self) -> Path:
        """Write the page of the sweep into its folder, and return its path.

        If its runs are searches, that is their comparison.
        """
        page = (
            sweep_page(self.results, self.folder.id)
            if self.comparison is None
            else comparison_page(self.comparison)
        )
        write_atomically(self.folder.report_file, page)
        return self.folder.report_file


def load_sweep(reference: str | Path, results: str | Path = "results") -> SweepReport:
    """Open a sweep.

    Parameters
    ----------
    reference
        The name of its folder in the results folder, or its path.
    results
        The results folder.

    Raises
    ------
    NeuroevoError
        If there is no such sweep, or it can't be read.
    """
    return SweepReport(open_sweep(reference, Path(results)))
