"""The environment of a run: versions, processor and command; no library is imported for it."""

import json
import os
import platform
import sys
import warnings
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from neuroevo.errors import StorageError
from neuroevo.settings import printable
from neuroevo.storage.disk import is_missing, read_bytes

_MOST_BYTES = 1_000_000
LIBRARIES = (
    "numpy",
    "numba",
    "llvmlite",
    "deap",
    "moocore",
    "joblib",
    "pandas",
    "plotly",
    "pydantic",
    "safetensors",
    "scikit-learn",
    "scipy",
)


def environment() -> dict[str, object]:
    """Describe this process as plain JSON values.

    Returns
    -------
    dict
        ``neuroevo`` (version), ``python``, ``platform``, ``cpu`` (model), ``cores`` (that this
        process may use), ``libraries`` (name -> version), ``command`` (list of arguments) and
        ``started`` (ISO 8601 time with its offset from UTC). An unknown version is None.
    """
    return {
        "neuroevo": version("neuroevo"),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "platform": platform.platform(),
        "cpu": cpu_model(),
        "cores": _usable_cores(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "command": list(getattr(sys, "argv", [])),  # an embedded interpreter may have none
        "started": datetime.now().astimezone().isoformat(),
    }


def read_environment(path: Path) -> dict[str, Any]:
    """Read the environment of a run; empty if there is no file, as it is only shown.

    Raises
    ------
    StorageError
        If the file exists, but can't be read or is not JSON.
    """
    try:
        content = json.loads(read_bytes(path, _MOST_BYTES))
    except StorageError as error:
        if is_missing(error):
            return {}
        raise
    except (ValueError, RecursionError) as error:
        why = " ".join(str(error).split())
        raise StorageError(f"{path}: must be a JSON file, but it is damaged ({why})") from error
    return content if isinstance(content, dict) else {}


def shown_environment(path: Path) -> dict[str, Any]:
    """Read the environment of a run to show it; warns and is empty if the file is damaged."""
    try:
        return read_environment(path)
    except StorageError as error:
        warnings.warn(f"{error}; versions and machine are not shown", stacklevel=2)
        return {}


def latest_environment(environment: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the environment of the last process that trained for a run."""
    resumed = environment.get("resumed")
    last = resumed[-1] if isinstance(resumed, list) and resumed else environment
    return last if isinstance(last, dict) else environment


def environment_differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """List the differences of two environments that can change a trial's numbers or its time.

    Parameters
    ----------
    then, now
        Environments, see `environment`. The first may be damaged: what it lacks is unknown.

    Returns
    -------
    list of str
        Such as ``numpy 2.3.1, was 2.2.0``.
    """
    before, after = _compared(then), _compared(now)
    return [
        f"{name} {_worded(after[name])}, was {_worded(before.get(name, 'unknown'))}"
        for name in after
        if before.get(name, "unknown") != after[name]
    ]


def _compared(described: Mapping[str, Any]) -> dict[str, object]:
    libraries = described.get("libraries")
    parts = {name: described.get(name) for name in ("cpu", "python", "neuroevo")}
    return parts | (libraries if isinstance(libraries, dict) else {})


def _worded(value: object) -> str:
    return "none" if value is None else printable(str(value))[:80]


def cpu_model() -> str:
    """Return the model of the processor, or its architecture if the model is unknown."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name" and value.strip():
                return value.strip()
    except (OSError, UnicodeDecodeError):
        pass  # not Linux
    return platform.processor() or platform.machine()


@cache
def version(distribution: str) -> str | None:
    """Return the version of a distribution at the first call, None if it is not installed."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
