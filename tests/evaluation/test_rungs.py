"""Trainings that are judged at rungs are those that go to their end at once."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from neuroevo.evaluation import evaluator
from neuroevo.evaluation.evaluator import Evaluation, Evaluator, Scoring
from neuroevo.evaluation.rungs import NO_RUNGS, Rung, Rungs, RungValues
from neuroevo.learning import DataSet, TrainingSettings
from neuroevo.learning.training import SampleStream, sample_stream, until
from neuroevo.workers import Backend, Workers
from neuroevo.workers.pool import Failure
from tests.evaluation import faults
from tests.evaluation.test_evaluator import CONFIGURATIONS, SCORING, bits

POINTS = (9, 20)
RACE = (Rung(9, (0, 4)), Rung(20, (0, 4)), Rung(41, (0, 4)), Rung(41, (0, 2, 3, 4)))  # of 12

GoesOn = Callable[[int, Sequence[RungValues]], bool]


def evaluated(
    stream: SampleStream,
    rungs: Rungs = NO_RUNGS,
    workers: Workers = Workers(1),  # noqa: B008 - immutable
    scoring: Scoring = SCORING,
) -> dict[int, Evaluation]:
    """Evaluate all configurations, by their place."""
    with Evaluator(stream.settings.precision, workers) as many:
        found = dict(many.evaluate(deque(CONFIGURATIONS), (stream,), scoring, rungs=rungs))
    return {place: each for place, each in found.items() if isinstance(each, Evaluation)}


def at_points(replicates: int) -> tuple[Rung, ...]:
    """Return rungs of all replicates."""
    return tuple(Rung(points, tuple(range(replicates))) for points in POINTS)


def always(place: int, values: Sequence[RungValues]) -> bool:  # noqa: ARG001
    """Let every trial go on."""
    return True


def even(place: int, values: Sequence[RungValues]) -> bool:
    """Let every second trial go on from the first rung, and every fourth from the second."""
    return place % (2 * len(values)) == 0


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"precision": "float64", "replicates": 10, "batch_size": 7},
        {"patience": 3, "replicates": 5},
        {"stop_at_target": True, "target_mse": 0.05, "replicates": 20},
    ],
    ids=["bundle", "two bundles", "patience", "target"],
)
@pytest.mark.parametrize("goes_on", [always, even], ids=["all", "some"])
def test_what_goes_on_has_the_bits_of_a_training_at_once(
    settings: dict[str, Any], goes_on: GoesOn, data: DataSet
) -> None:
    """Curves, weights and objectives are equal, however many others share bundles later."""
    training = TrainingSettings(samples=400, **({"replicates": 12} | settings))
    stream = sample_stream(data, training, (0, 0))
    at_once = evaluated(stream)
    in_rungs = evaluated(stream, Rungs(at_points(training.replicates), goes_on))
    whole = [place for place in in_rungs if not in_rungs[place].stopped]
    assert len(whole) == len(CONFIGURATIONS) if goes_on is always else len(CONFIGURATIONS) / 4
    assert [bits(in_rungs[place]) for place in whole] == [bits(at_once[place]) for place in whole]


def test_a_stopped_trial_is_one_with_a_smaller_budget(data: DataSet) -> None:
    """Its bits and its values are those of trainings that end after the samples of its rung."""
    stream = sample_stream(data, TrainingSettings(samples=400, replicates=12), (0, 0))
    stopped = evaluated(stream, Rungs(at_points(12), lambda _, values: len(values) < len(POINTS)))
    for rung, points in enumerate(POINTS):
        cut = evaluated(until(stream, int(stream.samples_seen[points - 1])))
        for place, each in stopped.items():
            assert repr(each.rungs[rung]) == repr(cut[place].objectives)
    assert [bits(stopped[place]) for place in cut] == [bits(cut[place]) for place in cut]
    assert all(each.stopped and len(each.rungs) == len(POINTS) for each in stopped.values())


@pytest.mark.parametrize(("n_jobs", "backend"), [(2, "threading"), (2, "loky")])
def test_workers_change_no_bit(n_jobs: int, backend: Backend, stream: SampleStream) -> None:
    """Whoever trains, the same trials are stopped, with the same bits."""
    alone = evaluated(stream, Rungs(at_points(stream.settings.replicates), even))
    workers = Workers(n_jobs, backend)
    many = evaluated(stream, Rungs(at_points(stream.settings.replicates), even), workers)
    assert {place: bits(each) for place, each in many.items()} == {
        place: bits(each) for place, each in alone.items()
    }
    assert [many[place].rungs for place in alone] == [alone[place].rungs for place in alone]


@pytest.mark.parametrize("goes_on", [always, even], ids=["all", "some"])
def test_a_race_of_replicates_ends_with_the_bits_of_all_at_once(
    goes_on: GoesOn, stream: SampleStream
) -> None:
    """Trials that train the other replicates later have the results of those that do at once."""
    at_once = evaluated(stream)
    raced = evaluated(stream, Rungs(RACE, goes_on))
    whole = [place for place in raced if not raced[place].stopped]
    step = 1 if goes_on is always else 24  # divided by 2, 4, 6 and 8
    assert sorted(whole) == list(range(0, len(CONFIGURATIONS), step))
    assert [bits(raced[place]) for place in whole] == [bits(at_once[place]) for place in whole]
    assert all(len(raced[place].rungs) == len(RACE) for place in whole)


@pytest.mark.parametrize("rung", range(len(RACE)))
def test_a_trial_that_loses_a_race_is_one_with_fewer_replicates(
    rung: int, stream: SampleStream
) -> None:
    """It has the bits of trainings of the replicates and samples of the rung where it stops."""
    stopped = evaluated(stream, Rungs(RACE, lambda _, values: len(values) <= rung))
    samples = int(stream.samples_seen[RACE[rung].points - 1])
    chosen = list(RACE[rung].replicates)
    cut = evaluated(until(stream, samples))
    for place, each in stopped.items():
        assert each.curves.tobytes() == cut[place].curves[chosen].tobytes()
        assert each.parameters.tobytes() == cut[place].parameters[chosen].tobytes()
        for name, values in each.replicates.items():
            assert repr(values) == repr(tuple(cut[place].replicates[name][n] for n in chosen))
    assert all(each.stopped and len(each.rungs) == rung + 1 for each in stopped.values())


@pytest.mark.parametrize("others", [1, 2, 3, 4])
def test_a_failure_loses_no_trial_that_goes_on(
    others: int, data: DataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trials wait to share bundles; if the rest of a failed trial is not needed, they go on."""
    stream = sample_stream(data, TrainingSettings(samples=400, replicates=40), (0, 0))
    expected = evaluated(stream)
    fails = {**CONFIGURATIONS[6], "learning_rate": 0.25}  # the smallest, whose lanes end the queue
    configurations = [fails, *CONFIGURATIONS[:others]]
    monkeypatch.setattr(evaluator, "_train", faults.train_or_raise)
    with Evaluator("float32", Workers(1)) as one:
        found = dict(
            one.evaluate(
                deque(configurations), (stream,), SCORING, rungs=Rungs(at_points(40), always)
            )
        )
    assert isinstance(found.pop(0), Failure)
    trained = [each for _, each in sorted(found.items()) if isinstance(each, Evaluation)]
    assert list(map(bits, trained)) == [bits(expected[place]) for place in range(others)]
