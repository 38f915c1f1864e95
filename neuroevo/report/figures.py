"""The figures of a run as pages show them, each with its words.

It knows pages; what is to be seen in a figure is its plot's affair.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from neuroevo import wording
from neuroevo.report import theme
from neuroevo.report.diagram import svg
from neuroevo.report.document import PLOTLY_CONFIG, Asset, asset, with_code
from neuroevo.report.plots import FIGURES

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from neuroevo.analysis.findings import Findings
    from neuroevo.report.drawing import Specification
    from neuroevo.runs import Trial

STYLES = (asset("theme.css"), asset("report.css"), asset("network.css"))
SCRIPTS = ("plotly.min.js", "stepping.js", "choosing.js", "brushing.js", "report.js")


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


def plotly_figure(specification: "Specification") -> "Figure":
    """Return what plotly makes of a specification, in light colours."""
    from plotly.graph_objects import Figure  # noqa: PLC0415 - slow, and pages do without it

    return Figure(specification).update_layout(template=theme.template())


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


def network_label(findings: "Findings", trial: "Trial") -> str:
    """Return what the drawing of a trial's network shows, for those who can't see it."""
    return (
        f"Network {wording.sizes(findings.layer_sizes(trial))} of trial {trial.number}, inputs on "
        "the left, outputs on the right, a line for each weight"
    )
