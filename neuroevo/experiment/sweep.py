"""A sweep: one experiment with each of several settings, as a grid or as a list.

Reads a sweep from TOML, checks each of its experiments, and decides which of them share a run. Runs
nothing.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field

from neuroevo.errors import UsageError, collected
from neuroevo.experiment.changed_genes import drop_ineffective_genes
from neuroevo.experiment.experiment import Experiment
from neuroevo.experiment.reading import Document, overriding, read_document
from neuroevo.settings import Settings, one_of, shown, unknown
from neuroevo.space import Choice, Genome
from neuroevo.strategies.grid_search import GridSearch

MOST_POINTS = 10_000
_TABLES = ("task", "space", "training", "evolution")
_KEYS = ("seed", "note", *_TABLES)
_LABEL = "label"

Values = Mapping[str, Any]
"""Settings by their dotted keys, such as ``space.learning_rate``, as TOML has them."""


class _SweepTable(Settings):
    """The table ``[sweep]`` of a sweep file."""

    axes: Mapping[str, Any] = {}
    configurations: Annotated[tuple[Mapping[str, Any], ...], Field(max_length=1000)] = ()
    baseline: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """One of the settings of a sweep.

    Parameters
    ----------
    settings
        What differs between the points of the sweep.
    label
        Its name in the file, empty if it has none.
    run
        The place of its run.
    genome
        Its configuration, if its run evaluates it as a trial; None if its run is a search.
    is_baseline
        Whether others are compared with it.
    """

    settings: Values
    label: str
    run: int
    genome: Genome | None
    is_baseline: bool = False


@dataclass(frozen=True, slots=True)
class SweepRun:
    """A run of a sweep: its experiment, and the configurations of its only generation, if any."""

    experiment: Experiment
    initial: tuple[Genome, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """A sweep whose experiments are all checked.

    Parameters
    ----------
    name
        The first part of the name of its folder.
    keys
        The settings that vary, in the order of the file.
    points
        One for each combination of settings, in the order of the file.
    runs
        What must be run.
    """

    name: str
    keys: tuple[str, ...]
    points: tuple[SweepPoint, ...]
    runs: tuple[SweepRun, ...]

    @classmethod
    def of_seeds(cls, experiment: Experiment, count: int, initial: Sequence[Genome] = ()) -> Self:
        """Return a sweep over seeds: that of the experiment, and those that follow it.

        Parameters
        ----------
        experiment
            A search.
        count
            How many seeds.
        initial
            Genomes of the first generation of each search.

        Raises
        ------
        UsageError
            If there would be fewer than two.
        """
        if count < 2:  # noqa: PLR2004 - a sweep needs two
            raise UsageError(f"seeds: must be at least 2, but got {count}")
        seeds = range(experiment.seed, experiment.seed + count)
        runs = tuple(SweepRun(experiment.replace(seed=seed), tuple(initial)) for seed in seeds)
        points = tuple(
            SweepPoint({"seed": seed}, "", place, None) for place, seed in enumerate(seeds)
        )
        return cls(experiment.name, ("seed",), points, runs)


def read_sweep_file(
    path: str | Path, overrides: Sequence[str] = (), baseline: Sequence[str] = ()
) -> Sweep:
    """Read a sweep file: an experiment file with a table ``[sweep]``.

    Its ``axes`` have a list of values for each key of the experiment that varies, such as
    ``space.learning_rate`` or ``seed``; all combinations are tried. Its ``configurations`` are a
    list of tables with keys of the experiment, and a ``label`` if wanted; with axes too, each is
    combined with them. Its ``baseline`` has values of some keys.

    Parameters
    ----------
    path, overrides
        As for `load_experiment`.
    baseline
        Each ``table.key=value`` replaces or adds a value of the baseline.

    Raises
    ------
    UsageError
        One line for each problem of the file and of each experiment.
    """
    problems: list[str] = []
    document, folder = read_document(path, overrides, problems)
    table = _table(document.pop("sweep", None))
    given = overriding({key: _copied(value) for key, value in table.baseline.items()}, baseline)
    axes: dict[str, tuple[Any, ...]] = {}
    listed: list[tuple[str, Values]] = []
    reference: Values = {}
    with collected(problems):
        axes = _axes(table.axes)
    with collected(problems):
        listed = _configurations(table.configurations)
    with collected(problems):
        reference = _settings(given, "sweep.baseline")
    if problems:
        raise UsageError(*problems)
    keys = tuple(dict.fromkeys([*(key for _, values in listed for key in values), *axes]))
    combined = [
        (label, {**values, **dict(zip(axes, each, strict=True))})
        for label, values in listed
        for each in product(*axes.values())
    ]
    _check_count(combined)
    experiments = _experiments(document, folder, combined)
    points = [
        (values, label, experiment)
        for (label, values), experiment in zip(combined, experiments, strict=True)
    ]
    return Sweep(experiments[0].name, keys, *_divided(points, reference))


def _table(value: object) -> _SweepTable:
    if not isinstance(value, Mapping):
        rule = "must be a table with axes or configurations"
        got = "none" if value is None else shown(value)
        raise UsageError(f"sweep: {rule}, but got {got}")
    try:
        return _SweepTable.of(value)
    except UsageError as error:
        raise UsageError(*(f"sweep.{problem}" for problem in error.problems)) from None


def _copied(value: Any) -> Any:  # noqa: ANN401 - any value of TOML
    return dict(value) if isinstance(value, Mapping) else value


def _axes(table: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    axes, problems = {}, []
    for key, values in _settings(table, "sweep.axes").items():
        if not isinstance(values, list | tuple) or not values:
            rule = "must be a list of values"
            problems.append(f"sweep.axes.{key}: {rule}, but got {shown(values)}")
            continue
        texts = list(map(_text, values))
        again = next((each for place, each in enumerate(texts) if each in texts[:place]), None)
        if again is not None:
            problems.append(f"sweep.axes.{key}: must have each value once, but got {again} again")
        axes[key] = tuple(values)
    if problems:
        raise UsageError(*problems)
    return axes


def _configurations(tables: Sequence[Mapping[str, Any]]) -> list[tuple[str, Values]]:
    """Return the label and the settings of each configuration of the list; one without any."""
    listed, problems = list[tuple[str, Values]](), list[str]()
    for place, table in enumerate(tables):
        where = f"sweep.configurations[{place}]"
        label = table.get(_LABEL, "")
        if not isinstance(label, str):
            problems.append(f"{where}.{_LABEL}: must be a text, but got {shown(label)}")
        others = {key: value for key, value in table.items() if key != _LABEL}
        with collected(problems):
            listed.append((str(label), _settings(others, where)))
    if problems:
        raise UsageError(*problems)
    return listed or [("", {})]


def _settings(table: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the settings of tables by their dotted keys."""
    settings, problems = dict[str, Any](), list[str]()
    for key, value in table.items():
        if key not in _KEYS:
            problems.append(f"{where}.{key}: {unknown(key, _KEYS)}")
        elif key not in _TABLES:
            settings[key] = value
        elif isinstance(value, Mapping):
            settings |= {f"{key}.{name}": each for name, each in value.items()}
        else:
            problems.append(f"{where}.{key}: must be a table, but got {shown(value)}")
    if problems:
        raise UsageError(*problems)
    return settings


