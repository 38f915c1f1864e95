"""Checks the arguments of `Evolution`: one line for each problem, all at once."""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

import numpy as np

from neuroevo.errors import UsageError
from neuroevo.evolution import Constraint, Individual
from neuroevo.evolution.candidate import LARGEST_FITNESS
from neuroevo.space import Genome, SearchSpace
from neuroevo.space.values import is_number, is_whole, worded

DIRECTIONS = ("minimize", "maximize")
MOST_OBJECTIVES = 31  # beyond them no hypervolume can be measured
LEAST_POPULATION, MOST_POPULATION = 4, 100_000
_NO_LISTS = (str, bytes, Mapping, set, frozenset)


def objective_problems(objectives: object) -> list[str]:
    """Return the problems of the directions of objectives."""
    if isinstance(objectives, str) or not isinstance(objectives, Sequence):
        return [f"objectives: must be a list of directions, but got {worded(objectives)}"]
    if not 1 <= len(objectives) <= MOST_OBJECTIVES:
        return [f"objectives: must be 1 to {MOST_OBJECTIVES} directions, but got {len(objectives)}"]
    return [
        f"objectives[{index}]: must be minimize or maximize, but got {worded(direction)}"
        for index, direction in enumerate(objectives)
        if direction not in DIRECTIONS
    ]


def whole_problems(name: str, value: object, least: int, most: float = math.inf) -> list[str]:
    """Return the problem of a whole number that has a minimum, if there is one."""
    if is_whole(value) and least <= cast("int", value) <= most:
        return []
    if is_whole(value) and cast("int", value) > most:
        return [f"{name}: must be at most {most:,}, but got {worded(value)}"]
    return [f"{name}: must be a whole number of at least {least}, but got {worded(value)}"]


def name_problems(name: str, value: object, names: Collection[str]) -> list[str]:
    """Return the problem of a value that must be one of some names, if there is one."""
    if isinstance(value, str) and value in names:
        return []
    return [f"{name}: must be one of {', '.join(map(repr, names))}, but got {worded(value)}"]


def checked_genomes(
    name: str,
    genomes: object,
    space: SearchSpace,
    known: Collection[Genome] = (),
) -> tuple[list[Genome], list[str]]:
    """Convert mappings, or the rows of a data frame, to genomes of a space.

    Rows may also be named tuples or records of NumPy, as data frames give them.
    Genomes that are `known` need no check.

    Returns
    -------
    list[Genome]
        Those without problems.
    list[str]
        One line for each problem of the others, with the `name` of the argument.
    """
    checked: list[Genome] = []
    problems: list[str] = []
    rows = listed(genomes)
    if rows is None:
        rule = "must be a list of genomes, or a data frame with a row for each"
        return [], [f"{name}: {rule}, but got {worded(genomes)}"]
    for index, genome in enumerate(rows):
        if isinstance(genome, Genome) and genome in known:
            checked.append(genome)
            continue
        genome = _row(genome)  # noqa: PLW2901 - the same genome
        if not isinstance(genome, Mapping):
            rule = "must be a mapping of values by gene"
            problems.append(f"{name}[{index}]: {rule}, but got {worded(genome)}")
            continue
        try:
            checked.append(space.genome(genome))
        except UsageError as error:
            problems += [f"{name}[{index}].{problem}" for problem in error.problems]
    return checked, problems


def _row(genome: object) -> object:
    """Return a row of a data frame as a mapping, without missing cells; anything else as it is.

    It may be a series, a named tuple, or a record of NumPy.
    """
    if hasattr(genome, "dropna") and hasattr(genome, "to_dict"):
        return genome.dropna().to_dict()
    if isinstance(genome, tuple) and hasattr(genome, "_asdict"):
        cells = genome._asdict()
    elif isinstance(genome, np.generic | np.ndarray) and genome.dtype.names and genome.ndim == 0:
        cells = {name: _scalar(genome[name]) for name in genome.dtype.names}  # type: ignore[index]  # a record
    else:
        return genome
    return {name: cell for name, cell in cells.items() if not _is_missing(cell)}


def _is_missing(cell: object) -> bool:
    """Whether a cell is one that pandas would drop; a masked one is not."""
    if isinstance(cell, float | np.floating):
        return math.isnan(cell)
    return cell is None or type(cell).__name__ in {"NAType", "NaTType"}


def _with_whole_numbers(rows: Sequence[Mapping[Any, Any]]) -> Iterator[dict[Any, Any]]:
    """Give rows with whole numbers where a frame made floats of them, as it does beside NaN."""
    wholes: dict[Any, bool] = {}
    for row in rows:
        for name, cell in row.items():
            is_one = isinstance(cell, float) and cell.is_integer()
            wholes[name] = wholes.get(name, True) and is_one
    some = {name for name in wholes if any(name not in row for row in rows)}
    for row in rows:
        yield {
            name: int(cell) if name in some and wholes[name] else cell for name, cell in row.items()
        }


