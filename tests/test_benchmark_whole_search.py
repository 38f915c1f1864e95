"""The benchmark of whole searches: what Optuna's trials are worth, how they end, the table."""

from dataclasses import replace

import numpy as np
import optuna
import pytest

from experiments.benchmarks.mouse import Scores, mouse, scores_of
from experiments.benchmarks.whole_search.candidates import (
    Configuration,
    by_kernel,
    configuration_of,
    samples_to_target,
    suggested,
)
from experiments.benchmarks.whole_search.replay import Replay, replayed
from experiments.benchmarks.whole_search.searches import (
    Recommended,
    Search,
    optuna_search,
    recommended,
)
from experiments.benchmarks.whole_search.summary import table
from neuroevo.evaluation import phenotype_of
from neuroevo.learning.training import train

SHORT = ("training.samples=300", "training.replicates=3")
REACHES: Configuration = {"hidden": (6,), "learning_rate": 0.1, "activation": "linear"}
MISSES: Configuration = {"hidden": (4, 3), "learning_rate": 0.05, "activation": "sigmoid"}
DIVERGES: Configuration = {"hidden": (6, 6), "learning_rate": 1.0, "activation": "linear"}


@pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")  # of what diverges
@pytest.mark.parametrize(
    "configuration", [REACHES, MISSES, DIVERGES], ids=["reaches", "misses", "diverges"]
)
def test_scikit_learn_needs_the_samples_that_the_kernel_needs(configuration: Configuration) -> None:
    """For Optuna a configuration is worth what it is worth in a run, though trainings end early."""
    task = mouse(*SHORT)
    stream = task.stream("float64")
    phenotype = phenotype_of(configuration, stream.layer_ends, stream.settings)
    lanes = [phenotype.lane(replicate) for replicate in range(stream.settings.replicates)]
    ours = scores_of(train(phenotype.architecture, lanes, stream).curves, stream)
    theirs, seen = samples_to_target(configuration, task)
    assert theirs == pytest.approx(ours.samples_to_target, rel=1e-9)
    assert by_kernel(configuration, task)[0] == pytest.approx(theirs, rel=1e-9)
    if np.isfinite(theirs):  # else scikit-learn sees a few samples more before it notices
        assert by_kernel(configuration, task)[1] == seen
    whole = stream.settings.samples * stream.settings.replicates
    assert seen == whole if configuration is MISSES else seen < whole


def test_optuna_asks_for_configurations_of_the_same_space() -> None:
    """What is suggested can be read off the trial's parameters, and reaches the space's ends."""
    task = mouse(*SHORT)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(0))
    trials = [study.ask() for _ in range(100)]
    asked = [suggested(trial, task) for trial in trials]
    assert asked == [configuration_of(trial.params) for trial in trials]
    assert {len(each["hidden"]) for each in asked} == {1, 2, 3, 4}
    widths = {width for each in asked for width in each["hidden"]}
    assert {1, 32} <= widths <= set(range(1, 33))
    assert {each["activation"] for each in asked} == {"linear", "tanh", "sigmoid", "relu"}
    rates = [each["learning_rate"] for each in asked]
    assert min(rates) < 3e-4
    assert max(rates) > 0.3


def test_optuna_ends_as_soon_as_it_is_as_good() -> None:
    """Two real processes search till what they recommend is as good as the goal."""
    overrides = ("training.samples=20", "training.replicates=1", "training.target_mse=100")
    anything = Recommended(MISSES, Scores(np.inf, 20, np.inf))
    found = optuna_search(mouse(*overrides), anything, 60, overrides)
    assert found.trials >= 1
    assert found.samples >= found.trials
    assert found.recommended == recommended(found.recommended.configuration, mouse(*overrides))


@pytest.mark.parametrize(
    ("scores", "as_good"),
    [
        (Scores(30.0, 300, 1e-9), True),
        (Scores(31.0, 300, 1e-9), False),
        (Scores(30.0, 300, 2e-3), False),
    ],
    ids=["as quick", "slower", "does not hold the target"],
)
def test_as_good_is_as_quick_and_still_there_at_the_end(scores: Scores, *, as_good: bool) -> None:
    """A configuration is as good if it is as quick and is still at the target at the end."""
    goal = Recommended(REACHES, Scores(30.0, 300, 1e-14))
    assert Recommended(REACHES, scores).is_as_good_as(goal, 1e-3) == as_good


def test_table_says_what_was_measured_and_what_is_extrapolated() -> None:
    """A search that was stopped is said to be, and its rate is extrapolated."""
    task = mouse(*SHORT)
    ours = Search(10.0, 15.0, 200, Recommended(REACHES, Scores(30.0, 300, 1e-14)))
    stopped = Search(600.0, 1200.0, 50, Recommended(MISSES, Scores(400.0, 300, 0.1)), 9_000)
    replays = [Replay(40, 12_000, 300.0), Replay(20, 9_000, 150.0), Replay(90, 27_000, 600.0)]
    shown = table(ours, stopped, replays, task)
    assert shown.rows[1][1:4] == ("600.0", "1,200.0", "50")
    assert shown.rows[1][-2:] == ("not reached", "1.0e-01")
    _, measured, extrapolated = shown.notes
    assert "stopped after 60 times as long (80 times the CPU time)" in measured
    assert "40 (20 to 90) trials and 12,000 (9,000 to 27,000) samples" in extrapolated
    assert "20 (10 to 40) times neuroevo's CPU time" in extrapolated
    assert "whole budget, 60 (20 to 120) times" in extrapolated
    finished = replace(stopped, recommended=ours.recommended)
    assert "Optuna took 60 times as long" in table(ours, finished, replays, task).notes[1]


def test_replays_end_at_the_goal_and_add_up_what_their_trials_cost() -> None:
    """A replay ends with the first trial that is as good, and counts samples by their layers."""
    task = mouse("training.samples=20", "training.replicates=1", "training.target_mse=100")
    anything = Recommended(MISSES, Scores(np.inf, 20, np.inf))
    found = replayed(task, anything, 0, dict.fromkeys(range(1, 5), 0.5))
    assert found == replayed(task, anything, 0, dict.fromkeys(range(1, 5), 0.5))
    assert found.trials >= 1
    assert found.cpu_seconds == found.samples / 2
