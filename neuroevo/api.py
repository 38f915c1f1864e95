"""The Python interface: run an experiment, load a run, resume, study and compare runs.

Combines searching and reporting, which do not know each other.
"""

import secrets
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy.typing as npt

from neuroevo.analysis.findings import Findings
from neuroevo.earlier_runs import Seeds, read_beginning
from neuroevo.errors import UsageError
from neuroevo.experiment import (
    Experiment,
    Sweep,
    experiment_for_function,
    experiment_for_table,
    load_experiment,
    load_with_origin,
    overridden,
    overridden_keys,
    override_list,
    read_sweep_file,
)
from neuroevo.files import is_pipe
from neuroevo.report.run import Run, load_run
from neuroevo.runs import (
    RunFolder,
    Start,
    Status,
    SweepFolder,
    Trial,
    data_hash,
    environment,
    open_sweep,
)
from neuroevo.search import (
    ENDS,
    Counter,
    Observer,
    Progress,
    ignore_progress,
    search,
    search_in_memory,
    studies,
)
from neuroevo.search import resume as resume_search
from neuroevo.search.beginning import Beginning
from neuroevo.search.cross_fitting import (
    BestConfiguration,
    best_of,
    check_choice,
    unlimited,
)
from neuroevo.search.one_configuration import LearntData, Plan, train_configuration
from neuroevo.search.record import Record
from neuroevo.search.recorded import RecordedRun, read_recorded
from neuroevo.search.start_and_resume import trainer_of
from neuroevo.search.sweeps import resume_sweep as resume_runs_of
from neuroevo.search.sweeps import run_sweep
from neuroevo.search.trained_model import TrainedModel
from neuroevo.search.trainer import Trainer
from neuroevo.search.verification import (
    SAMPLE,
    Chosen,
    Means,
    Verification,
    compare_numbers,
    verify_run,
)
from neuroevo.settings import one_of, shown, unknown
from neuroevo.space import SearchSpace
from neuroevo.tracking import Following, check_trackers
from neuroevo.workers import Backend, Workers
from neuroevo.workers.pool import never

if TYPE_CHECKING:
    import pandas as pd

    from neuroevo.report.comparison import ComparedRuns
    from neuroevo.report.sweep import SweepReport

__all__ = [
    "Seeds",
    "ablate",
    "compare",
    "cross_validated",
    "evolve",
    "fit",
    "load_run",
    "random_search",
    "read_beginning",
    "resume",
    "resume_sweep",
    "run",
    "sweep",
    "train",
    "verify",
]


