"""The fixtures of the tests of evolution, also for the tests of strategies."""

from tests.evolution.conftest import (  # noqa: F401 - fixtures are used by their names
    _global_randomness_is_unchanged,
    networks,
    spaces,
)
