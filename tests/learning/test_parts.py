"""A training in parts is the same as one at once."""

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from neuroevo.learning import Architecture, DataSet, Optimization, TrainingSettings
from neuroevo.learning.lanes import Lane
from neuroevo.learning.training import Trained, TrainingState, sample_stream, train, train_further

SEED = (3, 1)
ARCHITECTURE = Architecture(inputs=3, hidden=(5,), outputs=2, activation="tanh")

Varied = Callable[[int, Optimization], list[Lane]]


def in_parts(lanes: list[Lane], stream: Any, ends: list[int | None]) -> Trained:  # noqa: ANN401 - a stream
    """Train up to each of some points, with a state that went through pickle in between."""
    state: TrainingState | None = None
    for end in ends:
        trained, state = train_further(ARCHITECTURE, lanes, stream, state, end)
        state = pickle.loads(pickle.dumps(state))  # noqa: S301 - made here
    return trained


@pytest.mark.parametrize(
    "settings",
    [
        {"optimizer": "sgd"},
        {"optimizer": "adam", "batch_size": 7, "schedule": "cosine", "dropout": 0.3},
        {"optimizer": "nesterov", "batch_size": 64, "patience": 6, "precision": "float64"},
        {"optimizer": "rmsprop", "patience": 4, "restore_best": False, "max_gradient_norm": 0.5},
        {"optimizer": "adamw", "stop_at_target": True, "target_mse": 0.25, "batch_size": 3},
    ],
    ids=lambda settings: settings["optimizer"],
)
def test_parts_have_the_bits_of_a_training_at_once(
    settings: dict[str, Any], data: DataSet, varied: Varied
) -> None:
    """Curves and weights are equal, also where batches are cut, lanes stop or one diverges."""
    stream = sample_stream(data, TrainingSettings(samples=400, **settings), SEED)
    own = {name: settings[name] for name in settings if name in Optimization.model_fields}
    lanes = varied(20, Optimization(**own))
    lanes[3] = lanes[3]._replace(learning_rate=1e30)
    at_once = train(ARCHITECTURE, lanes, stream)
    parts = in_parts(lanes, stream, [5, 6, 20, None])
    assert parts.curves.tobytes() == at_once.curves.tobytes()
    assert parts.parameters.tobytes() == at_once.parameters.tobytes()
    diverged = np.isinf(at_once.curves)
    assert diverged[3].any() or stream.settings.restores_best
    assert not diverged[:3].any()


def test_the_result_of_a_part_is_that_of_a_training_with_its_points(
    classes: DataSet, varied: Varied
) -> None:
    """After ten points there are ten in all curves, the same as the first ten without an end."""
    settings = TrainingSettings(samples=400, loss="cross_entropy", batch_size=4)
    architecture = Architecture(
        inputs=3, hidden=(4,), outputs=3, activation="relu", output="softmax"
    )
    stream, lanes = sample_stream(classes, settings, SEED), varied(3, Optimization(batch_size=4))
    part, _ = train_further(architecture, lanes, stream, points=10)
    whole = train(architecture, lanes, stream)
    assert part.curves.tobytes() == whole.curves[:, :10].tobytes()
    assert (
        part.class_curves["log_loss"].tobytes() == whole.class_curves["log_loss"][:, :10].tobytes()
    )


def test_other_samples_continue_with_weights_and_moments(data: DataSet, varied: Varied) -> None:
    """Two halves of the samples, one after the other, give the weights of one go over both."""
    lanes = varied(4, Optimization(optimizer="adam", batch_size=5))

    def stream_of(rows: slice, samples: int) -> Any:  # noqa: ANN401 - a stream
        part = DataSet(
            data.training_inputs[rows],
            data.training_targets[rows],
            data.validation_inputs,
            data.validation_targets,
            data.columns,
        )
        return sample_stream(part, TrainingSettings(samples=samples, shuffle=False), SEED)

    whole = train(ARCHITECTURE, lanes, stream_of(slice(0, 100), 100))
    first, state = train_further(ARCHITECTURE, lanes, stream_of(slice(0, 50), 50))
    both, _ = train_further(ARCHITECTURE, lanes, stream_of(slice(50, 100), 50), state.restarted())
    assert both.parameters.tobytes() == whole.parameters.tobytes()
    assert both.curves[0, -1] == whole.curves[0, -1]
    assert both.curves[0, 0] < first.curves[0, 0]
