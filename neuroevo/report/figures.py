"""The figures of a run as pages show them, each with its texts. It knows pages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from markupsafe import Markup

from neuroevo import wording
from neuroevo.errors import UsageError
from neuroevo.report import theme
from neuroevo.report.diagram import svg
from neuroevo.report.document import PLOTLY_CONFIG, Asset, asset, with_code
from neuroevo.report.plots import FIGURES, figures_of
from neuroevo.report.served import Served

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from neuroevo.analysis.findings import Findings
    from neuroevo.report.drawing import NamedPlot, Specification
    from neuroevo.runs import Trial

T = TypeVar("T")

STYLES = (asset("theme.css"), asset("report.css"), asset("network.css"))
FOLLOWING = "following.js"  # of pages on a server whose runs may go on
SHORT_CAPTION = 80  # characters that are at most two lines on a phone
SCRIPTS = (
    "plotly.min.js",
    "numbers.js",
    "stepping.js",
    "choosing.js",
    "brushing.js",
    "picking.js",
    "report.js",
)


@dataclass(frozen=True, slots=True)
class PageFigure:
    """A figure on a page.

    Parameters
    ----------
    name
        Name in `FIGURES`.
    title, caption
        Texts above the figure; backticks in a caption enclose commands.
    specification
        The plotly figure; None if there is none.
    drawing
        An SVG drawing in place of a plotly figure.
    least_width
        Width in pixels below which the figure scrolls sideways; 0 if it never does.
    controls
        A sentence on the controls that the figure has on a screen; may be empty.
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
        """Whether there is more than a caption."""
        return self.specification is not None or self.drawing is not None

    @property
    def caption_html(self) -> Markup:
        """The caption as HTML."""
        return with_code(self.caption)

    @property
    def is_long(self) -> bool:
        """Whether the texts above the figure may need more than two lines on a phone."""
        return len(self.caption) + len(self.controls) > SHORT_CAPTION

    @property
    def label(self) -> str:
        """Description of the figure for screen readers."""
        return f"{self.title}. {self.caption.replace('`', '')}"

    @property
    def height(self) -> int:
        """Height of the plotly figure in pixels."""
        return 0 if self.specification is None else int(self.specification["layout"]["height"])


def page_figure(findings: "Findings", name: str) -> PageFigure:
    """Return a figure of a run; without data it has only its caption.

    Parameters
    ----------
    findings
        Findings of the run.
    name
        One of `FIGURES`.
    """
    plot = FIGURES[name]
    data = plot.data(findings)
    figure = PageFigure(name, plot.title, plot.caption(data))
    if name == "network":  # pages show the drawing itself, which needs no JavaScript
        if data is None:
            return figure
        drawing = svg(data.diagram, network_label(findings, findings.front[0]))
        return replace(figure, drawing=drawing)
    specification = plot.draw(data)
    if not specification["data"]:
        return figure
    return replace(
        figure,
        specification=specification,
        least_width=plot.least_width(data),
        controls=plot.controls(data),
    )


def run_figures(findings: "Findings") -> list[PageFigure]:
    """Return all figures of a run, in the order of the page."""
    return [page_figure(findings, name) for name in figures_of(findings.experiment)]


def plotly_figure(specification: "Specification") -> "Figure":
    """Return a plotly figure in light colours."""
    from plotly.graph_objects import Figure  # noqa: PLC0415 - slow, and pages do without it

    # In the figure from the start: to merge it into plotly's own template takes far longer.
    layout = specification["layout"] | {"template": theme.template()}
    return Figure(specification | {"layout": layout})


def named_figure(plots: "Mapping[str, NamedPlot[T]]", name: str, data: T) -> PageFigure:
    """Return a figure of several runs; without data it has only its caption.

    Parameters
    ----------
    plots, name
        All figures of its kind, and the name of one of them.
    data
        What it is drawn from.
    """
    plot = plots[name]
    drawn = plot.draw(data)
    caption = plot.caption(data)
    return PageFigure(name, plot.title, caption, specification=drawn if drawn["data"] else None)


def named_plotly_figure(plots: "Mapping[str, NamedPlot[T]]", name: str, data: T) -> "Figure":
    """Return the plotly figure of the same.

    Raises
    ------
    UsageError
        If there is none of that name.
    """
    if name not in plots:
        raise UsageError(f"figure: must be one of {', '.join(plots)}, but got {name!r}")
    return plotly_figure(plots[name].draw(data))


def payload_of(figures: Iterable[PageFigure]) -> dict[str, Any]:
    """Return the payload from which the scripts of a page draw its figures."""
    return {
        "figures": {each.name: each.specification for each in figures if each.specification},
        "template": theme.template(),
        "twins": theme.twins(),
        "config": PLOTLY_CONFIG,
    }


def scripts_of(payload: Mapping[str, Any], served: Served | None = None) -> list[Asset]:
    """Return the scripts that draw a payload, none without figures, and that follow its runs."""
    names = [*SCRIPTS] if payload["figures"] else []
    names += [FOLLOWING] if served and served.followed else []
    return [asset(name) for name in names]


def network_label(findings: "Findings", trial: "Trial") -> str:
    """Return the description of the drawing of a trial's network for screen readers."""
    return (
        f"Network {wording.sizes(findings.layer_sizes(trial))} of trial {trial.number}, inputs on "
        "the left, outputs on the right, a line for each weight"
    )
