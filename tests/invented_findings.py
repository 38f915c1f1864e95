"""Invented findings for tests of numbers and figures."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from neuroevo.analysis.findings import Findings
from neuroevo.learning import Architecture, Columns, Network
from neuroevo.report.run import Run
from neuroevo.runs import Trial

Score = Callable[[dict[str, Any], np.random.Generator], float]


def scored(run: Run, score: Score, count: int = 400) -> Findings:
    """Return findings of random genomes, with a function of the genome as their objectives."""
    rng = np.random.default_rng(5)
    trials = []
    for number in range(count):
        genome = dict(run.experiment.space.sample(rng))
        value = score(genome, rng)
        finite = math.isfinite(value)
        trial = replace(
            run.best,
            number=number,
            parents=(),
            genome=genome,
            objectives=dict.fromkeys(run.experiment.evolution.objectives, value),
            state="complete" if finite else "diverged",
            diverged=0 if finite else run.experiment.training.replicates,
        )
        trials.append(trial)
    return Findings(run.experiment, tuple(trials))


def noise(_: dict[str, Any], rng: np.random.Generator) -> float:
    """Return a score that does not depend on the genome."""
    return float(rng.lognormal())


def diverging(run: Run) -> Findings:
    """Return findings whose linear trials diverge partly or wholly from rate 0.1 / depth on."""
    replicates = run.experiment.training.replicates

    def share(genome: dict[str, Any]) -> float:
        high = float(genome["learning_rate"]) * len(genome["hidden"]) / 0.1
        return 0.0 if genome["activation"] != "linear" or high < 1 else min(high / 2, 1.0)

    findings = scored(run, noise, 2_000)
    trials = [
        replace(trial, diverged=round(share(dict(trial.genome)) * replicates))
        for trial in findings.trials
    ]
    return Findings(run.experiment, tuple(trials))


OPERATORS = ("initial", "step", "crossover", "crossover+mutation", "add_layer")


def with_parents(run: Run, seed: int, count: int = 120) -> Findings:
    """Return findings of trials with random parents, operators and scores; some trials failed."""
    rng = np.random.default_rng(seed)
    trials: list[Trial] = []
    for number in range(count):
        operator = "initial" if number < 10 else OPERATORS[int(rng.integers(1, len(OPERATORS)))]
        parents = 0 if operator == "initial" else 2 if "crossover" in operator else 1
        scores = rng.lognormal(size=2).round(2) * (math.nan if rng.random() < 0.1 else 1)
        trials.append(
            replace(
                run.best,
                number=number,
                generation=number // 10,
                operator=operator,
                parents=tuple(rng.integers(number, size=parents).tolist()) if parents else (),
                objectives=dict(
                    zip(run.experiment.evolution.objectives, scores.tolist(), strict=True)
                ),
                genome=dict(run.experiment.space.sample(rng)),
            )
        )
    return Findings(run.experiment, tuple(trials))


Runs = Callable[[str], Run]


def seeded(findings: Findings, seed: int, worse: float = 1.0) -> Findings:
    """Return findings with another seed and all objectives times a factor."""

    def changed(trial: Trial) -> Trial:
        return replace(
            trial, objectives={name: value * worse for name, value in trial.objectives.items()}
        )

    experiment = findings.experiment.replace(seed=seed)
    return Findings(
        experiment, tuple(map(changed, findings.trials)), identity=f"mouse-{seed}-{worse}"
    )


def wider(findings: Findings, population: int) -> Findings:
    """Return findings with another population size."""
    experiment = findings.experiment
    other = experiment.replace(evolution=experiment.evolution.replace(population=population))
    return replace(findings, experiment=other, identity=f"{findings.identity}-wider")


def with_samples(findings: Findings, change: Callable[[float, int], float]) -> Findings:
    """Return findings with other samples to target: of the old value and the sample budget."""
    budget = findings.experiment.training.samples

    def changed(trial: Trial) -> Trial:
        samples = change(trial.objectives["samples_to_target"], budget)
        return replace(trial, objectives={**trial.objectives, "samples_to_target": samples})

    return replace(findings, trials=tuple(map(changed, findings.trials)))


def ending_early(findings: Findings) -> Findings:
    """Return findings of diverged trials, every third with four points, others with one or none.

    The single point is far above all others.
    """

    def curve(trial: Trial) -> tuple[float, ...]:
        first = ((1.0, 2.0, 40.0, 1e3), (1e15,), ())[trial.number % 3]
        return (*first, *[math.inf] * (len(trial.curve) - len(first)))

    trials = [replace(trial, curve=curve(trial)) for trial in findings.trials]
    return replace(findings, trials=tuple(trials), rescored=())


@pytest.fixture
def six(runs: Runs) -> list[Findings]:
    """Return findings of two settings with three seeds each, the second a little worse."""
    findings = runs("conflict").findings
    better = [seeded(findings, seed, 1 + seed / 50) for seed in (1, 2, 3)]
    worse = [wider(seeded(findings, seed, 1.5 + seed / 50), population=32) for seed in (1, 2, 3)]
    return [*better, *worse]


NAMED = Columns(("x", "y"), ("x", "y"))


def network(
    hidden: tuple[int, ...],
    activation: str | tuple[str, ...] = "linear",
    scale: float = 0.5,
    output: str = "linear",
    *,
    biases: bool = True,
) -> Network:
    """Return a network with random parameters."""
    shape = {"inputs": 2, "hidden": hidden, "outputs": 2, "activation": activation}
    shape |= {"output": output, "biases": biases}
    architecture = Architecture.model_validate(shape)
    rng = np.random.default_rng(3)
    return Network(architecture, rng.normal(0, scale, architecture.vector_size), NAMED)
