"""A network whose data were scaled takes raw inputs and returns raw outputs."""

import numpy as np
import pytest

from neuroevo.learning import Architecture, Columns, Network, Precision, Scaling


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_raw_inputs_are_scaled_and_outputs_scaled_back(precision: Precision) -> None:
    """Predictions are those of the network without scaling, between the two scalings."""
    random = np.random.default_rng(5)
    architecture = Architecture(inputs=3, hidden=(4,), outputs=2, activation="tanh")
    parameters = random.normal(size=architecture.vector_size).astype(precision)
    columns = Columns(
        ("a", "b", "c"),
        ("d", "e"),
        input_scaling=Scaling((1.0, -2.0, 1000.0), (0.5, 4.0, 300.0)),
        output_scaling=Scaling((10.0, 0.0), (2.0, 0.125)),
    )
    raw = random.normal([1, -2, 1000], [0.5, 4, 300], (20, 3))
    bare = Network(architecture, parameters)
    scaled = (raw - [1, -2, 1000]) / [0.5, 4, 300]
    outputs = bare.predict(scaled)
    assert outputs.dtype == precision
    found = Network(architecture, parameters, columns).predict(raw)
    assert found.dtype == np.float64
    expected = outputs.astype(np.float64) * [2, 0.125] + [10, 0]
    np.testing.assert_allclose(found, expected, rtol=1e-6 if precision == "float32" else 1e-14)
