"""The figures of a run as pages show them, and each as a file of its own.

It knows pages and files; what is to be seen in a figure is its plot's affair.
"""

import importlib.util
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from neuroevo.errors import StorageError
from neuroevo.report import theme, wording
from neuroevo.report.diagram import WIDTH, svg
from neuroevo.report.document import PLOTLY_CONFIG, Asset, Document, asset, with_code
from neuroevo.report.plots import FIGURES
from neuroevo.runs import write_atomically

if TYPE_CHECKING:
    from neuroevo.report.drawing import Specification
    from neuroevo.report.findings import Findings
    from neuroevo.report.run import Run
    from neuroevo.runs import Trial

STYLES = (asset("theme.css"), asset("report.css"), asset("network.css"))
SCRIPTS = ("plotly.min.js", "stepping.js", "choosing.js", "brushing.js", "report.js")
PICTURE_WIDTH = 1_000  # pixels
PICTURE_SCALE = 2  # of a PNG, so that it stays sharp


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure as a page shows it.

    Parameters
    ----------
    name
        In `FIGURES`.
    title, caption
        What stands above it; a caption's backticks enclose what is typed.
    specification
        What plotly draws; None where it draws nothing.
    drawing
        What is drawn as SVG instead.
    least_width
        Pixels below which it scrolls sideways; 0 if it never needs to.
    controls
        What a reader can do with it on a screen, in a sentence; may be empty.
    """

    name: str
    title: str
    caption: str
    specification: "Specification | None" = None
    drawing: Markup | None = None
    least_width: int = 0
    controls: str = ""

    @property
    def is_drawn(self) -> bool:
        """Whether there is more than its caption."""
        return self.specification is not None or self.drawing is not None

    @property
    def words(self) -> Markup:
        """The caption as HTML."""
        return with_code(self.caption)

    @property
    def label(self) -> str:
        """What it shows, for those who can't see it."""
        return f"{self.title}. {self.caption.replace('`', '')}"

    @property
    def height(self) -> int:
        """Pixels that plotly needs."""
        return 0 if self.specification is None else int(self.specification["layout"]["height"])


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


def show(findings: "Findings", name: str) -> Shown:
    """Build a figure; without data it has its caption alone.

    Parameters
    ----------
    findings
        Whose figure.
    name
        One of `FIGURES`.
    """
    plot = FIGURES[name]
    data = plot.data(findings)
    shown = Shown(name, plot.title, plot.caption(data))
    if name == "network":  # plotly's is for those who ask for a figure in Python
        if data.diagram is None:
            return shown
        return replace(shown, drawing=svg(data.diagram, network_label(findings, findings.front[0])))
    specification = plot.draw(data)
    if not specification["data"]:
        return shown
    return replace(
        shown,
        specification=specification,
        least_width=plot.least_width(data),
        controls=plot.controls(data),
    )


def payload_of(figures: Iterable[Shown]) -> dict[str, Any]:
    """Return what the scripts of a page need to draw some figures."""
    drawn = {each.name: each.specification for each in figures if each.specification is not None}
    return {
        "figures": drawn,
        "template": theme.template(),
        "twins": theme.twins(),
        "config": PLOTLY_CONFIG,
    }


def scripts_of(payload: Mapping[str, Any]) -> list[Asset]:
    """Return the scripts that draw a payload, if there is anything to draw."""
    return [asset(name) for name in SCRIPTS] if payload["figures"] else []


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


def standalone(drawing: Markup) -> str:
    """Return a drawing of the page as an SVG file, in light colours."""
    head = Markup('<svg xmlns="http://www.w3.org/2000/svg" width="{:.0f}" class').format(WIDTH)
    opening, rest = drawing.replace("<svg class", head, 1).split(">", 1)
    tokens = f":root {{ --font: {theme.FONT}; {theme.custom_properties(theme.LIGHT)} }}"
    return f"{opening}><style>{tokens}\n{asset('network.css').text}</style>{rest}"


def network_label(findings: "Findings", trial: "Trial") -> str:
    """Return what the drawing of a trial's network shows, for those who can't see it."""
    return (
        f"Network {wording.sizes(findings.layer_sizes(trial))} of trial {trial.number}, inputs on "
        "the left, outputs on the right, a line for each weight"
    )


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
