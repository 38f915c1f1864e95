"""The results of a genome do not depend on how the work is distributed."""

import itertools
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from neuroevo.errors import UsageError
from neuroevo.evaluation import OBJECTIVES, evaluator, phenotype_of
from neuroevo.evaluation.evaluator import Evaluation, Evaluator, Scoring
from neuroevo.learning import OPTIMIZERS, DataSet, Network, TrainingSettings
from neuroevo.learning.lanes import Lane
from neuroevo.learning.training import SampleStream, sample_stream, train
from neuroevo.workers import Backend, Workers
from neuroevo.workers.pool import Failure
from tests import naive
from tests.evaluation import faults
from tests.evaluation.classes import left_or_right

CLOCKS = 0.001  # seconds by which the clock of the day and the stopwatch may differ
SCORING = Scoring(
    tuple(name for name, objective in OBJECTIVES.items() if not objective.of_classes), "median"
)
CONFIGURATIONS: Sequence[Mapping[str, Any]] = (
    {"hidden": (6,), "learning_rate": 0.2, "activation": "linear"},
    {"hidden": (6,), "learning_rate": 0.05, "activation": "linear"},
    {"hidden": (6,), "learning_rate": 0.05, "activation": "tanh"},
    {"hidden": (6,), "learning_rate": 0.3, "activation": "linear", "biases": False},
    {"hidden": (6,), "learning_rate": 0.3, "activation": "linear", "starting_weights": "he"},
    {"hidden": (15, 15, 15), "learning_rate": 0.5, "activation": "linear"},
    {"hidden": (), "learning_rate": 0.5, "activation": "relu"},
    {"hidden": (5, 2), "learning_rate": 0.5, "activation": "sigmoid"},
    {"hidden": ((5, "sigmoid"), (2, "sigmoid")), "learning_rate": 0.5},
    {"hidden": ((5, "tanh"), (4, "relu"), (3, "linear")), "learning_rate": 0.05},
    *(
        {"hidden": (6,), "activation": "tanh", "optimizer": optimizer} | numbers
        for optimizer in OPTIMIZERS
        for numbers in (
            {"learning_rate": 0.02, "batch_size": 4, "l2": 1e-4, "momentum": 0.5},
            {"learning_rate": 0.01, "batch_size": 4, "l2": 1e-3, "beta1": 0.5, "rho": 0.9},
            {"learning_rate": 0.03, "dropout": 0.2, "schedule": "cosine"},
            {"learning_rate": 0.01, "dropout": 0.5, "schedule": "cosine", "end_factor": 0.5},
            {"learning_rate": 0.03, "max_gradient_norm": 0.1},
            {"learning_rate": 0.03, "max_gradient_norm": 1.0, "epsilon": 1e-4},
        )
    ),
)


def evaluated(
    configurations: Sequence[Mapping[str, Any]],
    stream: SampleStream,
    n_jobs: int = 1,
    backend: Backend = "threading",
) -> list[Evaluation]:
    """Evaluate configurations; returns the evaluations in their order."""
    with Evaluator(stream.settings.precision, Workers(n_jobs, backend)) as many:
        results = dict(many.evaluate(deque(configurations), (stream,), SCORING))
    evaluations = [results[index] for index in range(len(configurations))]
    return [each for each in evaluations if isinstance(each, Evaluation)]


def bits(evaluation: Evaluation) -> tuple[bytes, bytes, str]:
    """Return all that must be equal if evaluations are."""
    objectives = repr(dict(evaluation.objectives))
    return evaluation.curves.tobytes(), evaluation.parameters.tobytes(), objectives


def test_same_bits_with_any_workers(stream: SampleStream) -> None:
    """One job, two threads and two processes compute the same bits for every genome."""
    alone = list(map(bits, evaluated(CONFIGURATIONS, stream)))
    assert list(map(bits, evaluated(CONFIGURATIONS, stream, 2))) == alone
    assert list(map(bits, evaluated(CONFIGURATIONS, stream, 2, "loky"))) == alone


