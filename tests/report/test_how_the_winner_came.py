"""How the winner came to be: ancestry, credit of operators, ablation and strongest paths."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from neuroevo.analysis.ablation_path import ablation_path
from neuroevo.analysis.ancestry import family
from neuroevo.analysis.descent import descent
from neuroevo.analysis.findings import Findings
from neuroevo.analysis.operator_credit import operator_credit
from neuroevo.learning import Architecture, Columns, Network
from neuroevo.report.diagram import laid_out
from neuroevo.report.plots import ablation, lineage, operator_worth
from neuroevo.report.plots.champion_network import NetworkData, caption, draw
from neuroevo.report.run import Run
from tests.invented_findings import bred

Runs = Callable[[str], Run]


def test_lineage_shows_one_member_at_a_time(runs: Runs) -> None:
    """Each view shows one member's traces, its operators and its time; the first is drawn."""
    traced = descent(bred(runs("conflict"), 4))
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


def test_edges_of_the_line_tell_operator_and_gain(runs: Runs) -> None:
    """Between each step and the next stand the operator and what it changed, in each objective."""
    scores = ((0.8, 5_000.0), (0.4, 800.0), (0.004, 1_600.0))
    operators = ("initial", "crossover+mutation", "step")
    run = runs("conflict")
    trials = [
        replace(
            run.best,
            number=number,
            generation=number,
            operator=operator,
            parents=(number - 1,) if number else (),
            objectives=dict(zip(run.experiment.evolution.objectives, each, strict=True)),
        )
        for number, (operator, each) in enumerate(zip(operators, scores, strict=True))
    ]
    findings = Findings(run.experiment, tuple(trials))
    drawn = lineage.draw(descent(findings))
    texts = [
        trace for trace in drawn["data"] if trace["mode"] == "markers+text" and trace["visible"]
    ]
    assert [dict(zip(trace["x"], trace["text"], strict=True)) for trace in texts] == [
        {0.5: "crossover + mutation ×0.5", 1.5: "step ÷100"},
        {0.5: "crossover + mutation ×0.16", 1.5: "step ×2"},
    ]


@pytest.mark.parametrize("seed", range(3))
def test_labels_of_a_long_line_do_not_overlap(runs: Runs, seed: int) -> None:
    """Where edges are many only some are labelled, and those on one side lie apart."""
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
    for side in set(first["textposition"]):
        pairs = zip(first["x"], first["textposition"], strict=True)
        middles = sorted(x for x, beside in pairs if beside == side)
        assert min(np.diff(middles)) * 640 / 199 > 20


def test_lineage_of_a_trial_drawn_at_random(runs: Runs) -> None:
    """A champion without parents is said to have no ancestors."""
    run = runs("conflict")
    trial = replace(run.best, operator="initial", parents=())
    told = lineage.caption(descent(Findings(run.experiment, (trial,))))
    assert told.endswith("has no ancestors: it was drawn at random.")


def test_operators_with_few_children_are_faint(runs: Runs) -> None:
    """Of fewer than 20 children an operator's marks are faint, and all say what it does."""
    findings = bred(runs("conflict"), 0)
    credit = operator_credit(findings).credit.set_index("operator")
    traces = operator_worth.draw(operator_credit(findings))["data"]
    told = {
        row: trace["opacity"] for trace in traces for row in trace["text"] if "on the way" in row
    }
    assert 0 < (credit["children"] < operator_worth.ENOUGH).sum() < len(credit)
    for row, opacity in told.items():
        operator = next(name for name in credit.index if operator_worth.MEANINGS[name] in row)
        assert (opacity == 1) == (credit.loc[operator, "children"] >= operator_worth.ENOUGH)


def test_a_run_without_children_has_no_credit(runs: Runs) -> None:
    """Where all trials were drawn at random nothing is drawn, and the caption says why."""
    run = runs("conflict")
    found = operator_credit(Findings(run.experiment, (replace(run.best, parents=()),)))
    assert operator_worth.draw(found)["data"] == []
    assert operator_worth.caption(found).endswith("no operator had children.")


def test_a_run_without_champion_offers_no_ablation(runs: Runs) -> None:
    """A command that would have nothing to go to is not named."""
    run = runs("conflict")
    failed = replace(run.best, objectives={}, state="diverged")
    told = ablation.caption(ablation_path(Findings(run.experiment, (failed,))))
    assert "--ablation" not in told


def ablated(run: Run) -> Findings:
    """Return a run with an ablation in three rounds, of which the first has a failure."""
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


