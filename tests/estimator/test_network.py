"""`NetworkRegressor` and `NetworkClassifier` with tables of users."""

import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.datasets import make_classification
from sklearn.exceptions import NotFittedError
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import neuroevo
from neuroevo.estimator import NetworkClassifier, NetworkRegressor
from tests.estimator.cases import NETWORK, flats, labelled


def regressor(**changes: object) -> NetworkRegressor:
    """Make a regressor that is fast."""
    return NetworkRegressor(**(NETWORK | changes))


def classifier(**changes: object) -> NetworkClassifier:
    """Make a classifier that is fast."""
    return NetworkClassifier(**(NETWORK | changes))


def test_a_frame_with_text_and_missing_cells_is_learnt() -> None:
    """Categories, true and false and missing areas become inputs, as in `neuroevo.fit`."""
    frame, rent = flats()
    model = regressor(samples=6000).fit(frame, rent)
    assert model.score(frame, rent) > 0.8
    names = model.model_.preparation.input_names
    assert set(names) >= {"area", "area missing", "district=river", "lift"}
    assert list(model.feature_names_in_) == ["area", "district", "lift"]
    river, north = (
        model.predict(pd.DataFrame({"area": [60.0], "district": [each], "lift": [True]}))[0]
        for each in ("river", "north")
    )
    assert river > north + 50


def test_masked_cells_are_missing() -> None:
    """The numbers that a mask hides are neither learnt nor predicted from; targets have none."""
    random = np.random.default_rng(0)
    inputs = random.normal(size=(80, 2))
    hidden = random.random((80, 2)) < 0.2
    masked = np.ma.MaskedArray(np.where(hidden, -999.0, inputs), hidden)
    filled = np.where(hidden, np.nan, inputs)
    model, twin = (regressor().fit(each, inputs.sum(axis=1)) for each in (masked, filled))
    np.testing.assert_array_equal(model.predict(masked), twin.predict(filled))
    with pytest.raises(ValueError, match="NaN"):
        regressor().fit(inputs, masked[:, 0])


def test_columns_of_one_name_are_refused() -> None:
    """A frame with the same name twice is a ValueError of one line."""
    frame, rent = flats()
    twice = frame.set_axis(["area", "area", "lift"], axis=1)
    with pytest.raises(ValueError, match=r"^X: must have columns of different names, but got 'ar"):
        regressor().fit(twice, rent)


def test_columns_that_can_be_no_inputs_are_left_out_with_a_warning() -> None:
    """Dates and the numbers of rows are named, and their values have no effect."""
    frame, rent = flats()
    frame["id"], frame["day"] = np.arange(len(frame)), "2026-01-05"
    frame["age"] = pd.to_timedelta(np.arange(len(frame)), "s")
    with pytest.warns(UserWarning, match="column") as caught:
        model = regressor().fit(frame, rent)
    texts = " ".join(str(each.message) for each in caught)
    assert "column 'id': is left out" in texts
    assert "column 'day': is left out" in texts
    assert "column 'age': is left out" in texts
    assert "--set" not in texts
    with pytest.raises(ValueError, match=r"must be numbers[^()]*$"):  # no setting of a table
        regressor().fit(frame[["day"]], rent)
    changed = frame.assign(day="2020-02-02")
    assert np.array_equal(model.predict(frame), model.predict(changed))


def test_the_order_of_rows_does_not_matter_and_weights_repeat_rows() -> None:
    """Shuffled rows, and weights in place of repeated rows, give the same bits."""
    frame, rent = flats(40)
    counts = np.random.default_rng(0).integers(0, 4, len(frame))
    places = np.random.default_rng(1).permutation(np.repeat(np.arange(len(frame)), counts))
    repeated = regressor().fit(frame.iloc[places], rent.iloc[places])
    weighted = regressor().fit(frame, rent, sample_weight=counts)
    assert np.array_equal(repeated.predict(frame), weighted.predict(frame))
    equal = regressor().fit(frame, rent)
    assert not np.array_equal(equal.predict(frame), weighted.predict(frame))


@pytest.mark.parametrize("offset", [0.0, 1e4, 1e9, 1e12])
def test_targets_far_from_zero_are_learnt_as_well(offset: float) -> None:
    """Predictions have the digits of the targets, also those that single precision lacks."""
    X = np.random.default_rng(0).normal(size=(300, 3))  # noqa: N806 - the field's name
    y = offset + X[:, 0]
    assert regressor().fit(X, y).score(X, y) > 0.95