def run(  # noqa: PLR0913 - all that users set in a run, by name
    experiment: "Experiment | str | Path | pd.DataFrame",
    target: str | Sequence[str] | None = None,
    *,
    results: str | Path | None = "results",
    name: str | None = None,
    n_jobs: int = -1,
    backend: Backend | None = None,
    scheduler: str | None = None,
    trial_timeout: float | None = None,
    seed: int | None = None,
    seed_from: str | Path | Seeds | None = None,
    warm_start: "Run | str | Path | Sequence[Run | str | Path]" = (),
    overrides: Sequence[str] = (),
    log: str | Sequence[str] = (),
    observer: Observer = ignore_progress,
    stop: Callable[[], bool] = never,
) -> Run:
    """Search for the best networks of an experiment, write the report and return the run.

    Parameters
    ----------
    experiment
        An experiment, the path of its TOML file, or a table to learn: a data frame, or the path of
        its file. For a table the experiment is made from what is found in it, with a warning for
        each column that is left out or filled.
    target
        The column to predict, or a list of columns; of a table only.
    results
        The results folder, in which the run folder is made; None for a run in memory, which has
        no report and no folder and can't be resumed.
    name, seed
        Replace those of the experiment.
    n_jobs, backend, scheduler, trial_timeout
        Workers, see `neuroevo.workers.Workers`; they change no result.
    seed_from
        A run, or a TOML file such as its `best.toml`, whose best configurations are put into the
        first generation, see `neuroevo.earlier_runs.read_seeds`. Warns of genes that are left out.
    warm_start
        One or more earlier runs of the same search space or one that overlaps. The model of
        ``strategy = "screened"`` learns from their trials, from fewer with each of its own,
        the less the worse they agree; and a few of their best configurations come first, see
        `neuroevo.earlier_runs.read_warm_start`.
    overrides
        Settings such as ``"evolution.generations=5"``, which replace those of a file or of what is
        suggested for a table, as for `load_experiment`.
    log
        Trackers that receive the run while it goes on: ``mlflow``, ``tensorboard``, or a list. If
        one fails, that is a warning at the end. The run must have a folder.
    observer
        Receives the progress whenever something has finished.
    stop
        Called now and then; returns whether to stop. Running trials are finished then.

    Raises
    ------
    NeuroevoError
        One line for each problem. A run that had begun can be resumed.

    Examples
    --------
    >>> run = neuroevo.run("experiments/mouse.toml", n_jobs=2)  # doctest: +SKIP
    >>> run.best.genome  # doctest: +SKIP
    >>> run = neuroevo.run("houses.csv", target="price")  # doctest: +SKIP
    >>> run.champion().predict(more_houses)  # doctest: +SKIP
    """
    names = _trackers(log)
    if names and results is None:
        raise UsageError("log: must be left out for a run in memory, which has no journal")
    if target is not None:
        experiment = _experiment_for_table(experiment, target, overrides)
    elif isinstance(experiment, Experiment):
        if overrides:
            raise UsageError("overrides: must be left out for an experiment; use its replace")
    else:
        if not isinstance(experiment, str | Path):
            raise UsageError("target: must be given for a table")
        experiment = load_experiment(experiment, overrides)
    changes = {"name": name, "seed": seed}
    given = {key: value for key, value in changes.items() if value is not None}
    experiment = experiment.replace(**given)
    earlier = list(warm_start) if isinstance(warm_start, list | tuple) else [warm_start]
    place = "results" if results is None else results
    beginning = _beginning(experiment, place, seed_from, earlier)
    workers = Workers(n_jobs, backend, scheduler, trial_timeout)
    if results is None:
        start, record = search_in_memory(
            experiment,
            workers=workers,
            beginning=beginning,
            observer=observer,
            stop=stop,
        )
        return _run_in_memory(experiment, start, record)
    with _followed(names, observer) as observing:
        with _report_loading(experiment.expected_trials):
            folder = search(
                experiment,
                Path(results),
                workers=workers,
                beginning=beginning,
                observer=observing,
                stop=stop,
            )
        return _reported(folder).with_table_of(experiment)


def sweep(  # noqa: PLR0913 - all that users set in a sweep, by name
    path: Sweep | str | Path,
    *,
    results: str | Path = "results",
    n_jobs: int = -1,
    backend: Backend | None = None,
    scheduler: str | None = None,
    trial_timeout: float | None = None,
    overrides: Sequence[str] = (),
    baseline: Sequence[str] = (),
    observer: Observer = ignore_progress,
    stop: Callable[[], bool] = never,
) -> "SweepReport":
    """Run one experiment with each of several settings, write the page, and return the results.

    Parameters
    ----------
    path
        A TOML file: an experiment with a table ``[sweep]``, see `read_sweep_file`; or a sweep.
    results
        The results folder, in which the sweep's folder is made.
    n_jobs, backend, scheduler, trial_timeout, observer, stop
        As for `run`.
    overrides
        Settings such as ``"training.samples=5000"``, as for `load_experiment`.
    baseline
        Settings such as ``"space.learning_rate=0.05"`` of the configurations with which others are
        compared.

    Raises
    ------
    NeuroevoError
        One line for each problem. A sweep that had begun can be resumed.

    Examples
    --------
    >>> sweep = neuroevo.sweep("learning-rates.toml")  # doctest: +SKIP
    >>> sweep.table, sweep.replicates  # doctest: +SKIP
    >>> sweep.figure("lines").show()  # doctest: +SKIP
    """
    if isinstance(path, Sweep):
        if overrides or baseline:
            raise UsageError("overrides, baseline: must be left out for a sweep that was read")
    else:
        path = read_sweep_file(path, overrides, baseline)
    workers = Workers(n_jobs, backend, scheduler, trial_timeout)
    folder = run_sweep(path, Path(results), workers=workers, observer=observer, stop=stop)
    return _reported_sweep(folder)


