"""`EvolutionSearchCV` finds good parameters, and behaves as `RandomizedSearchCV` does."""

from typing import Any, ClassVar, Self

import joblib
import numpy as np
import pytest
import sklearn
from scipy import stats
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.exceptions import FitFailedWarning
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GroupKFold, KFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from neuroevo import Choice, Conditional, Float, Integer
from neuroevo.estimator import EvolutionSearchCV

X, Y = make_classification(120, 6, n_informative=3, random_state=0)
SPACE = {"max_depth": Integer(1, 12), "min_samples_leaf": Integer(1, 40, log=True)}


def search(**settings: object) -> EvolutionSearchCV:
    """Make a search for a decision tree."""
    tree = DecisionTreeClassifier(random_state=0)
    chosen: dict[str, Any] = {"space": SPACE, "n_iter": 12, "random_state": 0}
    return EvolutionSearchCV(tree, **(chosen | settings))


def without_times(results: dict[str, Any]) -> dict[str, list[Any]]:
    """Return `cv_results_` without what is measured with a clock."""
    return {name: list(values) for name, values in results.items() if "time" not in name}


def test_the_result_does_not_depend_on_the_number_of_jobs() -> None:
    """Two workers give the same candidates and scores as one."""
    with joblib.parallel_config("threading"):  # processes would take seconds to start
        one, two = (search(cv=2, n_jobs=jobs).fit(X, Y) for jobs in (1, 2))
    assert without_times(one.cv_results_) == without_times(two.cv_results_)
    assert np.array_equal(one.predict(X), two.predict(X))


def test_all_candidates_are_scored_on_the_same_splits() -> None:
    """With a splitter that draws anew each time, equal models of all times score equally."""
    space = {"random_state": list(range(12))}  # without an effect
    splitter = KFold(3, shuffle=True)
    found = EvolutionSearchCV(Ridge(), space, n_iter=12, cv=splitter).fit(X, Y)
    assert len(set(found.cv_results_["split0_test_score"])) == 1


def test_it_finds_the_best_parameters_of_a_smooth_score() -> None:
    """Of a score with one optimum, thirty candidates come within a twentieth of it."""
    target = Ridge(alpha=3.0).fit(X, Y).coef_

    def nearness(estimator: Ridge, *_: object) -> float:
        return -float(np.abs(estimator.coef_ - target).sum())

    folds = [(np.arange(len(X)), np.arange(len(X)))]
    found = EvolutionSearchCV(
        Ridge(),
        {"alpha": Float(1e-6, 1e6, log=True)},
        scoring=nearness,
        n_iter=30,
        cv=folds,
        random_state=0,
    ).fit(X, Y)
    assert found.best_params_["alpha"] == pytest.approx(3, rel=0.05)


def test_several_objectives_give_a_front() -> None:
    """The front has all candidates that no other dominates, best first; refit takes its choice."""

    def scores(estimator: DecisionTreeClassifier, x: np.ndarray, y: np.ndarray) -> dict[str, float]:
        return {"accuracy": estimator.score(x, y), "small": -estimator.tree_.node_count}

    found = search(
        scoring=scores, objectives=["accuracy", "small"], refit="accuracy", cv=2, n_iter=24
    ).fit(X, Y)
    means = np.stack(
        [found.cv_results_["mean_test_accuracy"], found.cv_results_["mean_test_small"]], axis=1
    )
    dominated = [
        any((other >= each).all() and (other > each).any() for other in means) for each in means
    ]
    front = {tuple(each) for each, worse in zip(means, dominated, strict=True) if not worse}
    assert {tuple(means[place]) for place in found.front_indices_} == front
    assert len(front) > 1
    assert found.best_score_ == means[found.front_indices_[0], 0] == means[:, 0].max()


def test_a_callable_refit_chooses_among_all_results() -> None:
    """The index that it returns is that of the best parameters."""
    found = search(cv=2, refit=lambda results: len(results["params"]) - 1).fit(X, Y)
    assert found.best_params_ == found.cv_results_["params"][-1]


def test_conditional_parameters_are_left_out_where_they_are_not_active() -> None:
    """The results mask the parameter, and fits keep the estimator's default."""
    space = {
        "solver": ["lbfgs", "liblinear"],
        "intercept_scaling": Conditional(Float(0.5, 2.0), when={"solver": "liblinear"}),
    }
    found = EvolutionSearchCV(LogisticRegression(), space, n_iter=8, cv=2, random_state=0).fit(X, Y)
    for parameters in found.cv_results_["params"]:
        assert ("intercept_scaling" in parameters) == (parameters["solver"] == "liblinear")
    masked = found.cv_results_["param_intercept_scaling"].mask
    assert masked.any()
    assert not masked.all()


