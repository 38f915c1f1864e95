import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from neuroevo.errors import UsageError
from neuroevo.evaluation.packing import pack
from neuroevo.evaluation.phenotype import phenotype_of
from neuroevo.experiment import Experiment
from neuroevo.experiment.memory import memory
from neuroevo.learning import Architecture, DataSize
from neuroevo.learning.lanes import Lane
from neuroevo.learning.training import compile_kernel, sample_stream, train
from tests.replicates import replicates_of

TASK = {"kind": "mouse"}

TOO_LARGE: list[tuple[dict[str, Any], str]] = [
    ({"space": {"hidden": [1024] * 64}}, "space.hidden"),
    ({"space": {"hidden": {"count": [0, 64], "width": [1, 1024]}}}, "space.hidden"),
    ({"space": {"hidden": [[3], [1024] * 9]}}, "space.hidden"),
    ({"space": {"hidden": [[[1024, "tanh"]] * 9]}}, "space.hidden"),
    ({"space": {"hidden": [512] * 2}, "training": {"replicates": 9000}}, "training.replicates"),
    (
        {"evolution": {"population": 99_999}, "training": {"replicates": 999}},
        "evolution.population",
    ),
]


def asked(experiment: Experiment) -> int:
    """Return the estimated memory of an experiment in bytes."""
    hidden, population = experiment.space.genes["hidden"], experiment.evolution.population
    size = experiment.network_task.load().data_set.size
    return sum(memory(size, hidden, experiment.training, population).values())


def taken(work: Callable[[], object]) -> int:
    """Return the peak memory that a function allocates, in bytes."""
    tracemalloc.start()
    try:
        result = work()  # kept until the peak is read
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    del result
    return peak


@pytest.mark.parametrize(("tables", "key"), TOO_LARGE)
def test_too_much_memory_is_refused(tables: dict[str, Any], key: str) -> None:
    """Each setting is within its bounds, all together are not; the largest is reported."""
    with pytest.raises(UsageError) as caught:
        Experiment(**{"task": TASK} | tables)
    [problem] = caught.value.problems
    assert problem.startswith(f"{key}: must leave the experiment with at most 4.0 GB of memory")


def test_too_much_memory_for_large_data_is_refused() -> None:
    """An experiment that loads is refused once its data turn out to be too large."""
    tables: dict[str, Any] = {
        "evolution": {"population": 99_999},
        "training": {"samples": 99_999_999},
    }
    experiment = Experiment.of({"task": TASK} | tables)
    experiment.check_memory(DataSize(900_000, 999_999, 2, 2))
    with pytest.raises(UsageError, match=r"^task: must leave the experiment"):
        experiment.check_memory(DataSize(9_000_000, 9_999_999, 2, 2))


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize(
    "task",
    [{"count": 200_000, "jitter": 1.0}, {"count": 200_000, "positions": "uniform"}, {"grid": 400}],
)
def test_data_take_no_more_memory_than_estimated(task: dict[str, Any], precision: str) -> None:
    """Making, converting and shuffling the data stays within the estimate."""
    for samples in (1, 300_000):
        training = {"samples": samples, "precision": precision}
        experiment = Experiment.of({"task": TASK | task, "training": training})
        peak = taken(partial(_prepare_samples, experiment))
        assert asked(experiment) / 10 < peak < asked(experiment)


def _prepare_samples(experiment: Experiment) -> object:
    return sample_stream(experiment.network_task.load().data_set, experiment.training, (0,))


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_training_takes_no_more_memory_than_estimated(optimizer: str, precision: str) -> None:
    """A bundle of the largest networks trains within the estimate."""
    tables: dict[str, Any] = {
        "task": TASK | {"count": 10},
        "space": {"hidden": [[3], [256] * 4]},
        "training": {"samples": 2, "precision": precision, "optimizer": optimizer},
    }
    experiment = Experiment(**tables)
    stream = sample_stream(experiment.network_task.load().data_set, experiment.training, (0,))
    compile_kernel(experiment.training.precision)
    network = Architecture(inputs=2, hidden=(256,) * 4, outputs=2, activation="tanh")
    lanes = [Lane(number, 0.01, experiment.training) for number in range(16)]
    peak = taken(lambda: train(network, lanes, stream))
    assert asked(experiment) / 10 < peak < asked(experiment)


def test_a_generation_takes_no_more_memory_than_estimated() -> None:
    """Genomes, networks and replicates of a population stay within the estimate."""
    settings: dict[str, Any] = {
        "evolution": {"population": 500},
        "training": {"replicates": 100},
    }
    experiment = Experiment.of({"task": TASK} | settings)
    rng = np.random.default_rng(0)

    def prepare() -> object:
        genomes = [experiment.space.sample(rng) for _ in range(500)]
        networks = {
            place: phenotype_of(genome, (2, 2), experiment.training)
            for place, genome in enumerate(genomes)
        }
        return genomes, networks, pack(networks, replicates_of(networks, range(100)), 16)

    assert asked(experiment) / 10 < taken(prepare) < asked(experiment)