def resume_sweep(  # noqa: PLR0913 - all that users set when they resume, by name
    reference: str | Path,
    *,
    results: str | Path = "results",
    n_jobs: int = -1,
    backend: Backend | None = None,
    scheduler: str | None = None,
    trial_timeout: float | None = None,
    observer: Observer = ignore_progress,
    stop: Callable[[], bool] = never,
) -> "SweepReport":
    """Run all of a sweep that is not complete, write its page, and return the results.

    Parameters
    ----------
    reference
        The name of its folder, or its path.
    results, n_jobs, backend, scheduler, trial_timeout, observer, stop
        As for `sweep`.

    Raises
    ------
    NeuroevoError
        As for `resume`.
    """
    folder = open_sweep(reference, Path(results))
    workers = Workers(n_jobs, backend, scheduler, trial_timeout)
    resumed = resume_runs_of(folder, workers=workers, observer=observer, stop=stop)
    if resumed or not folder.report_file.exists():
        return _reported_sweep(folder)
    return _opened_sweep(folder)


def _reported_sweep(folder: SweepFolder) -> "SweepReport":
    finished = _opened_sweep(folder)
    finished.write_page()
    return finished


def _opened_sweep(folder: SweepFolder) -> "SweepReport":
    from neuroevo.report.sweep import SweepReport  # noqa: PLC0415 - loads pandas

    return SweepReport(folder)


def fit(  # noqa: PLR0913 - what users of scikit-learn set, by name
    X: npt.ArrayLike,  # noqa: N803 - the field's name
    y: npt.ArrayLike,
    *,
    results: str | Path | None = None,
    n_jobs: int = -1,
    random_state: int | None = 0,
    time_limit: float | None = None,
    overrides: Sequence[str] = (),
    observer: Observer = ignore_progress,
) -> Run:
    """Search for the best networks for a table from memory, and return the run.

    A part of the rows is left out of the search and scores its networks at the end, see
    `Findings.held_out` of `run.findings`.

    Parameters
    ----------
    X
        A data frame, or an array (rows, columns); the columns of an array are named x1, x2, ….
    y
        What to predict, array (rows,): classes if these are texts, booleans or a few whole numbers,
        else numbers. Several columns of numbers, array (rows, targets), are also possible.
    results
        The results folder, in which a run folder is made; by default the run is in memory.
    n_jobs
        Number of threads; -1 is one for each core.
    random_state
        Decides how rows are divided, and all draws of the search; None draws a number.
    time_limit
        Ends the search after so many seconds.
    overrides
        Further settings of the experiment, such as ``"evolution.generations=5"`` or
        ``"task.missing=median"``, as for `load_experiment`.
    observer
        Receives the progress whenever something has finished.

    Raises
    ------
    NeuroevoError
        One line for each problem of the table or the settings.

    Examples
    --------
    >>> run = neuroevo.fit(X, y, random_state=1)  # doctest: +SKIP
    >>> run.champion().predict(X)  # doctest: +SKIP
    """
    from neuroevo.tables import are_texts, frame_of  # noqa: PLC0415 - loads pandas

    frame, targets = frame_of(X, y)
    settings = _settings(("seed", "task.split_seed"), random_state, time_limit, overrides)
    if are_texts(frame, targets):  # labels also if they are digits, as for scikit-learn
        settings = ["task.problem=classes", *settings]
    experiment = _experiment_for_table(frame, targets, settings)
    return run(experiment, results=results, n_jobs=n_jobs, observer=observer)


def evolve(  # noqa: PLR0913 - what users of other optimizers set, by name
    function: Callable[..., object] | str,
    space: SearchSpace | Mapping[str, object],
    objectives: Mapping[str, str] = MappingProxyType({"value": "minimize"}),
    *,
    n_trials: int = 100,
    results: str | Path | None = None,
    n_jobs: int = -1,
    random_state: int | None = 0,
    time_limit: float | None = None,
    warm_start: "Run | str | Path | Sequence[Run | str | Path]" = (),
    overrides: Sequence[str] = (),
    observer: Observer = ignore_progress,
) -> Run:
    """Search for the best configurations of a function, and return the run.

    Parameters
    ----------
    function
        A function that is defined at the top level of a file, or ``"FILE.py:FUNCTION"``. It gets a
        dict with the value of each active gene, and a seed if it has an argument of that name; it
        returns a number, or one for each objective. It is called in processes that import its
        file, so a script must call `evolve` under ``if __name__ == "__main__":``.
    space
        The search space, or a mapping from the names of genes to genes or to their form in
        experiment files, such as ``{"rate": {"low": 1e-4, "high": 1.0, "log": True}}``.
    objectives
        Name of each objective -> ``"minimize"`` or ``"maximize"``, in the order in which they are
        returned; the first one decides the ranks.
    n_trials
        How many configurations are evaluated, at least 4; rounded up to whole generations of 4 to
        32, which are chosen so that it is rarely more.
    results
        The results folder, in which a run folder is made; by default the run is in memory.
    n_jobs
        Number of processes; -1 is one for each core.
    random_state
        Decides all draws of the search and the seeds that the function gets; None draws a number.
    time_limit
        Ends the search after so many seconds. A call has its own, ``task.time_limit``.
    warm_start
        Earlier runs whose trials the search learns from, such as one with fewer rows, see `run`.
    overrides
        Further settings of the experiment, such as ``"task.replicates=4"`` or
        ``'evolution.strategy="nsga2"'``, as for `load_experiment`.
    observer
        Receives the progress whenever something has finished.

    Raises
    ------
    NeuroevoError
        One line for each problem of the function or the settings.

    Examples
    --------
    >>> run = neuroevo.evolve(loss, {"rate": {"low": 0.0, "high": 1.0}})  # doctest: +SKIP
    >>> run.best.genome, run.best.objectives  # doctest: +SKIP
    """
    settings = _settings(("seed",), random_state, time_limit, overrides)
    experiment = experiment_for_function(function, space, objectives, n_trials, settings)
    return run(experiment, results=results, n_jobs=n_jobs, warm_start=warm_start, observer=observer)


