"""Shows the progress of a search: a live display, plain lines, or nothing.

A display is called for every finished trial and must be cheap: the live one draws a few times a
second, the plain one writes when a generation is complete.
"""

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Self, TextIO

from neuroevo import wording
from neuroevo.cli.encoding import readable
from neuroevo.cli.terminal import console, local_path, on_terminal
from neuroevo.runs import trial_violation
from neuroevo.search import Progress

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.spinner import Spinner

DRAWN_A_SECOND = 4
_BAR = 40  # characters
_LABELS = 17  # characters, as wide as the longest label
_PHASES = {
    "loading": "loading the kernel, which is compiled on first use",
    "baselines": "training the baselines",
    "searching": "searching",
    "rescoring": "scoring the front on fresh seeds",
    "testing": "scoring on the test part",
    "finished": "finished",
}


class Display:
    """Receives the progress of a search and shows nothing; use it in a ``with`` statement."""

    def __init__(self) -> None:
        self.latest: Progress | None = None

    def __call__(self, progress: Progress) -> None:
        """Receive progress."""
        self.latest = progress

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave the terminal as it was; closing twice is allowed."""

    def say(self, text: str) -> None:
        """Show a message that is no progress."""


class Lines(Display):
    """Writes a plain line for each phase and each complete generation."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream

    def __call__(self, progress: Progress) -> None:
        """Receive progress, and write what is new."""
        earlier, self.latest = self.latest, progress
        if earlier is not None and _finished_generation(earlier, progress):
            self.say(generation_line(earlier, progress))
        if (earlier is None or earlier.phase != progress.phase) and progress.phase != "finished":
            is_named = earlier is not None and earlier.folder is not None
            self.say(_phase_line(progress, names_run=not is_named))

    def say(self, text: str) -> None:
        """Write a line."""
        with suppress(OSError):  # a closed pipe does not end the search
            self._stream.write(f"{readable(text, self._stream)}\n")
            self._stream.flush()


class LiveDisplay(Display):
    """Draws a few lines on a terminal, repeatedly in the same place."""

    def __init__(self, stream: TextIO) -> None:
        from rich.live import Live
        from rich.spinner import Spinner

        super().__init__()
        self._spinner = Spinner("dots", style="cyan")
        self._live = Live(
            console=console(stream),
            get_renderable=self._drawn,
            refresh_per_second=DRAWN_A_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def close(self) -> None:
        """Leave the terminal as it was; closing twice is allowed."""
        with suppress(OSError):  # the terminal may have been closed
            self._live.stop()

    def say(self, text: str) -> None:
        """Write a line above the display."""
        with suppress(OSError):
            self._live.console.print(readable(text, self._live.console.file), style="yellow")

    def _drawn(self) -> "RenderableType":
        return "" if self.latest is None else draw(self.latest, self._spinner)


def watch(*, quiet: bool) -> Display:
    """Return the display for stderr: none if quiet, a live one on a terminal, else lines."""
    if quiet:
        return Display()
    return LiveDisplay(sys.stderr) if on_terminal(sys.stderr) else Lines(sys.stderr)


def draw(progress: Progress, spinner: "Spinner") -> "Spinner":
    """Draw the progress of a search at any width.

    It is one text, since laying out a table several times a second takes too long.
    """
    from rich.text import Text

    drawn = Text.assemble((progress.experiment.name, "bold"), "  ", (_phase(progress), "cyan"))
    if progress.phase != "loading":
        share = min(progress.trials / max(progress.experiment.expected_trials, 1), 1.0)
        done = round(share * _BAR)
        drawn.append("\n")
        drawn.append("━" * done, style="cyan").append("━" * (_BAR - done), style="dim")
        drawn.append(f" {share:.0%}")
        for label, text in _facts(progress):
            drawn.append(f"\n{label.ljust(_LABELS)}  ", style="dim").append(text)
    spinner.update(text=drawn)
    return spinner


def generation_line(earlier: Progress, progress: Progress) -> str:
    """Describe a complete generation in one line.

    Parameters
    ----------
    earlier
        The last progress within the generation.
    progress
        The first progress after it.
    """
    generations = progress.experiment.evolution.generations
    done = f"{earlier.generation + 1} of {wording.counted(generations, 'generation')}"
    parts = [
        f"{done}: {progress.trials:,} trials{_speed(progress)}",
        *([f"{progress.networks:,} networks"] if progress.networks else []),
        f"front {_front(progress)}",
        *(f"{name} {score}" for name, score in _best(progress)),
        *_time_left(progress),
    ]
    return ", ".join(parts)


def _finished_generation(earlier: Progress, progress: Progress) -> bool:
    if earlier.phase != "searching":
        return False
    return progress.phase != "searching" or progress.generation > earlier.generation


def _phase(progress: Progress) -> str:
    if progress.phase == "loading" and not progress.experiment.trains_networks:
        return "importing the function"
    return _PHASES[progress.phase]


def _phase_line(progress: Progress, *, names_run: bool) -> str:
    line = f"{progress.experiment.name}: {_phase(progress)}"
    if names_run and progress.folder is not None:
        return f"{line}; the run is {local_path(progress.folder.path)}"
    return line


def _facts(progress: Progress) -> list[tuple[str, str]]:
    """Return the labels and texts below the bar of the live display."""
    generations = progress.experiment.evolution.generations
    left = "".join(f", {text}" for text in _time_left(progress))
    return [
        ("generations", f"{progress.generation:,} of {generations:,} done"),
        ("trials", f"{progress.trials:,}{_speed(progress)}"),
        *([("networks", f"{progress.networks:,} trained")] if progress.networks else []),
        ("front", _front(progress)),
        *_best(progress),
        ("time", f"{_clock(progress.seconds)}{left}"),
    ]


def _front(progress: Progress) -> str:
    """Return the size of the front, and whether its trials break constraints."""
    broken = progress.front and trial_violation(progress.front[0], progress.experiment.constraints)
    return f"{len(progress.front)}{' (not feasible)' * bool(broken)}"


def _best(progress: Progress) -> list[tuple[str, str]]:
    """Return the best score of each objective on the front, as text."""
    if not progress.front:
        return []
    objectives = progress.experiment.objectives
    scores = [
        item.best_of(trial.objectives[item.name] for trial in progress.front) for item in objectives
    ]
    return [
        (item.label, wording.measured(score, item))
        for item, score in zip(objectives, scores, strict=True)
    ]


def _speed(progress: Progress) -> str:
    if progress.seconds <= 0 or not progress.trials:
        return ""
    return f", {progress.trials / progress.seconds:,.0f} a second"


def _time_left(progress: Progress) -> list[str]:
    """Estimate the time left, assuming that trials keep their pace."""
    if progress.phase != "searching" or not progress.trials:
        return []
    left = max(progress.experiment.expected_trials - progress.trials, 0)
    return [f"about {_clock(progress.seconds / progress.trials * left)} left"]


def _clock(seconds: float) -> str:
    whole = round(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
