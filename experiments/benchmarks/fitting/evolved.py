"""neuroevo through its public Python interface, with its defaults for tables and a time limit."""

import time
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

import neuroevo
from experiments.benchmarks.fitting import workers
from experiments.benchmarks.fitting.clock import SEARCH, Clock
from experiments.benchmarks.fitting.found import Found, Incumbent
from experiments.benchmarks.fitting.table import Table, outputs_of
from neuroevo.learning import Network
from neuroevo.report.run import Run
from neuroevo.runs import Champion, Trial
from neuroevo.search.start_and_resume import trainer_of
from neuroevo.search.trainer import SEARCH_SEEDS
from neuroevo.tables import Preparation, TableModel
from neuroevo.workers import Workers

_FINISHING = 2.5  # seconds, about: after its time limit neuroevo trains its front again, twice


def evolved(table: Table, clock: Clock) -> Found:
    """Search with neuroevo, which divides the rows itself; no row is a test row."""
    began = time.time()
    settings = ["task.test=0", f"task.problem={'classes' if table.classes else 'regression'}"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run = neuroevo.fit(
            table.inputs,
            table.targets,
            n_jobs=workers.COUNT,
            random_state=table.split,
            time_limit=_time_limit(clock.budget),
            overrides=settings,
        )
    seconds = clock.seconds
    best = run.best
    return Found(
        outputs_of(run.champion(), table.classes),
        seconds,
        _finished(best, began),
        len(run.all_trials),
        dict(best.genome),
        tuple(_incumbents(run, table.classes, began)),
    )


def _time_limit(budget: float) -> float:
    return min(SEARCH * budget, max(budget - _FINISHING, budget / 2))


def rehearse(_: int) -> None:
    """Search once for almost no time, so that nothing is loaded or compiled later."""
    inputs, targets = np.arange(40.0)[:, np.newaxis], np.arange(40) % 2
    shortest = ("task.test=0", "evolution.generations=1", "training.samples=10")
    neuroevo.fit(inputs, targets, n_jobs=1, overrides=shortest).champion().predict(inputs)


def _finished(trial: Trial, began: float) -> float:
    """Return when a trial was trained, in seconds from a start."""
    return max(work.began + work.seconds for work in trial.work) - began


def _incumbents(run: Run, classes: int, began: float) -> Iterator[Incumbent]:
    """Train the best so far by validation again, which gives the same bits, after the search."""
    findings, best = run.findings, list[tuple[float, Trial]]()
    for trial in sorted(findings.complete, key=lambda trial: _finished(trial, began)):
        if not best or findings.costs(trial) < findings.costs(best[-1][1]):
            best.append((_finished(trial, began), trial))
    preparation = Preparation.from_plain(findings.preparation, "preparation")
    with trainer_of(run.experiment, run.start, Workers(workers.COUNT)) as trainer:
        found = trainer.evaluations([trial for _, trial in best], SEARCH_SEEDS)
    for seconds, trial in best:
        champion = _champion(trial, found[trial.number])
        assert champion.kept is not None  # noqa: S101 - a complete trial has a network
        network = Network(
            champion.architecture, champion.parameters[champion.kept], findings.columns
        )
        yield Incumbent(seconds, outputs_of(TableModel(network, preparation), classes))


def _champion(trial: Trial, evaluation: Any) -> Champion:  # noqa: ANN401 - of a trial that has not failed
    return Champion(
        number=trial.number,
        name="",
        architecture=evaluation.architecture,
        precision=evaluation.precision,
        objectives=trial.objectives,
        fresh_objectives={},
        parameters=evaluation.parameters,
        curves=evaluation.curves,
        fresh_curves=evaluation.curves,
    )
