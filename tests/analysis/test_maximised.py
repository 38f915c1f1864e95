"""A run whose first objective is maximised, against the same run with the negated objective.

In the invented runs r2 is -1 times the area of the curve, which is minimised; both are on a linear
scale.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from neuroevo.analysis.coordinates import coordinates
from neuroevo.analysis.descent import descent, gains
from neuroevo.analysis.dominance import (
    better_baselines,
    dominated_by_baselines,
    unbeaten_on_fresh_seeds,
)
from neuroevo.analysis.findings import Findings
from neuroevo.analysis.front_history import front_history, is_one_sided
from neuroevo.analysis.gene_slices import best_tenth, gene_slices
from neuroevo.analysis.generation_spreads import generation_spreads
from neuroevo.analysis.hypervolume_history import hypervolume_history
from neuroevo.analysis.operator_credit import operator_credit
from neuroevo.analysis.run_reader import RunReader
from neuroevo.analysis.score_distributions import score_distributions
from neuroevo.dashboard.all_trials import content
from neuroevo.dashboard.run_list import CachedRun
from neuroevo.report.comparison import ComparedRuns
from neuroevo.report.comparison.opening import opening
from neuroevo.report.drawing import stairs
from neuroevo.report.headline import headline
from neuroevo.report.plots import FIGURES
from neuroevo.report.run import Run
from neuroevo.search.outcomes import fitness_of
from neuroevo.search.stopping import Stagnation, end_of

Runs = Callable[[str], Run]


@pytest.fixture
def both(runs: Runs) -> tuple[Findings, Findings]:
    """Return the findings with the minimised and with the maximised objective."""
    area, r2 = (runs(name).findings for name in ("negative objective", "maximised objective"))
    return area, r2


def test_the_search_compares_negated_values(both: tuple[Findings, Findings]) -> None:
    """Fitnesses are the same to the bit, in a search and in a report."""
    area, r2 = both
    assert [item.maximised for item in r2.objectives] == [True, False]
    for one, other in zip(area.searched, r2.searched, strict=True):
        np.testing.assert_array_equal(
            fitness_of(one, area.objectives), fitness_of(other, r2.objectives)
        )
        assert area.costs(one) == r2.costs(other)
    np.testing.assert_array_equal(area.fitnesses(area.trials), r2.fitnesses(r2.trials))


def test_a_target_is_a_least_value(both: tuple[Findings, Findings]) -> None:
    """A search ends when a trial has at least this value of a maximised objective."""
    _, r2 = both
    best = r2.front[0].objectives["r2"]
    for target, is_reached in ((best, True), (best + 1e-9, False)):
        experiment = r2.experiment.replace(
            evolution=r2.experiment.evolution.replace(target={"r2": target})
        )
        assert bool(end_of(experiment, 1, r2.front, Stagnation(), 0.0)) is is_reached


def test_numbers_of_a_report_are_the_same(both: tuple[Findings, Findings]) -> None:
    """Front, baselines, ancestors, operators, hypervolume and the best tenth are the same."""
    area, r2 = both
    for number_of in (
        lambda each: [trial.number for trial in each.front],
        lambda each: [trial.number for trial in dominated_by_baselines(each)],
        lambda each: [
            (trial.number, baseline.number)
            for trial in each.front
            for _, baseline, _ in better_baselines(each, trial)
        ],
        unbeaten_on_fresh_seeds,
        lambda each: hypervolume_history(each).search.tolist(),
        lambda each: best_tenth(gene_slices(each)).tolist(),
        lambda each: coordinates(each).labels,
        lambda each: [step["number"].tolist() for _, step in front_history(each).steps],
        lambda each: is_one_sided(front_history(each)),
        lambda each: [
            gains(descent(each), line, place).tolist()
            for line in descent(each).lines
            for place in (0, 1)
        ],
    ):
        assert number_of(area) == number_of(r2)
    one, other = (operator_credit(each).credit for each in both)
    pd.testing.assert_frame_equal(
        one, other.rename(columns=lambda name: name.replace("r2", "curve_area"))
    )


def test_scores_are_negated(both: tuple[Findings, Findings]) -> None:
    """The best of each generation, of a summary and of a distribution are the highest values."""
    area, r2 = map(generation_spreads, both)
    spreads = area.of("curve_area"), r2.of("r2")
    for column in ("best", "median", "best_so_far"):
        np.testing.assert_allclose(spreads[0][column], -spreads[1][column])
    for one, other in zip(*(score_distributions(each).groups for each in both), strict=True):
        np.testing.assert_array_equal(one.scores[0], -other.scores[0])


def test_a_summary_has_the_highest_value(runs: Runs) -> None:
    """While a run goes on, its front and best scores are those of the negated objective."""
    area, r2 = (
        RunReader(runs(name).folder).summary()
        for name in ("negative objective", "maximised objective")
    )
    assert [trial.number for trial in area.front] == [trial.number for trial in r2.front]
    assert area.best["curve_area"] == -(r2.best["r2"] or 0)
    for one, other in zip(area.generations, r2.generations, strict=True):
        assert one.best[0] == -other.best[0]


def test_a_comparison_is_the_same(both: tuple[Findings, Findings]) -> None:
    """Two settings compare as with the negated objective, in each table and test."""
    tables = []
    for findings in both:
        half = replace(findings, trials=findings.trials[: len(findings.trials) // 2])
        evolution = findings.experiment.evolution.replace(reduction="mean")
        other = findings.experiment.replace(evolution=evolution)
        tables.append(
            ComparedRuns.of(
                [
                    findings,
                    half,
                    replace(half, experiment=other),
                    replace(findings, experiment=other.replace(seed=1)),
                ],
                ["a", "b", "c", "d"],
            )
        )
    area, r2 = tables
    for name in ("front", "unbeaten", "hypervolume_share"):
        assert area.runs[name].tolist() == r2.runs[name].tolist()
    pd.testing.assert_frame_equal(area.dominance, r2.dominance)
    for prefix in ("", "fresh."):
        np.testing.assert_allclose(
            area.runs[f"{prefix}curve_area"], -r2.runs[f"{prefix}r2"], equal_nan=True
        )
        assert area.tests[f"{prefix}curve_area"] == r2.tests[f"{prefix}r2"]
    for minimised, maximised, column in (
        (area.histories, r2.histories, "best"),
        (area.distributions, r2.distributions, "value"),
    ):
        own = minimised[minimised["objective"] == "curve_area"]
        negated = maximised[maximised["objective"] == "r2"]
        np.testing.assert_array_equal(own[column], -negated[column])
    assert "ighest median R²" in opening(r2).lead


def test_texts_say_what_is_maximised(both: tuple[Findings, Findings]) -> None:
    """No caption calls a high value of a maximised objective low or worse."""
    _, r2 = both
    assert "to minimise final MSE and to maximise R²" in headline(r2).lead
    captions = [plot.caption(plot.data(r2)) for plot in FIGURES.values()]
    assert any("Highest R²" in caption for caption in captions)
    for wrong in ("owest R²", "owest median R²", "lower R²", "R² is lowest"):
        assert not any(wrong in caption for caption in captions), wrong


def test_figures_are_turned(both: tuple[Findings, Findings]) -> None:
    """Far values are cut off where they are worse, stairs surround what the front dominates."""
    far = dict.fromkeys((40, 80), 1000.0)
    area, r2 = (
        replace(
            each,
            trials=tuple(
                replace(trial, objectives={**trial.objectives, name: sign * far[trial.number]})
                if trial.number in far
                else trial
                for trial in each.trials
            ),
        )
        for each, name, sign in zip(both, ("curve_area", "r2"), (1, -1), strict=True)
    )
    ends = [coordinates(each).coordinates[-2] for each in (area, r2)]
    assert [end.held_at_bottom for end in ends] == [False, True]
    np.testing.assert_allclose(ends[0].low, -ends[1].high)
    np.testing.assert_allclose(ends[0].high, -ends[1].low)
    for name in ("pareto_front", "slices", "distribution", "generations"):
        plot = FIGURES["progress" if name == "generations" else name]
        layouts = [plot.draw(plot.data(each))["layout"] for each in (area, r2)]
        key = "xaxis" if name == "distribution" else "yaxis"
        low, high = layouts[0][key]["range"]
        assert high < 100
        np.testing.assert_allclose(layouts[1][key]["range"], [-high, -low], rtol=1e-3)
    contours = [FIGURES["contour"].draw(FIGURES["contour"].data(each)) for each in (area, r2)]
    colours = [contour["layout"]["coloraxis"] for contour in contours]
    assert [each["reversescale"] for each in colours] == [True, False]
    np.testing.assert_allclose(colours[0]["cmin"], -colours[1]["cmax"])
    assert (stairs(r2.objectives[0]), stairs(r2.objectives[1])) == ("vh", "hv")


def test_a_table_of_trials_begins_with_the_highest_value(runs: Runs) -> None:
    """The dashboard sorts trials by a maximised objective from the highest value on."""
    run = CachedRun(runs("maximised objective").folder)
    r2, page = run.findings(), content(run, {})
    best = max(r2.scores(trial)[0] for trial in r2.trials if r2.is_complete(trial))
    first = r2.trials[int(page["rows"][0]["link"].text.split()[-1])]
    assert r2.scores(first)[0] == best
    assert page["sort"] == "-r2"
