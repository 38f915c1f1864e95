"""Machine code that is damaged, or can't be stored, costs a warning and the time to compile."""

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from numba import config, njit

from neuroevo.kernel.machine_code import keep_machine_code

Compiled = Callable[[], Any]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let numba cache in this folder only."""
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(config, "CACHE_LOCATOR_CLASSES", "UserProvidedCacheLocator")
    return tmp_path / "cache"


@pytest.fixture
def compiled(tmp_path: Path) -> Compiled:
    """Give a function that compiles a function, as a new process would."""
    file = tmp_path / "added.py"
    file.write_text("def add(number):\n    return number + 1\n", encoding="utf-8")

    def make() -> Any:  # noqa: ANN401 - numba has no types
        spec = importlib.util.spec_from_file_location("added", file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        function = njit(module.add)
        keep_machine_code(function)
        assert function(2) == 3
        return function

    return make


def hits(function: Any) -> int:  # noqa: ANN401 - numba has no types
    """Return how often a function was loaded from disk."""
    return sum(function.stats.cache_hits.values())


def test_machine_code_is_loaded_from_disk(folder: Path, compiled: Compiled) -> None:
    """A function is compiled once, and no other files stay."""
    assert [hits(compiled()) for _ in range(3)] == [0, 1, 1]
    assert [file.suffix for file in folder.rglob("*.*")] == [".nbc"]


def test_loading_needs_nothing_that_only_compiling_needs() -> None:
    """To load the kernel and train imports no `scipy.linalg`, and other code can be compiled."""
    program = """
import sys
import numpy as np
from numba import njit
from neuroevo.learning.training import compile_kernel
compile_kernel("float32")
assert "scipy.linalg" not in sys.modules
print(njit(lambda matrix: (matrix @ matrix).sum())(np.eye(3)))
"""
    for _ in range(2):  # the first one compiles if nobody did
        command = [sys.executable, "-c", program]
        ended = subprocess.run(command, check=False, capture_output=True, text=True)
        if ended.returncode == 0:
            break
    assert ended.stdout == "3.0\n", ended.stderr


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda content: content[: len(content) // 2], id="cut"),
        pytest.param(lambda content: bytes(len(content)), id="zeros"),
        pytest.param(lambda content: content[:-1] + bytes([content[-1] ^ 1]), id="one bit"),
    ],
)
def test_a_damaged_entry_is_replaced(
    folder: Path, compiled: Compiled, damage: Callable[[bytes], bytes]
) -> None:
    """It gives a warning with its path, and the function is compiled and stored again."""
    compiled()
    [file] = folder.rglob("*.nbc")
    file.write_bytes(damage(file.read_bytes()))
    with pytest.warns(UserWarning, match="is damaged and is replaced") as warned:
        assert not hits(compiled())
    assert str(file) in str(warned[0].message)
    assert hits(compiled())


def test_an_entry_that_is_no_file_is_no_error(folder: Path, compiled: Compiled) -> None:
    """What can neither be read nor replaced gives two warnings."""
    compiled()
    [file] = folder.rglob("*.nbc")
    file.unlink()
    file.mkdir()
    with pytest.warns(UserWarning, match="compiled again") as warned:
        compiled()
    [reading, writing] = [str(warning.message) for warning in warned]
    assert "can't be read" in reading
    assert "can't be written to" in writing
    assert [path.name for path in folder.rglob("*.*")] == [file.name]


def test_a_folder_that_can_not_be_made_is_no_error(folder: Path, compiled: Compiled) -> None:
    """Without a folder the function is compiled in memory, with a warning."""
    folder.write_text("", encoding="utf-8")
    with pytest.warns(UserWarning, match="NUMBA_CACHE_DIR"):
        compiled()
