"""The normal form of architectures, and their problems."""

from typing import Any

import pytest

from neuroevo.errors import UsageError
from neuroevo.learning import Architecture
from neuroevo.learning.architecture import Activations

SHAPE: dict[str, Any] = {"inputs": 2, "hidden": (4, 3), "outputs": 2}


@pytest.mark.parametrize(
    ("hidden", "given", "normal"),
    [
        ((4, 3), ("tanh", "relu"), ("tanh", "relu")),
        ((4, 3), ["tanh", "relu"], ("tanh", "relu")),
        ((4, 3), ("tanh", "tanh"), "tanh"),
        ((4,), ("relu",), "relu"),
        ((), "relu", "linear"),
        ((), (), "linear"),
    ],
)
def test_equal_networks_are_equal_architectures(
    hidden: tuple[int, ...],
    given: object,
    normal: Activations,
) -> None:
    """Equal activations, or those of no layer, have one normal form, also after JSON."""
    architecture = Architecture.of(SHAPE | {"hidden": hidden, "activation": given})
    assert architecture.activation == normal
    assert len(architecture.activations) == len(hidden)
    twin = Architecture(inputs=2, hidden=hidden, outputs=2, activation=normal)
    assert (architecture, hash(architecture)) == (twin, hash(twin))
    assert Architecture.of(architecture.model_dump(mode="json")) == architecture


def test_all_problems_of_an_architecture_are_reported_at_once() -> None:
    """Each problem, also of a single activation, has a line with its key."""
    with pytest.raises(UsageError) as caught:
        Architecture.of(SHAPE | {"inputs": 0, "activation": ["tahn", "relu"], "output": "sofmax"})
    keys = [problem.split(":")[0] for problem in caught.value.problems]
    assert keys == ["inputs", "activation[0]", "output"]


def test_there_are_as_many_activations_as_hidden_layers() -> None:
    """One too few is refused, with the right number in the message."""
    with pytest.raises(UsageError) as caught:
        Architecture.of(SHAPE | {"activation": ["tanh"]})
    assert caught.value.problems == (
        "activation: must be as many as hidden layers (2), but got ['tanh']",
    )
