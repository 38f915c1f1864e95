"""Two worker processes that stay alive, for libraries whose threads wait for each other."""

from collections.abc import Callable
from typing import Any

from joblib import Parallel, delayed

COUNT = 2


def on_each(work: Callable[..., Any], *arguments: object) -> None:
    """Do the same work in each worker, with its place as the first argument, and wait."""
    Parallel(n_jobs=COUNT, batch_size=1)(delayed(work)(place, *arguments) for place in range(COUNT))
