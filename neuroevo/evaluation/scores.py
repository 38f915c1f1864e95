"""Scores of models on samples that no search has seen, with intervals.

Knows targets and outputs; does not know the models, nor where samples come from.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from neuroevo.evaluation.objectives import rounded

Array = npt.NDArray[np.float64]

RESAMPLES = 1000
"""Bootstrap samples of an interval."""

_GROUPS = 2000  # of samples, at most: more samples are resampled in random groups
_TAIL = 2.5  # per cent on each side of an interval
_ROUNDING = 1e-9  # of squares: a variance below it is that of equal targets


@dataclass(frozen=True, slots=True)
class Score:
    """A score with its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Metric:
    """A score that is computed from sums over samples."""

    name: str  # in files and tables
    label: str  # in texts
    of_sums: Callable[[Array], Array]
    """Computes it from sums (..., quantities), see `_class_sums` and `_regression_sums`."""
    larger_is_better: bool = False
    is_share: bool = False  # whether it is a share of the samples
    is_mean_of_classes: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """The true values of some samples.

    Parameters
    ----------
    values
        Array (samples, outputs): class probabilities, or values on the scale of the outputs.
    is_classes
        Whether they are class probabilities.
    scale
        What a difference of 1 in the only output is on the raw scale.
    weights
        Array (samples,), how much each sample counts; None if all count equally.
    """

    values: Array
    is_classes: bool
    scale: float = 1.0
    weights: Array | None = None

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The scores for such targets, the most important one first."""
        if self.is_classes:
            return CLASS_METRICS
        return REGRESSION_METRICS if self.values.shape[1] == 1 else REGRESSION_METRICS[:1]

    def alone(self, output: int, scale: float) -> "Targets":
        """Return one output of several, with what a difference of 1 in it is on the raw scale."""
        return Targets(self.values[:, [output]], self.is_classes, scale, self.weights)

    def sums(self, outputs: Array, *, ranked: bool = True) -> Array:
        """Return the quantities of each sample that scores are computed from.

        Parameters
        ----------
        outputs
            Array (samples, outputs).
        ranked
            Whether outputs of classes are ranked for ROC AUC, which takes most of the time.

        Returns
        -------
        Array (samples, quantities).
        """
        if self.is_classes:
            weights = np.ones(len(outputs)) if self.weights is None else self.weights
            sums = _class_sums(self.values, outputs, weights, ranked=ranked)
        else:
            center = np.average(self.values, axis=0, weights=self.weights)
            sums = _regression_sums(self.values, outputs, center, self.scale)
        return sums if self.weights is None else sums * self.weights[:, np.newaxis]


@dataclass(frozen=True, slots=True, eq=False)
class Resampled:
    """A model on some samples, and on each of their bootstrap samples.

    Parameters
    ----------
    metrics
        What it is scored by.
    whole
        Array (quantities,): sums over all samples, the mean over replicates.
    drawn
        Array (`RESAMPLES`, quantities): the same over each bootstrap sample.
    """

    metrics: tuple[Metric, ...]
    whole: Array
    drawn: Array

    def scores(self) -> dict[str, Score]:
        """Return each metric's name -> the score, without those that are not defined."""
        return _defined(
            (metric.name, metric.of_sums(self.whole), self._of_drawn(metric))
            for metric in self.metrics
        )

    def differences(self, other: "Resampled") -> dict[str, Score]:
        """Return each metric's name -> this score minus that of another model.

        Both models must be on the same bootstrap samples, so that the interval is that of paired
        differences: samples that are hard for both models do not make it wider.
        """
        return _defined(
            (
                metric.name,
                metric.of_sums(self.whole) - metric.of_sums(other.whole),
                self._of_drawn(metric) - other._of_drawn(metric),  # noqa: SLF001 - its own
            )
            for metric in self.metrics
        )

    def _of_drawn(self, metric: Metric) -> Array:
        """Return the score of each bootstrap sample, (`RESAMPLES`,); NaN where it is another one.

        It is where a class is missing of those over which the score is a mean.
        """
        values = metric.of_sums(self.drawn)
        if not metric.is_mean_of_classes:
            return values
        true, occurs = _of_classes(self.drawn)[0], _of_classes(self.whole)[0] > 0
        return np.where((true[:, occurs] == 0).any(axis=1), np.nan, values)


