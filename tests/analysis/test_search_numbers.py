"""Numbers of a search over its generations, compared with naive code."""

import itertools
import tomllib
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.analysis.findings import Findings
from neuroevo.analysis.generation_spreads import generation_spreads
from neuroevo.analysis.genome_distances import mean_distance
from neuroevo.analysis.hypervolume_history import hypervolume_history, reordered
from neuroevo.analysis.population import size_shares
from neuroevo.analysis.worker_times import joined, side_by_side
from neuroevo.evolution import costs_of, reference_point
from neuroevo.evolution.front import hypervolumes
from neuroevo.report.run import Run
from neuroevo.search.outcomes import fitness_of
from neuroevo.search.stopping import Stagnation
from neuroevo.space import Choice, Float, Gene, Integer, Layers

Runs = Callable[[str], Run]


@pytest.mark.parametrize("name", ["conflict", "one objective", "three objectives"])
def test_hypervolume_equals_that_of_the_search(runs: Runs, name: str) -> None:
    """After each generation the hypervolume is that with which a search checks its patience."""
    findings = runs(name).findings
    stagnation, evaluated, expected = Stagnation(), [], []
    for trials in findings.by_generation.values():
        fitnesses = [costs_of(fitness_of(trial, findings.objectives)) for trial in trials]
        complete = [costs for costs in fitnesses if costs is not None]
        evaluated += complete
        stagnation = stagnation.after(complete, evaluated, 0.0)
        expected.append(stagnation.hypervolume)
    measured = hypervolume_history(findings).search
    assert measured == pytest.approx(np.array(expected) / expected[-1], rel=1e-6)
    assert (np.diff(measured) >= 0).all()


def test_other_orders_of_a_random_search_end_equal(runs: Runs) -> None:
    """The same generator gives the same band; all orders have the same last hypervolume."""
    points = runs("conflict").findings.fitnesses(runs("conflict").findings.searched)
    reference, sizes = [10.0, 10.0], [24, 100, len(points)]
    one, other = (
        reordered(points, sizes, reference, np.random.default_rng(3), 20) for _ in range(2)
    )
    assert np.isnan(points).any()
    assert (one == other).all()
    assert (np.diff(one, axis=1) >= 0).all()
    (whole,) = hypervolumes([points[~np.isnan(points).any(axis=1)]], reference)
    assert one[:, -1] == pytest.approx(whole)
    assert one[:, 0].min() < one[:, 0].max() <= whole


def test_band_of_a_random_search_covers_nineteen_of_twenty_orders(runs: Runs) -> None:
    """Of other orders of the trials, about 95% are inside of the band, half-way through them."""
    findings = runs("conflict").findings
    random = tuple(replace(trial, generation=0) for trial in findings.searched)
    history = hypervolume_history(replace(findings, random=random))
    first = next(iter(findings.by_generation.values()))
    started = findings.fitnesses(first)
    reference = reference_point(started[~np.isnan(started).any(axis=1)])
    points, place = findings.fitnesses(random), len(history.draws) // 2
    others = reordered(points, history.draws, reference, np.random.default_rng(8), 400)
    volumes = others[:, place] / others[0, -1] * history.drawn[-1]
    inside = (history.lower[place] <= volumes) & (volumes <= history.upper[place])
    assert 0.88 < inside.mean() < 0.99


def test_spread_has_most_of_a_generation(runs: Runs) -> None:
    """The band goes from the tenth to the ninetieth of a hundred trials."""
    findings = runs("conflict").findings
    item = findings.objectives[0]
    row = generation_spreads(findings).of(item.name).iloc[-1]
    last = [trial for trial in findings.complete if trial.generation == row["generation"]]
    scores = [findings.scores(trial)[0] for trial in last]
    assert [row["lower"], row["upper"]] == pytest.approx(np.quantile(scores, [0.1, 0.9]).tolist())


GENES: list[Gene] = [
    Float(1e-4, 1.0, log=True),
    Integer(1, 64),
    Choice(["sgd", "adam", "momentum"]),
    Choice([1, 8, 64], ordered=True),
    Layers((1, 4), (1, 32)),
    Layers((0, 3), (1, 32), ["tanh", "relu"]),
]


