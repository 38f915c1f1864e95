"""Starting weights of lanes."""

from typing import get_args

import numpy as np

from neuroevo.learning import Architecture, DataSet, StartingWeights, TrainingSettings
from neuroevo.learning.lanes import Lane
from neuroevo.learning.training import sample_stream, train


def test_kinds_of_starting_weights_share_a_bundle(data: DataSet) -> None:
    """Lanes with different kinds of starting weights have the same bits together and alone."""
    architecture = Architecture(inputs=3, hidden=(6, 5), outputs=2, activation="tanh")
    stream = sample_stream(data, TrainingSettings(samples=50), (11, 0))
    kinds: tuple[StartingWeights, ...] = get_args(StartingWeights)
    lanes = [Lane(4, 0.1, starting_weights=kind) for kind in kinds]
    together = train(architecture, lanes, stream).parameters
    alone = [train(architecture, [lane], stream).parameters[0] for lane in lanes]
    assert together.tobytes() == np.array(alone).tobytes()
    assert len({row.tobytes() for row in together}) == len(kinds)
