"""Figures of the genes: importance, slices, contour and stability against naive computations."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from neuroevo.analysis.divergence import BINS_A_DECADE, divergence, frontier
from neuroevo.analysis.findings import Findings
from neuroevo.analysis.gene_importance import PREDICTS, matters
from neuroevo.analysis.gene_pairs import gene_pairs
from neuroevo.analysis.gene_slices import best_tenth, gene_slices
from neuroevo.report.plots import FIGURES, contour, importance, slices, stability
from neuroevo.report.run import Run
from tests.invented_findings import diverging, noise, scored

Runs = Callable[[str], Run]


def test_forest_finds_the_only_important_gene(runs: Runs) -> None:
    """The important gene is ranked first with an interval above 0; the others' contain 0."""
    findings = scored(runs("one objective"), lambda genome, _: float(genome["learning_rate"]) ** 2)
    found = findings.importances
    measured = found.measured[0]
    assert measured is not None
    names = [feature.name for feature in found.features]
    assert names[found.ranked()[0]] == "learning rate"
    assert measured.predicted > 0.9
    for place, name in enumerate(names):
        if name == "learning rate":
            assert measured.lower[place] > 0.5
        else:
            assert abs(measured.median[place]) < 0.01
            assert not matters(measured, place)
    text = importance.caption(findings.importances)
    assert "For samples to target the most important is the learning rate (R²" in text


def test_caption_says_if_the_forest_does_not_predict(runs: Runs) -> None:
    """For random scores the caption says that a model can't predict."""
    findings = scored(runs("one objective"), noise)
    measured = findings.importances.measured[0]
    assert measured is not None
    assert measured.predicted < PREDICTS
    assert "do not let a model predict other trials" in importance.caption(findings.importances)


def test_a_gene_that_makes_trials_fail_is_important(runs: Runs) -> None:
    """Failures count as the worst score, so the gene that causes them is important."""
    findings = scored(
        runs("one objective"),
        lambda genome, rng: math.nan if genome["activation"] == "relu" else noise(genome, rng),
    )
    found = findings.importances
    assert found.features[found.ranked()[0]].name == "activation"
    assert found.failed == sum(not findings.is_complete(trial) for trial in findings.trials)
    assert " count as bad as the worst." in importance.caption(findings.importances)


def test_caption_of_slices_has_values_of_the_best(runs: Runs) -> None:
    """The best tenth are the best by sorting, and the caption has the values that they share."""
    findings = scored(
        runs("one objective"),
        lambda genome, rng: (
            noise(genome, rng)
            * (1e-6 if genome["activation"] == "tanh" and len(genome["hidden"]) == 2 else 1)
        ),
    )
    sliced = gene_slices(findings)
    ranked = sorted(findings.complete, key=lambda trial: (findings.scores(trial), trial.number))
    best = [findings.complete[place].number for place in best_tenth(sliced)]
    tenth = ranked[: len(best)]
    assert len(best) == round(len(ranked) / 10)
    assert set(best) == {trial.number for trial in tenth}
    text = slices.caption(sliced)
    share = sum(trial.genome["activation"] == "tanh" for trial in tenth) / len(tenth)
    assert ("activation tanh" in text) == (share > 0.5)


def test_slices_have_every_objective_of_the_drawn_trials(runs: Runs) -> None:
    """Each view of the slices has the scores of its objective."""
    findings = runs("three objectives").findings
    sliced = gene_slices(findings)
    drawn = slices.draw(sliced)
    buttons = drawn["layout"]["updatemenus"][0]["buttons"]
    assert [each["label"] for each in buttons] == ["final MSE", "samples to target", "parameters"]
    for place, button in enumerate(buttons):
        scores = sliced.scores[sliced.drawn, place]
        assert button["args"][0]["y"][0] == pytest.approx(scores, rel=1e-4)
    one = slices.draw(gene_slices(runs("one objective").findings))
    assert one["layout"]["updatemenus"] == []


def test_points_are_spread_over_their_cell(runs: Runs) -> None:
    """If both genes have few values, dots are spread over the cell and are not on a line."""
    shown = gene_pairs(runs("conflict").findings)
    traces = contour.draw(shown)["data"][-len(shown.pairs) :]
    both = [
        np.array([trace["x"], trace["y"]])
        for pair, trace in zip(shown.pairs, traces, strict=True)
        if pair.across.is_fanned and pair.upward.is_fanned
    ]
    assert both
    for points in both:
        x, y = points - np.rint(points)
        counts, *_ = np.histogram2d(x, y, bins=4, range=[[-0.35, 0.35], [-0.35, 0.35]])
        assert counts.min() > 0


