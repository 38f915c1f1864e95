"""Input of strangers must be accepted or refused with our own errors, and quickly.

Knows the kinds of input and their rules; neither makes the input nor counts it.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from neuroevo.cli.new import experiment_text
from neuroevo.errors import DataError, NeuroevoError, UsageError
from neuroevo.experiment import EvolutionSettings, Experiment, load_experiment
from neuroevo.experiment.genes import GENES
from neuroevo.learning import TrainingSettings
from neuroevo.tasks import MouseTask
from neuroevo.tasks.recording import read_recording

MOST_SECONDS = 0.1  # of one core, from the second call on: the first one imports

_CANVAS = (1000, 600)


@dataclass(frozen=True, slots=True)
class WayIn:
    """A place at which a stranger's bytes come in.

    Attributes
    ----------
    take
        Writes the bytes into a folder and reads them as we do; tells what is wrong with what came
        of it, nothing if all is well.
    refusal
        The only error that it may raise.
    examples
        What is right, or nearly so.
    words
        What may stand in it.
    """

    take: Callable[[bytes, Path], str]
    refusal: type[NeuroevoError]
    examples: tuple[bytes, ...]
    words: tuple[str, ...]


def judge(way: WayIn, content: bytes, folder: Path, most_seconds: float = MOST_SECONDS) -> str:
    """Read an input, and return its problem; an empty text if there is none."""
    start = time.thread_time()
    try:
        wrong = way.take(content, folder)
    except way.refusal as error:
        lines = error.problems
        wrong = "" if lines and all(map(str.isprintable, lines)) else "a line can't be printed"
    except Exception as error:  # noqa: BLE001 - to find any is what this is for
        wrong = f"{type(error).__name__}: {error}"
    seconds = time.thread_time() - start
    return wrong or (f"{1000 * seconds:.0f} ms" if seconds > most_seconds else "")


def _take_experiment(content: bytes, folder: Path) -> str:
    path = folder / "stranger.toml"
    path.write_bytes(content)
    return _written_again(load_experiment(path), folder)


def _take_override(content: bytes, folder: Path) -> str:
    path = folder / "ours.toml"
    path.write_text(_SHORTEST, encoding="utf-8")
    override = content.decode("utf-8", "surrogateescape")  # what a command line makes of bytes
    return _written_again(load_experiment(path, [override]), folder)


def _written_again(experiment: Experiment, folder: Path) -> str:
    again = folder / "again.toml"
    again.write_text(experiment.to_toml(), encoding="utf-8")
    try:
        return "" if load_experiment(again) == experiment else "what is written loads as another"
    except UsageError as error:
        return f"what is written does not load: {error}"


def _take_recording(content: bytes, folder: Path) -> str:
    path = folder / "stranger.csv"
    path.write_bytes(content)
    positions = read_recording(path, _CANVAS)
    inside = (positions >= 0).all() and (positions <= np.array(_CANVAS)).all()
    return "" if inside else "a position off the canvas"


_SHORTEST = '[task]\nkind = "mouse"\n'
_OVERRIDES = (
    "space.hidden=[[6, 3], [4]]",
    'space.hidden={ count = [1, 2], width = [1, 8], activation = ["tanh", "elu"] }',
    'space.hidden=[[[6, "tanh"], [3, "relu"]]]',
    "space.learning_rate={ low = 1e-4, high = 1, log = true }",
    "space.batch_size={ choices = [1, 8], ordered = true }",
    "task.recording='../a.csv'",
    "task={ kind = 'mouse', canvas = [10, 10], jitter = 3 }",
    "evolution.objectives=['parameters']",
    "evolution.target={ final_mse = 1e-3 }",
    "evolution.time_limit=3600",
    "seed=0x7fff_ffff_ffff_ffff",
    "name=other",
)
_SETTINGS = (Experiment, MouseTask, TrainingSettings, EvolutionSettings)
_KEYS = (*GENES, *(name for settings in _SETTINGS for name in settings.model_fields))
_TABLES = ("count", "width", "activation", "choices", "ordered", "low", "high", "log")
_SIGNS = ("true", "nan", "inf", "1e999", "9" * 20, "0x1", "1979-05-27", "[[", "]]", '"""', "'''")
_WORDS = (*dict.fromkeys((*_KEYS, *_TABLES, *_SIGNS)),)

WAYS_IN: Mapping[str, WayIn] = MappingProxyType(
    {
        "experiments": WayIn(
            _take_experiment,
            UsageError,
            (
                _SHORTEST.encode(),
                experiment_text("stranger").encode(),
                f"{_SHORTEST}[space]\nhidden = [{'[1], ' * 5000}]".encode(),
                *(f"{override.replace('=', ' = ', 1)}\n".encode() for override in _OVERRIDES),
            ),
            _WORDS,
        ),
        "overrides": WayIn(
            _take_override,
            UsageError,
            tuple(override.encode() for override in _OVERRIDES),
            _WORDS,
        ),
        "recordings": WayIn(
            _take_recording,
            DataError,
            (
                b"x,y\n1,2\n3,4\n",
                b'\xef\xbb\xbf"x", "y"\r\n1e2, 3.5\r\n\r\n"0",600\r\n',
                b"x,y\n" + b"1,2\n3,4\n" * 2000,
            ),
            ("x,y", '"', "1e999", "nan", "1_0", "-0", "\r\n", "\ufeff", "=1+1"),
        ),
    }
)
"""Each place at which a stranger's bytes come in, by what comes in there."""
