"""Puts a comparison on a page: one HTML file that needs nothing else, or one that a server shows.

The texts, tables and figures are made elsewhere.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neuroevo.report.comparison import boards
from neuroevo.report.comparison.figures import COMPARISON_FIGURES
from neuroevo.report.comparison.opening import opening, what_differs
from neuroevo.report.document import Document
from neuroevo.report.figures import STYLES, PageFigure, payload_of, scripts_of

if TYPE_CHECKING:
    from neuroevo.analysis.comparison import Comparison


def comparison_page(
    comparison: "Comparison",
    *,
    linked_from: str = "",
    addresses: Sequence[str] = (),
    home: str = "",
) -> str:
    """Return the comparison as HTML.

    Parameters
    ----------
    comparison
        The runs.
    linked_from
        Address of the folder from which the page gets its styles and scripts, ending in a slash;
        empty: it holds them.
    addresses
        Where a page on each run is; none: there is no such.
    home
        Where all runs are listed; empty: nowhere.
    """
    figures = {name: _shown(comparison, name) for name in COMPARISON_FIGURES}
    payload = payload_of(figures.values())
    words = opening(comparison)
    document = Document(
        "comparison.html.jinja",
        title=words.title.removesuffix("."),
        styles=STYLES,
        scripts=scripts_of(payload),
        payload=payload,
        adds_styles=True,
    )
    return document.render(
        {
            "headline": words,
            "what_differs": what_differs(comparison),
            "differences": boards.differences(comparison),
            "runs": boards.runs(comparison, addresses),
            "outcome": boards.outcome(comparison),
            "dominance": boards.dominance(comparison),
            "spreads": boards.spreads(comparison),
            "tests": boards.tests(comparison),
            "configurations": boards.configurations(comparison),
            "figures": figures,
            "home": home,
        },
        linked_from,
    )


def _shown(comparison: "Comparison", name: str) -> PageFigure:
    plot = COMPARISON_FIGURES[name]
    drawn = plot.draw(comparison)
    caption = plot.caption(comparison)
    return PageFigure(name, plot.title, caption, specification=drawn if drawn["data"] else None)
