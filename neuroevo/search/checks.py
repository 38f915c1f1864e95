"""Compares the parts of a recorded run with what they must be, each in a check.

Does not know how that was computed.
"""

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from neuroevo.runs import (
    HeldOutScores,
    RescoredTrial,
    champion_differences,
    experiment_values,
    held_out_differences,
    value_differences,
)
from neuroevo.search.recorded import RecordedRun
from neuroevo.settings import shown

STATE = ("strategy", "evaluated", "front", "newest", "stagnation", "generation")
"""What a checkpoint has of a search that goes on."""

END = ("reason", "trials")
"""What it has besides, when the search is finished."""

_ENVIRONMENT = ("run", "neuroevo", "python", "processor", "libraries")  # of an origin


@dataclass(frozen=True, slots=True)
class Check:
    """One part of a run that was compared.

    Parameters
    ----------
    part
        Its name, such as ``trials``.
    compared
        How much of it was compared, such as ``44 of 124, trained again``; empty if nothing was.
    differences
        A line for each difference.
    why_not
        Why nothing was compared; empty if something was.
    """

    part: str
    compared: str
    differences: tuple[str, ...] = ()
    why_not: str = ""

    def and_differences(self, found: Iterable[object]) -> "Check":
        """Return the check with more differences."""
        return replace(self, differences=(*self.differences, *map(str, found)))


def champions_check(run: RecordedRun, expected: Sequence[RescoredTrial] | None) -> Check:
    """Compare the champions of a run."""
    found = {each.number: each for each in run.rescored or ()}
    numbers = {each.number for each in expected or ()}
    check = check_of(run, "champions", f"{len(numbers):,}")
    if check.differences:
        return check
    lines: list[object] = [
        f"champion {number}: must not be there, but is" for number in found if number not in numbers
    ]
    for champion in expected or ():
        if champion.number in found:
            lines += champion_differences(champion, found[champion.number])
        else:
            lines.append(f"champion {champion.number}: must be there, but is missing")
    order = [champion.number for champion in expected or ()]
    if not lines and order != list(found):
        lines.append(f"champions: must be in the order {order}, but are in {list(found)}")
    return check.and_differences(lines)


def held_out_check(run: RecordedRun, expected: HeldOutScores | None) -> Check:
    """Compare the scores of a run on its test part."""
    count = 0 if expected is None else len(expected.models)
    check = check_of(run, "test scores", f"{count:,} models")
    if check.differences:
        return check
    found = run.held_out
    if found is not None and not any(model.differences for model in found.models):
        expected = _without_differences(expected)  # the run is of a version that wrote none
    return check.and_differences(held_out_differences(expected, found))


def _without_differences(scores: HeldOutScores | None) -> HeldOutScores | None:
    if scores is None:
        return None
    models = tuple(replace(model, differences={}) for model in scores.models)
    return replace(scores, models=models)


def state_check(
    run: RecordedRun, expected: Sequence[Mapping[str, Any]], names: Sequence[str]
) -> Check:
    """Compare the state in the checkpoint with those that a search had after as many trials."""
    check = check_of(run, "checkpoint", "the state of the search")
    if run.folder is None or not run.state:
        return Check("checkpoint", "", check.differences, "there is none")
    found = _plain(run.state)
    candidates = [
        value_differences(
            "checkpoint: ",
            *({name: each.get(name) for name in names} for each in (_plain(state), found)),
        )
        for state in expected
    ]
    nearest = min(candidates, key=len, default=None)
    if nearest is None:
        evaluated = shown(run.state.get("evaluated"))
        rule = "must be that of a state of the search"
        return check.and_differences([f"checkpoint: evaluated {rule}, but is {evaluated}"])
    return check.and_differences(nearest)


def _plain(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return a state as it is after a round trip through JSON."""
    values: dict[str, Any] = json.loads(json.dumps(state))
    return values


def best_check(run: RecordedRun, expected: str) -> Check:
    """Compare best.toml with the text that is expected, and with that of the checkpoint."""
    check = check_of(run, "best configuration", "its file")
    if run.folder is None:
        return Check(check.part, "", why_not="there is none")
    lines: list[object] = []
    kept = run.state.get("best", run.best)
    if run.best != kept:
        lines.append("best.toml: must be as it was written, but was changed")
    else:
        setting = run.experiment.task.file_setting
        values = [_best_values(each, setting) for each in (expected, run.best)]
        if "origin" not in values[1]:  # the run is of a version that wrote none
            values[0].pop("origin", None)
        lines += value_differences("best.toml: ", *values)
    return check.and_differences(lines)


def _best_values(text: str, file_setting: str) -> dict[str, Any]:
    """Return the values of best.toml, without the file of the task, which may be elsewhere now.

    The versions, the processor and the id of the run are left out too: they are no numbers.
    """
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError):
        return {"content": text}
    for table, names in (("task", (file_setting,)), ("origin", _ENVIRONMENT)):
        found = values.get(table)
        if isinstance(found, dict):
            values[table] = {name: each for name, each in found.items() if name not in names}
    return values


def experiment_check(run: RecordedRun) -> Check:
    """Return the check of a run's experiment, with what was edited in its file."""
    return check_of(run, "experiment", f"{len(experiment_values(run.experiment)):,} settings")


def check_of(run: RecordedRun, part: str, compared: str) -> Check:
    """Return the check of a part, with the problems that it has by itself."""
    return Check(part, compared, run.problems.get(part, ()))
