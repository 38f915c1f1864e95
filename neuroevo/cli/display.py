"""What is seen of a search while it goes on: a live display, plain lines, or nothing.

A display is told of every trial that finishes and must cost next to nothing: the live one draws
a few times a second whatever happens, the plain one writes when a generation is done.
"""

import sys
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import TYPE_CHECKING, Self, TextIO

from neuroevo.cli.terminal import console, on_terminal

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import RenderableType
    from rich.spinner import Spinner

    from neuroevo.search import Progress

DRAWN_A_SECOND = 4
_BAR = 40  # letters
_LABELS = 17  # letters, as wide as the longest label
_PHASES = {
    "compiling": "loading the kernel, which is compiled on first use",
    "baselines": "training the baselines",
    "searching": "searching",
    "rescoring": "scoring the front on fresh seeds",
    "finished": "finished",
}


class Display(ABC):
    """Shows a search to somebody; call it with each progress, in a ``with`` statement."""

    def __init__(self) -> None:
        self.latest: Progress | None = None

    def __call__(self, progress: "Progress") -> None:
        """Take in how far the search has come."""
        earlier, self.latest = self.latest, progress
        self._update(earlier, progress)

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: "TracebackType | None",
    ) -> None:
        self.close()

    def close(self) -> None:  # noqa: B027 - most displays hold nothing
        """Give the terminal back; closing twice does nothing more."""

    def say(self, text: str) -> None:  # noqa: B027 - silence says nothing
        """Say something that is no progress."""

    def _open(self) -> None:  # noqa: B027 - most displays need nothing
        """Begin to show."""

    @abstractmethod
    def _update(self, earlier: "Progress | None", progress: "Progress") -> None:
        """Show what has changed."""


class Silence(Display):
    """Shows nothing."""

    def _update(self, earlier: "Progress | None", progress: "Progress") -> None:
        pass


class Lines(Display):
    """Writes a plain line for each phase and each finished generation."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream

    def say(self, text: str) -> None:
        """Write it as a line of its own."""
        self._write(text)

    def _update(self, earlier: "Progress | None", progress: "Progress") -> None:
        if earlier is not None and _finished_generation(earlier, progress):
            self._write(generation_line(earlier, progress))
        if (earlier is None or earlier.phase != progress.phase) and progress.phase != "finished":
            self._write(_phase_line(progress))

    def _write(self, line: str) -> None:
        with suppress(OSError):  # a reader of messages who left is no reason to end the search
            self._stream.write(f"{line}\n")
            self._stream.flush()


class LiveDisplay(Display):
    """Draws a few lines on a terminal, over and over in the same place."""

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

    def close(self) -> None:
        """Give the terminal back; closing twice does nothing more."""
        with suppress(OSError):  # it may have been closed
            self._live.stop()

    def say(self, text: str) -> None:
        """Write it above what is drawn."""
        with suppress(OSError):
            self._live.console.print(text, style="yellow")

    def _open(self) -> None:
        self._live.start()

    def _update(self, earlier: "Progress | None", progress: "Progress") -> None:
        pass  # the display draws by itself, from the latest

    def _drawn(self) -> "RenderableType":
        return "" if self.latest is None else draw(self.latest, self._spinner)


def watch(*, quiet: bool) -> Display:
    """Give the display that suits stderr.

    Parameters
    ----------
    quiet
        Whether nothing shall be shown anywhere.
    """
    if quiet:
        return Silence()
    return LiveDisplay(sys.stderr) if on_terminal(sys.stderr) else Lines(sys.stderr)


def draw(progress: "Progress", spinner: "Spinner") -> "Spinner":
    """Draw how far a search has come, for rich to print at any width.

    It is one text, not a table: laying out a table several times a second is felt.
    """
    from rich.text import Text

    drawn = Text.assemble(
        (progress.experiment.name, "bold"), "  ", (_PHASES[progress.phase], "cyan")
    )
    if progress.phase != "compiling":
        share = min(progress.trials / max(progress.experiment.expected_trials, 1), 1.0)
        done = round(share * _BAR)
        drawn.append("\n")
        drawn.append("━" * done, style="cyan").append("━" * (_BAR - done), style="dim")
        drawn.append(f" {share:.0%}")
        for label, text in _facts(progress):
            drawn.append(f"\n{label.ljust(_LABELS)}  ", style="dim").append(text)
    spinner.update(text=drawn)
    return spinner


def generation_line(earlier: "Progress", progress: "Progress") -> str:
    """Put a generation that has just finished into one line.

    Parameters
    ----------
    earlier
        The last progress within the generation.
    progress
        The progress that shows it finished.
    """
    generations = progress.experiment.evolution.generations
    place = f"generation {earlier.generation + 1} of {generations}"
    parts = [
        f"{place}: {progress.trials:,} trials{_speed(progress)}",
        f"{progress.networks:,} networks",
        f"front {len(progress.front)}",
        *(f"{name} {score}" for name, score in _best(progress)),
        *_time_left(progress),
    ]
    return ", ".join(parts)


def _finished_generation(earlier: "Progress", progress: "Progress") -> bool:
    if earlier.phase != "searching":
        return False
    return progress.phase != "searching" or progress.generation > earlier.generation


def _phase_line(progress: "Progress") -> str:
    line = f"{progress.experiment.name}: {_PHASES[progress.phase]}"
    if progress.phase == "baselines" and progress.folder is not None:
        return f"{line}; the run is {progress.folder.path}"
    return line


def _facts(progress: "Progress") -> list[tuple[str, str]]:
    """List what the live display tells below its bar, labels first."""
    generations = progress.experiment.evolution.generations
    facts = [
        ("generation", f"{progress.generation + 1} of {generations}"),
        ("trials", f"{progress.trials:,}{_speed(progress)}"),
        ("networks", f"{progress.networks:,} trained"),
        ("front", f"{len(progress.front)}"),
        *_best(progress),
    ]
    left = "".join(f", {text}" for text in _time_left(progress))
    facts.append(("time", f"{_clock(progress.seconds)}{left}"))
    return facts


def _best(progress: "Progress") -> list[tuple[str, str]]:
    """Give the best score of each objective on the front so far, as text."""
    from neuroevo import wording
    from neuroevo.evaluation import OBJECTIVES

    if not progress.front:
        return []
    objectives = [OBJECTIVES[name] for name in progress.experiment.evolution.objectives]
    scores = [min(trial.objectives[item.name] for trial in progress.front) for item in objectives]
    return [
        (item.label, wording.measured(score, item.unit))
        for item, score in zip(objectives, scores, strict=True)
    ]


def _speed(progress: "Progress") -> str:
    if progress.seconds <= 0 or not progress.trials:
        return ""
    return f", {progress.trials / progress.seconds:,.0f} a second"


def _time_left(progress: "Progress") -> list[str]:
    """Tell the time left if the trials to come take as long as those before; else nothing."""
    if progress.phase != "searching" or not progress.trials:
        return []
    left = max(progress.experiment.expected_trials - progress.trials, 0)
    return [f"about {_clock(progress.seconds / progress.trials * left)} left"]


def _clock(seconds: float) -> str:
    whole = round(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
