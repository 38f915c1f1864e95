"""What all of Optuna's search takes, whatever the machine has to do besides.

A trial of scikit-learn has the value that the kernel computes for it. So the same search with the
kernel says how many trials it needs, and how many samples their networks see, for several seeds.
How long scikit-learn takes for a sample is measured.
"""

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from experiments.benchmarks.fitting.studies import study_of
from experiments.benchmarks.measuring import say
from experiments.benchmarks.mouse import Mouse, mouse
from experiments.benchmarks.whole_search.candidates import (
    WORST,
    by_kernel,
    samples_to_target,
    suggested,
)
from experiments.benchmarks.whole_search.searches import Recommended, recommended

_MOST_TRIALS = 2_000
_MOST_LAYERS = 4  # of the experiment's space
_WIDTH = 8  # of the layers whose time is measured; it hardly matters
_ONE_TRAINING = ("training.samples=2000", "training.replicates=1", "training.target_mse=1e-30")


@dataclass(frozen=True, slots=True)
class Replay:
    """One search, replayed with the kernel.

    Parameters
    ----------
    trials
        How many it needs until it recommends what is as good, at most 2,000.
    samples
        That all networks of its trials see.
    cpu_seconds
        That scikit-learn takes for these.
    """

    trials: int
    samples: int
    cpu_seconds: float


def replayed(task: Mouse, goal: Recommended, seed: int, costs: Mapping[int, float]) -> Replay:
    """Replay a search with a seed.

    Parameters
    ----------
    task
        The experiment.
    goal
        What it recommends is to be as good as this.
    seed
        Of the sampler.
    costs
        Number of hidden layers -> CPU seconds of a sample, see `sample_costs`.
    """
    say(f"whole search: Optuna's trials with the kernel, seed {seed}")
    target_mse, samples, cpu_seconds = task.experiment.training.target_mse, 0, 0.0
    with tempfile.TemporaryDirectory() as folder:
        study = study_of(Path(folder, "journal"), seed, direction="minimize")
        for number in range(_MOST_TRIALS):
            trial = study.ask()
            configuration = suggested(trial, task)
            value, seen = by_kernel(configuration, task)
            study.tell(trial, min(value, WORST))
            samples += seen
            cpu_seconds += seen * costs[len(configuration["hidden"])]
            if study.best_trial.number == number:
                best = recommended(configuration, task)
                if best.is_as_good_as(goal, target_mse):
                    break
    return Replay(number + 1, samples, cpu_seconds)


def sample_costs() -> dict[int, float]:
    """Measure the CPU seconds that scikit-learn takes for a sample, by the number of layers."""
    return {layers: _sample_cost((_WIDTH,) * layers) for layers in range(1, _MOST_LAYERS + 1)}


def _sample_cost(hidden: tuple[int, ...]) -> float:
    configuration = {"hidden": hidden, "learning_rate": 0.001, "activation": "tanh"}
    began = time.process_time()
    _, seen = samples_to_target(configuration, mouse(*_ONE_TRAINING))
    return (time.process_time() - began) / seen
