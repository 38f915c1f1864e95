"""The settings of training, and which of them a bundle must share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.errors import DataError, UsageError
from neuroevo.kernel.arrays import method
from neuroevo.learning import Columns, DataSet, Optimization, TrainingSettings
from neuroevo.learning.training import sample_stream

SHARES = st.floats(0, 0.999999)


def test_each_wrong_parameter_is_one_line() -> None:
    """All values out of bounds are reported at once, with the bound."""
    with pytest.raises(UsageError) as caught:
        Optimization(momentum=1, epsilon=0, dropout=-0.1, batch_size=0, max_gradient_norm=-1)
    assert caught.value.problems == (
        "momentum: must be at most 0.999999, but got 1",
        "epsilon: must be at least 1e-30, but got 0",
        "dropout: must be at least 0, but got -0.1",
        "max_gradient_norm: must be at least 0, but got -1",
        "batch_size: must be at least 1, but got 0",
    )


@given(SHARES, SHARES, st.floats(0, 1e6), st.just(0.0) | st.floats(1e-9, 1e9))
def test_the_method_depends_on_whether_numbers_are_zero(
    momentum: float, dropout: float, l2: float, norm: float
) -> None:
    """Networks share a method if dropout and clipping are on or off in all of them."""
    optimization = Optimization(
        optimizer="adam", momentum=momentum, dropout=dropout, l2=l2, max_gradient_norm=norm
    )
    assert optimization.method == method(
        "adam", "constant", 1, l2=False, clipping=norm > 0, dropout=dropout > 0
    )


@pytest.mark.parametrize(
    ("rows", "wrong", "row"),
    [
        ([[0.5, 0.5], [0.7, 0.7], [1, 1]], "[0.7, 0.7]", 1),
        ([[1, 0], [0, 1], [1.5, -0.5]], "[1.5, -0.5]", 2),
        ([[0.5, 0.5 + 3e-6]], "[0.5, 0.500003]", 0),
    ],
)
def test_cross_entropy_requires_probabilities(
    rows: list[list[float]], wrong: str, row: int
) -> None:
    """The first row of targets that are no class probabilities is reported, in both parts."""
    inputs, targets = np.zeros((len(rows), 1)), np.array(rows)
    data = DataSet(inputs, targets, inputs, targets, Columns(("input",), ("a", "b")))
    rule = "must be class probabilities for cross_entropy, each at least 0 and their sum 1"
    with pytest.raises(DataError) as caught:
        sample_stream(data, TrainingSettings(loss="cross_entropy"), (0,))
    assert caught.value.problems == tuple(
        f"{part}_targets: {rule}, but got {wrong} in row {row}"
        for part in ("training", "validation")
    )
    sample_stream(data, TrainingSettings(), (0,))


def test_probabilities_may_be_rounded() -> None:
    """A sum that is 1 up to rounding is accepted."""
    inputs, targets = np.zeros((1, 1)), np.array([[1 / 3, 1 / 3, 1 / 3 + 5e-7]])
    data = DataSet(inputs, targets, inputs, targets, Columns(("input",), ("a", "b", "c")))
    assert sample_stream(data, TrainingSettings(loss="cross_entropy"), (0,)).layer_ends == (1, 3)
