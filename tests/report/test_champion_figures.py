"""Figures of the champion: ancestors, success of operators, ablation and strongest paths."""

import json
import math
import re
from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import replace
from html import unescape
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from neuroevo import wording
from neuroevo.analysis.ablation_path import ablation_path
from neuroevo.analysis.ancestry import family
from neuroevo.analysis.descent import descent
from neuroevo.analysis.findings import Findings
from neuroevo.analysis.operator_credit import operator_credit
from neuroevo.learning import Architecture, Columns, Network
from neuroevo.report.diagram import diagram_of
from neuroevo.report.plots import ablation, lineage, operators
from neuroevo.report.plots.champion_network import NetworkData, caption, draw
from neuroevo.report.run import Run
from tests.invented_findings import with_parents

Runs = Callable[[str], Run]


def test_lineage_shows_one_network_at_a_time(runs: Runs) -> None:
    """Each view shows the traces, operators and generations of one network; the first is drawn."""
    traced = descent(with_parents(runs("conflict"), 4))
    drawn = lineage.draw(traced)
    views = [button["args"] for button in drawn["layout"]["updatemenus"][0]["buttons"]]
    visible = np.array([view[0]["visible"] for view in views])
    assert (visible.sum(axis=0) == 1).all()
    assert [trace["visible"] for trace in drawn["data"]] == visible[0].tolist()
    assert drawn["layout"]["xaxis"] == views[0][1]["xaxis"]
    for line, (shown, layout) in zip(traced.lines, views, strict=True):
        seen = [
            trace for trace, is_on in zip(drawn["data"], shown["visible"], strict=True) if is_on
        ]
        named = {trace["name"] for trace in seen if trace.get("showlegend", True)}
        assert named == {family(step.operator) for step in line.steps}
        end = max(line.steps[-1].generation, 1)
        assert end < layout["xaxis"]["range"][1] < 1.1 * end


def test_steps_are_labelled_with_operator_and_change(runs: Runs) -> None:
    """Each step of a short line has a label with its operator and the change of the objective."""
    scores = ((0.8, 5_000.0), (0.4, 800.0), (0.004, 1_600.0))
    assert labels_of(runs("conflict"), scores) == [
        {0.5: "crossover + mutation ÷2", 1.5: "step ÷100"},
        {0.5: "crossover + mutation ÷6.2", 1.5: "step ×2"},
    ]


def test_a_penalty_has_no_ratio(runs: Runs) -> None:
    """A step to the target says that it is reached; a step between penalties has no label."""
    run = runs("conflict")
    beyond = float(run.experiment.training.samples)
    scores = ((0.8, 3 * beyond), (0.4, 1.5 * beyond), (0.004, 800.0))
    assert labels_of(run, scores)[1] == {1.5: "step reached"}


def labels_of(run: Run, scores: Sequence[tuple[float, float]]) -> list[dict[float, str]]:
    """Return the labels of a line of three trials with these objectives, by their places."""
    names = ("initial", "crossover+mutation", "step")
    trials = [
        replace(
            run.best,
            number=number,
            generation=number,
            operator=operator,
            parents=(number - 1,) if number else (),
            objectives=dict(zip(run.experiment.evolution.objectives, each, strict=True)),
        )
        for number, (operator, each) in enumerate(zip(names, scores, strict=True))
    ]
    findings = Findings(run.experiment, tuple(trials))
    drawn = lineage.draw(descent(findings))
    texts = [
        trace for trace in drawn["data"] if trace["mode"] == "markers+text" and trace["visible"]
    ]
    return [dict(zip(trace["x"], trace["text"], strict=True)) for trace in texts]


@pytest.mark.parametrize("seed", range(3))
def test_labels_of_a_long_line_do_not_overlap(runs: Runs, seed: int) -> None:
    """Only some steps of a long line have a label, and the labels do not overlap."""
    rng = np.random.default_rng(seed)
    run = runs("conflict")
    trials = [
        replace(
            run.best,
            number=number,
            generation=number,
            operator="step",
            parents=(number - 1,) if number else (),
            objectives=dict(
                zip(
                    run.experiment.evolution.objectives,
                    (0.9**number * rng.uniform(0.95, 1), 900 - number),
                    strict=True,
                )
            ),
        )
        for number in range(200)
    ]
    drawn = lineage.draw(descent(Findings(run.experiment, tuple(trials))))
    first = next(trace for trace in drawn["data"] if trace["mode"] == "markers+text")
    assert 2 <= len(first["x"]) < 100
    ends = []
    for x, text, side in zip(first["x"], first["text"], first["textposition"], strict=True):
        middle, width = x * 850 / 199, 6.6 * len(text)  # pixels on a wide screen
        ends.append((middle, middle + width) if "right" in side else (middle - width, middle))
    assert all(one[1] + 20 < other[0] for one, other in pairwise(sorted(ends)))


