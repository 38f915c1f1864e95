"""Figures of the search: their data against naive computations."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from neuroevo.analysis.findings import Findings
from neuroevo.analysis.front_history import MOST_IN_STEP, front_history
from neuroevo.analysis.genome_distances import genome_distances, mean_distance
from neuroevo.analysis.hypervolume_history import HypervolumeHistory, Sooner, hypervolume_history
from neuroevo.analysis.score_distributions import reached, score_distributions
from neuroevo.analysis.thinning import thinned
from neuroevo.analysis.worker_times import worker_times
from neuroevo.evaluation import OBJECTIVES
from neuroevo.evolution import hypervolume as hypervolume_of
from neuroevo.evolution import reference_point
from neuroevo.report.drawing import logarithmic_axis, objective_axis
from neuroevo.report.plots import (
    FIGURES,
    distribution,
    diversity,
    hypervolume,
    pareto_front,
    worker_timeline,
)
from neuroevo.report.run import Run
from neuroevo.runs import Trial
from neuroevo.wording import factor
from neuroevo.workers import Work

Runs = Callable[[str], Run]


def test_caption_compares_with_random_search(runs: Runs) -> None:
    """The caption says whether evolution was better, worse, sooner or neither, with an interval."""
    findings = runs("conflict").findings
    rng = np.random.default_rng(0)
    first = findings.by_generation[0]
    poor = tuple(replace(trial, operator="random") for trial in first) * findings.generations
    shuffled = rng.permutation(len(findings.searched))
    similar = tuple(findings.searched[place] for place in shuffled)
    for start, random in {
        "Evolution was better than random search: ": poor,
        "Evolution found the same front as random search, but later: ": findings.front * 2,
        "Evolution found the same front as random search, but sooner: ": (
            *(poor * 2),
            *findings.front,
        ),
    }.items():
        volume = hypervolume_history(replace(findings, random=random))
        assert hypervolume.caption(volume).startswith(start)
        assert len(hypervolume.draw(volume)["data"]) == 4
    none = hypervolume_history(findings)
    assert "`neuroevo report mouse-20261122-154455 --random-search`" in hypervolume.caption(none)
    assert hypervolume.verdict(none) == ""
    volume = hypervolume_history(replace(findings, random=similar))
    assert (volume.lower <= volume.upper).all()


def test_sooner_is_that_of_a_naive_loop(runs: Runs) -> None:
    """The ratio and its interval are those of a loop over halves of the random search."""
    findings = runs("conflict").findings
    random = findings.searched[: len(findings.searched) // 3] * 3
    volume = hypervolume_history(replace(findings, random=random))
    found = volume.sooner
    assert found is not None
    points = findings.fitnesses(findings.searched)
    first = findings.fitnesses(findings.by_generation[0])
    reference = reference_point(first[~np.isnan(first).any(axis=1)])
    so_far = [hypervolume_of(points[:count], reference) for count in volume.trials]
    drawn = findings.fitnesses(random)
    orders = np.random.default_rng(5)
    ratios = []
    for _ in range(60):
        half = orders.permutation(len(drawn))[: found.draws]
        level = hypervolume_of(drawn[half], reference)
        needed = [
            trials
            for trials, reached in zip(volume.trials, so_far, strict=True)
            if reached >= level - 1e-12
        ]
        ratios.append(found.draws / needed[0] if needed else 0)
    assert found.low <= np.median(ratios) <= found.high
    assert found.ratio == pytest.approx(np.median(ratios), rel=0.2)
    text = hypervolume.verdict(volume)
    assert f"({factor(found.low)} to {factor(found.high)} in 95% of the orders" in text


@pytest.mark.parametrize(
    ("low", "high", "final", "judged"),
    [
        (1.5, 2.0, 0.5, "was better than random search"),
        (1.5, 2.0, 1.0, "found the same front as random search, but sooner"),
        (1.5, 2.0, 1.1, "found a worse front than random search, but sooner"),
        (0.6, 0.75, 0.94, "found a better front than random search, but later"),
        (1.0, 1.0, 0.16, "found a better front than random search, but not clearly sooner"),
        (0.6, 0.75, 1.0, "found the same front as random search, but later"),
        (0.6, 0.75, 1.1, "was worse than random search"),
        (0.9, 1.1, 1.0, "was not clearly better than random search"),
    ],
)
def test_the_verdict_agrees_with_its_evidence(
    low: float, high: float, final: float, judged: str
) -> None:
    """A search is called better or worse only if its front and its pace are."""
    found = Sooner(10, 12, (low + high) / 2, low, high)
    ends = np.array([0.1, final])
    volume = HypervolumeHistory((0, 1), (8, 16), ends, 8, (8, 16), ends, ends, ends, found)
    assert hypervolume.verdict(volume).startswith(f"Evolution {judged}: ")


def test_steps_have_the_front_after_each_generation(runs: Runs) -> None:
    """Each step has the front after a generation; the last one is the figure itself."""
    findings = runs("conflict").findings
    front = front_history(findings)
    for generation, members in front.steps:
        so_far = [trial for trial in findings.complete if trial.generation <= generation]
        earlier = Findings(findings.experiment, tuple(so_far))
        in_order = sorted(earlier.front, key=findings.costs)
        numbers, expected = list(members["number"]), [trial.number for trial in in_order]
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


def test_diversity_is_the_mean_distance_over_the_genes(runs: Runs) -> None:
    """Diversity is a mean over the genes and decreases; the caption has first and last values."""
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
    """The share of a group up to a score is counted over all its trials, also failed ones."""
    findings = runs("conflict").findings
    shown = score_distributions(replace(findings, random=findings.searched[:50]))
    names = [group.name for group in shown.groups]
    assert names == ["random search", "first generation", "all of the search", "last generation"]
    for place, item in enumerate(findings.objectives):
        scores = [findings.scores(trial)[place] for trial in findings.searched]
        for value in np.nanquantile(scores, [0, 0.3, 0.9]):
            share = sum(score <= value for score in scores) / len(scores)
            assert reached(item, shown.groups[2], place, value) == pytest.approx(share)
    assert distribution.draw(shown)["data"][2]["y"][-1] < 1  # some have diverged


def with_work(trial: Trial, *works: tuple[str, float, float]) -> Trial:
    """Return a trial with these times of workers."""
    return replace(trial, work=tuple(Work(*each) for each in works))


def test_workers_have_rows_with_their_busy_time(runs: Runs) -> None:
    """A bundle counts once for all of its trials; times that overlap have rows of their own."""
    run = runs("one point")
    trials = [
        with_work(run.all_trials[0], ("a:1", 1000.0, 4.0)),
        with_work(run.all_trials[1], ("a:1", 1000.0, 4.0), ("a:1", 1006.0, 4.0)),
        with_work(run.all_trials[2], ("b:7", 1000.0, 10.0), ("b:7", 1005.0, 5.0)),
    ]
    shown = worker_times(Findings(run.experiment, tuple(trials)))
    assert shown.seconds == 10
    assert {row.name: row.busy for row in shown.rows} == pytest.approx(
        {"a:1": 0.8, "b:7 · 1": 1.0, "b:7 · 2": 0.5}
    )
    assert list(shown.rows[0].stretches) == [(0, 4), (6, 10)]
    assert worker_timeline.caption(shown).startswith(
        "3 workers evaluated trials for 77% of the 10 s from the first trial to the end of the last"
    )
    assert len(worker_timeline.draw(shown)["data"]) == 3
    assert not worker_timeline.caption(worker_times(run.findings))  # no times were written


def test_penalties_are_no_numbers_on_an_axis() -> None:
    """Beyond the sample budget an axis says that the target is not reached, and has no number."""
    item = OBJECTIVES["samples_to_target"].of_trainings(20_000, "float32")
    axis = objective_axis(item, [30.0, 4_000.0, 80_000.0])
    assert axis["ticktext"][-1] == "not reached"
    assert all(tick <= item.limit for tick in axis["tickvals"][:-1])
    assert axis["ticktext"][:-1] == ["100", "1,000", "10,000"]
    assert "tickvals" not in objective_axis(item, [30.0, 4_000.0])
    only = objective_axis(item, [70_000.0, 80_000.0])
    assert only["ticktext"] == ["20,000", "not reached"]


def test_no_axis_has_a_single_labelled_number() -> None:
    """A logarithmic axis with one power of ten also has numbers between powers."""
    for values in ([30.0, 700.0], [1.3, 70.0], [2e-5, 7e-4]):
        assert logarithmic_axis(values).get("dtick") == "D2"
    assert logarithmic_axis([1.0, 1e6])["dtick"] == 1


def test_progress_without_a_reached_target_has_no_penalty_as_its_best(runs: Runs) -> None:
    """The caption says that no trial reached the target, in place of a number."""
    findings = runs("one objective").findings
    low = OBJECTIVES["samples_to_target"].of_trainings(20_000, "float32").limit
    trials = tuple(
        replace(trial, objectives={"samples_to_target": low + 1 + trial.number})
        for trial in findings.trials
    )
    text = FIGURES["progress"].caption(FIGURES["progress"].data(replace(findings, trials=trials)))
    assert text.startswith("No trial reached the target; the closest one was found in generation")
