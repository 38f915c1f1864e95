"""Figures and tables on the test part."""

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from plotly.graph_objects import Figure

from neuroevo.analysis.findings import Findings
from neuroevo.evaluation.scores import Score
from neuroevo.report import theme
from neuroevo.report.figures import page_figure
from neuroevo.report.held_out_table import (
    MOST_OF_FRONT,
    held_out_sentences,
    held_out_table,
    held_out_values,
)
from neuroevo.report.page import page
from neuroevo.report.plots import FIGURES, confusion
from neuroevo.report.run import Run
from tests.invented_held_out import SPECIES, TablePlan, on_table, stated
from tests.invented_runs import SCRIPT

Runs = Callable[[str], Run]

OF_CLASSES = {"confusion", "calibration", "column_importance"}
OF_REGRESSION = {"predicted", "residuals", "column_importance"}
LETTERS = TablePlan(("letter",), tuple("abcdefghijklmnopqrstuvwxy"), rows=600, noise=0.4)
PLANS = {
    "three classes": SPECIES,
    "two classes": TablePlan(("survived",), ("no", "yes"), rows=180, noise=0.8),
    "25 classes": LETTERS,
    "one class is correct": TablePlan(("kind",), ("a", "b"), rows=4, noise=0.01, replicates=1),
    "one target": TablePlan(),
    "two targets": TablePlan(("heating", "cooling"), rows=2_500),
    "six targets": TablePlan(tuple(f"target {number}" for number in range(6)), rows=40),
    "a reference model is better": TablePlan(references={"gradient boosting": 0.5}),
    "one replicate": TablePlan(replicates=1),
    "R² below 0": TablePlan(noise=1.4),
    "three rows": TablePlan(rows=3),
    "strange names": TablePlan(
        (SCRIPT,), (f"{SCRIPT}1", f"a {SCRIPT}", "\u202egnp"), columns=(SCRIPT, "a\nb", "%{x}")
    ),
    "strange target": TablePlan((f"a {SCRIPT}",), columns=(SCRIPT,)),
}


@pytest.mark.parametrize("name", PLANS)
def test_figures_of_any_table(runs: Runs, name: str) -> None:
    """Plotly accepts each figure, its colours have twins, and captions are sentences."""
    findings = on_table(runs("one point"), PLANS[name])
    drawn = {each for each in OF_CLASSES | OF_REGRESSION if page_figure(findings, each).is_drawn}
    assert drawn == (OF_CLASSES if PLANS[name].classes else OF_REGRESSION)
    for each in drawn:
        figure = page_figure(findings, each)
        text = json.dumps(figure.specification, allow_nan=False)
        Figure(figure.specification)
        used = set(re.findall(r'"(#\w{6}|rgba\([^)]*\))"', text))
        assert used <= set(theme.LIGHT.values())
        assert "<script" not in text
        assert figure.caption.endswith(".")
        assert "nan" not in figure.caption.lower().split()
        assert "\u202e" not in figure.caption + text


def test_other_runs_have_none_of_these_figures(runs: Runs) -> None:
    """Without a test part the figures have no data and no caption, so that pages omit them."""
    findings = runs("one point").findings
    for name in OF_CLASSES | OF_REGRESSION:
        figure = page_figure(findings, name)
        assert (figure.is_drawn, figure.caption) == (False, "")
    assert held_out_table(findings) is None
    assert held_out_values(findings) is None
    assert held_out_sentences(findings) == ""
    assert "test part" not in page(findings).partition("<script")[0]


