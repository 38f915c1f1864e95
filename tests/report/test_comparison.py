"""Comparisons of runs: every table against a naive twin, and what odd runs are told."""

import json
import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.analysis.differences import differences, settings
from neuroevo.analysis.findings import Findings
from neuroevo.analysis.histories import (
    best_so_far,
    distribution,
    hypervolume_so_far,
    median_course,
)
from neuroevo.analysis.rank_test import rank_tests
from neuroevo.errors import NeuroevoError, UsageError
from neuroevo.evaluation import OBJECTIVES
from neuroevo.report.comparison import ComparedRuns, compare_runs, comparison_page
from neuroevo.report.comparison.figures import COMPARISON_FIGURES
from neuroevo.report.comparison.opening import opening, what_differs
from neuroevo.report.run import Run
from neuroevo.runs import Trial

Runs = Callable[[str], Run]

scores = st.lists(st.sampled_from([1e-14, 0.001, 0.5, 1.0, 3.0, math.nan]), max_size=30)


def seeded(findings: Findings, seed: int, worse: float = 1.0) -> Findings:
    """Return findings as those of another seed, all objectives times a factor."""

    def changed(trial: Trial) -> Trial:
        return replace(
            trial, objectives={name: value * worse for name, value in trial.objectives.items()}
        )

    asked = findings.experiment.replace(seed=seed)
    return Findings(asked, tuple(map(changed, findings.trials)), identity=f"mouse-{seed}-{worse}")


def wider(findings: Findings, population: int) -> Findings:
    """Return findings as those of another setting."""
    asked = findings.experiment
    other = asked.replace(evolution=asked.evolution.replace(population=population))
    return replace(findings, experiment=other, identity=f"{findings.identity}-wider")


@pytest.fixture
def six(runs: Runs) -> list[Findings]:
    """Two settings, three seeds each, the second a little worse."""
    findings = runs("conflict").findings
    better = [seeded(findings, seed, 1 + seed / 50) for seed in (1, 2, 3)]
    worse = [wider(seeded(findings, seed, 1.5 + seed / 50), population=32) for seed in (1, 2, 3)]
    return [*better, *worse]


@given(scores)
def test_history_is_the_minimum_so_far(column: list[float]) -> None:
    """Between its rows and after the last the history says what a loop over the trials finds."""
    table = best_so_far(np.array(column), np.arange(len(column), dtype=float))
    best, expected = math.inf, {}
    for count, score in enumerate(column, start=1):
        best = min(best, score) if not math.isnan(score) else best
        expected[count] = best
    for count, lowest in expected.items():
        rows = table[table["trials"] <= count]
        assert (rows["best"].iloc[-1] if len(rows) else math.inf) == lowest
    assert table["best"].is_monotonic_decreasing
    assert not len(table) or table["trials"].iloc[-1] == len(column)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=12))
def test_hypervolume_is_the_area_that_is_dominated(points: list[tuple[int, int]]) -> None:
    """After each trial the hypervolume of whole points is the number of squares they dominate."""
    fitnesses = np.array(points, dtype=float)
    table = hypervolume_so_far(fitnesses, np.zeros(len(points)), (8.0, 7.0))
    for count in range(1, len(points) + 1):
        squares = sum(
            any(x <= across and y <= up for x, y in points[:count])
            for across in range(8)
            for up in range(7)
        )
        assert table[table["trials"] <= count]["hypervolume"].iloc[-1] == squares


@given(scores)
def test_distribution_counts_all_trials(column: list[float]) -> None:
    """The share at a value is that of the trials as good or better among all, failed ones too."""
    table = distribution(np.array(column))
    assert list(table["value"]) == sorted({each for each in column if not math.isnan(each)})
    for value, share in zip(table["value"], table["share"], strict=True):
        assert share == pytest.approx(sum(each <= value for each in column) / len(column))


@given(
    st.lists(
        st.dictionaries(st.integers(0, 12), st.integers(0, 9), min_size=1), min_size=1, max_size=5
    )
)
def test_median_course_is_the_median_of_the_steps(steps: list[dict[int, int]]) -> None:
    """Wherever all step functions are known, theirs is the median of their values there."""
    ordered = [sorted(each.items()) for each in steps]
    courses = [tuple(np.array(column, dtype=float) for column in zip(*each)) for each in ordered]  # noqa: B905 - pairs
    grid, median = median_course(courses)  # type: ignore[arg-type] # pairs of arrays
    first, last = max(each[0][0] for each in ordered), min(each[-1][0] for each in ordered)
    known = [x for x in range(13) if first <= x <= last and any(x in each for each in steps)]
    assert grid.tolist() == known
    for x, value in zip(known, median, strict=True):
        values = [[y for at, y in each if at <= x][-1] for each in ordered]
        assert value == statistics.median(values)


