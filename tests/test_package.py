"""The public names of the package, and what they cost."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import neuroevo


def test_every_public_name_is_there() -> None:
    """Each promised name can be had from the package, and nothing else is promised."""
    for name in neuroevo.__all__:
        assert getattr(neuroevo, name).__name__ == name
    assert dir(neuroevo) == sorted(neuroevo.__all__)


def test_importing_the_package_loads_nothing_heavy() -> None:
    """After `import neuroevo` no library that takes long to load is there."""
    heavy = "{'numba', 'plotly', 'pandas', 'joblib', 'deap', 'pydantic', 'numpy', 'sklearn'}"
    command = f"import sys, neuroevo; print(sorted({heavy} & set(sys.modules)))"
    printed = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, check=True, text=True
    )
    assert printed.stdout == "[]\n"


def test_no_room_holds_more_than_a_quarter_of_the_house() -> None:
    """Counted in lines of Python, no folder of the package outgrows the others."""
    house = Path(neuroevo.__file__).parent
    lines = {path: len(path.read_text().splitlines()) for path in house.rglob("*.py")}
    rooms = Counter[str]()
    for path, count in lines.items():
        rooms[path.relative_to(house).parts[0]] += count
    largest, count = rooms.most_common(1)[0]
    assert count <= rooms.total() / 4, largest