def test_same_bits_alone_and_in_a_generation(stream: SampleStream) -> None:
    """A genome has the same bits alone and in a generation in which it shares bundles."""
    together = list(map(bits, evaluated(CONFIGURATIONS, stream)))
    alone = [bits(evaluated([each], stream)[0]) for each in CONFIGURATIONS]
    assert together == alone


def test_work_has_the_worker_and_its_times(stream: SampleStream) -> None:
    """Two processes worked during the call, each on one group at a time."""
    start = time.time()
    evaluations = evaluated(CONFIGURATIONS, stream, 2, "loky")
    end = time.time()
    works = sorted({work for evaluation in evaluations for work in evaluation.work})
    assert all(evaluation.work for evaluation in evaluations)
    assert all(start <= work.began <= work.began + work.seconds <= end for work in works)
    for before, after in itertools.pairwise(works):
        if before.worker == after.worker:
            assert before.began + before.seconds <= after.began + CLOCKS


def test_replicates_are_those_of_a_training_alone(stream: SampleStream) -> None:
    """Each replicate's curve and weights are those of training it alone."""
    evaluation = evaluated(CONFIGURATIONS, stream)[7]
    phenotype = phenotype_of(CONFIGURATIONS[7], (2, 2), stream.settings)
    for replicate in (0, 5, 11):
        lane = Lane(
            replicate, phenotype.learning_rate, phenotype.optimization, phenotype.starting_weights
        )
        trained = train(phenotype.architecture, [lane], stream)
        assert trained.curves[0].tobytes() == evaluation.curves[replicate].tobytes()
        assert trained.parameters[0].tobytes() == evaluation.parameters[replicate].tobytes()


def test_activations_of_layers_that_are_all_the_same_are_one(stream: SampleStream) -> None:
    """A network whose layers all have sigmoid is the sigmoid network, to the bit."""
    one, each = (phenotype_of(CONFIGURATIONS[at], (2, 2), stream.settings) for at in (7, 8))
    assert one == each
    evaluations = evaluated(CONFIGURATIONS, stream)
    assert bits(evaluations[7]) == bits(evaluations[8])
    assert evaluations[9].architecture.activations == ("tanh", "relu", "linear")


def test_a_network_without_hidden_layers_needs_no_activation(stream: SampleStream) -> None:
    """With or without an activation, it is the same network; hidden layers need one."""
    bare = {"hidden": (), "learning_rate": 0.5}
    named = bare | {"activation": "relu"}
    one, other = (phenotype_of(each, (2, 2), stream.settings) for each in (bare, named))
    assert one == other
    with pytest.raises(KeyError):
        phenotype_of(bare | {"hidden": (3,)}, (2, 2), stream.settings)


@pytest.mark.parametrize("target_mse", [0.05, 1e-3])
def test_stopping_at_the_target_changes_no_samples_to_target(
    target_mse: float, data: DataSet
) -> None:
    """Samples to target are the same with and without stopping, also if the target is missed."""
    settings = TrainingSettings(samples=400, replicates=8, target_mse=target_mse)
    until_the_end, until_the_target = (
        evaluated(CONFIGURATIONS, sample_stream(data, chosen, (0, 0)))
        for chosen in (settings, settings.model_copy(update={"stop_at_target": True}))
    )
    samples = [
        [repr(evaluation.objectives["samples_to_target"]) for evaluation in evaluations]
        for evaluations in (until_the_end, until_the_target)
    ]
    assert samples[0] == samples[1]
    assert any(float(number) < 400 for number in samples[0])


def test_weights_have_the_error_that_is_reported(data: DataSet, stream: SampleStream) -> None:
    """The reported final MSE is that of the stored weights, computed naively."""
    for configuration, evaluation in zip(
        CONFIGURATIONS, evaluated(CONFIGURATIONS, stream), strict=True
    ):
        if evaluation.diverged:
            continue
        errors = [naive_mse(evaluation, parameters, data) for parameters in evaluation.parameters]
        median = float(np.median(np.maximum(errors, 1e-14)))
        assert evaluation.objectives["final_mse"] == pytest.approx(median, rel=2e-2), configuration


