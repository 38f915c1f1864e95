"""The public names of the package and what importing it loads."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import neuroevo


def test_every_public_name_exists() -> None:
    """Each name in __all__ can be loaded, and dir() has no others."""
    for name in neuroevo.__all__:
        assert getattr(neuroevo, name).__name__ == name
    assert dir(neuroevo) == sorted(neuroevo.__all__)


def test_importing_the_package_loads_no_slow_library() -> None:
    """After `import neuroevo` no library that loads slowly is loaded."""
    heavy = {"numba", "plotly", "pandas", "joblib", "deap", "pydantic", "numpy", "sklearn"}
    assert not _loaded("neuroevo") & heavy


def test_importing_the_interface_loads_no_library_of_the_reports() -> None:
    """After `import neuroevo.api`, what alone tables, figures and comparisons need isn't loaded."""
    reports = {"neuroevo.report.plots", "neuroevo.report.comparison", "neuroevo.report.sweep"}
    assert not _loaded("neuroevo.api") & {"pandas", "plotly", *reports}


def _loaded(module: str) -> set[str]:
    command = f"import sys, {module}; print(*sys.modules)"
    printed = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, check=True, text=True
    )
    return set(printed.stdout.split())


def test_no_folder_has_more_than_a_quarter_of_the_code() -> None:
    """Counted in lines of Python, no folder of the package is much larger than the others."""
    package = Path(neuroevo.__file__).parent
    lines = {path: len(path.read_text().splitlines()) for path in package.rglob("*.py")}
    folders = Counter[str]()
    for path, count in lines.items():
        folders[path.relative_to(package).parts[0]] += count
    largest, count = folders.most_common(1)[0]
    assert count <= folders.total() / 4, largest
