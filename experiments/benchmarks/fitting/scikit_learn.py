"""scikit-learn's MLP with its own searches, and with sklearn-genetic-opt."""

import math
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from io import StringIO
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import loguniform
from sklearn.compose import TransformedTargetRegressor
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 - makes the class importable
from sklearn.model_selection import HalvingRandomSearchCV, ParameterSampler, RandomizedSearchCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from experiments.benchmarks.fitting import workers
from experiments.benchmarks.fitting.clock import Clock
from experiments.benchmarks.fitting.found import Found
from experiments.benchmarks.fitting.sets import Array
from experiments.benchmarks.fitting.space import BATCHES, Space, space_of
from experiments.benchmarks.fitting.table import Table, outputs_of, validation_score
from experiments.benchmarks.fitting.timed import Timed

_ALPHA = (1e-5, 10.0)  # its L2 is divided by the samples of a batch, unlike a weight decay
_ACTIVATIONS = ("relu", "tanh")
_SOLVERS = ("adam", "sgd", "lbfgs")  # lbfgs, as its documentation advises it for few rows
_FIRST_CANDIDATES = 9  # of successive halving, to learn how long a candidate takes
_ROUNDS = 12  # into which random search divides its time
_POPULATION = 10


def random_search(table: Table, clock: Clock) -> Found:
    """Let RandomizedSearchCV try candidates till the time is over."""
    progress = Progress(clock)
    search = _RandomSearch(
        _timed(table, clock),
        _distributions(table),
        n_iter=10**6,
        cv=table.folds(),
        scoring=partial(_score, table.classes),
        n_jobs=workers.COUNT,
        refit=False,
        random_state=table.split,
    )
    search.progress = progress
    search.fit(table.inputs, table.targets)
    return _refitted(table, clock, progress, search.best_params_)


def halving_search(table: Table, clock: Clock) -> Found:
    """Let HalvingRandomSearchCV try few candidates, then as many as fill the time."""
    progress = Progress(clock)

    def search(candidates: int, seed: int) -> _HalvingSearch:
        made = _HalvingSearch(
            _timed(table, clock),
            _distributions(table),
            n_candidates=candidates,
            cv=table.folds(),
            scoring=partial(_score, table.classes),
            n_jobs=workers.COUNT,
            refit=False,
            min_resources="exhaust",
            random_state=seed,
        )
        made.progress = progress
        made.fit(table.inputs, table.targets)
        return made

    finished = [search(_FIRST_CANDIDATES, table.split)]
    candidates = int(_FIRST_CANDIDATES * clock.left / max(clock.seconds, 0.01))
    if candidates > 1:
        finished.append(search(candidates, table.split + 1))
    whole = [each for each in finished if each.is_whole] or finished[:1]
    best = max(whole, key=lambda each: float(each.best_score_))
    return _refitted(table, clock, progress, best.best_params_)


def genetic_search(table: Table, clock: Clock) -> Found:
    """Let GASearchCV evolve candidates till the time is over."""
    genetic, spaces = import_module("sklearn_genetic"), import_module("sklearn_genetic.space")
    callbacks = import_module("sklearn_genetic.callbacks")
    space, prefix = space_of(table), _prefix(table)
    continuous, categorical = spaces.Continuous, spaces.Categorical
    genes = {
        "hidden_layer_sizes": categorical(space.hidden),
        "learning_rate_init": continuous(*space.learning_rate, distribution="log-uniform"),
        "alpha": continuous(*_ALPHA, distribution="log-uniform"),
        **{name: categorical(list(values)) for name, values in _choices().items()},
    }
    search = genetic.GASearchCV(
        _timed(table, clock),
        cv=table.folds(workers.COUNT),
        param_grid={prefix + name: gene for name, gene in genes.items()},
        scoring=partial(_score, table.classes),
        population_size=_POPULATION,
        generations=10**4,
        n_jobs=workers.COUNT,
        refit=False,
        verbose=False,
    )
    with redirect_stdout(StringIO()):
        search.fit(
            table.inputs,
            table.targets,
            callbacks=[callbacks.TimerStopping(total_seconds=max(clock.left, 0.01))],
        )
    scores = np.asarray(search.cv_results_["mean_test_score"])
    progress = Progress(clock, candidates=len(scores))
    return _refitted(table, clock, progress, search.cv_results_["params"][int(scores.argmax())])


@dataclass(slots=True)
class Progress:
    """What a search has evaluated so far, and when it found its best."""

    clock: Clock
    candidates: int = 0
    best: float = -np.inf
    decided: float = field(default=0.0)

    def note(self, results: Mapping[str, Any]) -> None:
        """Take the results of a search so far."""
        scores = np.asarray(results["mean_test_score"])
        self.candidates += len(scores) - self.candidates
        if scores.max() > self.best:
            self.best, self.decided = float(scores.max()), self.clock.seconds