def test_lineage_of_a_trial_drawn_at_random(runs: Runs) -> None:
    """The caption says that a champion without parents has no ancestors."""
    run = runs("conflict")
    trial = replace(run.best, operator="initial", parents=())
    text = lineage.caption(descent(Findings(run.experiment, (trial,))))
    assert text.endswith("has no ancestors: it was drawn at random.")


def test_trials_without_parents_are_called_the_same_in_both_figures(runs: Runs) -> None:
    """Operators and ancestors use one term for what was drawn at random, and one for given ones."""
    assert wording.operator("initial") == family("initial")
    assert wording.operator("immigrant").startswith(family("immigrant"))
    assert wording.operator("seed") == family("seed")
    findings = with_parents(runs("conflict"), 0)
    rows = operators.draw(operator_credit(findings))["layout"]["yaxis"]["ticktext"]
    assert any(row.startswith("drawn at random<br>") for row in rows)


def test_operators_with_few_children_are_faint(runs: Runs) -> None:
    """Marks of fewer than 20 children are faint, and all hover texts explain the operator."""
    findings = with_parents(runs("conflict"), 0)
    credit = operator_credit(findings).credit.set_index("operator")
    traces = operators.draw(operator_credit(findings))["data"]
    opacities = {
        row: trace["opacity"] for trace in traces for row in trace["text"] if "ancestors" in row
    }
    assert 0 < (credit["children"] < operators.ENOUGH).sum() < len(credit)
    for row, opacity in opacities.items():
        operator = next(name for name in credit.index if operators.MEANINGS[name] in row)
        assert (opacity == 1) == (credit.loc[operator, "children"] >= operators.ENOUGH)


def test_operators_of_a_run_without_children_is_empty(runs: Runs) -> None:
    """If all trials were drawn at random the figure is empty, and the caption says why."""
    run = runs("conflict")
    found = operator_credit(Findings(run.experiment, (replace(run.best, parents=()),)))
    assert operators.draw(found)["data"] == []
    assert operators.caption(found).endswith("no operator had children.")


def test_a_run_without_champion_offers_no_ablation(runs: Runs) -> None:
    """The caption does not name the command if there is no champion."""
    run = runs("conflict")
    failed = replace(run.best, objectives={}, state="diverged")
    text = ablation.caption(ablation_path(Findings(run.experiment, (failed,))))
    assert "--ablation" not in text


def ablated(run: Run) -> Findings:
    """Return findings with an ablation in three rounds; a trial of the first failed."""
    start: dict[str, Any] = {"hidden": (6, 6), "learning_rate": 0.01, "activation": "tanh"}
    end: dict[str, Any] = {"hidden": (8,), "learning_rate": 0.2, "activation": "linear"}
    steps = [
        (0, 0, "article-tanh", (), {}, (1e-2, 900.0)),
        (1, 1, "hidden", (0,), ["hidden"], (math.nan, math.nan)),
        (2, 1, "learning_rate", (0,), ["learning_rate"], (1e-3, 500.0)),
        (3, 1, "activation", (0,), ["activation"], (1e-2, 400.0)),
        (4, 2, "hidden", (2,), ["learning_rate", "hidden"], (1e-3, 450.0)),
        (5, 2, "activation", (2,), ["learning_rate", "activation"], (1e-8, 50.0)),
        (6, 3, "hidden", (5,), list(end), (1e-9, 45.0)),
    ]
    trials = [
        replace(
            run.best,
            number=number,
            generation=generation,
            operator="ablation",
            name=name,
            parents=parents,
            genome=start | {gene: end[gene] for gene in genes},
            objectives=dict(zip(run.experiment.evolution.objectives, scores, strict=True)),
            state="failed" if math.isnan(scores[0]) else "complete",
        )
        for number, generation, name, parents, genes, scores in steps
    ]
    return replace(run.findings, ablation=tuple(trials))


def test_ablation_path_has_one_change_in_each_round(runs: Runs) -> None:
    """The path has the trial that is the parent of the next round; others are apart from it."""
    found = ablation_path(ablated(runs("conflict")))
    path = [(change.round, change.gene, change.value) for change in found.path]
    assert path == [
        (0, "article-tanh", ""),
        (1, "learning_rate", "0.2"),
        (2, "activation", "linear"),
        (3, "hidden", "8"),
    ]
    assert sorted(change.round for change in found.passed) == [1, 1, 2]
    text = ablation.caption(found)
    assert "The path begins with the baseline article-tanh." in text
    assert "the one with the lowest final MSE is kept, until" in text
    assert "the champion has been reached after 3 genes." in text
    text = text.replace("\u00a0", " ")
    assert text.startswith(
        "From the baseline to the champion final MSE falls from 0.01 to 1.0 × 10⁻⁹; most of it by "
        "the activation, from 0.001 to 1.0 × 10⁻⁸."
    )
    json.dumps(ablation.draw(found), allow_nan=False)


