"""The replicates of trials whose trainings begin."""

from collections.abc import Iterable, Iterator, Mapping

from neuroevo.evaluation import Phenotype
from neuroevo.evaluation.packing import Replicate


def replicates_of(
    phenotypes: Mapping[int, Phenotype], numbers: Iterable[int]
) -> Iterator[Replicate]:
    """Yield the replicates with some numbers of each trial."""
    wanted = tuple(numbers)
    for trial, phenotype in phenotypes.items():
        yield from (Replicate(trial, phenotype.lane(number)) for number in wanted)