def _check_count(points: Sequence[object]) -> None:
    if not 1 < len(points) <= MOST_POINTS:
        rule = f"must have 2 to {MOST_POINTS:,} combinations of values"
        raise UsageError(f"sweep: {rule}, but got {len(points):,}")


def _experiments(
    document: Document, folder: Path, points: Sequence[tuple[str, Values]]
) -> list[Experiment]:
    """Make the experiment of each point; UsageError with each problem once."""
    found, problems = list[Experiment](), dict[str, list[Values]]()
    for _, values in points:
        changed = deepcopy(document)
        for key, value in values.items():
            table, _, name = key.rpartition(".")
            (changed.setdefault(table, {}) if table else changed)[name] = value
        drop_ineffective_genes(changed, values)
        try:
            found.append(Experiment.of(changed, folder=folder))
        except UsageError as error:
            for problem in error.problems:
                problems.setdefault(problem, []).append(values)
    if problems:
        raise UsageError(
            *(
                problem if len(where) == len(points) else f"{_in_common(where)}: {problem}"
                for problem, where in problems.items()
            )
        )
    return found


def _in_common(points: Sequence[Values]) -> str:
    """Return the settings that some points have in common as text."""
    first = points[0]
    common = [key for key in first if all(each.get(key) == first[key] for each in points)]
    return f"with {', '.join(f'{key} = {shown(first[key])}' for key in common or first)}"


