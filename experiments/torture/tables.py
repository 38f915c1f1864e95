"""Faults of `kills`, for runs of a table: they end with scores on its test part."""

from experiments.torture.kills import SIZE, killed
from experiments.torture.rows import Row
from experiments.torture.stage import TABLE, stage


def tables(times: int) -> list[Row]:
    """Kill runs and resumes of a table, resume them and compare, also the scores."""
    with stage(SIZE, task=TABLE, on_disk=True) as ours:
        return killed(ours, times, ", of a table")
