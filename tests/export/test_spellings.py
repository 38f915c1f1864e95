"""Other spellings of a category mean the same to a table."""

import doctest

import pytest

from neuroevo.export import spellings
from neuroevo.tables import cells


def test_the_examples_are_true() -> None:
    """Each example gives what it says."""
    found = doctest.testmod(spellings)
    assert found.attempted
    assert not found.failed


@pytest.mark.parametrize("name", ["true", "TRUE", "1", "-7", "2.5", "1e+20", "12345678901234567"])
def test_each_spelling_is_the_category(name: str) -> None:
    """Behind the name itself stand texts and values that `predict` reads as the name."""
    texts, values = spellings.texts_of(name), spellings.values_of(name)
    assert {cells.name(each) for each in [*texts[1:], *values[1:]]} <= {name}
    assert texts[0] == values[0] == name
