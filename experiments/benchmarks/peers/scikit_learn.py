"""scikit-learn: MLPRegressor or MLPClassifier goes once over the samples, in batches.

Its Adam adds epsilon before the squared gradients' bias is corrected, not after it, and so is
another training than the others'.
"""

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

from experiments.benchmarks.exercise import Exercise, Floats, Training, vectors


def training(exercise: Exercise) -> Training:
    """Prepare the training of the first network."""
    activation = exercise.case.activation
    is_classifier = exercise.loss == "cross_entropy"
    network = (MLPClassifier if is_classifier else MLPRegressor)(
        hidden_layer_sizes=exercise.case.architecture.hidden,
        activation="identity" if activation == "linear" else activation,
        solver=exercise.case.optimizer,
        alpha=0.0,
        batch_size=exercise.case.batch_size,
        learning_rate_init=exercise.learning_rate,
        momentum=0.0,
        nesterovs_momentum=False,
        shuffle=False,
    )
    targets = exercise.targets.argmax(axis=1) if is_classifier else exercise.targets
    if targets.shape[1:] == (1,):
        targets = targets[:, 0]
    classes = {"classes": np.arange(exercise.targets.shape[1])} if is_classifier else {}
    first = slice(exercise.case.batch_size)
    network.partial_fit(exercise.inputs[first], targets[first], **classes)  # makes the arrays
    for layer, (weights, biases) in enumerate(exercise.start(0)):
        network.coefs_[layer][:] = weights
        network.intercepts_[layer][:] = biases

    def train() -> Floats:
        network.partial_fit(exercise.inputs, targets)
        return vectors(list(zip(network.coefs_, network.intercepts_, strict=True)))

    return train
