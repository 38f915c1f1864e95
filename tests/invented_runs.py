"""Invented runs, written to real folders with the functions of the search."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neuroevo.evaluation import OBJECTIVES, layers_of, phenotype_of
from neuroevo.evolution.front import nondominated
from neuroevo.experiment import Experiment, load_experiment
from neuroevo.learning import Architecture, samples_seen
from neuroevo.report.run import Run
from neuroevo.runs import (
    Champion,
    Journal,
    RunFolder,
    Start,
    Trial,
    data_fingerprint,
    environment,
    write_champions,
    write_checkpoint,
    write_start,
)

RATES = {"linear": 0.2, "tanh": 0.1, "sigmoid": 0.5, "relu": 0.08}


@dataclass(frozen=True)
class Plan:
    """Settings of an invented run."""

    generations: int = 8
    population: int = 20
    objectives: tuple[str, ...] = ("final_mse", "samples_to_target")
    activations: tuple[str, ...] = ("linear", "tanh", "sigmoid", "relu")  # empty: in `hidden`
    hidden: str = "{ count = [1, 4], width = [1, 32] }"
    genes: str = ""  # further lines of [space]
    conflict: bool = False
    all_diverge: bool = False
    baselines: bool = True
    baseline_names: dict[str, str] = field(default_factory=dict)
    cause: str = "the error is no longer finite"
    replicates: int = 16


def experiment(plan: Plan, folder: Path) -> Experiment:
    """Load the experiment of a plan from a file."""
    path = folder / "planned.toml"
    path.write_text(
        f"""
        name = "mouse"
        seed = 2017
        [task]
        kind = "mouse"
        count = 50
        [space]
        hidden = {plan.hidden}
        learning_rate = {{ low = 1e-4, high = 1.0, log = true }}
        {f"activation = {json.dumps(list(plan.activations))}" if plan.activations else ""}
        {plan.genes}
        [training]
        replicates = {plan.replicates}
        [evolution]
        population = {plan.population}
        generations = {plan.generations}
        objectives = {json.dumps(list(plan.objectives))}
        """,
        encoding="utf-8",
    )
    return load_experiment(path)


class Inventor:
    """Invents the trials of a run with learning curves and objectives."""

    def __init__(self, plan: Plan, experiment: Experiment) -> None:
        self.plan = plan
        self.experiment = experiment
        self.rng = np.random.default_rng(7)
        self.samples = samples_seen(experiment.training.samples)

    def trials(self) -> list[Trial]:
        """Return baselines, then generations that become better."""
        trials = [] if not self.plan.baselines else self._baselines()
        for generation in range(self.plan.generations):
            progress = generation / max(self.plan.generations - 1, 1)
            for _ in range(self.plan.population):
                genome: dict[str, Any] = dict(self.experiment.space.sample(self.rng))
                if self.rng.random() < 0.9 * progress:
                    if self.plan.activations:
                        genome |= {"activation": self.plan.activations[0]}
                    best = RATES.get(first_activation(genome), 0.1)
                    genome |= {"learning_rate": float(best * self.rng.lognormal(0, 0.4))}
                    if len(genome["hidden"]) > 1 and self.rng.random() < 0.8:
                        genome |= {"hidden": genome["hidden"][:1]}
                genome["learning_rate"] = min(genome["learning_rate"], 1.0)
                operator = "initial" if generation == 0 else "layers crossover"
                parents = () if generation == 0 else (len(trials) - 20, len(trials) - 19)
                trials.append(self._trial(len(trials), generation, operator, parents, genome))
        return trials

    def curves(self, genome: dict[str, Any], replicates: int) -> np.ndarray:
        """Return learning curves (replicates, points) that fall from a plateau to a floor."""
        rate = genome["learning_rate"]
        activation = first_activation(genome)
        best = RATES.get(activation, 0.1) / max(len(genome["hidden"]), 1)
        if self.plan.all_diverge or rate > 6 * best:
            return np.full((replicates, len(self.samples)), np.inf)
        need = 27 * max(best / rate, rate / best) ** 1.1 * self.rng.lognormal(0.1, 0.15)
        need *= {"linear": 1, "tanh": 60, "sigmoid": 20, "relu": 50}.get(activation, 9)
        floor = 1e-14 if activation == "linear" else 10 ** self.rng.uniform(-6, -3)
        if self.plan.conflict:
            floor = 1e-2 / need**0.8
        noise = self.rng.lognormal(0, 0.25, (replicates, 1))
        fall: np.ndarray = np.maximum(0.33 * np.exp(-6 * self.samples / (need * noise)), floor)
        return fall

    def _baselines(self) -> list[Trial]:
        return [
            self._trial(number, 0, "baseline", (), dict(baseline.configuration))
            for number, baseline in enumerate(self.experiment.task.baselines)
        ]

    def _trial(
        self,
        number: int,
        generation: int,
        operator: str,
        parents: tuple[int, ...],
        genome: dict[str, Any],
    ) -> Trial:
        name = ""
        if operator == "baseline":
            own = self.experiment.task.baselines[number].name
            name = self.plan.baseline_names.get(own, own)
        curves = self.curves(genome, self.plan.replicates)
        finite = bool(np.isfinite(curves).all())
        return Trial(
            number=number,
            generation=generation,
            operator=operator,
            parents=parents,
            genome=genome,
            objectives=self.objectives(genome, curves),
            curve=tuple(np.median(curves, axis=0).tolist()),
            state="complete" if finite else "diverged",
            diverged=0 if finite else self.plan.replicates,
            seconds=0.02,
            name=name,
            cause="" if finite else self.plan.cause,
        )

    def objectives(self, genome: dict[str, Any], curves: np.ndarray) -> dict[str, float]:
        """Return the objectives of the plan, NaN if diverged."""
        median = np.median(curves, axis=0)
        target, budget = self.experiment.training.target_mse, self.experiment.training.samples
        below = np.flatnonzero(median <= target)
        with np.errstate(invalid="ignore"):
            values = {
                "final_mse": float(median[-1]),
                "samples_to_target": float(
                    np.interp(np.log(target), np.log(median[::-1]), self.samples[::-1])
                    if below.size
                    else budget * (1 + np.log10(median[-1] / target))
                ),
                "curve_area": float(np.mean(np.log10(median))),
                "r2": -float(np.mean(np.log10(median))),  # the same, maximised
                "parameters": float(self.architecture(genome).parameter_count),
            }
        finite = np.isfinite(median[-1])
        return {name: values[name] if finite else np.nan for name in self.plan.objectives}

    def architecture(self, genome: dict[str, Any]) -> Architecture:
        """Return the network of a genome."""
        return phenotype_of(genome, (2, 2), self.experiment.training).architecture

    def champion(self, trial: Trial) -> Champion:
        """Return networks of a trial with random weights and invented curves."""
        architecture = self.architecture(dict(trial.genome))
        curves = self.curves(dict(trial.genome), self.plan.replicates)
        size = (self.plan.replicates, architecture.vector_size)
        return Champion(
            number=trial.number,
            name=trial.name,
            architecture=architecture,
            precision="float32",
            objectives=trial.objectives,
            fresh_objectives={name: value * 1.04 for name, value in trial.objectives.items()},
            parameters=self.rng.normal(0, 0.5, size).astype(np.float32),
            curves=curves.astype(np.float32),
            fresh_curves=curves.astype(np.float32),
        )


def first_activation(genome: dict[str, Any]) -> str:
    """Return the activation of the first hidden layer, on which the curves depend."""
    layers = layers_of(genome)
    return layers[0].activation if layers else str(genome.get("activation", "linear"))


def write_run(folder: Path, plan: Plan) -> Run:
    """Write a run of a plan and open it."""
    planned = experiment(plan, folder)
    run = RunFolder.create(
        folder / "results", planned.name, moment=datetime(2026, 11, 22, 15, 44, 55, tzinfo=UTC)
    )
    loaded = planned.network_task.load()
    data = loaded.data_set
    start = Start(planned.to_toml(), data_fingerprint(data), data.columns, loaded.kept)
    write_start(run.start_file, start)
    run.experiment_file.write_text(planned.to_toml(), encoding="utf-8")
    run.environment_file.write_text(json.dumps(environment()), encoding="utf-8")
    write_checkpoint(run, {"phase": "finished", "reason": "", "generation": 4, "seconds": 12.5})
    inventor = Inventor(plan, planned)
    trials = inventor.trials()
    with Journal(run.journal_file) as journal:
        for trial in trials:
            journal.append(trial)
    write_champions(run.champions_file, [inventor.champion(trial) for trial in kept(plan, trials)])
    return Run(run)


def kept(plan: Plan, trials: list[Trial]) -> list[Trial]:
    """Return the trials whose networks a search keeps: the front, then the baselines."""
    complete = [
        trial for trial in trials if trial.state == "complete" and trial.operator != "baseline"
    ]
    points = [
        [OBJECTIVES[name].cost(trial.objectives[name]) for name in plan.objectives]
        for trial in complete
    ]
    front = [complete[index] for index in np.flatnonzero(nondominated(points))]
    return [*front, *(trial for trial in trials if trial.operator == "baseline")]


SCRIPT = "$x$<script>alert(1)</script>\"'><img src=x onerror=alert(2)> " + "very long " * 30

PLANS: dict[str, Plan] = {
    "one point": Plan(),
    "conflict": Plan(conflict=True),
    "one objective": Plan(objectives=("samples_to_target",)),
    "three objectives": Plan(
        objectives=("final_mse", "samples_to_target", "parameters"), conflict=True
    ),
    "negative objective": Plan(objectives=("curve_area", "final_mse")),
    "maximised objective": Plan(objectives=("r2", "final_mse")),
    "all diverged": Plan(all_diverge=True),
    "no baselines": Plan(baselines=False),
    "four trials": Plan(generations=1, population=4, replicates=1),
    "fixed genes": Plan(activations=("tanh",), hidden="[6, 3]"),
    "no hidden layer": Plan(hidden="{ count = [0, 1], width = [1, 3] }"),
    "many genes": Plan(
        genes="""
        optimizer = ["sgd", "momentum", "adam"]
        momentum = { low = 0.5, high = 0.99 }
        beta1 = { low = 0.5, high = 0.99 }
        batch_size = { low = 1, high = 64, log = true }
        l2 = { low = 1e-6, high = 1e-2, log = true }
        dropout = [0, 0.5]
        schedule = ["constant", "cosine"]
        end_factor = { low = 1e-3, high = 1, log = true }
        max_gradient_norm = { low = 0.1, high = 100, log = true }
        biases = [true, false]
        """
    ),
    "mixed": Plan(
        activations=(),
        hidden='{ count = [2, 4], width = [1, 9], activation = ["linear", "tanh", "relu"] }',
        conflict=True,
    ),
    "mixed, alone": Plan(
        activations=(),
        hidden='{ count = [0, 1], width = [1, 9], activation = ["tanh", "elu"] }',
        baselines=False,
    ),
    "script names": Plan(
        baseline_names={"article-good": SCRIPT, "article-tanh": "a & b <a href='http://x'>c</a>"},
        cause=SCRIPT,
        generations=3,
    ),
}


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Run]:
    """Return a function from the name of a plan to its run; each run is written once."""
    written: dict[str, Run] = {}

    def run(name: str) -> Run:
        if name not in written:
            written[name] = write_run(tmp_path_factory.mktemp("run"), PLANS[name])
        return written[name]

    return run


@pytest.fixture(params=list(PLANS))
def any_run(request: pytest.FixtureRequest, runs: Callable[[str], Run]) -> Run:
    """Each of the runs in turn."""
    return runs(request.param)
