"""The network that a genome describes."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from neuroevo.evaluation import HiddenLayer, layers_of, phenotype_of
from neuroevo.learning import LOSSES, OPTIMIZERS, SCHEDULES, Optimization, TrainingSettings

NETWORK = {"hidden": (4,), "learning_rate": 0.1, "activation": "tanh"}
SHARES = st.floats(0, 0.99)
OPTIMIZATIONS = st.fixed_dictionaries(
    {},
    optional={
        "optimizer": st.sampled_from(OPTIMIZERS),
        "schedule": st.sampled_from(SCHEDULES),
        "batch_size": st.integers(1, 100),
        "momentum": SHARES,
        "beta1": SHARES,
        "dropout": SHARES,
        "l2": SHARES,
        "max_gradient_norm": st.floats(0.1, 10),
    },
)


@given(OPTIMIZATIONS, OPTIMIZATIONS)
def test_a_gene_overrides_its_setting(settings: dict[str, Any], genes: dict[str, Any]) -> None:
    """Genes are used where the genome has them, and settings elsewhere."""
    phenotype = phenotype_of(NETWORK | genes, (2, 2), TrainingSettings(**settings))
    assert phenotype.optimization == Optimization(**(settings | genes))


def test_cross_entropy_makes_softmax_outputs() -> None:
    """The loss decides the function of the outputs."""
    settings = [TrainingSettings(loss=loss) for loss in LOSSES]
    networks = [phenotype_of(NETWORK, (2, 2), each) for each in settings]
    assert [network.architecture.output for network in networks] == ["linear", "softmax"]


def test_layers_are_the_same_in_either_form() -> None:
    """Widths with one activation and pairs describe the same layers; other genes describe none."""
    layers = (HiddenLayer(6, "tanh"), HiddenLayer(4, "tanh"))
    assert layers_of({"hidden": (6, 4), "activation": "tanh"}) == layers
    assert layers_of({"hidden": ((6, "tanh"), (4, "tanh"))}) == layers
    assert layers_of({"hidden": (6,)}) == (HiddenLayer(6, ""),)
    assert layers_of({"hidden": (), "activation": "tanh"}) == layers_of({"rate": 0.1}) == ()
    assert layers_of({"rate": 0.1}, "rate") == ()
