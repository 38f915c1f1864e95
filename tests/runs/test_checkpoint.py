import json
import math
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.errors import StorageError
from neuroevo.runs import (
    RunFolder,
    read_checkpoints,
    write_checkpoint,
)
from neuroevo.runs.checkpoint import CHECKPOINT_SCHEMA
from neuroevo.storage.atomic import write_atomically
from neuroevo.storage.checksum import file_with_checksum

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=10,
)  # fmt: skip
keys = st.text(st.characters(codec="utf-8")).filter(lambda key: key not in {"schema", "checksum"})


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Return a run folder that all examples of a property write to."""
    return RunFolder(tmp_path_factory.mktemp("run"))


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """Return an empty run folder."""
    return RunFolder(tmp_path)


@given(st.dictionaries(keys, json_values))
def test_a_state_is_read_as_written(shared: RunFolder, state: dict[str, object]) -> None:
    """Any plain JSON state is read as it was written, also integers beyond 64 bits."""
    write_checkpoint(shared, state)
    assert read_checkpoints(shared)[0][0] == state
    assert json.loads(shared.checkpoint_file.read_bytes())["schema"] == CHECKPOINT_SCHEMA


def test_the_last_two_are_kept(folder: RunFolder) -> None:
    """A new checkpoint makes the present one the previous one; older ones are removed."""
    assert read_checkpoints(folder) == ([], [])
    for generation in range(3):
        write_checkpoint(folder, {"generation": generation})
    assert read_checkpoints(folder) == ([{"generation": 2}, {"generation": 1}], [])
    assert len([*folder.path.iterdir()]) == 2


def test_a_state_that_is_no_json_leaves_the_old_one(folder: RunFolder) -> None:
    """NaN is refused before the earlier checkpoint is changed."""
    write_checkpoint(folder, {"generation": 3})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_checkpoint(folder, {"generation": math.nan})
    assert read_checkpoints(folder) == ([{"generation": 3}], [])


def test_a_failing_system_call_loses_no_state(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the k-th system call fails, for each k, the old state or the new one is read."""
    write_checkpoint(folder, {"generation": 0})
    for generation in range(1, 99):
        left = generation

        def failing(name: str) -> None:
            call = getattr(os, name)

            def count(*arguments: object, **options: object) -> object:
                nonlocal left
                left -= 1
                if left == 0:
                    raise OSError(28, "No space left on device")
                return call(*arguments, **options)

            patch.setattr(os, name, count)

        with monkeypatch.context() as patch:
            for name in ("open", "write", "fsync", "replace"):
                failing(name)
            try:
                write_checkpoint(folder, {"generation": generation})
            except StorageError as error:
                message = str(error)
            else:
                break
        assert message == f"{folder.checkpoint_file}: can't be written (No space left on device)"
        assert not [path for path in folder.path.iterdir() if path.name.startswith(".")]
        [newest, *_], _ = read_checkpoints(folder)
        assert newest["generation"] in {0, generation}
        write_checkpoint(folder, {"generation": 0})
    assert generation > 6


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"[" * 5000, b'{"generation": 3}'])
def test_a_damaged_checkpoint_is_named_and_the_previous_one_read(
    folder: RunFolder, content: bytes
) -> None:
    """Any other content is one line with the file's name, also if both files are damaged."""
    for generation in (0, 1):
        write_checkpoint(folder, {"generation": generation})
    folder.checkpoint_file.write_bytes(content)
    problem = f"{folder.checkpoint_file}: must end with its checksum, but is damaged"
    assert read_checkpoints(folder) == ([{"generation": 0}], [problem])
    folder.previous_checkpoint_file.write_bytes(content)
    states, problems = read_checkpoints(folder)
    assert states == []
    assert problems[0] == problem
    assert len(problems) == 2


def test_a_state_of_another_schema_is_refused(folder: RunFolder) -> None:
    """An undamaged checkpoint of another version is refused with the expected schema."""
    other = CHECKPOINT_SCHEMA + 1
    write_atomically(folder.checkpoint_file, file_with_checksum(other, {"generation": 1}))
    problem = f"{folder.checkpoint_file}: schema must be {CHECKPOINT_SCHEMA}, but got {other}"
    assert read_checkpoints(folder) == ([], [problem])


def test_every_cut_or_flipped_bit_leads_to_the_previous_one(folder: RunFolder) -> None:
    """A checkpoint that is cut at any byte or has any bit flipped is not read as another state."""
    for generation in (0, 1):
        write_checkpoint(folder, {"generation": generation, "evolution": {"größer": [1, None]}})
    whole = folder.checkpoint_file.read_bytes()
    cuts = [whole[:cut] for cut in range(len(whole) - 1)]
    flips = [
        whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :]
        for place in range(len(whole))
        for bit in range(8)
    ]
    for content in [*cuts, *flips]:
        folder.checkpoint_file.write_bytes(content)
        states, [problem] = read_checkpoints(folder)
        assert [state["generation"] for state in states] == [0]
        assert problem.startswith(f"{folder.checkpoint_file}: must ")
