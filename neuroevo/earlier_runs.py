"""What a new search is given from earlier runs and files: first genomes, and trials to learn from.

Reads runs; does not search.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import isnan
from pathlib import Path

import numpy as np

from neuroevo.errors import UsageError, collected
from neuroevo.evolution import Individual, costs_of, front_of
from neuroevo.evolution.earlier import most_instructive
from neuroevo.experiment import Experiment, Transfer, load_experiment, transfer
from neuroevo.report.run import Run, load_run
from neuroevo.runs import EarlierRun, EarlierTrial, Trial, trial_excesses
from neuroevo.search.beginning import Beginning
from neuroevo.search.outcomes import fitness_of
from neuroevo.settings import printable
from neuroevo.space import Genome
from neuroevo.space.values import worded
from neuroevo.strategies.efforts import EFFORTS
from neuroevo.strategies.screened import Screened

MOST_SEEDS = 5
"""Genomes of all earlier runs that a warm start asks for first, at most."""


@dataclass(frozen=True, slots=True)
class Seeds:
    """What a search begins with, and a line on what it lacks of its source."""

    beginning: Beginning = field(default_factory=Beginning)
    note: str = ""


def read_beginning(
    experiment: Experiment,
    results: str | Path,
    seed_from: str | Path | Seeds | None,
    warm_start: Sequence[Run | str | Path],
) -> Seeds:
    """Read what a search begins with, see `read_seeds` and `read_warm_start`."""
    if isinstance(seed_from, Seeds):
        seeds = seed_from
    else:
        seeds = Seeds() if seed_from is None else read_seeds(seed_from, experiment, results)
    return read_warm_start(warm_start, experiment, results, seeds) if warm_start else seeds


def read_seeds(source: str | Path, experiment: Experiment, results: str | Path) -> Seeds:
    """Transfer the configurations of a TOML file or of a run's front to an experiment's space.

    Parameters
    ----------
    source
        A file such as a run's `best.toml`, in which every gene is fixed, or a run. Of a run's
        front at most as many are taken as the population has, the champion first; those that the
        space does not allow are skipped.
    experiment
        The experiment with the search space.
    results
        The results folder.

    Raises
    ------
    NeuroevoError
        One line for each value of the file that the space does not allow; one line if it allows
        no trial of a run's front.
    """
    if Path(source).suffix == ".toml":
        return _seeds_of_file(source, experiment)
    run = load_run(source, results)
    _check_kind(run.experiment, experiment, run.id)
    front = run.pareto_front()
    taken, refused = _transferred(run, front, experiment)
    if not taken:
        found = f"none of {len(front)} is: {refused[0]}" if refused else "its front is empty"
        rule = "must have a trial on its front that is in the search space"
        raise UsageError(f"{run.id}: {rule}, but {found}")
    skipped = ""
    if refused:
        skipped = f"{len(refused)} of {len(front)} on the front skipped ({refused[0]})"
    genomes = tuple(dict.fromkeys(each.genome for _, each in taken))
    population = experiment.evolution.population
    note = _note(run.id, [each for _, each in taken], skipped)
    return Seeds(Beginning(genomes[:population], run.id), note)


def read_warm_start(
    sources: Sequence[Run | str | Path], experiment: Experiment, results: str | Path, seeds: Seeds
) -> Seeds:
    """Read trials of earlier runs, from which the model of the strategy ``screened`` learns.

    Parameters
    ----------
    sources
        Runs, their ids or their paths. Of each, complete trials are taken whose configurations the
        space allows, those from which most is to be learned, see
        `neuroevo.evolution.earlier.most_instructive`; and a few of the best as first genomes.
    experiment
        The experiment that begins. Its objectives must have been recorded by the runs.
    results
        The results folder.
    seeds
        What the search begins with without them.

    Raises
    ------
    NeuroevoError
        One line for each run that can't be used.
    """
    if experiment.evolution.strategy != Screened.name:
        needed = f"evolution.strategy is {Screened.name!r} (--set evolution.strategy=screened)"
        found = f"it is {experiment.evolution.strategy!r}, to which seed_from (--seed-from) gives"
        rule = f"must be left out unless {needed}, but {found} first genomes"
        raise UsageError(f"warm_start: {rule}")
    problems: list[str] = []
    runs: list[_Offer] = []
    for run in _different(sources, results, problems):
        with collected(problems):
            runs.append(_offer(run, experiment))
    if problems:
        raise UsageError(*(f"warm_start: {each}" for each in problems))
    efforts = EFFORTS[experiment.evolution.effort or "medium"]
    most = efforts.of(len(experiment.objectives)).earlier
    first = dict.fromkeys(seeds.beginning.genomes)
    for each in runs:
        first |= dict.fromkeys(each.best[: max(MOST_SEEDS // len(runs), 1)])
    names = dict.fromkeys([seeds.beginning.source, *(each.run for each in runs)])
    beginning = Beginning(
        tuple(first)[: experiment.evolution.population],
        ", ".join(filter(None, names)),
        tuple(
            EarlierRun(each.run, tuple(each.trials[one.number] for one in individuals))
            for each, individuals in zip(
                runs, most_instructive([each.individuals for each in runs], most), strict=True
            )
        ),
    )
    notes = [seeds.note, *(each.note for each in runs)]
    return Seeds(beginning, "; ".join(filter(None, notes)))


def _different(
    sources: Sequence[object], results: str | Path, problems: list[str]
) -> Iterator[Run]:
    """Load runs, each once; adds a line for each that is none."""
    known: list[object] = []
    for source in sources:
        if not isinstance(source, Run | str | Path):
            rule = "must be a run, its id or its path, or a list of these"
            problems.append(f"{rule}, but got {worded(source)}")
            continue
        with collected(problems):
            run = source if isinstance(source, Run) else load_run(source, results)
            same = run.findings if run.is_in_memory else run.folder.path.resolve()
            if same not in known:
                known.append(same)
                yield run


@dataclass(frozen=True, slots=True)
class _Offer:
    """What an earlier run has for a search."""

    run: str
    trials: tuple[EarlierTrial, ...]
    individuals: tuple[Individual, ...]  # of the trials, whose places are their numbers
    best: tuple[Genome, ...]  # from all along the front, then the next best
    note: str


def _offer(run: Run, experiment: Experiment) -> _Offer:
    """Return the complete trials of a run in the space of an experiment; UsageError without any."""
    _check_kind(run.experiment, experiment, run.id)
    _check_directions(run, experiment)
    names, complete = experiment.evolution.objectives, run.findings.complete
    lacking = [name for name in names if all(isnan(each.quantity(name)) for each in complete)]
    if lacking and complete:
        rule = f"must have recorded the objectives {', '.join(names)}"
        raise UsageError(f"{run.id}: {rule}, but lacks {', '.join(lacking)}")
    taken, refused = _transferred(run, complete, experiment)
    if not taken:
        found = f"none of {len(complete)} is: {refused[0]}" if refused else "none is complete"
        raise UsageError(f"{run.id}: must have trials in the search space, but {found}")
    trials = tuple(
        EarlierTrial(dict(each.genome), {name: trial.quantity(name) for name in names})
        for trial, each in taken
    )
    individuals = tuple(
        Individual(
            place,
            each.genome,
            fitness_of(trials[place], experiment.objectives),
            _known_excesses(trial, experiment),
        )
        for place, (trial, each) in enumerate(taken)
    )
    if all(each.failed for each in individuals):
        raise UsageError(f"{run.id}: must have trials with all objectives, but none has")
    skipped = ""
    if refused:
        skipped = f"{len(refused):,} of {len(complete):,} trials skipped ({refused[0]})"
    note = _note(run.id, [each for _, each in taken], skipped)
    return _Offer(run.id, trials, individuals, _best(individuals), note)


def _check_directions(run: Run, experiment: Experiment) -> None:
    """Refuse a run in which an objective of the experiment is better in the other direction."""
    maximised = {item.name: item.maximised for item in run.experiment.objectives}
    for item in experiment.objectives:
        if maximised.get(item.name, item.maximised) != item.maximised:
            own, other = ("maximise", "minimise")[:: 1 if item.maximised else -1]
            rule = f"must {own} {item.name} as the experiment does"
            raise UsageError(f"{run.id}: {rule}, but {other}s it")


def _known_excesses(trial: Trial, experiment: Experiment) -> tuple[float, ...]:
    """Return how far a trial exceeds the bounds on what its run has recorded."""
    known = [each for each in experiment.constraints if not isnan(trial.quantity(each.name))]
    return trial_excesses(trial, known)


def _best(individuals: Sequence[Individual]) -> tuple[Genome, ...]:
    """Return the first genomes: some from all along the front, then the next best."""

    def costs(each: Individual) -> tuple[float, ...] | None:
        return None if each.failed else costs_of(each.fitness)

    front = front_of(individuals, costs, lambda each: each.violation)
    places = np.linspace(0, len(front) - 1, min(MOST_SEEDS, len(front))).round()
    sound = [each for each in individuals if not each.failed]
    next_best = sorted(sound, key=lambda each: (each.violation, each.fitness))
    chosen = [*(front[int(place)] for place in places), *next_best]
    return tuple(dict.fromkeys(each.genome for each in chosen))[:MOST_SEEDS]


def _transferred(
    run: Run, trials: Sequence[Trial], experiment: Experiment
) -> tuple[list[tuple[Trial, Transfer]], list[str]]:
    """Transfer configurations of trials; returns also a line for each that can't be."""
    taken, refused = [], []
    for trial in trials:
        try:
            taken.append((trial, transfer(trial.genome, run.experiment.training, experiment)))
        except UsageError as error:
            refused.append(f"trial {trial.number}: {error.problems[0]}")
    return taken, refused


