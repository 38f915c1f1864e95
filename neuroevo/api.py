"""The Python calls: run an experiment from a file or an object, find a run again, resume it.

Composes searching and reporting, which do not know each other.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from neuroevo.analysis.findings import Findings
from neuroevo.errors import UsageError
from neuroevo.experiment import Experiment, Transfer, load_experiment, transfer
from neuroevo.report.run import Run, load_run
from neuroevo.runs import RunFolder, Start, Status, Trial, environment
from neuroevo.search import (
    ENDS,
    Counter,
    Observer,
    count_nothing,
    nobody,
    search,
    search_in_memory,
    studies,
)
from neuroevo.search import resume as resume_search
from neuroevo.search.beginning import bench_of
from neuroevo.search.bench import Bench
from neuroevo.search.record import MemoryRecord, StudyRecord
from neuroevo.settings import one_of, printable, shown, unknown
from neuroevo.space import Genome
from neuroevo.workers import Backend, Workers
from neuroevo.workers.pool import never

if TYPE_CHECKING:
    from neuroevo.report.comparison import ComparedRuns

__all__ = ["Seeds", "ablate", "compare", "load_run", "random_search", "read_seeds", "resume", "run"]


@dataclass(frozen=True, slots=True)
class Seeds:
    """Genomes that a search starts from, and a line on what of their source is not in them."""

    genomes: tuple[Genome, ...] = ()
    note: str = ""


def run(  # noqa: PLR0913 - all of what people set in a run, by name
    experiment: Experiment | str | Path,
    *,
    results: str | Path | None = "results",
    name: str | None = None,
    n_jobs: int = -1,
    backend: Backend = "threading",
    scheduler: str | None = None,
    trial_timeout: float | None = None,
    seed: int | None = None,
    seed_from: str | Path | Seeds | None = None,
    observer: Observer = nobody,
    stop: Callable[[], bool] = never,
) -> Run:
    """Search for the best networks of an experiment, write the report, and return the run.

    Parameters
    ----------
    experiment
        An experiment or the path of its TOML file.
    results
        The folder in which the run's folder is made; None for a run in memory alone, which has
        neither a report nor a folder and can't be resumed.
    name, seed
        Put in the place of the experiment's own.
    n_jobs, backend, scheduler, trial_timeout
        Workers, see `neuroevo.evaluation.Workers`; they change no result.
    seed_from
        A run, or a TOML file such as its `best.toml`, whose best genomes the first generation
        holds, as `read_seeds` takes them over; it warns of what they lose.
    observer
        Is told how far the search has come whenever something has finished.
    stop
        Is asked every now and then whether to stop; running trials are finished then.

    Raises
    ------
    NeuroevoError
        One line for each thing that is wrong. Whatever ended a run that had begun, `resume` goes
        on with it.

    Examples
    --------
    >>> run = neuroevo.run("experiments/mouse.toml", n_jobs=2)  # doctest: +SKIP
    >>> run.best.genome  # doctest: +SKIP
    """
    if not isinstance(experiment, Experiment):
        experiment = load_experiment(experiment)
    changes = {"name": name, "seed": seed}
    experiment = experiment.replace(
        **{key: value for key, value in changes.items() if value is not None}
    )
    if seed_from is None:
        seed_from = Seeds()
    elif not isinstance(seed_from, Seeds):
        seed_from = read_seeds(seed_from, experiment, "results" if results is None else results)
        if seed_from.note:
            warnings.warn(seed_from.note, stacklevel=2)
    workers = Workers(n_jobs, backend, scheduler, trial_timeout)
    if results is None:
        start, record = search_in_memory(
            experiment, workers=workers, initial=seed_from.genomes, observer=observer, stop=stop
        )
        return _held(experiment, start, record)
    folder = search(
        experiment,
        Path(results),
        workers=workers,
        initial=seed_from.genomes,
        observer=observer,
        stop=stop,
    )
    return _reported(folder)


def resume(  # noqa: PLR0913 - all of what people set when they resume, by name
    run: Run | str | Path = "latest",
    *,
    results: str | Path = "results",
    n_jobs: int = -1,
    backend: Backend = "threading",
    scheduler: str | None = None,
    trial_timeout: float | None = None,
    ends: Mapping[str, object] | None = None,
    observer: Observer = nobody,
    stop: Callable[[], bool] = never,
) -> Run:
    """Go on with a run that was stopped, by whatever it was; return it when it is complete.

    What is finished is not trained again, and what comes out is what would have come out without
    the interruption, bit for bit. A run that is complete already is returned as it is.

    Parameters
    ----------
    run
        The run, its id, its path, or `latest`.
    results
        Where runs are looked for.
    n_jobs, backend, scheduler, trial_timeout, observer, stop
        As for `run`.
    ends
        Other ends for the search, such as `{"generations": 60}`: any of `generations`,
        `time_limit`, `target` and `patience`, as in the experiment's `[evolution]`.

    Raises
    ------
    NeuroevoError
        One line for each thing that is wrong: `BusyError` if another process writes to the run,
        `UsageError` if its experiment was edited, `DataError` if its task's data have changed.

    Examples
    --------
    >>> run = neuroevo.resume("latest")  # doctest: +SKIP
    >>> run = neuroevo.resume(run, ends={"generations": 60})  # doctest: +SKIP
    """
    folder = _opened(run, results).folder
    strange = [name for name in ends or () if name not in ENDS]
    if strange:
        raise UsageError(*(f"ends: {shown(name)}: {unknown(name, ENDS)}" for name in strange))
    went_on = resume_search(
        folder,
        changes=ends,
        workers=Workers(n_jobs, backend, scheduler, trial_timeout),
        observer=observer,
        stop=stop,
    )
    # A run may have been stopped between its end and its report.
    return _reported(folder) if went_on or not folder.report_file.exists() else Run(folder)


def random_search(
    run: Run | str | Path = "latest",
    *,
    results: str | Path = "results",
    n_jobs: int = -1,
    counter: Counter = count_nothing,
) -> Run:
    """Train as many random configurations as a run's search tried, to see what evolution is worth.

    The run's figures `hypervolume` and `distribution` show them from then on.

    Parameters
    ----------
    run, results
        As for `resume`.
    n_jobs
        How many threads train; -1 is one a core.
    counter
        Is told how many are finished, and of how many.

    Raises
    ------
    NeuroevoError
        One line for each thing that is wrong, see `neuroevo.search.random_search`.
    """
    found = _opened(run, results)
    with _study(found, "random", n_jobs) as (bench, record):
        studies.random_search(bench, record, len(found.findings.searched), counter)
    return _with_study(found, random=record)


def ablate(
    run: Run | str | Path = "latest",
    baseline: str = "",
    *,
    results: str | Path = "results",
    n_jobs: int = -1,
    counter: Counter = count_nothing,
) -> Run:
    """Train the way from a baseline to the best configuration, one gene at a time.

    The run's figure `ablation` shows it from then on.

    Parameters
    ----------
    run, results, n_jobs, counter
        As for `random_search`.
    baseline
        Name of one of the run's baselines; the first of them by default.

    Raises
    ------
    NeuroevoError
        One line for each thing that is wrong, see `neuroevo.search.ablate`; also if the run has
        no such baseline or no best configuration.
    """
    found = _opened(run, results)
    baselines = {trial.name: trial for trial in found.baselines}
    if not baselines:
        raise UsageError(f"{found.id}: has no baselines to go from")
    baseline = baseline or next(iter(baselines))
    if baseline not in baselines:
        raise UsageError(f"baseline: {one_of(baseline, baselines)}")
    source, target = baselines[baseline], found.best
    with _study(found, "ablation", n_jobs) as (bench, record):
        studies.ablate(bench, record, source, target, counter)
    return _with_study(found, ablation=record)


def compare(runs: Sequence[Run | str | Path], *, results: str | Path = "results") -> "ComparedRuns":
    """Compare two or more runs: what differs between their experiments, and what came of it.

    Parameters
    ----------
    runs
        The runs, their ids, their paths, or ``latest``.
    results
        Where runs are looked for.

    Returns
    -------
    neuroevo.report.comparison.ComparedRuns
        Its tables (`runs`, `differences`, `fronts`, `histories` and others) are pandas'; its
        figures are to be had by name, as those of a run.

    Raises
    ------
    NeuroevoError
        One line for each run that can't be had.

    Examples
    --------
    >>> comparison = neuroevo.compare(["mouse-20261122-154455", "latest"])  # doctest: +SKIP
    >>> comparison.runs[["run", "final_mse"]]  # doctest: +SKIP
    >>> comparison.figure("history").show()  # doctest: +SKIP
    """
    from neuroevo.report.comparison import compare_runs  # noqa: PLC0415 - loads pandas, not before

    return compare_runs(runs, results)


@contextmanager
def _study(run: Run, name: str, n_jobs: int) -> Iterator[tuple[Bench, StudyRecord]]:
    """Open the bench of a run, with a record of a study beside what the run left."""
    if run.is_in_memory:
        with bench_of(run.experiment, run.start, Workers(n_jobs)) as bench:
            yield bench, MemoryRecord()
    else:
        file = run.folder.random_file if name == "random" else run.folder.ablation_file
        with studies.study(run.folder, file, Workers(n_jobs)) as opened:
            yield opened


def _with_study(run: Run, **records: StudyRecord) -> Run:
    """Return a run with the trials of a study, which its folder has if there is one."""
    if not run.is_in_memory:
        return Run(run.folder)
    found = {name: _by_number(record.trials) for name, record in records.items()}
    findings = replace(run.findings, **found)  # type: ignore[arg-type]  # trials, by name
    return Run.in_memory(run.start, run.status, findings)


def _by_number(trials: Mapping[int, Trial]) -> tuple[Trial, ...]:
    return tuple(trials[number] for number in sorted(trials))


def _held(experiment: Experiment, start: Start, record: MemoryRecord) -> Run:
    """Hold the run of a search in memory."""
    state, trials = record.state, _by_number(record.trials)
    seconds = float(state["seconds"])
    findings = Findings(
        experiment=experiment,
        trials=trials,
        champions=tuple(record.champions),
        columns=start.columns,
        kept=start.kept,
        environment=environment(),
        identity=experiment.name,
        seconds=seconds,
    )
    status = Status("complete", state["reason"], state["generation"], len(trials), seconds)
    return Run.in_memory(start, status, findings)


def _opened(run: Run | str | Path, results: str | Path) -> Run:
    return run if isinstance(run, Run) else load_run(run, results)


def _reported(folder: RunFolder) -> Run:
    """Open a finished run, with its report written."""
    from neuroevo.playground import write_report  # noqa: PLC0415 - loads pandas, not before

    finished = Run(folder)
    write_report(finished)
    return finished


def read_seeds(source: str | Path, experiment: Experiment, results: str | Path) -> Seeds:
    """Take the genomes of a TOML file or of a run's front over into an experiment's space.

    Parameters
    ----------
    source
        A file such as a run's `best.toml`, which fixes every gene, or a run. Of a run's front come
        as many as the population holds, best first, without those that the space can't take.
    experiment
        Whose search space they are for.
    results
        Where runs are looked for.

    Raises
    ------
    NeuroevoError
        One line for each value of the file that the space can't take; one if it can take nothing
        of a run's front.
    """
    if Path(source).suffix == ".toml":
        return _seeds_of_file(source, experiment)
    run = load_run(source, results)
    front = run.pareto_front()
    taken, refused = [], []
    for trial in front:
        try:
            taken.append(transfer(trial.genome, run.experiment.training, experiment))
        except UsageError as error:
            refused.append(f"trial {trial.number}: {error.problems[0]}")
    if not taken:
        found = f"none of {len(front)} is: {refused[0]}" if refused else "its front is empty"
        rule = "must have a trial on its front that is in the search space"
        raise UsageError(f"{run.folder.id}: {rule}, but {found}")
    skipped = ""
    if refused:
        skipped = f"{len(refused)} of {len(front)} on the front skipped ({refused[0]})"
    genomes = tuple(dict.fromkeys(each.genome for each in taken))
    population = experiment.evolution.population
    return Seeds(genomes[:population], _note(run.folder.id, taken, skipped))


def _seeds_of_file(source: str | Path, experiment: Experiment) -> Seeds:
    name = printable(str(source))
    try:
        origin = load_experiment(source)
    except UsageError as error:
        raise error.named(name) from None
    if origin.space.size > 1:
        raise UsageError(f"{name}: must fix every gene to be a seed, as a best.toml does")
    [configuration] = origin.space.genomes()
    try:
        taken = transfer(configuration, origin.training, experiment)
    except UsageError as error:
        raise error.named(name) from None
    return Seeds((taken.genome,), _note(name, [taken]))


def _note(source: str, taken: Sequence[Transfer], skipped: str = "") -> str:
    """Return a line on what is left out and skipped; empty if nothing is."""
    names = dict.fromkeys(name for each in taken for name in each.left_out)
    left_out = f"left out, since the space has no such gene: {', '.join(names)}" if names else ""
    parts = [part for part in (left_out, skipped) if part]
    return f"{source}: {'; '.join(parts)}" if parts else ""
