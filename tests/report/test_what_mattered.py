"""Which genes mattered: features, forest, slices, contour and stability against naive twins."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
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


def test_forest_finds_the_only_gene_that_matters(runs: Runs) -> None:
    """The gene that decides is ranked first with an interval above 0; the others' hold 0."""
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
    told = importance.caption(findings.importances)
    assert "What matters most for samples to target is the learning rate (R²" in told


def test_forest_that_does_not_predict_says_so(runs: Runs) -> None:
    """Of scores that no gene decides the figure tells that nothing was learnt."""
    findings = scored(runs("one objective"), noise)
    measured = findings.importances.measured[0]
    assert measured is not None
    assert measured.predicted < PREDICTS
    assert "the forest does not predict" in importance.caption(findings.importances)


def test_what_makes_trials_fail_matters(runs: Runs) -> None:
    """Failures count as the worst: the gene that they come from matters."""
    findings = scored(
        runs("one objective"),
        lambda genome, rng: math.nan if genome["activation"] == "relu" else noise(genome, rng),
    )
    found = findings.importances
    assert found.features[found.ranked()[0]].name == "activation"
    assert found.failed == sum(not findings.is_complete(trial) for trial in findings.trials)
    assert " count as bad as the worst." in importance.caption(findings.importances)


def test_slices_tell_where_the_best_gather(runs: Runs) -> None:
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
    told = slices.caption(sliced)
    share = sum(trial.genome["activation"] == "tanh" for trial in tenth) / len(tenth)
    assert ("activation tanh" in told) == (share > 0.5)


def test_slices_have_every_objective_of_the_drawn_trials(runs: Runs) -> None:
    """Each view of the slices has the scores of the objective that it is named after."""
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


def test_points_of_a_cell_fill_it(runs: Runs) -> None:
    """Where both genes have few values, dots fill the cell and do not lie on a line in it."""
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


def test_genes_that_no_trial_reads_both_make_no_pair(runs: Runs) -> None:
    """Momentum is read by one optimizer, beta1 by another: no cell of theirs could be filled."""
    run = runs("many genes")
    findings = scored(run, lambda genome, _: float(genome["momentum"]) + float(genome["beta1"]))
    fixed: dict[str, Any] = {"hidden": (3,), "activation": "tanh", "learning_rate": 0.1, "l2": 1e-4}
    fixed |= {"batch_size": 8, "end_factor": 0.1, "max_gradient_norm": 1.0, "schedule": "constant"}
    fixed |= {"dropout": 0, "biases": True}
    trials = [replace(each, genome=dict(each.genome) | fixed) for each in findings.trials]
    found = gene_pairs(Findings(run.experiment, tuple(trials)))
    pairs = [{pair.across.name, pair.upward.name} for pair in found.pairs]
    assert {"momentum", "optimizer"} in pairs
    assert {"momentum", "beta1"} not in pairs
    assert contour.draw(found)["data"]


def test_the_frontier_is_where_most_trainings_begin_to_diverge(runs: Runs) -> None:
    """The deeper, the lower the frontier; what is stable has none; the caption names all."""
    stable = divergence(diverging(runs("one point")))
    found = frontier(stable, "linear")
    assert set(found) == {1, 2, 3, 4}
    bin_ratio = 10 ** (1 / BINS_A_DECADE)
    for deep, rate in found.items():
        assert 0.1 / deep / bin_ratio <= rate <= 0.1 / deep * bin_ratio
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert frontier(stable, "tanh") == {}
    told = stability.caption(stable)
    assert "for linear from " in told
    depths = told.split("for linear ")[1].split(" hidden layers. ")[0]
    assert all(f" {deep}" in depths for deep in found), depths
    assert "tanh" not in told


def test_stability_needs_learning_rate_and_depth(runs: Runs) -> None:
    """Where the depth is fixed there is no frontier, and the page passes over the figure."""
    run = runs("fixed genes")
    trials = [
        replace(trial, genome=dict(trial.genome) | {"hidden": (6, 3)})
        for trial in run.findings.searched
    ]
    stable = divergence(Findings(run.experiment, tuple(trials)))
    assert stability.draw(stable)["data"] == []
    assert stability.caption(stable) == ""


def test_figures_of_a_long_run_stay_small(runs: Runs) -> None:
    """However many trials there are, each figure's specification is at most 150 kB."""
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
    names = ("importance", "slices", "contour", "stability", "lineage", "operators")
    for name in names:
        plot = FIGURES[name]
        specification = plot.draw(plot.data(findings))
        assert len(json.dumps(specification, separators=(",", ":"))) <= 150_000, name


@pytest.mark.parametrize("name", ["importance", "slices", "contour", "stability", "operators"])
def test_figures_of_no_trials_and_of_one(runs: Runs, name: str) -> None:
    """A run without trials, or with a single one, has figures that say so."""
    run, plot = runs("conflict"), FIGURES[name]
    for trials in ((), (replace(run.best, parents=()),)):
        data = plot.data(Findings(run.experiment, trials))
        assert plot.draw(data)["layout"]
        assert plot.caption(data).endswith(".") or name == "stability"
