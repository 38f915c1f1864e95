"""Readers in a loop while runs begin, continue and end: all reads must be consistent."""

import json
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

from experiments.torture.folders import run_folder
from experiments.torture.outcomes import Outcome, each, row
from experiments.torture.processes import Running, fork
from experiments.torture.rows import Row
from experiments.torture.stage import Case, Size, Stage, stage
from neuroevo.errors import NeuroevoError
from neuroevo.report.run import load_run
from neuroevo.runs import (
    RunFolder,
    holder,
    list_runs,
    read_checkpoints,
    read_start,
    read_status,
    read_trials,
)

_COMMANDS = (("show",), ("trials",), ("report",), ("show", "--json"))


def readers(times: int) -> list[Row]:
    """Read this often, in all ways that there are, during one run after another."""
    with stage(Size(8, 60)) as ours:
        read: Counter[str] = Counter()
        outcomes: list[Outcome] = []
        while read.total() < times:
            outcomes += each(partial(_read_during_a_run, ours, read, times), 1)
        misread = [outcome for outcome in outcomes if outcome.problems]
        rows = [row("runs that are read all the time", outcomes)]
        ways = ", ".join(sorted(read))
        return [*rows, Row(f"reads ({ways})", read.total(), 0, len(misread))]


def _read_during_a_run(ours: Stage, read: Counter[str], times: int, _: int) -> Outcome:
    """Read from the moment on at which there is a run, until it is complete."""
    problems: list[str] = []
    with ours.case() as case:
        running = case.run("--jobs", "1")
        running.until(lambda: run_folder(case.results) is not None)
        folder = RunFolder(case.run_folder)
        ways = _ways(folder, ours)
        commands: list[Running] = []
        for number in count():
            if running.is_over or read.total() >= times:
                break
            name, way = ways[number % len(ways)]
            try:
                problems += way()
            except NeuroevoError as error:
                problems.append(f"{name}: {error}")
            read[name] += 1
            if not commands or commands[-1].is_over:
                commands.append(_read_by_command(case, len(commands)))
                read["commands"] += 1
        for command in commands:
            problems += command.end().problems(0)
        outcome = case.judged((), running.end().problems(0))
    return Outcome(outcome.lost, (*problems[:1], *outcome.problems))


def _ways(folder: RunFolder, ours: Stage) -> list[tuple[str, Callable[[], list[str]]]]:
    def trials() -> list[str]:
        return _unlike([json.loads(trial.to_json()) for trial in read_trials(folder.journal_file)])

    def run() -> list[str]:
        read = load_run(folder.path, folder.path.parent).all_trials
        return _unlike([json.loads(trial.to_json()) for trial in read])

    def _unlike(found: list[dict[str, Any]]) -> list[str]:
        numbers = [trial["number"] for trial in found]
        times = {"seconds": 0, "work": []}
        right = all(
            {**trial, **times} == {**ours.reference.trials[trial["number"]], **times}
            for trial in found
        )
        return [] if right and len(set(numbers)) == len(numbers) else ["trials are misread"]

    def checkpoints() -> list[str]:
        _, problems = read_checkpoints(folder)
        return problems

    def status() -> list[str]:
        state = read_status(folder)
        return [] if state.state in {"running", "complete"} else [f"it is {state.state}"]

    def start() -> list[str]:
        read_start(folder.start_file)
        return []

    def lock() -> list[str]:
        holder(folder)
        return []

    def runs() -> list[str]:
        return [] if list_runs(folder.path.parent) == [folder] else ["the run is not listed"]

    return [(way.__name__, way) for way in (trials, run, checkpoints, status, start, lock, runs)]


def _read_by_command(case: Case, index: int) -> Running:
    command, *options = _COMMANDS[index % len(_COMMANDS)]
    arguments = [command, str(case.run_folder), *options, "--results", str(case.results)]
    return fork(arguments, case.folder / f"read {index}")