def _settings(
    seeds: Sequence[str],
    random_state: int | None,
    time_limit: float | None,
    overrides: Sequence[str],
) -> list[str]:
    """Return arguments as overrides: the keys of seeds, the time limit, and then further ones."""
    seed = secrets.randbelow(2**32) if random_state is None else random_state
    limits = [] if time_limit is None else [f"evolution.time_limit={time_limit}"]
    return [*(f"{key}={seed}" for key in seeds), *limits, *override_list(overrides)]


def _experiment_for_table(
    table: "Experiment | str | Path | pd.DataFrame",
    target: str | Sequence[str],
    overrides: Sequence[str] = (),
) -> Experiment:
    if isinstance(table, Experiment):
        raise UsageError("target: must be left out for an experiment, which has its own")
    if not isinstance(table, str | Path):
        from neuroevo.tables import frame_of_inputs  # noqa: PLC0415 - loads pandas

        table = frame_of_inputs(table)
    experiment, suggestion = experiment_for_table(table, target, overrides)
    for note in suggestion.notes:
        warnings.warn(note, stacklevel=3)
    return experiment


def resume(  # noqa: PLR0913 - all that users set when they resume, by name
    run: Run | str | Path = "latest",
    *,
    results: str | Path = "results",
    n_jobs: int = -1,
    backend: Backend | None = None,
    scheduler: str | None = None,
    trial_timeout: float | None = None,
    ends: Mapping[str, object] | None = None,
    data: "str | Path | pd.DataFrame | None" = None,
    log: str | Sequence[str] = (),
    observer: Observer = ignore_progress,
    stop: Callable[[], bool] = never,
) -> Run:
    """Resume an interrupted run and return it when it is complete.

    Finished trials are not trained again, and the results are the same as without the
    interruption, bit for bit. A complete run is returned as it is.

    Parameters
    ----------
    run
        The run, its id, its path, or `latest`.
    results
        The results folder.
    n_jobs, backend, scheduler, trial_timeout, observer, stop
        As for `run`.
    ends
        When to end the search instead, such as `{"generations": 60}`: any of `generations`,
        `time_limit`, `target` and `patience`, as in the experiment's `[evolution]`; None drops
        one of the last three.
    data
        The run's table, recording or file of a function, if it was moved or was a data frame; it
        must be the same.
    log
        As for `run`; the trials from before are shown there too.

    Raises
    ------
    NeuroevoError
        One line for each problem: `BusyError` if another process writes to the run,
        `UsageError` if its experiment was edited or a complete run would end at once again,
        `DataError` if its task's data have changed.

    Examples
    --------
    >>> run = neuroevo.resume("latest")  # doctest: +SKIP
    >>> run = neuroevo.resume(run, ends={"generations": 60})  # doctest: +SKIP
    """
    folder = _opened(run, results).folder
    strange = [name for name in ends or () if name not in ENDS]
    if strange:
        raise UsageError(*(f"ends: {shown(name)}: {unknown(name, ENDS)}" for name in strange))
    with _followed(_trackers(log), observer) as observing:
        resumed = resume_search(
            folder,
            changes=ends,
            data=data,
            workers=Workers(n_jobs, backend, scheduler, trial_timeout),
            observer=observing,
            stop=stop,
        )
        # A run may have been interrupted between the end of the search and its report.
        return _reported(folder) if resumed or not folder.report_file.exists() else Run(folder)


