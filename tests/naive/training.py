"""The training of one lane in float64, sample by sample."""

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from neuroevo.learning import Architecture, Network, Optimization, samples_seen
from neuroevo.learning.lanes import Lane
from neuroevo.learning.starting_weights import starting_parameters
from neuroevo.learning.training import SampleStream
from tests.naive.dropout import dropout_factors, dropout_key
from tests.naive.networks import forward, gradient
from tests.naive.optimizers import regularised, scheduled, stepped

Array = npt.NDArray[Any]


def train(architecture: Architecture, lane: Lane, stream: SampleStream) -> tuple[Array, Array]:
    """Train a network with the kernel's numbers; returns its curve and its parameters."""
    rate = _rounded(lane.learning_rate, stream)
    chosen = _in_precision(lane.optimization, stream)
    parameters = _start(architecture, lane, stream)
    budget = len(stream.order)
    key = dropout_key(stream.seed, lane.replicate)
    factors = dropout_factors(key, lane.optimization.dropout, architecture, budget)
    batch: list[Array] = []
    gradients: list[Array] = []
    curve: list[float] = []
    best, stopped = parameters, False
    for position, sample in enumerate(stream.order):
        begin = position - len(batch)
        weight = stream.training.weights[sample] if len(stream.training.weights) else 1
        batch.append(
            weight
            * gradient(
                architecture,
                Network(architecture, parameters).layers,
                stream.training.inputs[sample].astype(np.float64),
                stream.training.targets[sample].astype(np.float64),
                [layer[position] for layer in factors] if chosen.dropout else (),
            )
        )
        if len(batch) == chosen.batch_size or position + 1 == budget:
            mean = np.mean(batch, axis=0)
            gradients.append(regularised(mean, parameters, chosen))
            if not stopped:
                share = scheduled(chosen, begin / budget)
                parameters = stepped(parameters, np.array(gradients), rate * share, chosen)
            batch = []
        if position + 1 in stream.samples_seen:
            error = mean_squared_error(architecture, parameters, stream)
            if stream.settings.patience and stream.settings.restore_best:
                if stopped:
                    error = min(curve)
                elif error < min(curve, default=np.inf):
                    best = parameters
            curve.append(error)
            stopped = stopped or _stops(curve, stream, chosen.batch_size)
    if stream.settings.patience and stream.settings.restore_best:
        curve[-1], parameters = min(curve), best
    return np.array(curve), parameters


def mean_squared_error(
    architecture: Architecture, parameters: Array, stream: SampleStream
) -> float:
    """Compute the squared error, averaged over outputs and, with weights, validation samples."""
    layers = Network(architecture, parameters).layers
    _, activations = forward(architecture, layers, stream.validation.inputs.astype(np.float64))
    squares = np.mean((activations[-1] - stream.validation.targets) ** 2, axis=1)
    weights = stream.validation.weights
    return float(np.average(squares, weights=weights if len(weights) else None))


def _stops(curve: list[float], stream: SampleStream, batch_size: int) -> bool:
    """Whether the lane reaches the target, or loses patience, at the last point of its curve."""
    settings = stream.settings
    if settings.stop_at_target and curve[-1] <= settings.target_mse:
        return True
    if not settings.patience:
        return False
    gain, last = (stream.samples_seen[place] for place in (np.argmin(curve), len(curve) - 1))
    return _points_with_an_update(gain, last, batch_size) >= settings.patience


def _points_with_an_update(first: int, last: int, batch_size: int) -> int:
    """Count the points after the first number of samples that come after another update.

    The points are those of a curve without a limit, whose budget ends later.
    """
    points = [int(point) for point in samples_seen(2 * last) if point <= last]
    before = {point: previous for previous, point in pairwise([0, *points])}
    return sum(
        point // batch_size > before[point] // batch_size for point in points if point > first
    )


def _start(architecture: Architecture, lane: Lane, stream: SampleStream) -> Array:
    start = starting_parameters(architecture, lane.starting_weights, stream.seed, lane.replicate)
    return start.astype(stream.settings.precision).astype(np.float64)


def _in_precision(optimization: Optimization, stream: SampleStream) -> Optimization:
    """Round every number like the kernel."""
    names = ("momentum", "rho", "beta1", "beta2", "epsilon", "weight_decay", "l2")
    return optimization.model_copy(
        update={name: _rounded(getattr(optimization, name), stream) for name in names}
    )


def _rounded(number: float, stream: SampleStream) -> float:
    return float(np.dtype(stream.settings.precision).type(number))
