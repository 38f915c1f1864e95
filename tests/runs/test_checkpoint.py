import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.errors import StorageError
from neuroevo.runs import read_checkpoint, write_checkpoint

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=10,
)  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the path of a checkpoint."""
    return tmp_path_factory.mktemp("run") / "checkpoint.json"


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), json_values))
def test_a_state_comes_back(path: Path, state: dict[str, object]) -> None:
    """Any plain JSON state is read as it was written, whole numbers beyond 64 bits included."""
    write_checkpoint(path, state)
    assert read_checkpoint(path) == state


def test_a_state_that_is_no_json_leaves_the_old_one(path: Path) -> None:
    """NaN is refused before the earlier checkpoint is touched."""
    write_checkpoint(path, {"generation": 3})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_checkpoint(path, {"generation": math.nan})
    assert read_checkpoint(path) == {"generation": 3}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"[" * 5000])
def test_a_damaged_checkpoint_is_named(tmp_path: Path, content: bytes) -> None:
    """Whatever the file holds instead of a state, one line names the file."""
    path = tmp_path / "checkpoint.json"
    path.write_bytes(content)
    with pytest.raises(StorageError, match=r"checkpoint\.json: must be a checkpoint"):
        read_checkpoint(path)


def test_a_missing_checkpoint_is_named(tmp_path: Path) -> None:
    """A checkpoint that is not there is a storage error with its path."""
    with pytest.raises(StorageError, match=r"checkpoint\.json: cannot be read"):
        read_checkpoint(tmp_path / "checkpoint.json")
