"""Model files give the same network again, and damaged ones are refused in one line."""

import json
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

import neuroevo
from neuroevo import DataError, StorageError
from neuroevo.export.description import describe
from neuroevo.export.model_file import KEY, plain_values
from neuroevo.storage.arrays import arrays_content, read_arrays
from tests.export.cases import array_case, averaged, case_named, every_case

Arrays = dict[str, np.ndarray]
Change = Callable[[Arrays, dict[str, Any]], None]


@every_case
def test_a_file_gives_the_same_network(name: str, tmp_path: Path) -> None:
    """What is read is written as the same bytes again."""
    case = case_named(name)
    path = tmp_path / "network.safetensors"
    case.model.save(path)
    read = neuroevo.load(path)
    assert read.to("safetensors") == path.read_bytes() == case.model.to("safetensors")
    assert read.to("json") == case.model.to("json")


@pytest.mark.parametrize("name", ["array, scaled", "table, mean of networks", "table, two classes"])
def test_its_predictions_are_the_same(name: str, tmp_path: Path) -> None:
    """Those of a network, of the mean of several, and of classes, to the bit."""
    case = case_named(name)
    case.model.save(tmp_path / "network")
    given = case.rows if case.preparation else case.rows.to_numpy()
    read, ours = neuroevo.load(tmp_path / "network").predict(given), case.model.predict(given)
    assert read.tobytes() == ours.tobytes()


def test_the_mean_is_that_of_each_network() -> None:
    """An ensemble predicts the mean of what its networks predict alone."""
    model = averaged(array_case(scaled=True)).model
    assert isinstance(model, neuroevo.Ensemble)
    rows = np.random.default_rng(2).normal(1e3, 250, (50, 3))
    alone = np.mean([each.predict(rows) for each in model.networks], axis=0)
    np.testing.assert_allclose(model.predict(rows), alone, rtol=1e-5)


def small_file() -> bytes:
    """Return a file of two small networks."""
    content = averaged(array_case("tanh", (1,)), ("tanh", "relu")).model.to("safetensors")
    assert isinstance(content, bytes)
    return content


def test_every_cut_or_flipped_bit_is_noticed(tmp_path: Path) -> None:
    """Cut or changed at any byte, the network is the same or one line names the file."""
    path, whole = tmp_path / "network.safetensors", small_file()
    flips = [
        whole[:place] + bytes([byte ^ 1 << place % 8]) + whole[place + 1 :]
        for place, byte in enumerate(whole)
    ]
    cuts = [whole[:length] for length in range(0, len(whole), 7)]
    named = unharmed = 0
    for content in [*cuts, *flips]:
        path.write_bytes(content)
        try:
            read = neuroevo.load(path)
        except DataError as error:
            named += re.fullmatch(rf"{path}: must be a model file.*", str(error)) is not None
        else:
            unharmed += read.to("safetensors") == whole
    assert named + unharmed == len(cuts) + len(flips)
    assert unharmed < 20  # bits that turn one space into another kind, and the like


def wrong_shape(arrays: Arrays, _: dict[str, Any]) -> None:
    """Cut a row of weights."""
    arrays["0.0.weights"] = arrays["0.0.weights"][:-1]


def wrong_type(arrays: Arrays, _: dict[str, Any]) -> None:
    """Make weights whole numbers."""
    arrays["0.0.weights"] = np.ones((3, 3), dtype=np.int64)


def other_precision(arrays: Arrays, _: dict[str, Any]) -> None:
    """Make biases float64 among float32."""
    arrays["1.0.biases"] = arrays["1.0.biases"].astype(np.float64)


def missing_array(arrays: Arrays, _: dict[str, Any]) -> None:
    """Remove an array."""
    del arrays["1.1.weights"]


def another_array(arrays: Arrays, _: dict[str, Any]) -> None:
    """Add an array."""
    arrays["5.5.weights"] = np.zeros(1)


def other_version(_: Arrays, described: dict[str, Any]) -> None:
    """Make the version 2."""
    described["version"] = 2


def not_finite(arrays: Arrays, _: dict[str, Any]) -> None:
    """Make a weight infinite."""
    arrays["0.0.weights"] = arrays["0.0.weights"] * np.inf


ARRAY = "must be a float32 array of finite numbers with "


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (wrong_shape, "networks[0][0].weights: must have a list for each of 3 inputs that are"),
        (wrong_type, f"networks[0][0].weights: {ARRAY}2 dimensions"),
        (other_precision, f"networks[1][0].biases: {ARRAY}1 dimension"),
        (not_finite, f"networks[0][0].weights: {ARRAY}2 dimensions"),
        (missing_array, "must be a model file of neuroevo, but it is damaged or something else"),
        (another_array, "must be a model file of neuroevo, but it is damaged or something else"),
        (other_version, "version: must be 1, the version that this neuroevo reads, but got 2"),
    ],
)
def test_content_that_does_not_fit_is_named(change: Change, problem: str, tmp_path: Path) -> None:
    """Arrays of another shape or type, missing ones, others, and another version."""
    arrays, described = read_arrays(small_file(), KEY)
    change(arrays, described)
    path = tmp_path / "network.safetensors"
    path.write_bytes(arrays_content(arrays, KEY, described))
    with pytest.raises(DataError) as caught:
        neuroevo.load(path)
    [line] = caught.value.problems
    assert line.startswith(f"{path}: {problem}")
    assert "\n" not in line


def test_a_header_that_claims_more_than_there_is_is_refused(tmp_path: Path) -> None:
    """10 GB of header, or of an array, are refused before any memory is taken."""
    shape = {"dtype": "F32", "shape": [2_500_000_000], "data_offsets": [0, 10**10]}
    header = json.dumps({"0.0.weights": shape}).encode()
    for content in (
        struct.pack("<Q", 10**10) + b"{}",
        struct.pack("<Q", len(header)) + header + b"\0" * 100,
        save({"x": np.zeros(3)}),
        b"",
    ):
        path = tmp_path / "network.safetensors"
        path.write_bytes(content)
        with pytest.raises(DataError, match=rf"{path}: must be a model file of neuroevo"):
            neuroevo.load(path)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    """Both are one line; only the first is an error of the storage."""
    with pytest.raises(StorageError, match="can't be read"):
        neuroevo.load(tmp_path / "network.safetensors")
    with pytest.raises(DataError, match="must be a file"):
        neuroevo.load(tmp_path)


def test_weights_are_stored_as_they_are() -> None:
    """A file has the arrays themselves, in their precision."""
    case = case_named("table, float64")
    content = case.model.to("safetensors")
    assert isinstance(content, bytes)
    [layers] = plain_values(content)["networks"]
    for layer, expected in zip(layers, describe(case.model).networks[0], strict=True):
        assert layer["weights"].dtype == np.float64
        assert layer["weights"].tobytes() == expected.weights.tobytes()
