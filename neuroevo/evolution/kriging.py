"""A kriging model of one number that a genome has: learns from trials, and predicts others.

The typed face of `neuroevo.kernel.kriging`: a Gaussian process with a Matérn 5/2 covariance of
warped positions. Knows positions and targets; knows neither genomes nor how children are made.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from neuroevo.decimals import exp
from neuroevo.kernel.kriging import arrays
from neuroevo.kernel.kriging.arrays import (
    Doubles,
    Fitted,
    Genes,
    Integers,
    Observations,
    Prior,
    Workspace,
)

# Normal distributions of the logarithms of the parameters: mean and deviation.
_SCALE = -0.51, 1.0  # 0.6
_EXPONENT = 0.0, 0.5
_NUGGET = -6.908, 2.0  # 0.001

_KEPT_SIZES = 4  # numbers of blocks whose memory is kept


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """What a model learns from.

    Attributes
    ----------
    positions
        Rows of positions, shape (trials, columns).
    targets
        What is predicted, standardised, shape (trials,).
    counts
        How often each was evaluated, shape (trials,).
    noise
        The share of the nugget that is noise of an evaluation, 0 to 1; the rest is what a genome
        deviates from its neighbours.
    searches
        The number of the search of each, shape (trials,): 0 for the one that is modelled; None if
        all are of that.
    """

    positions: Doubles
    targets: Doubles
    counts: Doubles
    noise: float = 0.0
    searches: Integers | None = None

    def part(self, chosen: Integers) -> "Trials":
        """Return some of them."""
        searches = None if self.searches is None else self.searches[chosen]
        return Trials(
            self.positions[chosen], self.targets[chosen], self.counts[chosen], self.noise, searches
        )


class Prediction(NamedTuple):
    """Predicted targets, in the padded form of the kernel."""

    rows: Doubles  # (2 × blocks, LANES) means, then standard deviations
    points: int

    @property
    def means(self) -> Doubles:
        """The means, shape (points,)."""
        return np.asarray(arrays.unpadded(self.rows, self.points, 2)[0])

    @property
    def deviations(self) -> Doubles:
        """The standard deviations, shape (points,)."""
        return np.asarray(arrays.unpadded(self.rows, self.points, 2)[1])

    def spread(self, variances: Doubles) -> "Prediction":
        """Return predictions whose variances are greater by these, shape (points,)."""
        deviations = np.sqrt(self.deviations**2 + variances)
        return Prediction(arrays.padded(np.stack([self.means, deviations]), 1.0), self.points)


class Kriging:
    """Learns parameters of a model, and fits it.

    Its memory is reused, so a fitted model lasts until the next call of `learned` or `fit`.

    Trials of several searches may be known. Which search a trial is of is one more unordered column
    then: its scale says how much results of equal genomes differ between searches, and is learned
    like the others, as by Swersky, Snoek & Adams 2013, "Multi-task Bayesian optimization".

    Parameters
    ----------
    options
        The number of options of each unordered column, 0 for ordered ones.
    searches
        The number of searches.
    """

    def __init__(self, options: Sequence[int], searches: int = 1) -> None:
        from neuroevo.kernel.kriging import model  # noqa: PLC0415 - loads the compiler

        self._kernel = model
        self._columns, self._several = len(options), searches > 1
        self._genes: Genes = arrays.genes([*options, searches] if self._several else options)
        count = len(self._genes.options)
        distributions = [_SCALE] * count + [_EXPONENT] * (2 * count) + [_NUGGET]
        means, deviations = zip(*distributions, strict=True)
        self._prior = Prior(np.array(means), np.array(deviations))
        self._descent = arrays.descent(len(means))
        self._memory: dict[int, tuple[Fitted, Workspace]] = {}  # by the number of blocks

    @property
    def start(self) -> Doubles:
        """The parameters before anything is learned, in deviations from the prior's mean."""
        return np.zeros(len(self._prior.mean))

    def scales(self, point: Doubles) -> Doubles:
        """Return how far apart the ends of each column are, (columns,)."""
        return np.array([self._scale(point, place) for place in range(self._columns)])

    def correlation(self, point: Doubles) -> float:
        """Return the correlation of results of equal genomes in two searches."""
        if not self._several:
            return 1.0
        distance = math.sqrt(5) * self._scale(point, self._columns)
        decay = exp(-distance)
        return (1 + distance + distance * distance / 3) * decay  # Matérn 5/2

    def _scale(self, point: Doubles, column: int) -> float:
        """Return how far apart the ends of a column are."""
        parameter = self._prior.mean[column] + self._prior.deviation[column] * point[column]
        return exp(float(parameter))

    def nugget(self, point: Doubles) -> float:
        """Return the variance of one evaluation around its neighbours, in units of the signal's."""
        parameter = self._prior.mean[-1] + self._prior.deviation[-1] * point[-1]
        return exp(float(parameter))

    def loss(self, point: Doubles, trials: Trials) -> tuple[float, Doubles]:
        """Return the negative log posterior of parameters, without constants, and its gradient."""
        self.learned(point, trials, 0)
        return float(self._descent.loss[0]), self._descent.gradient.copy()

    def learned(self, point: Doubles, trials: Trials, steps: int) -> Doubles:
        """Return parameters that are more likely, after some steps of L-BFGS from a point."""
        observations = self._observations(trials, np.zeros((0, self._columns)))
        self._descent.point[:] = point
        memory = self._memory_for(observations.blocks)
        self._kernel.learn(self._genes, self._prior, observations, *memory, self._descent, steps)
        return self._descent.point.copy()

    def fit(self, point: Doubles, trials: Trials, pending: Doubles) -> "FittedKriging":
        """Fit a model with these parameters.

        Parameters
        ----------
        point
            The parameters, in deviations from the prior's mean.
        trials
            The trials that are known; at least one.
        pending
            Positions of those whose results are not known, shape (trials, columns). Predictions
            are as sure as if each result were what is predicted.
        """
        observations = self._observations(trials, pending)
        memory = self._memory_for(observations.blocks)
        parameters = self._prior.mean + self._prior.deviation * point
        succeeded = np.zeros(1)
        counts = arrays.padded(trials.counts, 1.0)
        padded_counts = arrays.padded(np.ones(observations.blocks * arrays.LANES))
        padded_counts[: len(counts)] = counts
        self._kernel.fit(
            self._genes, parameters, observations, *memory, trials.noise, padded_counts, succeeded
        )
        return FittedKriging(self, parameters, observations, memory[0])

    def predict(
        self, parameters: Doubles, observations: Observations, fitted: Fitted, points: Doubles
    ) -> Prediction:
        """Predict the targets of rows of positions."""
        columns = arrays.block_count(len(points))
        height = max(observations.blocks * arrays.LANES, 2 * len(self._genes.options))
        coordinates = arrays.matrix(self._genes.coordinates, columns)
        covariances, unused = (arrays.matrix(height, columns) for _ in range(2))
        predicted = arrays.matrix(2, columns)
        self._kernel.predict(
            self._genes, parameters, observations, fitted, arrays.padded(self._rows(points).T),
            coordinates, covariances, unused, predicted,
        )  # fmt: skip
        return Prediction(predicted, len(points))

    def _memory_for(self, blocks: int) -> tuple[Fitted, Workspace]:
        if blocks not in self._memory:
            for oldest in list(self._memory)[: 1 - _KEPT_SIZES]:
                del self._memory[oldest]
            memory = arrays.fitted(self._genes, blocks), arrays.workspace(self._genes, blocks)
            self._memory[blocks] = memory
        return self._memory[blocks]

    def _rows(self, positions: Doubles, searches: Integers | None = None) -> Doubles:
        """Return positions with the column of the searches, if there are several."""
        if not self._several:
            return positions
        column = np.zeros(len(positions)) if searches is None else searches
        return np.column_stack([positions, column])

    def _observations(self, trials: Trials, pending: Doubles) -> Observations:
        known, count = len(trials.targets), len(trials.targets) + len(pending)
        targets, noise = np.zeros(count), np.ones(count)
        targets[:known] = trials.targets
        noise[:known] = 1 - trials.noise + trials.noise / trials.counts
        known_rows = self._rows(trials.positions, trials.searches)
        return Observations(
            arrays.padded(np.concatenate([known_rows, self._rows(pending)]).T),
            arrays.padded(targets),
            arrays.padded(noise),
            arrays.block_count(count),
            known,
            count,
        )


