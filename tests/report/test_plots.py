"""The figures: their data against naive computations, and their drawings for every run."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
from plotly.graph_objects import Figure

from neuroevo import wording
from neuroevo.analysis.coordinates import coordinates
from neuroevo.analysis.findings import Findings
from neuroevo.analysis.front_history import front_history, is_one_sided
from neuroevo.analysis.generation_spreads import generation_spreads
from neuroevo.analysis.population import activation_shares
from neuroevo.analysis.replicate_curves import CHAMPION, FRONT, replicate_curves
from neuroevo.report.drawing import percent_format, rounded
from neuroevo.report.plots import (
    CHAPTERS,
    FIGURES,
    champion_network,
    generations,
    learning_curves,
    parallel_coordinates,
    pareto_front,
    shares,
)
from neuroevo.report.run import Run
from neuroevo.report.theme import LIGHT
from tests.invented_findings import ending_early

Runs = Callable[[str], Run]


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_builds_for_every_run_and_has_a_caption(any_run: Run, name: str) -> None:
    """Plotly accepts each figure of each run, its payload is strict JSON, its caption a sentence.

    The caption ends with a period, or there is none and no data. The template is the same for all,
    and is left out, as plotly copies it several times.
    """
    plot = FIGURES[name]
    data = plot.data(any_run.findings)
    specification = plot.draw(data)
    json.dumps(specification, allow_nan=False)
    figure = Figure(specification | {"layout": specification["layout"] | {"template": "none"}})
    assert len(figure.data) == len(specification["data"])
    assert all("coloraxis" in figure.layout or trace.type for trace in figure.data)
    caption = plot.caption(data)
    assert caption.endswith(".") or (caption == "" and specification["data"] == [])
    assert "nan" not in caption.split()


@pytest.mark.parametrize("name", FIGURES)
def test_a_run_gives_every_figure_in_light_colours(runs: Runs, name: str) -> None:
    """It has the traces that are drawn, and the template of all figures."""
    run, plot = runs("three objectives"), FIGURES[name]
    figure = run.figure(name)
    assert len(figure.data) == len(plot.draw(plot.data(run.findings))["data"])
    assert figure.layout.template.layout.paper_bgcolor == LIGHT["ground"]


def test_every_figure_builds_for_one_trial(runs: Runs) -> None:
    """Each figure and caption can be made of a run of one trial and baselines."""
    findings = runs("conflict").findings
    alone = replace(findings, trials=(*findings.baselines, findings.searched[0]))
    for plot in FIGURES.values():
        data = plot.data(alone)
        Figure(plot.draw(data))
        assert isinstance(plot.caption(data), str)


def test_caption_of_the_front_says_whether_objectives_conflict(runs: Runs) -> None:
    """A front of one network shows no conflict of the objectives; a wide front shows one."""
    single = front_history(runs("one point").findings)
    wide = front_history(runs("conflict").findings)
    assert is_one_sided(single)
    assert not is_one_sided(wide)
    assert "do not conflict" in pareto_front.caption(single)
    assert "with trade-offs between" in pareto_front.caption(wide)


def test_front_has_a_panel_for_each_further_objective(runs: Runs) -> None:
    """One or two objectives need one panel, three need two."""
    panels = {
        name: len(pareto_front.pairs_of(front_history(runs(name).findings)))
        for name in ("one objective", "conflict", "three objectives")
    }
    assert panels == {"one objective": 1, "conflict": 1, "three objectives": 2}


def test_caption_of_progress_names_the_generation_of_the_best(runs: Runs) -> None:
    """The caption names the generation of the lowest value."""
    summary = generation_spreads(runs("one objective").findings)
    rows = summary.generations
    best = rows["best"].min()
    found = rows.loc[rows["best"] == best, "generation"].iloc[0]
    assert f"found in generation {found};" in generations.caption(summary)


def test_activations_of_layers_share_the_layers(runs: Runs) -> None:
    """If each layer has its own activation, the shares are those of all hidden layers."""
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
    axis = shares.draw(shared)["layout"]["yaxis"]
    assert axis["title"]["text"] == "share of the hidden layers"
    assert " layers, " in shares.caption(shared)


def test_one_generation_is_drawn_as_bars(runs: Runs) -> None:
    """The shares of a single generation are drawn as bars."""
    findings = runs("four trials").findings
    specification = shares.draw(activation_shares(findings))
    assert {trace["type"] for trace in specification["data"]} == {"bar"}


def test_curves_name_champion_and_baselines(runs: Runs) -> None:
    """Curves: the champion, all baselines, others of the front."""
    run = runs("conflict")
    names = [curve.name for curve in replicate_curves(run.findings).curves]
    baselines = [trial.name for trial in run.baselines]
    others = len(run.findings.excerpt()) - 1
    assert names == [CHAMPION, *baselines, *[FRONT] * others]
    drawn = learning_curves.draw(replicate_curves(run.findings))["data"]
    assert [trace["showlegend"] for trace in drawn if trace.get("name") == names[-1]].count(
        True
    ) == 1
    without = replicate_curves(runs("no baselines").findings).curves
    assert [curve.name for curve in without] == [CHAMPION]


def test_caption_of_curves_explains_a_stop_at_the_target(runs: Runs) -> None:
    """If training stops at the target, the caption explains the flat ends of the curves."""
    run = runs("one objective")
    for stops in (False, True):
        training = run.experiment.training.replace(stop_at_target=stops)
        findings = replace(run.findings, experiment=run.experiment.replace(training=training))
        text = learning_curves.caption(replicate_curves(findings))
        assert ("Training stops at the target; from there on a curve is flat" in text) == stops


def test_champion_has_no_dot_on_genes_that_it_does_not_use(runs: Runs) -> None:
    """Genes that the champion's optimizer or schedule does not use have no dot; all such are named.

    Trials that lack a gene are below all others on its axis.
    """
    findings = runs("many genes").findings
    parallel = coordinates(findings)
    genes = findings.experiment.space.genes
    words = {name: name.replace("_", " ") for name in genes}
    unread = [words[name] for name in genes if name not in findings.front[0].genome]
    assert unread
    dots = parallel_coordinates.draw(parallel)["data"][-1]["marker"]["size"]
    titles = [coordinate.title for coordinate in parallel.coordinates]
    assert [title for title, size in zip(titles, dots, strict=True) if not size] == unread
    conditional = [words[name] for name in findings.experiment.space.conditions]
    assert f"axis: {wording.listed(conditional)}." in parallel_coordinates.caption(parallel)
    for axis in parallel.coordinates:
        assert [place == 0 for place in axis.positions] == list(axis.absent) or not axis.absent
    plain = coordinates(runs("one point").findings)
    assert "not active" not in parallel_coordinates.caption(plain)


def test_penalties_have_a_place_of_their_own(runs: Runs) -> None:
    """Values that are not reached are at the top of their axis under that name, others below."""
    findings = runs("conflict").findings
    limit = next(item.limit for item in findings.objectives if item.name == "samples_to_target")
    axis = next(
        each for each in coordinates(findings).coordinates if each.title == "samples to target"
    )
    ranked = sorted(findings.complete, key=lambda trial: (findings.costs(trial), trial.number))
    scores = sorted(trial.objectives["samples_to_target"] for trial in ranked)
    beyond = sum(score > limit for score in scores)
    assert 0 < beyond < len(scores)
    assert (axis.positions == 1).sum() == beyond
    assert np.sort(axis.positions)[:-beyond].max() <= 0.9
    assert [text for place, text in axis.ticks if place > 0.9] == ["not reached"]


def test_caption_says_where_an_axis_ends_below_outliers(runs: Runs) -> None:
    """If an objective's axis ends below an outlier, the caption says where, and only then."""
    run = runs("one objective")
    evolution = run.experiment.evolution.replace(objectives=("final_mse",))
    experiment = run.experiment.replace(evolution=evolution)
    scores = [*np.linspace(100, 200, 99), 1e9]
    trials = [
        replace(run.best, number=place, objectives={"final_mse": float(score)})
        for place, score in enumerate(scores)
    ]
    for kept, cut in ((trials, True), (trials[:-1], False)):
        parallel = coordinates(Findings(experiment, tuple(kept)))
        assert ("are at the top of that axis" in parallel_coordinates.caption(parallel)) == cut