def _trackers(log: str | Sequence[str]) -> tuple[str, ...]:
    """Return the names of trackers; UsageError with a line for each that can't be used."""
    names = (log,) if isinstance(log, str) else tuple(log)
    check_trackers(names)
    return names


def train(  # noqa: PLR0913 - all that users set in a training, by name
    configuration: Run | Experiment | str | Path,
    *,
    data: "str | Path | pd.DataFrame | None" = None,
    samples: int | None = None,
    seeds: int = 1,
    all_rows: bool = False,
    ensemble: int = 1,
    cross_validate: int = 1,
    n_jobs: int = -1,
    random_state: int | None = None,
    overrides: Sequence[str] = (),
    rank: int = 1,
    results: str | Path = "results",
    counter: Counter = ignore_progress,
) -> TrainedModel:
    """Train one configuration, and return the network as a model.

    Trained again as it is, a best.toml or the best configuration of a run gives the run's champion,
    the same to the bit.

    Parameters
    ----------
    configuration
        An experiment with every gene fixed, or the path of its file, such as a run's `best.toml`;
        or a run, its id, its path or ``latest``, for the configuration on its front.
    data
        Another table, its file or a frame, with the same columns.
    samples
        The sample budget of a training, instead of that of the configuration.
    seeds
        How many seeds are used, one after the other. With each, all replicates are trained, and
        the network with the lowest validation MSE of all is kept.
    all_rows
        Whether the network is trained again with the rows of all parts. One to three networks are
        the replicates that were best on the validation rows, trained without validation: for the
        median of the samples at which all replicates had their last weights. Four and more, of at
        most 50,000 rows, are cross-fitted: each is trained on three quarters of the rows, and the
        others stop it, in turn. Groups are not divided then, rows with times are cut into periods,
        other rows at random, also if a column divided them before, and rows of a class with less
        than four train all networks. Without patience all rows are trained in any case.
    ensemble
        How many networks are averaged: those with the lowest validation MSE, unless they are
        cross-fitted.
    cross_validate
        How many configurations of a run are compared, those that are best in its first objective:
        networks of each are cross-fitted on the rows outside the test part, and the configuration
        whose networks have the lowest loss on rows that they have not seen is trained. Needs
        `all_rows`, patience and an `ensemble` of four or more.
    n_jobs
        Number of threads; -1 is one for each core. It changes no result.
    random_state
        The first seed, instead of that of the configuration.
    overrides
        Settings such as ``"training.patience=20"``, as for `load_experiment`.
    rank
        Place of the configuration on the front of a run, from 1.
    results
        The results folder.
    counter
        Receives the number of finished trainings of all replicates, and the number of all of them.

    Raises
    ------
    UsageError
        If a gene is not fixed, or a setting is wrong.
    DataError
        If the data can't be read or learnt, or are gone.
    NeuroevoError
        If too many of the networks have diverged.

    Examples
    --------
    >>> model = neuroevo.train("best.toml", data="more.csv", all_rows=True)  # doctest: +SKIP
    >>> model.test, model.predict(rows)  # doctest: +SKIP
    >>> model.save("model.safetensors")  # doctest: +SKIP
    """
    given = [*([] if samples is None else [f"training.samples={samples!r}"]), *overrides]
    _check_counts({"seeds": seeds, "ensemble": ensemble, "cross_validate": cross_validate})
    if cross_validate == 1:
        experiment, learnt = _fixed(configuration, rank, results, given)
    else:
        others = {"data": data is not None, "rank": rank != 1, "seeds": seeds != 1}
        wrong = [f"without {name}" for name, given_too in others.items() if given_too]
        wrong += [] if all_rows else ["with all_rows"]
        if wrong:
            rule = f"must be used {' and '.join(wrong)}"
            raise UsageError(f"cross_validate: {rule}, but got {cross_validate}")
        run = _recorded_run(configuration, results)
        chosen = cross_validated(run, cross_validate, ensemble, n_jobs=n_jobs, overrides=given)
        longer = [f"training.samples={chosen.samples}"]
        experiment, learnt = _of_trial(run, chosen.trial, [*given, *longer])
    first = (experiment if random_state is None else experiment.replace(seed=random_state)).seed
    plan = Plan(range(first, first + seeds), ensemble, all_rows)
    trained = train_configuration(experiment, plan, Workers(n_jobs), data, learnt, counter=counter)
    for warning in trained.warnings:
        warnings.warn(warning, stacklevel=2)
    if cross_validate == 1:
        return TrainedModel.of(experiment.name, trained)
    times = chosen.samples // overridden(run.experiment, given).training.samples
    return TrainedModel.of(experiment.name, trained, chosen.trial.number, times)


