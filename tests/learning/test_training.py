"""Training on lanes against a naive twin, against scikit-learn, and against itself."""

import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor

from neuroevo.learning import (
    ACTIVATIONS,
    Activation,
    Architecture,
    DataSet,
    Network,
    Precision,
    TrainingSettings,
)
from neuroevo.learning.lanes import Lane
from neuroevo.learning.starting_weights import starting_parameters
from neuroevo.learning.training import Trained, sample_stream, train
from tests import naive

SEED = (11, 0)
PIECEWISE_LINEAR = ("linear", "relu", "leaky_relu")


def trained_on_lanes(
    architecture: Architecture, lanes: list[Lane], data: DataSet, settings: TrainingSettings
) -> Trained:
    """Train with the kernel."""
    stream = sample_stream(data, settings, SEED)
    lanes = [lane._replace(starting_weights="glorot") for lane in lanes]
    return train(architecture, lanes, stream)


def trained_naively(
    architecture: Architecture, lane: Lane, data: DataSet, settings: TrainingSettings
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Train one lane with the naive twin: its learning curve and its parameter vector."""
    stream = sample_stream(data, settings, SEED)
    start = starting_parameters(architecture, "glorot", SEED, lane.replicate)
    points = set(stream.samples_seen.tolist())
    network = Network(architecture, start.astype(settings.precision))
    rate = float(np.dtype(settings.precision).type(lane.learning_rate))
    curve, layers = naive.train(network, rate, data, stream.order.tolist(), points)
    return np.array(curve), naive.vector(layers)


@pytest.mark.parametrize("depth", range(1, 9))
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_float64_lanes_agree_with_the_naive_twin(
    activation: Activation, depth: int, data: DataSet
) -> None:
    """Every activation at every depth trains to the naive twin's weights and learning curve."""
    architecture = Architecture(
        inputs=3, hidden=(5, 4, 9, 1, 6, 2, 7, 3)[:depth], outputs=2, activation=activation
    )
    settings = TrainingSettings(samples=200, precision="float64")
    lanes = [Lane(replicate, 0.02 * (replicate + 1)) for replicate in range(2)]
    trained = trained_on_lanes(architecture, lanes, data, settings)
    tolerance = 1e-12 if activation in PIECEWISE_LINEAR else 1e-9
    for lane, curve, parameters in zip(lanes, trained.curves, trained.parameters, strict=True):
        expected_curve, expected_parameters = trained_naively(architecture, lane, data, settings)
        np.testing.assert_allclose(curve, expected_curve, rtol=tolerance, atol=tolerance)
        np.testing.assert_allclose(parameters, expected_parameters, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("shift", range(len(ACTIVATIONS)))
def test_each_layer_has_its_own_activation(shift: int, data: DataSet) -> None:
    """Lanes whose layers all differ in activation agree with the twin, in whichever order."""
    order = (*ACTIVATIONS[shift:], *ACTIVATIONS[:shift])[:5]
    architecture = Architecture(inputs=3, hidden=(5, 4, 9, 1, 6), outputs=2, activation=order)
    settings = TrainingSettings(samples=200, precision="float64")
    lane = Lane(shift, 0.02)
    trained = trained_on_lanes(architecture, [lane], data, settings)
    curve, parameters = trained_naively(architecture, lane, data, settings)
    np.testing.assert_allclose(trained.curves[0], curve, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(trained.parameters[0], parameters, rtol=1e-9, atol=1e-9)
    network = Network(architecture, parameters)
    _, outputs = naive.forward(network.layers, order, data.validation_inputs)
    predicted = network.predict(data.validation_inputs)
    np.testing.assert_allclose(predicted, outputs[-1], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_float32_lanes_agree_as_far_as_float32_can(activation: Activation, data: DataSet) -> None:
    """After 200 samples in float32 the weights differ from float64's by rounding alone."""
    architecture = Architecture(inputs=3, hidden=(6, 5), outputs=2, activation=activation)
    settings = TrainingSettings(samples=200, precision="float32")
    lane = Lane(0, 0.05)
    trained = trained_on_lanes(architecture, [lane], data, settings)
    curve, parameters = trained_naively(architecture, lane, data, settings)
    np.testing.assert_allclose(trained.curves[0], curve, rtol=2e-5)
    np.testing.assert_allclose(trained.parameters[0], parameters, rtol=2e-5, atol=2e-5)


def test_biases_that_are_off_stay_zero(data: DataSet) -> None:
    """Without biases the twin agrees as well, and every bias is 0 to the end."""
    architecture = Architecture(inputs=3, hidden=(4, 5), outputs=2, activation="tanh", biases=False)
    settings = TrainingSettings(samples=100, precision="float64")
    trained = trained_on_lanes(architecture, [Lane(0, 0.1)], data, settings)
    _, parameters = trained_naively(architecture, Lane(0, 0.1), data, settings)
    np.testing.assert_allclose(trained.parameters[0], parameters, rtol=1e-9, atol=1e-9)
    assert all(
        not biases.any() for _, biases in Network(architecture, trained.parameters[0]).layers
    )


@pytest.mark.parametrize(
    ("activation", "theirs"),
    [("linear", "identity"), ("tanh", "tanh"), ("sigmoid", "logistic"), ("relu", "relu")],
)
def test_agrees_with_scikit_learn(activation: Activation, theirs: str, data: DataSet) -> None:
    """An MLPRegressor that takes the same samples one by one ends with the same weights."""
    architecture = Architecture(inputs=3, hidden=(6, 5), outputs=2, activation=activation)
    settings = TrainingSettings(samples=120, precision="float64")
    stream = sample_stream(data, settings, SEED)
    start = starting_parameters(architecture, "glorot", SEED, 0)
    peer = MLPRegressor(
        hidden_layer_sizes=(6, 5),
        activation=theirs,
        solver="sgd",
        alpha=0,
        momentum=0,
        learning_rate_init=0.05,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        peer.partial_fit(data.training_inputs[:1], data.training_targets[:1])
        layers = Network(architecture, start).layers
        for weights, biases, (w, b) in zip(peer.coefs_, peer.intercepts_, layers, strict=True):
            weights[:], biases[:] = w, b
        for sample in stream.order:
            chosen = slice(sample, sample + 1)
            peer.partial_fit(data.training_inputs[chosen], data.training_targets[chosen])
    theirs_after = naive.vector(list(zip(peer.coefs_, peer.intercepts_, strict=True)))
    ours = trained_on_lanes(architecture, [Lane(0, 0.05)], data, settings).parameters[0]
    np.testing.assert_allclose(ours, theirs_after, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_a_lane_does_not_depend_on_its_neighbours(precision: Precision, data: DataSet) -> None:
    """A lane has the same bits alone and at any place of any bundle, beside diverging lanes."""
    architecture = Architecture(inputs=3, hidden=(6, 5), outputs=2, activation="softplus")
    settings = TrainingSettings(samples=300, precision=precision)
    alone = trained_on_lanes(architecture, [Lane(4, 0.1)], data, settings)
    beside = [Lane(replicate, 1e6) for replicate in range(20)]
    beside[17] = Lane(4, 0.1)
    bundled = trained_on_lanes(architecture, beside, data, settings)
    assert bundled.curves[17].tobytes() == alone.curves[0].tobytes()
    assert bundled.parameters[17].tobytes() == alone.parameters[0].tobytes()


def test_divergence_is_marked_and_stays(data: DataSet) -> None:
    """From the point where a lane's error isn't finite its curve is infinite; others go on."""
    architecture = Architecture(inputs=3, hidden=(6, 6), outputs=2, activation="linear")
    settings = TrainingSettings(samples=2000)
    trained = trained_on_lanes(architecture, [Lane(0, 0.01), Lane(0, 3.0)], data, settings)
    finite = np.isfinite(trained.curves)
    assert finite[0].all()
    assert finite[1, 0]
    assert not finite[1, -1]
    assert (np.diff(finite[1].astype(int)) <= 0).all()


def test_a_bundle_that_has_diverged_costs_no_more(data: DataSet) -> None:
    """When all lanes have diverged, the rest of a budget of hours is not spent."""
    architecture = Architecture(inputs=3, hidden=(300, 300, 300), outputs=2, activation="linear")
    settings = TrainingSettings(samples=100_000_000, shuffle=False)
    lanes = [Lane(replicate, 30.0) for replicate in range(16)]
    trained = trained_on_lanes(architecture, lanes, data, settings)
    assert np.isinf(trained.curves[:, -1]).all()
    assert np.isnan(trained.parameters).all()


def test_without_shuffling_samples_come_in_their_order(data: DataSet) -> None:
    """Unshuffled samples come as they stand, again and again; shuffled ones once an epoch."""
    settings = TrainingSettings(samples=400, shuffle=False)
    assert sample_stream(data, settings, SEED).order.tolist() == [i % 150 for i in range(400)]
    shuffled = sample_stream(data, TrainingSettings(samples=400), SEED).order
    assert sorted(shuffled[:150]) == sorted(shuffled[150:300]) == list(range(150))
    assert shuffled[:150].tolist() != shuffled[150:300].tolist()


PRINT_BITS = """
import hashlib
import numpy as np
from neuroevo.learning import ACTIVATIONS, Architecture, DataSet, TrainingSettings
from neuroevo.learning.lanes import Lane
from neuroevo.learning.training import sample_stream, train

x = np.random.default_rng(0).uniform(-1, 1, (40, 2))
data = DataSet(x, x, x[:9], x[:9], ("x", "y"), ("x", "y"))
digest = hashlib.sha256()
for precision in ("float32", "float64"):
    stream = sample_stream(data, TrainingSettings(samples=120, precision=precision), (5,))
    for activation in ACTIVATIONS:
        architecture = Architecture(inputs=2, hidden=(5, 3), outputs=2, activation=activation)
        lanes = [Lane(replicate, 0.05 * replicate) for replicate in range(16)]
        trained = train(architecture, lanes, stream)
        digest.update(trained.curves.tobytes() + trained.parameters.tobytes())
print(digest.hexdigest())
"""


def test_equal_bits_on_other_processors(tmp_path: Path) -> None:
    """Compiled for plain x86-64, for AVX2 and for this machine, the kernel gives equal bits."""
    targets: list[dict[str, str]] = [
        {},
        {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": ""},
        {"NUMBA_CPU_NAME": "x86-64-v3", "NUMBA_CPU_FEATURES": ""},
    ]
    if "avx2" not in Path("/proc/cpuinfo").read_text(encoding="utf-8"):
        targets.pop()  # this machine could not run it
    bits = {
        subprocess.run(
            [sys.executable, "-c", PRINT_BITS],
            env={**os.environ, **target, "NUMBA_CACHE_DIR": str(tmp_path)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for target in targets
    }
    assert len(bits) == 1