def test_cells_of_the_confusion_are_its_counts(runs: Runs) -> None:
    """Each cell of the matrix has its count and its share in one of the two traces."""
    findings = on_table(runs("one point"), SPECIES)
    diagonal, others = confusion.draw(FIGURES["confusion"].data(findings))["data"]
    assert findings.diagnosis is not None
    counts = findings.diagnosis.confusion
    for true in range(3):
        for predicted in range(3):
            shown, hidden = (diagonal, others) if true == predicted else (others, diagonal)
            count, total = counts[true][predicted], sum(counts[true])
            assert shown["text"][true][predicted].startswith(f"<b>{count}</b><br>")
            assert shown["z"][true][predicted] == pytest.approx(count / total, abs=1e-4)
            assert hidden["z"][true][predicted] is None
            assert hidden["text"][true][predicted] == ""


def test_many_classes_are_drawn_as_pairs(runs: Runs) -> None:
    """Of more than 20 classes the most confused pairs are drawn, and the caption counts all."""
    findings = on_table(runs("one point"), LETTERS)
    data = FIGURES["confusion"].data(findings)
    [bars] = confusion.draw(data)["data"]
    assert bars["x"] == [pair.count for pair in data.pairs[: confusion.MOST_PAIRS]]
    text = confusion.caption(data)
    assert f"the 15 most frequent of {len(data.pairs)} confused pairs are shown" in text
    assert confusion.least_width(data) == 0
    sound = on_table(runs("one point"), replace(LETTERS, noise=0.001))
    figure = page_figure(sound, "confusion")
    assert not figure.is_drawn
    assert "of 600 of 600 test rows correctly (100%)." in figure.caption


def test_twenty_classes_have_room(runs: Runs) -> None:
    """The matrix of many classes scrolls on a phone, and then has a row of its own."""
    names = tuple(f"class {number}" for number in range(20))
    findings = on_table(runs("one point"), TablePlan(("kind",), names, rows=200))
    figure = page_figure(findings, "confusion")
    assert figure.least_width > 20 * 30
    assert page_figure(on_table(runs("one point"), SPECIES), "confusion").least_width == 0
    html = page(findings)
    pair = html[html.index('id="figure-calibration"') - 200 : html.index('id="figure-calibration"')]
    assert 'class="pair"' not in pair


@pytest.mark.parametrize("plan", [SPECIES, TablePlan()])
def test_captions_say_that_rows_count_alike_where_they_have_weights(
    runs: Runs, plan: TablePlan
) -> None:
    """Scores are weighted, and these figures are not; without weights nothing is said."""
    plain = on_table(runs("one point"), plan)
    weighed = replace(plain, fingerprint={"test_weights": "float64 100"})
    for name in (OF_CLASSES if plan.classes else OF_REGRESSION) - {"column_importance"}:
        assert "Rows count alike here" in page_figure(weighed, name).caption
        assert "count alike" not in page_figure(plain, name).caption


def test_captions_have_the_numbers(runs: Runs) -> None:
    """Captions say what was measured: correct rows, errors, the most important column."""
    species = on_table(runs("one point"), SPECIES)
    assert "predicts the class of 29 of 30 test rows correctly (97%). It confuses " in (
        page_figure(species, "confusion").caption
    )
    assert "The network relies most on petal length: accuracy decreases by 40.0 percentage " in (
        page_figure(species, "column_importance").caption
    )
    numbers = on_table(runs("one point"), PLANS["two targets"])
    assert "For heating, R² is " in page_figure(numbers, "predicted").caption
    assert "For cooling, 90% of the errors are smaller than " in (
        page_figure(numbers, "residuals").caption
    )


def test_left_out_rows_and_targets_are_counted(runs: Runs) -> None:
    """The caption counts targets that are not shown, and rows if only some are shown."""
    findings = on_table(runs("one point"), PLANS["six targets"])
    assert "2 more targets are not shown." in page_figure(findings, "predicted").caption
    assert findings.held_out is not None
    more = replace(findings, held_out=replace(findings.held_out, samples=90_000))
    assert (
        "Shown are 40 of 90,000 rows, chosen at random." in page_figure(more, "predicted").caption
    )