class _RandomSearch(RandomizedSearchCV):  # type: ignore[misc] # scikit-learn's classes have no types
    """Tries candidates in rounds till the time is over."""

    progress: Progress

    def _run_search(self, evaluate_candidates: Callable[..., Any], **_: object) -> None:
        clock, count = self.progress.clock, workers.COUNT * 2
        drawn = iter(
            ParameterSampler(self.param_distributions, self.n_iter, random_state=self.random_state)
        )
        while clock.left > 0 or not self.progress.candidates:
            began = clock.seconds
            results = evaluate_candidates([next(drawn) for _ in range(count)])
            self.progress.note(results)
            seconds = (clock.seconds - began) / count  # of a candidate
            count = int(np.clip(clock.budget / _ROUNDS / seconds, 2, 4 * count))


class _HalvingSearch(HalvingRandomSearchCV):  # type: ignore[misc] # as above
    """Stops between two of its rounds when the time is over; the candidates that are left count."""

    progress: Progress
    is_whole = False

    def _run_search(
        self,
        evaluate_candidates: Callable[..., Any],
        *,
        callback_ctx: Any,  # noqa: ANN401 - scikit-learn's own
    ) -> None:
        def evaluate(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - as above
            results = evaluate_candidates(*arguments, **named)
            self.progress.candidates += len(arguments[0])
            if self.progress.clock.left <= 0:
                raise _TimeIsOverError
            return results

        with suppress(_TimeIsOverError):
            super()._run_search(evaluate, callback_ctx=callback_ctx)
            self.is_whole = True
        self.progress.decided = self.progress.clock.seconds


class _TimeIsOverError(Exception):
    """Ends a search early."""


def _timed(table: Table, clock: Clock) -> Timed:
    return Timed(_estimator(table), clock.search_end, clock.one_fit)


def _estimator(table: Table) -> Any:  # noqa: ANN401 - as above
    """Make an MLP behind scaled inputs, and for a regression scaled targets."""
    if table.classes:
        return make_pipeline(StandardScaler(), MLPClassifier(random_state=table.split))
    network = make_pipeline(StandardScaler(), MLPRegressor(random_state=table.split))
    return TransformedTargetRegressor(network, transformer=StandardScaler())


def _prefix(table: Table) -> str:
    if table.classes:
        return "estimator__mlpclassifier__"
    return "estimator__regressor__mlpregressor__"


def _choices() -> dict[str, tuple[Any, ...]]:
    return {
        "activation": _ACTIVATIONS,
        "solver": _SOLVERS,
        "batch_size": BATCHES,
        "early_stopping": (True, False),
    }


def _distributions(table: Table) -> dict[str, Any]:
    space: Space = space_of(table)
    own = {
        "hidden_layer_sizes": space.hidden,
        "learning_rate_init": loguniform(*space.learning_rate),
        "alpha": loguniform(*_ALPHA),
        **_choices(),
    }
    return {_prefix(table) + name: values for name, values in own.items()}


def _score(classes: int, estimator: Any, inputs: Array, targets: npt.NDArray[Any]) -> float:  # noqa: ANN401 - as above
    score = validation_score(outputs_of(estimator, classes)(inputs), targets, classes)
    return score if np.isfinite(score) else -1e9


def _refitted(
    table: Table, clock: Clock, progress: Progress, parameters: Mapping[str, Any]
) -> Found:
    """Fit the best candidate to all rows, in twice the time of a candidate at most.

    A fit that would keep nothing if it were stopped has all the time that it needs.
    """
    decided = progress.decided or clock.seconds
    chosen = {name.rpartition("__")[2]: _plain(value) for name, value in parameters.items()}
    seconds = math.inf if chosen["solver"] == "lbfgs" else 2 * clock.one_fit
    timed = Timed(_estimator(table), math.inf, seconds)
    timed.set_params(**parameters).fit(table.inputs, table.targets)
    return Found(
        outputs_of(timed, table.classes), clock.seconds, decided, progress.candidates, chosen
    )


def rehearse(_: int) -> None:
    """Fit a network to a few rows, so that nothing is loaded later; for a worker."""
    for network in (MLPClassifier, MLPRegressor):
        network(max_iter=1).fit(np.zeros((4, 1)), [0, 1, 0, 1])


def _plain(value: Any) -> Any:  # noqa: ANN401 - any parameter
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value.item() if isinstance(value, np.generic) else value
