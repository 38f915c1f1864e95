"""The figures: their data against naive twins, and their drawings in every odd run."""

import json
import math
import statistics
from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plotly.graph_objects import Figure

from neuroevo import wording
from neuroevo.analysis import dominance
from neuroevo.analysis.coordinates import SPREAD, coordinates
from neuroevo.analysis.findings import Findings
from neuroevo.analysis.front_history import front_history, is_one_sided
from neuroevo.analysis.generation_spreads import generation_spreads
from neuroevo.analysis.population import Shares, activation_shares, depth_shares
from neuroevo.analysis.replicate_curves import CHAMPION, FRONT, QUICKEST, quantile, replicate_curves
from neuroevo.analysis.thinning import MOST_POINTS, thinned
from neuroevo.evaluation import is_read
from neuroevo.report.plots import (
    CHAPTERS,
    FIGURES,
    learning_curves,
    network,
    parallel_coordinates,
    pareto_front,
    population_shares,
    progress,
)
from neuroevo.report.run import Run

Runs = Callable[[str], Run]


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_builds_for_every_run(any_run: Run, name: str) -> None:
    """Plotly accepts each figure of each odd run, and its payload is strict JSON."""
    plot = FIGURES[name]
    specification = plot.draw(plot.data(any_run.findings))
    json.dumps(specification, allow_nan=False)
    figure = any_run.figure(name)
    assert len(figure.data) == len(specification["data"])
    assert all("coloraxis" in figure.layout or trace.type for trace in figure.data)


def test_every_figure_builds_for_one_trial(runs: Runs) -> None:
    """A run of one trial beside its baselines has each figure that it can have, and its words."""
    findings = runs("conflict").findings
    alone = replace(findings, trials=(*findings.baselines, findings.searched[0]))
    for plot in FIGURES.values():
        data = plot.data(alone)
        Figure(plot.draw(data))
        assert isinstance(plot.caption(data), str)


@pytest.mark.parametrize("name", FIGURES)
def test_every_caption_is_a_sentence(any_run: Run, name: str) -> None:
    """Each figure says what to see in it, or why nothing; without words it draws nothing."""
    plot = FIGURES[name]
    data = plot.data(any_run.findings)
    caption = plot.caption(data)
    assert caption.endswith(".") or (caption == "" and plot.draw(data)["data"] == [])
    assert "nan" not in caption.split()


def test_front_shows_every_trial_once(any_run: Run) -> None:
    """Cloud, front and complete baselines are each drawn once; the rest is counted."""
    findings = any_run.findings
    front = front_history(findings)
    assert front.points["number"].is_unique
    assert len(front.role("front")) == len(findings.front)
    drawn = len(front.role("front")) + len(front.role("trial"))
    assert drawn + front.missing == len(findings.searched)


def test_front_says_whether_objectives_conflict(runs: Runs) -> None:
    """One network on the front, or one within a hair, is no conflict; a wide front is one."""
    single = front_history(runs("one point").findings)
    wide = front_history(runs("conflict").findings)
    assert is_one_sided(single)
    assert not is_one_sided(wide)
    assert "do not conflict" in pareto_front.caption(single)
    assert "trade the objectives" in pareto_front.caption(wide)


def test_front_has_a_panel_for_each_further_objective(runs: Runs) -> None:
    """Two objectives share one panel, three take two, one alone is drawn over the trials."""
    panels = {
        name: len(pareto_front.pairs_of(front_history(runs(name).findings)))
        for name in ("one objective", "conflict", "three objectives")
    }
    assert panels == {"one objective": 1, "conflict": 1, "three objectives": 2}


def test_progress_equals_the_statistics_of_each_generation(runs: Runs) -> None:
    """Best, median and best so far are those that plain statistics give."""
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


def test_progress_names_the_generations(runs: Runs) -> None:
    """The caption names the generation of the best and when the median followed."""
    summary = generation_spreads(runs("one objective").findings)
    rows = summary.generations
    best = rows["best"].min()
    found = rows.loc[rows["best"] == best, "generation"].iloc[0]
    assert f"found in generation {found};" in progress.caption(summary)


@pytest.mark.parametrize("count", [activation_shares, depth_shares])
def test_shares_add_up_and_equal_the_counts(
    runs: Runs, count: Callable[[Findings], Shares]
) -> None:
    """In each generation the shares add up to one and equal what counting by hand gives."""
    findings = runs("conflict").findings
    shared = count(findings)
    for place, generation in enumerate(shared.generations):
        assert sum(row[place] for row in shared.shares.values()) == pytest.approx(1)
        trials = [trial for trial in findings.searched if trial.generation == generation]
        if shared.trait == "activation":
            linear = sum(trial.genome["activation"] == "linear" for trial in trials)
            assert shared.shares["linear"][place] == pytest.approx(linear / len(trials))