@dataclass(frozen=True, slots=True, eq=False)
class Resampling:
    """Bootstrap samples of some samples; the same for all models, so that they are comparable.

    Parameters
    ----------
    samples
        Number of samples.
    seed
        Decides what is drawn.
    groups
        Array (samples,), a number for each: samples with the same number are drawn together, as
        they are alike; None if each sample is drawn by itself.
    """

    samples: int
    seed: tuple[int, ...]
    groups: npt.NDArray[np.int64] | None = None
    _groups: npt.NDArray[np.int64] = field(init=False)  # (samples,) the group of each
    _counts: Array = field(init=False)  # (resamples, groups) how often each group was drawn

    def __post_init__(self) -> None:
        random, members = self._random(0), np.arange(self.samples)
        if self.groups is not None:
            different, places = np.unique(self.groups, return_inverse=True)
            members = places if len(different) > 1 else members
        count = int(members.max(initial=-1)) + 1
        groups = min(count, _GROUPS)
        order = random.permutation(count) if count > groups else np.arange(count)
        object.__setattr__(self, "_groups", order[members] % groups)
        counts = random.multinomial(groups, np.full(groups, 1 / groups), size=RESAMPLES)
        object.__setattr__(self, "_counts", counts.astype(np.float64))

    def scores(self, targets: Targets, outputs: Array) -> dict[str, Score]:
        """Score a model, see `resampled`: each metric's name -> the score with its interval."""
        return self.resampled(targets, outputs).scores()

    def resampled(self, targets: Targets, outputs: Array) -> Resampled:
        """Draw samples and replicates of a model, for intervals of its scores.

        The interval is that of percentiles of the bootstrap (Efron & Tibshirani 1993, "An
        Introduction to the Bootstrap", chapter 13): samples and replicates are drawn with
        replacement, independently of each other.

        Parameters
        ----------
        targets
            The true values.
        outputs
            Array (replicates, samples, outputs), all finite.
        """
        groups, replicates = self._counts.shape[1], len(outputs)
        sums = np.stack(
            [self._grouped(targets.sums(each), groups) for each in outputs]
        )  # (replicates, groups, quantities)
        drawn = self._random(1).multinomial(
            replicates, np.full(replicates, 1 / replicates), size=RESAMPLES
        )
        totals = np.zeros((RESAMPLES, sums.shape[2]))
        for replicate in range(replicates):
            share = drawn[:, replicate, np.newaxis] / replicates
            totals += share * (self._counts @ sums[replicate])
        return Resampled(targets.metrics, sums.sum(axis=1).mean(axis=0), totals)

    def _grouped(self, rows: Array, groups: int) -> Array:
        return np.stack(
            [np.bincount(self._groups, weights=column, minlength=groups) for column in rows.T],
            axis=1,
        )

    def _random(self, part: int) -> np.random.Generator:
        sequence = np.random.SeedSequence(self.seed, spawn_key=(part,))
        return np.random.Generator(np.random.PCG64(sequence))


def scores_of(targets: Targets, outputs: Array) -> dict[str, float]:
    """Score one model without intervals; outputs are (samples, outputs), all finite."""
    sums = targets.sums(outputs).sum(axis=0)
    values = {metric.name: float(metric.of_sums(sums)) for metric in targets.metrics}
    return {name: rounded(value) for name, value in values.items() if math.isfinite(value)}


def first_score(targets: Targets, outputs: Array) -> float:
    """Score one model by the most important metric; NaN if that is not defined."""
    value = float(targets.metrics[0].of_sums(targets.sums(outputs, ranked=False).sum(axis=0)))
    return rounded(value) if math.isfinite(value) else math.nan


def _defined(found: Iterable[tuple[str, Array, Array]]) -> dict[str, Score]:
    """Make scores of values and their bootstrap samples, where there are some that are finite."""
    scores = {}
    for name, value, drawn in found:
        known = drawn[np.isfinite(drawn)]
        if np.isfinite(value) and known.size:
            low, high = np.percentile(known, [_TAIL, 100 - _TAIL])
            scores[name] = Score(rounded(value), rounded(low), rounded(high))
    return scores


def _regression_sums(targets: Array, outputs: Array, center: Array, scale: float) -> Array:
    """Return 1, squared error, raw absolute and squared error, target², targets, of each sample.

    Targets are centred, so that their variance can be computed from these sums. They are not
    multiplied by weights.
    """
    errors = outputs - targets
    targets = targets - center
    return np.column_stack(
        [
            np.ones(len(targets)),
            (errors * errors).sum(axis=1),
            np.abs(errors[:, 0]) * scale,
            errors[:, 0] * errors[:, 0] * (scale * scale),
            (targets * targets).sum(axis=1),
            targets,
        ]
    )


def _class_sums(targets: Array, outputs: Array, weights: Array, *, ranked: bool) -> Array:
    """Return the quantities of each sample of classes, which are not multiplied by weights.

    They are 1, hit, log loss, and for each class whether it is true, whether it is true and hit,
    its `_placements` if it is true, and if it is not.
    """
    epsilon = float(np.finfo(np.float32).eps)
    labels = targets.argmax(axis=1)
    hits = outputs.argmax(axis=1) == labels
    true = np.eye(targets.shape[1])[labels]
    probabilities = np.clip(outputs, epsilon, 1 - epsilon)
    losses = -(targets * np.log(probabilities)).sum(axis=1)
    placements = np.zeros_like(true)
    for place in range(targets.shape[1] if ranked else 0):
        placements[:, place] = _placements(labels == place, outputs[:, place], weights)
    return np.column_stack(
        [
            np.ones(len(targets)),
            hits,
            losses,
            true,
            true * hits[:, np.newaxis],
            true * placements,
            (1 - true) * placements,
        ]
    )


