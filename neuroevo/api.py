"""The Python calls: run an experiment from a file or an object, and find a run again.

Composes searching and reporting, which do not know each other.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from neuroevo.errors import UsageError
from neuroevo.evaluation import Backend, Workers
from neuroevo.experiment import Experiment, Transfer, load_experiment, transfer
from neuroevo.report.run import Run, load_run
from neuroevo.search import Observer, search
from neuroevo.settings import printable
from neuroevo.space import Genome

__all__ = ["Seeds", "load_run", "read_seeds", "run"]


@dataclass(frozen=True, slots=True)
class Seeds:
    """Genomes that a search starts from, and a line on what of their source is not in them."""

    genomes: tuple[Genome, ...] = ()
    note: str = ""


def run(  # noqa: PLR0913 - all of what people set in a run, by name
    experiment: Experiment | str | Path,
    *,
    results: str | Path = "results",
    name: str | None = None,
    n_jobs: int = -1,
    backend: Backend = "threading",
    seed: int | None = None,
    seed_from: str | Path | Seeds | None = None,
    observer: Observer | None = None,
) -> Run:
    """Search for the best networks of an experiment, write the report, and return the run.

    Parameters
    ----------
    experiment
        An experiment or the path of its TOML file.
    results
        The folder in which the run's folder is made.
    name, seed
        Put in the place of the experiment's own.
    n_jobs, backend
        Workers, as joblib counts and calls them (`threading` or `loky`); they change no result.
    seed_from
        A run, or a TOML file such as its `best.toml`, whose best genomes the first generation
        holds, as `read_seeds` takes them over; it warns of what they lose.
    observer
        Is told how far the search has come whenever something has finished.

    Raises
    ------
    NeuroevoError
        One line for each thing that is wrong.

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
        seed_from = read_seeds(seed_from, experiment, results)
        if seed_from.note:
            warnings.warn(seed_from.note, stacklevel=2)
    folder = search(
        experiment,
        Path(results),
        workers=Workers(n_jobs, backend),
        initial=seed_from.genomes,
        observer=observer,
    )
    from neuroevo.report.page import write_report  # noqa: PLC0415 - loads pandas, not before

    finished = load_run(folder.path, results)
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
    origin = load_experiment(source)
    if origin.space.size > 1:
        raise UsageError(f"{name}: must fix every gene to be a seed, as a best.toml does")
    [configuration] = origin.space.genomes()
    try:
        taken = transfer(configuration, origin.training, experiment)
    except UsageError as error:
        raise UsageError(*(f"{name}: {problem}" for problem in error.problems)) from None
    return Seeds((taken.genome,), _note(name, [taken]))


def _note(source: str, taken: Sequence[Transfer], skipped: str = "") -> str:
    """Return a line on what is left out and skipped; empty if nothing is."""
    names = dict.fromkeys(name for each in taken for name in each.left_out)
    left_out = f"left out, since the space has no such gene: {', '.join(names)}" if names else ""
    parts = [part for part in (left_out, skipped) if part]
    return f"{source}: {'; '.join(parts)}" if parts else ""
