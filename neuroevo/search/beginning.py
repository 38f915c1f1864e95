"""How a search begins in a new run folder, and how it is taken up again in an old one.

Knows what must be as it was; does not know how a search goes on.
"""

import json
import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from neuroevo.errors import DataError, StorageError, UsageError
from neuroevo.experiment import Experiment
from neuroevo.learning import DataSet
from neuroevo.runs import (
    Journal,
    RunFolder,
    RunLock,
    Start,
    Trial,
    data_fingerprint,
    environment,
    environment_differences,
    mend_journal,
    read_best,
    read_champions,
    read_checkpoints,
    read_environment,
    read_experiment,
    read_start,
    read_trials,
    write_atomically,
    write_start,
)
from neuroevo.search.bench import Bench
from neuroevo.search.loop import Search, SearchState, ends_of
from neuroevo.search.progress import Observer, Progress, StoppedError, nobody
from neuroevo.search.record import FolderRecord, MemoryRecord
from neuroevo.space import Genome
from neuroevo.workers import Workers
from neuroevo.workers.pool import never


def search(  # noqa: PLR0913 - all of what a caller may set, by name
    experiment: Experiment,
    results: Path,
    *,
    workers: Workers | None = None,
    initial: Sequence[Genome] = (),
    observer: Observer = nobody,
    stop: Callable[[], bool] = never,
) -> RunFolder:
    """Search for the best networks and leave a run folder.

    Parameters
    ----------
    experiment
        What to search.
    results
        Where run folders lie.
    workers
        Who trains; changes no result. One thread a core by default.
    initial
        Genomes that the first generation holds.
    observer
        Is told how far the search has come whenever something has finished.
    stop
        Is asked every now and then whether the search shall stop before its end.

    Returns
    -------
    The folder of the finished run.

    Raises
    ------
    UsageError, DataError
        Before anything is written, if the arguments or the task's data can't be.
    StorageError
        If the run can't be stored.
    StoppedError
        If it was stopped; it can be resumed, unless it had not begun.
    """
    with _prepared(experiment, initial, workers or Workers(), observer) as (bench, start):
        if stop():
            raise StoppedError(f"{experiment.name}: stopped before the search began")
        state = SearchState.at_first(experiment, initial)
        folder = RunFolder.create(results, experiment.name, moment=datetime.now().astimezone())
        with _filled(folder, start) as journal:
            Search(bench, FolderRecord(folder, journal), state, observer, stop).run()
    return folder


def search_in_memory(
    experiment: Experiment,
    *,
    workers: Workers | None = None,
    initial: Sequence[Genome] = (),
    observer: Observer = nobody,
    stop: Callable[[], bool] = never,
) -> tuple[Start, MemoryRecord]:
    """Search for the best networks without a folder.

    Parameters
    ----------
    experiment, workers, initial, observer, stop
        As for `search`.

    Returns
    -------
    What the search started from, and all that it left.

    Raises
    ------
    UsageError, DataError
        If the arguments or the task's data can't be.
    StoppedError
        If it was stopped; what was finished is lost.
    """
    record = MemoryRecord()
    with _prepared(experiment, initial, workers or Workers(), observer) as (bench, start):
        Search(bench, record, SearchState.at_first(experiment, initial), observer, stop).run()
    return start, record


@contextmanager
def _prepared(
    experiment: Experiment, initial: Sequence[Genome], workers: Workers, observer: Observer
) -> Iterator[tuple[Bench, Start]]:
    """Make the data of an experiment and open its bench; also says what a run of it starts from."""
    data = experiment.task.data_set()
    start = Start(
        experiment.to_toml(),
        data_fingerprint(data),
        data.columns,
        experiment.task.page_data(data),
        tuple(map(dict, initial)),
    )
    bench = Bench(experiment, data, workers)
    observer(Progress(experiment, "compiling"))
    with bench:
        yield bench, start


def resume(
    folder: RunFolder,
    *,
    changes: Mapping[str, object] | None = None,
    workers: Workers | None = None,
    observer: Observer = nobody,
    stop: Callable[[], bool] = never,
) -> bool:
    """Go on with a run where it was left; do nothing if it is complete.

    Trials that are finished are not trained again, and what comes out is what would have without
    the interruption. Warns of what is not as it was and may matter, and of what was damaged.

    Parameters
    ----------
    folder
        The run.
    changes
        Settings of `[evolution]` that say when the search ends, in the place of those it had.
    workers, observer, stop
        As for `search`.

    Returns
    -------
    Whether there was anything left to do.

    Raises
    ------
    BusyError
        If another process writes to the run.
    UsageError
        If the experiment was edited; one line for each difference.
    DataError
        If the task's data are not those that the run began with.
    StorageError
        If a file of the run is damaged, or can't be read or written.
    StoppedError
        If it was stopped again.
    """
    with RunLock(folder):
        start = read_start(folder.start_file)
        experiment = read_experiment(folder, start, changes)
        states, problems = read_checkpoints(folder)
        trials, damage = recovered(folder.journal_file, folder.damaged_journal_file)
        for problem in [*problems, *damage]:
            warnings.warn(problem, stacklevel=2)
        if states and _is_complete(folder, states[0], experiment, trials):
            return False
        bench = bench_of(experiment, start, workers or Workers())
        state = _state(experiment, start, states, trials)
        _check_generations(changes or {}, state.strategy.generation)
        _warn_of_another_environment(folder)
        _settle_experiment(folder, start, experiment)
        generation, seconds = state.strategy.generation, state.seconds
        observer(
            Progress(experiment, "compiling", folder, generation, len(trials), seconds=seconds)
        )
        with bench, Journal(folder.journal_file) as journal:
            continued = Search(bench, FolderRecord(folder, journal, trials), state, observer, stop)
            continued.save()
            continued.run()
    return True