def test_ablation_takes_what_the_next_round_set_out_from(runs: Runs) -> None:
    """The path has one change a round, each with its value; the rest was passed over."""
    found = ablation_path(ablated(runs("conflict")))
    path = [(change.round, change.gene, change.value) for change in found.path]
    assert path == [
        (0, "article-tanh", ""),
        (1, "learning_rate", "0.2"),
        (2, "activation", "linear"),
        (3, "hidden", "8"),
    ]
    assert sorted(change.round for change in found.passed) == [1, 1, 2]
    told = ablation.caption(found)
    assert "From article-tanh to the champion in 3 changes" in told
    assert "the one that does best in final MSE, where equal in the next." in told
    told = told.replace("\u00a0", " ")
    assert "The path lowers final MSE from 0.01 to 1.0 × 10⁻⁹; the activation brought most" in told
    assert "from 0.001 to 1.0 × 10⁻⁸." in told
    json.dumps(ablation.draw(found), allow_nan=False)


def test_ablation_says_what_its_path_gives_up(runs: Runs) -> None:
    """Where the path ends worse than it began, in an objective, its caption says so."""
    findings = ablated(runs("conflict"))
    last = findings.ablation[-1]
    worse = replace(last, objectives={**last.objectives, findings.objectives[1].name: 1_200.0})
    told = ablation.caption(
        ablation_path(replace(findings, ablation=(*findings.ablation[:-1], worse)))
    )
    assert "The path gives up samples to target, from 900 to 1,200; the activation" in told


def test_ablation_that_was_not_computed_says_how(runs: Runs) -> None:
    """Without an ablation the caption names the command, and nothing is drawn."""
    found = ablation_path(runs("conflict").findings)
    assert ablation.draw(found)["data"] == []
    assert f"`neuroevo report {runs('conflict').folder.id} --ablation`" in ablation.caption(found)


def test_a_champion_like_its_baseline_has_no_ablation(runs: Runs) -> None:
    """Where a baseline has the champion's genes there is one round, and the caption says so."""
    findings = ablated(runs("conflict"))
    found = ablation_path(replace(findings, ablation=findings.ablation[:1]))
    assert "there is nothing to change" in ablation.caption(found)
    assert ablation.draw(found)["data"] == []


def test_products_of_paths_are_written_out() -> None:
    """The article's path is told with its product, and outlined in both drawings."""
    parameters = [0, 0, 0.4, 0.1, 0.2, 0.3, 0, 0, 0.9165, 0.1, 0.1, 0.5, 0, 0, 1.1456, 0.1, 0.2, 2]
    for activation in ("linear", "tanh"):
        shape = {"inputs": 2, "hidden": (2, 2), "outputs": 2, "activation": activation}
        columns = Columns(("x", "y"), ("x", "y"))
        network = Network(Architecture.model_validate(shape), np.array(parameters), columns)
        diagram = laid_out(network)
        told = caption(NetworkData(network, diagram)).replace("\u00a0", " ")
        assert "x → x 0.4 × 0.9165 × 1.1456 = 0.42 and y → y 0.3 × 0.5 × 2 = 0.3." in told
        assert ("activations bend what passes" in told) == (activation == "tanh")
        assert len(diagram.marked) == 6
        lines = draw(NetworkData(network, diagram))["data"]
        assert sum(trace["x"] == lines[-2]["x"] for trace in lines) >= 2


def test_path_ends_where_it_is_strongest() -> None:
    """With other numbers of inputs and outputs each path leads to its strongest output."""
    shape = {"inputs": 3, "hidden": (), "outputs": 2, "activation": "linear"}
    network = Network(
        Architecture.model_validate(shape), np.array([0, 0, 1, -2, 0.5, 0.1, 0.2, -0.3])
    )
    diagram = laid_out(network)
    ends = [path.weights[-1].target.name for path in diagram.paths]
    assert ends == ["output 2", "output 1", "output 2"]
    assert [path.product for path in diagram.paths] == pytest.approx([-2, 0.5, -0.3])
    assert "the output that it reaches most strongly" in caption(NetworkData(network, diagram))


def test_no_ablation_is_offered_without_baselines(runs: Runs) -> None:
    """A run that has baselines is told the command; one that has none, that it has none."""
    assert "--ablation" in ablation.caption(ablation_path(runs("conflict").findings))
    told = ablation.caption(ablation_path(runs("no baselines").findings))
    assert told == "The run has no baselines, so there is none to begin an ablation with."
