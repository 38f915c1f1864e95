"""The experiment of the mouse task with its data, and the scores of learning curves on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from neuroevo.evaluation import OBJECTIVES
from neuroevo.evaluation.objectives import MSE_FLOORS, LearningCurves
from neuroevo.experiment import Experiment, load_experiment
from neuroevo.learning import DataSet, Precision
from neuroevo.learning.training import SampleStream, sample_stream

EXPERIMENT = Path("experiments/mouse.toml")


@dataclass(frozen=True, slots=True)
class Mouse:
    """The experiment and its data."""

    experiment: Experiment
    data: DataSet

    def stream(self, precision: Precision, seeds: int = 0) -> SampleStream:
        """Return the samples in their order, of the search or of other seeds."""
        settings = self.experiment.training.replace(precision=precision)
        return sample_stream(self.data, settings, (self.experiment.seed, seeds))


@cache
def mouse(*overrides: str) -> Mouse:
    """Load the experiment with some settings replaced, such as ``training.samples=100``."""
    experiment = load_experiment(EXPERIMENT, overrides)
    return Mouse(experiment, experiment.network_task.load().data_set)


@dataclass(frozen=True, slots=True)
class Scores:
    """What a configuration is worth: medians over its replicates."""

    samples_to_target: float  # beyond the budget it was not reached
    budget: int
    final_mse: float  # infinite if most have diverged

    @property
    def is_reached(self) -> bool:
        """Whether most replicates reach the target."""
        return self.samples_to_target <= self.budget

    def texts(self) -> tuple[str, str]:
        """Return the samples to the target and the final MSE as texts."""
        if not np.isfinite(self.final_mse):
            return "diverged", "diverged"
        samples = f"{self.samples_to_target:,.0f}" if self.is_reached else "not reached"
        floor = self.final_mse <= MSE_FLOORS["float32"]
        return samples, "≤ 1e-14" if floor else f"{self.final_mse:.1e}"


def scores_of(curves: Iterable[Iterable[float | None]], stream: SampleStream) -> Scores:
    """Return the scores of learning curves, one for each replicate.

    Parameters
    ----------
    curves
        Validation MSE at the first points of the stream; not finite, or None, once a network has
        diverged. A curve with fewer points than the stream ends at the target, or there.
    stream
        Of the trainings.
    """
    known = [np.array([*curve], dtype=np.float64) for curve in curves]
    for curve in known:
        curve[np.isnan(curve)] = np.inf
    samples = [_samples_to_target(curve, stream) for curve in known]
    final = float(np.median([curve[-1] for curve in known]))
    budget = stream.settings.samples
    return Scores(float(np.median(samples)), budget, max(final, MSE_FLOORS["float32"]))


def _samples_to_target(curve: npt.NDArray[np.float64], stream: SampleStream) -> float:
    measured = LearningCurves(
        samples_seen=stream.samples_seen[: len(curve)],
        mse=curve[np.newaxis],
        target_mse=stream.settings.target_mse,
        parameter_count=0,
        target_variance=np.ones(1),
    )
    return float(OBJECTIVES["samples_to_target"].scores(measured)[0])