def test_caption_of_the_front_counts_dominated_networks(runs: Runs) -> None:
    """The caption counts configurations that a baseline dominates, and names diverged baselines."""
    run = runs("conflict")
    lowest = dict.fromkeys(run.experiment.evolution.objectives, 1e-20)
    baselines = [replace(run.baselines[0], objectives=lowest, state="complete")]
    missing = replace(run.baselines[1], objectives={}, state="diverged")
    findings = Findings(run.experiment, (*baselines, missing, *run.findings.searched))
    caption = pareto_front.caption(front_history(findings))
    size = len(findings.front)
    assert (
        f"For all {size} configurations of the front there is a baseline that is as good" in caption
    )
    assert f"Not drawn: {missing.name} (diverged)" in caption


def test_legend_marks_a_diverged_baseline(runs: Runs) -> None:
    """The legend entry of a diverged baseline says so."""
    findings = runs("all diverged").findings
    first = findings.baselines[0]
    curve = tuple(1.0 for _ in first.curve)
    findings = Findings(findings.experiment, (replace(first, curve=curve),))
    drawn = learning_curves.draw(replicate_curves(findings))
    assert [trace["name"] for trace in drawn["data"]] == [f"{first.name} (diverged)"]


@pytest.mark.parametrize("name", ["learning_curves", "trial_curves"])
def test_curves_of_a_run_where_all_diverged_cover_what_is_drawn(runs: Runs, name: str) -> None:
    """The legend has only curves with a line, and the axis does not reach to points without one."""
    findings = ending_early(runs("all diverged").findings)
    plot = FIGURES[name]
    drawn = plot.draw(plot.data(findings))
    lines = [trace for trace in drawn["data"] if trace.get("showlegend", True)]
    assert lines
    assert all(trace["y"][:4] == [1, 2, 40, 1000] for trace in lines)
    axis = drawn["layout"]["yaxis"]
    if name == "learning_curves":
        assert 3 < axis["range"][1] < 3.5
        assert "Not drawn, as they diverged at once: " in plot.caption(plot.data(findings))
    else:
        assert "range" not in axis  # plotly fits it to the lines that are picked
        assert "All trials diverged: a curve ends" in plot.caption(plot.data(findings))


