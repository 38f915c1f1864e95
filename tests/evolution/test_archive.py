import json
import math

import numpy as np

from neuroevo.evolution import Individual
from neuroevo.evolution.archive import Archive
from neuroevo.evolution.positions import Positions
from neuroevo.space import Float, SearchSpace

SPACE = SearchSpace(x=Float(0.0, 1.0))


def individual(number: int, x: float, *costs: float) -> Individual:
    """Make an evaluated candidate."""
    return Individual(number, SPACE.genome({"x": x}), costs)


def test_a_genome_that_is_evaluated_again_counts_once() -> None:
    """Its cost is the mean, and squares and repetitions are those of the noise."""
    archive = Archive(Positions(SPACE))
    for number, (x, cost) in enumerate([(0.1, 1.0), (0.2, 5.0), (0.1, 3.0), (0.1, 5.0)]):
        archive.add(individual(number, x, cost))
    assert (len(archive), archive.repetitions, archive.differs) == (2, 2, True)
    assert archive.costs.ravel().tolist() == [3, 5]
    assert archive.counts.tolist() == [3, 1]
    assert archive.squares == 8  # of 1, 3 and 5 around 3
    assert archive.order.tolist() == [0, 1]


def test_failures_are_the_worst_so_far() -> None:
    """They have the highest cost of each objective, come last, and end with a success."""
    archive = Archive(Positions(SPACE))
    archive.add(individual(0, 0.1, math.nan, math.inf))
    assert archive.costs.tolist() == [[0, 0]]
    archive.add(individual(1, 0.2, 4.0, 1.0))
    archive.add(individual(2, 0.3, 2.0, 7.0))
    assert archive.costs.tolist() == [[4, 7], [4, 1], [2, 7]]
    assert archive.order.tolist() == [2, 1, 0]
    archive.add(individual(3, 0.1, 1.0, 1.0))
    assert (archive.failures, archive.order.tolist()) == (0, [0, 2, 1])


def test_an_archive_comes_back_from_its_values() -> None:
    """Also through JSON, with failures, repetitions and more trials than there was room for."""
    archive, rng = Archive(Positions(SPACE)), np.random.default_rng(0)
    for number in range(200):
        cost = math.nan if number % 7 == 0 else float(rng.random())
        archive.add(individual(number, round(float(rng.random()), 2), cost))
    restored = Archive(Positions(SPACE))
    restored.restore(json.loads(json.dumps(archive.values(), allow_nan=False)))
    assert restored.values() == archive.values()
    assert restored.order.tolist() == archive.order.tolist()
    assert (restored.failures, len(restored)) == (archive.failures, len(archive))