def test_threads_do_not_change_the_networks() -> None:
    """Forty replicates in three bundles are the same on one thread and on two."""
    points, names = labelled()
    one, two = (
        classifier(replicates=40, ensemble=40, n_jobs=jobs).fit(points, names) for jobs in (1, 2)
    )
    assert np.array_equal(one.predict_proba(points), two.predict_proba(points))


@pytest.mark.parametrize(
    "labels", [["b", "a", "c"], [7, -1, 3], ["10", "9", "x y"], [2.0, 0.0, -1.0]]
)
def test_classes_are_given_back_as_they_were(labels: list[Any]) -> None:
    """They are sorted as scikit-learn sorts them, keep their type, and are in the model too."""
    points, names = labelled()
    y = np.array(labels)[np.searchsorted(["a", "b", "c"], names)]
    model = classifier(samples=4000).fit(points, y)
    assert list(model.classes_) == sorted(labels)
    assert model.predict(points).dtype == y.dtype
    assert model.score(points, y) > 0.9
    probabilities = model.predict_proba(points)
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-12)
    assert model.predict_log_proba(points) == pytest.approx(np.log(probabilities))
    assert list(model.model_.predict(points)) == list(model.predict(points))


def test_two_parts_and_a_pickle_between_give_the_same_as_without() -> None:
    """`partial_fit` goes on from weights and moments, which a pickled estimator has too."""
    points, names = labelled()
    whole, halves = classifier(dropout=0.1), classifier(dropout=0.1)
    for _ in range(2):
        whole.partial_fit(points, names, ["a", "b", "c"])
        halves = pickle.loads(pickle.dumps(halves))  # noqa: S301 - made here
        halves.partial_fit(points, names, ["a", "b", "c"])
    assert np.array_equal(whole.predict_proba(points), halves.predict_proba(points))


def test_partial_fits_learn() -> None:
    """Thirty passes lower the loss, also if the first rows lack a class and scales are others."""
    points, names = labelled()
    model = classifier(learning_rate=0.03)
    some = names != "c"
    model.partial_fit(points[some], names[some], ["a", "b", "c"])
    for _ in range(30):
        model.partial_fit(points, names)
    assert model.score(points, names) > 0.9
    assert model.n_iter_ == 31
    assert model.loss_curve_[-1] < model.loss_curve_[0] / 2
    assert model.t_ == some.sum() + 30 * len(points)
    with pytest.raises(ValueError, match="y: must be one of the classes of the first fit"):
        model.partial_fit(points, np.where(names == "c", "d", names))