@pytest.mark.parametrize("name", ["learning_curves", "trial_curves"])
def test_curves_without_any_line_are_said_to_be_missing(runs: Runs, name: str) -> None:
    """If no curve has two points there is no figure, and the caption says why."""
    findings = ending_early(runs("all diverged").findings)
    points = [each for each in findings.trials if each.number % 3]
    plot = FIGURES[name]
    data = plot.data(replace(findings, trials=tuple(points)))
    assert plot.draw(data)["data"] == []
    assert plot.caption(data).endswith("diverged, so there is no curve to draw.")


def test_curves_of_diverged_trials_need_no_baselines(runs: Runs) -> None:
    """Without a completed trial and baselines, those with the longest curves are drawn."""
    findings = ending_early(runs("all diverged").findings)
    plot = FIGURES["trial_curves"]
    data = plot.data(replace(findings, trials=findings.searched))
    assert "Shown first: the 10 with the longest curves." in plot.caption(data)
    assert all(trace["showlegend"] for trace in plot.draw(data)["data"])


def test_network_of_a_run_without_champion_is_empty(runs: Runs) -> None:
    """If all trials diverged there is no network, and the caption says so."""
    drawn = champion_network.data(runs("all diverged").findings)
    assert champion_network.draw(drawn)["data"] == []
    assert champion_network.caption(drawn) == "There is no trained network to draw."


def test_names_are_escaped_in_labels(runs: Runs) -> None:
    """No label of a figure contains markup of a name."""
    findings = runs("script names").findings
    for plot in FIGURES.values():
        text = json.dumps(plot.draw(plot.data(findings)))
        for markup in ("<script", "<img", "<a "):
            assert markup not in text


def test_figures_are_in_the_order_of_their_chapters() -> None:
    """The table of figures has the order of the chapters."""
    order = list(CHAPTERS)
    places = [order.index(plot.chapter) for plot in FIGURES.values()]
    assert places == sorted(places)


def test_the_table_of_figures_cannot_be_changed() -> None:
    """The table of figures is read-only and has the public names."""
    assert isinstance(FIGURES, MappingProxyType)
    assert {"pareto_front", "progress", "learning_curves", "parallel_coordinates"} <= set(FIGURES)
    assert {"population_shares", "depth_shares", "network"} <= set(FIGURES)


@pytest.mark.parametrize("name", ["pareto_front", "slices", "rank", "lineage", "progress"])
def test_markers_at_the_ends_of_axes_are_whole(runs: Runs, name: str) -> None:
    """No marker is cut where an axis ends."""
    plot = FIGURES[name]
    for trace in plot.draw(plot.data(runs("conflict").findings))["data"]:
        if (
            "markers" in trace.get("mode", "")
            and trace["x"] != [None]
            and "text" not in trace["mode"]
        ):
            assert trace.get("cliponaxis") is False


def test_no_line_shows_through_labels_of_parallel_coordinates(runs: Runs) -> None:
    """Titles and labels have an opaque background in the colour of the ground."""
    drawn = parallel_coordinates.draw(coordinates(runs("conflict").findings))
    for label in drawn["layout"]["annotations"]:
        assert label["bgcolor"] == LIGHT["ground"]
        assert label.get("opacity", 1) == 1


def test_numbers_that_are_alike_keep_the_digits_in_which_they_differ() -> None:
    """Points of a figure are where their values are, however narrow its axis is."""
    values = [-76241.7, -76241.3, math.nan, -76241.45]
    assert rounded(values) == [-76241.7, -76241.3, None, -76241.45]
    assert rounded([500000.123, 500002.9]) == [500000.123, 500002.9]
    assert rounded([-76241.31]) == [-76241.31]
    assert rounded([1 / 3, 100.0]) == [0.33333, 100]
    assert rounded([]) == []


@pytest.mark.parametrize("low", [0.0, 0.5, 0.98, 0.999, 0.99999, 0.9999999])
def test_labels_of_shares_differ(low: float) -> None:
    """At six ticks between two shares there are different percentages, with no digit too many."""
    ticks = np.linspace(low, 1, 6)
    form = percent_format(ticks)
    assert len({format(each, form) for each in ticks}) == 6
    assert form == ".0%" or len({format(each, f".{int(form[1]) - 1}%") for each in ticks}) < 6
