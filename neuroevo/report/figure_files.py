"""Writes the figures of a run to files: a page for each and, with kaleido, PNG and SVG files."""

import importlib.util
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from neuroevo import wording
from neuroevo.errors import StorageError
from neuroevo.report import theme
from neuroevo.report.diagram import standalone
from neuroevo.report.document import Document
from neuroevo.report.figures import STYLES, PageFigure, page_figure, payload_of, scripts_of
from neuroevo.report.plots import figures_of
from neuroevo.storage.atomic import write_atomically

if TYPE_CHECKING:
    from neuroevo.report.drawing import Specification
    from neuroevo.report.run import Run

PICTURE_WIDTH = 1_000  # pixels
PICTURE_SCALE = 2  # of a PNG, so that it is sharp


@dataclass(frozen=True, slots=True)
class WrittenFigures:
    """The files that were written.

    Parameters
    ----------
    paths
        Their paths.
    problem
        Why PNG and SVG files are missing, in a sentence; empty if they are not.
    """

    paths: tuple[Path, ...]
    problem: str


def write_figures(run: "Run", folder: Path) -> WrittenFigures:
    """Write every figure that has data.

    Parameters
    ----------
    run
        The run.
    folder
        Folder of the files ``NAME.html``, ``NAME.svg`` and ``NAME.png``; made if it does not exist.

    Raises
    ------
    StorageError
        If the files can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{folder}: figures can't be stored there ({error.strerror})") from error
    paths = []
    figures = [page_figure(run.findings, name) for name in figures_of(run.experiment)]
    figures = [each for each in figures if each.is_drawn]
    for each in figures:
        paths.append(folder / f"{each.name}.html")
        write_atomically(paths[-1], figure_page(each, run.folder.id))
        if each.drawing is not None:
            paths.append(folder / f"{each.name}.svg")
            write_atomically(paths[-1], standalone(each.drawing))
    plotted = {each.name: each.specification for each in figures if each.specification is not None}
    pictures = [folder / f"{name}.{kind}" for kind in ("svg", "png") for name in plotted]
    problem = _draw_pictures(list(plotted.values()), pictures)
    return WrittenFigures((*paths, *([] if problem else pictures)), problem)


def figure_page(figure: PageFigure, title: str) -> str:
    """Return a page with one figure that needs no other file.

    Parameters
    ----------
    figure
        The figure.
    title
        Name of the run.
    """
    payload = payload_of([figure])
    document = Document(
        "figure.html.jinja",
        title=f"{figure.title} · {title}",
        styles=STYLES,
        scripts=scripts_of(payload),
        payload=payload,
        adds_styles=True,
    )
    return document.render({"shown": figure, "of": title})


def _draw_pictures(plotted: "Sequence[Specification]", pictures: Sequence[Path]) -> str:
    """Draw figures with kaleido, which needs a browser; return a problem as a sentence.

    `pictures` are the files of all figures in one format, then in the next.
    """
    if importlib.util.find_spec("kaleido") is None:
        return "PNG and SVG need kaleido, which was not found: pip install 'neuroevo[figures]'"
    import kaleido  # noqa: PLC0415 - slow, for pictures only

    for name in ("choreographer", "kaleido"):  # their messages about the browser are not needed
        logging.getLogger(name).addHandler(logging.NullHandler())
    orders = []
    for place, path in enumerate(pictures):
        figure = plotted[place % len(plotted)]
        layout = {
            key: part
            for key, part in figure["layout"].items()
            if key not in {"sliders", "updatemenus"}
        }
        size = {"width": PICTURE_WIDTH, "height": layout["height"], "scale": PICTURE_SCALE}
        orders.append(
            {
                "fig": {"data": figure["data"], "layout": layout | {"template": theme.template()}},
                "path": path,
                "opts": {"format": path.suffix[1:], **size},
            }
        )
    try:
        # Not plotly's own function, with which the browser downloads MathJax.
        kaleido.write_fig_from_object_sync(orders, kopts={"mathjax": False})
    except Exception as error:  # noqa: BLE001 - browsers fail in many ways; the pages are written
        reason = " ".join(" ".join(map(str, error.args)).split()) or type(error).__name__
        return f"PNG and SVG could not be drawn: {wording.shortened(reason, 200)}"
    return ""