def listed(values: object) -> list[object] | None:
    """Return the items of any iterable that has an order, but for texts and mappings; else None.

    Those of a data frame are its rows as mappings, without missing cells.
    """
    if hasattr(values, "notna") and hasattr(values, "columns"):
        rows, known = values.to_dict("records"), values.notna().to_dict("records")  # type: ignore[attr-defined]  # a frame has it
        kept = [
            {name: cell for name, cell in row.items() if is_known[name]}
            for row, is_known in zip(rows, known, strict=True)
        ]
        return [*_with_whole_numbers(kept)]
    if isinstance(values, _NO_LISTS) or not isinstance(values, Iterable):
        return None
    try:
        return list(values)
    except TypeError:  # an array without dimensions
        return None


def checked_constraints(constraints: object) -> tuple[list[Constraint], list[str]]:
    """Convert a mapping from quantities to their bounds.

    Returns
    -------
    list[Constraint]
        Those without problems.
    list[str]
        One line for each problem.
    """
    if not isinstance(constraints, Mapping):
        rule = "must be a mapping from quantities to their bounds"
        return [], [f"constraints: {rule}, but got {worded(constraints)}"]
    found, problems = [], []
    for name, bounds in constraints.items():
        place = f"constraints[{name!r}]"
        if not isinstance(bounds, Mapping) or not bounds or set(bounds) - {"min", "max"}:
            rule = "must be bounds such as {'min': 0, 'max': 100}, or one of them"
            problems.append(f"{place}: {rule}, but got {worded(bounds)}")
            continue
        wrong = [key for key, bound in bounds.items() if not _is_bound(bound)]
        problems += [
            f"{place}[{key!r}]: must be a finite number, but got {worded(bounds[key])}"
            for key in wrong
        ]
        if not wrong and bounds.get("min", -math.inf) > bounds.get("max", math.inf):
            rule = "must have a min of at most its max"
            problems.append(f"{place}: {rule}, but got {worded(bounds)}")
        elif not wrong:
            found.append(Constraint(str(name), bounds.get("min"), bounds.get("max")))
    return found, problems


def _is_bound(bound: object) -> bool:
    return is_number(bound) and abs(cast("float", bound)) <= LARGEST_FITNESS


def checked_quantities(
    quantities: object, names: Sequence[str], genomes: int
) -> tuple[list[dict[str, float]], list[str]]:
    """Convert the quantities of each genome to numbers by their names.

    Parameters
    ----------
    quantities
        For each genome a mapping from the name of each quantity to its value, a sequence of values
        in the order of the names, or of a single one the value; None without names.
    names
        The quantities that constraints bound, and the price.
    genomes
        The number of genomes.

    Returns
    -------
    list[dict[str, float]]
        The quantities of each genome, NaN for values that are not finite; empty for problems.
    list[str]
        One line for each problem.
    """
    if not names:
        problem = "quantities: must be left out without constraints and a price"
        return [{}] * genomes, [] if quantities is None else [problem]
    if quantities is None:
        return [], [f"quantities: must be given, with {', '.join(names)} of each genome"]
    given = listed(quantities)
    if given is None:
        return [], [f"quantities: must be a list, but got {worded(quantities)}"]
    if len(given) != genomes:
        rule = f"must be one row for each of {genomes} genomes"
        return [], [f"quantities: {rule}, but got {len(given)}"]
    rows: list[dict[str, float]] = []
    problems: list[str] = []
    for index, row in enumerate(given):
        values = _values_by_name(row, names)
        if values is None:
            rule = f"must have the numbers {', '.join(names)}"
            problems.append(f"quantities[{index}]: {rule}, but got {worded(row)}")
        else:
            rows.append(values)
    return rows, problems


def _values_by_name(row: object, names: Sequence[str]) -> dict[str, float] | None:
    """Return the values of a row by their names; None if it has others."""
    if isinstance(row, Mapping):
        if set(row) != set(names):
            return None
        values = [row[name] for name in names]
    else:
        several = listed(row)
        values = [_scalar(row)] if several is None else several
    if len(values) != len(names) or not all(map(is_number, values)):
        return None
    return {name: _finite(value) for name, value in zip(names, values, strict=True)}


