"""What rungs saved is counted from the journal."""

import math

import pytest

import neuroevo
from neuroevo.analysis.early_stopping import early_stopping_counts, mean_trained_share
from neuroevo.analysis.front_history import front_history
from neuroevo.analysis.gene_slices import gene_slices
from neuroevo.analysis.generation_spreads import generation_spreads
from neuroevo.analysis.hypervolume_history import hypervolume_history
from neuroevo.analysis.score_distributions import score_distributions
from neuroevo.experiment import Experiment
from neuroevo.report.headline import headline
from neuroevo.report.plots import distribution, generations, pareto_front, slices
from neuroevo.report.run import Run

RUNGS = (0.1, 0.4)


@pytest.fixture(scope="module")
def run() -> Run:
    """Run a search with two rungs in memory."""
    experiment = Experiment.of(
        {
            "task": {"kind": "mouse", "count": 100, "grid": 3},
            "training": {"samples": 200, "replicates": 3},
            "evolution": {"population": 6, "generations": 14, "rungs": list(RUNGS)},
        }
    )
    return neuroevo.run(experiment, results=None, n_jobs=1)


def test_counts_add_up(run: Run) -> None:
    """What reached a rung either reached the next one or was stopped, and so at the end."""
    found = early_stopping_counts(run.findings)
    searched = run.findings.searched
    first, second = found.rungs
    assert first.samples == 20
    assert second.samples == 80
    assert first.reached == found.trials == len(searched)
    whole = [trial for trial in searched if trial.state == "complete"]
    assert second.reached == first.reached - first.rejected + first.control
    assert found.stopped >= sum(trial.state == "stopped" for trial in searched) > 0
    control = [trial for trial in whole if trial.verdict]
    assert first.control + second.control == len(control)
    assert first.rejected + second.rejected == found.stopped + len(control)


def test_the_share_of_samples_is_that_of_the_curves(run: Run) -> None:
    """Summed over the trials, curves end where that many samples were trained."""
    searched = [trial for trial in run.findings.searched if trial.state != "diverged"]
    seen = run.findings.samples_seen(len(searched[0].curve))
    trained = [seen[sum(not math.isnan(error) for error in trial.curve) - 1] for trial in searched]
    share = sum(int(samples) for samples in trained) / (200 * len(searched))
    # A rung is at the first point of the curve that has its share of the samples.
    assert mean_trained_share(searched, run.experiment) == pytest.approx(share, abs=0.02)


def test_the_share_of_a_race_is_that_of_its_replicates() -> None:
    """A trial that loses trained 2 of 5 networks, each to its end, as one that diverges there."""
    experiment = Experiment.of(
        {
            "task": {"kind": "mouse", "count": 100, "grid": 3},
            "training": {"samples": 200, "replicates": 5},
            "evolution": {"population": 6, "generations": 6, "first_replicates": 2},
        }
    )
    run = neuroevo.run(experiment, results=None, n_jobs=1)
    trials = run.findings.searched
    lost = [trial for trial in trials if trial.state == "stopped"]
    assert lost
    assert {len(trial.replicates["final_mse"]) for trial in lost} == {2}
    networks = sum(len(trial.replicates["final_mse"]) for trial in trials)
    assert run.findings.networks == networks + 5 * len(run.findings.baselines)
    assert mean_trained_share(trials, experiment) == pytest.approx(networks / (5 * len(trials)))
    [rung] = early_stopping_counts(run.findings).rungs
    assert (rung.samples, rung.replicates, rung.reached) == (200, 2, len(trials))


def test_the_headline_says_what_was_saved(run: Run) -> None:
    """It has the number of trials that were stopped, and the share of the samples."""
    found = early_stopping_counts(run.findings)
    lead = headline(run.findings).lead
    assert f"stopped {found.stopped} of them early and trained {found.trained:.0%}" in lead


def test_captions_count_what_was_stopped_alike(run: Run) -> None:
    """Trials without scores are those that were stopped and those that diverged, by name."""
    found = run.findings
    count, diverged = found.stopped, len(found.searched) - len(found.complete) - found.stopped
    counted = early_stopping_counts(found).stopped
    assert counted == hypervolume_history(found).stopped > count > 0  # those that diverged too
    early = f"{count} trials that were stopped early and {diverged} trials without finite"
    assert early in pareto_front.caption(front_history(found))
    assert early in slices.caption(gene_slices(found))
    assert "or that were stopped early" in distribution.caption(score_distributions(found))
    caption = generations.caption(generation_spreads(found))
    assert f"leave out {count} trials that were stopped early" in caption
