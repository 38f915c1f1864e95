"""Products of linear layers, compared with the network."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroevo.analysis.network_paths import amounts_to
from tests.invented_findings import network


@settings(max_examples=20)
@given(st.lists(st.integers(1, 6), max_size=4))
def test_product_of_linear_layers_equals_the_network(hidden: list[int]) -> None:
    """The product of a linear network's layers computes the same as the network."""
    linear = network(tuple(hidden))
    weights, biases = amounts_to(linear)
    inputs = np.array([[0.3, -0.7], [1.0, 0.5]])
    assert inputs @ weights + biases == pytest.approx(linear.predict(inputs), abs=1e-9)
