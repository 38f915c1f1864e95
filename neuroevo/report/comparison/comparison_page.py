"""Makes the page of a comparison: one HTML file without further files, or one for a server."""

from typing import TYPE_CHECKING

from neuroevo.report.comparison import tables
from neuroevo.report.comparison.figures import COMPARISON_FIGURES
from neuroevo.report.comparison.opening import opening, what_differs
from neuroevo.report.document import Document
from neuroevo.report.figures import (
    STYLES,
    PageFigure,
    named_figure,
    payload_of,
    scripts_of,
)
from neuroevo.report.served import Served

if TYPE_CHECKING:
    from neuroevo.analysis.comparison import Comparison


def comparison_page(comparison: "Comparison", served: Served | None = None) -> str:
    """Return the comparison as HTML.

    Parameters
    ----------
    comparison
        The runs.
    served
        The server that shows it; None for a file, which contains styles and scripts.
    """
    figures = comparison_figures(comparison)
    payload = payload_of(figures.values())
    words = opening(comparison)
    document = Document(
        "comparison.html.jinja",
        title=words.title.removesuffix("."),
        styles=STYLES,
        scripts=scripts_of(payload, served),
        payload=payload,
        adds_styles=True,
    )
    return document.render(
        {
            "headline": words,
            "what_differs": what_differs(comparison),
            "differences": tables.differences(comparison),
            "runs": tables.runs(comparison, served.addresses if served else ()),
            "outcome": tables.outcome(comparison),
            "has_fresh": comparison.has_fresh,
            "tested": tables.test_scores(comparison),
            "dominance": tables.dominance(comparison),
            "spreads": tables.spreads(comparison),
            "tests": tables.tests(comparison),
            "configurations": tables.configurations(comparison),
            "figures": figures,
            "served": served,
        },
        served.assets if served else "",
    )


def comparison_figures(comparison: "Comparison") -> dict[str, PageFigure]:
    """Return all figures of a comparison by name, in the order of `COMPARISON_FIGURES`."""
    return {name: named_figure(COMPARISON_FIGURES, name, comparison) for name in COMPARISON_FIGURES}
