import json
import subprocess
import sys
from datetime import datetime
from importlib import metadata

from neuroevo.runs import environment


def test_the_environment_is_plain_json_that_tells_the_versions() -> None:
    """It survives JSON, and its versions are those that are installed."""
    described = json.loads(json.dumps(environment()))
    assert described == environment() | {"started": described["started"]}
    assert described["libraries"]["numba"] == metadata.version("numba")
    assert described["python"].endswith(".".join(map(str, sys.version_info[:3])))
    assert described["cores"] >= 1
    assert described["cpu"]
    assert described["command"] == sys.argv


def test_the_start_tells_its_offset() -> None:
    """The time of start is unambiguous: it names its offset from UTC."""
    started = environment()["started"]
    assert isinstance(started, str)
    assert datetime.fromisoformat(started).utcoffset() is not None


def test_no_library_is_loaded_to_tell_its_version() -> None:
    """Describing numba, plotly and the others imports none of them."""
    program = "import sys, neuroevo.runs as runs; runs.environment(); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout.split()
    assert not {"numba", "plotly", "pandas", "deap", "joblib"} & set(loaded)
