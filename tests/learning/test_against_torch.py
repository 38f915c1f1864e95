"""Training in lanes against PyTorch, with the same samples and starting weights."""

from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from neuroevo.learning import (
    ACTIVATIONS,
    OPTIMIZERS,
    Architecture,
    DataSet,
    Loss,
    Network,
    Optimization,
    Optimizer,
    Schedule,
    TrainingSettings,
)
from neuroevo.learning.lanes import Lane
from neuroevo.learning.starting_weights import starting_parameters
from neuroevo.learning.training import SampleStream, sample_stream, train
from tests import naive
from tests.naive.dropout import dropout_key

pytestmark = pytest.mark.skipif(
    find_spec("torch") is None, reason="needs PyTorch, a peer that `make peers` installs"
)

SEED = (11, 0)
STEPS, MORE_STEPS = 100, 200
ARCHITECTURE = Architecture(inputs=3, hidden=(6, 5), outputs=2, activation=("tanh", "silu"))
CLASSIFIER = ARCHITECTURE.model_copy(update={"outputs": 3, "output": "softmax"})
CHOSEN: dict[Optimizer, Optimization] = {
    "sgd": Optimization(),
    "momentum": Optimization(optimizer="momentum", momentum=0.7),
    "nesterov": Optimization(optimizer="nesterov", momentum=0.8),
    "adagrad": Optimization(optimizer="adagrad", epsilon=1e-4),
    "rmsprop": Optimization(optimizer="rmsprop", rho=0.85, epsilon=1e-3),
    "adam": Optimization(optimizer="adam", beta1=0.8, beta2=0.95, epsilon=1e-5),
    "adamw": Optimization(optimizer="adamw", beta1=0.7, beta2=0.9, epsilon=1e-6, weight_decay=0.3),
}
"""Each optimizer with parameters that are not the default."""

Array = npt.NDArray[np.float64]
Factors = Callable[[int], list[Any]]
Stops = Callable[[int, Any], bool]
"""Whether training ends, given how many samples were seen and the layers."""


def torch() -> Any:  # noqa: ANN401 - PyTorch need not be there
    """Import PyTorch, which takes seconds, in the process that needs it."""
    return import_module("torch")


def peer(lane: Lane, parameters: list[Any]) -> Any:  # noqa: ANN401 - PyTorch need not be there
    """Make PyTorch's optimizer for a lane."""
    chosen, optim = lane.optimization, torch().optim
    momentum = {"momentum": chosen.momentum}
    epsilon = {"eps": chosen.epsilon}
    adaptive = {**epsilon, "betas": (chosen.beta1, chosen.beta2)}
    decay = chosen.weight_decay if chosen.optimizer == "adamw" else chosen.l2
    kinds: dict[Optimizer, tuple[Any, dict[str, Any]]] = {
        "sgd": (optim.SGD, {}),
        "momentum": (optim.SGD, momentum),
        "nesterov": (optim.SGD, {**momentum, "nesterov": True}),
        "adagrad": (optim.Adagrad, epsilon),
        "rmsprop": (optim.RMSprop, {**epsilon, "alpha": chosen.rho}),
        "adam": (optim.Adam, adaptive),
        "adamw": (optim.AdamW, adaptive),
    }
    kind, arguments = kinds[chosen.optimizer]
    return kind(parameters, lr=lane.learning_rate, weight_decay=decay, **arguments)


def scheduler_of(lane: Lane, optimizer: Any, steps: int) -> Any:  # noqa: ANN401 - PyTorch need not be there
    """Make PyTorch's learning rate scheduler for a lane."""
    schedulers, end = torch().optim.lr_scheduler, lane.optimization.end_factor
    match lane.optimization.schedule:
        case "constant":
            return schedulers.ConstantLR(optimizer, factor=1)
        case "cosine":
            lowest = end * lane.learning_rate
            return schedulers.CosineAnnealingLR(optimizer, steps, eta_min=lowest)
        case "exponential":
            return schedulers.ExponentialLR(optimizer, end ** (1 / steps))


def outputs_of(architecture: Architecture, layers: Any, inputs: Any, factors: list[Any]) -> Any:  # noqa: ANN401 - PyTorch need not be there
    """Compute the sums of the last layer, with the dropout factors of hidden units."""
    values = inputs
    for number, (weights, biases) in enumerate(layers):
        values = values @ weights + biases
        if number < len(architecture.hidden):
            values = activation(architecture.activations[number])(values)
            values = values * factors[number] if factors else values
    return values