def test_ablation_caption_says_if_an_objective_increases(runs: Runs) -> None:
    """The caption says if an objective is worse at the end of the path than at its beginning."""
    findings = ablated(runs("conflict"))
    last = findings.ablation[-1]
    worse = replace(last, objectives={**last.objectives, findings.objectives[1].name: 1_200.0})
    text = ablation.caption(
        ablation_path(replace(findings, ablation=(*findings.ablation[:-1], worse)))
    )
    assert "samples to target rises from 900 to 1,200; the largest gain on the way is by" in text


def test_ablation_caption_has_its_command(runs: Runs) -> None:
    """Without an ablation the caption has its command, and the figure is empty."""
    found = ablation_path(runs("conflict").findings)
    assert ablation.draw(found)["data"] == []
    assert f"`neuroevo report {runs('conflict').folder.id} --ablation`" in ablation.caption(found)


def test_a_champion_like_its_baseline_has_no_ablation(runs: Runs) -> None:
    """If a baseline has the champion's genes, the caption says so and the figure is empty."""
    findings = ablated(runs("conflict"))
    found = ablation_path(replace(findings, ablation=findings.ablation[:1]))
    assert "there is nothing to change" in ablation.caption(found)
    assert ablation.draw(found)["data"] == []


def test_products_of_paths_are_written_out() -> None:
    """The caption has the products of the paths, which the drawing outlines, also in plotly."""
    parameters = [0, 0, 0.4, 0.1, 0.2, 0.3, 0, 0, 0.9165, 0.1, 0.1, 0.5, 0, 0, 1.1456, 0.1, 0.2, 2]
    for activation in ("linear", "tanh"):
        shape = {"inputs": 2, "hidden": (2, 2), "outputs": 2, "activation": activation}
        columns = Columns(("x", "y"), ("x", "y"))
        network = Network(Architecture.model_validate(shape), np.array(parameters), columns)
        diagram = diagram_of(network)
        text = caption(NetworkData(network, diagram)).replace("\u00a0", " ")
        assert "x → x 0.4 × 0.9165 × 1.1456 = 0.42 and y → y 0.3 × 0.5 × 2 = 0.3." in text
        assert ("without the activations" in text) == (activation == "tanh")
        assert len(diagram.outlined) == 6
        drawn = draw(NetworkData(network, diagram))
        image = b64decode(drawn["layout"]["images"][0]["source"].split(",")[1]).decode()
        assert image.count('class="outline"') == 6
        titles = re.findall("<title>(.*?)</title>", image)
        assert {unescape(each) for each in titles} == {
            unescape(each) for each in drawn["data"][0]["hovertext"]
        }


def test_path_ends_where_it_is_strongest() -> None:
    """With different numbers of inputs and outputs, each path ends at its strongest output."""
    shape = {"inputs": 3, "hidden": (), "outputs": 2, "activation": "linear"}
    network = Network(
        Architecture.model_validate(shape), np.array([0, 0, 1, -2, 0.5, 0.1, 0.2, -0.3])
    )
    diagram = diagram_of(network)
    ends = [path.weights[-1].target.name for path in diagram.paths]
    assert ends == ["output 2", "output 1", "output 2"]
    assert [path.product for path in diagram.paths] == pytest.approx([-2, 0.5, -0.3])
    assert "the output with the largest product" in caption(NetworkData(network, diagram))


def test_ablation_caption_has_no_command_without_baselines(runs: Runs) -> None:
    """The caption has the command if the run has baselines; else pages leave the figure out."""
    assert "--ablation" in ablation.caption(ablation_path(runs("conflict").findings))
    assert ablation.caption(ablation_path(runs("no baselines").findings)) == ""


def test_operators_of_a_short_run_have_a_legend(runs: Runs) -> None:
    """If no operator has 20 children, none is faint, and each measure has one entry."""
    found = operator_credit(with_parents(runs("conflict"), 0, count=12))
    assert (found.credit["children"] < operators.ENOUGH).all()
    drawn = [trace for trace in operators.draw(found)["data"] if len(trace["x"])]
    assert {trace["opacity"] for trace in drawn} == {1}
    names = [trace["name"] for trace in drawn if trace["showlegend"]]
    assert sorted(names) == sorted({trace["name"] for trace in drawn})
    assert "faint" not in operators.caption(found)
