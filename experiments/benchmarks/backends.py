"""The cost of training in processes or on a Dask cluster instead of threads."""

import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from experiments.benchmarks.machine import this_machine
from experiments.benchmarks.markdown import Table, at_most
from experiments.benchmarks.measuring import interleaved, median_ratio, say
from neuroevo.errors import NeuroevoError
from neuroevo.evaluation.evaluator import Evaluator, Scoring
from neuroevo.experiment import Experiment, load_experiment
from neuroevo.learning.training import SampleStream, sample_stream
from neuroevo.strategies import Options
from neuroevo.strategies.random_search import RandomSearch
from neuroevo.workers import Workers

_EXPERIMENT = Path("experiments/mouse.toml")
_TRIALS = 256
_BUNDLES, _BUNDLE_SECONDS = 96, 0.05
_STARTUP_SECONDS = 30.0
_OVERHEAD = at_most(0.1)

Genomes = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class BackendTime:
    """Measurements of a backend; medians over the rounds."""

    backend: str
    trials_a_second: float  # random genomes of the default experiment
    bundles_a_second: float
    overhead: float  # time of the bundles to that of threads in the same round, less 1


@dataclass(frozen=True, slots=True)
class BackendsResult:
    """All measurements of this part."""

    workers: int
    bundle_seconds: float  # of an undisturbed one
    backends: tuple[BackendTime, ...]


def measure(rounds: int) -> BackendsResult:
    """Run all measurements of this part."""
    experiment = load_experiment(_EXPERIMENT)
    count = max(1, this_machine().cores - 1)
    with ExitStack() as stack:
        address = stack.enter_context(_cluster(count))
        evaluators = {
            str(workers.backend): stack.enter_context(Evaluator("float32", workers))
            for workers in (
                Workers(count, "threading"),
                Workers(count, "loky"),
                Workers(backend="dask", scheduler=address),
            )
        }
        trials = _trials(experiment)
        bundles, bundle_seconds = _bundles(experiment, evaluators["threading"])
        times = {
            name: interleaved(
                {
                    backend: partial(_seconds, evaluator, backend, *work)
                    for backend, evaluator in evaluators.items()
                },
                rounds + 1,
            )
            for name, work in {"trials": trials, "bundles": bundles}.items()
        }
    taken = {name: {key: each[1:] for key, each in found.items()} for name, found in times.items()}
    return BackendsResult(
        count,
        bundle_seconds,
        tuple(
            BackendTime(
                backend,
                _TRIALS / median(taken["trials"][backend]),
                _BUNDLES / median(taken["bundles"][backend]),
                median_ratio(taken["bundles"][backend], taken["bundles"]["threading"]) - 1,
            )
            for backend in evaluators
        ),
    )


def tables(result: BackendsResult) -> list[Table]:
    """Return the measurements as tables."""
    columns = (
        "backend",
        "trials a second",
        f"bundles of {1000 * result.bundle_seconds:.0f} ms a second",
        "overhead",
        "target",
        "verdict",
    )
    rows = tuple(
        (
            str(each.backend),
            f"{each.trials_a_second:.0f}",
            f"{each.bundles_a_second:.1f}",
            f"{each.overhead:.1%}",
            _OVERHEAD.text(".0%"),
            _OVERHEAD.verdict(each.overhead),
        )
        for each in result.backends
    )
    note = (
        f"Workers of each: {result.workers}; {_TRIALS} random genomes of {_EXPERIMENT}, and "
        f"{_BUNDLES} equal bundles, whose time is compared with that of threads in the same round. "
        "One core is left to those who hand out work: this process and Dask's scheduler."
    )
    return [Table("Backends", columns, rows, (note,))]


def _trials(experiment: Experiment) -> tuple[Genomes, SampleStream]:
    search = RandomSearch(experiment.space, Options(population_size=_TRIALS, seed=0))
    stream = sample_stream(experiment.network_task.load().data_set, experiment.training, (0, 0))
    return [candidate.genome for candidate in search.ask(_TRIALS)], stream


def _bundles(
    experiment: Experiment, threads: Evaluator
) -> tuple[tuple[Genomes, SampleStream], float]:
    """Make trials that fill a bundle each and take a given time; returns that time too."""
    data, settings = (
        experiment.network_task.load().data_set,
        experiment.training.replace(replicates=16),
    )
    genome = {"hidden": (16, 16), "activation": "tanh"}
    genomes = [{**genome, "learning_rate": 1e-4 + 1e-6 * number} for number in range(_BUNDLES)]
    samples = settings.samples
    for _ in range(2):  # once to estimate, once to check
        stream = sample_stream(data, settings.replace(samples=samples), (0, 0))
        seconds = median(_seconds(threads, "one bundle", genomes[:1], stream) for _ in range(5))
        samples, measured = round(samples * _BUNDLE_SECONDS / seconds), seconds
    return (genomes, stream), measured


def _seconds(evaluator: Evaluator, name: str, genomes: Genomes, stream: SampleStream) -> float:
    say(f"backends: {len(genomes)} trials, {name}")
    scoring = Scoring(("final_mse",), "median")
    start = time.perf_counter()
    done = dict(evaluator.evaluate(deque(genomes), (stream,), scoring))
    seconds = time.perf_counter() - start
    if len(done) < len(genomes):
        raise NeuroevoError(f"backends: {name}: must evaluate all trials, but got {len(done)}")
    return seconds


@contextmanager
def _cluster(workers: int) -> Iterator[str]:
    """Start a scheduler and its workers with Dask's own commands; yields the address."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as processes:
        file = Path(folder, "scheduler.json")
        dask = (sys.executable, "-m", "dask")
        own = ("--scheduler-file", str(file), "--no-dashboard")
        scheduler = (*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", *own)
        worker = (*dask, "worker", "--nthreads", "1", "--nworkers", str(workers), *own)
        for command in (scheduler, worker):
            child = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: S603 - Dask's own
            processes.callback(child.wait)
            processes.callback(child.terminate)
        yield _address(file, workers)


def _address(file: Path, workers: int) -> str:
    from distributed import Client  # noqa: PLC0415 - an extra, which other parts don't need

    deadline = time.monotonic() + _STARTUP_SECONDS
    while not file.exists():
        if time.monotonic() > deadline:
            raise NeuroevoError("backends: a Dask scheduler must start, but there is none")
        time.sleep(0.1)
    with Client(scheduler_file=str(file), set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=_STARTUP_SECONDS)
        return str(client.scheduler.address)