def activation(name: str) -> Any:  # noqa: ANN401 - PyTorch need not be there
    """Return PyTorch's function of this name."""
    if name == "linear":
        return torch().nn.Identity()
    return (
        torch().nn.LeakyReLU(0.1) if name == "leaky_relu" else getattr(torch().nn.functional, name)
    )


def loss_of(architecture: Architecture, outputs: Any, targets: Any) -> Any:  # noqa: ANN401 - PyTorch need not be there
    """Compute the loss of each sample of a batch."""
    if architecture.output == "softmax":
        return torch().nn.functional.cross_entropy(outputs, targets, reduction="none")
    return ((outputs - targets) ** 2).sum(dim=1) / 2


def batches(stream: SampleStream, size: int) -> Iterator[slice]:
    """Split the stream into batches."""
    return (slice(first, first + size) for first in range(0, len(stream.order), size))


def trained_by_torch(
    architecture: Architecture,
    lane: Lane,
    stream: SampleStream,
    factors: Factors | None = None,
    stops: Stops = lambda *_: False,
) -> Array:
    """Train with PyTorch until it stops; returns the parameter vector."""
    start = starting_parameters(architecture, lane.starting_weights, SEED, lane.replicate)
    layers = [
        (torch().tensor(weights, requires_grad=True), torch().tensor(biases, requires_grad=True))
        for weights, biases in Network(architecture, start).layers
    ]
    parameters = [tensor for layer in layers for tensor in layer]
    inputs = torch().tensor(stream.training.inputs[stream.order])
    targets = torch().tensor(stream.training.targets[stream.order])
    weights = (
        stream.training.weights
        if len(stream.training.weights)
        else np.ones(len(stream.training.inputs))
    )
    weight = torch().tensor(weights[stream.order])
    optimizer = peer(lane, parameters)
    size, greatest_norm = lane.optimization.batch_size, lane.optimization.max_gradient_norm
    scheduler = scheduler_of(lane, optimizer, -(-len(stream.order) // size))
    for number, batch in enumerate(batches(stream, size)):
        optimizer.zero_grad()
        dropout_factors = factors(number) if factors else []
        outputs = outputs_of(architecture, layers, inputs[batch], dropout_factors)
        (weight[batch] * loss_of(architecture, outputs, targets[batch])).mean().backward()
        if greatest_norm > 0:
            torch().nn.utils.clip_grad_norm_(parameters, greatest_norm)
        optimizer.step()
        scheduler.step()
        if stops(min(batch.stop, len(inputs)), layers):
            break
    return vector_of(layers)


def vector_of(layers: Any) -> Array:  # noqa: ANN401 - PyTorch's
    """Copy the parameters into a vector."""
    return naive.vector([(w.detach().numpy().copy(), b.detach().numpy().copy()) for w, b in layers])


def stream_of(
    data: DataSet, batch_size: int, architecture: Architecture, steps: int = STEPS
) -> SampleStream:
    """Draw samples for all steps."""
    loss: Loss = "cross_entropy" if architecture.output == "softmax" else "squared_error"
    settings = TrainingSettings(samples=steps * batch_size, precision="float64", loss=loss)
    return sample_stream(data, settings, SEED)


def assert_agree(
    data: DataSet,
    chosen: Optimization,
    architecture: Architecture = ARCHITECTURE,
    steps: int = STEPS,
) -> None:
    """Compare the parameters after all steps."""
    stream = stream_of(data, chosen.batch_size, architecture, steps)
    lane = Lane(3, 0.02, chosen, "glorot")
    ours = train(architecture, [lane], stream).parameters[0]
    theirs = trained_by_torch(architecture, lane, stream)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


def with_(optimizer: Optimizer, **changes: Any) -> Optimization:  # noqa: ANN401 - any parameter
    """Return an optimizer with its parameters and some changes."""
    return CHOSEN[optimizer].model_copy(update=changes)


@pytest.mark.parametrize("batch_size", [1, 7])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer(optimizer: Optimizer, batch_size: int, data: DataSet) -> None:
    """After 100 steps with batches of any size, the parameters are PyTorch's."""
    assert_agree(data, with_(optimizer, batch_size=batch_size))


@pytest.mark.parametrize("optimizer", [name for name in OPTIMIZERS if name != "adamw"])
def test_l2_is_the_weight_decay_of_torch(optimizer: Optimizer, data: DataSet) -> None:
    """PyTorch's weight decay, except for AdamW, is the L2 penalty, also of biases."""
    assert_agree(data, with_(optimizer, l2=0.05, batch_size=3))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_clipping(optimizer: Optimizer, data: DataSet) -> None:
    """Gradients are clipped like `clip_grad_norm_` does, before the penalty is added."""
    l2 = 0 if optimizer == "adamw" else 0.02
    assert_agree(data, with_(optimizer, max_gradient_norm=0.3, batch_size=2, l2=l2))


@pytest.mark.parametrize("batch_size", [1, 4])
@pytest.mark.parametrize("schedule", ["cosine", "exponential"])
@pytest.mark.parametrize("optimizer", ["sgd", "nesterov", "adamw"])
def test_schedules(
    optimizer: Optimizer, schedule: Schedule, batch_size: int, data: DataSet
) -> None:
    """Learning rates are those of `CosineAnnealingLR` and `ExponentialLR`."""
    assert_agree(data, with_(optimizer, schedule=schedule, end_factor=0.05, batch_size=batch_size))


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_cross_entropy_of_softmax(optimizer: Optimizer, classes: DataSet) -> None:
    """Softmax outputs are trained with the gradient of PyTorch's `cross_entropy`."""
    assert_agree(classes, with_(optimizer, batch_size=5), CLASSIFIER)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name: str, data: DataSet) -> None:
    """Activations are the same functions as in PyTorch."""
    architecture = Architecture.of(ARCHITECTURE.model_dump() | {"activation": name})
    assert_agree(data, with_("sgd"), architecture)


@pytest.mark.parametrize("batch_size", [1, 4])
def test_dropout_with_autograd(batch_size: int, data: DataSet) -> None:
    """With the same units dropped, PyTorch's autograd leads to the same parameters."""
    lane = Lane(3, 0.1, Optimization(dropout=0.3, batch_size=batch_size), "glorot")
    stream = stream_of(data, batch_size, ARCHITECTURE)
    masks = naive.dropout_factors(dropout_key(SEED, 3), 0.3, ARCHITECTURE, len(stream.order))
    every = list(batches(stream, batch_size))

    def factors(batch: int) -> list[Any]:
        return [torch().tensor(layer[every[batch]]) for layer in masks]

    ours = train(ARCHITECTURE, [lane], stream).parameters[0]
    theirs = trained_by_torch(ARCHITECTURE, lane, stream, factors)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("batch_size", [1, 7])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_sample_weights(optimizer: Optimizer, batch_size: int, weighted: DataSet) -> None:
    """The loss of each sample is multiplied by its weight, scaled to a mean of 1."""
    assert_agree(weighted, with_(optimizer, batch_size=batch_size), steps=MORE_STEPS)


@pytest.mark.parametrize("restore_best", [False, True])
def test_patience_with_sample_weights(*, restore_best: bool, weighted: DataSet) -> None:
    """PyTorch stopped at the same point of the curve, within 200 steps, has the same weights."""
    size, patience, budget = 5, 4, 5 * MORE_STEPS
    lane = Lane(3, 0.05, with_("adam", batch_size=size), "glorot")
    settings = TrainingSettings(
        samples=budget, precision="float64", patience=patience, restore_best=restore_best
    )
    stream = sample_stream(weighted, settings, SEED)
    start = starting_parameters(ARCHITECTURE, lane.starting_weights, SEED, lane.replicate)
    # At points after another update, and at the first one.
    errors = [naive.mean_squared_error(ARCHITECTURE, start, stream)]
    kept = [start]

    def stops(seen: int, layers: Any) -> bool:  # noqa: ANN401 - PyTorch's
        points = stream.samples_seen
        if not ((points >= seen) & (points < seen + size)).any():
            return False
        with torch().no_grad():
            inputs = torch().tensor(stream.validation.inputs)
            outputs = outputs_of(ARCHITECTURE, layers, inputs, []).numpy()
        squares = np.mean((outputs - stream.validation.targets) ** 2, axis=1)
        errors.append(float(np.average(squares, weights=stream.validation.weights)))
        kept.append(vector_of(layers))
        return seen < budget and len(errors) - 1 - int(np.argmin(errors)) >= patience

    last = trained_by_torch(ARCHITECTURE, lane, stream, stops=stops)
    assert 0 < np.argmin(errors) < len(errors) - 1
    assert len(errors) - 1 - np.argmin(errors) == patience
    expected = kept[int(np.argmin(errors))] if restore_best else last
    trained = train(ARCHITECTURE, [lane], stream)
    np.testing.assert_allclose(trained.parameters[0], expected, rtol=1e-9, atol=1e-9)
    shown = min(errors) if restore_best else errors[-1]
    assert trained.curves[0, -1] == pytest.approx(shown, rel=1e-9)
