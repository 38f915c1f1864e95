"""Starts a search in a new run folder or in memory, and resumes one.

Knows what must be as it was when the run began; does not know how a search goes on.
"""

import json
import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neuroevo.errors import DataError, StorageError, UsageError
from neuroevo.experiment import Experiment
from neuroevo.runs import (
    Journal,
    RunFolder,
    RunLock,
    Start,
    SweepFolder,
    Trial,
    environment,
    environment_differences,
    mend_journal,
    names_fresh_scores,
    read_best,
    read_champions,
    read_checkpoints,
    read_environment,
    read_experiment,
    read_held_out,
    read_start,
    read_trials,
    write_start,
)
from neuroevo.search.beginning import NOTHING, Beginning
from neuroevo.search.loop import Search, SearchState, begun_generations, ends_of
from neuroevo.search.material import Material, material_of
from neuroevo.search.progress import Observer, Progress, StoppedError, ignore_progress
from neuroevo.search.record import Finished, FolderRecord, Record
from neuroevo.search.stopping import EXHAUSTED
from neuroevo.search.trainer import Trainer
from neuroevo.settings import shown
from neuroevo.storage.atomic import write_atomically
from neuroevo.storage.new_folders import new_folders_removed
from neuroevo.workers import Workers
from neuroevo.workers.pool import never

if TYPE_CHECKING:
    import pandas as pd


def search(  # noqa: PLR0913 - all options of a search, by name
    experiment: Experiment,
    results: Path,
    *,
    workers: Workers | None = None,
    beginning: Beginning = NOTHING,
    observer: Observer = ignore_progress,
    stop: Callable[[], bool] = never,
) -> RunFolder:
    """Search for the best networks in a new run folder and return it.

    Parameters
    ----------
    experiment
        The experiment.
    results
        The results folder, in which the run folder is made.
    workers
        Who trains; changes no result. One thread for each core by default.
    beginning
        What the search is given besides the experiment.
    observer
        Receives the progress whenever something has finished.
    stop
        Called now and then; returns whether the search shall stop before its end.

    Raises
    ------
    UsageError, DataError
        Before anything is written, if the experiment or the task's data can't be used.
    StorageError
        If the run can't be stored.
    StoppedError
        If it was stopped; it can be resumed, unless it had not begun.
    """
    with _prepared(experiment, beginning, workers or Workers(), observer) as (trainer, start):
        if stop():
            raise StoppedError(f"{experiment.name}: stopped before the search began")
        state = SearchState.at_first(experiment, beginning, space=trainer.space)
        with new_folders_removed(results):  # a run that has begun is in them, so they stay
            folder = RunFolder.create(results, experiment.name, moment=datetime.now().astimezone())
            with _filled(folder, start) as journal:
                Search(trainer, FolderRecord(folder, journal), state, observer, stop).run()
    return folder


def search_in_memory(
    experiment: Experiment,
    *,
    workers: Workers | None = None,
    beginning: Beginning = NOTHING,
    observer: Observer = ignore_progress,
    stop: Callable[[], bool] = never,
) -> tuple[Start, Record]:
    """Search without a folder; return what the search started from and its results.

    Parameters and errors are those of `search`. What a stopped search has finished is lost.
    """
    record = Record()
    with _prepared(experiment, beginning, workers or Workers(), observer) as (trainer, start):
        state = SearchState.at_first(experiment, beginning, space=trainer.space)
        Search(trainer, record, state, observer, stop).run()
    return start, record


@contextmanager
def _prepared(
    experiment: Experiment, beginning: Beginning, workers: Workers, observer: Observer
) -> Iterator[tuple[Trainer, Start]]:
    """Load what an experiment's candidates are evaluated on, and open its trainer."""
    material = material_of(experiment.task)
    if beginning.beside is not None:
        _check_data(material, beginning.beside)
    for warning in material.warnings:
        warnings.warn(warning, stacklevel=2)
    start = Start(
        experiment.to_toml(),
        material.fingerprint,
        material.columns,
        material.kept,
        tuple(map(dict, beginning.genomes)),
        preparation=material.preparation,
        initial_from=beginning.source,
        earlier_runs=beginning.earlier,
    )
    trainer = Trainer(experiment, material.evaluated_on, workers)
    left_out = sum(not trainer.space.allows(genome) for genome in beginning.genomes)
    if left_out:
        text = f"{left_out} of {len(beginning.genomes)} first configurations are left out"
        warnings.warn(f"{text}: they break the constraint on parameters", stacklevel=2)
    observer(Progress(experiment, "loading"))
    with trainer:
        yield trainer, start


