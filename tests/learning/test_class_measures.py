"""The measures of classes on the validation samples, beside MSE."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.metrics import balanced_accuracy_score, log_loss, zero_one_loss

from neuroevo.learning import (
    LOSSES,
    Architecture,
    Columns,
    DataSet,
    Loss,
    Network,
    Optimization,
    Precision,
    TrainingSettings,
)
from neuroevo.learning.data import labels_of
from neuroevo.learning.lanes import Lane
from neuroevo.learning.training import SampleStream, Trained, sample_stream, train
from tests import naive

SEED = (11, 0)
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
TOLERANCES = {"float32": 1e-6, "float64": 1e-12}
DIVERGING = 1e30  # a learning rate
MEASURES = ("error_rate", "log_loss", "balanced_error")

Varied = Callable[[int, Optimization], list[Lane]]


def architecture_for(loss: Loss = "cross_entropy", **changes: Any) -> Architecture:  # noqa: ANN401 - any field
    """Make an architecture for three classes."""
    output = "softmax" if loss == "cross_entropy" else "linear"
    fields = {"inputs": 3, "hidden": (6, 5), "outputs": 3, "activation": "tanh", "output": output}
    return Architecture.of(fields | changes)


def stream_of(data: DataSet, samples: int, **settings: Any) -> SampleStream:  # noqa: ANN401 - any setting
    """Draw samples for a training, on cross-entropy by default."""
    chosen = TrainingSettings(samples=samples, **{"loss": "cross_entropy", **settings})
    return sample_stream(data, chosen, SEED)


def bits(trained: Trained, lane: int) -> list[bytes]:
    """Return the class curves of a lane."""
    return [curves[lane].tobytes() for curves in trained.class_curves.values()]


def expected(
    architecture: Architecture, parameters: npt.NDArray[Any], data: DataSet
) -> dict[str, float]:
    """Compute the measures of a network naively, in float64."""
    layers = Network(architecture, parameters.astype(np.float64)).layers
    _, activations = naive.forward(architecture, layers, data.validation_inputs)
    resolution = float(np.finfo(parameters.dtype).eps)
    weights = np.ones(len(activations[-1]))
    if data.validation_weights is not None:
        weights = data.validation_weights
    return naive.class_measures(activations[-1], data.validation_targets, weights, resolution)


@pytest.mark.parametrize("weighs", [False, True])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("precision", PRECISIONS)
def test_each_point_has_the_measures_of_its_network(
    precision: Precision, loss: Loss, classes: DataSet, varied: Varied, *, weighs: bool
) -> None:
    """At each point, all measures are those of the network trained so far, computed naively."""
    if weighs:
        weights = np.random.default_rng(2).integers(0, 4, len(classes.validation_inputs))
        classes = replace(classes, validation_weights=weights.astype(np.float64))
    architecture = architecture_for(loss)
    lanes = varied(5, Optimization(optimizer="adam", batch_size=4))
    stream = stream_of(classes, 160, precision=precision, loss=loss)
    trained = train(architecture, lanes, stream)
    assert tuple(trained.class_curves) == MEASURES
    for place in range(3, len(stream.samples_seen), 4):
        budget = int(stream.samples_seen[place])
        shorter = train(
            architecture, lanes, stream_of(classes, budget, precision=precision, loss=loss)
        )
        for lane, parameters in enumerate(shorter.parameters):
            for name, value in expected(architecture, parameters, classes).items():
                got = shorter.class_curves[name][lane, -1]
                assert got == pytest.approx(value, rel=10 * TOLERANCES[precision])
                if budget % 4 == 0:  # else the last batch of the shorter training is not whole
                    assert trained.class_curves[name][lane, place] == got


@pytest.mark.parametrize("weighs", [False, True])
@pytest.mark.parametrize("precision", PRECISIONS)
def test_agree_with_scikit_learn(precision: Precision, *, weighs: bool) -> None:
    """Of what trained networks predict for thousands of samples, all measures are the same."""
    random = np.random.default_rng(5)
    training, validation = random.normal(size=(300, 3)), random.normal(size=(4_321, 3))
    labels = (validation * [3, 1, 1]).argmax(axis=1)  # not equally frequent
    targets = np.eye(3)[(training * [3, 1, 1]).argmax(axis=1)], np.eye(3)[labels]
    columns = Columns(("a", "b", "c"), ("a", "b", "c"), ("a", "b", "c"))
    weights = random.exponential(size=len(labels)) if weighs else None
    data = DataSet(training, targets[0], validation, targets[1], columns, None, weights)
    architecture, tolerance = architecture_for(), TOLERANCES[precision]
    lanes = [Lane(number, 0.03, starting_weights="glorot") for number in range(4)]
    trained = train(architecture, lanes, stream_of(data, 500, precision=precision))
    for lane, parameters in enumerate(trained.parameters):
        predicted = Network(architecture, parameters).predict(validation)
        chosen = predicted.argmax(axis=1)
        theirs = {
            "error_rate": zero_one_loss(labels, chosen, sample_weight=weights),
            "log_loss": log_loss(labels, predicted, sample_weight=weights),
            "balanced_error": 1 - balanced_accuracy_score(labels, chosen, sample_weight=weights),
        }
        for name, value in theirs.items():
            assert trained.class_curves[name][lane, -1] == pytest.approx(value, abs=tolerance)
        assert 0.01 < theirs["error_rate"] < theirs["balanced_error"]


@pytest.mark.parametrize("precision", PRECISIONS)
def test_of_equal_outputs_the_first_is_predicted(precision: Precision, classes: DataSet) -> None:
    """A network that tells no classes apart predicts the first one, as numpy.argmax does."""
    blind = replace(classes, validation_inputs=np.zeros_like(classes.validation_inputs))
    trained = train(
        architecture_for(biases=False), [Lane(0, 0.1)], stream_of(blind, 5, precision=precision)
    )
    missed = np.mean(labels_of(classes.validation_targets) != 0)
    assert 0 < missed < 1
    assert trained.class_curves["error_rate"][0, -1] == pytest.approx(missed)
    assert trained.class_curves["balanced_error"][0, -1] == pytest.approx(2 / 3)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("precision", PRECISIONS)
def test_log_loss_of_impossible_classes_is_finite(
    precision: Precision, loss: Loss, classes: DataSet
) -> None:
    """Probabilities of 0 and 1, or outputs beyond them, are clipped."""
    far = replace(classes, validation_inputs=1e6 * classes.validation_inputs)
    architecture = architecture_for(loss, hidden=())
    trained = train(
        architecture, [Lane(0, 1e-9)], stream_of(far, 5, precision=precision, loss=loss)
    )
    value = expected(architecture, trained.parameters[0], far)["log_loss"]
    assert 5 < value < 40
    assert trained.class_curves["log_loss"][0, -1] == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize("batch_size", [1, 4])
@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_training_has_the_same_bits_without_classes(
    precision: Precision, batch_size: int, classes: DataSet, varied: Varied
) -> None:
    """MSE and parameters are the same to the bit if the columns have no classes."""
    lanes = varied(20, Optimization(optimizer="momentum", batch_size=batch_size, dropout=0.3))
    without = replace(classes, columns=replace(classes.columns, classes=()))
    for settings in ({}, {"patience": 3}):
        trained, plain = (
            train(architecture_for(), lanes, stream_of(data, 200, precision=precision, **settings))
            for data in (classes, without)
        )
        assert plain.class_curves == {}
        assert trained.curves.tobytes() == plain.curves.tobytes()
        assert trained.parameters.tobytes() == plain.parameters.tobytes()


@pytest.mark.parametrize("kept", ["best", "last"])
@pytest.mark.parametrize("precision", PRECISIONS)
def test_patience_keeps_the_measures_of_the_kept_network(
    precision: Precision, kept: str, classes: DataSet, varied: Varied
) -> None:
    """Once a lane has stopped, its class measures are those at its lowest MSE, or its last ones."""
    lanes = varied(16, Optimization(optimizer="adam", dropout=0.3))
    free = stream_of(classes, 400, precision=precision)
    patient = stream_of(classes, 400, precision=precision, patience=4, restore_best=kept == "best")
    freely, stopped = (train(architecture_for(), lanes, stream) for stream in (free, patient))
    ends = []
    for lane, curve in enumerate(freely.curves):
        lowest = [int(np.argmin(curve[: place + 1])) for place in range(len(curve))]
        late = [place for place in range(len(curve)) if place - lowest[place] >= 4]
        end = late[0] if late else len(curve) - 1
        place = lowest[end] if kept == "best" else end
        for name in MEASURES:
            until, whole = stopped.class_curves[name][lane], freely.class_curves[name][lane]
            assert until[:end].tobytes() == whole[:end].tobytes()
            assert (until[end + 1 :] == whole[place]).all()
            assert until[-1] == whole[place]
        alone = train(architecture_for(), [lanes[lane]], patient)  # nothing is computed at its end
        assert bits(alone, 0) == bits(stopped, lane)
        ends.append(end)
    assert min(ends) < len(free.samples_seen) - 1


def test_a_lane_that_stops_at_the_target_keeps_its_measures(
    classes: DataSet, varied: Varied
) -> None:
    """From the point at the target on, the class measures of a lane are constant."""
    lanes = varied(8, Optimization(optimizer="adam"))
    freely = train(architecture_for(), lanes, stream_of(classes, 200))
    target = float(np.median(freely.curves.min(axis=1)))
    stream = stream_of(classes, 200, stop_at_target=True, target_mse=target)
    stopped = train(architecture_for(), lanes, stream)
    for lane, curve in enumerate(freely.curves):
        at_target = np.flatnonzero(curve <= target)
        end = int(at_target[0]) if len(at_target) else len(curve) - 1
        for name in MEASURES:
            until, whole = stopped.class_curves[name][lane], freely.class_curves[name][lane]
            assert until[: end + 1].tobytes() == whole[: end + 1].tobytes()
            assert (until[end:] == whole[end]).all()


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_lane_that_diverges_is_infinite_in_all_measures(
    precision: Precision, loss: Loss, classes: DataSet
) -> None:
    """Measures are infinite wherever MSE is, in that lane only."""
    lanes = [Lane(0, 0.01), Lane(1, DIVERGING), Lane(2, 0.01)]
    architecture = architecture_for(loss, activation="linear")
    stream = stream_of(classes, 200, precision=precision, loss=loss)
    trained = train(architecture, lanes, stream)
    assert np.isinf(trained.curves[1, -1])
    for name in MEASURES:
        curves = trained.class_curves[name]
        assert (np.isinf(curves) == np.isinf(trained.curves)).all()
        assert np.isfinite(curves[[0, 2]]).all()
    for lane in (0, 2):
        assert bits(train(architecture, [lanes[lane]], stream), 0) == bits(trained, lane)


def test_a_lane_that_diverges_has_the_measures_of_its_best_network(classes: DataSet) -> None:
    """With patience, the last measures of a lane that diverged are those at its lowest MSE."""
    lane = Lane(0, 30.0, Optimization(optimizer="momentum", momentum=0.99))
    architecture = architecture_for("squared_error", activation="linear")
    lost, kept = (
        train(architecture, [lane], stream_of(classes, 300, loss="squared_error", patience=each))
        for each in (0, 1000)
    )
    assert np.isinf(lost.curves[0, -1])
    best = int(np.argmin(lost.curves[0]))
    for name in MEASURES:
        assert kept.class_curves[name][0, -1] == lost.class_curves[name][0, best]


def test_sums_over_many_samples_are_not_rounded_away() -> None:
    """In float32 the measures of a million samples are right to four digits."""
    rows = np.ones((1_000_000, 1))
    targets = np.tile(np.eye(2)[[0, 1, 1]], (333_334, 1))[:1_000_000]
    columns = Columns(("x",), ("first", "second"), ("first", "second"))
    many = DataSet(rows[:1], targets[:1], rows, targets, columns)
    architecture = Architecture(
        inputs=1, hidden=(), outputs=2, activation="linear", output="softmax"
    )
    trained = train(architecture, [Lane(0, 1e-9)], stream_of(many, 1))
    for name, value in expected(architecture, trained.parameters[0], many).items():
        assert trained.class_curves[name][0, -1] == pytest.approx(value, rel=5e-5)
