"""A search for a network, as an estimator of scikit-learn.

Knows the Python calls of a search; does not know how it chooses configurations.
"""

import math
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from joblib import effective_n_jobs
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils import check_random_state

from neuroevo import api
from neuroevo.errors import UsageError
from neuroevo.estimator.configurations import parameters_of
from neuroevo.estimator.cv_results import results_of
from neuroevo.estimator.errors import as_value_errors, without_hint
from neuroevo.estimator.preparing import table_experiment, usable_labels
from neuroevo.estimator.rows import Rows, parts_of
from neuroevo.estimator.table import ClassPredictions, TableEstimator, ValuePredictions
from neuroevo.experiment import EvolutionSettings, overridden, overridden_keys
from neuroevo.export import ExportableTableModel
from neuroevo.report.run import Run
from neuroevo.runs import Trial
from neuroevo.search import Observer, Progress, ignore_progress
from neuroevo.search.cross_fitting import FOLDS, LONGER, BestConfiguration
from neuroevo.space.values import is_number, is_whole, worded
from neuroevo.tables.settings import MOST_FOLDS, VALIDATION

if TYPE_CHECKING:
    from neuroevo.search.trained_model import TrainedModel

_TRIALS_FOR_EACH = 24  # configuration that is cross-validated, without a time limit
_SEARCH, _COMPARED = 0.5, 0.95  # shares of a time limit, when the search and the comparison end
_FEW_ROWS = 1000  # are scored in folds
_LEAST_ROWS = 5  # of a fold
_LEAST_OF_CLASS = 2  # rows of each class in a fold
_FOLDS = (0, *range(2, MOST_FOLDS + 1))
_GENERATIONS, _MOST_GENERATIONS = 6, 1000  # without a time limit, and with one