def test_genes_that_are_never_used_together_make_no_pair(runs: Runs) -> None:
    """Momentum and beta1 belong to different optimizers, so they are no pair."""
    run = runs("many genes")
    findings = scored(run, lambda genome, _: genome.get("momentum", 0.2) + genome.get("beta1", 0.1))
    fixed: dict[str, Any] = {"hidden": (3,), "activation": "tanh", "learning_rate": 0.1, "l2": 1e-4}
    fixed |= {"batch_size": 8, "end_factor": 0.1, "max_gradient_norm": 1.0, "schedule": "constant"}
    fixed |= {"dropout": 0, "biases": True}
    trials = [replace(each, genome=dict(each.genome) | fixed) for each in findings.trials]
    found = gene_pairs(Findings(run.experiment, tuple(trials)))
    pairs = [{pair.across.name, pair.upward.name} for pair in found.pairs]
    assert {"momentum", "optimizer"} in pairs
    assert {"momentum", "beta1"} not in pairs
    assert contour.draw(found)["data"]


def test_frontier_is_the_rate_at_which_most_replicates_diverge(runs: Runs) -> None:
    """The frontier is lower for more layers; stable activations have none; the caption has all."""
    stable = divergence(diverging(runs("one point")))
    found = frontier(stable, "linear")
    assert set(found) == {1, 2, 3, 4}
    bin_ratio = 10 ** (1 / BINS_A_DECADE)
    for deep, rate in found.items():
        assert 0.1 / deep / bin_ratio <= rate <= 0.1 / deep * bin_ratio
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert frontier(stable, "tanh") == {}
    text = stability.caption(stable)
    assert "for linear from " in text
    depths = text.split("for linear ")[1].split(" hidden layers. ")[0]
    assert all(f" {deep}" in depths for deep in found), depths
    assert "tanh" not in text


def test_stability_needs_learning_rate_and_depth(runs: Runs) -> None:
    """If the number of layers is fixed there is no figure and no caption."""
    run = runs("fixed genes")
    trials = [
        replace(trial, genome=dict(trial.genome) | {"hidden": (6, 3)})
        for trial in run.findings.searched
    ]
    stable = divergence(Findings(run.experiment, tuple(trials)))
    assert stability.draw(stable)["data"] == []
    assert stability.caption(stable) == ""


def test_figures_of_a_long_run_stay_small(runs: Runs) -> None:
    """The specification of each figure of many trials is at most 150 kB."""
    run = runs("conflict")
    rng = np.random.default_rng(1)
    base = run.findings.searched
    count, generations = 30_000, 1_000
    trials = []
    for number in range(count):
        trial = base[int(rng.integers(len(base)))]
        generation = number * generations // count
        parents = (int(number * 0.99), int(number * rng.random())) if generation else ()
        trials.append(replace(trial, number=number, generation=generation, parents=parents))
    findings = Findings(run.experiment, tuple(trials))
    names = ("importance", "slices", "contour", "rank", "stability", "lineage", "operators")
    for name in names:
        plot = FIGURES[name]
        specification = plot.draw(plot.data(findings))
        text = json.dumps(specification, separators=(",", ":"), ensure_ascii=False)
        assert len(text.encode()) <= 150_000, name


@pytest.mark.parametrize(
    "name", ["importance", "slices", "contour", "rank", "stability", "operators"]
)
def test_figures_of_no_trials_and_of_one(runs: Runs, name: str) -> None:
    """A run without trials, or with one, has captions and empty figures."""
    run, plot = runs("conflict"), FIGURES[name]
    for trials in ((), (replace(run.best, parents=()),)):
        data = plot.data(Findings(run.experiment, trials))
        assert plot.draw(data)["layout"]
        assert plot.caption(data).endswith(".") or name in {"rank", "stability"}


def test_ranks_are_those_of_pandas(runs: Runs) -> None:
    """The rank of a trial is its place among all, ties in the middle, best first; all are drawn."""
    findings = runs("conflict").findings
    found = FIGURES["rank"].data(findings)
    table = findings.score_table(findings.complete)
    for place, item in enumerate(findings.objectives):
        order = pd.Series(item.cost(table[:, place])).rank(method="average")
        np.testing.assert_allclose(found.ranks[:, place], (order - 1) / (len(order) - 1))
    drawn = FIGURES["rank"].draw(found)["data"]
    assert len(drawn) == len(found.found.pairs) * len(findings.objectives)
    assert "the better its rank" in FIGURES["rank"].caption(found)
