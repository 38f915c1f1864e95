"""Which packages are there for tests in other processes."""

from importlib.util import find_spec

import pytest


def skip_without(*packages: str) -> None:
    """Skip the test if one of the packages is not installed; this process imports none of them."""
    for package in packages:
        if find_spec(package) is None:
            pytest.skip(f"{package} is not installed")
