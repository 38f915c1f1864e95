"""Which genes mattered: features, forest, slices, contour and stability against naive twins."""

import json
import math
import statistics
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from neuroevo.analysis import features as featured
from neuroevo.analysis.divergence import BINS_A_DECADE, divergence, frontier
from neuroevo.analysis.findings import Findings
from neuroevo.analysis.forest import permutation_importance
from neuroevo.analysis.gene_pairs import gene_pairs
from neuroevo.analysis.gene_slices import best_tenth, gene_slices
from neuroevo.analysis.importance import PREDICTS
from neuroevo.evaluation import is_read
from neuroevo.report.plots import FIGURES, contour, importance, slices, stability
from neuroevo.report.run import Run
from neuroevo.runs import Trial

Runs = Callable[[str], Run]
Score = Callable[[dict[str, Any], np.random.Generator], float]


def scored(run: Run, score: Score, count: int = 400) -> Findings:
    """Return random genomes of a run's space, the first objective a function of the genome."""
    rng = np.random.default_rng(5)
    trials = []
    for number in range(count):
        genome = dict(run.experiment.space.sample(rng))
        value = score(genome, rng)
        finite = math.isfinite(value)
        trial = replace(
            run.best,
            number=number,
            parents=(),
            genome=genome,
            objectives=dict.fromkeys(run.experiment.evolution.objectives, value),
            state="complete" if finite else "diverged",
            diverged=0 if finite else run.experiment.training.replicates,
        )
        trials.append(trial)
    return Findings(run.experiment, tuple(trials))


def noise(_: dict[str, Any], rng: np.random.Generator) -> float:
    """Return a score that no gene decides."""
    return float(rng.lognormal())


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
            assert not importance.matters(measured, place)
    told = importance.caption(importance.data(findings))
    assert "What matters most for samples to target is the learning rate (R²" in told


def test_forest_that_does_not_predict_says_so(runs: Runs) -> None:
    """Of scores that no gene decides the figure tells that nothing was learnt."""
    findings = scored(runs("one objective"), noise)
    measured = findings.importances.measured[0]
    assert measured is not None
    assert measured.predicted < PREDICTS
    assert "the forest does not predict" in importance.caption(importance.data(findings))


def test_what_makes_trials_fail_matters(runs: Runs) -> None:
    """Failures count as the worst: the gene that they come from matters."""
    findings = scored(
        runs("one objective"),
        lambda genome, rng: math.nan if genome["activation"] == "relu" else noise(genome, rng),
    )
    found = findings.importances
    assert found.features[found.ranked()[0]].name == "activation"
    assert found.failed == sum(not findings.is_complete(trial) for trial in findings.trials)
    assert " count as bad as the worst." in importance.caption(importance.data(findings))


@pytest.mark.parametrize(("rows", "values"), [(5, 5), (100, 1)])
def test_nothing_is_learnt_of_too_little(rows: int, values: int) -> None:
    """A handful of trials, or a score that is always the same, give no importance."""
    inputs = np.arange(rows, dtype=np.float64).reshape(-1, 1)
    assert permutation_importance(inputs, inputs[:, 0] % values, 0) is None


def test_features_are_what_the_genomes_hold(any_run: Run) -> None:
    """Each feature has each trial's value, none where it is not read, and takes more than one."""
    findings = any_run.findings
    trials = findings.searched
    for feature in featured.features(findings.experiment.space.genes, trials):
        assert len(feature.values) == len(trials)
        assert len(set(feature.present.tolist())) > 1
        for value, trial in zip(feature.values, trials, strict=True):
            expected = _naive_value(feature.name, trial)
            if expected is None:
                assert math.isnan(value)
            else:
                assert (feature.options[int(value)] if feature.options else value) == expected


def _naive_value(name: str, trial: Trial) -> object:
    """Look a feature up in a genome."""
    genome, hidden = trial.genome, trial.genome["hidden"]
    assert isinstance(hidden, tuple)
    pairs = [layer if isinstance(layer, tuple) else (layer, None) for layer in hidden]
    of_layers = {
        "hidden layers": len(pairs),
        "hidden units": sum(width for width, _ in pairs),
        "first activation": pairs[0][1] if pairs else None,
        "last activation": pairs[-1][1] if pairs else None,
        "activation": genome.get("activation", pairs[0][1]) if pairs else None,
    }
    if name in of_layers:
        return of_layers[name]
    gene = name.replace(" ", "_")
    value = genome[gene]
    if not is_read(gene, genome):
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if gene == "dropout" else value


