"""The numbers of figures, compared with naive code."""

import math
import statistics
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo import wording
from neuroevo.analysis import dominance
from neuroevo.analysis.coordinates import SPREAD, coordinates
from neuroevo.analysis.findings import Findings
from neuroevo.analysis.front_history import front_history
from neuroevo.analysis.generation_spreads import generation_spreads
from neuroevo.analysis.population import Shares, activation_shares, depth_shares
from neuroevo.analysis.replicate_curves import quantile
from neuroevo.analysis.thinning import MOST_POINTS, thinned
from neuroevo.report.run import Run

Runs = Callable[[str], Run]


def test_front_history_has_every_trial_once(any_run: Run) -> None:
    """Trials, front and complete baselines are each drawn once; the others are counted."""
    findings = any_run.findings
    front = front_history(findings)
    assert front.points["number"].is_unique
    assert len(front.role("front")) == len(findings.front)
    drawn = len(front.role("front")) + len(front.role("trial"))
    assert drawn + front.missing == len(findings.searched)


def test_progress_equals_the_statistics_of_each_generation(runs: Runs) -> None:
    """Best, median and best so far equal plain statistics."""
    findings = runs("conflict").findings
    summary = generation_spreads(findings)
    for index, item in enumerate(findings.objectives):
        so_far = math.inf
        for row in summary.of(item.name).to_dict("records"):
            scores = [
                findings.scores(trial)[index]
                for trial in findings.complete
                if trial.generation == row["generation"]
            ]
            so_far = min([so_far, *scores])
            assert row["best"] == min(scores)
            assert row["median"] == pytest.approx(statistics.median(scores))
            assert row["lower"] <= row["median"] <= row["upper"]
            assert row["best_so_far"] == so_far


@pytest.mark.parametrize("count", [activation_shares, depth_shares])
def test_shares_add_up_and_equal_the_counts(
    runs: Runs, count: Callable[[Findings], Shares]
) -> None:
    """In each generation the shares add up to one and equal counting by hand."""
    findings = runs("conflict").findings
    shared = count(findings)
    for place, generation in enumerate(shared.generations):
        assert sum(row[place] for row in shared.shares.values()) == pytest.approx(1)
        trials = [trial for trial in findings.searched if trial.generation == generation]
        if shared.trait == "activation":
            linear = sum(trial.genome["activation"] == "linear" for trial in trials)
            assert shared.shares["linear"][place] == pytest.approx(linear / len(trials))


def test_activations_of_layers_have_axes(runs: Runs) -> None:
    """The activations of the first and the last layer have an axis each (one layer: one)."""
    several, one = (
        {each.title: each for each in coordinates(runs(name).findings).coordinates}
        for name in ("mixed", "mixed, alone")
    )
    assert {"first activation", "last activation", "hidden units"} <= set(several)
    assert [text for _, text in several["last activation"].ticks] == ["linear", "relu", "tanh"]
    assert [text for _, text in one["activation"].ticks] == ["elu", "none", "tanh"]
    best = runs("mixed").best.genome["hidden"]
    assert isinstance(best, tuple)
    for place, title in ((0, "first activation"), (-1, "last activation")):
        axis, layer = several[title], best[place]
        distances = {text: abs(at - axis.positions[0]) for at, text in axis.ticks}
        assert isinstance(layer, tuple)
        assert min(distances, key=lambda text: distances[text]) == layer[1]


@given(
    st.lists(
        st.lists(st.floats(1e-12, 1e3) | st.just(math.inf), min_size=3, max_size=3),
        min_size=1,
        max_size=9,
    )
)
def test_quartiles_of_curves_count_diverged_as_worst(rows: list[list[float]]) -> None:
    """Quartiles over replicates equal numpy's if all are finite; infinity is the largest value."""
    ordered = np.sort(np.array(rows), axis=0)
    for share in (0.25, 0.5, 0.75):
        ours = quantile(ordered, share)
        for column, value in zip(ordered.T, ours, strict=True):
            if np.isfinite(column).all():
                assert value == pytest.approx(np.quantile(column, share))
            else:
                above = math.ceil(share * (len(column) - 1))
                assert np.isinf(value) == np.isinf(column[above])


def test_parallel_lines_stay_on_their_axes(any_run: Run) -> None:
    """Every trial crosses every axis between its ends, and the champion is the first line."""
    parallel = coordinates(any_run.findings)
    for coordinate in parallel.coordinates:
        assert len(coordinate.positions) == len(parallel.labels)
        assert np.isfinite(coordinate.positions).all()
        assert (np.abs(coordinate.positions - 0.5) <= 0.5 + SPREAD).all()
        assert all(-1e-9 <= place <= 1 + 1e-9 for place, _ in coordinate.ticks)
    if any_run.findings.front:
        assert parallel.labels[0] == wording.described(any_run.best)


def test_gene_axes_span_all_trials(runs: Runs) -> None:
    """The ends of an axis are the lowest and the highest learning rate of all trials."""
    findings = runs("one point").findings
    axis = next(
        coordinate
        for coordinate in coordinates(findings).coordinates
        if coordinate.title == "learning rate"
    )
    tried = [math.log10(float(str(each.genome["learning_rate"]))) for each in findings.searched]
    ranked = [math.log10(float(str(each.genome["learning_rate"]))) for each in findings.complete]
    expected = sorted((rate - min(tried)) / (max(tried) - min(tried)) for rate in ranked)
    assert sorted(axis.positions) == pytest.approx(expected)
    assert axis.held == ""


def test_fresh_seeds_count_the_unbeaten(runs: Runs) -> None:
    """The number of trials that none dominates on fresh seeds equals comparing all pairs."""
    run = runs("conflict")
    rng = np.random.default_rng(1)
    names = run.experiment.evolution.objectives
    champions = [
        replace(each, fresh_objectives=dict(zip(names, rng.integers(1, 9, 2), strict=True)))
        for each in run.champions
    ]
    findings = Findings(run.experiment, run.all_trials, tuple(champions))
    rows = {each.number: tuple(each.fresh_objectives.values()) for each in champions}
    unbeaten = sum(
        not any(
            other != rows[trial.number]
            and all(a <= b for a, b in zip(other, rows[trial.number], strict=True))
            for other in rows.values()
        )
        for trial in findings.front
    )
    assert dominance.unbeaten_on_fresh_seeds(findings) == unbeaten
    assert dominance.unbeaten_on_fresh_seeds(Findings(run.experiment, run.all_trials)) is None


def test_fixed_genes_have_no_axis(runs: Runs) -> None:
    """A gene that does not vary has no axis."""
    titles = [
        coordinate.title for coordinate in coordinates(runs("fixed genes").findings).coordinates
    ]
    assert "activation" not in titles
    assert "learning rate" in titles


def test_trials_are_thinned_the_same_way_every_time() -> None:
    """Of any number of trials a limited number is drawn, the first and the last among them."""
    assert thinned(7) == list(range(7))
    chosen = thinned(100_000)
    assert len(chosen) <= MOST_POINTS
    assert (chosen[0], chosen[-1]) == (0, 99_999)
    assert chosen == thinned(100_000)
