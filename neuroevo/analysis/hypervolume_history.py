"""Hypervolume of the front after each generation, and of a random search of equal size.

The reference point is a tenth beyond the worst of the first generation that has a complete trial.
The spread of the random search is estimated from other orders of the same trials; near the end
they have more and more trials in common, so the band is judged after half of the trials.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuroevo.analysis.thinning import thinned
from neuroevo.evolution import reference_point
from neuroevo.evolution.front import hypervolumes

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings

ORDERS = 60
CONFIDENCE = 0.95
MOST_PIECES = 40  # numbers of trials after which a random search is measured
Volumes = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class HypervolumeHistory:
    """The hypervolume of the front over time; empty if no trial is complete.

    Parameters
    ----------
    generations
        The generations that have trials.
    trials
        Number of trials of the search after each.
    search
        The hypervolume of its front then, as a share of the last one.
    population
        Population size.
    draws
        Numbers of trials after which the random search was measured; empty without one.
    drawn
        Its hypervolume then, as a share of the last one of the search.
    lower, upper
        Ends of the band with `CONFIDENCE` of its hypervolumes in other orders.
    run
        Name of the run for the command line.
    """

    generations: tuple[int, ...]
    trials: tuple[int, ...]
    search: Volumes
    population: int
    draws: tuple[int, ...]
    drawn: Volumes
    lower: Volumes
    upper: Volumes
    run: str = "latest"

    def after(self, trials: int) -> float:
        """Return the hypervolume of the search after a number of trials."""
        place = int(np.searchsorted(self.trials, trials, side="right")) - 1
        return float(self.search[place]) if place >= 0 else 0.0


def hypervolume_history(findings: "Findings") -> HypervolumeHistory:
    """Compute the hypervolumes of the search and of the random search."""
    generations = [findings.fitnesses(trials) for trials in findings.by_generation.values()]
    population = findings.experiment.evolution.population
    complete = [points[~np.isnan(points).any(axis=1)] for points in generations]
    first = next((points for points in complete if len(points)), None)
    none = np.empty(0)
    if first is None:
        return HypervolumeHistory((), (), none, population, (), none, none, none)
    reference = reference_point(first)
    search = hypervolumes(complete, reference)
    whole = search[-1]
    draws, drawn, lower, upper = _random(findings, reference, population)
    return HypervolumeHistory(
        tuple(findings.by_generation),
        tuple(np.cumsum([len(points) for points in generations]).tolist()),
        search / whole,
        population,
        draws,
        drawn / whole,
        lower / whole,
        upper / whole,
        findings.identity or "latest",
    )


def reordered(
    points: Volumes,
    sizes: Sequence[int],
    reference: Sequence[float],
    rng: np.random.Generator,
    orders: int = ORDERS,
) -> Volumes:
    """Compute hypervolumes of a random search with its trials in other orders.

    Parameters
    ----------
    points
        Fitnesses of its trials, shape (trials, objectives); a row with NaN adds nothing.
    sizes
        Numbers of trials after which it is measured, ascending; the last is all of them.
    reference
        The reference point.
    rng
        Chooses the orders.
    orders
        Number of orders.

    Returns
    -------
    Hypervolumes, shape (orders, sizes).
    """
    shuffled = (rng.permutation(len(points)) for _ in range(orders))
    return np.stack([hypervolumes(_cut(points, order, sizes), reference) for order in shuffled])


def _random(
    findings: "Findings", reference: Sequence[float], population: int
) -> tuple[tuple[int, ...], Volumes, Volumes, Volumes]:
    """Return the fields of the random search: ``draws``, ``drawn``, ``lower`` and ``upper``."""
    points = findings.fitnesses(findings.random)
    if not len(points):
        return (), np.empty(0), np.empty(0), np.empty(0)
    sizes = [*range(population, len(points), population), len(points)]
    sizes = [sizes[place] for place in thinned(len(sizes), MOST_PIECES)]
    rng = np.random.default_rng(findings.experiment.seed)
    tail = (1 - CONFIDENCE) / 2
    lower, upper = np.quantile(reordered(points, sizes, reference, rng), [tail, 1 - tail], axis=0)
    drawn = hypervolumes(_cut(points, np.arange(len(points)), sizes), reference)
    return tuple(sizes), drawn, lower, upper


def _cut(points: Volumes, order: NDArray[np.intp], sizes: Sequence[int]) -> list[Volumes]:
    """Split trials, in an order, after these sizes; those that are not complete are left out."""
    complete = np.asarray(np.isfinite(points).all(axis=1))[order]
    ends = np.cumsum(complete)[np.array(sizes[:-1], dtype=np.intp) - 1]
    return np.split(points[order[complete]], ends)
