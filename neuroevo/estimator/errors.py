"""Errors and warnings as users of scikit-learn expect them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from neuroevo.errors import DataError, UsageError

# A hint at the end of a line that names settings of a table, which estimators do not have.
_HINT = re.compile(r" \([^()]*(?:--set|leave_out|\bset \w+ =)[^()]*\)$")


@contextmanager
def as_value_errors() -> Iterator[None]:
    """Raise wrong settings and wrong data as ValueErrors with the same lines."""
    try:
        yield
    except (DataError, UsageError) as error:
        raise ValueError("\n".join(map(without_hint, error.problems))) from None


def without_hint(line: str) -> str:
    """Return a line about a table without a hint on settings of tables."""
    return _HINT.sub("", line)
