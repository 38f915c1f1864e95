import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.errors import DataError, StorageError
from neuroevo.learning import Columns, DataSet, Scaling
from neuroevo.runs import Start, data_fingerprint, read_start, write_start
from neuroevo.storage.atomic import write_atomically
from neuroevo.storage.checksum import file_with_checksum

text = st.text(st.characters(codec="utf-8"))
finite = st.floats(allow_nan=False, allow_infinity=False).map(lambda value: value + 0.0)
layers = st.lists(st.tuples(st.integers(1, 9), text)).map(tuple)
genes = st.booleans() | st.integers() | finite | text | layers


def tuples_of(elements: st.SearchStrategy[Any], length: int) -> st.SearchStrategy[tuple[Any, ...]]:
    """Make tuples of a length."""
    return st.lists(elements, min_size=length, max_size=length).map(tuple)


def scalings(length: int) -> st.SearchStrategy[Scaling | None]:
    """Make scalings of so many columns, or none."""
    scales = tuples_of(st.floats(1e-9, 1e9), length)
    return st.none() | st.builds(Scaling, tuples_of(finite, length), scales)


def columns_of(inputs: int, outputs: int) -> st.SearchStrategy[Columns]:
    """Make columns that fit together."""
    return st.builds(
        Columns,
        inputs=tuples_of(text, inputs),
        outputs=tuples_of(text, outputs),
        classes=st.just(()) | tuples_of(text, outputs),
        input_scaling=scalings(inputs),
        output_scaling=scalings(outputs),
        sources=st.just(()) | tuples_of(text, inputs),
    )


few = st.integers(0, 3)
starts = st.builds(
    Start,
    experiment=text,
    data=st.dictionaries(text, text),
    columns=st.tuples(few, few).flatmap(lambda sizes: columns_of(*sizes)),
    kept=st.dictionaries(text, st.lists(finite)),
    initial=st.lists(st.dictionaries(text, genes), max_size=3).map(tuple),
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of a start."""
    return tmp_path_factory.mktemp("run") / "start.json"


@given(starts)
def test_a_start_is_read_as_written(path: Path, start: Start) -> None:
    """Experiment, fingerprints and genomes are read as they were written."""
    write_start(path, start)
    assert read_start(path) == start


def test_every_cut_or_flipped_bit_is_noticed(path: Path) -> None:
    """Cut or changed at any byte, a start is one line with the file's name, never another start."""
    data, initial = {"training_inputs": "float64"}, ({"hidden": (6, 3)},)
    write_start(path, Start("größer = 1\n", data, Columns(("größe",)), initial=initial))
    whole = path.read_bytes()
    cuts = [whole[:cut] for cut in range(len(whole) - 1)]
    flips = [
        whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :]
        for place in range(len(whole))
        for bit in range(8)
    ]
    for content in [*cuts, *flips]:
        path.write_bytes(content)
        with pytest.raises(StorageError, match=r"start\.json: must (end with|match) its checksum"):
            read_start(path)


@pytest.mark.parametrize(
    "change",
    [
        {"experiment": 1},
        {"data": []},
        {"data": {"a": 1}},
        {"columns": {"inputs": 3}},
        {"columns": {"input_scaling": [1, 2]}},
        {"kept": 3},
        {"initial": 3},
        {"initial": [3]},
        {"initial": [{"hidden": None}]},
    ],
)
def test_a_file_of_something_else_is_no_start(path: Path, change: dict[str, object]) -> None:
    """An object with a correct checksum but other content is refused."""
    fields = {"experiment": "", "data": {}, "columns": {}, "kept": {}, "initial": [], "earlier": ""}
    write_atomically(path, file_with_checksum(2, fields))
    assert read_start(path).experiment == ""
    write_atomically(path, file_with_checksum(2, fields | change))
    with pytest.raises(DataError, match=rf"start\.json: {next(iter(change))}"):
        read_start(path)
    write_atomically(path, file_with_checksum(1, fields))
    with pytest.raises(StorageError, match=r"start\.json: schema must be 2, but got 1"):
        read_start(path)


def test_different_data_sets_have_different_fingerprints() -> None:
    """Equal data have equal fingerprints; one bit or one row more gives another."""
    inputs, targets = np.arange(6.0).reshape(3, 2), np.ones((3, 1))
    columns = Columns(("a", "b"), ("c",))
    data = DataSet(inputs, targets, inputs, targets, columns)
    described = data_fingerprint(data)
    assert json.loads(json.dumps(described)) == described
    assert described["training_inputs"].startswith("float64 3 × 2, SHA-256 ")
    same = DataSet(inputs[:, ::-1][:, ::-1], targets, inputs.copy(), targets, columns)
    assert data_fingerprint(same) == described
    other = np.nextafter(inputs, 9)
    changes: list[dict[str, object]] = [
        {"training_weights": np.ones(3)},
        {"training_inputs": other},
        {"validation_inputs": other},
        {"training_inputs": inputs[:2], "training_targets": targets[:2]},
    ]
    for change in changes:
        fingerprint = data_fingerprint(dataclasses.replace(data, **change))  # type: ignore[arg-type]
        differing = {
            name
            for name in {*described, *fingerprint}
            if described.get(name) != fingerprint.get(name)
        }
        assert differing == {*change}
    folds = data_fingerprint(dataclasses.replace(data, other_folds=(data,)))
    assert {*folds} == {*described, *(f"{name} of fold 2" for name in described)}
