"""Screening: many children are made, and a model says which of them is worth an evaluation.

Children of the first rounds come from evaluated parents and from the best children before;
polishing takes small steps from the best children. Does not know what the model is.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from neuroevo.evolution.breeding import Children, Manner, children
from neuroevo.evolution.positions import Positions, Rows

Judge = Callable[[Rows], Rows]
"""Returns a score for each row; the highest is best."""

_WIDE = Manner()
_FINE = Manner(crossover=0.2, newcomers=0.0, smallest=-3.5, largest=-1.0)
_PARENTS, _FINE_PARENTS = 6, 4


@dataclass(frozen=True, slots=True)
class Rounds:
    """How many children are made, and how often the best of them become parents."""

    wide: int  # rounds
    children: int  # of a wide round
    fine: int  # rounds
    fine_children: int


def screened(
    positions: Positions, parents: Rows, judge: Judge, rounds: Rounds, rng: np.random.Generator
) -> Children:
    """Make children, the best of them first.

    Parameters
    ----------
    positions
        The columns of the rows.
    parents
        Rows of evaluated genomes, the best first.
    judge
        Judges children.
    rounds
        How many.
    rng
        All randomness.

    Returns
    -------
    Children
        Of all rounds, sorted by their scores. Their parents are indices of `parents`; those of
        children of children are the parents of these.
    """
    pool = _of_round(1, children(positions, parents, rounds.children, _WIDE, rng))
    scores = judge(pool.rows)
    for number in range(1, rounds.wide + rounds.fine):
        fine = number >= rounds.wide
        best = np.argsort(-scores, kind="stable")[: _FINE_PARENTS if fine else _PARENTS]
        ancestors = pool.part(best)
        count, manner = (rounds.fine_children, _FINE) if fine else (rounds.children, _WIDE)
        bred = _descended(children(positions, ancestors.rows, count, manner, rng), ancestors)
        bred = _of_round(number + 1, bred)
        pool, scores = pool.joined(bred), np.concatenate([scores, judge(bred.rows)])
    return pool.part(np.argsort(-scores, kind="stable"))


def _of_round(number: int, bred: Children) -> Children:
    return bred._replace(rounds=np.full(len(bred.rows), number, dtype=np.int64))


def _descended(bred: Children, ancestors: Children) -> Children:
    """Return children of children, with the parents of their parents."""
    crossed = bred.fathers >= 0
    mothers = ancestors.mothers[bred.mothers]
    fathers = np.where(crossed, ancestors.mothers[bred.fathers], ancestors.fathers[bred.mothers])
    mutated = bred.mutated | ancestors.mutated[bred.mothers]
    return bred._replace(
        mothers=mothers,
        fathers=np.where(fathers == mothers, -1, fathers),
        mutated=mutated,
        fresh=bred.fresh | (ancestors.fresh[bred.mothers] & ~crossed),
    )
