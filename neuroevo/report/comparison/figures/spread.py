"""The runs of each setting as points, with their median, and a panel for each measure."""

import math
from typing import TYPE_CHECKING, Any

from neuroevo import wording
from neuroevo.analysis.judged_scores import diverges_on_fresh_seeds, shows_fresh_scores
from neuroevo.analysis.rank_test import LEVEL
from neuroevo.report.comparison.figures.measures import (
    measure_axis,
    measure_line,
    measure_name,
    measure_value,
)
from neuroevo.report.comparison.figures.styles import NO_TRIALS, run_styles, setting_styles
from neuroevo.report.drawing import (
    Specification,
    about_limits,
    axis_suffix,
    empty_figure,
    panel_domain,
    rounded,
)
from neuroevo.report.theme import LIGHT

if TYPE_CHECKING:
    from neuroevo.analysis.comparison import ComparedRun, Comparison
    from neuroevo.analysis.rank_test import RankTest

ROW_HEIGHT = 38
ROOM = 96  # of a panel for its axis
MOST_DIFFERENCES = 4  # in a caption
MOST_NAMED = 4  # runs in a sentence


def draw(comparison: "Comparison") -> Specification:
    """Draw a row for each setting, with a point for each run and a bar at the median."""
    if max(map(len, comparison.settings.values())) == 1:
        return empty_figure("No setting has several seeds.")
    measures = [name for name in comparison.measures if comparison.runs[name].notna().any()]
    if not measures:
        return empty_figure(NO_TRIALS)
    panel = ROW_HEIGHT * len(comparison.settings) + ROOM
    traces: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "height": panel * len(measures) + 40,
        "hovermode": "closest",
        "shapes": shapes,
    }
    gap = ROOM / (panel * len(measures)) if len(measures) > 1 else 0.0
    for index, measure in enumerate(measures):
        suffix = axis_suffix(index)
        axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
        traces += [trace | axes for trace in _panel(comparison, measure)]
        values = comparison.runs[measure].dropna()
        axis = measure_axis(comparison, measure, values)
        shapes += measure_line(comparison, measure, axis, f"x{suffix}", f"y{suffix}")
        layout[f"xaxis{suffix}"] = axis | {"anchor": f"y{suffix}"}
        layout[f"yaxis{suffix}"] = {
            "type": "category",
            "anchor": f"x{suffix}",
            "domain": panel_domain(index, len(measures), gap),
            "range": [-0.6, len(comparison.settings) - 0.4],
        }
    return {"data": traces, "layout": layout}


def caption(comparison: "Comparison") -> str:
    """Say what is chance, and what the tests of the settings show."""
    sizes = [len(group) for group in comparison.settings.values()]
    if max(sizes) == 1:
        return "No setting has several seeds, so it is not known which differences are chance."
    start = " ".join(
        [
            "Each point is a run; each bar is the median of a setting.",
            *about_limits(
                (item, comparison.runs[name]) for name, item in comparison.score_columns.items()
            ),
            *_left_out(comparison),
        ]
    )
    if len(sizes) == 1:
        return f"{start} Only the seed differs: the differences between the runs are chance."
    if not any(comparison.tests.values()):
        return f"{start} A setting with a single run can’t be tested: run it with more seeds."
    return " ".join([start, *_test_results(comparison)])


def _left_out(comparison: "Comparison") -> list[str]:
    """Say which runs lack points, and why."""
    found: dict[str, list[str]] = {}
    for each in comparison.contenders:
        found.setdefault(_gap(comparison, each), []).append(each.label)
    return [
        gap.format(wording.listed(labels) if len(labels) <= MOST_NAMED else f"{len(labels)} runs")
        for gap, labels in found.items()
        if gap
    ]


def _gap(comparison: "Comparison", run: "ComparedRun") -> str:
    """Return the sentence on the points that a run lacks, with a place for its name."""
    if not run.front:
        return "No point for {}: no feasible trial was completed."
    fresh = [run.fresh(item) for item in comparison.objectives]
    if not any(map(math.isnan, fresh)) or not shows_fresh_scores(run.findings):
        return ""
    if diverges_on_fresh_seeds(run.findings, run.findings.front[0]):
        return "No point on fresh seeds for {}: the champion diverges on fresh seeds."
    return "No point on fresh seeds for {}: the champion was not scored on fresh seeds."


def _test_results(comparison: "Comparison") -> list[str]:
    """Say in which measures the settings differ by more than chance explains."""
    every = [(measure, test) for measure, tests in comparison.tests.items() for test in tests]
    clear = [(measure, test) for measure, test in every if test.is_clear]
    able = [test for _, test in every if test.may_be_clear]
    sentences = [
        f"In {measure_name(comparison, measure)} {_difference(test)}."
        for measure, test in clear[:MOST_DIFFERENCES]
    ]
    if able and not clear:
        sentences.append(
            f"In no measure do settings differ by more than chance (rank test, p > {LEVEL})."
        )
    if len(able) < len(every):
        few = min((test for _, test in every), key=lambda test: sum(test.counts))
        sentences.append(
            f"{few.counts[0]} runs against {few.counts[1]} are too few to show a difference: even "
            "if every run of one setting were better than every run of the other, p would be "
            f"{wording.number(few.least)}. More seeds are needed."
        )
    return sentences


def _difference(test: "RankTest") -> str:
    better, worse, share = test.first, test.second, test.superiority
    if share < 0.5:  # noqa: PLR2004 - half of the pairs
        better, worse, share = worse, better, 1 - share
    return (
        f"{better} is better than {worse} in {share:.0%} of all pairs of runs "
        f"(p = {wording.number(test.adjusted)})"
    )


def _panel(comparison: "Comparison", measure: str) -> list[dict[str, Any]]:
    traces = []
    styles = run_styles(comparison)
    title = measure_name(comparison, measure)
    spreads = comparison.spreads[comparison.spreads["measure"] == measure]
    medians = spreads.groupby("setting")["median"].apply(list)
    for name, style in reversed(setting_styles(comparison).items()):
        own = comparison.runs[comparison.runs["setting"] == name]
        shared = {"type": "scatter", "mode": "markers", "showlegend": False, "cliponaxis": False}
        row = wording.wrapped(style.name, 18)
        points = {
            "x": rounded(own[measure]),
            "y": [row] * len(own),
            "customdata": [
                [styles[label].name, f"{title} {measure_value(comparison, measure, value)}"]
                for label, value in zip(own["run"], own[measure], strict=True)
            ],
            "hovertemplate": "<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
            "marker": {"size": 10, "color": style.colour, "opacity": 0.75},
        }
        bar = {
            "x": rounded(medians[name]),
            "y": [row],
            "hoverinfo": "skip",
            "marker": {
                "symbol": "line-ns",
                "size": 24,
                "line": {"color": LIGHT["ink"], "width": 2.5},
            },
        }
        traces += [shared | points, shared | bar]
    return traces