def naive_mse(evaluation: Evaluation, parameters: Any, data: DataSet) -> float:  # noqa: ANN401 - an array
    """Compute the validation MSE of one replicate in float64."""
    layers = Network(evaluation.architecture, parameters).layers
    _, outputs = naive.forward(evaluation.architecture, layers, data.validation_inputs)
    return float(np.mean((outputs[-1] - data.validation_targets) ** 2))


def test_class_curves_are_those_of_training_alone(data: DataSet) -> None:
    """Each replicate has its class curves, of which objectives and medians are taken."""
    stream = sample_stream(
        left_or_right(data), TrainingSettings(samples=60, replicates=20, loss="cross_entropy"), (0,)
    )
    names = "error_rate", "log_loss", "balanced_error"
    with Evaluator("float32", Workers(2, "loky")) as two:
        scoring = Scoring(names, "worst")
        [(_, found)] = two.evaluate(deque(CONFIGURATIONS[1:2]), (stream,), scoring)
    assert isinstance(found, Evaluation)
    phenotype = phenotype_of(CONFIGURATIONS[1], stream.layer_ends, stream.settings)
    alone = train(phenotype.architecture, [phenotype.lane(number) for number in range(20)], stream)
    assert tuple(found.class_curves) == names
    for name in names:
        curves = found.class_curves[name]
        assert curves.tobytes() == alone.class_curves[name].tobytes()
        assert found.objectives[name] == pytest.approx(float(curves[:, -1].max()), rel=1e-5)
        assert found.median_class_curves[name] == tuple(np.median(curves, axis=0).tolist())


def test_diverged_replicates_are_counted(stream: SampleStream) -> None:
    """If replicates diverge, objectives without a finite value are NaN, and they are counted."""
    evaluation = evaluated(CONFIGURATIONS, stream)[5]
    assert evaluation.diverged == 12
    assert np.isnan(evaluation.objectives["final_mse"])
    assert np.isnan(evaluation.objectives["samples_to_target"])
    assert evaluation.objectives["parameters"] == naive.parameter_count((2, 15, 15, 15, 2))


def test_objectives_are_medians_of_the_replicates(stream: SampleStream) -> None:
    """Each replicate has its value of each objective, NaN where it diverged."""
    for evaluation in evaluated(CONFIGURATIONS[:6], stream):
        finals = np.array(evaluation.replicates["final_mse"])
        assert np.isnan(finals).sum() == evaluation.diverged
        expected = evaluation.curves[:, -1].clip(1e-14)
        sound = np.isfinite(expected)
        np.testing.assert_allclose(finals[sound], expected[sound], rtol=1e-5)
        for name, value in evaluation.objectives.items():
            values = np.array(evaluation.replicates[name])
            if not np.isnan(values).any():
                assert value == pytest.approx(np.median(values), rel=1e-5)


def test_fresh_seeds_give_other_weights(data: DataSet, stream: SampleStream) -> None:
    """Another seed trains other networks."""
    fresh = sample_stream(data, stream.settings, (0, 1))
    known = evaluated(CONFIGURATIONS[:1], stream)[0]
    assert evaluated(CONFIGURATIONS[:1], fresh)[0].curves.tobytes() != known.curves.tobytes()


