"""Both searches, each in processes of its own on two cores, and what they recommend.

What is recommended is judged in the same way: trained by the kernel, to the end of the sample
budget, from starting weights that no search has seen.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.benchmarks import child
from experiments.benchmarks.fitting.studies import study_of
from experiments.benchmarks.measuring import say
from experiments.benchmarks.mouse import EXPERIMENT, Mouse, Scores, scores_of
from experiments.benchmarks.whole_search.candidates import SAMPLES, Configuration, configuration_of
from neuroevo import load_run
from neuroevo.errors import NeuroevoError
from neuroevo.evaluation import phenotype_of
from neuroevo.learning.training import train
from neuroevo.search.trainer import FRESH_SEEDS

PROCESSES = 2

_WORKER = (sys.executable, "-m", "experiments.benchmarks.whole_search.worker")
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",  # two processes have two cores
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONWARNINGS": "ignore",  # of numbers that are not finite
}
_LOOK = 0.5  # seconds between two looks at the study


@dataclass(frozen=True, slots=True)
class Recommended:
    """A configuration, and its scores on fresh seeds."""

    configuration: Configuration
    scores: Scores

    def is_as_good_as(self, other: "Recommended", target_mse: float) -> bool:
        """Whether it reaches the target with as few samples, and still holds it at the end."""
        ours, theirs = self.scores, other.scores
        return ours.samples_to_target <= theirs.samples_to_target and ours.final_mse <= target_mse


@dataclass(frozen=True, slots=True)
class Search:
    """A search as a whole.

    Parameters
    ----------
    seconds
        From the start of its processes to its end.
    cpu_seconds
        Of all its processes, which matters less if others have work for the same cores.
    trials
        Configurations that were evaluated.
    recommended
        The best of them.
    samples
        That all networks of its trials have seen, if it was counted.
    """

    seconds: float
    cpu_seconds: float
    trials: int
    recommended: Recommended
    samples: int = 0


def our_search(mouse: Mouse, overrides: Sequence[str] = ()) -> Search:
    """Run the experiment by the command line, to its end and with its pages."""
    options = [option for each in overrides for option in ("--set", each)]
    with tempfile.TemporaryDirectory() as folder:
        arguments = ("run", str(EXPERIMENT), "--jobs", str(PROCESSES), "--results", folder)
        finished = child.run([*child.NEUROEVO, *arguments, "--quiet", *options])
        run = load_run(finished.output.strip())
        configuration, trials = dict(run.best.genome), len(run.all_trials)
    judged = recommended(configuration, mouse)
    return Search(finished.seconds, finished.cpu_seconds, trials, judged)


def optuna_search(
    mouse: Mouse, goal: Recommended, minutes: float, overrides: Sequence[str] = ()
) -> Search:
    """Let Optuna search till it recommends what is as good as a goal, or its time is over.

    Raises
    ------
    NeuroevoError
        If one of its processes ends, or no trial in that time.
    """
    best, number, before = None, None, _cpu_seconds()
    target_mse = mouse.experiment.training.target_mse
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder, "journal")
        study, began = study_of(journal, direction="minimize"), time.monotonic()
        with _workers(journal, 60 * minutes, overrides) as workers:
            while (seconds := time.monotonic() - began) < 60 * minutes:
                if best is not None and best.is_as_good_as(goal, target_mse):
                    break
                time.sleep(_LOOK)
                _check(workers)
                trials = _complete(study)
                if trials and study.best_trial.number != number:
                    number = study.best_trial.number
                    best = recommended(configuration_of(study.best_trial.params), mouse)
                    say(_progress(time.monotonic() - began, len(trials), best))
        trials = _complete(study)
    if best is None:
        raise NeuroevoError(f"Optuna: must finish a trial in {minutes:g} minutes, but did not")
    samples = sum(trial.user_attrs[SAMPLES] for trial in trials)
    return Search(seconds, _cpu_seconds() - before, len(trials), best, samples)


def recommended(configuration: Configuration, mouse: Mouse) -> Recommended:
    """Judge a configuration on the seeds on which a run scores its front again."""
    stream = mouse.stream(mouse.experiment.training.precision, FRESH_SEEDS)
    phenotype = phenotype_of(configuration, stream.layer_ends, stream.settings)
    lanes = [phenotype.lane(replicate) for replicate in range(stream.settings.replicates)]
    curves = train(phenotype.architecture, lanes, stream).curves
    return Recommended(configuration, scores_of(curves, stream))


@contextmanager
def _workers(
    journal: Path, seconds: float, overrides: Sequence[str]
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Start the processes of a study, and end them; they have an end of their own as well."""
    environment = {**os.environ, **_ENVIRONMENT}
    workers = [
        subprocess.Popen(  # noqa: S603 - a command of this package
            [*_WORKER, str(journal), str(seed), str(seconds), *overrides], env=environment
        )
        for seed in range(PROCESSES)
    ]
    try:
        yield workers
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait()


def _cpu_seconds() -> float:
    """Return the CPU time of all child processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _check(workers: Sequence[subprocess.Popen[bytes]]) -> None:
    for worker in workers:
        if worker.poll() is not None:
            raise NeuroevoError(f"Optuna's process: must not end, but got exit {worker.returncode}")


def _complete(study: Any) -> list[Any]:  # noqa: ANN401 - Optuna may be missing
    return [each for each in study.get_trials(deepcopy=False) if each.state.name == "COMPLETE"]


def _progress(seconds: float, trials: int, best: Recommended) -> str:
    samples, _ = best.scores.texts()
    return f"whole search: {seconds:,.0f} s, {trials} trials, samples to target: {samples}"