def test_activations_of_layers_share_the_layers(runs: Runs) -> None:
    """Where each layer has its own activation, the shares are those of all hidden layers."""
    findings = runs("mixed").findings
    shared = activation_shares(findings)
    layers: dict[int, list[str]] = {}
    for trial in findings.searched:
        hidden = trial.genome["hidden"]
        assert isinstance(hidden, tuple)
        names = [layer[1] for layer in hidden if isinstance(layer, tuple)]
        layers.setdefault(trial.generation, []).extend(names)
    assert set(shared.shares) == {"linear", "tanh", "relu"}
    for name, row in shared.shares.items():
        assert row == pytest.approx([each.count(name) / len(each) for each in layers.values()])
    axis = population_shares.draw(shared)["layout"]["yaxis"]
    assert axis["title"]["text"] == "share of the hidden layers"
    assert " layers " in population_shares.caption(shared)


def test_activations_of_layers_have_axes(runs: Runs) -> None:
    """The first and the last layer's activation are an axis each; one where no more layers are."""
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


def test_one_generation_is_drawn_as_bars(runs: Runs) -> None:
    """A single generation has no area: it is shown as bars."""
    findings = runs("four trials").findings
    specification = population_shares.draw(activation_shares(findings))
    assert {trace["type"] for trace in specification["data"]} == {"bar"}


@given(
    st.lists(
        st.lists(st.floats(1e-12, 1e3) | st.just(math.inf), min_size=3, max_size=3),
        min_size=1,
        max_size=9,
    )
)
def test_quartiles_of_curves_count_diverged_as_worst(rows: list[list[float]]) -> None:
    """Quartiles over replicates equal numpy's where all is finite; infinity is the largest."""
    ordered = np.sort(np.array(rows), axis=0)
    for share in (0.25, 0.5, 0.75):
        ours = quantile(ordered, share)
        for column, value in zip(ordered.T, ours, strict=True):
            if np.isfinite(column).all():
                assert value == pytest.approx(np.quantile(column, share))
            else:
                above = math.ceil(share * (len(column) - 1))
                assert np.isinf(value) == np.isinf(column[above])


def test_curves_name_champion_and_baselines(runs: Runs) -> None:
    """The champion comes first, then the quickest of a wide front, every baseline, the others."""
    run = runs("conflict")
    names = [curve.name for curve in replicate_curves(run.findings).curves]
    first = [CHAMPION, QUICKEST]
    baselines = [trial.name for trial in run.baselines]
    others = len(run.findings.excerpt()) - len(first)
    assert names == [*first, *baselines, *[FRONT] * others]
    drawn = learning_curves.draw(replicate_curves(run.findings))["data"]
    assert [trace["showlegend"] for trace in drawn if trace.get("name") == names[-1]].count(
        True
    ) == 1
    without = replicate_curves(runs("no baselines").findings).curves
    assert [curve.name for curve in without] == [CHAMPION]


def test_curves_that_stop_at_the_target_are_said_to(runs: Runs) -> None:
    """Where a training stops at the target, the caption explains the flat end of its curve."""
    run = runs("one objective")
    for stops in (False, True):
        training = run.experiment.training.replace(stop_at_target=stops)
        findings = replace(run.findings, experiment=run.experiment.replace(training=training))
        told = learning_curves.caption(replicate_curves(findings))
        assert ("stops at the target, and its curve goes on flat" in told) == stops


def test_parallel_lines_stay_on_their_axes(any_run: Run) -> None:
    """Every trial crosses every axis within its ends, and the champion is the first line."""
    parallel = coordinates(any_run.findings)
    for coordinate in parallel.coordinates:
        assert len(coordinate.positions) == len(parallel.labels)
        assert np.isfinite(coordinate.positions).all()
        assert (np.abs(coordinate.positions - 0.5) <= 0.5 + SPREAD).all()
        assert all(-1e-9 <= place <= 1 + 1e-9 for place, _ in coordinate.ticks)
    if any_run.findings.front:
        assert parallel.labels[0] == wording.described(any_run.best)


