"""A run as a study of Optuna, for its plots and its dashboard; does not read the run."""

import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import optuna
from optuna.exceptions import DuplicatedStudyError, ExperimentalWarning
from optuna.trial import FrozenTrial, TrialState

from neuroevo.errors import UsageError
from neuroevo.evaluation import Objective
from neuroevo.experiment import Experiment
from neuroevo.learning import samples_seen
from neuroevo.optuna.distributions import Distributions
from neuroevo.runs import RescoredTrial, Trial
from neuroevo.runs.feasibility import trial_excesses
from neuroevo.settings import shown
from neuroevo.space.values import plain_json

_CURVE = "final_mse"  # the objective that is the end of the learning curve


def study_of(
    experiment: Experiment,
    trials: Sequence[Trial],
    rescored: Sequence[RescoredTrial],
    identity: str,
    storage: Any = None,  # noqa: ANN401 - a storage of Optuna, or its address
) -> optuna.Study:
    """Make a study of a run's trials.

    Parameters
    ----------
    experiment
        The run's experiment.
    trials, rescored
        Its trials, by number, and what was scored on fresh seeds.
    identity
        Its id, the name of the study.
    storage
        Where Optuna stores it, as for `optuna.create_study`; by default in memory.

    Returns
    -------
    optuna.Study
        See `neuroevo.Run.to_optuna`.

    Raises
    ------
    UsageError
        If the storage has a study of this name.
    """
    study = _created(identity, experiment.objectives, storage)
    study.set_user_attr("task", experiment.task.kind)
    study.set_user_attr("experiment", experiment.to_toml())
    others = [trial.genome for trial in trials if trial.operator == "baseline"]
    distributions = Distributions(experiment.space.genes, others)
    fresh = {each.number: each.fresh_objectives for each in rescored}
    study.add_trials(
        _frozen(place, trial, experiment, distributions, fresh.get(trial.number, {}))
        for place, trial in enumerate(trials)
    )
    return study


def _created(name: str, objectives: Sequence[Objective], storage: Any) -> optuna.Study:  # noqa: ANN401 - as above
    directions = ["maximize" if each.maximised else "minimize" for each in objectives]
    try:
        study = optuna.create_study(study_name=name, storage=storage, directions=directions)
    except DuplicatedStudyError:
        rule = "must not have a study of this name yet, but has"
        raise UsageError(f"storage: {rule} {shown(name)}") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)  # names of objectives in plots
        study.set_metric_names([each.label for each in objectives])
    return study


_INCOMPLETE = {
    "complete": TrialState.FAIL,  # with a quantity that is not finite
    "diverged": TrialState.FAIL,
    "stopped": TrialState.PRUNED,
    "failed": TrialState.FAIL,
}


def _frozen(
    place: int,
    trial: Trial,
    experiment: Experiment,
    distributions: Distributions,
    fresh: Mapping[str, float],
) -> FrozenTrial:
    parameters = distributions.parameters(trial.genome)
    values = [trial.objectives[each.name] for each in experiment.objectives]
    is_complete = all(map(math.isfinite, values))
    began, ended = _times(trial)
    frozen = FrozenTrial(
        number=place,
        trial_id=-1,  # the storage has its own
        state=TrialState.COMPLETE if is_complete else _INCOMPLETE[trial.state],
        value=None,
        values=values if is_complete else None,
        datetime_start=began,
        datetime_complete=ended,
        params={name: value for name, (value, _) in parameters.items()},
        distributions={name: distribution for name, (_, distribution) in parameters.items()},
        user_attrs=dict(_attributes(trial, experiment, fresh)),
        system_attrs={},
        intermediate_values=dict(_intermediate(trial, experiment)),
    )
    for name, excess in _constraints(trial, experiment).items():
        frozen.set_constraint(name, excess)
    return frozen


def _constraints(trial: Trial, experiment: Experiment) -> dict[str, float]:
    """Return how far each bound is exceeded, 0 or less if it is kept; without unknown ones."""
    bounds = [bound for each in experiment.constraints for bound in each.by_bound()]
    excesses = zip(bounds, trial_excesses(trial, experiment.constraints), strict=True)
    return {str(bound): excess for bound, excess in excesses if math.isfinite(excess)}


def _times(trial: Trial) -> tuple[datetime, datetime]:
    """Return when a trial began and ended, in local time without a zone, as Optuna has it."""
    began = min((work.began for work in trial.work), default=0.0)
    ended = max((work.began + work.seconds for work in trial.work), default=trial.seconds)
    return datetime.fromtimestamp(began), datetime.fromtimestamp(ended)  # noqa: DTZ006 - see above


def _attributes(
    trial: Trial, experiment: Experiment, fresh: Mapping[str, float]
) -> Iterator[tuple[str, Any]]:
    yield "trial", trial.number
    yield "generation", trial.generation
    yield "operator", trial.operator
    yield "parents", list(trial.parents)
    yield "seconds", trial.seconds
    if trial.name:
        yield "baseline", trial.name
    if trial.cause:
        yield "cause", trial.cause
    if experiment.trains_networks:
        yield "diverged replicates", trial.diverged
    space = experiment.space.genes
    for name, value in trial.genome.items():
        if name not in space:
            yield name, plain_json(value)
    for name, value in fresh.items():
        yield f"{name} on fresh seeds", value if math.isfinite(value) else None


def _intermediate(trial: Trial, experiment: Experiment) -> Iterator[tuple[int, float]]:
    """Give the curve of the only objective, if it has one, by the samples seen."""
    names = [each.name for each in experiment.objectives]
    if len(names) != 1:
        return
    curve = trial.curve if names[0] == _CURVE else trial.class_curves.get(names[0], ())
    seen = samples_seen(experiment.training.samples, len(curve)) if len(curve) else ()
    for samples, value in zip(seen, curve, strict=True):
        if math.isfinite(value):
            yield int(samples), float(value)
