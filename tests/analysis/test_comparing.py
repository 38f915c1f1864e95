"""Comparisons of several runs, compared with naive code."""

import math
import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.analysis.comparison import Comparison
from neuroevo.analysis.differences import differences, settings
from neuroevo.analysis.findings import Findings
from neuroevo.analysis.histories import (
    best_so_far,
    distribution,
    hypervolume_so_far,
    median_curve,
)
from neuroevo.analysis.rank_test import rank_tests
from neuroevo.errors import NeuroevoError, UsageError
from neuroevo.evaluation import OBJECTIVES
from neuroevo.report.comparison import ComparedRuns, compare_runs
from neuroevo.report.comparison.opening import compared, what_differs
from neuroevo.report.run import Run
from tests.invented_findings import seeded

Runs = Callable[[str], Run]


scores = st.lists(st.sampled_from([1e-14, 0.001, 0.5, 1.0, 3.0, math.nan]), max_size=30)


@given(scores)
def test_history_is_the_minimum_so_far(column: list[float]) -> None:
    """At and between its rows, the history equals a loop over the trials."""
    item = OBJECTIVES["final_mse"]
    table = best_so_far(item, np.array(column), np.arange(len(column), dtype=float))
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
def test_hypervolume_is_the_dominated_area(points: list[tuple[int, int]]) -> None:
    """The hypervolume of integer points is the number of squares that they dominate."""
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
    """The share at a value counts the trials that are as good or better, among all trials."""
    table = distribution(OBJECTIVES["final_mse"], np.array(column))
    assert list(table["value"]) == sorted({each for each in column if not math.isnan(each)})
    for value, share in zip(table["value"], table["share"], strict=True):
        assert share == pytest.approx(sum(each <= value for each in column) / len(column))


@given(
    st.lists(
        st.dictionaries(st.integers(0, 12), st.integers(0, 9), min_size=1), min_size=1, max_size=5
    )
)
def test_median_curve_is_the_median_of_the_steps(steps: list[dict[int, int]]) -> None:
    """Wherever all step functions are defined, the median curve is the median of their values."""
    ordered = [sorted(each.items()) for each in steps]
    courses = [tuple(np.array(column, dtype=float) for column in zip(*each)) for each in ordered]  # noqa: B905 - pairs
    grid, median = median_curve(courses)  # type: ignore[arg-type] # pairs of arrays
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
def test_rank_test_equals_all_arrangements(ours: list[int], theirs: list[int]) -> None:
    """The p-value is the share of arrangements that are as extreme; the effect counts pairs."""

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
    """Three settings give three tests; Holm's p-values are larger, in the same order, at most 1."""
    values = {name: [start + each for each in range(5)] for name, start in zip("abc", (0, 4, 9))}  # noqa: B905 - three
    tests = rank_tests({**values, "alone": [1.0], "failed": [math.nan, 1.0]})
    assert [(test.first, test.second) for test in tests] == [("a", "b"), ("a", "c"), ("b", "c")]
    ordered = sorted(tests, key=lambda test: test.p_value)
    for rank, test in enumerate(ordered):
        assert test.adjusted >= min(1.0, (3 - rank) * test.p_value)
        assert test.least == pytest.approx(3 * 2 / math.comb(10, 5))
    assert [test.adjusted for test in ordered] == sorted(test.adjusted for test in tests)


def test_fronts_and_dominance_equal_naive_loops(six: list[Findings]) -> None:
    """Each front is that of the run; its dominated trials are those of comparing all pairs."""
    comparison = ComparedRuns.of(six)
    for each in comparison.contenders:
        assert each.front == tuple(sorted(each.findings.front, key=each.findings.costs))
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


def test_order_of_runs_changes_no_number(six: list[Findings]) -> None:
    """In any order, each run has the same numbers, and the same keys differ."""
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


def test_only_keys_that_differ_are_listed(runs: Runs) -> None:
    """The differences are the keys that were changed, with their values."""
    one = runs("one point").findings
    training = one.experiment.training.replace(l2=0.5, batch_size=8)
    changed = one.experiment.replace(seed=3, training=training)
    asked, other = one, replace(one, experiment=changed)
    assert differences([asked, asked]) == {}
    assert differences([asked, other, asked]) == {
        "training.batch_size": (1, 8, 1),
        "training.l2": (0.0, 0.5, 0.0),
        "seed": (2017, 3, 2017),
    }
    again = replace(other, experiment=other.experiment.replace(seed=4, name="b"))
    assert settings([asked, other, asked, again]) == (0, 1, 0, 1)


def test_first_genomes_that_were_given_are_another_setting(runs: Runs) -> None:
    """A run that began with given genomes is no replicate of one that drew them."""
    drawn = runs("one point").findings
    one = replace(drawn, initial=(drawn.front[0].genome,))
    other = replace(drawn, initial=(drawn.front[0].genome, drawn.searched[0].genome))
    assert settings([drawn, one, drawn, other, one]) == (0, 1, 0, 2, 1)
    [values] = differences([drawn, one, other]).values()
    assert values[0] == "drawn"
    assert re.fullmatch(r"1 given \([0-9a-f]{6}\)", str(values[1]))
    comparison = ComparedRuns.of([drawn, one])
    assert compared(comparison) == "2 runs that differ in first genomes."
    assert not comparison.cautions
    assert not any("must give the same" in line for line in what_differs(comparison))


