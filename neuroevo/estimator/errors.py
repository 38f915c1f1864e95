"""Errors as users of scikit-learn expect them."""

from collections.abc import Iterator
from contextlib import contextmanager

from neuroevo.errors import DataError, UsageError


@contextmanager
def as_value_errors() -> Iterator[None]:
    """Raise wrong settings and wrong data as ValueErrors with the same lines."""
    try:
        yield
    except (DataError, UsageError) as error:
        raise ValueError(str(error)) from None
