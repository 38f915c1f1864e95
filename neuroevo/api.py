"""The Python calls: run an experiment from a file or an object, and find a run again.

Composes searching and reporting, which do not know each other.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from neuroevo.errors import UsageError
from neuroevo.evaluation import Backend, Workers
from neuroevo.experiment import Experiment, load_experiment
from neuroevo.report.run import Run, load_run
from neuroevo.search import Observer, search
from neuroevo.space import Value

__all__ = ["load_run", "run"]


def run(  # noqa: PLR0913 - all of what people set in a run, by name
    experiment: Experiment | str | Path,
    *,
    results: str | Path = "results",
    name: str | None = None,
    n_jobs: int = -1,
    backend: Backend = "threading",
    seed: int | None = None,
    seed_from: str | Path | None = None,
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
        holds.
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
    folder = search(
        experiment,
        Path(results),
        workers=Workers(n_jobs, backend),
        initial=_initial(seed_from, experiment, Path(results)),
        observer=observer,
    )
    from neuroevo.report.page import write_report  # noqa: PLC0415 - loads pandas, not before

    finished = load_run(folder.path, results)
    write_report(finished)
    return finished


def _initial(
    source: str | Path | None, experiment: Experiment, results: Path
) -> list[Mapping[str, Value]]:
    """Read the genomes of a TOML file or of a run's front, best first."""
    if source is None:
        return []
    if Path(source).suffix == ".toml":
        space = load_experiment(source).space
        if space.size > 1:
            raise UsageError(f"{source}: must fix every gene to be a seed, as a best.toml does")
        return [space.sample(np.random.default_rng(0))]  # the only genome that there is
    front = load_run(source, results).pareto_front()
    return [trial.genome for trial in front[: experiment.evolution.population]]
