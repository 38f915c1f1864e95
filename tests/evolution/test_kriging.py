"""The kriging model against scikit-learn, differences, integrals and other processors."""

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from scipy.integrate import quad
from scipy.stats import norm
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

from experiments.torture.processors import KRIGING, OLDEST, hashes
from neuroevo.evolution.front import hypervolume
from neuroevo.evolution.kriging import (
    Kriging,
    Prediction,
    Trials,
    log_expected_improvement,
    log_expected_volume,
)
from neuroevo.kernel.kriging import arrays

OPTIONS = (0, 0, 3, 0)
Array = npt.NDArray[np.float64]


def points(count: int, seed: int) -> Array:
    """Draw rows of positions."""
    rows = np.random.default_rng(seed).random((count, len(OPTIONS)))
    rows[:, 2] = np.floor(3 * rows[:, 2])
    return rows


def trials(count: int = 37, noise: float = 0.0) -> Trials:
    """Make trials of a smooth function with noise, some evaluated several times."""
    rng = np.random.default_rng(1)
    rows = points(count, 0)
    values = np.sin(3 * rows[:, 0]) + rows[:, 1] ** 2 + 0.3 * rows[:, 2]
    values += 0.1 * rng.standard_normal(count)
    counts = rng.integers(1, 4, count).astype(float)
    return Trials(rows, (values - values.mean()) / 0.5, counts, noise)


def coordinates(point: Array, rows: Array) -> Array:
    """Compute coordinates by the formula: warped positions, and a coordinate for each option."""
    genes = len(OPTIONS)
    scales, a, b = (
        np.exp(part)
        for part in np.split(
            np.concatenate([np.full(genes, -0.51), np.zeros(2 * genes)])
            + np.concatenate([np.ones(genes), np.full(2 * genes, 0.5)]) * point[:-1],
            3,
        )
    )
    columns = []
    for gene, options in enumerate(OPTIONS):
        if options:
            columns += [
                scales[gene] * math.sqrt(0.5) * (rows[:, gene] == option)
                for option in range(options)
            ]
        else:
            u = np.clip(rows[:, gene], 1e-6, 1 - 1e-6)
            columns.append(scales[gene] * (1 - (1 - u ** a[gene]) ** b[gene]))
    return np.stack(columns, axis=1)


@pytest.mark.parametrize("count", [1, 8, 37])
@pytest.mark.parametrize("noise", [0.0, 0.6])
def test_predictions_are_those_of_scikit_learn(count: int, noise: float) -> None:
    """With the same kernel, means and deviations agree to 1e-8."""
    model, known = Kriging(OPTIONS), trials(count, noise)
    point = 0.3 * np.random.default_rng(2).standard_normal(len(model.start))
    fitted = model.fit(point, known, np.zeros((0, len(OPTIONS))))
    nugget = model.nugget(point) * (1 - noise + noise / known.counts) + 1e-6
    kernel = ConstantKernel(fitted.scale, "fixed") * Matern(1.0, "fixed", nu=2.5)
    peer = GaussianProcessRegressor(kernel, alpha=fitted.scale * nugget, optimizer=None)
    peer.fit(coordinates(point, known.positions), known.targets)
    asked = points(21, 5)
    means, deviations = peer.predict(coordinates(point, asked), return_std=True)
    predicted = fitted.predict(asked)
    np.testing.assert_allclose(predicted.means, means, rtol=0, atol=1e-8)
    np.testing.assert_allclose(predicted.deviations, deviations, rtol=0, atol=1e-8)


def test_the_loss_is_the_likelihood_that_scikit_learn_computes() -> None:
    """The loss differs from the negative log likelihood of the best scale by the prior only."""
    model, known = Kriging(OPTIONS), trials()
    point = 0.3 * np.random.default_rng(2).standard_normal(len(model.start))
    loss, _ = model.loss(point, known)
    scale = model.fit(point, known, np.zeros((0, len(OPTIONS)))).scale
    kernel = ConstantKernel(scale, "fixed") * Matern(1.0, "fixed", nu=2.5)
    peer = GaussianProcessRegressor(
        kernel, alpha=scale * (model.nugget(point) + 1e-6), optimizer=None
    )
    peer.fit(coordinates(point, known.positions), known.targets)
    count = len(known.targets)
    constant = count / 2 * (1 + math.log(2 * math.pi))
    prior = float(point @ point) / 2
    assert loss + constant - prior == pytest.approx(-peer.log_marginal_likelihood_value_, abs=1e-8)


