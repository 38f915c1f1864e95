"""All competitors by name: what each is called, needs and does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from experiments.benchmarks.fitting.clock import Clock
from experiments.benchmarks.fitting.found import Found
from experiments.benchmarks.fitting.table import Table
from experiments.benchmarks.fitting.workers import on_each

Search = Callable[[Table, Clock], Found]

OURS = "neuroevo"


@dataclass(frozen=True, slots=True)
class Competitor:
    """A search, or a model.

    Parameters
    ----------
    label
        Its name in tables.
    function
        ``module:function`` of this package; the module imports its libraries at the top.
    packages
        What must be installed.
    searches_mlps
        Whether it is a search of an MLP, as neuroevo is.
    rehearsal
        ``module:function`` that loads all that it needs before the time begins.
    has_workers
        Whether it is rehearsed in each worker process too.
    """

    label: str
    function: str
    rehearsal: str
    has_workers: bool = True
    packages: tuple[str, ...] = ()
    searches_mlps: bool = True

    @property
    def missing(self) -> Sequence[str]:
        """The packages that are not installed."""
        return [name for name in self.packages if find_spec(name) is None]

    def search(self) -> Search:
        """Import its module and return its function."""
        search: Search = _named(self.function)
        return search

    def rehearse(self) -> None:
        """Load all that it needs."""
        rehearse: Callable[[int], None] = _named(self.rehearsal)
        rehearse(0)
        if self.has_workers:
            on_each(rehearse)


def _named(function: str) -> Any:  # noqa: ANN401 - functions of any kind
    module, _, name = function.partition(":")
    return getattr(import_module(f"{__package__}.{module}"), name)


COMPETITORS: Mapping[str, Competitor] = {
    OURS: Competitor("neuroevo", "evolved:evolved", "evolved:rehearse", has_workers=False),
    "random": Competitor(
        "RandomizedSearchCV", "scikit_learn:random_search", "scikit_learn:rehearse"
    ),
    "halving": Competitor(
        "HalvingRandomSearchCV", "scikit_learn:halving_search", "scikit_learn:rehearse"
    ),
    "optuna": Competitor(
        "Optuna, scikit-learn's MLP",
        "epochs:scikit_learn_search",
        "epochs:rehearse_scikit_learn",
        packages=("optuna",),
    ),
    "genetic": Competitor(
        "sklearn-genetic-opt",
        "scikit_learn:genetic_search",
        "scikit_learn:rehearse",
        packages=("sklearn_genetic",),
    ),
    "pytorch": Competitor(
        "Optuna, PyTorch",
        "epochs:pytorch_search",
        "epochs:rehearse_pytorch",
        packages=("optuna", "torch"),
    ),
    "boosting": Competitor(
        "gradient boosting, defaults",
        "boosting:default_boosting",
        "boosting:rehearse",
        has_workers=False,
        searches_mlps=False,
    ),
    "tuned_boosting": Competitor(
        "gradient boosting, Optuna",
        "boosting:tuned_boosting",
        "boosting:rehearse",
        packages=("optuna",),
        searches_mlps=False,
    ),
}
