"""The machine on which measurements were made."""

import os
import platform
from dataclasses import dataclass

from neuroevo.runs.environment import cpu_model, version

_LIBRARIES = (
    *("neuroevo", "numpy", "numba", "llvmlite", "joblib", "scikit-learn", "torch", "jaxlib"),
    *("optuna", "sklearn-genetic-opt"),
)


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine, and the versions of what runs on it."""

    cpu: str
    cores: int  # that this process may use
    load: float | None  # load average of the last minute, if available
    python: str
    versions: dict[str, str]  # of the libraries that are installed

    def markdown(self) -> str:
        """Return the description as the heading of tables."""
        cores = "1 core" if self.cores == 1 else f"{self.cores} cores"
        libraries = ", ".join(f"{name} {number}" for name, number in self.versions.items())
        busy = "" if self.load is None else f" Load before the measurements: {self.load:.1f}."
        return f"## {self.cpu}, {cores}\n\nPython {self.python}, {libraries}.{busy}\n"


def this_machine() -> Machine:
    """Describe the machine that this process runs on."""
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    found = {name: version(name) for name in _LIBRARIES}
    versions = {name: number for name, number in found.items() if number is not None}
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return Machine(cpu_model(), cores, load, platform.python_version(), versions)
