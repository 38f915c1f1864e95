"""neuroevo through its estimators, with their defaults and a time limit."""

import time
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from experiments.benchmarks.fitting import workers
from experiments.benchmarks.fitting.clock import Clock
from experiments.benchmarks.fitting.found import Found, Incumbent
from experiments.benchmarks.fitting.table import Table, outputs_of
from neuroevo.estimator import EvolvedClassifier, EvolvedRegressor
from neuroevo.learning import Columns, Ensemble, Network
from neuroevo.report.run import Run
from neuroevo.runs import Trial
from neuroevo.search.start_and_resume import trainer_of
from neuroevo.search.trainer import SEARCH_SEEDS
from neuroevo.tables import Preparation, TableModel
from neuroevo.workers import Workers


def evolved(table: Table, clock: Clock) -> Found:
    """Search with neuroevo, which divides the rows itself; no row is a test row."""
    began, kind = time.time(), EvolvedClassifier if table.classes else EvolvedRegressor
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = kind(n_jobs=workers.COUNT, random_state=table.split, time_limit=clock.budget).fit(
            table.inputs, table.targets
        )
    seconds, run = clock.seconds, model.run_
    best, final = run.best, outputs_of(model, table.classes)
    return Found(
        final,
        seconds,
        _finished(best, began),
        len(run.all_trials),
        dict(best.genome),
        (*_incumbents(run, table.classes, began), Incumbent(seconds, final)),
    )


def rehearse(_: int) -> None:
    """Search once for almost no time, so that nothing is loaded or compiled later."""
    inputs, targets = np.arange(40.0)[:, np.newaxis], np.arange(40) % 2
    EvolvedClassifier(generations=1, overrides=["training.samples=10"]).fit(
        inputs, targets
    ).predict(inputs)


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
        network = _mean(found[trial.number], findings.columns)
        yield Incumbent(seconds, outputs_of(TableModel(network, preparation), classes))


def _mean(evaluation: Any, columns: Columns) -> Ensemble:  # noqa: ANN401 - of a trial that has not failed
    """Return the mean of the replicates that have not diverged."""
    sound = np.isfinite(evaluation.parameters).all(axis=1)
    architecture = evaluation.architecture
    return Ensemble(
        tuple(Network(architecture, each, columns) for each in evaluation.parameters[sound])
    )
