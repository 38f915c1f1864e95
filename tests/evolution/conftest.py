"""Search spaces for the tests of evolution, and a check of global randomness."""

import random
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import strategies as st

from neuroevo.space import Choice, Float, Gene, Integer, Layers, SearchSpace


@pytest.fixture(autouse=True)
def _global_randomness_is_unchanged() -> Iterator[None]:
    """Check that no test changes the global random generators."""
    before = random.getstate(), repr(np.random.get_state())  # noqa: NPY002 - what is guarded
    yield
    assert (random.getstate(), repr(np.random.get_state())) == before  # noqa: NPY002 - as above


@pytest.fixture(scope="session")
def spaces() -> st.SearchStrategy[SearchSpace]:
    """Spaces of one to five genes of every kind, at least one of which varies."""
    bounds = st.tuples(st.floats(1e-9, 1e9), st.floats(1e-9, 1e9))
    wholes = st.tuples(st.integers(1, 50), st.integers(0, 40))
    few = st.tuples(st.integers(0, 4), st.integers(0, 3))
    options = st.lists(
        st.one_of(st.integers(), st.booleans(), st.text(max_size=3)),
        min_size=1,
        max_size=5,
        unique_by=repr,
    )
    names = st.lists(st.text(max_size=3), min_size=1, max_size=4, unique=True)
    genes: st.SearchStrategy[Gene] = st.one_of(
        st.builds(lambda pair, log: Float(min(pair), max(pair), log), bounds, st.booleans()),
        st.builds(lambda pair: Float(-max(pair), min(pair)), bounds),
        st.builds(lambda pair, log: Integer(pair[0], sum(pair), log), wholes, st.booleans()),
        st.builds(Choice, options, st.booleans()),
        st.builds(
            lambda a, b, activation: Layers((a[0], sum(a)), (b[0], sum(b)), activation),
            few,
            wholes,
            st.none() | st.builds(Choice, names, st.booleans()),
        ),
    )
    letters = st.sampled_from("abcdefgh")
    return st.dictionaries(letters, genes, min_size=1, max_size=5).map(SearchSpace).filter(varies)


def varies(space: SearchSpace) -> bool:
    """Whether there is more than one genome."""
    return space.size > 1


@pytest.fixture(scope="session")
def networks() -> SearchSpace:
    """Return the default search space of neural networks."""
    return SearchSpace(
        hidden=Layers((1, 4), (1, 32)),
        learning_rate=Float(1e-4, 1.0, log=True),
        activation=Choice(["linear", "tanh", "sigmoid", "relu"]),
    )