def _seeds_of_file(source: str | Path, experiment: Experiment) -> Seeds:
    name = printable(str(source))
    try:
        origin = load_experiment(source)
    except UsageError as error:
        raise error.named(name) from None
    _check_kind(origin, experiment, name)
    if origin.space.size > 1:
        raise UsageError(f"{name}: must fix every gene to be a seed, as a best.toml does")
    [configuration] = origin.space.genomes()
    try:
        taken = transfer(configuration, origin.training, experiment)
    except UsageError as error:
        raise error.named(name) from None
    return Seeds(Beginning((taken.genome,), name), _note(name, [taken]))


def _check_kind(origin: Experiment, experiment: Experiment, source: str) -> None:
    if origin.trains_networks != experiment.trains_networks:
        words = "trains networks" if experiment.trains_networks else "calls a function"
        got = origin.task.kind
        raise UsageError(
            f"{source}: must be of an experiment that {words}, but its task is {got!r}"
        )


def _note(source: str, taken: Sequence[Transfer], skipped: str = "") -> str:
    """Return a line on what is left out and skipped; empty if nothing is."""
    names = dict.fromkeys(name for each in taken for name in each.left_out)
    left_out = f"left out, since the space has no such gene: {', '.join(names)}" if names else ""
    parts = [part for part in (left_out, skipped) if part]
    return f"{source}: {'; '.join(parts)}" if parts else ""