class EvolvedEstimator(TableEstimator):
    """A search for a network; see `EvolvedRegressor` and `EvolvedClassifier`."""

    run_: Run
    best_params_: dict[str, Any]
    validation_scores_: dict[str, float]
    test_scores_: dict[str, float]

    def __init__(
        self,
        *,
        generations: int | None = None,
        population: int = 16,
        time_limit: float | None = None,
        ensemble: int = 16,
        cross_validate: int = 16,
        folds: int | None = None,
        validation: float | None = None,
        test: float = 0.0,
        overrides: Sequence[str] = (),
        results: str | Path | None = None,
        random_state: int | np.random.RandomState | None = None,
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.generations = generations
        self.population = population
        self.time_limit = time_limit
        self.ensemble = ensemble
        self.cross_validate = cross_validate
        self.folds = folds
        self.validation = validation
        self.test = test
        self.overrides = overrides
        self.results = results
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Search for the best configuration, and train it with all rows.

        Parameters
        ----------
        X
            A data frame with numbers, text, true and false, or an array (rows, columns) of numbers.
            Missing cells are filled with medians, or the most frequent category, and marked.
        y
            What is to be learnt: array (rows,); of a regressor also (rows, targets).
        sample_weight
            Array (rows,), how much each row counts in training, in what stops it and in scores. A
            weight of 2 is the same as a row that is there twice.

        Raises
        ------
        ValueError
            With a line for each parameter or cell that is wrong.
        """
        began = time.monotonic()
        with as_value_errors():
            self._check_parameters()
            rows = self._rows(X, y, sample_weight, reset=True)
            seed = int(check_random_state(self.random_state).randint(2**31 - 1))
            division, parts = self._division(rows, seed)
            experiment, notes = table_experiment(
                rows,
                is_array=not isinstance(X, pd.DataFrame),
                settings=[*self._settings(seed), *division, *self.overrides],
                parts=parts,
                labels=getattr(self, "classes_", None),
            )
            for note in notes:
                warnings.warn(without_hint(note), stacklevel=2)
            jobs = effective_n_jobs(self.n_jobs)
            observer: Observer = _Lines() if self.verbose else ignore_progress
            self.run_ = api.run(experiment, results=self.results, n_jobs=jobs, observer=observer)
            sound = len(self.run_.findings.networks_of(self.run_.best))
            averaged = min(int(self.ensemble), sound)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # those of the table, which the search gave
                chosen = self._chosen(averaged, jobs, began)
                best = overridden(
                    experiment.fixed(chosen.trial.genome), [f"training.samples={chosen.samples}"]
                )
                self._say("training with all rows")
                trained = api.train(best, all_rows=True, ensemble=averaged, n_jobs=jobs)
            self.best_params_ = parameters_of(best)
            self._keep(trained)
        return self

    def _division(self, rows: Rows, seed: int) -> tuple[list[str], npt.NDArray[np.object_] | None]:
        """Return how the rows are divided: settings for folds, or the part of each row."""
        if folds := self._folds_of(rows):
            settings = {"folds": folds, "test": self.test, "split_seed": seed}
            return [f"task.{name}={value}" for name, value in settings.items()], None
        share = self.validation
        if share is None:
            share = min(VALIDATION, (1 - self.test) / 2)
        return [], parts_of(rows, share, self.test, np.random.default_rng(seed))

    def _folds_of(self, rows: Rows) -> int:
        """Return in how many folds the rows are cut; 0 for one part that validates."""
        if self.folds is not None:
            return int(self.folds)
        is_set = self.validation is not None or (
            "training.replicates" in overridden_keys(self.overrides)
        )
        least = _LEAST_OF_CLASS if rows.targets.ndim == 1 else _LEAST_ROWS
        classes = np.bincount(rows.targets) if rows.targets.ndim == 1 else np.array([len(rows)])
        each_fold = classes[classes > 0] * (1 - self.test) / FOLDS
        return FOLDS * bool(not is_set and len(rows) <= _FEW_ROWS and (each_fold >= least).all())

    def _chosen(self, networks: int, jobs: int, began: float) -> BestConfiguration:
        """Return the best configuration, by cross-validation if there were enough trials."""
        crosses = networks >= FOLDS and self.run_.experiment.training.patience > 0
        count = int(self.cross_validate) if crosses else 1
        limit = math.inf if self.time_limit is None else self.time_limit
        if math.isinf(limit):
            count = max(min(count, len(self.run_.all_trials) // _TRIALS_FOR_EACH), 1)
        count = min(count, len(self.run_.findings.feasible))
        if count > 1:
            self._say(f"comparing {count:,} configurations by cross-validation")
        stop = _TimeLimit(began + _COMPARED * limit, self.run_, networks, jobs)
        return api.cross_validated(
            self.run_, count, networks, n_jobs=jobs, overrides=self.overrides, stop=stop
        )

    def _say(self, text: str) -> None:
        if self.verbose:
            print(text, flush=True)  # noqa: T201 - as scikit-learn's estimators do

    def __getstate__(self) -> dict[str, Any]:
        """Leave the rows of the table out of a pickle: `run_` can't be verified or resumed then."""
        state: dict[str, Any] = super().__getstate__()
        if "run_" in state:
            state["run_"] = state["run_"].without_table()
        return state

    def _check_parameters(self) -> None:
        """Check what is not checked as a setting of the experiment."""
        problems = []
        given = {} if self.validation is None else {"validation": self.validation}
        for name, value in {**given, "test": self.test}.items():
            if not is_number(value) or not 0 <= value < 1:
                rule = "must be a share of at least 0, and below 1"
                problems.append(f"{name}: {rule}, but got {worded(value)}")
        if given and not problems and not 0 < given["validation"] < 1 - self.test:
            rule = "must leave training rows beside the test rows, and not be 0"
            problems.append(f"validation: {rule}, but got {worded(self.validation)}")
        if self.folds is not None and not (is_whole(self.folds) and int(self.folds) in _FOLDS):
            rule = f"must be None, 0 for no folds, or from 2 to {MOST_FOLDS}"
            problems.append(f"folds: {rule}, but got {worded(self.folds)}")
        elif self.folds and self.validation is not None:
            rule = "must be None with folds, which validate in turn"
            problems.append(f"validation: {rule}, but got {worded(self.validation)}")
        for name in ("ensemble", "cross_validate"):
            count = getattr(self, name)
            if not is_whole(count) or count < 1:
                rule = "must be a whole number of at least 1"
                problems.append(f"{name}: {rule}, but got {worded(count)}")
        try:
            EvolutionSettings.of(self._evolution())
        except UsageError as error:
            problems += error.problems
        if problems:
            raise UsageError(*problems)

    def _settings(self, seed: int) -> list[str]:
        given = self._evolution()
        if self.time_limit is not None:
            given["time_limit"] = _SEARCH * self.time_limit
        return [f"seed={seed}", *(f"evolution.{name}={value}" for name, value in given.items())]

    def _evolution(self) -> dict[str, object]:
        generations = self.generations
        if generations is None:
            generations = _GENERATIONS if self.time_limit is None else _MOST_GENERATIONS
        given: dict[str, object] = {"generations": generations, "population": self.population}
        if self.time_limit is not None:
            given["time_limit"] = self.time_limit
        return given

    def _keep(self, trained: "TrainedModel") -> None:
        """Make the attributes about the run."""
        model = trained.model
        if not isinstance(model, ExportableTableModel):
            raise TypeError("the model must be of a table")
        self.model_ = model
        self.validation_scores_, self.test_scores_ = dict(trained.validation), dict(trained.test)

    @property
    def cv_results_(self) -> dict[str, Any]:
        """All trials as arrays, as scikit-learn's searches have them; greater scores are better."""
        return results_of(self.run_)

    @property
    def front_(self) -> list[Trial]:
        """The trials that no other dominates, best first."""
        return self.run_.pareto_front()

    @property
    def trials_(self) -> pd.DataFrame:
        """All trials, a row for each."""
        return self.run_.trials()

    @property
    def n_iter_(self) -> int:
        """Number of generations."""
        return self.run_.status.generation


class _TimeLimit:
    """Says when there is no time left to compare configurations.

    How long trainings take is estimated by the best trial of a run, and by how long the last ones
    took that were estimated so. Time is left for the first of more samples, see `LONGER`.

    Parameters
    ----------
    end
        When the model must be trained, in seconds of the monotonic clock.
    run
        The run.
    networks
        How many networks of a configuration are trained.
    jobs
        Number of threads.
    """

    def __init__(self, end: float, run: Run, networks: int, jobs: int) -> None:
        experiment, seconds = run.experiment, run.best.seconds
        self._end, self._jobs = end, jobs
        self._folds = seconds * networks / experiment.training.replicates / jobs
        # The best one is then trained as in the search, and with all rows.
        self._last = seconds / (jobs if experiment.task.fold_count > 1 else 1) + self._folds
        self._slower, self._began, self._planned = 1.0, 0.0, 0.0

    def __call__(self, seconds: float, times: int) -> bool:
        """Return whether to stop before trainings, see `api.cross_validated`."""
        now = time.monotonic()
        if self._planned:
            self._slower = max((now - self._began) / self._planned, 1.0)
        self._began, self._planned = now, seconds / self._jobs
        after = times * self._last if times > 1 else LONGER[0] * (self._folds + self._last)
        return now + self._slower * (self._planned + after) >= self._end


class _Lines:
    """Prints a line for each generation, as an observer of a search."""

    def __init__(self) -> None:
        self._printed = 0  # trials

    def __call__(self, progress: Progress) -> None:
        """Print a line if a generation is complete."""
        per_generation = progress.experiment.evolution.population
        is_over = progress.phase not in {"loading", "baselines", "searching"}
        complete = progress.generation * per_generation
        if progress.front and self._printed < (progress.trials if is_over else complete):
            self._printed = progress.trials if is_over else complete
            scores = ", ".join(
                f"{name} {value:.4g}" for name, value in progress.front[0].objectives.items()
            )
            print(f"{self._printed:,} trials, best: {scores}")  # noqa: T201 - as scikit-learn's estimators do


class EvolvedRegressor(RegressorMixin, ValuePredictions, EvolvedEstimator):
    """A small network for a regression, found by an evolution of its configuration.

    The search trains each configuration from 16 starting weights on a part of the rows and scores
    it on the others, of few rows in turn. The best one is then trained with all rows, and the mean
    of its networks predicts: each is trained on three quarters of the rows, and the others stop it,
    in turn; see ``all_rows`` of `neuroevo.train`.

    Parameters
    ----------
    generations, population
        Number of generations, by default 6 or as many as a time limit allows; and of configurations
        in each. Their product is the number of trials.
    time_limit
        About how many seconds `fit` takes, of which the search has half; the result depends on the
        machine then.
    ensemble
        How many networks are averaged to predict, at most.
    cross_validate
        How many of the best configurations are compared by cross-validation on all rows outside
        the test part, at most: as many as the time limit allows or, without one, at most one for 24
        trials of the search, so that it takes less than about a quarter of the search's time; 1
        takes the best of the search. With less than four networks there is no cross-validation.
    folds
        In how many folds the rows are cut, each of which scores configurations that are trained on
        the others; 0 for one part of them, see `validation`. None is 4 for up to 1,000 rows, if
        each class has 8 of them outside the test rows, and unless `validation` or, by `overrides`,
        the replicates are given; else 0.
    validation, test
        Shares of the rows that score configurations if there are no folds, 0.2 by default, and of
        those that no search sees. The network is trained on these too in the end; `test_scores_`
        are from before.
    overrides
        Further settings of the experiment, such as ``"space.hidden=[8]"`` or
        ``"training.samples=5000"``, as for `neuroevo.fit`.
    results
        A folder in which the run is kept, with its report; None for a run in memory.
    random_state
        Seed of the search and of the division of the rows, or a generator from which it is drawn.
    n_jobs
        Number of threads, None for 1 and -1 for all cores; it changes no result.
    verbose
        Whether a line is printed for each generation and step.

    Attributes
    ----------
    model_
        The network with the preparation of its rows: `model_.to("onnx")`, `model_.save(path)`.
    run_
        The run, with findings, champions and figures, such as `run_.figure("pareto_front")`.
    best_params_
        The configuration that predicts, as parameters of a `NetworkRegressor`; it need not be the
        best of the search, `run_.best`.
    front_
        The trials that no other dominates in the error and the number of parameters, best first.
    trials_, cv_results_
        All trials as a data frame, and as the `cv_results_` of scikit-learn's searches.
    validation_scores_, test_scores_
        Scores of the best network by name, before it was trained on all rows.
    n_iter_
        Number of generations.
    n_features_in_, feature_names_in_
        Number of columns, and their names if X was a frame with names.

    Examples
    --------
    >>> from neuroevo.estimator import EvolvedRegressor
    >>> model = EvolvedRegressor(random_state=0).fit(X, y)  # doctest: +SKIP
    >>> model.predict(X), model.best_params_  # doctest: +SKIP
    """


class EvolvedClassifier(ClassifierMixin, ClassPredictions, EvolvedEstimator):
    """A small network for classes, found by an evolution of its configuration.

    The search trains each configuration from 16 starting weights on a part of the rows and scores
    it on the others, of few rows in turn. The best one is then trained with all rows. Parameters
    and attributes are those of `EvolvedRegressor`, also `n_features_in_` and `feature_names_in_`,
    and `classes_`, the labels of the classes in order.

    Examples
    --------
    >>> from neuroevo.estimator import EvolvedClassifier
    >>> model = EvolvedClassifier(random_state=0).fit(X, y)  # doctest: +SKIP
    >>> model.predict_proba(X), model.best_params_  # doctest: +SKIP
    """

    def _keep(self, trained: "TrainedModel") -> None:
        super()._keep(trained)
        known = list(self.model_.preparation.classes)
        labels = usable_labels(self.classes_)
        self._places = np.array([known.index(each) if each in known else -1 for each in labels])
