"""How the search went: the data of its figures against naive twins."""

import itertools
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.analysis.findings import Findings
from neuroevo.analysis.front_history import MOST_IN_STEP, front_history
from neuroevo.analysis.generation_spreads import generation_spreads
from neuroevo.analysis.genome_distances import genome_distances, mean_distance
from neuroevo.analysis.hypervolume_history import hypervolume_history, reordered
from neuroevo.analysis.population import size_shares
from neuroevo.analysis.score_distributions import reached, score_distributions
from neuroevo.analysis.thinning import thinned
from neuroevo.analysis.worker_times import joined, side_by_side, worker_times
from neuroevo.evaluation import Work
from neuroevo.evolution import Individual
from neuroevo.evolution.front import hypervolumes
from neuroevo.report.plots import (
    distribution,
    diversity,
    hypervolume,
    pareto_front,
    workers,
)
from neuroevo.report.run import Run
from neuroevo.runs import Trial
from neuroevo.search.births import fitness
from neuroevo.search.stopping import Stagnation
from neuroevo.space import Choice, Float, Gene, Genome, Integer, Layers

Runs = Callable[[str], Run]


@pytest.mark.parametrize("name", ["conflict", "one objective", "three objectives"])
def test_hypervolume_is_what_the_search_watches(runs: Runs, name: str) -> None:
    """After each generation the volume is that by which a search measures its patience."""
    findings = runs(name).findings
    stagnation, told, watched = Stagnation(), [], []
    for trials in findings.by_generation.values():
        born = [Individual(Genome(trial.genome), fitness(trial)) for trial in trials]
        told += [each for each in born if not each.failed]
        stagnation = stagnation.after(born, told)
        watched.append(stagnation.hypervolume)
    measured = hypervolume_history(findings).search
    assert measured == pytest.approx(np.array(watched) / watched[-1], rel=1e-6)
    assert (np.diff(measured) >= 0).all()


