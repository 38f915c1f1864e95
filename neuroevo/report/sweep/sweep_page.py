"""Makes the page of a sweep: one HTML file without further files."""

from typing import TYPE_CHECKING

from neuroevo.report.document import Document
from neuroevo.report.figures import (
    STYLES,
    PageFigure,
    named_figure,
    payload_of,
    scripts_of,
)
from neuroevo.report.served import Served
from neuroevo.report.sweep import tables
from neuroevo.report.sweep.figures import SWEEP_FIGURES
from neuroevo.report.sweep.texts import opening

if TYPE_CHECKING:
    from neuroevo.analysis.sweep_results import SweepResults


def sweep_page(results: "SweepResults", name: str, served: Served | None = None) -> str:
    """Return the page of a sweep as HTML.

    Parameters
    ----------
    results
        Its results.
    name
        What the page calls it, such as the name of its folder.
    served
        The server that shows it; None for a file, which contains styles and scripts.
    """
    figures = sweep_figures(results)
    payload = payload_of(figures.values())
    words = opening(results)
    document = Document(
        "sweep.html.jinja",
        title=f"{name}: {words.title.removesuffix('.')}",
        styles=STYLES,
        scripts=scripts_of(payload, served),
        payload=payload,
        adds_styles=True,
    )
    return document.render(
        {
            "name": name,
            "headline": words,
            "settings": tables.settings(results),
            "figures": figures,
            "searches": results.searches,
            "has_baseline": any(each.is_baseline for each in results.settings),
            "runs": tables.runs(results, served.addresses if served else ()),
            "served": served,
        },
        served.assets if served else "",
    )


def sweep_figures(results: "SweepResults") -> dict[str, PageFigure]:
    """Return all figures of a sweep by their names."""
    return {name: named_figure(SWEEP_FIGURES, name, results) for name in SWEEP_FIGURES}