def bench_of(experiment: Experiment, start: Start, workers: Workers) -> Bench:
    """Make the bench of a run again, on data that must be what they were.

    Raises
    ------
    UsageError
        If the experiment asks for too much memory.
    DataError
        If the data can't be had, or differ: one line for each array that does.
    """
    data = experiment.task.data_set()
    check_data(data, start)
    return Bench(experiment, data, workers)


def _check_generations(changes: Mapping[str, object], done: int) -> None:
    asked = changes.get("generations")
    if isinstance(asked, int) and asked < done:
        rule = f"must be at least the {done} that are done"
        raise UsageError(f"evolution.generations: {rule}, but got {asked}")


def _settle_experiment(folder: RunFolder, start: Start, experiment: Experiment) -> None:
    """Let the run have this experiment from now on; what is cut short is done the next time."""
    text = experiment.to_toml()
    if text != start.experiment:
        start = replace(start, experiment=text, earlier=start.experiment)
        write_start(folder.start_file, start)
    if start.earlier or not folder.experiment_file.exists():
        write_atomically(folder.experiment_file, start.experiment)
        write_start(folder.start_file, replace(start, earlier=""))


def recovered(journal: Path, keep: Path) -> tuple[list[Trial], list[str]]:
    """Read a journal, made if it is missing, after all that is torn or damaged was left out.

    Parameters
    ----------
    journal
        The journal's file; nobody else may write to it.
    keep
        Where it is kept as it was, if any whole line is damaged.

    Returns
    -------
    Its trials, by number, and a line on each that was left out.

    Raises
    ------
    StorageError
        If it can't be read or written.
    """
    with Journal(journal):
        pass  # one that is missing is made, and a torn line trimmed
    damage = mend_journal(journal, keep)
    return read_trials(journal), damage


def check_data(data: DataSet, start: Start) -> None:
    """Refuse data that are not those that a run began with.

    Raises
    ------
    DataError
        One line for each array that differs.
    """
    found = data_fingerprint(data)
    differences = ["task: columns must be those of when the run began"] * (
        data.columns != start.columns
    )
    differences += [
        f"task: {name} must be {shown_then}, as when the run began, but got {found.get(name)}"
        for name, shown_then in start.data.items()
        if found.get(name) != shown_then
    ]
    if differences:
        raise DataError(*differences)


@contextmanager
def _filled(folder: RunFolder, start: Start) -> Iterator[Journal]:
    """Lock a new folder and write down what is known before the search, or leave nothing.

    The experiment comes last: it makes the folder a run, which has a journal and can be resumed.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(RunLock(folder))
            journal = stack.enter_context(Journal(folder.journal_file))
            write_atomically(folder.environment_file, _json(environment()))
            write_start(folder.start_file, start)
            write_atomically(folder.experiment_file, start.experiment)
        except StorageError:
            shutil.rmtree(folder.path, ignore_errors=True)
            raise
        yield journal


def _warn_of_another_environment(folder: RunFolder) -> None:
    """Warn of what is not as it was, and add this process to what the run ran on."""
    now = environment()
    try:
        then = read_environment(folder.environment_file)
    except StorageError as error:
        warnings.warn(f"{error}; it is written anew", stacklevel=3)
        then = now
    differences = environment_differences(then, now)
    if differences:
        changed = "; ".join(differences)
        warnings.warn(f"{folder.id}: resumed elsewhere than it began: {changed}", stacklevel=3)
    earlier = then.get("resumed")
    resumed = [*(earlier if isinstance(earlier, list) else []), now]
    write_atomically(folder.environment_file, _json({**then, "resumed": resumed}))


def _state(
    experiment: Experiment, start: Start, states: Sequence[Mapping[str, Any]], trials: list[Trial]
) -> SearchState:
    """Find where the search stood last, as far as the journal has all trials that lead there."""
    recorded = {trial.number: trial for trial in trials}
    for state in states:
        try:
            if all(number in recorded for number in range(int(state["told"]))):
                return SearchState.from_values(experiment, state, recorded)
            problem = (
                "trials that it was told of are missing in the journal; they are trained again"
            )
        except (UsageError, KeyError, TypeError, ValueError, AttributeError) as error:
            problem = f"it does not fit the journal ({type(error).__name__}: {error})"
        warnings.warn(f"a checkpoint can't be used: {problem}", stacklevel=3)
    seconds = max((float(state.get("seconds", 0.0)) for state in states), default=0.0)
    initial = [experiment.space.genome(genome) for genome in start.initial]
    return SearchState.at_first(experiment, initial, seconds)


def _is_complete(
    folder: RunFolder, state: Mapping[str, Any], experiment: Experiment, trials: Sequence[Trial]
) -> bool:
    """Tell whether a search has come to the end that its experiment asks for, and all is there."""
    if state.get("phase") != "finished" or state.get("ends") != ends_of(experiment):
        return False
    lost = len(trials) < int(state.get("trials", 0)) or not folder.experiment_file.exists()
    try:
        read_champions(folder.champions_file)
        best = read_best(folder.best_file)
    except StorageError as error:
        warnings.warn(f"{error}; it is made again", stacklevel=3)
        return False
    if best != state.get("best", ""):
        warnings.warn(f"{folder.best_file}: was changed; it is made again", stacklevel=3)
        return False
    return not lost


def _json(values: Mapping[str, object]) -> str:
    return json.dumps(values, indent=2) + "\n"
