"""Writes figures to files: a page for each and, with kaleido, PNG, SVG and PDF files.

It does not know what the figures are of.
"""

import importlib.util
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neuroevo import wording
from neuroevo.errors import StorageError
from neuroevo.report import theme
from neuroevo.report.diagram import standalone
from neuroevo.report.document import Document, asset
from neuroevo.report.figures import STYLES, PageFigure, payload_of, scripts_of
from neuroevo.storage.atomic import write_atomically
from neuroevo.storage.new_folders import new_folders_removed

if TYPE_CHECKING:
    from neuroevo.report.drawing import Specification

PLOTLY = "plotly.min.js"
KINDS = ("svg", "png", "pdf")
NEEDS_KALEIDO = (
    "PNG, SVG and PDF need kaleido, which was not found: python -m pip install 'kaleido>=1'"
)
NARROW = 640  # pixels; the same as in report.js
PICTURE_SCALE = 2  # of a PNG, so that it is sharp


@dataclass(frozen=True, slots=True)
class PictureSize:
    """The size of pictures in pixels; a PNG has twice as many in each direction.

    Parameters
    ----------
    width, height
        Of every picture; a height of 0 stands for that of each figure on a page.
    """

    width: int = 1_000
    height: int = 0


@dataclass(frozen=True, slots=True)
class WrittenFigures:
    """The files that were written.

    Parameters
    ----------
    paths
        Their paths.
    problem
        Why pictures are missing, in a sentence; empty if they are not.
    wider
        A sentence for each figure whose labels need more than the width that was asked for.
    """

    paths: tuple[Path, ...]
    problem: str = ""
    wider: tuple[str, ...] = ()


def write_figures(
    figures: Sequence[PageFigure], title: str, folder: Path, size: PictureSize = PictureSize()
) -> WrittenFigures:
    """Write every figure that has data.

    Parameters
    ----------
    figures
        The figures.
    title
        What they are of, such as the id of a run.
    folder
        Folder of the files ``NAME.html``, ``NAME.svg``, ``NAME.png`` and ``NAME.pdf``, and of the
        plotly.js that the pages share; made if it does not exist.
    size
        Size of the pictures; those whose labels would overlap are wider.

    Raises
    ------
    StorageError
        If the files can't be written.
    """
    shown = [each for each in figures if each.is_drawn]
    with new_folders_removed(folder):
        paths = _write_pages(shown, title, folder)
    plotted = [each for each in shown if each.specification is not None]
    if not plotted:
        return WrittenFigures(tuple(paths))
    orders = [
        picture_order(each, folder / f"{each.name}.{kind}", size)
        for kind in KINDS
        for each in plotted
    ]
    problem = _draw_pictures(orders)
    if problem:
        return WrittenFigures(tuple(paths), problem)
    wider = (
        f"{each.name} is {each.least_width:,} pixels wide, since its labels would overlap in less"
        for each in plotted
        if each.least_width > size.width
    )
    return WrittenFigures((*paths, *(order["path"] for order in orders)), wider=tuple(wider))


def _write_pages(figures: Sequence[PageFigure], title: str, folder: Path) -> list[Path]:
    """Write the page of each figure, and of drawings the picture too; returns their paths."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{folder}: figures can't be stored there ({error.strerror})") from error
    if any(each.specification is not None for each in figures):
        write_atomically(folder / PLOTLY, asset(PLOTLY).text)
    paths = []
    for each in figures:
        paths.append(folder / f"{each.name}.html")
        write_atomically(paths[-1], figure_page(each, title))
        if each.drawing is not None:
            paths.append(folder / f"{each.name}.svg")
            write_atomically(paths[-1], standalone(each.drawing))
    return paths


def figure_page(figure: PageFigure, title: str) -> str:
    """Return a page with one figure; plotly.js is a file beside it.

    Parameters
    ----------
    figure
        The figure.
    title
        What the figure is of.
    """
    payload = payload_of([figure])
    document = Document(
        "figure.html.jinja",
        title=f"{figure.title} · {title}",
        styles=STYLES,
        scripts=scripts_of(payload),
        payload=payload,
        adds_styles=True,
        beside=frozenset({PLOTLY}),
    )
    return document.render({"shown": figure, "of": title})


def picture_order(figure: PageFigure, path: Path, size: PictureSize) -> dict[str, Any]:
    """Return what kaleido needs to draw a plotly figure into a file, without a page's controls."""
    drawn: Specification = figure.specification or {}
    layout = {
        key: part for key, part in drawn["layout"].items() if key not in {"sliders", "updatemenus"}
    }
    width = max(size.width, figure.least_width)
    pixels = {"width": width, "height": size.height or layout["height"]}
    layout |= {"template": theme.template(), **pixels}
    kind = path.suffix[1:]
    scale = PICTURE_SCALE if kind == "png" else 1
    return {
        "fig": {"data": [_fitted(each, width) for each in drawn["data"]], "layout": layout},
        "path": path,
        "opts": {"format": kind, "scale": scale, **pixels},
    }


def _fitted(trace: dict[str, Any], width: int) -> dict[str, Any]:
    """Return a trace with its first label alone if a picture is narrow, as on phones."""
    if width >= NARROW or trace.get("mode") != "markers+text":
        return trace
    return trace | {"text": trace["text"][:1]}


def _draw_pictures(orders: Sequence[dict[str, Any]]) -> str:
    """Draw figures with kaleido, which needs a browser; return a problem as a sentence."""
    if importlib.util.find_spec("kaleido") is None:
        return NEEDS_KALEIDO
    import kaleido  # noqa: PLC0415 - slow, for pictures only

    for name in ("choreographer", "kaleido"):  # their messages about the browser are not needed
        logging.getLogger(name).addHandler(logging.NullHandler())
    try:
        # Not plotly's own function, with which the browser downloads MathJax.
        kaleido.write_fig_from_object_sync(orders, kopts={"mathjax": False})
    except Exception as error:  # noqa: BLE001 - browsers fail in many ways; the pages are written
        reason = " ".join(" ".join(map(str, error.args)).split()) or type(error).__name__
        return f"PNG, SVG and PDF could not be drawn: {wording.shortened(reason, 200)}"
    return ""