def test_lists_may_hold_anything() -> None:
    """Steps of a pipeline, None, functions and arrays reach the estimator as they are."""
    steps = Pipeline([("scaler", StandardScaler()), ("tree", DecisionTreeClassifier())])
    space = {
        "scaler": [StandardScaler(), "passthrough", SelectKBest(k=2)],
        "tree__max_features": [None, "sqrt", 2],
    }
    found = EvolutionSearchCV(steps, space, n_iter=9, cv=2, random_state=0).fit(X, Y)
    tried = found.cv_results_["params"]
    assert len(tried) == 9
    assert {type(each["scaler"]) for each in tried} == {StandardScaler, str, SelectKBest}
    assert {each["tree__max_features"] for each in tried} == {None, "sqrt", 2}


def test_distributions_of_scipy_are_genes_of_the_same_values() -> None:
    """Their values are within the bounds of the distribution."""
    space = {
        "alpha": stats.loguniform(0.1, 10.0),
        "tol": stats.uniform(1e-4, 1e-2),
        "max_iter": stats.randint(5, 8),
    }
    found = EvolutionSearchCV(Ridge(), space, n_iter=12, cv=2, random_state=0).fit(X, Y)
    for each in found.cv_results_["params"]:
        assert 0.1 <= each["alpha"] <= 10
        assert 1e-4 <= each["tol"] <= 1e-4 + 1e-2
        assert each["max_iter"] in {5, 6, 7}


def test_failed_fits_cost_nothing_else() -> None:
    """Candidates whose fit raises score NaN, and the search goes on to a good one."""
    space = {"max_depth": Integer(-6, 6)}
    with pytest.warns((FitFailedWarning, UserWarning)):
        found = search(space=space, cv=2, n_iter=13).fit(X, Y)
    failed = np.isnan(found.cv_results_["mean_test_score"])
    assert failed.any()
    assert found.best_params_["max_depth"] > 0
    with pytest.raises(ValueError, match="max_depth"):
        search(space=space, cv=2, error_score="raise").fit(X, Y)


class FailsForAWhile(Ridge):  # type: ignore[misc] # scikit-learn has no types
    """A model of which eight fits fail, after eight that do not."""

    fits: ClassVar[int] = 0

    def fit(self, *rows: object) -> Self:
        """Fit, or fail."""
        FailsForAWhile.fits += 1
        if 8 < FailsForAWhile.fits <= 16:
            raise ValueError("it fails for a while")
        fitted: Self = super().fit(*rows)
        return fitted


def test_candidates_of_which_all_fits_fail_do_not_end_the_search() -> None:
    """They are left out of the results with a warning, and the next ones are tried."""
    estimator, space = FailsForAWhile(), {"alpha": Float(0.1, 10.0)}
    with pytest.warns(FitFailedWarning, match="4 parameters are not in cv_results_, as all fits"):
        found = EvolutionSearchCV(estimator, space, n_iter=12, cv=2).fit(X, Y)
    assert len(found.cv_results_["params"]) == 8
    assert np.isfinite(found.best_score_)


class FailsBelow(Ridge):  # type: ignore[misc] # scikit-learn has no types
    """A model that can't be fitted with a small alpha."""

    def fit(self, *rows: object) -> Self:
        """Fit, or fail."""
        if self.alpha < FailsBelow.least:
            raise ValueError("alpha is too small")
        fitted: Self = super().fit(*rows)
        return fitted

    least: ClassVar[float] = 0.0


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.filterwarnings("ignore:One or more of the test scores are non-finite")
@pytest.mark.parametrize("scoring", ["r2", ["r2", "neg_max_error"]])
def test_candidates_that_fail_first_do_not_end_the_search(scoring: str | list[str]) -> None:
    """It goes on if something can be fitted; if nothing can, scikit-learn's error is raised."""
    space = {"alpha": Float(0.0, 1.0)}
    given: dict[str, Any] = {"n_iter": 20, "look_ahead": 2, "cv": 2, "random_state": 3}
    given |= {"scoring": scoring, "refit": "r2" if isinstance(scoring, list) else True}
    FailsBelow.least = 0.9
    found = EvolutionSearchCV(FailsBelow(), space, **given).fit(X, Y)
    assert found.best_params_["alpha"] >= 0.9
    assert len(found.cv_results_["params"]) < 20
    FailsBelow.least = 2.0
    with pytest.raises(ValueError, match="fits failed"):
        EvolutionSearchCV(FailsBelow(), space, **given).fit(X, Y)


def test_groups_reach_the_splitter() -> None:
    """With groups, no group is in both parts of a split; without them it refuses."""
    groups = np.arange(len(X)) % 3
    assert search(cv=GroupKFold(3)).fit(X, Y, groups=groups).n_splits_ == 3
    with pytest.raises(ValueError, match="groups"):
        search(cv=GroupKFold(3)).fit(X, Y)