def test_random_search_is_said_to_be_as_good_or_not(runs: Runs) -> None:
    """The sentence on evolution's worth follows from what a random search of equal size found."""
    findings = runs("conflict").findings
    first = findings.by_generation[0]
    poor = tuple(replace(trial, operator="random") for trial in first) * findings.generations
    told = {
        "Yes: ": poor,
        "Not here: ": tuple(reversed(findings.searched)),
        "`neuroevo report mouse-20261122-154455 --random-search`": (),
    }
    for sentence, random in told.items():
        volume = hypervolume_history(replace(findings, random=random))
        assert sentence in hypervolume.caption(volume)
        assert len(hypervolume.draw(volume)["data"]) == (4 if random else 1)
    volume = hypervolume_history(replace(findings, random=poor))
    ending, passed = volume.drawn[-1], np.argmax(volume.search >= volume.drawn[-1])
    assert f"come to {ending:.1%} of its volume" in hypervolume.caption(volume)
    assert f"which evolution had after {volume.trials[passed]:,} trials" in hypervolume.caption(
        volume
    )
    assert (volume.lower <= volume.upper).all()
    shuffled = np.random.default_rng(0).permutation(len(findings.searched) // 2)
    similar = tuple(findings.searched[place] for place in shuffled)
    assert "Hardly: " in hypervolume.caption(hypervolume_history(replace(findings, random=similar)))


def test_other_orders_of_a_random_search_end_alike(runs: Runs) -> None:
    """The same generator gives the same band; luck decides what is found early, not at last."""
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


def test_front_can_be_seen_as_it_stood_after_each_generation(runs: Runs) -> None:
    """Each step has the trials that nobody beat by then; the last one is what is drawn."""
    findings = runs("conflict").findings
    front = front_history(findings)
    for generation, members in front.steps:
        so_far = [trial for trial in findings.complete if trial.generation <= generation]
        earlier = Findings(findings.experiment, tuple(so_far))
        numbers, expected = list(members["number"]), [trial.number for trial in earlier.front]
        places = thinned(len(expected), MOST_IN_STEP)
        whole = generation == findings.generations - 1
        assert numbers == (expected if whole else [expected[place] for place in places])
    assert [generation for generation, _ in front.steps] == list(findings.by_generation)
    drawn = pareto_front.draw(front)
    last = drawn["frames"][-1]
    for place, changed in zip(last["traces"], last["data"], strict=True):
        assert {key: drawn["data"][place][key] for key in changed} == changed
    figure = runs("conflict").figure("pareto_front")
    assert len(figure.frames) == len(figure.layout.sliders[0].steps) == len(front.steps)


def test_spread_holds_most_of_a_generation(runs: Runs) -> None:
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
    """The mean from sorted values equals comparing everybody with everybody."""
    rng = np.random.default_rng(5)
    values = [gene.sample(rng) for _ in range(count)]
    pairs = [distance(gene, one, other) for one, other in itertools.combinations(values, 2)]
    assert mean_distance(gene, values) == pytest.approx(np.mean(pairs) if pairs else 0)
    assert mean_distance(gene, [values[0]] * 3) == 0


def distance(gene: Gene, one: object, other: object) -> float:
    """Compare two values of a gene as the module says it."""
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


def test_diversity_falls_as_a_search_settles(runs: Runs) -> None:
    """Each generation has its mean over the genes, and the caption tells the first and the last."""
    findings = runs("conflict").findings
    measured = genome_distances(findings)
    trials = findings.by_generation[0]
    by_hand = [
        mean_distance(gene, [trial.genome[name] for trial in trials])
        for name, gene in findings.experiment.space.genes.items()
    ]
    assert measured.distances[0] == pytest.approx(np.mean(by_hand))
    assert measured.distances[-1] < measured.distances[0]
    assert f"{measured.distances[-1]:.2f}" in diversity.caption(measured)
    alike = Findings(findings.experiment, tuple(replace(trials[0], number=n) for n in range(4)))
    assert genome_distances(alike).distances == (0,)


def test_distribution_equals_counting(runs: Runs) -> None:
    """Up to any score a group's share is that of its trials, the failed ones in the whole."""
    findings = runs("conflict").findings
    shown = score_distributions(replace(findings, random=findings.searched[:50]))
    names = [group.name for group in shown.groups]
    assert names == ["random search", "first generation", "all of the search", "last generation"]
    for place in range(len(findings.objectives)):
        scores = [findings.scores(trial)[place] for trial in findings.searched]
        for value in np.nanquantile(scores, [0, 0.3, 0.9]):
            share = sum(score <= value for score in scores) / len(scores)
            assert reached(shown.groups[2], place, value) == pytest.approx(share)
    assert distribution.draw(shown)["data"][2]["y"][-1] < 1  # some have diverged


def test_sizes_are_told_in_classes_that_double(runs: Runs) -> None:
    """A network counts with those of its power of two."""
    findings = runs("one point").findings
    hidden = {(1,): "1 hidden unit", (3,): "2 to 3 hidden units", (4, 4): "8 to 15 hidden units"}
    for layers, name in hidden.items():
        trial = replace(findings.searched[0], genome={"hidden": layers})
        assert list(size_shares(Findings(findings.experiment, (trial,))).shares) == [name]


def working(trial: Trial, *works: tuple[str, float, float]) -> Trial:
    """Return a trial that was trained by somebody at some time."""
    return replace(trial, work=tuple(Work(*each) for each in works))


def test_workers_are_shown_with_their_idle_time(runs: Runs) -> None:
    """A bundle counts once for all of its trials, what overlaps stands in rows of its own."""
    run = runs("one point")
    trials = [
        working(run.all_trials[0], ("a:1", 1000.0, 4.0)),
        working(run.all_trials[1], ("a:1", 1000.0, 4.0), ("a:1", 1006.0, 4.0)),
        working(run.all_trials[2], ("b:7", 1000.0, 10.0), ("b:7", 1005.0, 5.0)),
    ]
    shown = worker_times(Findings(run.experiment, tuple(trials)))
    assert shown.seconds == 10
    assert {row.name: row.busy for row in shown.rows} == pytest.approx(
        {"a:1": 0.8, "b:7 · 1": 1.0, "b:7 · 2": 0.5}
    )
    assert list(shown.rows[0].stretches) == [(0, 4), (6, 10)]
    assert workers.caption(shown).startswith("3 workers trained for 10 s, 77% of the time")
    assert len(workers.draw(shown)["data"]) == 3
    assert not workers.caption(worker_times(run.findings))  # a run of old noted nothing


stretches = st.lists(
    st.tuples(st.integers(0, 50), st.integers(1, 9)).map(lambda each: (each[0], sum(each))),
    max_size=20,
)


@given(stretches.map(sorted))
def test_rows_of_a_time_line_hold_everything_once(work: list[tuple[float, float]]) -> None:
    """No row overlaps, nothing is lost, and no more rows are used than work goes on at once."""
    rows = side_by_side(work)
    assert sorted(itertools.chain(*rows)) == sorted(work)
    for row in rows:
        assert all(one[1] <= other[0] for one, other in itertools.pairwise(row))
    at_once = [sum(since <= moment < to for since, to in work) for moment, _ in work]
    assert len(rows) == max(at_once, default=0)


@given(stretches.map(sorted), st.integers(0, 5))
def test_joined_stretches_cover_the_same_time(work: list[tuple[float, float]], gap: int) -> None:
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
