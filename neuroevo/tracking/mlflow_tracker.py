"""Tracks a run with MLflow: a run of its own, and a nested one for each trial.

Uses the tracking server and the experiment that MLflow's own settings name.
"""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import Metric, Param

from neuroevo.experiment import Experiment
from neuroevo.runs import RunFolder, Trial, experiment_values
from neuroevo.settings import dotted
from neuroevo.space.parameters import parameters_of
from neuroevo.tracking.measures import BestSoFar, curve_points, finite, scores_on_test_part
from neuroevo.tracking.trackers import Ending

_MOST_PARAMETERS = 100  # in one request
_MOST_METRICS = 1000
_LONGEST = 500  # characters of a parameter
_STATES = {"complete": "FINISHED", "diverged": "FAILED", "stopped": "KILLED", "failed": "FAILED"}


class Tracker:
    """See `neuroevo.tracking.trackers.Tracker`."""

    def __init__(self) -> None:
        self._client = MlflowClient()
        self._runs: dict[int, str] = {}  # number of a trial -> the id of its run

    def begin(self, folder: RunFolder, experiment: Experiment) -> None:
        """Make the run, with the settings of the experiment as its parameters."""
        self._folder, self._experiment = folder, experiment
        self._best = BestSoFar(experiment)
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME", experiment.name)
        self._place = self._experiment_id(name)
        tags = {"task": experiment.task.kind, "neuroevo.run": str(folder.path.resolve())}
        if experiment.note:
            tags["mlflow.note.content"] = experiment.note
        self._parent = self._client.create_run(
            self._place, tags=tags, run_name=folder.id
        ).info.run_id
        settings = {dotted(key): value for key, value in experiment_values(experiment).items()}
        self._log(self._parent, parameters=settings)

    def _experiment_id(self, name: str) -> str:
        found = self._client.get_experiment_by_name(name)
        return str(self._client.create_experiment(name) if found is None else found.experiment_id)

    def add(self, trial: Trial) -> None:
        """Make the nested run of a trial: genes, objectives, curves by the samples seen."""
        began = min((work.began for work in trial.work), default=time.time() - trial.seconds)
        ended = max((work.began + work.seconds for work in trial.work), default=time.time())
        tags = {
            "mlflow.parentRunId": self._parent,
            "trial": str(trial.number),
            "generation": str(trial.generation),
            "operator": trial.operator,
            "parents": ", ".join(map(str, trial.parents)),
            **({"cause": trial.cause} if trial.cause else {}),
        }
        name = trial.name or f"trial {trial.number}"
        start = round(began * 1000)
        run = self._client.create_run(self._place, start, tags, name).info.run_id
        self._runs[trial.number] = run
        points = [
            Metric(point.name, point.value, start, point.samples)
            for point in curve_points(trial, self._experiment)
        ]
        values = finite({**trial.objectives, **trial.quantities})
        points += _metrics({**values, "seconds": trial.seconds})
        self._log(run, points, parameters_of(trial.genome))
        self._client.set_terminated(run, _STATES[trial.state], round(ended * 1000))
        count, better = self._best.after(trial)
        if better:
            self._log(self._parent, _metrics(better, count))

    def end(self, ending: Ending) -> None:
        """Add scores on fresh seeds and on the test part, and the report as an artifact."""
        ranks = {number: rank for rank, number in enumerate(ending.best, start=1)}
        for rescored in ending.rescored:
            fresh = {f"fresh_{name}": value for name, value in rescored.fresh_objectives.items()}
            scores = finite(fresh | scores_on_test_part(ending.held_out, rescored.number))
            self._log(self._runs[rescored.number], _metrics(scores))
        for number, rank in ranks.items():
            self._client.set_tag(self._runs[number], "rank", str(rank))
        if ending.best:
            self._log(self._parent, _metrics(scores_on_test_part(ending.held_out, ending.best[0])))
        self._client.set_tag(self._parent, "reason", ending.reason)
        files = (self._folder.report_file, self._folder.best_file, self._folder.experiment_file)
        for file in files if ending.complete else ():
            if file.exists():
                self._client.log_artifact(self._parent, str(file))
        self._client.set_terminated(self._parent, "FINISHED" if ending.complete else "KILLED")

    def _log(
        self, run: str, metrics: Sequence[Metric] = (), parameters: Mapping[str, Any] | None = None
    ) -> None:
        pairs = [Param(name, str(value)[:_LONGEST]) for name, value in (parameters or {}).items()]
        for part in _parts(pairs, _MOST_PARAMETERS):
            self._client.log_batch(run, params=part)
        for part in _parts(metrics, _MOST_METRICS):
            self._client.log_batch(run, metrics=part)


def _metrics(values: Mapping[str, float], step: int = 0) -> list[Metric]:
    now = round(time.time() * 1000)
    return [Metric(name, value, now, step) for name, value in values.items()]


def _parts(items: Sequence[Any], most: int) -> Iterator[list[Any]]:
    for first in range(0, len(items), most):
        yield list(items[first : first + most])