def _placements(is_true: npt.NDArray[np.bool_], outputs: Array, weights: Array) -> Array:
    """Return for each sample of a class the share of the other samples whose output is lower.

    The share is that of the weights.

    Of equal outputs a half counts as lower. The mean of these placements is the area under the ROC
    curve. For each other sample it is the share of those of the class whose output is higher, minus
    that area; so the mean over drawn samples of both kinds, added up, is the area of the drawn
    samples in the first order (DeLong, DeLong & Clarke-Pearson 1988,
    https://doi.org/10.2307/2531595). 0 for all if one kind is missing.
    """
    found = np.zeros(len(outputs))
    own, others = (np.flatnonzero(each & (weights > 0)) for each in (is_true, ~is_true))
    if len(own) and len(others):
        found[own] = _share_below(outputs[own], outputs[others], weights[others])
        area = np.average(found[own], weights=weights[own])
        found[others] = 1 - _share_below(outputs[others], outputs[own], weights[own]) - area
    return found


def _share_below(values: Array, others: Array, weights: Array) -> Array:
    """Return for each value the share of others that are lower; equal ones count a half."""
    order = np.argsort(others, kind="stable")
    ordered, sums = others[order], np.append(0.0, np.cumsum(weights[order]))
    below = sum(sums[np.searchsorted(ordered, values, side)] for side in ("left", "right"))
    shares: Array = below / (2 * sums[-1])
    return shares


def _r2(sums: Array) -> Array:
    count, errors, squares, totals = sums[..., 0], sums[..., 1], sums[..., 4], sums[..., 5:]
    variance = squares - (totals * totals).sum(axis=-1) / count
    return 1 - errors / np.where(variance > _ROUNDING * squares, variance, np.nan)


def _balanced_accuracy(sums: Array) -> Array:
    true, hits, _, _ = _of_classes(sums)
    with np.errstate(invalid="ignore"):
        accuracies: Array = np.nanmean(hits / _above_zero(true), axis=-1)
    return accuracies  # of the classes that occur


def _of_classes(sums: Array) -> list[Array]:
    """Divide the quantities of classes into their four kinds, each with one for each class."""
    return np.split(sums[..., 3:], 4, axis=-1)


def _roc_auc(sums: Array) -> Array:
    true, _, own, others = _of_classes(sums)
    areas = own / _above_zero(true) + others / _above_zero(sums[..., :1] - true)
    count = np.isfinite(areas).sum(axis=-1)  # of the classes that occur, and not alone
    mean: Array = np.nansum(np.clip(areas, 0, 1), axis=-1) / _above_zero(count)
    return mean


def _above_zero(values: Array) -> Array:
    return np.where(values > 0, values, np.nan)


REGRESSION_METRICS = (
    Metric("r2", "R²", _r2, larger_is_better=True),
    Metric("rmse", "RMSE", lambda sums: np.sqrt(sums[..., 3] / sums[..., 0])),
    Metric("mae", "MAE", lambda sums: sums[..., 2] / sums[..., 0]),
)
"""R² is 1 - squared error / variance, both summed over outputs (``variance_weighted`` in
https://scikit-learn.org/stable/modules/generated/sklearn.metrics.r2_score.html). Root mean squared
and mean absolute error are in the unit of the target; several targets have none in common."""

CLASS_METRICS = (
    Metric(
        "accuracy",
        "accuracy",
        lambda sums: sums[..., 1] / sums[..., 0],
        larger_is_better=True,
        is_share=True,
    ),
    Metric(
        "balanced_accuracy",
        "balanced accuracy",
        _balanced_accuracy,
        larger_is_better=True,
        is_share=True,
        is_mean_of_classes=True,
    ),
    Metric("log_loss", "log loss", lambda sums: sums[..., 2] / sums[..., 0]),
    Metric("roc_auc", "ROC AUC", _roc_auc, larger_is_better=True, is_mean_of_classes=True),
)
"""As in https://scikit-learn.org/stable/modules/model_evaluation.html; balanced accuracy is the
mean of the accuracies of the classes that occur, and ROC AUC that of the areas under the ROC curve
of each class against the others (``macro``, ``ovr``)."""

METRICS: Mapping[str, Metric] = {
    metric.name: metric for metric in (*REGRESSION_METRICS, *CLASS_METRICS)
}
"""Every metric by its name."""
