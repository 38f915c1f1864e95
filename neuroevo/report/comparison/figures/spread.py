"""The runs of each setting as points, seed by seed, with their median, a panel for each measure."""

from typing import TYPE_CHECKING, Any

from neuroevo import wording
from neuroevo.analysis.comparison import SHARE
from neuroevo.report.comparison.figures.marks import marks, setting_marks
from neuroevo.report.drawing import (
    Specification,
    axis_suffix,
    empty_figure,
    objective_axis,
    panel_domain,
    rounded,
)
from neuroevo.report.theme import LIGHT

if TYPE_CHECKING:
    from neuroevo.analysis.comparison import Comparison
    from neuroevo.analysis.rank_test import RankTest
    from neuroevo.evaluation import Objective

ROW_HEIGHT = 38
ROOM = 96  # of a panel for its axis
LEVEL = 0.05


def draw(comparison: "Comparison") -> Specification:
    """Draw a panel a measure, a line a setting, a point a run, a bar at the median."""
    if max(map(len, comparison.settings.values())) == 1:
        return empty_figure("No setting has several seeds.")
    measures = [name for name in comparison.measures if comparison.runs[name].notna().any()]
    if not measures:
        return empty_figure("No run has a completed trial in an objective that all of them have.")
    panel = ROW_HEIGHT * len(comparison.settings) + ROOM
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"height": panel * len(measures) + 40, "hovermode": "closest"}
    gap = ROOM / (panel * len(measures)) if len(measures) > 1 else 0.0
    for index, measure in enumerate(measures):
        suffix = axis_suffix(index)
        axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
        traces += [trace | axes for trace in _panel(comparison, measure)]
        layout[f"xaxis{suffix}"] = _axis(comparison, measure) | {"anchor": f"y{suffix}"}
        layout[f"yaxis{suffix}"] = {
            "type": "category",
            "anchor": f"x{suffix}",
            "domain": panel_domain(index, len(measures), gap),
            "range": [-0.6, len(comparison.settings) - 0.4],
        }
    return {"data": traces, "layout": layout}


def caption(comparison: "Comparison") -> str:
    """Say what chance does, and what the tests of the settings say."""
    sizes = [len(group) for group in comparison.settings.values()]
    if max(sizes) == 1:
        return "No setting has several seeds, so nothing tells chance from a difference."
    start = "A point is a run, a bar the median of its setting."
    if len(sizes) == 1:
        return f"{start} Nothing but the seed differs: what lies between the points is chance."
    if not any(comparison.tests.values()):
        return (
            f"{start} A setting with a single run can’t be told from chance: run it with more "
            "seeds."
        )
    return " ".join([start, *_verdicts(comparison)])


def measure_name(comparison: "Comparison", measure: str) -> str:
    """Return what a measure is called: ``final MSE``, ``final MSE on fresh seeds``."""
    if measure == SHARE:
        return "share of the hypervolume of all"
    name = _objective(comparison, measure).label
    return f"{name} on fresh seeds" if measure.startswith("fresh.") else name


def _verdicts(comparison: "Comparison") -> list[str]:
    """Say in which measures the settings differ by more than chance explains."""
    every = [(measure, test) for measure, tests in comparison.tests.items() for test in tests]
    clear = [(measure, test) for measure, test in every if test.adjusted <= LEVEL]
    able = [test for _, test in every if test.least <= LEVEL]
    sentences = [
        f"In {measure_name(comparison, measure)} {_verdict(test)}." for measure, test in clear[:4]
    ]
    if able and not clear:
        sentences.append(
            f"In nothing do settings differ by more than chance explains (rank test, p > {LEVEL})."
        )
    if len(able) < len(every):
        few = min((test for _, test in every), key=lambda test: sum(test.counts))
        sentences.append(
            f"{few.counts[0]} runs against {few.counts[1]} are too few to show a difference: even "
            "if all of one setting are better than all of the other, p is no less than "
            f"{wording.number(few.least)}. More seeds would tell."
        )
    return sentences


def _verdict(test: "RankTest") -> str:
    winner, loser, share = test.first, test.second, test.superiority
    if share < 0.5:  # noqa: PLR2004 - half of the pairs
        winner, loser, share = test.second, test.first, 1 - share
    return (
        f"{winner} is better than {loser} in {share:.0%} of all pairs of runs "
        f"(p = {wording.number(test.adjusted)})"
    )


def _panel(comparison: "Comparison", measure: str) -> list[dict[str, Any]]:
    traces = []
    looks = marks(comparison)
    for name, look in reversed(setting_marks(comparison).items()):
        own = comparison.runs[comparison.runs["setting"] == name]
        row = wording.wrapped(look.name, 18)
        points = {
            "type": "scatter",
            "mode": "markers",
            "x": rounded(own[measure]),
            "y": [row] * len(own),
            "customdata": [
                [looks[label].name, _told(comparison, measure, value)]
                for label, value in zip(own["run"], own[measure], strict=True)
            ],
            "hovertemplate": "<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
            "marker": {"size": 10, "color": look.colour, "opacity": 0.75},
            "showlegend": False,
        }
        median = own[measure].median()
        bar = {
            "type": "scatter",
            "mode": "markers",
            "x": rounded([median]),
            "y": [row],
            "hoverinfo": "skip",
            "marker": {
                "symbol": "line-ns",
                "size": 24,
                "line": {"color": LIGHT["ink"], "width": 2.5},
            },
            "showlegend": False,
        }
        traces += [points, bar]
    return traces


def _axis(comparison: "Comparison", measure: str) -> dict[str, Any]:
    values = comparison.runs[measure].dropna()
    title = {"title": {"text": measure_name(comparison, measure)}}
    if measure == SHARE:
        return title | {"tickformat": ".0%"}
    return objective_axis(_objective(comparison, measure), values) | title


def _told(comparison: "Comparison", measure: str, value: float) -> str:
    name = measure_name(comparison, measure)
    if measure == SHARE:
        return f"{name} {value:.1%}"
    return f"{name} {wording.measured(value, _objective(comparison, measure).unit)}"


def _objective(comparison: "Comparison", measure: str) -> "Objective":
    name = measure.removeprefix("fresh.")
    return next(item for item in comparison.objectives if item.name == name)