def cross_validated(  # noqa: PLR0913 - what users set, by name
    run: Run,
    configurations: int = 16,
    ensemble: int = 16,
    *,
    n_jobs: int = -1,
    overrides: Sequence[str] = (),
    stop: Callable[[float, int], bool] = unlimited,
) -> BestConfiguration:
    """Return the best of some configurations of a run by cross-validation, see `train`.

    The best one is also tried with more samples, unless their number is among `overrides`.

    Parameters
    ----------
    run
        A run on a table.
    configurations
        How many are compared, those that are best in the first objective and keep all constraints.
    ensemble
        How many networks of each are trained, at least 4; those that have not seen a row predict it
        by their mean.
    n_jobs, overrides
        As for `train`.
    stop
        Receives about how many seconds one core needs for the next networks, and how many times the
        samples of the search they have; returns whether to stop before it. The best of what is
        finished is returned then.

    Raises
    ------
    UsageError
        If the run has learnt no table, or an argument is wrong.
    NeuroevoError
        If no trial is complete.
    """
    findings, experiment = run.findings, overridden(run.experiment, overrides)
    check_choice(experiment, configurations, ensemble)
    if configurations == 1:
        return BestConfiguration(run.best, experiment.training.samples)
    best = [run.best, *sorted(findings.feasible, key=findings.costs)]
    trials = list({trial.number: trial for trial in best}.values())[:configurations]
    is_set = "training.samples" in overridden_keys(overrides)
    return best_of(experiment, trials, ensemble, Workers(n_jobs), lengthens=not is_set, stop=stop)


def _recorded_run(configuration: Run | Experiment | str | Path, results: str | Path) -> Run:
    """Return a run; UsageError if it is a configuration."""
    if isinstance(configuration, Experiment) or _is_file(configuration):
        raise UsageError("cross_validate: must be of a run, which has several configurations")
    return _opened(configuration, results)


def _fixed(
    configuration: Run | Experiment | str | Path,
    rank: int,
    results: str | Path,
    overrides: Sequence[str],
) -> tuple[Experiment, LearntData]:
    """Return an experiment with every gene fixed, with overrides, and what it was found with."""
    if isinstance(configuration, Experiment):
        return overridden(configuration, overrides), LearntData()
    if not isinstance(configuration, Run):
        if _is_file(configuration):
            experiment, origin = load_with_origin(configuration, overrides)
            known = LearntData(origin.columns, origin.data) if origin else LearntData()
            return experiment, known
        configuration = load_run(configuration, results)
    return _of_trial(configuration, configuration.ranked(rank), overrides)


def _is_file(configuration: Run | str | Path) -> bool:
    """Whether it is the file of an experiment, or stdin, and no run."""
    if isinstance(configuration, Run):
        return False
    return Path(configuration).suffix == ".toml" or is_pipe(Path(configuration))


def _of_trial(run: Run, trial: Trial, overrides: Sequence[str]) -> tuple[Experiment, LearntData]:
    """Return the experiment of a run with the genes of a trial, and what that was found with."""
    learnt = LearntData(tuple(dict.fromkeys(run.start.columns.sources)), data_hash(run.start.data))
    return overridden(run.experiment.fixed(trial.genome), overrides), learnt


def _check_counts(counts: Mapping[str, object]) -> None:
    wrong = {
        name: count
        for name, count in counts.items()
        if isinstance(count, bool) or not isinstance(count, int) or count < 1
    }
    if wrong:
        rule = "must be a whole number of at least 1"
        raise UsageError(*(f"{name}: {rule}, but got {each!r}" for name, each in wrong.items()))


def random_search(
    run: Run | str | Path = "latest",
    *,
    results: str | Path = "results",
    n_jobs: int = -1,
    data: "str | Path | pd.DataFrame | None" = None,
    counter: Counter = ignore_progress,
) -> Run:
    """Train as many random configurations as a run has evaluated, to compare evolution with them.

    The figures `hypervolume` and `distribution` of the run then show them.

    Parameters
    ----------
    run, results, data
        As for `resume`.
    n_jobs
        Number of threads; -1 is one for each core.
    counter
        Receives the number of finished trials, and the number of all trials.

    Raises
    ------
    NeuroevoError
        One line for each problem, see `neuroevo.search.studies.study`.
    """
    found = _opened(run, results)
    with _study(found, "random", n_jobs, data) as (trainer, record):
        studies.random_search(trainer, record, len(found.findings.searched), counter)
    return _with_study(found, "random", record)