def _text(value: object) -> str:
    """Return a value as JSON, so that lists and tuples are the same."""
    return json.dumps(value, default=str)


def _divided(
    points: Sequence[tuple[Values, str, Experiment]], baseline: Values
) -> tuple[tuple[SweepPoint, ...], tuple[SweepRun, ...]]:
    """Decide on the runs: points that differ in their genes alone are trials of one run.

    A point whose experiment has several configurations is a search, and so a run of its own.
    """
    members: dict[object, list[int]] = {}
    genomes = [_only_configuration(experiment) for _, _, experiment in points]
    for place, (genome, (_, _, experiment)) in enumerate(zip(genomes, points, strict=True)):
        key = place if genome is None else (_without_genes(experiment), frozenset(genome))
        members.setdefault(key, []).append(place)
    run_of = {place: run for run, places in enumerate(members.values()) for place in places}
    runs = tuple(
        _run(points[places[0]][2], [each for place in places if (each := genomes[place])])
        for places in members.values()
    )
    _check_baseline(points, baseline)
    made = tuple(
        SweepPoint(values, label, run_of[place], genomes[place], _has(values, baseline))
        for place, (values, label, _) in enumerate(points)
    )
    return made, runs


def _only_configuration(experiment: Experiment) -> Genome | None:
    return experiment.only_configuration if experiment.space.size == 1 else None


def _without_genes(experiment: Experiment) -> str:
    """Return all of an experiment but its genes as text."""
    tables = tomllib.loads(experiment.to_toml())
    del tables["space"]
    return json.dumps(tables)


def _run(experiment: Experiment, genomes: Sequence[Genome]) -> SweepRun:
    if not genomes:
        return SweepRun(experiment)
    different = tuple(dict.fromkeys(genomes))
    space = {
        name: Choice(list(dict.fromkeys(genome[name] for genome in different)))
        for name in different[0]
    }
    evolution = experiment.evolution.model_dump(exclude_none=True)
    for name in ("effort", "look_ahead", "target", "patience", "rungs", "first_replicates"):
        evolution.pop(name, None)
    evolution |= {
        "strategy": GridSearch.name,
        "population": len(different),
        "generations": 1,
    }
    grid = experiment.replace(space=space, evolution=evolution)
    return SweepRun(grid, tuple(grid.space.genome(each) for each in different))


def _check_baseline(points: Sequence[tuple[Values, str, Experiment]], baseline: Values) -> None:
    for key, value in baseline.items():
        known = [values[key] for values, _, _ in points if key in values]
        if not known:
            keys = dict.fromkeys(key for values, _, _ in points for key in values)
            raise UsageError(f"sweep.baseline.{key}: {one_of(key, list(keys))}")
        if _text(value) not in map(_text, known):
            texts = ", ".join(dict.fromkeys(map(shown, known)))
            rule = f"must be one of {texts}"
            raise UsageError(f"sweep.baseline.{key}: {rule}, but got {shown(value)}")
    if baseline and not any(_has(values, baseline) for values, _, _ in points):
        raise UsageError("sweep.baseline: must be a combination of the sweep, but is none")


def _has(values: Values, baseline: Values) -> bool:
    return bool(baseline) and all(
        key in values and _text(values[key]) == _text(value) for key, value in baseline.items()
    )
