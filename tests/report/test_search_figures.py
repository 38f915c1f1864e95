"""How the search went: the data of its figures against naive twins."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from neuroevo.analysis.findings import Findings
from neuroevo.analysis.front_history import MOST_IN_STEP, front_history
from neuroevo.analysis.genome_distances import genome_distances, mean_distance
from neuroevo.analysis.hypervolume_history import hypervolume_history
from neuroevo.analysis.score_distributions import reached, score_distributions
from neuroevo.analysis.thinning import thinned
from neuroevo.analysis.worker_times import worker_times
from neuroevo.report.plots import (
    distribution,
    diversity,
    hypervolume,
    pareto_front,
    worker_timeline,
)
from neuroevo.report.run import Run
from neuroevo.runs import Trial
from neuroevo.workers import Work

Runs = Callable[[str], Run]


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
    assert worker_timeline.caption(shown).startswith("3 workers trained for 10 s, 77% of the time")
    assert len(worker_timeline.draw(shown)["data"]) == 3
    assert not worker_timeline.caption(worker_times(run.findings))  # a run of old noted nothing