def ablate(  # noqa: PLR0913 - all that users set in a study, by name
    run: Run | str | Path = "latest",
    baseline: str = "",
    *,
    results: str | Path = "results",
    n_jobs: int = -1,
    data: "str | Path | pd.DataFrame | None" = None,
    counter: Counter = ignore_progress,
) -> Run:
    """Train the ablation path from a baseline to the best configuration, one gene at a time.

    The figure `ablation` of the run then shows it.

    Parameters
    ----------
    run, results, n_jobs, data, counter
        As for `random_search`.
    baseline
        Name of one of the run's baselines; the first of them by default.

    Raises
    ------
    NeuroevoError
        As for `random_search`; also if the run has no such baseline or no best configuration.
    """
    found = _opened(run, results)
    baselines = {trial.name: trial for trial in found.baselines}
    if not baselines:
        raise UsageError(f"{found.id}: has no baselines to start from")
    baseline = baseline or next(iter(baselines))
    if baseline not in baselines:
        raise UsageError(f"baseline: {one_of(baseline, baselines)}")
    source, target = baselines[baseline], found.best
    with _study(found, "ablation", n_jobs, data) as (trainer, record):
        studies.ablate(trainer, record, source, target, counter)
    return _with_study(found, "ablation", record)


def compare(runs: Sequence[Run | str | Path], *, results: str | Path = "results") -> "ComparedRuns":
    """Compare two or more runs: their experiments and their results.

    Parameters
    ----------
    runs
        The runs, their ids, their paths, or ``latest``.
    results
        The results folder.

    Returns
    -------
    neuroevo.report.comparison.ComparedRuns
        Its tables (`runs`, `differences`, `fronts`, `histories` and others) are pandas data
        frames; `figure` returns a figure by name, as for a run.

    Raises
    ------
    NeuroevoError
        One line for each run that can't be read.

    Examples
    --------
    >>> comparison = neuroevo.compare(["mouse-20261122-154455", "latest"])  # doctest: +SKIP
    >>> comparison.runs[["run", "final_mse"]]  # doctest: +SKIP
    >>> comparison.figure("history").show()  # doctest: +SKIP
    """
    from neuroevo.report.comparison import compare_runs  # noqa: PLC0415 - loads pandas

    return compare_runs(runs, results)


def verify(  # noqa: PLR0913 - all that users set in a verification, by name
    run: Run | str | Path = "latest",
    *,
    trials: "Literal['all', 'front'] | int" = SAMPLE,
    seed: int = 0,
    against: Run | str | Path | None = None,
    results: str | Path = "results",
    n_jobs: int = -1,
    data: "str | Path | pd.DataFrame | None" = None,
    call_function: bool = False,
    counter: Counter = ignore_progress,
    tell: Callable[[str], None] = ignore_progress,
) -> Verification:
    """Train trials of a run again, repeat its search, and compare every number to the bit.

    What is compared: the experiment, the prepared data, the trials (objectives, learning curves,
    states), the candidates that the search asks for, its state, the weights, curves and scores of
    the champions, the scores on the test part, and the best configuration. Nothing is written.

    Parameters
    ----------
    run, results, data
        As for `resume`.
    trials
        Which are trained again: ``all``; ``front``, with the baselines; or these and so many
        others, drawn at random.
    seed
        Of that draw.
    against
        Another run, to compare the numbers of both without training.
    n_jobs
        Number of threads, or of processes for a function; -1 is one for each core.
    call_function
        Whether the function of a run of the task ``python`` may be called again; else its
        objectives are not compared.
    counter
        Receives the number of trials that are trained again, and the number of all of them.
    tell
        Receives a line on what is done next.

    Returns
    -------
    neuroevo.search.verification.Verification
        `is_identical`, `differences` (a line for each), the `checks` of each part, and the
        versions and processor that differ under `environment`.

    Raises
    ------
    NeuroevoError
        One line for each problem: `BusyError` if a process writes to the run, `DataError` if its
        data are lost, `StorageError` if its journal or start is damaged.

    Examples
    --------
    >>> neuroevo.verify("latest").is_identical  # doctest: +SKIP
    >>> neuroevo.verify(run, trials="all").differences  # doctest: +SKIP
    """
    chosen, recorded = Chosen(trials, seed), _recorded(run, results)
    if against is not None:
        return compare_numbers(recorded, _recorded(against, results))
    workers = Workers(n_jobs)
    return verify_run(recorded, Means(chosen, data, call_function, workers, counter, tell))


