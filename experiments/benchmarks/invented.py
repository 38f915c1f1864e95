"""Makes up a long run: a journal of any length whose trials improve as in a search.

Nothing is trained: the time of a report depends on the number of trials, not on their quality.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neuroevo.analysis.findings import Findings
from neuroevo.experiment import Experiment, load_experiment
from neuroevo.learning import samples_seen
from neuroevo.runs import Trial
from neuroevo.space import Value
from neuroevo.workers import Work

_RATES = {"linear": 0.2, "tanh": 0.1, "sigmoid": 0.5, "relu": 0.08}  # at which each learns best
_SLOWER = {"linear": 1, "tanh": 60, "sigmoid": 20, "relu": 50}
_SECONDS = 0.02  # of a trial
_BRED = 0.8  # of a generation; the others are random


def findings(path: Path, population: int, generations: int) -> Findings:
    """Return what an invented run of an experiment found, with a random search of equal size.

    Parameters
    ----------
    path
        An experiment on the mouse whose space has hidden layers, activation and learning rate.
    population, generations
        How many trials a generation brings, and how often.
    """
    asked = load_experiment(path)
    evolution = asked.evolution.replace(population=population, generations=generations)
    inventor = _Inventor(asked.replace(evolution=evolution))
    trials: list[Trial] = []
    for generation in range(generations):
        parents = trials[-population:]
        trials += [inventor.trial(len(trials) + i, generation, parents) for i in range(population)]
    random = tuple(inventor.trial(number, 0, []) for number in range(len(trials)))
    return Findings(inventor.asked, tuple(trials), identity="invented", random=random)


class _Inventor:
    """Makes up trials: genomes, learning curves, workers and times."""

    def __init__(self, asked: Experiment) -> None:
        self.asked = asked
        self.rng = np.random.default_rng(0)
        self.seen = samples_seen(asked.training.samples).astype(np.float64)

    def trial(self, number: int, generation: int, parents: Sequence[Trial]) -> Trial:
        """Return a trial, in most cases a child of the best of four."""
        genome: Mapping[str, Value] = self.asked.space.sample(self.rng)
        if not parents or self.rng.random() > _BRED:
            return self._trial(number, generation, genome, ())
        rivals = [parents[int(place)] for place in self.rng.integers(len(parents), size=4)]
        best = min(rivals, key=lambda trial: trial.objectives["final_mse"])
        rate = float(str(best.genome["learning_rate"])) * self.rng.lognormal(0, 0.3)
        genome = dict(best.genome) | {"learning_rate": float(np.clip(rate, 1e-4, 1.0))}
        return self._trial(number, generation, genome, (best.number, rivals[0].number))

    def _trial(
        self,
        number: int,
        generation: int,
        genome: Mapping[str, Value],
        parents: tuple[int, ...],
    ) -> Trial:
        curve = self._curve(genome)
        is_finite = bool(np.isfinite(curve[-1]))
        objectives = {"final_mse": float(curve[-1]), "samples_to_target": self._samples(curve)}
        began = 1.7e9 + _SECONDS * number / 2
        return Trial(
            number=number,
            generation=generation,
            operator="layers crossover" if parents else "initial",
            parents=parents,
            genome=dict(genome),
            objectives=objectives if is_finite else dict.fromkeys(objectives, np.nan),
            curve=tuple(curve.tolist()),
            state="complete" if is_finite else "diverged",
            diverged=0 if is_finite else self.asked.training.replicates,
            seconds=_SECONDS,
            cause="" if is_finite else "the error is no longer finite",
            work=(Work(f"invented:{number % 2}", began, 0.9 * _SECONDS),),
        )

    def _curve(self, genome: Mapping[str, Value]) -> NDArray[np.float64]:
        """Return a curve with a plateau, a fall and a floor; infinite for large learning rates."""
        rate, activation = float(str(genome["learning_rate"])), str(genome["activation"])
        hidden = genome["hidden"]
        best = _RATES[activation] / max(len(hidden) if isinstance(hidden, tuple) else 1, 1)
        if rate > 6 * best:
            return np.full(len(self.seen), np.inf)
        need = 27 * _SLOWER[activation] * max(best / rate, rate / best) ** 1.1
        need *= self.rng.lognormal(0, 0.3)
        floor = 1e-2 / need**0.8 * self.rng.lognormal(0, 0.5)  # fast ones are less precise
        falling = np.maximum(0.33 * np.exp(-6 * self.seen / need), floor)
        return np.asarray(falling.astype(np.float32), dtype=np.float64)

    def _samples(self, curve: NDArray[np.float64]) -> float:
        target = self.asked.training.target_mse
        reached = np.flatnonzero(curve <= target)
        if reached.size:
            return float(self.seen[reached[0]])
        return float(self.seen[-1] * (1 + np.log10(curve[-1] / target)))
