"""The settings of a training: budget, target, loss, replicates, starting weights, precision."""

from typing import Literal, get_args

from pydantic import Field

from neuroevo.learning.optimization import Optimization

Loss = Literal["squared_error", "cross_entropy"]
LOSSES: tuple[Loss, ...] = get_args(Loss)
"""Every loss function."""

StartingWeights = Literal["uniform", "glorot", "he"]
Precision = Literal["float32", "float64"]
MOST_SAMPLES = 100_000_000


class TrainingSettings(Optimization):
    """How each network is trained."""

    samples: int = Field(
        default=20_000, ge=1, le=MOST_SAMPLES, description="sample budget of one training"
    )
    target_mse: float = Field(
        default=1e-3, gt=0, description="validation MSE at which the task counts as learned"
    )
    replicates: int = Field(
        default=16,
        ge=1,
        le=10_000,
        description="trainings of each configuration, each from its own starting weights",
    )
    shuffle: bool = Field(
        default=True, description="take the samples in random order, a new one in each epoch"
    )
    starting_weights: StartingWeights = Field(
        default="uniform", description="uniform in ±1 as in the article, glorot or he"
    )
    biases: bool = Field(default=True, description="whether the networks have biases")
    precision: Precision = Field(default="float32", description="float32 or float64")
    loss: Loss = Field(
        default="squared_error",
        description="squared_error: ½ Σ (output - target)² with linear outputs; cross_entropy: "
        "of softmax outputs, for targets that are class probabilities",
    )
    stop_at_target: bool = Field(
        default=False, description="stop training a network that has reached target_mse"
    )
    patience: int = Field(
        default=0,
        ge=0,
        le=1_000_000,
        description="stop training a network whose validation MSE has not become lower for so many "
        "points of its learning curve; those that validation_share leaves out count as well, those "
        "without an update since the point before do not; 0: never",
    )
    restore_best: bool = Field(
        default=True,
        description="with patience, keep the weights with the lowest validation MSE, not the last",
    )
    validation_share: float = Field(
        default=1.0,
        gt=0,
        le=1,
        description="the share of the work of all networks that validation may take: learning "
        "curves have as many points as it allows, but at least 20, of 1,000 or more validation "
        "samples; 1: all points",
    )

    @property
    def restores_best(self) -> bool:
        """Whether the best weights are kept at the end of a training, not the last ones."""
        return self.restore_best and self.patience > 0
