"""The settings of a training: budget, target, replicates, starting weights, precision."""

from typing import Annotated, Literal

from pydantic import Field

from neuroevo.settings import Settings

StartingWeights = Literal["uniform", "glorot", "he"]
Precision = Literal["float32", "float64"]


class TrainingSettings(Settings):
    """How each candidate network is trained."""

    samples: Annotated[
        int, Field(ge=1, le=100_000_000, description="budget of one training, in samples seen")
    ] = 20_000
    target_mse: Annotated[
        float, Field(gt=0, description="validation MSE at which the task counts as learned")
    ] = 1e-3
    replicates: Annotated[
        int,
        Field(
            ge=1,
            le=10_000,
            description="trainings of each candidate, each from its own starting weights",
        ),
    ] = 16
    shuffle: Annotated[
        bool, Field(description="visit the samples in random order, each epoch anew")
    ] = True
    starting_weights: Annotated[
        StartingWeights, Field(description="uniform in ±1 as in the article, glorot or he")
    ] = "uniform"
    biases: Annotated[bool, Field(description="whether the networks have biases")] = True
    precision: Annotated[Precision, Field(description="float32 or float64")] = "float32"
