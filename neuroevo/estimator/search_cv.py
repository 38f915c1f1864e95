"""A search for the parameters of any estimator of scikit-learn, by evolution.

Knows scores of a cross-validation; does not know what the estimator is.
"""

import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection._search import BaseSearchCV
from sklearn.utils import check_random_state, get_tags

from neuroevo.errors import UsageError, collected
from neuroevo.estimator.errors import as_value_errors
from neuroevo.estimator.parameter_space import ParameterSpace
from neuroevo.space import Genome
from neuroevo.space.values import is_number, is_whole, worded
from neuroevo.strategies import Evolution

Results: TypeAlias = Mapping[str, Any]
"""As `cv_results_`."""


class EvolutionSearchCV(BaseSearchCV):
    """A search for the best parameters of an estimator, by evolution and cross-validation.

    It is used as `RandomizedSearchCV`. Parameters are chosen by a model of the scores of those
    before, a few at a time, so the result is the same for every `n_jobs`. All are scored on the
    same splits, and no parameters are tried twice.

    Parameters
    ----------
    estimator
        An estimator of scikit-learn, or a Pipeline.
    space
        Name of a parameter, such as ``svc__C`` -> what it may be: a gene (`neuroevo.Float`,
        `Integer`, `Choice`, `Layers`, also `Conditional`), a list of any values, or a
        ``uniform``, ``loguniform`` (without ``loc``) or ``randint`` of scipy.stats. Other
        distributions have values that no gene has, such as unbounded ones, and are refused;
        instead of a list of spaces, make parameters conditional.
    n_iter
        How many parameters are tried, at most.
    look_ahead
        How many are tried at a time, before their scores are known. With more there is more for
        many jobs to do at once, and less is known when they are chosen.
    objectives
        Names of metrics of `scoring` that are maximised together, the first one decides the rank;
        by default the metric of `refit`, or all metrics if that names none.
    scoring, n_jobs, refit, cv, pre_dispatch, error_score, return_train_score
        As in `RandomizedSearchCV`. Parameters whose score is not finite have failed.
    verbose
        As in `RandomizedSearchCV`; its lines come each time that parameters were chosen.
    random_state
        Seed of the search, or a generator from which it is drawn.
    time_limit
        Tries no others after so many seconds; None for no limit.
    callback
        Called each time that `look_ahead` were tried with the results so far, which are as
        `cv_results_`; the search ends if it returns true. Callbacks of scikit-learn are given by
        `set_callbacks`.

    Attributes
    ----------
    best_estimator_, best_params_, best_score_, best_index_, cv_results_, refit_time_, scorer_
        As in `RandomizedSearchCV`.
    n_splits_, multimetric_, classes_, n_features_in_, feature_names_in_
        As in `RandomizedSearchCV`.
    front_indices_
        Array (front,), which of `cv_results_` are not dominated by others in the objectives, best
        first.

    Raises
    ------
    ValueError
        From `fit`, with a line for each argument that is wrong.

    Examples
    --------
    >>> from neuroevo import Choice, Conditional, Float
    >>> from sklearn.svm import SVC
    >>> space = {
    ...     "C": Float(0.1, 1000.0, log=True),
    ...     "kernel": Choice(["linear", "rbf"]),
    ...     "gamma": Conditional(Float(1e-4, 10.0, log=True), when={"kernel": "rbf"}),
    ... }
    >>> search = EvolutionSearchCV(SVC(), space, n_iter=40, random_state=0)
    >>> search.fit(X, y).best_params_  # doctest: +SKIP
    """

    _checked_cv_orig: Any  # the splitter; set by scikit-learn's `fit`

    def __init__(
        self,
        estimator: Any,
        space: Mapping[str, object],
        *,
        n_iter: int = 64,
        look_ahead: int = 4,
        objectives: Sequence[str] | None = None,
        scoring: Any = None,
        n_jobs: int | None = None,
        refit: bool | str | Callable[[Results], int] = True,
        cv: Any = None,
        verbose: int = 0,
        pre_dispatch: int | str = "2*n_jobs",
        random_state: int | np.random.RandomState | None = None,
        error_score: float | str = np.nan,
        return_train_score: bool = False,
        time_limit: float | None = None,
        callback: Callable[[Results], object] | None = None,
    ) -> None:
        super().__init__(
            estimator,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.space = space
        self.n_iter = n_iter
        self.look_ahead = look_ahead
        self.objectives = objectives
        self.random_state = random_state
        self.time_limit = time_limit
        self.callback = callback

    def __sklearn_tags__(self) -> Any:
        tags, own = super().__sklearn_tags__(), get_tags(self.estimator)
        tags.target_tags = deepcopy(own.target_tags)
        tags.input_tags = deepcopy(own.input_tags)
        return tags

    def fit(self, X: Any, y: Any = None, **params: Any) -> Self:
        """Search, and fit the estimator with the best parameters to all rows.

        Parameters
        ----------
        X
            Rows, as the estimator takes them.
        y
            What is to be learnt of each; None if the estimator needs none.
        **params
            Of the estimator's `fit`, the splitter and the metrics, such as ``groups`` and
            ``sample_weight``, as in `RandomizedSearchCV`.

        Raises
        ------
        ValueError
            With a line for each argument that is wrong.
        """
        if y is None and get_tags(self).target_tags.required:
            name = type(self).__name__
            raise ValueError(f"{name} requires y to be passed, but the target y is None")
        with as_value_errors():
            problems = _problems(self)
            if problems:
                raise UsageError(*problems)
        super().fit(X, y, **params)
        return self

    def _run_search(
        self,
        evaluate_candidates: Callable[..., Results],
        *,
        callback_ctx: Any,
    ) -> None:
        """Try a few candidates after the others; called by scikit-learn's `fit`."""
        self._checked_cv_orig = _Splits(self._checked_cv_orig)
        search = _Search(self)
        context = callback_ctx.subcontext(task_name="search", max_subtasks=None)
        context.call_on_fit_task_begin(estimator=self)
        failure: ValueError | None = None
        for genomes in search.candidates():
            parameters = [search.space.parameters(genome) for genome in genomes]
            results, ended, failure = self._evaluated(evaluate_candidates, context, parameters)
            search.tell(genomes, results)
            if results is not None and self.callback is not None:
                ended |= bool(self.callback(results))
            if ended:
                break
        if failure is not None and search.is_new:
            raise failure
        context.call_on_fit_task_end(estimator=self)
        self.front_indices_ = search.front

    def _evaluated(
        self,
        evaluate_candidates: Callable[..., Results],
        context: Any,
        parameters: list[dict[str, Any]],
    ) -> tuple[Results | None, bool, ValueError | None]:
        """Return all results so far, whether a callback ends the search, and why all fits failed.

        There are no results if all of these fits failed.
        """
        fits = context.subcontext(
            task_name="candidates",
            max_subtasks=len(parameters) * self.n_splits_,
            sequential_subtasks=False,
        ).call_on_fit_task_begin(estimator=self)
        results: Results | None = None
        failure: ValueError | None = None
        try:
            results = evaluate_candidates(parameters, callback_ctx=fits)
        except ValueError as error:
            # scikit-learn raises if all fits fail, which is no reason to lose a whole search.
            if self.error_score == "raise" or "fits failed" not in str(error):
                raise
            failure, count = error, len(parameters)
            text = f"{count} parameters are not in cv_results_, as all fits failed: {error}"
            warnings.warn(text, FitFailedWarning, stacklevel=2)
        return results, bool(fits.call_on_fit_task_end(estimator=self)), failure


class _Search:
    """The state of a search: evolution, and where each genome is in the results."""

    def __init__(self, settings: EvolutionSearchCV) -> None:
        self.space = ParameterSpace(settings.space)
        self._settings = settings
        self._began = time.monotonic()
        self._places: dict[Genome, int] = {}
        self._seed = int(check_random_state(settings.random_state).randint(2**31 - 1))
        self._objectives: tuple[str, ...] = ()
        self._evolution = self._started(1)
        self._failed: list[list[Genome]] = []  # before the first results
        self._tried = 0

    @property
    def is_new(self) -> bool:
        """Whether there are no results yet."""
        return not self._places

    def candidates(self) -> Iterator[list[Genome]]:
        """Yield the genomes to try next, until there are no more to try."""
        limit = self._settings.time_limit
        while self._tried < self._settings.n_iter:
            if limit is not None and self._tried and time.monotonic() - self._began >= limit:
                return
            left = self._settings.n_iter - self._tried
            genomes = self._evolution.ask(min(self._settings.look_ahead, left))
            if not genomes:
                return
            self._tried += len(genomes)
            yield genomes

    def tell(self, genomes: list[Genome], results: Results | None) -> None:
        """Receive all results so far; None if these genomes have none."""
        if results is None:
            self._tell_failed(genomes)
            if not self._objectives:
                self._failed.append(genomes)
            return
        if not self._objectives:
            with as_value_errors():
                self._objectives = _objectives(self._settings, results)
            self._evolution = self._started(len(self._objectives))
            for failed in self._failed:  # the same again, as nothing else is known
                self._evolution.ask(len(failed))
                self._tell_failed(failed)
            self._evolution.ask(len(genomes))
        first = len(self._places)
        self._places |= {genome: first + place for place, genome in enumerate(genomes)}
        means = [results[f"mean_test_{name}"][first:] for name in self._objectives]
        self._evolution.tell(genomes, np.stack(means, axis=1))

    def _tell_failed(self, genomes: list[Genome]) -> None:
        nothing = (np.nan,) * max(len(self._objectives), 1)
        self._evolution.tell(genomes, [nothing] * len(genomes))

    def _started(self, objectives: int) -> Evolution:
        """Start an evolution; how many objectives there are is known with the first results."""
        directions = ["maximize"] * objectives
        return Evolution(self.space.genomes, directions, seed=self._seed, strategy="screened")

    @property
    def front(self) -> npt.NDArray[np.intp]:
        """The places of the front in the results."""
        found = [self._places[each.genome] for each in self._evolution.front]
        return np.array(found, dtype=np.intp)


class _Splits:
    """A splitter that divides rows once, since all candidates must have the same splits."""

    def __init__(self, splitter: Any) -> None:
        self._splitter = splitter
        self._splits: list[tuple[Any, Any]] = []

    def split(self, *rows: Any, **params: Any) -> list[tuple[Any, Any]]:
        """Return the training and test rows of each split."""
        if not self._splits:
            self._splits = list(self._splitter.split(*rows, **params))
        return self._splits


def _objectives(settings: EvolutionSearchCV, results: Results) -> tuple[str, ...]:
    """Return the names of the metrics that are maximised."""
    prefix = "mean_test_"
    metrics = [name.removeprefix(prefix) for name in results if name.startswith(prefix)]
    named = settings.objectives
    if named is None:
        refit = settings.refit
        return (refit,) if isinstance(refit, str) and refit in metrics else tuple(metrics)
    unknown = [name for name in named if name not in metrics]
    if unknown:
        rule = f"must be metrics of scoring, {', '.join(metrics)}"
        raise UsageError(f"objectives: {rule}, but got {unknown[0]!r}")
    return tuple(named)


def _problems(settings: EvolutionSearchCV) -> list[str]:
    """Return a line for each argument that scikit-learn does not check."""
    problems: list[str] = []
    with collected(problems):
        ParameterSpace(settings.space)
    for name in ("n_iter", "look_ahead"):
        value = getattr(settings, name)
        if not is_whole(value) or value < 1:
            got = worded(value)
            problems.append(f"{name}: must be a whole number of at least 1, but got {got}")
    limit = settings.time_limit
    if limit is not None and not (is_number(limit) and limit > 0):
        problems.append(f"time_limit: must be a number above 0, but got {worded(limit)}")
    named = settings.objectives
    if named is not None and (isinstance(named, str) or not 0 < len(set(named)) == len(named)):
        rule = "must be a list of names of metrics, each once"
        problems.append(f"objectives: {rule}, but got {worded(named)}")
    callback: object = settings.callback
    if callback is not None and not callable(callback):
        problems.append(f"callback: must be a function, but got {worded(callback)}")
    return problems