class FittedKriging(NamedTuple):
    """A fitted model."""

    model: Kriging
    parameters: Doubles
    observations: Observations
    fitted: Fitted

    def predict(self, points: Doubles) -> Prediction:
        """Predict the targets of rows of positions."""
        return self.model.predict(self.parameters, self.observations, self.fitted, points)

    @property
    def scale(self) -> float:
        """The variance of the signal."""
        return float(self.fitted.scale[0])

    @property
    def shrunk(self) -> Doubles:
        """Means and variances of the known trials' values without noise, shape (2, trials).

        They have a meaning if the share of noise is above 0.
        """
        return arrays.unpadded(self.fitted.shrunk, self.observations.known, 2)


def log_expected_improvement(prediction: Prediction, best: float) -> Doubles:
    """Return the logarithms of how far targets are expected to be below the best, (points,)."""
    from neuroevo.kernel.kriging import model  # noqa: PLC0415 - loads the compiler

    values = arrays.matrix(1, len(prediction.rows) // 2)
    model.expected_improvement(prediction.rows, best, values)
    return np.asarray(arrays.unpadded(values, prediction.points)[0])


def log_feasibility(predictions: Sequence[Prediction], limits: Sequence[float]) -> Doubles:
    """Return the logarithms of the probabilities that all targets keep their limits, (points,).

    Targets are taken as independent, as by Schonlau, Welch & Jones 1998, "Global versus local
    search in constrained optimization of computer models".

    Parameters
    ----------
    predictions
        Of at least one target.
    limits
        The greatest allowed value of each.
    """
    from neuroevo.kernel.kriging import model  # noqa: PLC0415 - loads the compiler

    values = arrays.matrix(1, len(predictions[0].rows) // 2)
    for prediction, limit in zip(predictions, limits, strict=True):
        model.feasibility(prediction.rows, limit, values)
    return np.asarray(arrays.unpadded(values, predictions[0].points)[0])


def log_expected_volume(
    predictions: Sequence[Prediction], front: Doubles, reference: Sequence[float]
) -> Doubles:
    """Return the logarithms of expected gains of the volume that a front dominates, (points,).

    Parameters
    ----------
    predictions
        Of each of two or three objectives.
    front
        The front, shape (members, objectives).
    reference
        The corner of the volume.
    """
    from neuroevo.kernel.kriging import model  # noqa: PLC0415 - loads the compiler

    columns = len(predictions[0].rows) // 2
    values = arrays.matrix(1, columns)
    if len(predictions) == 2:  # noqa: PLR2004 - an area
        by_first = front[np.argsort(front[:, 0], kind="stable")]
        edges = np.ascontiguousarray(np.vstack([by_first, [0.0, reference[1]]]))
        first, second = (each.rows for each in predictions)
        model.expected_volume(first, second, edges, float(reference[0]), values)
    else:
        by_third = front[np.argsort(front[:, 2], kind="stable")]
        edges = np.ascontiguousarray(np.vstack([by_third, reference]))
        rows = arrays.matrix(6, columns)
        rows[:] = np.concatenate([each.rows for each in predictions])
        reaches = arrays.matrix(3 * len(edges), columns)
        stairs = np.zeros(len(edges), dtype=np.int64)
        model.expected_volume_of_three(rows, edges, reaches, stairs, values)
    return np.asarray(arrays.unpadded(values, predictions[0].points)[0])