def resume(  # noqa: PLR0913 - all options of a resumed search, by name
    folder: RunFolder,
    *,
    changes: Mapping[str, object] | None = None,
    data: "str | Path | pd.DataFrame | None" = None,
    workers: Workers | None = None,
    observer: Observer = ignore_progress,
    stop: Callable[[], bool] = never,
) -> bool:
    """Resume a run where it was left, unless it is complete; return whether it was not.

    Finished trials are not trained again, and the results are the same as without the
    interruption. Warns of changes that may matter, and of damage.

    Parameters
    ----------
    folder
        The run.
    changes
        Settings of `[evolution]` that decide when the search ends, to replace those it had.
    data
        Where the task's table, recording or function is, if it was moved or was a frame in memory.
    workers, observer, stop
        As for `search`.

    Raises
    ------
    BusyError
        If another process writes to the run.
    UsageError
        If the experiment was edited; one line for each difference. If the run is complete and
        would end at once with the changes.
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
        if changes:
            _check_sweep(folder, start, experiment)
        states, problems = read_checkpoints(folder)
        trials, damage = recovered(folder.journal_file, folder.damaged_journal_file)
        for problem in [*problems, *damage]:
            warnings.warn(problem, stacklevel=2)
        if states and _is_complete(folder, start, states[0], experiment, trials):
            return False
        trainer = trainer_of(experiment, start, workers or Workers(), data)
        state = _state(trainer, start, states, trials)
        _check_generations(changes or {}, state.strategy.generation)
        if states and states[0].get("phase") == "finished":
            _check_goes_on(experiment, states[0], state)
            look_ahead = experiment.evolution.look_ahead or 1  # across generations
            if look_ahead > 1 and states[0].get("ends") != ends_of(experiment):
                # With these ends the next candidates would have been asked for while others were
                # pending: it goes on as if it had had them from the start.
                state = _first_state(trainer, start, state.seconds)
        # The strategy has received the others, which would take memory.
        baselines = len(experiment.task.baselines)
        finished = Finished.of(trials, experiment)
        needed = [each for each in trials if not baselines <= each.number < state.evaluated]
        del trials
        _update_environment(folder)
        _update_experiment(folder, start, experiment)
        progress = Progress(
            experiment,
            "loading",
            folder,
            generation=state.strategy.generation,
            begun=begun_generations(state, needed),
            trials=finished.trials,
            networks=finished.networks,
            seconds=state.seconds,
        )
        observer(progress)
        with trainer, Journal(folder.journal_file) as journal:
            record = FolderRecord(folder, journal, needed, finished)
            continued = Search(trainer, record, state, observer, stop)
            continued.save()
            continued.run()
    return True


def trainer_of(
    experiment: Experiment,
    start: Start,
    workers: Workers,
    data: "str | Path | pd.DataFrame | None" = None,
) -> Trainer:
    """Make the trainer of a run, on data or a function that must be as when the run began.

    Raises
    ------
    UsageError
        If the experiment asks for too much memory, or its task has no data to be given.
    DataError
        If the data can't be made, or differ: one line for each array that does, or for the file
        of a function.
    """
    material = material_of(experiment.task.located(data))
    _check_data(material, start)
    return Trainer(experiment, material.evaluated_on, workers)


def _check_data(material: Material, start: Start) -> None:
    differences = data_differences(material, start)
    if differences:
        raise DataError(*differences)


def data_differences(material: Material, start: Start) -> list[str]:
    """Return how the data of a task differ from those that a run began with, a line for each."""
    found = material.fingerprint
    if len(found) == 1 and [*found.values()] == [*start.data.values()]:
        found = start.data  # the file of a function may have another name
    differences = [
        f"task: {name} must be {start.data.get(name, 'none')}, as when the run began, but got "
        f"{found.get(name, 'none')}"
        for name in dict.fromkeys((*start.data, *found))
        if found.get(name) != start.data.get(name)
    ]
    if (material.columns, material.preparation) != (start.columns, start.preparation):
        differences.insert(0, "task: columns must be the same as when the run began")
    return differences


def _check_goes_on(experiment: Experiment, last: Mapping[str, Any], state: SearchState) -> None:
    """Refuse other ends with which a complete search would end again at once."""
    if last.get("ends") == ends_of(experiment):  # a file of the run is made again
        return
    if last.get("reason") == EXHAUSTED:
        raise UsageError(f"evolution: no end lets the search go on: {EXHAUSTED}")
    end = state.end(experiment, state.seconds)
    if end is not None:
        raise UsageError(
            f"evolution: the search would end at once, as it did: {end.reason}; {end.advice}"
        )


def _check_sweep(folder: RunFolder, start: Start, experiment: Experiment) -> None:
    """Refuse other ends for a run of a sweep, which would no longer be that of a setting."""
    sweep = SweepFolder(folder.path.parent)
    if sweep.exists() and experiment != read_experiment(folder, start):
        rule = f"must be those of the sweep {shown(sweep.id)}, whose runs are compared"
        raise UsageError(f"evolution: ends of the search {rule}; a copy of the run can have others")


def _check_generations(changes: Mapping[str, object], done: int) -> None:
    asked = changes.get("generations")
    if isinstance(asked, int) and asked < done:
        rule = f"must be at least the {done} that are done"
        raise UsageError(f"evolution.generations: {rule}, but got {asked}")


def _update_experiment(folder: RunFolder, start: Start, experiment: Experiment) -> None:
    """Make this the experiment of the run; if that is interrupted, the next resume completes it."""
    text = experiment.to_toml()
    if text != start.experiment:
        start = replace(start, experiment=text, earlier=start.experiment)
        write_start(folder.start_file, start)
    if start.earlier or not folder.experiment_file.exists():
        write_atomically(folder.experiment_file, start.experiment)
        write_start(folder.start_file, replace(start, earlier=""))


def recovered(journal: Path, keep: Path) -> tuple[list[Trial], list[str]]:
    """Read a journal after torn and damaged lines are removed; a missing one is made.

    Returns its trials, by number, and a message for each damaged line; then the original is kept
    in `keep`. Nobody else may write to the journal. StorageError if it can't be read or written.
    """
    with Journal(journal):
        pass  # makes a missing journal and trims a torn line
    damage = mend_journal(journal, keep)
    return read_trials(journal), damage


@contextmanager
def _filled(folder: RunFolder, start: Start) -> Iterator[Journal]:
    """Lock a new folder and write what is known before the search; remove it if that fails.

    The experiment comes last: with it, the folder is a run that can be resumed.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(RunLock(folder))
            journal = stack.enter_context(Journal(folder.journal_file))
            write_atomically(folder.environment_file, _json(environment()))
            write_start(folder.start_file, start)
            write_atomically(folder.experiment_file, start.experiment)
        except BaseException:
            shutil.rmtree(folder.path, ignore_errors=True)
            raise
        yield journal