@pytest.mark.parametrize("gene", GENES, ids=lambda gene: type(gene).__name__)
@pytest.mark.parametrize("count", [1, 2, 25])
def test_mean_distance_is_that_of_all_pairs(gene: Gene, count: int) -> None:
    """The mean from sorted values equals comparing all pairs."""
    rng = np.random.default_rng(5)
    values = [gene.sample(rng) for _ in range(count)]
    pairs = [distance(gene, one, other) for one, other in itertools.combinations(values, 2)]
    assert mean_distance(gene, values) == pytest.approx(np.mean(pairs) if pairs else 0)
    assert mean_distance(gene, [values[0]] * 3) == 0


def distance(gene: Gene, one: object, other: object) -> float:
    """Compare two values of a gene as the module defines it."""
    if isinstance(gene, Float | Integer):
        ends = [gene.position(value) for value in (one, other)]  # type: ignore[arg-type] # numbers
        return abs(ends[0] - ends[1]) / gene.span
    if isinstance(gene, Choice):
        places = [gene.options.index(value) for value in (one, other)]
        apart = abs(places[0] - places[1])
        return apart / (len(gene.options) - 1) if gene.ordered else float(apart > 0)
    assert isinstance(gene, Layers)
    assert isinstance(one, tuple)
    assert isinstance(other, tuple)
    total = 0.0
    for first, second in itertools.zip_longest(one, other):
        if first is None or second is None:
            total += 1
        elif gene.activation is None:
            total += distance(gene.width_gene, first, second)
        else:
            wide = distance(gene.width_gene, first[0], second[0])
            total += (wide + distance(gene.activation, first[1], second[1])) / 2
    return total / gene.count[1]


def test_sizes_are_counted_in_classes_that_double(runs: Runs) -> None:
    """A network counts in the class of its power of two."""
    findings = runs("one point").findings
    hidden = {(1,): "1 hidden unit", (3,): "2 to 3 hidden units", (4, 4): "8 to 15 hidden units"}
    for layers, name in hidden.items():
        trial = replace(findings.searched[0], genome={"hidden": layers})
        assert list(size_shares(Findings(findings.experiment, (trial,))).shares) == [name]


stretches = st.lists(
    st.tuples(st.integers(0, 50), st.integers(1, 9)).map(lambda each: (each[0], sum(each))),
    max_size=20,
)


@given(stretches.map(sorted))
def test_rows_of_a_time_line_have_each_interval_once(work: list[tuple[float, float]]) -> None:
    """No row overlaps, no interval is lost, and there are as few rows as possible."""
    rows = side_by_side(work)
    assert sorted(itertools.chain(*rows)) == sorted(work)
    for row in rows:
        assert all(one[1] <= other[0] for one, other in itertools.pairwise(row))
    at_once = [sum(since <= moment < to for since, to in work) for moment, _ in work]
    assert len(rows) == max(at_once, default=0)


@given(stretches.map(sorted), st.integers(0, 5))
def test_joined_intervals_cover_the_same_time(work: list[tuple[float, float]], gap: int) -> None:
    """Only gaps that are too short to be seen are closed."""
    for row in side_by_side(work):
        whole = joined(row, gap)
        moments = np.arange(0, 60, 0.5)
        before, after = (
            np.array([any(since <= each < to for since, to in some) for each in moments])
            for some in (row, whole)
        )
        assert (after | ~before).all()
        assert all(other[0] - one[1] > gap for one, other in itertools.pairwise(whole))


def test_the_file_of_a_trial_has_no_penalties(runs: Runs) -> None:
    """Where the target was not reached, its file says so, and the origin has no number for it."""
    findings = runs("conflict").findings
    [item] = [each for each in findings.objectives if each.name == "samples_to_target"]
    missed = next(trial for trial in findings.complete if trial.objectives[item.name] > item.limit)
    text = findings.configuration_file(missed)
    assert set(tomllib.loads(text)["origin"]["objectives"]) == {"final_mse"}
    assert "# It did not reach the target: samples to target is left out below." in text
    reached = findings.front[0]
    assert set(findings.origin(reached).objectives) == {"final_mse", "samples_to_target"}
    assert "did not reach" not in findings.configuration_file(reached)
