"""The spaces that the tests of strategies search, and guards around them: those of evolution."""

from tests.evolution.conftest import (  # noqa: F401 - fixtures are used by their names
    _global_randomness_is_left_alone,
    networks,
    spaces,
)
