import json
import subprocess
import sys
from datetime import datetime
from importlib import metadata
from pathlib import Path

import pytest

from neuroevo.errors import StorageError
from neuroevo.runs import environment, environment_differences, read_environment


def test_the_environment_is_plain_json_with_versions() -> None:
    """It is the same after JSON, and its versions are those that are installed."""
    described = json.loads(json.dumps(environment()))
    assert described == environment() | {"started": described["started"]}
    assert described["libraries"]["numba"] == metadata.version("numba")
    assert described["python"].endswith(".".join(map(str, sys.version_info[:3])))
    assert described["cores"] >= 1
    assert described["cpu"]
    assert described["command"] == sys.argv


def test_only_differences_are_listed() -> None:
    """Versions, Python and processor are compared; what a damaged file lacks is unknown."""
    now = environment()
    assert environment_differences(now, now | {"started": "later", "command": []}) == []
    libraries = now["libraries"]
    assert isinstance(libraries, dict)
    then = now | {"libraries": {**libraries, "numpy": "1.0", "deap": None}, "cpu": "Z80"}
    assert environment_differences(then, now) == [
        f"cpu {now['cpu']}, was Z80",
        f"numpy {libraries['numpy']}, was 1.0",
        f"deap {libraries['deap']}, was none",
    ]
    incomplete: list[dict[str, object]] = [{}, {"libraries": 3}, {"libraries": []}]
    for damaged in incomplete:
        lines = environment_differences(damaged, now)
        assert len(lines) == 3 + len(libraries)
        assert all(line.endswith((", was none", ", was unknown")) for line in lines)
    strange = environment_differences(now | {"cpu": ["a\n" * 999]}, now)
    assert len(strange) == 1
    assert strange[0].isprintable()


def test_a_damaged_environment_is_named(tmp_path: Path) -> None:
    """A missing file is empty; a file that is not JSON is one line with its name."""
    path = tmp_path / "environment.json"
    assert read_environment(path) == {}
    path.write_text("[1]")
    assert read_environment(path) == {}
    for content in (b"{", b"\xff", b"[" * 100_000, b"1" * 2_000_000):
        path.write_bytes(content)
        with pytest.raises(StorageError, match=r"environment\.json: must ") as caught:
            read_environment(path)
        assert "\n" not in str(caught.value)


def test_the_time_has_its_offset() -> None:
    """The time of the start has its offset from UTC."""
    started = environment()["started"]
    assert isinstance(started, str)
    assert datetime.fromisoformat(started).utcoffset() is not None


def test_no_library_is_imported_for_its_version() -> None:
    """Reading the versions of numba, plotly and the others imports none of them."""
    program = "import sys, neuroevo.runs as runs; runs.environment(); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout.split()
    assert not {"numba", "plotly", "pandas", "deap", "joblib", "filelock"} & set(loaded)
