"""Programs of this package in Node, with the libraries from npm. Knows no networks.

All of it is in a temporary folder; nothing of a library is kept.
"""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from experiments.benchmarks.measuring import say
from neuroevo.errors import NeuroevoError

Run = Callable[..., Any]
"""Runs a library's module with ``learn`` or ``time`` on a task as JSON, and returns its result."""

_PROGRAMS = Path(__file__).parent / "programs"
_INSTALL = (
    *("npm", "install", "--ignore-scripts", "--omit=optional", "--no-package-lock"),
    *("--no-audit", "--no-fund", "--no-update-notifier", "--prefer-offline", "--logs-max=0"),
)


class NodeError(NeuroevoError):
    """Node or a package is missing, or a program failed."""


@contextmanager
def programs(*, with_packages: bool = True) -> Iterator[Run]:
    """Make the programs ready, and give a function that runs one.

    Parameters
    ----------
    with_packages
        Whether npm installs the libraries; without them only the mouse page's network runs.

    Raises
    ------
    NodeError
        If there is no Node or no npm, or it can't install the packages.
    """
    needed = ("node", "npm") if with_packages else ("node",)
    missing = [name for name in needed if shutil.which(name) is None]
    if missing:
        found = " and ".join(f"no {name}" for name in missing)
        raise NodeError(f"libraries: {' and '.join(needed)} must be on the PATH, but got {found}")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        shutil.copytree(_PROGRAMS, folder, dirs_exist_ok=True)
        with as_file(files("neuroevo.playground") / "assets") as assets:
            shutil.copytree(assets, folder / "mouse_page")
        if with_packages:
            say("libraries: npm installs ConvNetJS and brain.js into a temporary folder")
            _output(_INSTALL, folder)

        def run(library: str, work: str, task: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
            return json.loads(_output(("node", "main.js", library, work), folder, json.dumps(task)))

        yield run


def versions() -> Mapping[str, str]:
    """Return the version of Node and those of the packages that are installed."""
    listed = json.loads((_PROGRAMS / "package.json").read_text(encoding="utf-8"))
    node = _output(("node", "--version"), _PROGRAMS).strip().removeprefix("v")
    return {"Node": node, **listed["dependencies"]}


def _output(command: Sequence[str], folder: Path, task: str = "") -> str:
    done = subprocess.run(  # noqa: S603 - commands of this module
        command, cwd=folder, input=task, capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "rror" in line]
        said = lines[0].strip() if lines else f"exit {done.returncode}"
        raise NodeError(f"{' '.join(command[:2])}: must succeed, but got {said}")
    return done.stdout
