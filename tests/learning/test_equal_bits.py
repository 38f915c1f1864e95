"""The bits of a lane depend neither on other lanes nor on the processor."""

from collections.abc import Callable

import pytest

from experiments.torture.processors import NETWORKS, OLDEST, hashes
from neuroevo.learning import (
    OPTIMIZERS,
    Architecture,
    DataSet,
    Optimization,
    Optimizer,
    Precision,
    TrainingSettings,
)
from neuroevo.learning.lanes import Lane
from neuroevo.learning.training import sample_stream, train

SEED = (11, 0)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_a_lane_does_not_depend_on_other_lanes(precision: Precision, data: DataSet) -> None:
    """A lane has the same bits alone and at any place of a bundle, also beside diverging lanes."""
    architecture = Architecture(inputs=3, hidden=(6, 5), outputs=2, activation="softplus")
    stream = sample_stream(data, TrainingSettings(samples=300, precision=precision), SEED)
    alone = train(architecture, [Lane(4, 0.1)], stream)
    beside = [Lane(replicate, 1e6) for replicate in range(20)]
    beside[17] = Lane(4, 0.1)
    bundled = train(architecture, beside, stream)
    assert bundled.curves[17].tobytes() == alone.curves[0].tobytes()
    assert bundled.parameters[17].tobytes() == alone.parameters[0].tobytes()


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("batch_size", [1, 4])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_lane_does_not_depend_on_hyperparameters_of_others(
    optimizer: Optimizer,
    batch_size: int,
    precision: Precision,
    classes: DataSet,
    varied: Callable[[int, Optimization], list[Lane]],
) -> None:
    """With all options of training, a lane has the same bits beside lanes with other numbers."""
    architecture = Architecture(
        inputs=3, hidden=(6, 5), outputs=3, activation=("silu", "elu"), output="softmax"
    )
    like = Optimization(
        optimizer=optimizer,
        batch_size=batch_size,
        schedule="cosine",
        l2=0.1,
        dropout=0.5,
        max_gradient_norm=1,
    )
    lanes = varied(20, like)
    lanes[2] = lanes[2]._replace(learning_rate=1e30)
    settings = TrainingSettings(samples=150, precision=precision, loss="cross_entropy")
    stream = sample_stream(classes, settings, SEED)
    bundled = train(architecture, lanes, stream)
    for place in (0, 2, 9, 19):
        alone = train(architecture, [lanes[place]], stream)
        assert bundled.curves[place].tobytes() == alone.curves[0].tobytes()
        assert bundled.parameters[place].tobytes() == alone.parameters[0].tobytes()
        for name, curves in alone.class_curves.items():
            assert bundled.class_curves[name][place].tobytes() == curves[0].tobytes()


def test_equal_bits_on_other_processors() -> None:
    """Compiled for plain x86-64 and for this machine, the kernel computes equal bits."""
    assert len(hashes(NETWORKS, [OLDEST])) == 1
