"""Probabilities of the predicted classes against their accuracy: a reliability diagram."""

from typing import Any

from neuroevo import wording
from neuroevo.analysis.class_calibration import ClassCalibration, RatedBin
from neuroevo.evaluation.diagnosis import BINS
from neuroevo.report.drawing import Specification, empty_figure, rounded
from neuroevo.report.theme import LIGHT

HEIGHT = 430
UPPER, LOWER = [0.36, 1], [0, 0.2]  # of the height: accuracy, and number of rows
ROOM = 1.3  # above the highest bar, for its number


def draw(calibration: ClassCalibration | None) -> Specification:
    """Draw accuracies with their intervals, the diagonal, and the number of rows in each bin."""
    if calibration is None:
        return empty_figure("There are no classes.")
    bins = calibration.bins
    start, end = min(each.start for each in bins), max(1.0, *(each.probability for each in bins))
    most = max(each.samples for each in bins)
    percent = {"tickformat": ".0%"}
    layout: dict[str, Any] = {
        "height": HEIGHT,
        "margin": {"t": 34, "b": 56},
        "hovermode": "closest",
        "xaxis": {
            "title": {"text": "probability of the predicted class"},
            "range": [round(start - 0.02, 4), round(end + 0.02, 4)],
            "anchor": "y2",
            "nticks": 7,
            **percent,
        },
        "yaxis": {
            "title": {"text": "correct"},
            "range": [-0.03, 1.03],
            "domain": UPPER,
            **percent,
        },
        "yaxis2": {
            "title": {"text": "rows"},
            "range": [0, ROOM * most],
            "domain": LOWER,
            "anchor": "x",
            "nticks": 3,
            "tickformat": ",d",
        },
    }
    return {"data": [_diagonal(start, end), _points(bins), _bars(bins)], "layout": layout}


def caption(calibration: ClassCalibration | None) -> str:
    """Compare the mean probability with the accuracy, and explain the figure."""
    if calibration is None:
        return ""
    probability, accuracy = calibration.probability, calibration.accuracy
    rows = wording.counted(calibration.samples, "test row")
    method = (
        f"Rows are gathered in {BINS} bins of equal width by the probability of the class that is "
        "predicted. A point shows the share of a bin that is predicted correctly (line: its 95% "
        "interval); on the diagonal probabilities are right. Bars count the rows of each bin."
    )
    return (
        f"Over {rows} the champion’s kept network gives the class that it predicts a mean "
        f"probability of {wording.share(probability)}, and {wording.share(accuracy)} of its "
        f"predictions are correct: {_verdict(calibration)}. Over the bins the mean difference, "
        f"weighted by rows, is {100 * calibration.error:.1f} percentage points (expected "
        f"calibration error).{f' {wording.WITHOUT_WEIGHTS}' * calibration.has_weights} {method}"
    )


def _verdict(calibration: ClassCalibration) -> str:
    if calibration.may_be_chance:
        return "the difference may be chance"
    sure = "too sure" if calibration.probability > calibration.accuracy else "not sure enough"
    return f"it is {sure} of them"


def _diagonal(start: float, end: float) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": rounded([start, end]),
        "y": rounded([start, end]),
        "line": {"color": LIGHT["muted"], "width": 1.5, "dash": "dot"},
        "hoverinfo": "skip",
        "name": "probability = share correct",
    }


def _points(bins: tuple[RatedBin, ...]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": rounded(each.probability for each in bins),
        "y": rounded(each.accuracy for each in bins),
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": rounded(each.high - each.accuracy for each in bins),
            "arrayminus": rounded(each.accuracy - each.low for each in bins),
            "color": LIGHT["category-1"],
            "thickness": 1.5,
            "width": 0,
        },
        "line": {"color": LIGHT["category-1"], "width": 2},
        "marker": {"size": 9, "color": LIGHT["category-1"]},
        "hovertext": [_hover(each) for each in bins],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "name": "kept network",
    }


def _bars(bins: tuple[RatedBin, ...]) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": rounded((each.start + each.end) / 2 for each in bins),
        "y": [each.samples for each in bins],
        "width": round(0.9 / BINS, 4),
        "yaxis": "y2",
        "marker": {"color": LIGHT["faint"]},
        "text": [f"{each.samples:,}" for each in bins],
        "textposition": "outside",
        "textangle": 0,
        "cliponaxis": False,
        "textfont": {"size": 11, "color": LIGHT["muted"]},
        "hovertext": [_hover(each) for each in bins],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "showlegend": False,
    }


def _hover(each: RatedBin) -> str:
    low, high = wording.share(each.low), wording.share(each.high)
    return (
        f"<b>{wording.counted(each.samples, 'row')}</b><br>mean probability "
        f"{wording.share(each.probability, 1)}<br>correct {wording.share(each.accuracy, 1)}, "
        f"{low} to {high}"
    )
