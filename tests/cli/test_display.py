import io
import os
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from neuroevo import wording
from neuroevo.cli.display import DRAWN_A_SECOND, Display, Lines, LiveDisplay, watch
from neuroevo.experiment import Experiment
from neuroevo.runs import RunFolder, Trial
from neuroevo.search import Progress

EXPERIMENT = Experiment.of(
    {"name": "quick", "task": {"kind": "mouse"}, "evolution": {"population": 4, "generations": 2}}
)
TRIAL = Trial(
    number=7,
    generation=0,
    operator="initial",
    parents=(),
    genome={"hidden": (3,)},
    objectives={"final_mse": 1.5e-9, "samples_to_target": 31.2},
    curve=(),
    state="complete",
    diverged=0,
    seconds=0.1,
)
SCORE = wording.number(1.5e-9)


class Terminal(io.StringIO):
    """A stream that pretends to be a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


def progress_of_a_search() -> list[Progress]:
    """Return all progress of a search, as an observer receives it."""
    compiling = Progress(EXPERIMENT, "loading")
    baselines = replace(compiling, phase="baselines", folder=RunFolder(Path("results/quick-1")))
    reports = [compiling, baselines]

    def finished(before: Progress, trials: int) -> Progress:
        networks = trials * EXPERIMENT.networks_per_trial
        return replace(before, trials=trials, networks=networks, seconds=trials / 10)

    reports += [finished(baselines, n) for n in range(1, 6)]
    for generation in range(2):
        last = replace(reports[-1], phase="searching", generation=generation)
        steps = range(last.trials + 1, last.trials + 5)
        reports += [finished(last, n) for n in steps]
        reports.append(replace(reports[-1], front=(TRIAL,)))
    reports.append(replace(reports[-1], phase="rescoring"))
    reports.append(replace(reports[-1], phase="finished"))
    return reports


def test_a_pipe_gets_a_line_for_each_phase_and_generation() -> None:
    """Each line is complete, plain, and written when its phase or generation is."""
    stream = io.StringIO()
    with Lines(stream) as display:
        for progress in progress_of_a_search():
            display(progress)
    assert stream.getvalue() == (
        "quick: loading the kernel, which is compiled on first use\n"
        "quick: training the baselines; the run is results/quick-1\n"
        "quick: searching\n"
        f"1 of 2 generations: 10 trials, 10 a second, 160 networks, front 1, final MSE {SCORE}, "
        "samples to target 31, about 0:00 left\n"
        f"2 of 2 generations: 13 trials, 10 a second, 208 networks, front 1, final MSE {SCORE}, "
        "samples to target 31\n"
        "quick: scoring the front on fresh seeds\n"
    )


def test_a_closed_stderr_does_not_end_the_search() -> None:
    """If stderr can't be written any more, the display is quiet and the search goes on."""
    reading, writing = os.pipe()
    os.close(reading)
    left = os.fdopen(writing, "w")
    display = Lines(left)
    for progress in progress_of_a_search():
        display(progress)
    with suppress(BrokenPipeError):  # what the display did not hear of, closing does
        left.close()
    assert display.latest == progress_of_a_search()[-1]


def test_quiet_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """With quiet nothing is written; the latest progress is known all the same."""
    with watch(quiet=True) as display:
        for progress in progress_of_a_search():
            display(progress)
    assert type(display) is Display
    assert display.latest == progress_of_a_search()[-1]
    assert capsys.readouterr() == ("", "")


def test_without_a_terminal_lines_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    """Captured output is no terminal, so it gets plain lines on stderr."""
    with watch(quiet=False) as display:
        display(progress_of_a_search()[0])
    assert isinstance(display, Lines)
    assert capsys.readouterr() == (
        "",
        "quick: loading the kernel, which is compiled on first use\n",
    )


@pytest.mark.parametrize("width", [40, 60, 100])
def test_a_terminal_shows_the_progress(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    """The display has phase, generation, speed, networks, scores, front and time left."""
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    stream, end = Terminal(), time.monotonic() + 60
    with LiveDisplay(stream) as display:
        display(replace(progress_of_a_search()[-4], seconds=75.0))
        parts = ("quick", "searching", "1 of 2 done", "208 trained", SCORE, "31", "1:15")
        while missing := [part for part in parts if part not in stream.getvalue()]:
            assert time.monotonic() < end, missing
            time.sleep(1 / DRAWN_A_SECOND)


def test_drawing_does_not_depend_on_the_number_of_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred thousand trials draw no more often than a few."""
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    with LiveDisplay(stream) as display:
        before = time.monotonic()
        for _ in range(100_000):
            display(last_progress)
        seconds = time.monotonic() - before
    assert stream.getvalue().count("quick") <= DRAWN_A_SECOND * seconds + 3


last_progress = progress_of_a_search()[-1]
