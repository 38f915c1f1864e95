"""Functions of users for tests: files of Python, and experiments that call them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from neuroevo.experiment import Experiment

GOOD = """
def evaluate(genome, seed):
    loss = (genome["x"] - 0.3) ** 2 + (genome["booster"] == "gbtree") * 0.1
    loss += genome.get("rate_drop", 0.0) * 0.01
    return {"loss": loss, "score": genome["depth"] - loss}
"""
SPACE: Mapping[str, Any] = {
    "x": {"low": 0.0, "high": 1.0},
    "depth": {"low": 1, "high": 6},
    "booster": ["gbtree", "dart"],
    "rate_drop": {"low": 0.0, "high": 0.5, "when": {"booster": ["dart"]}},
}


def write_function(folder: Path, text: str = GOOD, name: str = "boosting.py") -> Path:
    """Write a file with a function and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def experiment_of(path: Path, **changes: Any) -> Experiment:  # noqa: ANN401 - settings of any type
    """Return a small experiment that calls the function of a file."""
    task = {
        "kind": "python",
        "function": f"{path}:evaluate",
        "objectives": {"loss": "minimize", "score": "maximize"},
        "time_limit": 30.0,
    }
    evolution = {"population": 4, "generations": 2}
    return Experiment.of(
        {
            "name": "boosting",
            "task": task | changes.pop("task", {}),
            "space": changes.pop("space", SPACE),
            "evolution": evolution | changes.pop("evolution", {}),
            **changes,
        }
    )
