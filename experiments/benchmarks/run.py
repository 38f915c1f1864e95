"""The default experiment as a whole: share of the kernel, two jobs against one, memory."""

import json
import sys
import tempfile
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from statistics import median

from experiments.benchmarks import child
from experiments.benchmarks.markdown import Table, Target, at_least, at_most
from experiments.benchmarks.measuring import interleaved, say
from neuroevo.experiment import load_experiment

_EXPERIMENT = Path("experiments/mouse.toml")
_METERED = (sys.executable, "-m", "experiments.benchmarks.metered")
_MEGABYTE = 1_000_000

_SHARE, _RATIO, _MEMORY = at_least(0.85), at_most(0.6), at_most(500.0)


@dataclass(frozen=True, slots=True)
class RunTime:
    """Measurements of a run of the default experiment; medians over the rounds."""

    seconds: float  # of the whole process
    search_seconds: float  # from the end of the warm-up to the last trial, rescoring included
    warm_up_cpu_seconds: float  # imports, compiled code
    search_cpu_seconds: float
    report_cpu_seconds: float
    kernel_cpu_seconds: float  # within the search
    peak_memory: float  # bytes
    trials: float


@dataclass(frozen=True, slots=True)
class RunResult:
    """All measurements of this part."""

    replicates: int
    one_job: RunTime
    two_jobs: RunTime
    ratio: float  # of whole processes, two jobs to one, in the same round
    search_ratio: float  # of the searches alone

    @property
    def share_of_search(self) -> float:
        """Share of the kernel in the CPU time of the search."""
        return self.one_job.kernel_cpu_seconds / self.one_job.search_cpu_seconds

    @property
    def share_with_report(self) -> float:
        """Share of the kernel in all CPU time after warm-up."""
        run = self.one_job
        return run.kernel_cpu_seconds / (run.search_cpu_seconds + run.report_cpu_seconds)


def measure(rounds: int) -> RunResult:
    """Run all measurements of this part."""
    runs = interleaved({jobs: partial(_run, jobs) for jobs in ("1", "2")}, rounds)
    pairs = list(zip(runs["1"], runs["2"], strict=True))
    return RunResult(
        load_experiment(_EXPERIMENT).training.replicates,
        _median(runs["1"]),
        _median(runs["2"]),
        median(two.seconds / one.seconds for one, two in pairs),
        median(two.search_seconds / one.search_seconds for one, two in pairs),
    )


def tables(result: RunResult) -> list[Table]:
    """Return the measurements as tables."""
    return [_verdict_table(result), _time_table(result)]


def _run(jobs: str) -> RunTime:
    say(f"run: {_EXPERIMENT} with --jobs {jobs}")
    with tempfile.TemporaryDirectory() as folder:
        readings = Path(folder, "readings.json")
        arguments = ("run", str(_EXPERIMENT), "--jobs", jobs, "--results", folder)
        finished = child.run([*_METERED, str(readings), *arguments])
        meter = json.loads(readings.read_text(encoding="utf-8"))
        journal = Path(finished.output.strip(), "trials.jsonl").read_bytes()
    (warm_wall, warm_cpu), (searched_wall, searched_cpu) = meter["warm"], meter["searched"]
    return RunTime(
        seconds=finished.seconds,
        search_seconds=searched_wall - warm_wall,
        warm_up_cpu_seconds=warm_cpu,
        search_cpu_seconds=searched_cpu - warm_cpu,
        report_cpu_seconds=meter["ended"][1] - searched_cpu,
        kernel_cpu_seconds=sum(meter["kernel_seconds"]),
        peak_memory=finished.peak_memory,
        trials=journal.count(b"\n"),
    )


def _median(runs: list[RunTime]) -> RunTime:
    names = [field.name for field in fields(RunTime)]
    return RunTime(**{name: median(getattr(run, name) for run in runs) for name in names})


def _verdict_table(result: RunResult) -> Table:
    memory = max(result.one_job.peak_memory, result.two_jobs.peak_memory) / _MEGABYTE
    rows = (
        _row("share of the kernel in the search's CPU time", result.share_of_search, _SHARE, ".1%"),
        _row("the same, the report included", result.share_with_report, _SHARE, ".1%"),
        _row("time of two jobs to one, search", result.search_ratio, _RATIO, ".2f"),
        _row("time of two jobs to one, whole process", result.ratio, _RATIO, ".2f"),
        _row("peak memory, MB", memory, _MEMORY, ".0f"),
    )
    note = (
        "CPU time of the process after warm-up (imports, loading or compiling the kernel); the "
        "kernel's is that of its calls from Python, read from the calling thread's clock, at "
        "--jobs 1. The search includes scoring the front again on fresh seeds. Processes of the "
        "command line, a stopwatch around the kernel and one around the search. Two jobs need two "
        "cores that nobody else uses."
    )
    return Table(f"Run: {_EXPERIMENT}", ("", "measured", "target", "verdict"), rows, (note,))


def _time_table(result: RunResult) -> Table:
    return Table(
        "Run: where the time goes",
        (
            *("jobs", "process, s", "search, s", "trials a second", "networks trained"),
            *("CPU s: warm-up", "search", "kernel", "report", "peak memory, MB"),
        ),
        (_time_row("1", result.one_job, result), _time_row("2", result.two_jobs, result)),
        ("Networks trained in trials; those trained again at the end are not counted.",),
    )


def _time_row(jobs: str, run: RunTime, result: RunResult) -> tuple[str, ...]:
    return (
        jobs,
        f"{run.seconds:.1f}",
        f"{run.search_seconds:.1f}",
        f"{run.trials / run.search_seconds:.0f}",
        f"{run.trials * result.replicates:,.0f}",
        f"{run.warm_up_cpu_seconds:.1f}",
        f"{run.search_cpu_seconds:.1f}",
        f"{run.kernel_cpu_seconds:.1f}",
        f"{run.report_cpu_seconds:.1f}",
        f"{run.peak_memory / _MEGABYTE:.0f}",
    )


def _row(what: str, measured: float, target: Target, form: str) -> tuple[str, ...]:
    return what, f"{measured:{form}}", target.text(form), target.verdict(measured)
