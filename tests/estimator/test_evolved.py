"""`EvolvedRegressor` and `EvolvedClassifier` with tables of users."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.model_selection import cross_val_predict

import neuroevo
from neuroevo.errors import DataError
from neuroevo.estimator import (
    EvolvedClassifier,
    EvolvedRegressor,
    NetworkClassifier,
    NetworkRegressor,
)
from tests.estimator.cases import SEARCH, flats, labelled


def regressor(**changes: object) -> EvolvedRegressor:
    """Make a search for a regression that is fast."""
    return EvolvedRegressor(**(SEARCH | changes))


def classifier(**changes: object) -> EvolvedClassifier:
    """Make a search for classes that is fast."""
    return EvolvedClassifier(**(SEARCH | changes))


@pytest.fixture(scope="module")
def searched() -> EvolvedRegressor:
    """Search once, for the tests that only look."""
    return regressor(test=0.2).fit(*flats())


def test_the_attributes_describe_one_run(searched: EvolvedRegressor) -> None:
    """Trials, front, best parameters and results are those of the run that it has."""
    results, trials = searched.cv_results_, searched.trials_
    assert len(trials) == len(results["params"]) == 8
    assert searched.n_iter_ == 2
    assert list(results["generation"]) == [1] * 4 + [2] * 4
    best = int(np.argmax(results["mean_test_score"]))
    assert results["rank_test_score"][best] == 1
    assert results["params"][best] == dict(searched.front_[0].genome)
    assert -results["mean_test_neg_final_mse"][best] == searched.front_[0].objectives["final_mse"]
    assert searched.run_.best.number == searched.front_[0].number
    masked = results["param_weight_decay"].mask
    assert list(masked) == [each["optimizer"] != "adamw" for each in results["params"]]
    assert set(searched.validation_scores_) == set(searched.test_scores_) >= {"r2"}


def test_the_best_parameters_make_a_network_estimator(searched: EvolvedRegressor) -> None:
    """They are parameters of a `NetworkRegressor` with the values of the best genome."""
    model = NetworkRegressor(**searched.best_params_)
    for name, value in searched.front_[0].genome.items():
        assert getattr(model, name) == value
    assert model.replicates == 3
    assert np.isfinite(model.fit(*flats()).predict(flats()[0])).all()


def test_the_network_is_trained_on_all_rows(searched: EvolvedRegressor) -> None:
    """The champion of the run has seen the training rows alone, and predicts other values."""
    frame, _ = flats()
    champion = searched.run_.champion().predict(frame)
    assert not np.array_equal(champion, searched.predict(frame))


def test_it_is_the_same_again_after_a_pickle_and_on_two_threads(searched: EvolvedRegressor) -> None:
    """Predictions, trials and the run go through a pickle; threads change nothing."""
    frame, rent = flats()
    loaded: EvolvedRegressor = pickle.loads(pickle.dumps(searched))  # noqa: S301 - made here
    assert np.array_equal(loaded.predict(frame), searched.predict(frame))
    assert loaded.trials_.equals(searched.trials_)
    with pytest.raises(DataError):
        loaded.run_.experiment.network_task.load()  # the rows are not in the pickle
    again = regressor(test=0.2, n_jobs=2).fit(frame, rent)
    assert np.array_equal(again.predict(frame), searched.predict(frame))


@pytest.mark.parametrize("labels", [["b", "a", "c"], [30, 4, 100], ["10", "9", "1"]])
def test_classes_are_given_back_in_scikit_learns_order(labels: list[Any]) -> None:
    """The columns of the probabilities are those of `classes_`, whatever the order in the run."""
    points, names = labelled()
    y = np.array(labels)[np.searchsorted(["a", "b", "c"], names)]
    model = classifier().fit(points, y)
    assert list(model.classes_) == sorted(labels)
    predicted = model.predict(points)
    assert np.array_equal(predicted, model.classes_[model.predict_proba(points).argmax(axis=1)])
    assert [str(each) for each in predicted] == [str(each) for each in model.model_.predict(points)]
    assert model.score(points, y) > 0.7
    assert isinstance(NetworkClassifier(**model.best_params_), NetworkClassifier)


def test_a_class_without_weight_has_probability_zero() -> None:
    """It is one of `classes_`, as y has it, but no row says anything about it."""
    points, names = labelled()
    model = classifier().fit(points, names, sample_weight=(names != "b").astype(float))
    assert list(model.classes_) == ["a", "b", "c"]
    assert (model.predict_proba(points)[:, 1] == 0).all()


def test_a_run_in_a_folder_has_its_report(tmp_path: Path) -> None:
    """With `results` the run is kept there, and `run_` opens it."""
    points, names = labelled()
    model = classifier(results=tmp_path).fit(points, names)
    assert model.run_.folder.report_file.exists()
    assert model.run_.folder.path.parent == tmp_path


def test_a_run_in_a_folder_is_compared_and_trained_again(tmp_path: Path) -> None:
    """The table is in memory alone; the run that was found keeps it, and a pickle leaves it out."""
    points, names = labelled()
    long = {"generations": 13, "ensemble": 4, "overrides": ("training.samples=50",)}
    inside, kept = (
        classifier(results=place, **long).fit(points, names) for place in (None, tmp_path)
    )
    assert kept.best_params_ == inside.best_params_
    assert (kept.predict_proba(points) == inside.predict_proba(points)).all()
    again = neuroevo.train(kept.run_, all_rows=True, ensemble=4, n_jobs=1)
    assert len(again.predict(points)) == len(points)
    stored = pickle.loads(pickle.dumps(kept))  # noqa: S301 - our own
    with pytest.raises(DataError, match="was a frame in memory"):
        neuroevo.train(stored.run_, all_rows=True, n_jobs=1)


def test_it_lives_in_a_cross_validation() -> None:
    """Each fold is searched by a clone."""
    frame, rent = flats(45)
    predicted = cross_val_predict(regressor(generations=1), frame, rent, cv=3)
    assert predicted.shape == (45,)


def test_several_targets_are_learnt_together() -> None:
    """An array of two targets gives predictions of that shape."""
    frame, rent = flats()
    both = np.stack([rent, -rent], axis=1)
    predicted = regressor().fit(frame, both).predict(frame)
    assert predicted.shape == both.shape
    assert np.corrcoef(predicted[:, 0], predicted[:, 1])[0, 1] < 0


def test_verbose_prints_a_line_for_each_generation(capsys: pytest.CaptureFixture[str]) -> None:
    """It says how many trials there were and the best objectives."""
    classifier(verbose=1).fit(*labelled())
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("4 trials, best: log_loss ")
    assert lines[1].startswith("8 trials, best: log_loss ")
    assert lines[2:] == ["training with all rows"]


@pytest.mark.parametrize(
    ("changes", "rows", "rare", "folds"),
    [
        ({}, 60, 12, 4),
        ({"folds": 3}, 60, 12, 3),
        ({"folds": 0}, 60, 12, 0),
        ({"validation": 0.3}, 60, 12, 0),
        ({"test": 0.5}, 60, 12, 0),
        ({}, 60, 7, 0),
        ({}, 1001, 500, 0),
        ({"overrides": (" training.replicates = 3", "training.samples=50")}, 60, 12, 0),
        ({"test": 0.85}, 60, 12, 0),
        ({"test": 0.85, "folds": 4}, 200, 100, 4),
    ],
)
def test_few_rows_are_scored_in_folds(
    changes: dict[str, Any], rows: int, rare: int, folds: int
) -> None:
    """If each class has two rows of each fold, and nothing else was asked for."""
    points, names = np.random.default_rng(0).random((rows, 2)), np.full(rows, "frequent")
    names[:rare] = "rare"
    overrides = {"overrides": ("training.samples=50", "space.hidden=[2]")}
    search = {"generations": 1, "population": 4, "random_state": 0}
    model = EvolvedClassifier(**(search | overrides | changes)).fit(points, names)
    task: Any = model.run_.experiment.task
    assert task.folds == folds
    assert (task.split == "share") == bool(folds)
    held = 0 if model.run_.findings.held_out is None else model.run_.findings.held_out.samples
    assert held == changes.get("test", 0) * rows


def test_with_a_time_limit_as_many_as_may_be_are_compared(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Time alone limits how many configurations are compared, not the number of trials."""
    points, names = labelled()
    few: dict[str, Any] = {"ensemble": 4, "verbose": 1, "cross_validate": 5}
    few["overrides"] = ("training.samples=50", "space.hidden=[2]")
    classifier(time_limit=1e6, **few).fit(points, names)
    assert "comparing 5 configurations by cross-validation" in capsys.readouterr().out
    model = classifier(time_limit=1e-9, **few).fit(points, names)  # one trial is always finished
    assert len(model.run_.all_trials) >= 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"generations": 0}, "generations: must be at least 1, but got 0"),
        ({"folds": 1}, "folds: must be None, 0 for no folds, or from 2 to "),
        ({"folds": 3, "validation": 0.3}, "validation: must be None with folds"),
        ({"population": 2}, "population: must be at least 4, but got 2"),
        ({"time_limit": -1}, "time_limit: must be greater than 0, but got -1"),
        ({"validation": 0.0}, "validation: must leave training rows beside the test rows"),
        ({"validation": 0.5, "test": 0.5}, "validation: must leave training rows beside the test"),
        ({"test": 2}, "test: must be a share of at least 0, and below 1, but got 2"),
        ({"ensemble": 1.5}, "ensemble: must be a whole number of at least 1, but got 1.5"),
        ({"ensemble": 0, "population": "a"}, "but got 0\npopulation: must be a whole number, but"),
        ({"overrides": ["training.sample=3"]}, "training.sample: unknown key, did you mean 'samp"),
    ],
)
def test_wrong_parameters_are_value_errors_of_fit(changes: dict[str, object], message: str) -> None:
    """The constructor takes anything, as scikit-learn wants it; fit names rule and value."""
    with pytest.raises(ValueError, match=r".") as caught:
        classifier(**changes).fit(*labelled(30))
    assert message in str(caught.value)
