"""An opened run in Python: its results, and its figures by name."""

from pathlib import Path
from typing import TYPE_CHECKING

from neuroevo.analysis.run_results import RunResults
from neuroevo.errors import UsageError
from neuroevo.runs import find_run

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


class Run(RunResults):
    """The results of a run: trials, front, champions and figures."""

    def figure(self, name: str) -> "Figure":
        """Return a figure of this run in light colours.

        Parameters
        ----------
        name
            One of `neuroevo.report.plots.FIGURES`, such as ``pareto_front``; if the run has no
            networks, not one of theirs.

        Raises
        ------
        UsageError
            If there is no such figure.
        """
        from neuroevo.report.figures import plotly_figure  # noqa: PLC0415 - loads pandas
        from neuroevo.report.plots import FIGURES, figures_of  # noqa: PLC0415 - loads pandas

        names = figures_of(self.experiment)
        if name not in names:
            raise UsageError(f"figure: must be one of {', '.join(names)}, but got {name!r}")
        plot = FIGURES[name]
        return plotly_figure(plot.draw(plot.data(self.findings)))


def load_run(reference: str | Path = "latest", results: str | Path = "results") -> Run:
    """Open a run.

    Parameters
    ----------
    reference
        A run's id, its path, or ``latest``.
    results
        The results folder.

    Raises
    ------
    UsageError
        If there is no such run.
    """
    return Run(find_run(str(reference), Path(results)))