def _recorded(run: Run | str | Path, results: str | Path) -> RecordedRun:
    found = _opened(run, results)
    if not found.is_in_memory:
        return read_recorded(found.folder)
    findings = found.findings
    return RecordedRun(
        found.id,
        found.start,
        found.experiment,
        findings.trials,
        findings.rescored,
        findings.held_out,
        findings.environment,
    )


@contextmanager
def _study(
    run: Run, name: str, n_jobs: int, data: "str | Path | pd.DataFrame | None"
) -> Iterator[tuple[Trainer, Record]]:
    """Open the trainer of a run and the record of a study."""
    if run.is_in_memory:
        with trainer_of(run.experiment, run.start, Workers(n_jobs)) as trainer:
            yield trainer, Record()
    else:
        file = run.folder.random_file if name == "random" else run.folder.ablation_file
        with studies.study(run.folder, file, Workers(n_jobs), data) as opened:
            yield opened


def _with_study(run: Run, name: str, record: Record) -> Run:
    """Return a run with the trials of a study; a run in a folder reads them from there."""
    if not run.is_in_memory:
        return Run(run.folder)
    trials: dict[str, Any] = {name: _by_number(record)}
    return Run.in_memory(run.start, run.status, replace(run.findings, **trials))


def _by_number(record: Record) -> tuple[Trial, ...]:
    return tuple(record.trials[number] for number in sorted(record.trials))


def _run_in_memory(experiment: Experiment, start: Start, record: Record) -> Run:
    state, trials = record.state, _by_number(record)
    seconds = float(state["seconds"])
    findings = Findings(
        experiment=experiment,
        trials=trials,
        rescored=tuple(record.rescored),
        columns=start.columns,
        kept=start.kept,
        preparation=start.preparation,
        held_out=record.held_out,
        environment=environment(),
        identity=experiment.name,
        seconds=seconds,
        fingerprint=start.data,
        reason=state["reason"],
        initial=start.initial,
        initial_from=start.initial_from,
        earlier_runs=start.earlier_runs,
    )
    status = Status("complete", state["reason"], state["generation"], len(trials), seconds)
    return Run.in_memory(start, status, findings)


def _opened(run: Run | str | Path, results: str | Path) -> Run:
    return run if isinstance(run, Run) else load_run(run, results)


def _beginning(
    experiment: Experiment,
    results: str | Path,
    seed_from: str | Path | Seeds | None,
    warm_start: Sequence[Any],
) -> Beginning:
    if isinstance(seed_from, Seeds) and not warm_start:
        return seed_from.beginning  # whoever has read it has shown the note
    seeds = read_beginning(experiment, results, seed_from, warm_start)
    if seeds.note:
        warnings.warn(seeds.note, stacklevel=3)
    return seeds.beginning


@contextmanager
def _followed(names: Sequence[str], observer: Observer) -> Iterator[Observer]:
    """Let trackers follow a run; yields the observer of its search."""
    with ExitStack() as stack:
        followings = [stack.enter_context(Following(name, _front_of)) for name in names]

        def observe(progress: Progress) -> None:
            if progress.folder is not None:
                for each in followings:
                    each.begin(progress.folder, progress.experiment)
            observer(progress)

        yield observe if names else observer


def _front_of(folder: RunFolder) -> tuple[int, ...]:
    return tuple(trial.number for trial in Run(folder).pareto_front())


@contextmanager
def _report_loading(trials: int) -> Iterator[None]:
    """Import what a report of so many trials needs, which takes seconds, while networks train."""

    def load() -> None:
        import neuroevo.playground  # noqa: F401, PLC0415 - loads pandas
        from neuroevo.analysis.forest import load_libraries  # noqa: PLC0415 - used here alone

        load_libraries(trials)

    thread = threading.Thread(target=load, name="loading of the report", daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join()  # a process must not end amid an import


def _reported(folder: RunFolder) -> Run:
    """Write the report of a run and return the run."""
    from neuroevo.playground import write_report  # noqa: PLC0415 - loads pandas

    finished = Run(folder)
    write_report(finished)
    return finished
