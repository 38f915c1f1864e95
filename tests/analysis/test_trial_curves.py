"""Which trials have their learning curves in a report."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from neuroevo.analysis import trial_curves as module
from neuroevo.analysis.findings import Findings
from neuroevo.analysis.trial_curves import MOST_TRIALS, trial_curves
from neuroevo.report.plots import FIGURES
from neuroevo.report.run import Run

Runs = Callable[[str], Run]


def test_the_curve_of_every_trial_is_there(runs: Runs) -> None:
    """All trials can be picked, baselines too, and each group has trials that can be."""
    findings = runs("conflict").findings
    found = trial_curves(findings)
    assert found.numbers == tuple(trial.number for trial in findings.trials)
    for row, trial in zip(found.curves, findings.trials, strict=True):
        assert np.array_equal(row, trial.curve)
    assert all(set(members) <= set(found.numbers) for members in found.groups.values())
    assert found.groups["10 of the front"][0] == findings.front[0].number
    assert max(map(len, found.groups.values())) <= module.GROUP


def test_of_many_trials_the_best_have_their_curves(runs: Runs) -> None:
    """A report of a long run has so many curves, with those of the front and the baselines."""
    findings = runs("conflict").findings
    searched, count = findings.searched, MOST_TRIALS + 500
    copies = (
        replace(searched[number % len(searched)], number=1_000 + number) for number in range(count)
    )
    many = Findings(findings.experiment, (*findings.baselines, *copies))
    found = trial_curves(many)
    assert len(found.numbers) == MOST_TRIALS
    assert {trial.number for trial in (*many.front, *many.baselines)} <= set(found.numbers)
    left_out = [trial for trial in many.searched if trial.number not in set(found.numbers)]
    kept = [trial for trial in many.searched if trial.number in set(found.numbers)]
    assert max(map(many.costs, kept)) <= min(map(many.costs, left_out))
    assert "2,000 trials of 2,5" in FIGURES["trial_curves"].caption(found)


def test_no_trial_has_no_figure(runs: Runs) -> None:
    """Without trials there is no caption; of trials that all diverged the caption says so."""
    nothing = Findings(runs("conflict").experiment, ())
    assert FIGURES["trial_curves"].caption(trial_curves(nothing)) == ""
    assert FIGURES["trial_curves"].draw(trial_curves(nothing))["data"] == []
    diverged = trial_curves(runs("all diverged").findings)
    assert "diverged" in FIGURES["trial_curves"].caption(diverged)