def test_genes_of_baselines_alone_are_no_features(runs: Runs) -> None:
    """What no genome of the search varies is no feature, whatever the baselines have."""
    findings = runs("fixed genes").findings
    assert len({trial.genome["activation"] for trial in findings.trials}) > 1
    names = [feature.name for feature in findings.features]
    assert names == ["hidden layers", "hidden units", "learning rate"]


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


def test_contour_has_the_median_of_each_cell(runs: Runs) -> None:
    """Counts and medians of every cell equal sorting the trials into it by hand."""
    for name in ("conflict", "mixed"):
        findings = runs(name).findings
        for pair in gene_pairs(findings).pairs:
            cells: dict[tuple[int, int], list[float]] = {}
            columns, rows = (
                [_naive_cell(edges.tolist(), value) for value in feature.values.tolist()]
                for edges, feature in zip(pair.edges, (pair.across, pair.upward), strict=True)
            )
            for row, column, trial in zip(rows, columns, findings.complete, strict=True):
                if row is not None and column is not None:
                    cells.setdefault((row, column), []).append(findings.scores(trial)[0])
            assert pair.counts.sum() == sum(map(len, cells.values()))
            for place, count in np.ndenumerate(pair.counts):
                assert count == len(cells.get((place[0], place[1]), []))
                if count:
                    median = statistics.median(cells[place[0], place[1]])
                    assert pair.medians[0][place] == pytest.approx(median)


def _naive_cell(edges: list[float], value: float) -> int | None:
    if math.isnan(value):
        return None
    inside = [place for place in range(len(edges) - 1) if edges[place] <= value < edges[place + 1]]
    return inside[0] if inside else (len(edges) - 2 if value >= edges[-1] else 0)


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


def test_contour_begins_with_the_features_that_matter_most(runs: Runs) -> None:
    """The first pair holds the two most important numbers; each pair occurs once."""
    findings = runs("many genes").findings
    found = findings.importances
    order = [found.features[place] for place in found.ranked() if not found.features[place].options]
    pairs = [{pair.across.name, pair.upward.name} for pair in gene_pairs(findings).pairs]
    assert pairs[0] == {feature.name for feature in order[:2]}
    assert len({frozenset(pair) for pair in pairs}) == len(pairs)


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


def diverging(run: Run) -> Findings:
    """Return trials of which linear ones diverge from 0.1 / depth on, by half and then wholly."""
    replicates = run.experiment.training.replicates

    def share(genome: dict[str, Any]) -> float:
        high = float(genome["learning_rate"]) * len(genome["hidden"]) / 0.1
        return 0.0 if genome["activation"] != "linear" or high < 1 else min(high / 2, 1.0)

    findings = scored(run, noise, 2_000)
    trials = [
        replace(trial, diverged=round(share(dict(trial.genome)) * replicates))
        for trial in findings.trials
    ]
    return Findings(run.experiment, tuple(trials))


def test_stability_counts_every_training(runs: Runs) -> None:
    """Each cell has the trainings and the divergences that counting by hand gives."""
    findings = diverging(runs("one point"))
    stable = divergence(findings)
    replicates = findings.experiment.training.replicates
    assert stable.trainings == replicates * len(findings.trials) == stable.cells["trainings"].sum()
    assert stable.diverged == stable.cells["diverged"].sum()
    for cell in stable.cells.to_dict("records"):
        low, high = stable.edges[cell["bin"]], stable.edges[cell["bin"] + 1]
        trials = [
            trial
            for trial in findings.trials
            if trial.genome["activation"] == cell["activation"]
            and len(trial.genome["hidden"]) == cell["depth"]  # type: ignore[arg-type]
            and low <= float(str(trial.genome["learning_rate"])) < high + 1e-12 * (high == 1)
        ]
        assert cell["trainings"] == replicates * len(trials)
        assert cell["diverged"] == sum(trial.diverged for trial in trials)


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
