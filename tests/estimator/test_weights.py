"""Weights of rows, and equal rows, count wherever rows do: in training, stopping and scores."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score

from neuroevo.estimator import EvolvedRegressor, NetworkClassifier, NetworkRegressor
from neuroevo.estimator.rows import Rows

Array = npt.NDArray[Any]


def regressors() -> list[Any]:
    """Make an estimator of each kind."""
    network = NetworkRegressor(random_state=0)
    search = EvolvedRegressor(generations=2, population=8, random_state=0)
    return [network, clone(network).set_params(validation=0), search]


@pytest.mark.parametrize("model", regressors())
def test_light_rows_hardly_count(model: Any) -> None:  # noqa: ANN401 - an estimator
    """Half of the rows contradict the others, with weights near 0: the fit is that without them."""
    random = np.random.default_rng(0)
    values, sound = random.normal(size=300), random.random(300) < 0.5
    targets = np.where(sound, 2 * values, -2 * values) + random.normal(0, 0.01, 300)
    asked = np.array([[1.0], [-1.0]])
    for light in (1e-6, 0.01):
        weights = np.where(sound, 1.0, light)
        expected = LinearRegression().fit(values[:, None], targets, weights).predict(asked)
        found = model.fit(values[:, None], targets, sample_weight=weights).predict(asked)
        np.testing.assert_allclose(found, expected, atol=0.15)


@pytest.mark.parametrize("model", [regressors()[0], regressors()[2]])
def test_a_table_of_few_different_rows_is_learnt(model: Any) -> None:  # noqa: ANN401 - an estimator
    """Rows that are there hundreds of times are learnt as those that differ a little."""
    random = np.random.default_rng(0)
    grid = random.integers(0, 3, (2000, 2)).astype(float)
    counts = random.poisson(np.exp(0.5 * grid[:, 0])).astype(float)
    means = pd.Series(counts).groupby(grid[:, 0]).transform("mean")
    best = r2_score(counts, means)
    found = model.fit(grid, counts)
    assert found.score(grid, counts) > best - 0.03
    assert found.predict(grid).mean() == pytest.approx(counts.mean(), rel=0.06)


def test_probabilities_of_a_rare_class_are_its_share() -> None:
    """Of four different rows, each a hundred times, the predicted probabilities are the shares."""
    random = np.random.default_rng(1)
    places = np.repeat(np.arange(4), 200)
    points = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])[places]
    shares = np.array([0.05, 0.1, 0.2, 0.4])
    labels = random.random(800) < shares[places]
    model = NetworkClassifier(random_state=0).fit(points, labels)
    found = model.predict_proba(points)[:, 1]
    true = pd.Series(labels).groupby(places).mean().to_numpy()
    np.testing.assert_allclose(pd.Series(found).groupby(places).mean(), true, atol=0.06)


def test_heavy_rows_are_cut_and_heavy_classes_are_not() -> None:
    """Equal rows may be in several parts; many rows of a heavy class are in one part each."""
    frame = pd.DataFrame({"a": [0.0, 1.0, 2.0, 0.0, 0.0, 0.0]})
    places = np.array([0, 0, 1, 0, 0, 0])
    rows = Rows(frame, places).joined()
    assert sorted(rows.weights.tolist()) == [1, 1, 4] if rows.weights is not None else False
    cut = rows.cut()
    assert sorted(cut.frame["a"]) == [0, 0, 0, 0, 1, 2]
    assert cut.weights is None
    many = pd.DataFrame({"a": np.arange(200.0)})
    balanced = Rows(many, np.arange(200) % 2, np.where(np.arange(200) % 2, 50.0, 1.0))
    assert len(balanced.joined().cut()) == 200


def test_heavy_rows_keep_their_weight() -> None:
    """At most ten rows share a weight, and their sum is that weight."""
    weights = np.ones(40)
    weights[0] = 1234.5
    frame = pd.DataFrame({"a": np.arange(40.0)})
    cut = Rows(frame, np.arange(40.0)[:, None], weights).joined().cut()
    assert cut.weights is not None
    heavy = cut.weights[cut.frame["a"] == 0]
    assert (len(heavy), heavy.sum()) == (10, pytest.approx(1234.5))
    assert len(cut) == 49


def test_rows_of_small_tables_are_in_one_part() -> None:
    """Rows that are there once are never cut, however few there are."""
    few = Rows(pd.DataFrame({"a": np.arange(4.0)}), np.arange(4.0)[:, None])
    assert len(few.joined().cut()) == 4
    again = Rows(pd.concat([few.frame] * 100), np.tile(few.targets, (100, 1)))
    assert len(again.joined().cut()) == 40


@pytest.mark.parametrize("kind", [NetworkRegressor, NetworkClassifier])
def test_a_weight_is_as_many_rows(kind: Any) -> None:  # noqa: ANN401 - an estimator
    """Weights of whole numbers give the bits of copies, and enormous ones are no error."""
    random = np.random.default_rng(0)
    inputs, weights = random.normal(size=(90, 2)), random.integers(1, 5, 90).astype(float)
    targets = inputs.sum(axis=1) > 0 if kind is NetworkClassifier else inputs.sum(axis=1)
    counts = weights.astype(int)
    copied = kind(random_state=0).fit(np.repeat(inputs, counts, 0), np.repeat(targets, counts))
    model = kind(random_state=0).fit(inputs, targets, sample_weight=weights)
    np.testing.assert_array_equal(model.predict(inputs), copied.predict(inputs))
    huge = kind(random_state=0).fit(inputs, targets, sample_weight=weights * 1e307)
    assert huge.score(inputs, targets) > 0.8


def test_rows_are_not_cut_because_others_weigh_less() -> None:
    """Parts of one row would be in training and in validation, which would fit noise."""
    random = np.random.default_rng(0)
    inputs, noise = random.normal(size=(60, 5)), random.normal(size=60)
    for weights in (random.uniform(0.01, 1, 60), np.r_[np.ones(59), 1e-3]):
        model = NetworkRegressor(random_state=0).fit(inputs, noise, sample_weight=weights)
        assert model.score(inputs, noise) < 0.5
