"""The time until the command line shows its help, and until the first generation of a run."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from experiments.benchmarks import child
from experiments.benchmarks.markdown import Table, Target, at_most
from experiments.benchmarks.measuring import say

_EXPERIMENT = "experiments/mouse.toml"
_BEGUN, _FINISHED = "mouse: searching", "1 of "  # messages of the run at these times
_HELP, _WARM, _COLD = at_most(0.4), at_most(2.0), at_most(10.0)  # seconds


@dataclass(frozen=True, slots=True)
class FirstGeneration:
    """When a run begins its first generation, and when it has finished it; medians."""

    begun: float  # seconds from the start of the process
    finished: float


@dataclass(frozen=True, slots=True)
class StartupResult:
    """All measurements of this part."""

    help_seconds: float
    warm: FirstGeneration
    cold: FirstGeneration  # with an empty cache of machine code


def measure(rounds: int) -> StartupResult:
    """Run all measurements of this part; runs are stopped after their first generation."""
    _first_generation({})  # compiles what is not compiled yet
    taken = [_round(number) for number in range(1, rounds + 1)]
    return StartupResult(
        median(seconds for seconds, _, _ in taken),
        _median([warm for _, warm, _ in taken]),
        _median([cold for _, _, cold in taken]),
    )


def tables(result: StartupResult) -> list[Table]:
    """Return the measurements as a table."""
    rows = (
        _row("neuroevo --help has ended", result.help_seconds, _HELP),
        _row("a warm run begins its first generation", result.warm.begun, _WARM),
        _row("a warm run has finished it", result.warm.finished),
        _row("a cold run begins its first generation", result.cold.begun, _COLD),
        _row("a cold run has finished it", result.cold.finished),
    )
    note = (
        f"Medians of processes that run {_EXPERIMENT} on all cores. A cold run finds an empty "
        "NUMBA_CACHE_DIR, so it compiles the kernel. The baselines are trained before the first "
        "generation begins."
    )
    columns = ("from the start of the process until", "seconds", "target", "verdict")
    return [Table("Startup", columns, rows, (note,))]


def _round(number: int) -> tuple[float, FirstGeneration, FirstGeneration]:
    """Measure the help, a warm and a cold run."""
    say(f"startup: round {number}")
    seconds = child.run([*child.NEUROEVO, "--help"]).seconds
    warm = _first_generation({})
    with tempfile.TemporaryDirectory() as cache:
        cold = _first_generation({"NUMBA_CACHE_DIR": cache})
    return seconds, warm, cold


def _first_generation(environment: Mapping[str, str]) -> FirstGeneration:
    with tempfile.TemporaryDirectory() as results:
        command = [*child.NEUROEVO, "run", _EXPERIMENT, "--results", results]
        return FirstGeneration(*child.seconds_until(command, [_BEGUN, _FINISHED], environment))


def _median(taken: list[FirstGeneration]) -> FirstGeneration:
    return FirstGeneration(
        median(first.begun for first in taken), median(first.finished for first in taken)
    )


def _row(moment: str, seconds: float, target: Target | None = None) -> tuple[str, ...]:
    if target is None:
        return moment, f"{seconds:.2f}", "", ""
    return moment, f"{seconds:.2f}", target.text(), target.verdict(seconds)