def test_the_callback_sees_the_results_and_can_end_the_search() -> None:
    """It receives those so far; after it returned true nothing more is tried."""
    seen: list[int] = []

    def callback(results: dict[str, list[object]]) -> bool:
        seen.append(len(results["params"]))
        return len(seen) == 2

    found = search(cv=2, callback=callback).fit(X, Y)
    assert seen == [4, 8]
    assert len(found.cv_results_["params"]) == 8


class Recorder:
    """A callback of scikit-learn that notes the tasks, and stops after eight candidates."""

    def __init__(self) -> None:
        self.ended: list[str] = []

    def setup(self, estimator: object, context: object) -> None:
        """Do nothing."""

    def teardown(self, estimator: object, context: object) -> None:
        """Do nothing."""

    def on_fit_task_begin(self, estimator: object, context: object, **_: object) -> None:
        """Do nothing."""

    def on_fit_task_end(self, estimator: object, context: Any, **_: object) -> bool:  # noqa: ANN401, ARG002 - scikit-learn calls it so
        """Note the task; returns whether to stop."""
        self.ended.append(context.task_name)
        return self.ended.count("candidates") == 2


def test_callbacks_of_scikit_learn_see_the_candidates_and_can_end_the_search() -> None:
    """They are told of each four candidates, of the search and of the fit."""
    recorder = Recorder()
    search(cv=2).set_callbacks(recorder).fit(X, Y)
    seen = [name for name in recorder.ended if name != "candidate-split-evaluation"]
    assert seen == ["candidates", "candidates", "search", "refit-with-best-params", "fit"]


def test_groups_and_weights_are_routed() -> None:
    """With metadata routing, groups reach the splitter and weights the estimator and the metric."""
    groups, weights = np.arange(len(X)) % 3, np.arange(len(X)) % 2
    with sklearn.config_context(enable_metadata_routing=True):
        tree = DecisionTreeClassifier(random_state=0).set_fit_request(sample_weight=True)
        tree.set_score_request(sample_weight=True)
        found = EvolutionSearchCV(tree, SPACE, n_iter=4, cv=GroupKFold(3), random_state=0)
        found.fit(X, Y, groups=groups, sample_weight=weights)
    assert found.n_splits_ == 3
    plain = clone(tree).set_params(**found.best_params_).fit(X, Y, sample_weight=weights)
    assert np.array_equal(found.predict(X), plain.predict(X))


def test_a_finite_space_is_tried_once() -> None:
    """The search ends when nothing is left, and tries nothing twice."""
    found = search(space={"max_depth": Choice([1, 2, 3])}, cv=2).fit(X, Y)
    assert sorted(each["max_depth"] for each in found.cv_results_["params"]) == [1, 2, 3]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"space": {"max_depth": stats.norm(0, 1)}}, "space: max_depth: must be a gene, a list"),
        ({"space": {"max_depth": stats.loguniform(1, 2, loc=1)}}, "but got loguniform"),
        ({"space": {"max_depth": [1, 1]}}, "space: max_depth: must hold each value once, but"),
        ({"space": {"max_depth": []}}, "space: max_depth: must hold at least one value, but got"),
        ({"space": {"max_depth": 3}}, "space: max_depth: must be a gene, a list of values or"),
        ({"space": [SPACE]}, "space: must be a dict from names to genes; for several dicts, make"),
        ({"space": {}}, "space: a search space must have at least one gene, but got none"),
        ({"n_iter": 0}, "n_iter: must be a whole number of at least 1, but got 0"),
        ({"look_ahead": 2.5}, "look_ahead: must be a whole number of at least 1, but got 2.5"),
        ({"time_limit": 0}, "time_limit: must be a number above 0, but got 0"),
        ({"objectives": "score"}, "objectives: must be a list of names of metrics, each once"),
        ({"objectives": ["f1"]}, "objectives: must be metrics of scoring, score, but got 'f1'"),
        ({"callback": 1}, "callback: must be a function, but got 1"),
        (
            {"space": SPACE | {"criterion": Conditional(Choice(["gini"]), {"max_depth": 40})}},
            "criterion",
        ),
        (
            {"space": {"a": [1], "b": Conditional(Choice([1]), {"a": 2})}},
            "space: b: when.a: must name values of the list of a, but got 2",
        ),
    ],
)
def test_wrong_arguments_are_value_errors_of_fit(settings: dict[str, object], message: str) -> None:
    """The constructor takes anything, as scikit-learn wants it; fit names rule and value."""
    made = clone(search(cv=2, **settings))
    with pytest.raises(ValueError, match=r".") as caught:
        made.fit(X, Y)
    assert message in str(caught.value)