def test_table_has_a_row_for_each_model(runs: Runs) -> None:
    """The table has the champion, some of the front, baselines and reference models, with bests."""
    findings = on_table(runs("conflict"), SPECIES)
    table = held_out_table(findings)
    assert table is not None
    assert len(findings.front) > MOST_OF_FRONT
    names = [row[0].text for row in table.rows]
    assert names[0] == "champion"
    assert names[MOST_OF_FRONT - 1] == f"rank {len(findings.front)}"
    assert names[MOST_OF_FRONT:] == [
        *(trial.name for trial in findings.baselines),
        "logistic regression",
        "scikit-learn's MLP",
        "the most frequent class",
    ]
    assert [cell.text for cell in table.columns[1:]] == [
        "accuracy",
        "balanced accuracy",
        "log loss",
        "ROC AUC",
        "accuracy: champion minus model",
    ]
    assert table.rows[0][-1].text == "–"
    assert all(row[-1].under for row in table.rows[1:])
    assert "a difference whose interval includes 0 may be chance" in held_out_sentences(findings)
    assert all(re.fullmatch(r"[\d.]+%? to [\d.]+%?", row[1].under) for row in table.rows)
    left_out = len(findings.front) - MOST_OF_FRONT
    assert f"{left_out} more trials of the front are not shown." in held_out_sentences(findings)


def marked(findings: Findings) -> list[list[str]]:
    """Return the names of the rows that are best, for each metric."""
    table = held_out_table(findings)
    assert table is not None
    return [
        [row[0].text for row in table.rows if row[place].best]
        for place in range(1, len(table.columns))
    ]


def test_best_of_a_column_is_marked(runs: Runs) -> None:
    """The best value of a metric is marked, for log loss the lowest; equal values all are."""
    for metric, best in (("accuracy", "tall"), ("log_loss", "low")):
        values = {"": Score(0.5, 0.4, 0.6), "tall": Score(0.7, 0, 1), "low": Score(0.2, 0, 1)}
        findings = stated(runs("one point"), SPECIES, metric, values)
        assert marked(findings) == [[best]]
    equal = {"": Score(0.5, 0.4, 0.6), "other": Score(0.5, 0.4, 0.6)}
    assert marked(stated(runs("one point"), SPECIES, "accuracy", equal)) == [["champion", "other"]]


def test_models_without_scores_have_dashes(runs: Runs) -> None:
    """A trial whose replicates have all diverged has no value, and the note says why."""
    findings = on_table(runs("one point"), SPECIES)
    assert findings.held_out is not None
    models = [
        replace(model, scores={}, differences={}) if model.name == "article-good" else model
        for model in findings.held_out.models
    ]
    partly = replace(findings, held_out=replace(findings.held_out, models=tuple(models)))
    table = held_out_table(partly)
    assert table is not None
    row = next(row for row in table.rows if row[0].text == "article-good")
    assert [cell.text for cell in row[1:]] == ["–"] * 5
    assert "all replicates diverged" in row[0].under


def test_plain_values_are_those_of_the_file(runs: Runs) -> None:
    """The plain values have value, low and high of each metric of each model."""
    findings = on_table(runs("conflict"), SPECIES)
    values = held_out_values(findings)
    assert values is not None
    assert findings.held_out is not None
    assert findings.diagnosis is not None
    assert (values["samples"], values["groups"]) == (30, None)
    assert values["kept_network"] == findings.diagnosis.scores
    for model, scored in zip(values["models"], findings.held_out.models, strict=True):
        assert (model["name"], model["number"]) == (scored.name, scored.number)
        for name, score in scored.scores.items():
            assert model["scores"][name] == {
                "value": score.value,
                "low": score.low,
                "high": score.high,
            }
    json.dumps(values, allow_nan=False)


def test_names_are_escaped_on_the_page(runs: Runs) -> None:
    """Names of columns, classes and targets that are scripts are texts on the page."""
    for name in ("strange names", "strange target"):
        html = page(on_table(runs("one point"), PLANS[name]))
        assert "<script>alert" not in html
        assert "<img" not in html
