"""Reads the files of a run naively, and compares them with those of an undisturbed run."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FILES = frozenset(
    {
        "best.toml",
        "champions.safetensors",
        "checkpoint.json",
        "checkpoint.previous.json",
        "environment.json",
        "experiment.toml",
        "lock",
        "mouse.html",
        "report.html",
        "start.json",
        "test.json",
        "trials.damaged.jsonl",
        "trials.jsonl",
    }
)
_OF_THE_PROCESS = (
    "best",
    "seconds",
    "work",
    "checksum",
    "ends",
)  # how long it took, and when it was to end
_NAMED = 3  # differing trials
_NUMBER = re.compile(rb'{"number": (\d+),')


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a run, without what may differ: times, checksums, the run's name."""

    trials: Mapping[int, Mapping[str, Any]]
    checkpoint: Mapping[str, Any]
    champions: bytes  # empty without networks
    best: str
    test: bytes  # the scores on the test part; empty without one


def run_folder(results: Path) -> Path | None:
    """Find the only run in a results folder; None if there is nothing to resume."""
    folders = [path.parent for path in results.glob("*/experiment.toml")]
    return folders[0] if folders else None


def committed(folder: Path) -> tuple[bytes, ...]:
    """Return the complete lines of a journal; none without a journal."""
    journal = folder / "trials.jsonl"
    return tuple(journal.read_bytes().split(b"\n")[:-1]) if journal.exists() else ()


def lost(earlier: tuple[bytes, ...], folder: Path) -> int:
    """Count lines of a journal that are missing after a fault, and trials that it has twice.

    A trial that was trained again took another time to the microsecond, so its line differs.
    """
    lines = committed(folder)
    numbers = Counter(match[1] for line in lines if (match := _NUMBER.match(line)))
    return len(set(earlier) - set(lines)) + sum(count - 1 for count in numbers.values())


def result(folder: Path, *unlike: str) -> Result:
    """Read the result of a complete run, without some more keys of its trials."""
    trials, scores, champions = {}, folder / "test.json", folder / "champions.safetensors"
    for line in committed(folder):
        trial = json.loads(line)
        trials[trial["number"]] = _without(trial, *_OF_THE_PROCESS, *unlike)
    return Result(
        trials,
        _without(json.loads((folder / "checkpoint.json").read_bytes()), *_OF_THE_PROCESS),
        champions.read_bytes() if champions.exists() else b"",
        (folder / "best.toml").read_text(encoding="utf-8").replace(folder.name, "RUN"),
        scores.read_bytes() if scores.exists() else b"",
    )


def differences(folder: Path, reference: Result, *unlike: str) -> tuple[str, ...]:
    """Return the differences between a run that should be complete and an undisturbed one."""
    try:
        found = result(folder, *unlike)
    except (OSError, ValueError, KeyError) as error:
        return (f"{type(error).__name__}: {error}",)
    numbers = sorted(found.trials.keys() | reference.trials.keys())
    trials = [n for n in numbers if found.trials.get(n) != reference.trials.get(n)]
    state = [
        key for key, value in reference.checkpoint.items() if found.checkpoint.get(key) != value
    ]
    names = {path.name for path in folder.iterdir()}
    checks = (
        (not trials, f"trials {trials[:_NAMED]} of {len(trials)} differ"),
        (not state, f"checkpoint.json differs in {state}"),
        (found.champions == reference.champions, "champions.safetensors differs"),
        (found.best == reference.best, "best.toml differs"),
        (found.test == reference.test, "test.json differs"),
        (names <= _FILES, f"{sorted(names - _FILES)} are left over"),
    )
    return tuple(problem for kept, problem in checks if not kept)


def _without(mapping: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if key not in keys}
