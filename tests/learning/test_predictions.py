"""Predictions of trained networks: against the formulas, and against the bits of training."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neuroevo.kernel.arrays import Floats
from neuroevo.kernel.prediction import predict
from neuroevo.learning import (
    ACTIVATIONS,
    Activation,
    Architecture,
    Columns,
    DataSet,
    Network,
    Precision,
    TrainingSettings,
)
from neuroevo.learning.architecture import Output
from neuroevo.learning.lanes import Lane
from neuroevo.learning.network import predictions
from neuroevo.learning.training import sample_stream, train
from tests import naive


@pytest.mark.parametrize("output", ["linear", "softmax"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_predictions_are_those_of_the_formulas(activation: Activation, output: Output) -> None:
    """A network predicts what a naive forward pass gives, for samples in all places of a block."""
    architecture = Architecture(
        inputs=3, hidden=(5, 17), outputs=4, activation=activation, output=output
    )
    random = np.random.default_rng(2)
    network = Network(architecture, random.normal(size=architecture.vector_size))
    inputs = random.normal(size=(70, 3))
    _, activations = naive.forward(architecture, network.layers, inputs)
    np.testing.assert_allclose(network.predict(inputs), activations[-1], rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_predictions_do_not_depend_on_other_networks_and_samples(precision: Precision) -> None:
    """Many networks for many samples give the same bits as each network for each sample alone."""
    architecture = Architecture(inputs=3, hidden=(6,), outputs=2, activation="tanh")
    random = np.random.default_rng(3)
    parameters = random.normal(size=(20, architecture.vector_size)).astype(precision)
    inputs = random.normal(size=(133, 3))
    together = predictions(architecture, parameters, inputs)
    for network in (0, 1, 9, 19):
        for sample in (0, 15, 16, 127, 128, 132):
            alone = predictions(architecture, parameters[[network]], inputs[[sample]])
            assert together[network, sample].tobytes() == alone.tobytes()


def test_read_only_arrays_need_no_other_machine_code(tmp_path: Path) -> None:
    """Weights and samples that can't be written to, also on disk, need no other compilation."""
    architecture = Architecture(inputs=3, hidden=(6,), outputs=2, activation="tanh")
    random = np.random.default_rng(4)
    parameters, inputs = (
        random.normal(size=(2, architecture.vector_size)),
        random.normal(size=(9, 3)),
    )
    expected = predictions(architecture, parameters, inputs)
    kernel: Any = predict  # a function of numba
    compiled = list(kernel.signatures)
    np.save(tmp_path / "inputs.npy", inputs)
    parameters.flags.writeable = False
    found = predictions(architecture, parameters, np.load(tmp_path / "inputs.npy", mmap_mode="r"))
    assert found.tobytes() == expected.tobytes()
    assert kernel.signatures == compiled


def test_predictions_do_not_depend_on_earlier_ones() -> None:
    """What an earlier prediction left in memory, even NaN, and other threads change no bit."""
    random = np.random.default_rng(5)
    architectures = [
        Architecture(inputs=3, hidden=hidden, outputs=2, activation="tanh", output="softmax")
        for hidden in ((4, 6), (6, 4), (5,))
    ]
    cases = [
        (each, random.normal(size=(1, each.vector_size)), random.normal(size=(count, 3)))
        for each, count in itertools.product(architectures, (1, 40))
    ]
    fresh = [run_alone(case) for case in cases]
    broken = architectures[0]
    for case, expected in zip(cases, fresh, strict=True):
        predictions(broken, np.full((1, broken.vector_size), np.nan), np.full((200, 3), np.nan))
        assert predictions(*case).tobytes() == expected
    with ThreadPoolExecutor(4) as threads:
        found = threads.map(lambda case: predictions(*case).tobytes(), cases * 50)
        assert list(found) == fresh * 50


def run_alone(case: tuple[Architecture, Floats, Floats]) -> bytes:
    """Predict in a thread that has predicted nothing before."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: predictions(*case).tobytes()).result()


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_predictions_have_the_bits_of_training(precision: Precision) -> None:
    """The square of a network's error at one sample is the last point of its learning curve."""
    random = np.random.default_rng(4)
    inputs, targets = random.normal(size=(30, 3)), random.normal(size=(30, 1))
    columns = Columns(("a", "b", "c"), ("y",))
    data = DataSet(inputs, targets, inputs[:1], targets[:1], columns)
    architecture = Architecture(inputs=3, hidden=(9, 4), outputs=1, activation="silu")
    settings = TrainingSettings(samples=200, precision=precision)
    trained = train(
        architecture,
        [Lane(place, 0.01) for place in range(5)],
        sample_stream(data, settings, (1, 0)),
    )
    predicted = predictions(architecture, trained.parameters, inputs[:1])
    errors = predicted[:, 0] - targets[0].astype(precision)
    assert (errors**2).tobytes() == trained.curves[:, -1:].astype(precision).tobytes()
