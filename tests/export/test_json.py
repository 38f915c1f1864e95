"""A network in JSON is read again to the bit, and problems of a file are reported all at once."""

import contextlib
import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import neuroevo
from neuroevo.errors import DataError, NeuroevoError, StorageError
from tests.export.cases import case_named, every_case


@every_case
def test_a_network_is_read_to_the_bit(name: str, tmp_path: Path) -> None:
    """What is read predicts the same bits, is of the same kind, and gives the same file again."""
    case = case_named(name)
    path = tmp_path / "network.json"
    path.write_text(str(case.model.to("json")), encoding="utf-8")
    read = neuroevo.load(path)
    assert type(read) is type(case.model)
    assert read.to("json") == case.model.to("json")
    given = case.rows if case.preparation else case.rows.to_numpy()
    ours, theirs = case.model.predict(given), read.predict(given)
    assert ours.dtype == theirs.dtype
    assert ours.tolist() == theirs.tolist()


def plain(name: str = "table, two targets") -> dict[str, Any]:
    """Return a network as the values of its JSON."""
    values: dict[str, Any] = json.loads(case_named(name).model.to("json"))
    return values


def problems(values: object, folder: Path) -> tuple[str, ...]:
    """Return what is wrong with a file of these values, without the file's name."""
    path = folder / "network.json"
    path.write_text(values if isinstance(values, str) else json.dumps(values), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        neuroevo.load(path)
    assert all(line.startswith(f"{path}: ") for line in caught.value.problems)
    return tuple(line.removeprefix(f"{path}: ") for line in caught.value.problems)


def test_a_file_by_hand_needs_few_keys_of_an_input(tmp_path: Path) -> None:
    """A network of one line is read, and computes what it says."""
    by_hand = {
        "format": "neuroevo network",
        "version": 1,
        "table": False,
        "precision": "float64",
        "inputs": [{"kind": "number", "name": "celsius"}],
        "unseen": "refuse",
        "networks": [[{"function": "linear", "weights": [[1.8]], "biases": [32]}]],
        "targets": [{"name": "fahrenheit"}],
        "classes": [],
    }
    path = tmp_path / "network.json"
    path.write_text(json.dumps(by_hand))
    read = neuroevo.load(path)
    assert isinstance(read, neuroevo.Network)
    assert read.predict([[100], [-40]]).tolist() == [[212.0], [-40.0]]


def test_wrong_shapes_are_reported_all_at_once(tmp_path: Path) -> None:
    """Each layer that does not fit has its line."""
    values = plain()
    first, second, _ = values["networks"][0]
    first["weights"] = first["weights"][:-1]
    second["biases"] = second["biases"][:-1]
    values["targets"] = values["targets"][:1]
    needed = len(plain()["networks"][0][0]["weights"])
    rule = f"must have a list for each of {needed} inputs that are prepared"
    assert problems(values, tmp_path) == (
        f"networks[0][0].weights: {rule}, but got {needed - 1}",
        "networks[0][1].biases: must be 5, as many as the weights have columns, but got 4",
        "networks[0]: must end with an output for each target (1), but got 2",
    )


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("format", "other", "format: must be 'neuroevo network', but got 'other'"),
        ("version", 2, "version: must be 1, the version that this neuroevo reads, but got 2"),
        ("table", 1, "table: must be true or false, but got 1"),
        (
            "precision",
            "float16",
            "precision: must be one of 'float32', 'float64', but got 'float16'",
        ),
        ("networks", [], "networks: must be a list of 1 to 1,000 lists of layers"),
        ("networks", [[3]], "networks[0][0]: must be a table, but got 3"),
        ("unseen", "ignore", "unseen: must be one of 'refuse', 'rare', 'zeros', but got 'ignore'"),
        ("clases", [], "clases: unknown key, did you mean 'classes'?"),
    ],
)
def test_a_wrong_value_is_named(key: str, value: object, problem: str, tmp_path: Path) -> None:
    """A problem has the key, the rule and the value."""
    assert problem in [
        line.split(", did you mean 'float")[0]
        for line in problems(plain() | {key: value}, tmp_path)
    ]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ([[1, 2], [3]], "weights: must be a list of equally long lists of numbers"),
        ([["1"]], "weights: must be a list of equally long lists of numbers"),
        ([[1e39]], "weights: must be a list of equally long lists of numbers"),
        (7, "weights: must be a list of equally long lists of numbers"),
        ([], "weights: must be a list of equally long lists of numbers"),
    ],
)
def test_weights_must_be_numbers(value: object, problem: str, tmp_path: Path) -> None:
    """Weights that are no array of finite numbers in the precision of the network are refused."""
    values = plain()
    values["networks"][0][1]["weights"] = value
    assert any(line.startswith(f"networks[0][1].{problem}") for line in problems(values, tmp_path))


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", '{"format": NaN}', "[" * 100_000, '"neuroevo network"']
)
def test_content_that_is_no_network_is_refused(content: str, tmp_path: Path) -> None:
    """Anything that is not the JSON of a network is refused in one line."""
    assert len(problems(content, tmp_path)) == 1


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A file that does not exist can't be read; a folder is no file."""
    with pytest.raises(StorageError, match=r"no\.json: can't be read \(No such file"):
        neuroevo.load(tmp_path / "no.json")
    with pytest.raises(NeuroevoError, match="must be a file"):
        neuroevo.load(tmp_path)


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5),
    st.lists(st.integers(), max_size=3), st.just({}), st.just([[1e400]]), st.just([[[]]]),
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - of JSON
    """Give the keys that lead to each value of a tree, but for the numbers of weights."""
    if isinstance(value, dict | list) and len(path) < 5:
        keys = value if isinstance(value, dict) else range(len(value))
        for key in keys:
            yield (*path, key)
            yield from places(value[key], (*path, key))


@given(data=st.data(), name=st.sampled_from(["table, two targets", "array, relu"]))
def test_any_change_is_read_or_refused(
    data: st.DataObject, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A file with any value replaced or removed gives a network or our own error, nothing else."""
    values = plain(name)
    *path, key = data.draw(st.sampled_from([*places(values)]))
    parent = functools.reduce(lambda tree, each: tree[each], path, values)
    if data.draw(st.booleans()):
        parent[key] = data.draw(ANYTHING)
    else:
        del parent[key]
    file = tmp_path_factory.getbasetemp() / "changed.json"
    file.write_text(json.dumps(values), encoding="utf-8")
    with contextlib.suppress(NeuroevoError):
        neuroevo.load(file).to("json")