def test_labels_that_exports_lack_are_warned_of() -> None:
    """A table has no empty texts as classes, so exported networks have places in their stead."""
    points, names = labelled()
    with pytest.warns(UserWarning, match="exported networks have the places of the classes"):
        model = classifier(samples=4000).fit(points, np.where(names == "a", "", names))
    assert set(model.predict(points)) == {"", "b", "c"}
    assert model.model_.preparation.classes == (0, 1, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for labels in (names, np.searchsorted(["a", "b", "c"], names) * 1.0, names == "b"):
            classifier().fit(points, labels)


def test_rows_are_learnt_one_by_one() -> None:
    """After a first part of some rows, a stream of single rows is learnt."""
    points, names = labelled()
    model = classifier(learning_rate=0.03).partial_fit(points[:20], names[:20])
    before = log_loss(names, model.predict_proba(points))
    for place in [*range(20, len(points))] * 4:
        model.partial_fit(points[[place]], names[[place]])
    assert log_loss(names, model.predict_proba(points)) < before / 2


def test_a_warm_start_goes_on_and_a_fit_begins_anew() -> None:
    """With warm_start the second fit begins where the first ended; without, both are equal."""
    frame, rent = flats()
    cold, warm = regressor(patience=0), regressor(patience=0, warm_start=True)
    first = cold.fit(frame, rent).loss_curve_
    assert cold.fit(frame, rent).loss_curve_ == first
    assert warm.fit(frame, rent).loss_curve_ == first
    curve = warm.fit(frame, rent).loss_curve_
    assert len(curve) == 2 * len(first)
    assert curve[len(first)] < first[0] / 2
    for changes in ({"hidden": (4,)}, {"precision": "float64"}, {"replicates": 20}):
        changed = pickle.loads(pickle.dumps(warm)).set_params(**changes)  # noqa: S301 - made here
        [name] = changes
        with pytest.raises(ValueError, match=f"{name}.*: must be as in the first fit to go on"):
            changed.fit(frame, rent)


def test_attributes_are_those_that_users_of_an_mlp_expect() -> None:
    """Weights, losses and counts have the shapes and values of scikit-learn's MLP."""
    points, names = labelled()
    model = classifier(hidden=(5, 4), ensemble=1).fit(points, names)
    assert [each.shape for each in model.coefs_] == [(2, 5), (5, 4), (4, 3)]
    assert [each.shape for each in model.intercepts_] == [(5,), (4,), (3,)]
    assert model.best_loss_ == min(model.loss_curve_)
    assert 1 <= model.n_iter_ <= -(-1500 // 48)
    assert model.t_ <= 1500


def test_an_ensemble_is_the_mean_of_the_best_replicates() -> None:
    """The mean of all replicates, each alone by its validation error, is what all together give."""
    frame, rent = flats()
    together = regressor(ensemble=3).fit(frame, rent)
    ensemble: Any = together.model_.network
    networks = ensemble.networks
    inputs = together.model_.preparation.prepare_inputs(frame)
    mean = np.mean([each.predict(inputs)[:, 0] for each in networks], axis=0)
    assert together.predict(frame) == pytest.approx(mean, rel=1e-6)
    best = regressor(ensemble=1).fit(frame, rent)
    assert np.array_equal(best.coefs_[0], together.coefs_[0])


def test_probabilities_of_all_replicates_are_better_than_of_few() -> None:
    """With noise in few rows, the classifier's default has a lower log loss than the best four."""
    frame, classes = make_classification(560, 8, n_informative=4, flip_y=0.2, random_state=3)
    model = NetworkClassifier(random_state=0).fit(frame[:60], classes[:60])
    few = NetworkClassifier(random_state=0, ensemble=4).fit(frame[:60], classes[:60])
    losses = [log_loss(classes[60:], each.predict_proba(frame[60:])) for each in (model, few)]
    assert losses[0] < losses[1]
    ensemble: Any = model.model_.network
    assert len(ensemble.networks) == model.replicates


def test_a_configuration_file_gives_the_estimator(tmp_path: Path) -> None:
    """All values of a run's best.toml are parameters, and the other kind of estimator refuses."""
    points, names = labelled()
    run = neuroevo.fit(
        points,
        names,
        overrides=["evolution.generations=1", "evolution.population=4", "training.samples=1000"],
    )
    file = tmp_path / "best.toml"
    best = run.experiment.fixed(run.best.genome)
    file.write_text(best.to_toml())
    model = NetworkClassifier.from_config(file, random_state=3)
    assert model.samples == 1000
    assert model.random_state == 3
    assert {name: getattr(model, name) for name in run.best.genome} == dict(run.best.genome)
    assert model.fit(points, names).score(points, names) > 0.6
    with pytest.raises(ValueError, match=r"training.loss: must be squared_error for a Network"):
        NetworkRegressor.from_config(file)
    with pytest.raises(ValueError, match=r"space.hidden: must have one value, as each gene"):
        NetworkClassifier.from_config(run.experiment)
    with pytest.raises(ValueError, match=r"nowhere.toml: can't be read"):
        NetworkClassifier.from_config(tmp_path / "nowhere.toml")


def test_it_lives_in_pipelines_searches_and_frames_as_output() -> None:
    """Column transformers with pandas output, cross-validation, grids and clones work."""
    frame, rent = flats()
    prepared = make_column_transformer(
        (OneHotEncoder(sparse_output=False), ["district"]), remainder="passthrough"
    )
    pipeline = make_pipeline(prepared.set_output(transform="pandas"), regressor())
    scores = cross_val_score(pipeline, frame, rent, cv=3)
    assert np.isfinite(scores).all()
    grid = GridSearchCV(clone(regressor()), {"hidden": [(), (4,)], "batch_size": [4, 16]}, cv=2)
    assert grid.fit(frame, rent).best_params_.keys() == {"hidden", "batch_size"}


def test_sample_weights_are_routed() -> None:
    """With metadata routing a pipeline hands weights on to the network, and only if asked."""
    points, names = labelled()
    weights = np.arange(len(points)) % 2
    with sklearn.config_context(enable_metadata_routing=True):
        asked = classifier().set_fit_request(sample_weight=True)
        scaler = StandardScaler().set_fit_request(sample_weight=False)
        routed = make_pipeline(scaler, asked).fit(points, names, sample_weight=weights)
    alone = classifier().fit(scaler.fit_transform(points), names, sample_weight=weights)
    assert np.array_equal(
        routed.predict_proba(points), alone.predict_proba(scaler.transform(points))
    )


def test_the_model_leaves_for_other_tools(tmp_path: Path) -> None:
    """A saved model predicts the same numbers when it is loaded again, from raw rows."""
    frame, rent = flats()
    model = regressor().fit(frame, rent)
    model.model_.save(tmp_path / "flats.json")
    loaded: Any = neuroevo.load(tmp_path / "flats.json")
    assert np.array_equal(loaded.predict(frame), model.predict(frame))


def test_parameters_may_be_numbers_of_numpy() -> None:
    """A grid of arrays gives the same networks as Python's numbers and tuples."""
    frame, rent = flats(40)
    changes = {
        "hidden": [np.int64(4), np.int32(3)],
        "batch_size": np.int64(8),
        "learning_rate": np.float32(0.5) / np.float32(16),
        "biases": np.True_,
        "replicates": np.int16(3),
        "validation": np.float32(0.25),
    }
    plain = {"hidden": (4, 3), "learning_rate": 0.03125, "validation": 0.25}
    given, same = regressor(**changes).fit(frame, rent), regressor(**plain).fit(frame, rent)
    assert np.array_equal(given.predict(frame), same.predict(frame))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batch_size": 0}, "batch_size: must be at least 1, but got 0"),
        ({"learning_rate": -1}, "learning_rate: must be a number above 0, but got -1"),
        ({"hidden": "32"}, "hidden: must be a list of whole numbers, or of pairs"),
        ({"hidden": (0,)}, "hidden"),
        ({"activation": "step"}, "activation"),
        ({"validation": 1.0}, "validation: must be a share of at least 0, and below 1, but got 1"),
        ({"ensemble": 0}, "ensemble: must be a whole number of at least 1, but got 0"),
        ({"optimizer": "lbfgs"}, "optimizer"),
        ({"learning_rate": 1e20, "patience": 0}, "learning_rate: must be lower, as all 3"),
    ],
)
def test_wrong_parameters_are_value_errors_of_fit(changes: dict[str, object], message: str) -> None:
    """The constructor takes anything, as scikit-learn wants it; fit names rule and value."""
    frame, rent = flats(20)
    with pytest.raises(ValueError, match=r".") as caught:
        regressor(**changes).fit(frame, rent)
    assert message in str(caught.value)


