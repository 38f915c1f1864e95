"""Converts genomes, candidates and individuals to plain JSON values (no NaN, no tuples) and back.

Does not know which of them a strategy stores.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeAlias

import numpy as np

from neuroevo.evolution import Candidate, Forecast, Individual
from neuroevo.space import Genome, SearchSpace
from neuroevo.space.values import PlainJson, plain_json

Row: TypeAlias = list[PlainJson | None]
"""The values of a genome, by the sorted names of the space's genes; None for an inactive gene."""


def row_of(space: SearchSpace, genome: Mapping[str, Any]) -> Row:
    """Convert a genome of a space."""
    return [plain_json(genome[name]) if name in genome else None for name in sorted(space.genes)]


def genome_of(space: SearchSpace, row: Sequence[Any]) -> Genome:
    """Convert a row back to a genome; raises like `Strategy.from_state`."""
    pairs = zip(sorted(space.genes), row, strict=True)
    return space.genome({name: value for name, value in pairs if value is not None})


def candidate_values(space: SearchSpace, candidate: Candidate) -> dict[str, Any]:
    """Convert a candidate; there is a forecast only if a model made one."""
    forecast = {} if candidate.forecast is None else {"forecast": asdict(candidate.forecast)}
    return {
        "number": candidate.number,
        "genome": row_of(space, candidate.genome),
        "generation": candidate.generation,
        "operator": candidate.operator,
        "parents": list(candidate.parents),
    } | forecast


def candidate_of(space: SearchSpace, values: Mapping[str, Any]) -> Candidate:
    """Convert values back to a candidate; raises like `Strategy.from_state`."""
    return Candidate(
        int(values["number"]),
        genome_of(space, values["genome"]),
        int(values["generation"]),
        str(values["operator"]),
        tuple(map(int, values["parents"])),
        forecast=forecast_of(values["forecast"]) if "forecast" in values else None,
    )


def forecast_of(values: Mapping[str, Any]) -> Forecast:
    """Convert the fields of a forecast, such as those of `dataclasses.asdict`."""
    means, deviations = (tuple(map(float, values[name])) for name in ("means", "deviations"))
    return Forecast(means, deviations, int(values["round"]))


def individual_values(space: SearchSpace, individual: Individual) -> dict[str, Any]:
    """Convert an individual; there are excesses, a price and a variance only if it has some."""
    excesses = {"excesses": list(map(_or_none, individual.excesses))}
    some = {"price": individual.price, "variance": individual.variance}
    known = {name: value for name, value in some.items() if not math.isnan(value)}
    return (
        {
            "number": individual.number,
            "genome": row_of(space, individual.genome),
            "fitness": list(map(_or_none, individual.fitness)),
        }
        | (excesses if individual.excesses else {})
        | known
    )


def individual_of(space: SearchSpace, values: Mapping[str, Any]) -> Individual:
    """Convert values back to an individual; raises like `Strategy.from_state`."""
    fitness, excesses = map(_numbers, (values["fitness"], values.get("excesses", ())))
    return Individual(
        int(values["number"]),
        genome_of(space, values["genome"]),
        fitness,
        excesses,
        float(values.get("price", math.nan)),
        float(values.get("variance", math.nan)),
    )


def _numbers(values: Sequence[float | None]) -> tuple[float, ...]:
    return tuple(math.nan if value is None else float(value) for value in values)


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value


def generator_of(state: Mapping[str, Any]) -> np.random.Generator:
    """Make a generator from the state of its bit generator."""
    bit_generator = np.random.PCG64(0)
    bit_generator.state = dict(state)  # type: ignore[assignment]  # checked by the setter
    return np.random.Generator(bit_generator)
