import math
from collections.abc import Callable
from pathlib import Path

import pytest

from neuroevo.runs import Journal, RunFolder, RunLock, Trial, read_status, write_checkpoint

STATE = {"phase": "searching", "reason": "", "generation": 3, "trials": 2, "seconds": 1.5}


@pytest.fixture
def folder(tmp_path: Path, make_trial: Callable[..., Trial]) -> RunFolder:
    """Return a run with two trials and no checkpoint."""
    folder = RunFolder(tmp_path)
    with Journal(folder.journal_file) as journal:
        for number in range(2):
            journal.append(make_trial(number=number))
    return folder


def test_a_run_is_running_while_its_lock_is_held(folder: RunFolder) -> None:
    """A run is running while its lock is held; if it is released before the end, interrupted."""
    assert read_status(folder).state == "interrupted"
    assert math.isnan(read_status(folder).seconds)
    with RunLock(folder):
        assert read_status(folder).state == "running"
        write_checkpoint(folder, STATE)
        assert read_status(folder).generation == 3
    status = read_status(folder)
    assert (status.state, status.trials, status.seconds) == ("interrupted", 2, 1.5)


def test_a_finished_run_is_complete_even_if_it_is_locked(folder: RunFolder) -> None:
    """The phase of the newest checkpoint decides; the status has its reason."""
    write_checkpoint(folder, STATE | {"phase": "finished", "reason": "patience"})
    assert (read_status(folder).state, read_status(folder).reason) == ("complete", "patience")
    with RunLock(folder):
        assert read_status(folder).state == "complete"


def test_damaged_checkpoints_are_listed(folder: RunFolder) -> None:
    """A damaged checkpoint is listed as a problem, and the one before it is used."""
    write_checkpoint(folder, STATE)
    write_checkpoint(folder, STATE | {"generation": 4})
    folder.checkpoint_file.write_bytes(b"{}")
    status = read_status(folder)
    assert status.generation == 3
    assert status.problems == (
        f"{folder.checkpoint_file}: must end with its checksum, but is damaged",
    )


@pytest.mark.parametrize("value", [None, "long", [], 10**400, True])
def test_invalid_values_in_a_checkpoint_are_ignored(folder: RunFolder, value: object) -> None:
    """With any values in a checkpoint, the status is read."""
    write_checkpoint(folder, dict.fromkeys(STATE, value))
    status = read_status(folder)
    assert status.state == "interrupted"
    assert math.isnan(status.seconds)


def test_an_empty_folder_has_a_status(tmp_path: Path) -> None:
    """Before the first trial there is no journal, which is no error."""
    assert read_status(RunFolder(tmp_path)).trials == 0