def _repetition_problems(genomes: Iterable[Genome], evaluated: Collection[Genome]) -> list[str]:
    """Return a line for each genome that is repeated or was evaluated before."""
    seen: set[Genome] = set()
    problems = []
    for genome in genomes:
        if genome in evaluated or genome in seen:
            problems.append(f"genomes: each must be given once only, but got {genome.key} again")
        seen.add(genome)
    return problems


def checked_searches(
    searches: object, space: SearchSpace, objectives: int
) -> tuple[list[list[Individual]], list[str]]:
    """Convert results of earlier searches, a pair of genomes and fitnesses of each.

    Returns
    -------
    list[list[Individual]]
        The results of each search; empty for problems.
    list[str]
        One line for each problem.
    """
    given = listed(searches)
    if given is None:
        rule = "must be a list with a pair of genomes and fitnesses of each search"
        return [], [f"earlier: {rule}, but got {worded(searches)}"]
    found: list[list[Individual]] = []
    problems: list[str] = []
    for index, pair in enumerate(given):
        if not isinstance(pair, list | tuple) or len(pair) != 2:  # noqa: PLR2004 - a pair
            rule = "must be a pair of genomes and fitnesses"
            problems.append(f"earlier[{index}]: {rule}, but got {worded(pair)}")
            continue
        genomes, rows, wrong = checked_results(pair[0], pair[1], space, objectives)
        problems += [f"earlier[{index}].{each}" for each in wrong]
        results = zip(range(len(rows)), genomes, rows, strict=False)
        found.append([Individual(*each) for each in results])
    return [] if problems else found, problems


def checked_results(  # noqa: PLR0913, PLR0917 - what is checked together
    genomes: object,
    fitnesses: object,
    space: SearchSpace,
    objectives: int,
    known: Collection[Genome] = (),
    evaluated: Collection[Genome] | None = None,
) -> tuple[list[Genome], list[tuple[float, ...]], list[str]]:
    """Convert genomes and their fitnesses, as `checked_genomes` and `checked_fitnesses` do.

    If it is known which were `evaluated` before, each genome must be given once only.

    Returns
    -------
    list[Genome], list[tuple[float, ...]]
        The genomes and the fitnesses, as many if there are no problems.
    list[str]
        One line for each problem.
    """
    items = listed(genomes)
    given = genomes if items is None else items
    checked, problems = checked_genomes("genomes", given, space, known)
    if evaluated is not None:
        problems += _repetition_problems(checked, evaluated)
    rows, fitness_problems = checked_fitnesses(fitnesses, objectives)
    problems += fitness_problems
    are_lists = items is not None and (rows or not fitness_problems)
    if items is not None and are_lists and len(items) != len(rows):
        problems.append(
            f"fitnesses: must be one for each of {len(items)} genomes, but got {len(rows)}"
        )
    return checked, rows, problems


def checked_fitnesses(
    fitnesses: object, objectives: int
) -> tuple[list[tuple[float, ...]], list[str]]:
    """Convert each fitness, a number or one for each objective, to a row of floats.

    Returns
    -------
    list[tuple[float, ...]]
        A row for each fitness, with NaN for numbers that are not finite; empty for problems.
    list[str]
        One line for each problem.
    """
    rows: list[tuple[float, ...]] = []
    problems: list[str] = []
    is_frame = hasattr(fitnesses, "columns") and hasattr(fitnesses, "to_numpy")
    given = listed(fitnesses.to_numpy() if is_frame else fitnesses)  # type: ignore[attr-defined]  # a frame has it
    if given is None:
        return [], [f"fitnesses: must be a list, but got {worded(fitnesses)}"]
    for index, fitness in enumerate(given):
        several = isinstance(fitness, Sequence) and not isinstance(fitness, str | bytes)
        is_array = isinstance(fitness, np.ndarray) and fitness.ndim > 0
        numbers: Sequence[Any] = fitness if several or is_array else (_scalar(fitness),)  # type: ignore[assignment]  # one of these
        right = len(numbers) == objectives and all(map(is_number, numbers))
        rows.append(tuple(map(_finite, numbers)) if right else ())
        if not right:
            rule = "a number" if objectives == 1 else f"{objectives} numbers"
            problems.append(f"fitnesses[{index}]: must be {rule}, but got {worded(fitness)}")
    return rows, problems


def _scalar(value: object) -> object:
    """Return the item of an array with one, unless it is masked; anything else as it is."""
    is_single = isinstance(value, np.ndarray) and value.size == 1 and not np.ma.is_masked(value)
    return value.item() if is_single else value  # type: ignore[attr-defined]  # an array


def _finite(number: float) -> float:
    try:
        return float(number) if np.isfinite(float(number)) else np.nan
    except OverflowError:  # a whole number beyond the range of a float
        return np.nan