def test_only_trials_that_kill_their_worker_or_raise_have_failed(
    stream: SampleStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Genomes that kill workers or raise have failed; all others have the same bits."""
    expected = list(map(bits, evaluated(CONFIGURATIONS[:8], stream)))
    deadly, overwhelming = ({**CONFIGURATIONS[2], "hidden": (units,)} for units in (7, 8))
    monkeypatch.setattr(evaluator, "_train", faults.train_or_die)
    with Evaluator("float32", Workers(2, "loky")) as many:
        configurations = [deadly, *CONFIGURATIONS[:4], overwhelming, *CONFIGURATIONS[4:8]]
        results = dict(many.evaluate(deque(configurations), (stream,), SCORING))
    failures = [results.pop(0), results.pop(5)]
    assert [each.cause for each in failures if isinstance(each, Failure)] == [
        "its worker died twice (SIGKILL)",
        "MemoryError",
    ]
    evaluations = [each for _, each in sorted(results.items()) if isinstance(each, Evaluation)]
    assert list(map(bits, evaluations)) == expected


def test_a_failure_does_not_affect_trials_of_the_same_bundle(
    data: DataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trials that share bundles with one that fails have results, and that one fails once."""
    stream = sample_stream(data, TrainingSettings(samples=200, replicates=20), (0, 0))
    configurations = [{**CONFIGURATIONS[0], "learning_rate": rate} for rate in (0.1, 0.25, 0.2)]
    monkeypatch.setattr(evaluator, "_train", faults.train_or_raise)
    with Evaluator("float32", Workers(1)) as one:
        results = list(one.evaluate(deque(configurations), (stream,), SCORING))
    kinds = {trial: type(result) for trial, result in results}
    assert len(results) == 3
    assert kinds == {0: Evaluation, 1: Failure, 2: Evaluation}


def test_stop_returns_complete_trials_only(data: DataSet) -> None:
    """Stopped at once there is no result; stopped later, only complete trials are returned."""
    stream = sample_stream(data, TrainingSettings(samples=200, replicates=20), (0, 0))
    with Evaluator("float32", Workers(1)) as one:
        assert not list(one.evaluate(deque(CONFIGURATIONS), (stream,), SCORING, lambda: True))
        given: list[Evaluation | Failure] = []
        running = one.evaluate(deque(CONFIGURATIONS), (stream,), SCORING, lambda: len(given) == 5)
        for _, result in running:
            given.append(result)
    assert all(isinstance(each, Evaluation) and len(each.curves) == 20 for each in given)
    assert 5 <= len(given) < len(CONFIGURATIONS)


def test_wrong_settings_of_workers_are_refused() -> None:
    """A wrong scheduler, and a time limit for threads, are refused."""
    with pytest.raises(UsageError) as caught:
        Workers(-2, "dask", trial_timeout=0)
    assert caught.value.problems == (
        "jobs: must be a whole number of at least 1, or -1 for one per core, but got -2",
        (
            "scheduler: must be the address of a Dask scheduler, such as tcp://127.0.0.1:8786, "
            "but got None"
        ),
        "trial_timeout: must be a number of seconds above 0, but got 0",
    )
    with pytest.raises(UsageError) as caught:
        Workers(scheduler="tcp://127.0.0.1:8786", trial_timeout=5)
    assert caught.value.problems == (
        "scheduler: must be left out unless the backend is dask, but got 'tcp://127.0.0.1:8786'",
        (
            "trial_timeout: must have the backend loky or dask, since a thread can't be stopped, "
            "but got 'threading'"
        ),
    )


def test_zero_workers_and_unknown_backends_are_refused() -> None:
    """Zero jobs and an unknown backend are both reported, each in its line."""
    with pytest.raises(UsageError) as caught:
        Workers(0, "carrier pigeon")  # type: ignore[arg-type]  # what the test is about
    assert caught.value.problems == (
        "jobs: must be a whole number of at least 1, or -1 for one per core, but got 0",
        "backend: must be one of 'threading', 'loky', 'dask', but got 'carrier pigeon'",
    )


def test_an_error_below_the_floor_counts_as_the_floor(stream: SampleStream) -> None:
    """In float32 an error below 1e-14 is rounding, and counts as 1e-14."""
    perfect = {"hidden": (), "learning_rate": 0.4, "activation": "linear"}
    evaluation = evaluated([perfect], stream)[0]
    assert np.median(evaluation.curves[:, -1]) < 1e-14
    assert evaluation.objectives["final_mse"] == 1e-14
