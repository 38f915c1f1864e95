"""The transfer of a configuration to the search space of another experiment."""

from typing import Any

import pytest

from neuroevo.errors import UsageError
from neuroevo.experiment import Experiment, transfer
from neuroevo.learning import TrainingSettings

OWN = {"count": [1, 4], "width": [1, 32], "activation": ["tanh", "relu"]}
SEED = {"hidden": (6, 4), "learning_rate": 0.1, "activation": "tanh"}


def asked(training: dict[str, Any] | None = None, **space: Any) -> Experiment:  # noqa: ANN401 - genes
    """Return an experiment of the mouse task with these genes."""
    table = {"task": {"kind": "mouse"}, "space": space, "training": training or {}}
    return Experiment.of(table)


def taken(
    configuration: dict[str, Any],
    target: Experiment,
    **origin: Any,  # noqa: ANN401 - settings
) -> dict[str, Any]:
    """Return the transferred genome as a dict."""
    return dict(transfer(configuration, TrainingSettings(**origin), target).genome)


def test_a_configuration_of_the_same_space_stays_as_it_is() -> None:
    """Nothing is changed or left out if both experiments have the same genes."""
    moved = transfer(SEED, TrainingSettings(), asked())
    assert (dict(moved.genome), moved.left_out) == (SEED, ())


def test_genes_that_a_seed_lacks_get_its_training_settings() -> None:
    """They come from its own settings, not from those of the target experiment."""
    target = asked({"dropout": 0.3}, batch_size={"low": 1, "high": 32}, dropout=[0.0, 0.3])
    assert taken(SEED, target, batch_size=8) == SEED | {"batch_size": 8, "dropout": 0.0}


def test_a_default_that_a_gene_does_not_allow_is_replaced() -> None:
    """The target's setting replaces a default; a setting that is no default is refused instead."""
    target = asked({"batch_size": 16}, batch_size=[8, 16])
    assert taken(SEED, target)["batch_size"] == 16
    with pytest.raises(UsageError, match=r"batch_size: must be 8 or 16, but got 64$"):
        taken(SEED, target, batch_size=64)
    with pytest.raises(UsageError, match=r"l2: .* but got 0\.0, a default; training\.l2 can give"):
        taken(SEED, asked(l2={"low": 1e-8, "high": 1e-2}))


def test_genes_that_are_not_active_get_no_value() -> None:
    """A gene that the seed's optimizer does not use has no value in the genome."""
    target = asked(optimizer=["sgd", "momentum"], momentum={"low": 0.1, "high": 0.5})
    assert "momentum" not in taken(SEED, target)
    with pytest.raises(UsageError, match=r"momentum: must be .* but got 0\.9"):
        taken(SEED, target, optimizer="momentum")


def test_settings_without_a_gene_are_left_out_and_reported() -> None:
    """Only settings that are used and differ from the target's are reported."""
    seed = SEED | {"optimizer": "adam", "momentum": 0.5, "beta1": 0.8, "l2": 0.0}
    moved = transfer(seed, TrainingSettings(batch_size=8), asked({"batch_size": 8}))
    assert dict(moved.genome) == SEED
    assert moved.left_out == ("optimizer", "beta1")


@pytest.mark.parametrize("hidden", [(6, 4), (6,), ()])
def test_activations_of_layers_and_of_a_network_are_converted(hidden: tuple[int, ...]) -> None:
    """From one for all layers to one for each and back, nothing is lost."""
    seed = SEED | {"hidden": hidden}
    own = taken(seed, asked(hidden={**OWN, "count": [0, 4]}))
    assert own == {
        "hidden": tuple((width, "tanh") for width in hidden),
        "learning_rate": 0.1,
    }
    back = taken(own, asked(hidden={"count": [0, 4], "width": [1, 32]}))
    if hidden:
        assert back == seed
    else:  # any activation will do
        assert back["hidden"] == ()


def test_different_activations_of_layers_are_refused() -> None:
    """A space with one activation for all layers refuses a network with several."""
    seed = {"hidden": ((6, "tanh"), (4, "relu")), "learning_rate": 0.1}
    with pytest.raises(UsageError, match="hidden: must have one activation for all layers"):
        taken(seed, asked())


def test_each_value_outside_the_space_is_one_line() -> None:
    """All values that the space does not allow are reported at once, with rule and value."""
    target = asked(hidden={"count": [1, 1], "width": [1, 32]}, learning_rate=[0.5])
    with pytest.raises(UsageError) as refused:
        taken(SEED, target)
    assert refused.value.problems == (
        "hidden: must have 1 layers, but got 2",
        "learning_rate: must be 0.5, but got 0.1",
    )
