"""The settings of a training: budget, target, loss, replicates, starting weights, precision."""

from typing import Annotated, Literal, get_args

from pydantic import Field

from neuroevo.learning.optimization import Optimization

Loss = Literal["squared_error", "cross_entropy"]
LOSSES: tuple[Loss, ...] = get_args(Loss)
"""Every loss function."""

StartingWeights = Literal["uniform", "glorot", "he"]
Precision = Literal["float32", "float64"]


class TrainingSettings(Optimization):
    """How each network is trained."""

    samples: Annotated[
        int, Field(ge=1, le=100_000_000, description="sample budget of one training")
    ] = 20_000
    target_mse: Annotated[
        float, Field(gt=0, description="validation MSE at which the task counts as learned")
    ] = 1e-3
    replicates: Annotated[
        int,
        Field(
            ge=1,
            le=10_000,
            description="trainings of each configuration, each from its own starting weights",
        ),
    ] = 16
    shuffle: Annotated[
        bool, Field(description="take the samples in random order, a new one in each epoch")
    ] = True
    starting_weights: Annotated[
        StartingWeights, Field(description="uniform in ±1 as in the article, glorot or he")
    ] = "uniform"
    biases: Annotated[bool, Field(description="whether the networks have biases")] = True
    precision: Annotated[Precision, Field(description="float32 or float64")] = "float32"
    loss: Annotated[
        Loss,
        Field(
            description="squared_error: ½ Σ (output - target)² with linear outputs; cross_entropy: "
            "of softmax outputs, for targets that are class probabilities"
        ),
    ] = "squared_error"
    stop_at_target: Annotated[
        bool, Field(description="stop training a network that has reached target_mse")
    ] = False
