"""Invents a long run: a journal of any length whose trials improve as those of a search do.

Nothing is trained: what a report takes depends on how many trials there are, not on how good.
"""

from pathlib import Path

import numpy as np

from neuroevo.experiment import Experiment, load_experiment
from neuroevo.learning import samples_seen
from neuroevo.report.findings import Findings
from neuroevo.runs import Trial
from neuroevo.space import Genome

_RATES = {"linear": 0.2, "tanh": 0.1, "sigmoid": 0.5, "relu": 0.08}  # at which each learns best
_SLOWER = {"linear": 1, "tanh": 60, "sigmoid": 20, "relu": 50}
_SECONDS = 0.02  # of a trial


def findings(path: Path, population: int, generations: int) -> Findings:
    """Return what an invented run of an experiment found.

    Parameters
    ----------
    path
        An experiment on the mouse whose space has hidden layers, activation and learning rate.
    population, generations
        How many trials a generation brings, and how often.
    """
    asked = load_experiment(path)
    evolution = asked.evolution.replace(population=population, generations=generations)
    asked = asked.replace(evolution=evolution)
    rng = np.random.default_rng(0)
    seen = samples_seen(asked.training.samples).astype(np.float64)
    trials: list[Trial] = []
    for generation in range(generations):
        parents = trials[-population:]
        for _ in range(population):
            trials.append(_trial(asked, len(trials), generation, parents, rng, seen))
    return Findings(asked, tuple(trials), identity="invented")


def _trial(
    asked: Experiment,
    number: int,
    generation: int,
    parents: list[Trial],
    rng: np.random.Generator,
    seen: np.ndarray,
) -> Trial:
    genome = asked.space.sample(rng)
    chosen: tuple[int, ...] = ()
    if parents and rng.random() < 0.8:
        rivals = [parents[int(place)] for place in rng.integers(len(parents), size=4)]
        best = min(rivals, key=lambda trial: trial.objectives["final_mse"])
        chosen = (best.number, rivals[0].number)
        genome = Genome(dict(best.genome) | {"learning_rate": _nudged(best, rng)})
    curve = _curve(genome, rng, seen)
    finite = bool(np.isfinite(curve[-1]))
    target = asked.training.target_mse
    reached = np.flatnonzero(curve <= target)
    samples = seen[reached[0]] if reached.size else seen[-1] * (1 + np.log10(curve[-1] / target))
    return Trial(
        number=number,
        generation=generation,
        operator="layers crossover" if chosen else "initial",
        parents=chosen,
        genome=dict(genome),
        objectives={
            "final_mse": float(curve[-1]) if finite else np.nan,
            "samples_to_target": float(samples) if finite else np.nan,
        },
        curve=tuple(curve.tolist()),
        state="complete" if finite else "diverged",
        diverged=0 if finite else asked.training.replicates,
        seconds=_SECONDS,
        cause="" if finite else "the error is no longer finite",
    )


def _nudged(trial: Trial, rng: np.random.Generator) -> float:
    rate = float(str(trial.genome["learning_rate"]))
    return float(np.clip(rate * rng.lognormal(0, 0.3), 1e-4, 1.0))


def _curve(genome: Genome, rng: np.random.Generator, seen: np.ndarray) -> np.ndarray:
    """Return a plateau, a fall and a floor; infinite where the rate is too high."""
    rate, activation = float(str(genome["learning_rate"])), str(genome["activation"])
    hidden = genome["hidden"]
    best = _RATES[activation] / max(len(hidden) if isinstance(hidden, tuple) else 1, 1)
    if rate > 6 * best:
        return np.full(len(seen), np.inf)
    need = 27 * _SLOWER[activation] * max(best / rate, rate / best) ** 1.1 * rng.lognormal(0, 0.3)
    floor = 1e-2 / need**0.8 * rng.lognormal(0, 0.5)  # who is quick is not precise
    curve: np.ndarray = np.maximum(0.33 * np.exp(-6 * seen / need), floor).astype(np.float32)
    return curve.astype(np.float64)