@given(
    st.lists(st.integers(0, 5), min_size=2, max_size=4),
    st.lists(st.integers(0, 5), min_size=2, max_size=4),
)
def test_rank_test_goes_through_all_arrangements(ours: list[int], theirs: list[int]) -> None:
    """The p-value is the share of arrangements that lie as far out, the effect counts pairs."""

    def wins(one: Sequence[int], other: Sequence[int]) -> float:
        return sum((a < b) + (a == b) / 2 for a in one for b in other)

    [test] = rank_tests({"ours": ours, "theirs": theirs})
    assert test.superiority == wins(ours, theirs) / (len(ours) * len(theirs))
    together = [*ours, *theirs]
    arranged = []
    for chosen in combinations(range(len(together)), len(ours)):
        rest = [value for place, value in enumerate(together) if place not in chosen]
        arranged.append(wins([together[place] for place in chosen], rest))
    found = wins(ours, theirs)
    tails = [sum(each <= found for each in arranged), sum(each >= found for each in arranged)]
    assert test.p_value == pytest.approx(min(1.0, 2 * min(tails) / len(arranged)))
    assert test.least == pytest.approx(2 / len(arranged))


def test_rank_tests_are_adjusted_for_their_number() -> None:
    """Three settings give three tests; Holm's p-values are larger, in the same order, below 1."""
    values = {name: [start + each for each in range(5)] for name, start in zip("abc", (0, 4, 9))}  # noqa: B905 - three
    tests = rank_tests({**values, "alone": [1.0], "failed": [math.nan, 1.0]})
    assert [(test.first, test.second) for test in tests] == [("a", "b"), ("a", "c"), ("b", "c")]
    ordered = sorted(tests, key=lambda test: test.p_value)
    for rank, test in enumerate(ordered):
        assert test.adjusted >= min(1.0, (3 - rank) * test.p_value)
        assert test.least == pytest.approx(3 * 2 / math.comb(10, 5))
    assert [test.adjusted for test in ordered] == sorted(test.adjusted for test in tests)


def test_fronts_and_dominance_equal_those_of_loops(six: list[Findings]) -> None:
    """Each front is the run's own; what dominates it is what comparing all pairs finds."""
    comparison = ComparedRuns.of(six)
    for each in comparison.contenders:
        assert each.front == each.findings.front
    points = {
        label: list(zip(rows["final_mse"], rows["samples_to_target"], strict=True))
        for label, rows in comparison.fronts.groupby("run", sort=False)
    }
    for run, by, dominated, front in comparison.dominance.to_numpy():
        beaten = [
            any(a <= x and b <= y and (a, b) != (x, y) for a, b in points[by])
            for x, y in points[run]
        ]
        assert (dominated, front) == (sum(beaten), len(beaten))
    assert comparison.unbeaten[comparison.labels[0]] == len(points[comparison.labels[0]])


def test_order_of_runs_only_permutes(six: list[Findings]) -> None:
    """Whatever the order, each run has the same numbers, and the same keys differ."""
    first, *others = [
        ComparedRuns.of(list(order)) for order in (six, six[::-1], [six[4], *six[:4], six[5]])
    ]
    for other in others:
        assert list(first.differences["key"]) == list(other.differences["key"])
        for measure in (*first.measures, "hypervolume", "unbeaten", "front"):
            one, two = (each.runs.set_index("name")[measure].to_dict() for each in (first, other))
            assert one == pytest.approx(two, nan_ok=True)
        assert len(first.histories) == len(other.histories)
        assert len(first.hypervolumes) == len(other.hypervolumes)


def test_only_keys_that_differ_are_told(runs: Runs) -> None:
    """The differences are the keys that were changed, with the values that they were given."""
    asked = runs("one point").experiment
    other = asked.replace(seed=3, training=asked.training.replace(l2=0.5, batch_size=8))
    assert differences([asked, asked]) == {}
    assert differences([asked, other, asked]) == {
        "training.batch_size": (1, 8, 1),
        "training.l2": (0.0, 0.5, 0.0),
        "seed": (2017, 3, 2017),
    }
    assert settings([asked, other, asked, other.replace(seed=4, name="b")]) == (0, 1, 0, 1)


