"""Faults of `kills`, for runs that stop trials at rungs: of networks and of a user's function."""

from experiments.torture.kills import killed
from experiments.torture.rows import Row
from experiments.torture.stage import FUNCTION, MOUSE, Size, stage

_SIZE = Size(6, 4, replicates=3)  # enough trials that some are stopped, see `EarlyStopping`
_RACE = "first_replicates = 2\n"
_RUNGS = 'rungs = [0.3]\nstrategy = "screened"\n'


def races(times: int) -> list[Row]:
    """Kill runs and resumes while trials wait at rungs, resume them and compare."""
    rows = []
    for task, setting, runs in (
        (MOUSE, _RACE + _RUNGS, ", with rungs and a race of replicates"),
        (FUNCTION, _RACE, ", of a function whose replicates race"),
    ):
        with stage(_SIZE, task=task, setting=setting, on_disk=True) as ours:
            rows += killed(ours, times, runs)
    return rows
