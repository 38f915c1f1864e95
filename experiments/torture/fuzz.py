"""Faults: millions of input files made by a fuzzer, which tries to reach every branch of readers.

Runs the fuzzer, then tries each input with a problem again, at full speed.
"""

import importlib.util
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from experiments.torture.rows import Row
from experiments.torture.strangers import MOST_SECONDS, WAYS_IN, WayIn, judge
from neuroevo.errors import NeuroevoError

_LONGEST = 105_000  # bytes of an input, more than an experiment may have
_TRIES = 3  # of an input that took long


def fuzz(minutes: float, most_seconds: float = MOST_SECONDS) -> list[Row]:
    """Fuzz each kind of input for an equal part of some minutes.

    Parameters
    ----------
    minutes
        For all of them.
    most_seconds
        Of a core, that an input may take.

    Returns
    -------
    list[Row]
        For each way in how many inputs there were and how many of them (`differing`) led to
        another error than the right one, to a line that can't be printed, to an experiment that
        does not load as it was written, or took too long.

    Raises
    ------
    NeuroevoError
        If atheris is not installed, or can't run.
    """
    if importlib.util.find_spec("atheris") is None:
        raise NeuroevoError("fuzz: needs atheris, which pip install '.[torture]' brings")
    seconds = max(1, round(60 * minutes / len(WAYS_IN)))
    return [_fuzzed(name, way, seconds, most_seconds) for name, way in WAYS_IN.items()]


def _fuzzed(name: str, way: WayIn, seconds: int, most_seconds: float) -> Row:
    kept, corpus = (Path(tempfile.mkdtemp(prefix=f"neuroevo-{part}-")) for part in ("kept", name))
    try:
        times = _run_fuzzer(name, way, seconds, kept, corpus)
        faults = _confirmed(way, kept, corpus, most_seconds)
    finally:
        shutil.rmtree(corpus)
    note = ""
    if faults:
        note = f"{kept}: {'; '.join(sorted(set(faults.values())))}"
    else:
        shutil.rmtree(kept)
    return Row(f"fuzzed {name}", times, 0, len(faults), note)


def _run_fuzzer(name: str, way: WayIn, seconds: int, kept: Path, corpus: Path) -> int:
    """Run the fuzzer, which stores inputs with problems; returns how many inputs it tried."""
    for number, example in enumerate(way.examples):
        (corpus / str(number)).write_bytes(example)
    words = corpus.with_suffix(".words")
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in way.words), encoding="ascii")
    command = [
        *(sys.executable, "-m", "experiments.torture.fuzzing", name, str(kept)),
        *(f"-max_total_time={seconds}", f"-max_len={_LONGEST}", "-timeout=20"),
        *("-rss_limit_mb=4000", f"-artifact_prefix={kept}/fatal-", f"-dict={words}", str(corpus)),
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")  # noqa: S603 - our own module
    words.unlink()
    found = re.findall(r"^#(\d+)\s|^Done (\d+) runs", done.stderr, re.MULTILINE)
    if not found:
        last = done.stderr.strip().rpartition("\n")[2]
        raise NeuroevoError(f"fuzz: atheris must run, but ended with {last!r}")
    return max(int(count or total) for count, total in found)


def _confirmed(way: WayIn, kept: Path, folder: Path, most_seconds: float) -> dict[str, str]:
    """Try inputs again and return the problem of each; deletes inputs without problems."""
    for example in way.examples:  # the first calls import libraries
        judge(way, example, folder)
    faults = {}
    for path in sorted(path for path in kept.iterdir() if path.is_file()):
        content = path.read_bytes()
        found = [judge(way, content, folder, most_seconds) for _ in range(_TRIES)]
        if path.name.startswith("fatal-"):
            faults[path.name] = "ended or stalled its process"
        elif all(found):
            faults[path.name] = found[-1]
        else:
            path.unlink()
    return faults


def _escaped(word: str) -> str:
    """Return a word in the format of libFuzzer's dictionaries."""
    return "".join(f"\\x{byte:02x}" for byte in word.encode())