@pytest.mark.parametrize("label", ["calm", 0.0])
def test_a_target_that_is_constant_is_refused(label: object) -> None:
    """The only value is named as the user wrote it, by a classifier and by a regressor."""
    inputs = np.arange(20.0).reshape(10, 2)
    with pytest.raises(ValueError, match=f"at least two classes.* but got one class, {label!r}$"):
        NetworkClassifier().fit(inputs, np.full(10, label))
    with pytest.raises(ValueError, match=r"at least two different values.* but got only 0$"):
        NetworkRegressor().fit(inputs, np.zeros(10))


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_a_missing_class_is_refused(missing: object) -> None:
    """With its place, whatever stands for it."""
    labels = pd.Series(["calm", "windy", "calm", missing, *["calm", "windy"] * 3], dtype=object)
    with pytest.raises(ValueError, match=r"^y: must have a class in each row.* at place 3$"):
        NetworkClassifier().fit(np.arange(20.0).reshape(10, 2), labels)


def test_rows_that_do_not_fit_are_refused_as_scikit_learn_does() -> None:
    """Other columns, text among numbers, infinite numbers and an early prediction."""
    frame, rent = flats()
    with pytest.raises(NotFittedError):
        regressor().predict(frame)
    model = regressor().fit(frame, rent)
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(frame.rename(columns={"lift": "elevator"}))
    wrong = frame.assign(area=["x" if row == 3 else 50.0 for row in range(len(frame))])
    with pytest.raises(ValueError, match="X, row 3, column 'area': must be a number, but got 'x'"):
        model.predict(wrong)
    with pytest.raises(ValueError, match="infin"):
        regressor().fit(np.array([[1.0], [np.inf], [2.0], [3.0]]), [1, 2, 3, 4])
    with pytest.raises(ValueError, match="zero"):
        regressor().fit(frame, rent, sample_weight=np.zeros(len(frame)))
    one = np.arange(len(frame)) == 0
    with pytest.raises(
        ValueError,
        match=r"^X: must have at least 3 different rows with weights above 0, but got 1$",
    ):
        regressor().fit(frame, rent, sample_weight=one.astype(float))
    failed = regressor()
    with pytest.raises(ValueError, match="at least two different values"):
        failed.fit(frame, np.ones(len(frame)))
    with pytest.raises(NotFittedError):
        failed.predict(frame)