@pytest.mark.parametrize("noise", [0.0, 0.6])
def test_the_gradient_is_that_of_differences(noise: float) -> None:
    """Each derivative of the loss equals a difference quotient."""
    model, known = Kriging(OPTIONS), trials(noise=noise)
    point = 0.3 * np.random.default_rng(2).standard_normal(len(model.start))
    _, gradient = model.loss(point, known)
    for place in range(len(point)):
        step = np.zeros(len(point))
        step[place] = 1e-5
        above, below = (model.loss(point + sign * step, known)[0] for sign in (1, -1))
        assert gradient[place] == pytest.approx((above - below) / 2e-5, abs=1e-6)


def test_learning_lowers_the_loss_to_a_point_without_slope() -> None:
    """Each step lowers the loss, and after enough steps all derivatives are near 0."""
    model, known = Kriging(OPTIONS), trials()
    losses = [model.loss(model.learned(model.start, known, steps), known)[0] for steps in range(8)]
    assert losses == sorted(losses, reverse=True)
    assert losses[1] < losses[0]
    _, gradient = model.loss(model.learned(model.start, known, 100), known)
    assert np.abs(gradient).max() < 1e-2


def test_a_pending_trial_lowers_the_deviation_only() -> None:
    """Means stay as they are; the model is sure where a result is awaited."""
    model, known = Kriging(OPTIONS), trials()
    pending, asked = points(3, 8), points(20, 9)
    without = model.fit(model.start, known, np.zeros((0, len(OPTIONS)))).predict(asked)
    before = without.means.copy(), without.deviations.copy()
    fitted = model.fit(model.start, known, pending)
    after = fitted.predict(asked)
    np.testing.assert_allclose(after.means, before[0], atol=1e-12)
    assert (after.deviations <= before[1] + 1e-12).all()
    share, awaited = after.deviations / math.sqrt(fitted.scale), fitted.predict(pending)
    told = Trials(
        np.concatenate([known.positions, pending]),
        np.concatenate([known.targets, awaited.means]),
        np.concatenate([known.counts, np.ones(3)]),
    )
    as_if = model.fit(model.start, told, np.zeros((0, len(OPTIONS))))
    again = as_if.predict(asked)
    np.testing.assert_allclose(again.means, after.means, atol=1e-9)
    np.testing.assert_allclose(again.deviations / math.sqrt(as_if.scale), share, atol=1e-9)


def test_values_without_noise_are_the_posterior_of_a_model_with_noise() -> None:
    """Means and variances equal those of conditioning the joint normal distribution."""
    model, known = Kriging(OPTIONS), trials(noise=0.6)
    fitted = model.fit(model.start, known, np.zeros((0, len(OPTIONS))))
    z = coordinates(model.start, known.positions)
    own = Matern(1.0, nu=2.5)(z) + np.eye(len(z)) * (0.4 * model.nugget(model.start) + 1e-6)
    noise = np.diag(0.6 * model.nugget(model.start) / known.counts)
    gain = own @ np.linalg.inv(own + noise)
    means, variances = fitted.shrunk
    np.testing.assert_allclose(means, gain @ known.targets, atol=1e-8)
    np.testing.assert_allclose(variances, fitted.scale * np.diag(own - gain @ own), atol=1e-8)


def prediction(means: Array, deviations: Array) -> Prediction:
    """Make a prediction from numbers."""
    rows = np.stack([means, deviations])
    return Prediction(arrays.padded(rows, 1.0), len(means))