def test_settings_are_named_by_what_tells_them_apart(six: list[Findings]) -> None:
    """One short difference names settings; where experiments have own names, these do."""
    comparison = ComparedRuns.of(six)
    assert list(comparison.settings) == ["population 24", "population 32"]
    assert comparison.labels[0] == "population 24, seed 1"
    named = [
        replace(each, experiment=each.experiment.replace(name="ab"[place // 3]))
        for place, each in enumerate(six)
    ]
    assert list(ComparedRuns.of(named).settings) == ["a", "b"]
    assert ComparedRuns.of(named[2:4]).labels == ("a", "b")
    assert ComparedRuns.of(six[:3]).labels == ("seed 1", "seed 2", "seed 3")


def test_labels_are_distinct_whatever_is_compared(runs: Runs, six: list[Findings]) -> None:
    """The same run twice, equal ids, equal seeds: no two runs are called the same."""
    findings = runs("one point").findings
    for compared in (
        [findings, findings],
        [*six, *six],
        [replace(findings, identity=""), findings, runs("conflict").findings],
    ):
        comparison = ComparedRuns.of(compared)
        assert len(set(comparison.labels)) == len(compared)


def test_what_runs_have_in_common_is_compared(runs: Runs) -> None:
    """Of different objectives the common ones are compared; the others are named."""
    three, two, one = (
        runs(name).findings for name in ("three objectives", "conflict", "negative objective")
    )
    comparison = ComparedRuns.of([three, two])
    assert [item.name for item in comparison.objectives] == ["final_mse", "samples_to_target"]
    assert comparison.uncommon == {"parameters": (comparison.labels[0],)}
    assert any("parameters" in sentence for sentence in what_differs(comparison))
    points = {three.scores(trial)[:2] for trial in three.complete}
    front = {(x, y) for x, y in points if not any(a <= x and b <= y for a, b in points - {(x, y)})}
    assert {three.scores(trial)[:2] for trial in comparison.contenders[0].front} == front
    assert [item.name for item in ComparedRuns.of([one, two]).objectives] == ["final_mse"]
    nothing = ComparedRuns.of([runs("one objective").findings, one])
    assert nothing.objectives == ()
    assert "no objective in common" in " ".join(what_differs(nothing))
    assert "No run has a completed trial" in comparison_page(nothing, linked_from="/")


def test_scores_of_different_things_are_warned_of(runs: Runs) -> None:
    """Where the task or the budget differs, that comes first, and no ratio is told."""
    findings = runs("conflict").findings
    asked, worse = findings.experiment, seeded(findings, findings.experiment.seed, 20.0)
    for other, key in (
        (asked.replace(training=asked.training.replace(samples=500)), "training.samples"),
        (asked.replace(task={"kind": "mouse", "count": 77}), "task.count"),
    ):
        comparison = ComparedRuns.of([findings, replace(worse, experiment=other)])
        assert comparison.cautions == (key,)
        lead = opening(comparison).lead
        assert lead.startswith(f"Take care: {key} differs")
        assert "times lower" not in lead
    comparable = ComparedRuns.of([findings, wider(worse, population=9)])
    assert comparable.cautions == ()
    assert "20 times lower" in opening(comparable).lead


def test_counts_fit_each_other(runs: Runs) -> None:
    """Trials are told with the baselines, as everywhere, and each has a network a replicate."""
    found = [runs(name).findings for name in ("conflict", "one point")]
    table = ComparedRuns.of(found).runs
    assert all(each.baselines for each in found)
    assert table["trials"].tolist() == [len(each.trials) for each in found]
    replicates = [each.experiment.training.replicates for each in found]
    assert table["networks"].tolist() == (table["trials"] * replicates).tolist()


def test_equal_runs_are_said_to_be_equal(runs: Runs) -> None:
    """Two runs of one experiment and seed must agree, and the page says whether they do."""
    findings = runs("conflict").findings
    half = replace(findings, trials=findings.trials[:100], finished=False)
    same, other = ComparedRuns.of([findings, findings]), ComparedRuns.of([findings, half])
    assert what_differs(same)[0].endswith("; these do.")
    assert "Where these don’t" in what_differs(other)[0]
    assert "Not finished" in opening(other).lead
    assert other.runs["finished"].tolist() == [True, False]


def test_what_runs_ran_on_is_told(runs: Runs) -> None:
    """A run on another machine or version than the first is named with what is different."""
    findings = runs("one point").findings
    libraries = {**findings.environment["libraries"], "numpy": "1.0"}
    other = replace(findings, environment={**findings.environment, "libraries": libraries})
    comparison = ComparedRuns.of([findings, other])
    [(label, [line])] = comparison.environments.items()
    assert label == comparison.labels[1]
    assert line.startswith("numpy 1.0, was ")


def test_spread_is_median_and_range(six: list[Findings]) -> None:
    """Each setting's spread is that of its runs' best; three against three is not enough."""
    comparison = ComparedRuns.of(six)
    spreads = comparison.spreads[comparison.spreads["measure"] == "final_mse"]
    for row, group in zip(spreads.itertuples(), comparison.settings.values(), strict=True):
        best = [min(each.findings.scores(trial)[0] for trial in each.front) for each in group]
        assert (row.lowest, row.highest) == (min(best), max(best))
        assert row.median == statistics.median(best)
    [test] = comparison.tests["final_mse"]
    assert (test.superiority, test.p_value, test.least) == (1.0, 0.1, 0.1)
    assert "too few to show a difference" in COMPARISON_FIGURES["spread"].caption(comparison)


def test_best_configurations_mark_what_differs(runs: Runs) -> None:
    """Genes stand side by side, with the setting where a gene is none, marked where they differ."""
    one, many = runs("one point"), runs("many genes")
    table = ComparedRuns.of([one.findings, many.findings]).configurations.set_index("gene")
    for run, label in zip((one, many), table.columns[1:], strict=True):
        own = {gene: value for gene, value in table[label].items() if gene in run.best.genome}
        assert own == run.best.genome
    assert table.loc["optimizer"].iloc[1] == one.experiment.training.optimizer
    unequal = [row.iloc[1] != row.iloc[2] for _, row in table.iterrows()]
    assert table["differs"].tolist() == unequal


def test_every_comparison_has_its_figures_and_page(any_run: Run, runs: Runs) -> None:
    """With whatever odd run, figures are strict JSON, captions sentences, and the page whole."""
    odd = any_run.findings
    compared = [odd, seeded(odd, 5), wider(runs("conflict").findings, population=9)]
    comparison = ComparedRuns.of(compared)
    for plot in COMPARISON_FIGURES.values():
        json.dumps(plot.draw(comparison), allow_nan=False)
        caption = plot.caption(comparison)
        assert caption.endswith(".")
        assert "nan" not in caption
    html = comparison_page(comparison, linked_from="/assets/")
    assert "http" not in html.replace("Content-Security-Policy", "").replace("http-equiv", "")
    assert opening(comparison).title.endswith(".")


def test_plotly_accepts_every_figure(six: list[Findings]) -> None:
    """Each figure is one that plotly takes, of groups and of a pair; another name is refused."""
    for comparison in (ComparedRuns.of(six), ComparedRuns.of(six[:2])):
        for name, plot in COMPARISON_FIGURES.items():
            assert len(comparison.figure(name).data) == len(plot.draw(comparison)["data"])
    with pytest.raises(UsageError, match="fronts, spread, history"):
        ComparedRuns.of(six).figure("bogus")


def test_one_run_is_no_comparison(runs: Runs) -> None:
    """Fewer than two runs are refused."""
    with pytest.raises(UsageError, match="two or more"):
        ComparedRuns.of([runs("one point").findings])


def test_runs_are_opened_with_all_problems_at_once(runs: Runs, tmp_path: Path) -> None:
    """Missing and repeated runs are refused in a line each; equal ids are told by their paths."""
    one, two = runs("one point"), runs("conflict")
    comparison = compare_runs([one, str(two.folder.path)])
    assert {each.name for each in comparison.contenders} == {
        str(one.folder.path),
        str(two.folder.path),
    }
    with pytest.raises(NeuroevoError) as refused:
        compare_runs([one, "nope", one.folder.path, "neither"], tmp_path)
    assert [line.split(" but got ")[-1] for line in refused.value.problems] == [
        "'nope'",
        f"{one.folder.id} again",
        "'neither'",
    ]


def test_objectives_that_can_be_negative_are_compared(runs: Runs) -> None:
    """An area under a log curve is below 0, and its hypervolume is measured all the same."""
    findings = runs("negative objective").findings
    comparison = ComparedRuns.of([findings, seeded(findings, 3)])
    assert comparison.objectives[0] is OBJECTIVES["curve_area"]
    assert comparison.runs["hypervolume_share"].tolist() == [1.0, 1.0]
