"""Classes that the champion's kept network confuses: a matrix, or pairs if there are many."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuroevo import wording
from neuroevo.analysis.class_confusion import ClassConfusion, ConfusedPair
from neuroevo.report.drawing import Specification, empty_figure, rounded, row_axis
from neuroevo.report.theme import LIGHT

MOST_CLASSES = 20  # of a matrix
MOST_PAIRS = 15  # that are drawn if there are more classes
MOST_NAMED = 3  # pairs in the caption
FITTING = 8  # classes that fit on a phone
LETTERS = 40  # that fit below the matrix on a phone
WITH_SHARES = 5  # classes whose cells have room for shares
HEIGHT = 430  # pixels, at least
CELL_WIDTH, CELL_HEIGHT, LABELS, BAR_HEIGHT, MARGINS = 34, 28, 130, 26, 120  # pixels
FULL_COLOUR = 1.6  # share with the full colour: below it, all texts have contrast in both themes
CORRECT = [[0, LIGHT["surface"]], [1, LIGHT["positive"]]]
WRONG = [[0, LIGHT["surface"]], [1, LIGHT["negative"]]]


def draw(confusion: ClassConfusion | None) -> Specification:
    """Draw counts coloured by their share of the row, or the most frequent pairs as bars."""
    if confusion is None:
        return empty_figure("There are no classes.")
    if len(confusion.classes) > MOST_CLASSES:
        return _bars(confusion.pairs[:MOST_PAIRS])
    count = len(confusion.classes)
    diagonal = np.eye(count, dtype=bool)
    names = [wording.plain(name, 16) for name in confusion.classes]
    places = row_axis(names)
    layout: dict[str, Any] = {
        "height": max(HEIGHT, CELL_HEIGHT * count + MARGINS),
        "margin": {"t": 12, "b": 64},
        "hovermode": "closest",
        "xaxis": {
            **places,
            "range": [-0.5, count - 0.5],
            "title": {"text": "predicted class"},
            "showgrid": False,
            "tickangle": -45 if count * max(map(len, names)) > LETTERS else 0,
            "ticklabeloverflow": "allow",
        },
        "yaxis": {**places, "title": {"text": "true class"}, "showgrid": False},
    }
    traces = [_cells(confusion, diagonal, CORRECT), _cells(confusion, ~diagonal, WRONG)]
    return {"data": traces, "layout": layout}


def caption(confusion: ClassConfusion | None) -> str:
    """Say how many rows are assigned to their class, and which classes are confused most."""
    if confusion is None:
        return ""
    rows, share = confusion.samples, wording.share(confusion.correct / max(confusion.samples, 1))
    correct = (
        f"The champion’s kept network predicts the class of {confusion.correct:,} of "
        f"{wording.counted(rows, 'test row')} correctly ({share})."
    )
    sentences, pairs = [correct], confusion.pairs
    if confusion.has_weights:
        sentences.append(wording.WITHOUT_WEIGHTS)
    if pairs:
        named = wording.listed([_in_words(pair) for pair in pairs[:MOST_NAMED]])
        most = "Most often it confuses" if len(pairs) > MOST_NAMED else "It confuses"
        sentences.append(f"{most} {named}.")
    if len(confusion.classes) <= MOST_CLASSES:
        sentences.append(
            "Each cell has the number of rows of its true class and predicted class; colours are "
            "shares of the true class, blue for correct and orange for wrong predictions."
        )
    elif pairs:
        shown = min(len(pairs), MOST_PAIRS)
        sentences.append(
            f"Of {len(confusion.classes):,} classes, the {shown:,} most frequent of "
            f"{wording.counted(len(pairs), 'confused pair')} are shown, as true → predicted "
            "class."
        )
    return " ".join(sentences)


def least_width(confusion: ClassConfusion | None) -> int:
    """Return the width that the cells of a matrix of many classes need."""
    count = 0 if confusion is None else len(confusion.classes)
    return LABELS + CELL_WIDTH * count if FITTING < count <= MOST_CLASSES else 0


def _in_words(pair: ConfusedPair) -> str:
    true, predicted = wording.visible(pair.true), wording.visible(pair.predicted)
    return f"{true} with {predicted} ({pair.count:,}, {wording.share(pair.share)} of {true})"


def _cells(
    confusion: ClassConfusion, shown: NDArray[np.bool_], colours: list[list[Any]]
) -> dict[str, Any]:
    shares = np.where(shown, confusion.shares, np.nan)
    places = range(len(confusion.classes))
    return {
        "type": "heatmap",
        "x": list(places),
        "y": list(places),
        "z": [rounded(row) for row in shares],
        "text": [
            [_text(confusion, true, other) if shown[true, other] else "" for other in places]
            for true in places
        ],
        "texttemplate": "%{text}",
        "hovertext": [[_hover(confusion, true, other) for other in places] for true in places],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "hoverongaps": False,
        "textfont": {"color": LIGHT["ink"]},
        "zmin": 0,
        "zmax": FULL_COLOUR,
        "colorscale": colours,
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
    }


def _text(confusion: ClassConfusion, true: int, predicted: int) -> str:
    """Return the text of a cell; none for no samples if there are many classes."""
    count, classes = int(confusion.counts[true, predicted]), len(confusion.classes)
    if not count and classes > WITH_SHARES:
        return ""
    share = confusion.shares[true, predicted]
    if classes > WITH_SHARES or np.isnan(share):
        return f"{count:,}"
    return f"<b>{count:,}</b><br>{wording.share(float(share))}"


def _hover(confusion: ClassConfusion, true: int, predicted: int) -> str:
    total = int(confusion.counts[true].sum())
    own, other = (wording.plain(confusion.classes[place], 40) for place in (true, predicted))
    count = int(confusion.counts[true, predicted])
    return (
        f"<b>true class {own}</b><br>{count:,} of {wording.counted(total, 'row')}<br>"
        f"predicted as {other}"
    )


def _bars(pairs: tuple[ConfusedPair, ...]) -> Specification:
    """Draw the number of rows of each pair as a bar, the most frequent pair on top."""
    if not pairs:
        return empty_figure("No classes are confused.")
    labels = [
        f"{wording.plain(each.true, 12)} → {wording.plain(each.predicted, 12)}" for each in pairs
    ]
    most = max(each.count for each in pairs)
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": [each.count for each in pairs],
        "y": list(range(len(pairs))),
        "marker": {"color": LIGHT["negative"]},
        "text": [f"{each.count:,}" for each in pairs],
        "textposition": "outside",
        "cliponaxis": False,
        "hovertext": [
            f"<b>{wording.plain(each.true, 40)}</b><br>predicted as "
            f"{wording.plain(each.predicted, 40)}<br>{wording.counted(each.count, 'row')}, "
            f"{wording.share(each.share)} of the class"
            for each in pairs
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    layout = {
        "height": BAR_HEIGHT * len(pairs) + MARGINS,
        "margin": {"t": 12, "b": 56},
        "bargap": 0.35,
        "showlegend": False,
        "xaxis": {"title": {"text": "rows"}, "range": [0, 1.12 * most], "nticks": 6},
        "yaxis": row_axis(labels) | {"showgrid": False},
    }
    return {"data": [trace], "layout": layout}