def test_expected_improvement_is_an_integral() -> None:
    """It equals numerical integration, and the asymptotic series far from the best."""
    means = np.array([0.0, 1.0, -1.0, 3.0, 0.2, 7.0, 5.0])
    deviations = np.array([1.0, 0.5, 0.3, 1.0, 1e-3, 1.0, 2.0])
    found = log_expected_improvement(prediction(means, deviations), 0.1)
    for value, mean, deviation in zip(found, means, deviations, strict=True):
        z = (0.1 - mean) / deviation
        integral, _ = quad(lambda x, z=z: (z - x) * norm.pdf(x), -np.inf, z, epsabs=0, epsrel=1e-12)
        if integral > 1e-200:
            assert value == pytest.approx(math.log(deviation * integral), rel=1e-9)
    far = log_expected_improvement(prediction(np.array([1e3]), np.ones(1)), 0.0)[0]
    assert far == pytest.approx(-5e5 - math.log(math.sqrt(2 * math.pi)) - 2 * math.log(1e3), 1e-9)


@pytest.mark.parametrize(
    "front",
    [
        [[-1.0, 0.8], [0.9, -0.7], [-0.2, 0.1]],
        [[-0.5, 0.3]],
        [[-1.0, 0.8, 0.0], [-0.2, 0.1, 0.5], [0.9, -0.7, 0.6], [0.2, 0.3, -0.9]],
        [[0.1, 0.0, 0.0], [-0.2, 0.4, 0.1], [0.0, -0.3, 0.2], [0.0, 0.2, -0.1], [-0.4, -0.4, 1.0]],
    ],
)
def test_expected_gain_of_volume_is_a_mean_over_draws(front: list[list[float]]) -> None:
    """It equals the mean gain of hypervolume of points drawn from the predictions."""
    reference = [1.5, 1.4, 1.3][: len(front[0])]
    means = np.array([[-0.5, 0.7], [-0.3, 1.1], [0.2, -0.4]])[: len(reference)]
    deviations = np.array([[0.6, 0.4], [0.5, 0.3], [0.4, 0.7]])[: len(reference)]
    found = log_expected_volume(
        list(map(prediction, means, deviations)), np.array(front), reference
    )
    rng, known = np.random.default_rng(0), hypervolume(front, reference)
    for point in range(2):
        normal = rng.standard_normal((4000, len(reference)))
        draws = means[:, point] + deviations[:, point] * normal
        gains = [hypervolume([*front, each], reference) - known for each in draws]
        error = float(4 * np.std(gains) / math.sqrt(len(gains)))
        assert math.exp(found[point]) == pytest.approx(float(np.mean(gains)), abs=error)


def test_equal_bits_on_other_processors() -> None:
    """Compiled for plain x86-64 and for this machine, the model computes equal bits."""
    assert len(hashes(KRIGING, [OLDEST])) == 1


def test_searches_are_an_unordered_column_that_is_predicted_as_the_first() -> None:
    """A model of several searches is one with a column more, in which predictions have 0."""
    known, searches = trials(), np.arange(37) % 3
    several, plain = Kriging(OPTIONS, 3), Kriging((*OPTIONS, 3))
    point = 0.3 * np.random.default_rng(2).standard_normal(len(plain.start))
    with_column = replace(known, positions=np.column_stack([known.positions, searches]))
    asked = points(21, 5)
    found = several.fit(point, replace(known, searches=searches), points(2, 7)).predict(asked)
    expected = plain.fit(point, with_column, np.column_stack([points(2, 7), np.zeros(2)])).predict(
        np.column_stack([asked, np.zeros(21)])
    )
    assert np.array_equal(found.means, expected.means)
    assert np.array_equal(found.deviations, expected.deviations)


def test_the_correlation_of_searches_is_the_covariance_of_equal_rows() -> None:
    """It is scikit-learn's Matérn covariance at the distance of two searches."""
    model = Kriging(OPTIONS, 2)
    point = model.start.copy()
    point[len(OPTIONS)] = 0.7
    distance = math.exp(-0.51 + 0.7)
    covariance = Matern(1.0, nu=2.5)([[0.0]], [[distance]])[0, 0]
    assert model.correlation(point) == pytest.approx(covariance, abs=1e-12)
    assert Kriging(OPTIONS).correlation(Kriging(OPTIONS).start) == 1.0