def test_fresh_scores_are_those_of_the_champion(runs: Runs) -> None:
    """What is called fresh in a comparison is the champion's, as wherever a run is shown."""
    found = runs("conflict")
    table = ComparedRuns.of([found.findings, found.findings]).runs
    champion = found.findings.champion_of(found.best)
    assert champion is not None
    for name, score in champion.fresh_objectives.items():
        assert set(table[f"fresh.{name}"]) == {score}


def test_settings_are_named_by_their_differences(six: list[Findings]) -> None:
    """A short difference names the settings; if the experiments have different names, these do."""
    comparison = ComparedRuns.of(six)
    assert list(comparison.settings) == ["population 20", "population 32"]
    assert comparison.labels[0] == "population 20, seed 1"
    named = [
        replace(each, experiment=each.experiment.replace(name="ab"[place // 3]))
        for place, each in enumerate(six)
    ]
    assert list(ComparedRuns.of(named).settings) == ["a", "b"]
    assert ComparedRuns.of(named[2:4]).labels == ("a", "b")
    assert ComparedRuns.of(six[:3]).labels == ("seed 1", "seed 2", "seed 3")


def test_labels_are_always_different(runs: Runs, six: list[Findings]) -> None:
    """All runs have different labels, even the same run twice, equal ids or equal seeds."""
    findings = runs("one point").findings
    for tested in (
        [findings, findings],
        [*six, *six],
        [replace(findings, identity=""), findings, runs("conflict").findings],
    ):
        comparison = ComparedRuns.of(tested)
        assert len(set(comparison.labels)) == len(tested)


def test_counts_are_consistent(runs: Runs) -> None:
    """The number of trials includes baselines, and each has a network for each replicate."""
    found = [runs(name).findings for name in ("conflict", "one point")]
    table = ComparedRuns.of(found).runs
    assert all(each.baselines for each in found)
    assert table["trials"].tolist() == [len(each.trials) for each in found]
    replicates = [each.experiment.training.replicates for each in found]
    assert table["networks"].tolist() == (table["trials"] * replicates).tolist()


def test_environments_that_differ_are_listed(runs: Runs) -> None:
    """A run on another machine or version than the first is listed with its differences."""
    findings = runs("one point").findings
    libraries = {**findings.environment["libraries"], "numpy": "1.0"}
    other = replace(findings, environment={**findings.environment, "libraries": libraries})
    comparison = ComparedRuns.of([findings, other])
    [(label, [line])] = comparison.environments.items()
    assert label == comparison.labels[1]
    assert line.startswith("numpy 1.0, was ")


def test_best_configurations_mark_differences(runs: Runs) -> None:
    """Genes have values of all runs, or the training setting, and are marked if these differ."""
    one, many = runs("one point"), runs("many genes")
    table = ComparedRuns.of([one.findings, many.findings]).configurations.set_index("gene")
    for run, label in zip((one, many), table.columns[1:], strict=True):
        own = {gene: value for gene, value in table[label].items() if gene in run.best.genome}
        assert own == run.best.genome
    assert table.loc["optimizer"].iloc[1] == one.experiment.training.optimizer
    unequal = [row.iloc[1] != row.iloc[2] for _, row in table.iterrows()]
    assert table["differs"].tolist() == unequal


def test_one_run_cannot_be_compared(runs: Runs) -> None:
    """Fewer than two runs are refused."""
    with pytest.raises(UsageError, match="two or more"):
        ComparedRuns.of([runs("one point").findings])


def test_runs_are_opened_with_all_problems_at_once(runs: Runs, tmp_path: Path) -> None:
    """Missing and repeated runs are one line each; runs with equal ids are named by their paths."""
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
    """An area under a log curve is below 0, and its hypervolume is computed too."""
    findings = runs("negative objective").findings
    comparison = ComparedRuns.of([findings, seeded(findings, 3)])
    assert comparison.objectives[0] == OBJECTIVES["curve_area"]
    assert comparison.runs["hypervolume_share"].tolist() == [1.0, 1.0]


@pytest.mark.parametrize("shorter_first", [True, False])
def test_penalties_of_a_smaller_budget_are_no_measurements(
    runs: Runs, *, shorter_first: bool
) -> None:
    """What a run did not reach is not reached beside a run with a larger budget either."""
    longer = runs("conflict").findings
    training = longer.experiment.training
    cut = longer.experiment.replace(training=training.replace(samples=training.samples // 20))
    shorter = replace(longer, experiment=cut, identity="shorter")
    pair = (shorter, longer) if shorter_first else (longer, shorter)
    comparison = Comparison.of(pair, ["a", "b"])
    [item] = [each for each in comparison.objectives if each.name == "samples_to_target"]
    assert item.limit == training.samples
    place = comparison.objectives.index(item)
    for found, each in zip(pair, comparison.contenders, strict=True):
        raw = found.score_table(found.searched)[:, found.objectives.index(item)]
        own = found.experiment.training.samples
        scores = each.scores[:, place]
        missed = raw > own
        assert missed.any()
        assert (~missed & np.isfinite(raw)).any()
        np.testing.assert_array_equal(scores > item.limit, missed)
        np.testing.assert_array_equal(scores[~missed], raw[~missed])
        known = np.isfinite(scores)
        fitnesses = [item.fitness(value) for value in scores[known]]
        np.testing.assert_allclose(each.fitnesses[known, place], fitnesses, atol=1e-9)  # rounded
        assert each.best(item) == np.nanmin(scores)
