"""scikit-learn: MLPRegressor goes once over the samples with batch_size=1, by SGD.

Its Adam adds epsilon before the squared gradients' bias is corrected, not after it, and so is
another training than the others'.
"""

from sklearn.neural_network import MLPRegressor

from experiments.benchmarks.exercise import Exercise, Floats, Training, vectors


def training(exercise: Exercise) -> Training:
    """Prepare the training of the first network."""
    activation = exercise.case.activation
    regressor = MLPRegressor(
        hidden_layer_sizes=exercise.case.architecture.hidden,
        activation="identity" if activation == "linear" else activation,
        solver="sgd",
        alpha=0.0,
        batch_size=1,
        learning_rate_init=exercise.learning_rate,
        momentum=0.0,
        nesterovs_momentum=False,
        shuffle=False,
    )
    regressor.partial_fit(exercise.inputs[:1], exercise.targets[:1])  # makes the weights' arrays
    for layer, (weights, biases) in enumerate(exercise.start(0)):
        regressor.coefs_[layer][:] = weights
        regressor.intercepts_[layer][:] = biases

    def train() -> Floats:
        regressor.partial_fit(exercise.inputs, exercise.targets)
        return vectors(list(zip(regressor.coefs_, regressor.intercepts_, strict=True)))

    return train
