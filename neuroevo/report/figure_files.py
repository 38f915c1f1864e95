"""The figures of a run as files: a page for each, and pictures where they can be had.

It knows the run's folder and kaleido; what is on a page is made elsewhere.
"""

import importlib.util
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from neuroevo import wording
from neuroevo.errors import StorageError
from neuroevo.report import theme
from neuroevo.report.diagram import WIDTH
from neuroevo.report.document import Document, asset
from neuroevo.report.figures import STYLES, Shown, payload_of, scripts_of, show
from neuroevo.report.plots import FIGURES
from neuroevo.runs import write_atomically

if TYPE_CHECKING:
    from neuroevo.report.drawing import Specification
    from neuroevo.report.run import Run

PICTURE_WIDTH = 1_000  # pixels
PICTURE_SCALE = 2  # of a PNG, so that it stays sharp


@dataclass(frozen=True, slots=True)
class Written:
    """The files of the figures.

    Parameters
    ----------
    paths
        What was written.
    problem
        Why there are no pictures beside the pages, in a sentence; empty if there are.
    """

    paths: tuple[Path, ...]
    problem: str


def write_figures(run: "Run", folder: Path) -> Written:
    """Write every figure that has something to show: a page, and pictures where they can be had.

    Parameters
    ----------
    run
        Whose figures.
    folder
        Where they go, as ``NAME.html``, ``NAME.svg`` and ``NAME.png``; made if it does not exist.

    Raises
    ------
    StorageError
        If they can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{folder}: figures can't be stored there ({error.strerror})") from error
    paths = []
    drawn = [each for each in (show(run.findings, name) for name in FIGURES) if each.is_drawn]
    for each in drawn:
        paths.append(folder / f"{each.name}.html")
        write_atomically(paths[-1], figure_page(each, run.folder.id))
        if each.drawing is not None:
            paths.append(folder / f"{each.name}.svg")
            write_atomically(paths[-1], standalone(each.drawing))
    plotted = {each.name: each.specification for each in drawn if each.specification is not None}
    pictures = [folder / f"{name}.{kind}" for kind in ("svg", "png") for name in plotted]
    problem = _draw_pictures(list(plotted.values()), pictures)
    return Written((*paths, *([] if problem else pictures)), problem)


def figure_page(shown: Shown, title: str) -> str:
    """Return a figure as a page of its own that needs nothing else.

    Parameters
    ----------
    shown
        The figure.
    title
        What the figure is of.
    """
    payload = payload_of([shown])
    document = Document(
        "figure.html.jinja",
        title=f"{shown.title} · {title}",
        styles=STYLES,
        scripts=scripts_of(payload),
        payload=payload,
        adds_styles=True,
    )
    return document.render({"shown": shown, "of": title})


def standalone(drawing: Markup) -> str:
    """Return a drawing of the page as an SVG file, in light colours."""
    head = Markup('<svg xmlns="http://www.w3.org/2000/svg" width="{:.0f}" class').format(WIDTH)
    opening, rest = drawing.replace("<svg class", head, 1).split(">", 1)
    tokens = f":root {{ --font: {theme.FONT}; {theme.custom_properties(theme.LIGHT)} }}"
    return f"{opening}><style>{tokens}\n{asset('network.css').text}</style>{rest}"


def _draw_pictures(plotted: "Sequence[Specification]", pictures: Sequence[Path]) -> str:
    """Draw figures with kaleido, which needs a browser; say in a sentence what went wrong.

    Parameters
    ----------
    plotted
        The figures.
    pictures
        A file for each, of one kind after the other.
    """
    if importlib.util.find_spec("kaleido") is None:
        return "PNG and SVG need kaleido, which was not found: pip install 'neuroevo[figures]'"
    import kaleido  # noqa: PLC0415 - slow, for pictures only

    for name in ("choreographer", "kaleido"):  # their browser's affairs are nobody's news
        logging.getLogger(name).addHandler(logging.NullHandler())
    kinds = len(pictures) // len(plotted) if plotted else 0
    controls = ("sliders", "updatemenus")
    figures = [
        {
            "data": each["data"],
            "layout": {key: part for key, part in each["layout"].items() if key not in controls}
            | {"template": theme.template()},
        }
        for each in plotted
    ]
    try:
        # Not plotly's own function, which has the browser fetch MathJax from afar.
        kaleido.write_fig_from_object_sync(
            [_order(figure, path) for figure, path in zip(figures * kinds, pictures, strict=True)],
            kopts={"mathjax": False},
        )
    except Exception as error:  # noqa: BLE001 - a browser fails in its own ways; the pages are there
        told = " ".join(" ".join(map(str, error.args)).split()) or type(error).__name__
        return f"PNG and SVG could not be drawn: {wording.shortened(told, 200)}"
    return ""


def _order(figure: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Return what kaleido is told of a picture."""
    size = {"width": PICTURE_WIDTH, "height": figure["layout"]["height"], "scale": PICTURE_SCALE}
    return {"fig": figure, "path": path, "opts": {"format": path.suffix[1:], **size}}
