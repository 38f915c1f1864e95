"""Hypothesis strategies of genes for the tests of spaces."""

from typing import TypeVar

import pytest
from hypothesis import strategies as st

from neuroevo.space import Choice, Float, Gene, Integer, Layers

T = TypeVar("T", float, int)


def _ordered(pair: tuple[T, T]) -> tuple[T, T]:
    return min(pair), max(pair)


_positive = st.floats(1e-300, 1e300)
_wholes = st.integers(1, 2**53)
_options = st.one_of(
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.lists(st.integers(1, 9), max_size=3).map(tuple),
    st.lists(st.tuples(st.integers(1, 9), st.text(max_size=2)), max_size=3).map(tuple),
)
_activations = st.lists(st.text(max_size=3), min_size=1, max_size=4, unique=True)


@pytest.fixture(scope="session")
def genes() -> st.SearchStrategy[Gene]:
    """Genes of every kind, also with extreme values."""
    pairs = st.tuples(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300)).map(_ordered)
    return st.one_of(
        pairs.map(lambda pair: Float(*pair)),
        st.tuples(_positive, _positive).map(_ordered).map(lambda pair: Float(*pair, log=True)),
        st.tuples(_wholes, _wholes).map(_ordered).map(lambda pair: Integer(*pair)),
        st.tuples(_wholes, _wholes).map(_ordered).map(lambda pair: Integer(*pair, log=True)),
        st.builds(
            Choice,
            st.lists(_options, min_size=1, max_size=6, unique_by=lambda o: (type(o) is bool, o)),
            st.booleans(),
        ),
        st.builds(
            Layers,
            st.tuples(st.integers(0, 6), st.integers(0, 6)).map(_ordered),
            st.tuples(st.integers(1, 99), st.integers(1, 99)).map(_ordered),
            st.none() | _activations | st.builds(Choice, _activations, st.booleans()),
        ),
    )