def test_champion_has_no_dot_on_genes_that_it_does_not_read(runs: Runs) -> None:
    """What the champion's optimizer or schedule does not read is without a dot and named."""
    findings = runs("many genes").findings
    parallel = coordinates(findings)
    unread = [
        name.replace("_", " ")
        for name in findings.experiment.space.genes
        if not is_read(name, findings.front[0].genome)
    ]
    assert unread
    dots = parallel_coordinates.draw(parallel)["data"][-1]["marker"]["size"]
    titles = [coordinate.title for coordinate in parallel.coordinates]
    assert [title for title, size in zip(titles, dots, strict=True) if not size] == unread
    assert f"no dot there: {wording.listed(unread)}." in parallel_coordinates.caption(parallel)
    plain = coordinates(runs("one point").findings)
    assert "no dot" not in parallel_coordinates.caption(plain)


def test_gene_axes_span_all_that_was_tried(runs: Runs) -> None:
    """The lowest and the highest learning rate tried, diverged or not, are the axis' ends."""
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


def test_objectives_that_are_cut_are_said_to_be(runs: Runs) -> None:
    """An objective's axis ends below a far outlier, and only then the caption says where."""
    run = runs("one objective")
    scores = [*np.linspace(100, 200, 99), 1e9]
    trials = [
        replace(run.best, number=place, objectives={"samples_to_target": float(score)})
        for place, score in enumerate(scores)
    ]
    for kept, cut in ((trials, True), (trials[:-1], False)):
        parallel = coordinates(Findings(run.experiment, tuple(kept)))
        assert ("lie at the top of that axis" in parallel_coordinates.caption(parallel)) == cut


def test_front_names_networks_that_a_baseline_beats(runs: Runs) -> None:
    """The caption counts the front's networks that a baseline beats, and names who is missing."""
    run = runs("conflict")
    lowest = dict.fromkeys(run.experiment.evolution.objectives, 1e-20)
    baselines = [replace(run.baselines[0], objectives=lowest, state="complete")]
    missing = replace(run.baselines[1], objectives={}, state="diverged")
    findings = Findings(run.experiment, (*baselines, missing, *run.findings.searched))
    caption = pareto_front.caption(front_history(findings))
    size = len(findings.front)
    assert f"For all {size} networks of the front a baseline is as good" in caption
    assert f"{missing.name} is not drawn, having diverged." in caption


def test_fresh_seeds_count_the_unbeaten(runs: Runs) -> None:
    """How many of the front stay unbeaten equals comparing everybody with everybody."""
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


def test_diverged_baseline_is_called_so_in_the_legend(runs: Runs) -> None:
    """A baseline whose training diverged carries that in its legend entry."""
    findings = runs("all diverged").findings
    first = findings.baselines[0]
    curve = tuple(1.0 for _ in first.curve)
    findings = Findings(findings.experiment, (replace(first, curve=curve),))
    drawn = learning_curves.draw(replicate_curves(findings))
    assert [trace["name"] for trace in drawn["data"]] == [f"{first.name} (diverged)"]


def test_fixed_genes_have_no_axis(runs: Runs) -> None:
    """A gene that never varies takes no room among the axes."""
    titles = [
        coordinate.title for coordinate in coordinates(runs("fixed genes").findings).coordinates
    ]
    assert "activation" not in titles
    assert "learning rate" in titles


def test_network_of_a_run_without_champion_is_empty(runs: Runs) -> None:
    """Where all diverged there is no network, and the caption says so."""
    drawn = network.data(runs("all diverged").findings)
    assert network.draw(drawn)["data"] == []
    assert network.caption(drawn) == "There is no trained network to draw."


def test_names_are_harmless_in_labels(runs: Runs) -> None:
    """No label of a figure holds markup that somebody else wrote."""
    findings = runs("script names").findings
    for plot in FIGURES.values():
        text = json.dumps(plot.draw(plot.data(findings)))
        for markup in ("<script", "<img", "<a "):
            assert markup not in text


def test_clouds_are_thinned_the_same_way_every_time() -> None:
    """However many trials, at most so many points are drawn, the first and last among them."""
    assert thinned(7) == list(range(7))
    chosen = thinned(100_000)
    assert len(chosen) <= MOST_POINTS
    assert (chosen[0], chosen[-1]) == (0, 99_999)
    assert chosen == thinned(100_000)


def test_figures_stand_in_the_order_of_their_chapters() -> None:
    """The table of figures goes through the chapters once, from the first to the last."""
    order = list(CHAPTERS)
    places = [order.index(plot.chapter) for plot in FIGURES.values()]
    assert places == sorted(places)


def test_the_table_of_figures_cannot_be_changed() -> None:
    """The one table of figures is read-only and has the promised names."""
    assert isinstance(FIGURES, MappingProxyType)
    assert {"pareto_front", "progress", "learning_curves", "parallel_coordinates"} <= set(FIGURES)
    assert {"population_shares", "depth_shares", "network"} <= set(FIGURES)
