"""What rungs and races of replicates save: searches with and without, on mouse and ready sets."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from experiments.benchmarks.markdown import Table
from experiments.benchmarks.measuring import say
from neuroevo.evolution import Costs, costs_of, hypervolume, reference_point
from neuroevo.evolution.front import nondominated
from neuroevo.experiment import load_experiment
from neuroevo.runs import Trial, trained_share
from neuroevo.search import search_in_memory
from neuroevo.search.outcomes import fitness_of
from neuroevo.workers import Workers

_EXPERIMENTS = ("mouse", "diabetes", "iris", "breast-cancer", "friedman1")
_SIZE = ("evolution.population=24", "evolution.generations=16")
_OBJECTIVES = ('evolution.objectives=["final_mse", "parameters"]',)  # of ready sets, for a front
_FOLDS = "task.folds=5"  # with which a trial has 80 replicates
_RUNGS = "evolution.rungs=[0.111, 0.333]"
_RACE, _RACE_OF_FOLDS = "evolution.first_replicates=4", "evolution.first_replicates=16"


@dataclass(frozen=True, slots=True)
class _Case:
    """A search, and what stops its trials early."""

    experiment: str
    settings: tuple[str, ...]
    stopping: tuple[tuple[str, ...], ...]


_CASES = (
    *(
        _Case(
            name,
            (*_SIZE, *(() if name == "mouse" else _OBJECTIVES)),
            ((_RUNGS,), (_RUNGS, _RACE)),
        )
        for name in _EXPERIMENTS
    ),
    _Case(
        "diabetes",
        (*_SIZE, *_OBJECTIVES, _FOLDS),
        ((_RACE_OF_FOLDS,), (_RUNGS, _RACE_OF_FOLDS)),
    ),
)


@dataclass(frozen=True, slots=True)
class Saving:
    """Medians over the seeds of a search that stops trials, relative to the whole search."""

    experiment: str
    stopping: str  # its settings
    samples: float  # share of the samples that were trained
    seconds: float  # share of the seconds of training
    hypervolume: float  # of its front to that of the whole search
    cut: float  # the same of the first trials of the whole search that trained as many samples
    stopped: float  # share of the trials
    wrong: int  # trials of the control group on the front, though a verdict was to stop them
    control: int  # trials that a verdict was to stop, and that were trained to the end


@dataclass(frozen=True, slots=True)
class EarlyStoppingResult:
    """All measurements of this part."""

    seeds: int
    savings: tuple[Saving, ...]


@dataclass(frozen=True, slots=True)
class _Search:
    """The trials of a search in the order of their numbers, without baselines."""

    trials: tuple[Trial, ...]
    costs: tuple[Costs | None, ...]
    samples: tuple[float, ...]  # of each trial, in whole trainings of all replicates


def measure(rounds: int) -> EarlyStoppingResult:
    """Run searches with as many seeds."""
    return EarlyStoppingResult(
        rounds, tuple(saving for case in _CASES for saving in _measured(case, rounds))
    )


def tables(result: EarlyStoppingResult) -> list[Table]:
    """Return the measurements as tables."""
    columns = (
        "experiment",
        "stopping",
        "samples",
        "seconds of training",
        "hypervolume",
        "the whole search with as many samples",
        "trials stopped",
        "wrong verdicts on the front",
    )
    rows = tuple(
        (
            each.experiment,
            each.stopping,
            f"{each.samples:.0%}",
            f"{each.seconds:.0%}",
            f"{each.hypervolume:.3f}",
            f"{each.cut:.3f}",
            f"{each.stopped:.0%}",
            f"{each.wrong} of {each.control}",
        )
        for each in result.savings
    )
    note = (
        f"Medians of {result.seeds} seeds, each search {' and '.join(_SIZE)}; "
        "of ready sets the objectives are final_mse and parameters. Samples, seconds and "
        "hypervolume are relative to the search that trains every trial to its end; the last "
        "column counts the control group of all seeds."
    )
    return [Table("Early stopping", columns, rows, (note,))]


def _measured(case: _Case, seeds: int) -> list[Saving]:
    found: list[list[Saving]] = [[] for _ in case.stopping]
    for seed in range(seeds):
        whole = _searched(case.experiment, case.settings, seed)
        for savings, stopping in zip(found, case.stopping, strict=True):
            cut = _searched(case.experiment, (*case.settings, *stopping), seed)
            savings.append(_saving(case, stopping, whole, cut))
    return list(map(_median, found))


def _searched(name: str, settings: Sequence[str], seed: int) -> _Search:
    say(f"early stopping: {name}, seed {seed}, {' '.join(settings)}")
    path, own = Path(f"experiments/{name}.toml"), (*settings, f"seed={seed}")
    experiment = load_experiment(path, own)
    _, record = search_in_memory(experiment, workers=Workers(2))
    trials = tuple(
        trial for _, trial in sorted(record.trials.items()) if trial.operator != "baseline"
    )
    return _Search(
        trials,
        tuple(costs_of(fitness_of(trial, experiment.objectives)) for trial in trials),
        tuple(trained_share(trial, experiment) for trial in trials),
    )


def _saving(case: _Case, stopping: Sequence[str], whole: _Search, cut: _Search) -> Saving:
    samples = sum(cut.samples)
    known = [costs for costs in (*whole.costs, *cut.costs) if costs is not None]
    reference = reference_point(known)
    best = hypervolume(_known(whole.costs), reference)
    first = whole.costs[: round(samples)]  # each trial trains as many samples
    rejected = [trial for trial in cut.trials if trial.verdict and trial.state == "complete"]
    costs = dict(zip((trial.number for trial in cut.trials), cut.costs, strict=True))
    on_front = nondominated(_known(cut.costs))
    front = {costs for costs, kept in zip(_known(cut.costs), on_front, strict=True) if kept}
    folds = f"{case.experiment}, 5 folds" if _FOLDS in case.settings else case.experiment
    return Saving(
        folds,
        " ".join(each.removeprefix("evolution.") for each in stopping),
        samples / len(whole.trials),
        sum(trial.seconds for trial in cut.trials) / sum(trial.seconds for trial in whole.trials),
        hypervolume(_known(cut.costs), reference) / best,
        hypervolume(_known(first), reference) / best,
        sum(trial.state == "stopped" for trial in cut.trials) / len(cut.trials),
        sum(costs[trial.number] in front for trial in rejected),
        len(rejected),
    )


def _known(costs: Sequence[Costs | None]) -> list[Costs]:
    return [each for each in costs if each is not None]


def _median(savings: Sequence[Saving]) -> Saving:
    """Return the median of each measurement, and the sum of each count."""
    first = savings[0]
    return Saving(
        first.experiment,
        first.stopping,
        median(each.samples for each in savings),
        median(each.seconds for each in savings),
        median(each.hypervolume for each in savings),
        median(each.cut for each in savings),
        median(each.stopped for each in savings),
        sum(each.wrong for each in savings),
        sum(each.control for each in savings),
    )