def _update_environment(folder: RunFolder) -> None:
    """Add this process to the environments of the run, and warn of differences."""
    now = environment()
    try:
        then = read_environment(folder.environment_file)
    except StorageError as error:
        warnings.warn(f"{error}; it is written anew", stacklevel=3)
        then = now
    differences = environment_differences(then, now)
    if differences:
        changed = "; ".join(differences)
        warnings.warn(f"{folder.id}: resumed in another environment: {changed}", stacklevel=3)
    earlier = then.get("resumed")
    resumed = [*(earlier if isinstance(earlier, list) else []), now]
    write_atomically(folder.environment_file, _json({**then, "resumed": resumed}))


def _state(
    trainer: Trainer, start: Start, states: Sequence[Mapping[str, Any]], trials: list[Trial]
) -> SearchState:
    """Restore the newest state whose trials are all in the journal, else the first state."""
    experiment, space = trainer.experiment, trainer.space
    recorded = {trial.number: trial for trial in trials}
    for state in states:
        try:
            if all(number in recorded for number in range(int(state["evaluated"]))):
                return SearchState.from_values(experiment, state, recorded, space)
            problem = "some of its trials are missing in the journal; they are trained again"
        except (UsageError, KeyError, TypeError, ValueError, AttributeError) as error:
            problem = f"it does not fit the journal ({type(error).__name__}: {error})"
        warnings.warn(f"a checkpoint can't be used: {problem}", stacklevel=3)
    seconds = max((float(state.get("seconds", 0.0)) for state in states), default=0.0)
    return _first_state(trainer, start, seconds)


def _first_state(trainer: Trainer, start: Start, seconds: float) -> SearchState:
    """Return the state before the first candidate, after so many seconds."""
    experiment = trainer.experiment
    beginning = Beginning.of(start, experiment)
    return SearchState.at_first(experiment, beginning, seconds, trainer.space)


def _is_complete(
    folder: RunFolder,
    start: Start,
    state: Mapping[str, Any],
    experiment: Experiment,
    trials: Sequence[Trial],
) -> bool:
    """Return whether a search has reached the end of its experiment and no file is missing."""
    if state.get("phase") != "finished" or state.get("ends") != ends_of(experiment):
        return False
    lost = len(trials) < int(state.get("trials", 0)) or not folder.experiment_file.exists()
    try:
        best = read_best(folder.best_file)
        # A function that an earlier version of neuroevo has searched has no scores on fresh seeds.
        if experiment.trains_networks or names_fresh_scores(best):
            read_champions(folder.champions_file)
        if start.has_test_part:
            read_held_out(folder.test_file, start.columns)
    except (StorageError, DataError) as error:
        warnings.warn(f"{error}; it is made again", stacklevel=3)
        return False
    if best != state.get("best", ""):
        warnings.warn(f"{folder.best_file}: was changed; it is made again", stacklevel=3)
        return False
    return not lost


def _json(values: Mapping[str, object]) -> str:
    return json.dumps(values, indent=2) + "\n"
