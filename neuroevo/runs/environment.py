"""What a run ran on: versions, processor and command, gathered without importing a library."""

import os
import platform
import sys
from collections.abc import Mapping
from datetime import datetime
from importlib import metadata
from pathlib import Path

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
)


def environment() -> dict[str, object]:
    """Describe this process as plain JSON values.

    Returns
    -------
    dict
        ``neuroevo`` (version), ``python``, ``platform``, ``cpu`` (model), ``cores`` (that this
        process may use), ``libraries`` (name -> version), ``command`` (list of arguments) and
        ``started`` (ISO 8601 time with its offset from UTC). A version that can't be told is
        None.
    """
    return {
        "neuroevo": version("neuroevo"),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "platform": platform.platform(),
        "cpu": cpu_model(),
        "cores": _usable_cores(),
        "libraries": _versions(),
        "command": list(sys.argv),
        "started": datetime.now().astimezone().isoformat(timespec="seconds"),
    }


def cpu_model() -> str:
    """Name the processor, or its architecture where the system does not tell."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name" and value.strip():
                return value.strip()
    except (OSError, UnicodeDecodeError):
        pass  # not Linux
    return platform.processor() or platform.machine()


def version(distribution: str) -> str | None:
    """Tell the installed version of a distribution, None when it is not installed."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _versions() -> Mapping[str, str | None]:
    return {name: version(name) for name in LIBRARIES}


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
