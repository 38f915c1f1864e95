"""jax: lax.scan over the batches, vmap over the networks, compiled for this very topology."""
# ruff: noqa: ANN401 - what jax traces has no types where jax is not installed

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import numpy as np
from jax import numpy as jnp

from experiments.benchmarks.exercise import Exercise, Floats, vectors
from experiments.benchmarks.peers import CompiledTraining

_ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "linear": lambda x: x,
    "tanh": jnp.tanh,
    "relu": jax.nn.relu,
}


def compiled(exercise: Exercise) -> CompiledTraining:
    """Prepare the training of all networks."""
    starts = [exercise.start(network) for network in range(exercise.networks)]
    stacked = jax.tree.map(lambda *parts: np.stack(parts), *starts)
    with jax.enable_x64(exercise.case.precision == "float64"):
        arguments = jax.device_put((stacked, *_batches(exercise)))
        start = time.perf_counter()
        train_all = jax.vmap(partial(_train, exercise), in_axes=(0, None, None))
        program = jax.jit(train_all).lower(*arguments).compile()
        seconds = time.perf_counter() - start

    def train() -> Floats:
        return vectors(jax.device_get(program(*arguments)))

    return CompiledTraining(train, seconds)


def _train(exercise: Exercise, layers: Any, inputs: Any, targets: Any) -> Any:
    gradients = jax.grad(partial(_loss, exercise))
    state, update = _OPTIMIZERS[exercise.case.optimizer](exercise, layers)

    def learn(carried: Any, sample: Any) -> Any:
        layers, state = carried
        return update(layers, gradients(layers, *sample), state), None

    ((layers, _), _) = jax.lax.scan(learn, (layers, state), (inputs, targets))
    return layers


def _batches(exercise: Exercise) -> tuple[Floats, Floats]:
    """Return inputs and targets, a row for each step; a step of one sample has no batch axis."""
    size = exercise.case.batch_size
    if size == 1:
        return exercise.inputs, exercise.targets
    inputs, targets = zip(*exercise.batches, strict=True)
    return np.stack(inputs), np.stack(targets)


def _loss(exercise: Exercise, layers: Any, values: Any, target: Any) -> Any:
    activation = _ACTIVATIONS[exercise.case.activation]
    *hidden, (output_weights, output_biases) = layers
    for weights, biases in hidden:
        values = activation(values @ weights + biases)
    outputs = values @ output_weights + output_biases
    if exercise.loss == "cross_entropy":
        return -jnp.sum(target * jax.nn.log_softmax(outputs)) / exercise.case.batch_size
    return 0.5 * jnp.sum((outputs - target) ** 2) / exercise.case.batch_size


def _sgd(exercise: Exercise, _: Any) -> Any:
    def update(layers: Any, gradients: Any, state: Any) -> Any:
        rate = exercise.learning_rate
        return jax.tree.map(lambda part, slope: part - rate * slope, layers, gradients), state

    return (), update


def _adam(exercise: Exercise, layers: Any) -> Any:
    adam, rate = exercise.optimization, exercise.learning_rate
    zeros = jax.tree.map(jnp.zeros_like, layers)

    def update(layers: Any, gradients: Any, state: Any) -> Any:
        count, means, squares = state
        count += 1
        means = jax.tree.map(
            lambda mean, slope: adam.beta1 * mean + (1 - adam.beta1) * slope, means, gradients
        )
        squares = jax.tree.map(
            lambda square, slope: adam.beta2 * square + (1 - adam.beta2) * slope * slope,
            squares,
            gradients,
        )
        step = rate / (1 - adam.beta1**count)
        correction = jnp.sqrt(1 - adam.beta2**count)
        layers = jax.tree.map(
            lambda part, mean, square: (
                part - step * mean / (jnp.sqrt(square) / correction + adam.epsilon)
            ),
            *(layers, means, squares),
        )
        return layers, (count, means, squares)

    return (jnp.zeros((), exercise.case.precision), zeros, zeros), update


_OPTIMIZERS = {"sgd": _sgd, "adam": _adam}
