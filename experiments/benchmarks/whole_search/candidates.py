"""The configurations that Optuna asks for, and after how many samples scikit-learn has learnt.

Each is trained as neuroevo trains it: the same samples in the same order, one a step, from the same
starting weights, validated at the same points. A training ends at the target, as nothing after it
counts here.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from sklearn.neural_network import MLPRegressor

from experiments.benchmarks.mouse import Mouse, scores_of
from neuroevo.evaluation import phenotype_of
from neuroevo.evaluation.phenotype import Phenotype
from neuroevo.learning import Network
from neuroevo.learning.starting_weights import starting_parameters
from neuroevo.learning.training import SampleStream, train
from neuroevo.space import Choice, Float, Layers

Configuration = Mapping[str, Any]

SAMPLES = "samples"
"""The user attribute of a trial with the number of samples that all its networks have seen."""

WORST = 1e9
"""The worst value of a trial, in place of an infinity, for which journals have no number."""

_ACTIVATIONS = {"linear": "identity", "sigmoid": "logistic"}  # scikit-learn's names, if not ours


def suggested(trial: Any, mouse: Mouse) -> Configuration:  # noqa: ANN401 - Optuna may be missing
    """Ask a trial of Optuna for a configuration of the experiment's space."""
    genes = mouse.experiment.space.genes
    hidden, rate, activation = genes["hidden"], genes["learning_rate"], genes["activation"]
    if not (
        isinstance(hidden, Layers) and isinstance(rate, Float) and isinstance(activation, Choice)
    ):
        raise TypeError("the experiment must have the default space")
    count = trial.suggest_int("layers", *hidden.count)
    for place in range(count):
        trial.suggest_int(f"width{place}", *hidden.width, log=True)
    trial.suggest_float("learning_rate", rate.low, rate.high, log=True)
    trial.suggest_categorical("activation", activation.options)
    return configuration_of(trial.params)


def configuration_of(parameters: Mapping[str, Any]) -> Configuration:
    """Return the configuration that a trial's parameters describe."""
    widths = (parameters[f"width{place}"] for place in range(parameters["layers"]))
    return {
        "hidden": tuple(widths),
        "learning_rate": parameters["learning_rate"],
        "activation": parameters["activation"],
    }


def objective(trial: Any, mouse: Mouse) -> float:  # noqa: ANN401 - as above
    """Return the median samples to the target of a trial's configuration, over the replicates."""
    samples, seen = samples_to_target(suggested(trial, mouse), mouse)
    trial.set_user_attr(SAMPLES, seen)
    return min(samples, WORST)


def samples_to_target(configuration: Configuration, mouse: Mouse) -> tuple[float, int]:
    """Train a configuration with scikit-learn from each of its starting weights.

    Returns
    -------
    The median samples to the target, infinite if most diverge; and how many samples were seen.
    """
    stream = mouse.stream("float64")
    phenotype = phenotype_of(configuration, stream.layer_ends, stream.settings)
    replicates = range(stream.settings.replicates)
    return _worth([list(_curve(phenotype, stream, replicate)) for replicate in replicates], stream)


def by_kernel(configuration: Configuration, mouse: Mouse) -> tuple[float, int]:
    """Compute with the kernel what `samples_to_target` returns, which is quicker.

    Of networks that diverge it sees a few samples less.
    """
    stream = mouse.stream("float64")
    phenotype = phenotype_of(configuration, stream.layer_ends, stream.settings)
    lanes = [phenotype.lane(replicate) for replicate in range(stream.settings.replicates)]
    curves = train(phenotype.architecture, lanes, stream).curves
    ends = (curves <= stream.settings.target_mse) | ~np.isfinite(curves)
    ends[:, -1] = True
    lengths = ends.argmax(axis=1) + 1
    shortened = (curve[:length] for curve, length in zip(curves, lengths, strict=True))
    return _worth([curve.tolist() for curve in shortened], stream)


def _worth(curves: list[list[float]], stream: SampleStream) -> tuple[float, int]:
    seen = sum(int(stream.samples_seen[len(curve) - 1]) for curve in curves)
    return scores_of(curves, stream).samples_to_target, seen


def _curve(phenotype: Phenotype, stream: SampleStream, replicate: int) -> Iterator[float]:
    """Give the validation MSE at each point, till it is at the target or not finite."""
    network = _network(phenotype, stream, replicate)
    inputs, targets = stream.training.inputs, stream.training.targets
    validation = stream.validation
    for before, after in pairwise([0, *stream.samples_seen.tolist()]):
        rows = stream.order[before:after]
        try:
            network.partial_fit(inputs[rows], targets[rows])
        except ValueError:  # what scikit-learn says of weights that are not finite
            yield np.inf
            return
        errors = network.predict(validation.inputs) - validation.targets
        mse = float(np.mean(errors**2))
        yield mse
        if mse <= stream.settings.target_mse:
            return


def _network(phenotype: Phenotype, stream: SampleStream, replicate: int) -> MLPRegressor:
    """Make a network with the starting weights of a replicate."""
    architecture = phenotype.architecture
    [activation] = set(architecture.activations)
    network = MLPRegressor(
        hidden_layer_sizes=architecture.hidden,
        activation=_ACTIVATIONS.get(activation, activation),
        solver="sgd",
        alpha=0.0,
        batch_size=1,
        learning_rate_init=phenotype.learning_rate,
        momentum=0.0,
        nesterovs_momentum=False,
        shuffle=False,
    )
    inputs, targets, _ = stream.training
    network.partial_fit(inputs[:1], targets[:1])  # makes the arrays
    parameters = starting_parameters(architecture, "uniform", stream.seed, replicate)
    for layer, (weights, biases) in enumerate(Network(architecture, parameters).layers):
        network.coefs_[layer][:] = weights
        network.intercepts_[layer][:] = biases
    return network
