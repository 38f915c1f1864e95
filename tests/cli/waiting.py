"""Waiting for a search that another process does."""

import time
from pathlib import Path

import pytest

from neuroevo.runs import list_runs, read_trials


def wait_for_trials(results: Path, count: int) -> None:
    """Wait until the last run in a folder has a number of trials."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        runs = [run for run in list_runs(results) if run.journal_file.exists()]
        if runs and len(read_trials(runs[-1].journal_file)) >= count:
            return
        time.sleep(0.05)
    pytest.fail("the search recorded no trials")
