"""The cost of a report: reading the journal, making the page, its size, opening it in a browser."""

import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from experiments.benchmarks import invented
from experiments.benchmarks.markdown import Table, Target, at_most
from experiments.benchmarks.measuring import say
from experiments.benchmarks.pages import LONGEST, Opened, opened
from neuroevo.report.page import page
from neuroevo.runs import read_trials
from neuroevo.storage.checksum import add_checksum

_EXPERIMENT = Path("experiments/mouse.toml")
_SIZES = ((64, 30), (1_000, 100))  # populations and generations
_MEGABYTE = 1_000_000
_BYTES, _MADE = at_most(8.0), at_most(15.0)


@dataclass(frozen=True, slots=True)
class ReportTime:
    """Measurements of the report of a run."""

    trials: int
    journal_bytes: int
    read_seconds: float
    page_seconds: float
    page_bytes: int
    opened: Opened | None  # None where there is no browser


@dataclass(frozen=True, slots=True)
class ReportResult:
    """All measurements of this part."""

    reports: tuple[ReportTime, ...]


def measure(rounds: int) -> ReportResult:
    """Run all measurements of this part."""
    return ReportResult(tuple(_report(*size, rounds) for size in _SIZES))


def tables(result: ReportResult) -> list[Table]:
    """Return the measurements as a table."""
    rows = [row for each in result.reports for row in _rows(each)]
    note = (
        "Runs that were made up, each with a random search of equal size. The page is opened from "
        "disk in a fresh tab of a headless Chromium, 1280 × 900."
    )
    columns = ("report", "measured", "target", "verdict")
    return [Table("Report", columns, tuple(rows), (note,))]


def _report(population: int, generations: int, rounds: int) -> ReportTime:
    say(f"report: {population * generations:,} trials")
    found = invented.findings(_EXPERIMENT, population, generations)
    with tempfile.TemporaryDirectory() as folder:
        journal, html = Path(folder, "trials.jsonl"), Path(folder, "report.html")
        lines = (add_checksum(trial.to_json()) for trial in found.trials)
        journal.write_text("\n".join(lines) + "\n", encoding="utf-8")
        read, made = [], []
        for _ in range(rounds):
            start = time.perf_counter()
            trials = tuple(read_trials(journal))
            read.append(time.perf_counter() - start)
            start = time.perf_counter()
            text = page(replace(found, trials=trials))  # with empty caches
            made.append(time.perf_counter() - start)
        html.write_text(text, encoding="utf-8")
        return ReportTime(
            len(found.trials),
            journal.stat().st_size,
            median(read),
            median(made),
            html.stat().st_size,
            opened(html, rounds),
        )


def _rows(taken: ReportTime) -> list[tuple[str, ...]]:
    of = f"{taken.trials:,} trials"
    rows = [
        _row(f"{of}: reading the journal, s", taken.read_seconds),
        _row(f"{of}: making the page, s", taken.page_seconds),
        _row(f"{of}: both, s", taken.read_seconds + taken.page_seconds, _MADE),
        _row(f"{of}: the page, MB", taken.page_bytes / _MEGABYTE, _BYTES),
    ]
    if taken.opened is not None:
        rows += [
            _row(f"{of}: words in the browser, s", taken.opened.painted, LONGEST),
            _row(f"{of}: the first figure, s", taken.opened.first, LONGEST),
            _row(f"{of}: the figure at which it is opened, s", taken.opened.sought, LONGEST),
            _row(f"{of}: all figures in the browser, s", taken.opened.drawn, LONGEST),
        ]
    return rows


def _row(what: str, measured: float, target: Target | None = None) -> tuple[str, ...]:
    if target is None:
        return what, f"{measured:.2f}", "", ""
    return what, f"{measured:.2f}", target.text(), target.verdict(measured)
