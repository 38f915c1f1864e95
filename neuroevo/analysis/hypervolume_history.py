"""Hypervolume of the front after each generation, beside that of a random search of equal size.

The volume is what the search itself watches for its patience: measured on the scales on which
configurations are compared, up to a point a tenth beyond the worst of the first generation in
which anything worked. It is told as a share of what the search ended with.

What luck does to a random search is told by drawing the same configurations in other orders: after
any number of draws, that is what as many random configurations find. Towards the end the orders
have more and more in common, and at last everything, so luck is judged by half of the draws.
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
MOST_PIECES = 40  # after which a random search is measured
Volumes = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class HypervolumeHistory:
    """The hypervolume of the front over time; empty where no trial was completed.

    Parameters
    ----------
    generations
        The generations that have trials.
    trials
        How many trials the search had made after each.
    search
        The hypervolume of its front then, as a share of the last one.
    population
        How many trials a generation asks for.
    draws
        Numbers of random genomes after which the random search was measured; empty without one.
    drawn
        Its hypervolume then, in the order in which they were drawn, as the same share.
    lower, upper
        Ends of the band that holds `CONFIDENCE` of its volumes in other orders.
    run
        What the command line calls the run.
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
        """Return the volume of the search after a number of trials."""
        place = int(np.searchsorted(self.trials, trials, side="right")) - 1
        return float(self.search[place]) if place >= 0 else 0.0


def hypervolume_history(findings: "Findings") -> HypervolumeHistory:
    """Measure the fronts of the search and of the random search."""
    born = [findings.fitnesses(trials) for trials in findings.by_generation.values()]
    population = findings.experiment.evolution.population
    worked = [points[~np.isnan(points).any(axis=1)] for points in born]
    first = next((points for points in worked if len(points)), None)
    none = np.empty(0)
    if first is None:
        return HypervolumeHistory((), (), none, population, (), none, none, none)
    reference = reference_point(first)
    search = hypervolumes(worked, reference)
    whole = search[-1]
    draws, drawn, lower, upper = _random(findings, reference, population)
    return HypervolumeHistory(
        tuple(findings.by_generation),
        tuple(np.cumsum([len(points) for points in born]).tolist()),
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
    """Measure random searches that draw what one drew in other orders.

    Parameters
    ----------
    points
        What it drew, shape (draws, objectives); a row with NaN failed and adds nothing.
    sizes
        After how many draws a search is measured, ascending; at last after all of them.
    reference
        The point up to which volumes are measured.
    rng
        Chooses the orders.
    orders
        How many.

    Returns
    -------
    Volumes of shape (orders, sizes).
    """
    shuffled = (rng.permutation(len(points)) for _ in range(orders))
    return np.stack([hypervolumes(_cut(points, order, sizes), reference) for order in shuffled])


def _random(
    findings: "Findings", reference: Sequence[float], population: int
) -> tuple[tuple[int, ...], Volumes, Volumes, Volumes]:
    """Return after how many draws the random search was measured, its volumes and their band."""
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
    """Cut draws, in an order, into pieces that end after these sizes; what failed is left out."""
    worked = np.asarray(np.isfinite(points).all(axis=1))[order]
    ends = np.cumsum(worked)[np.array(sizes[:-1], dtype=np.intp) - 1]
    return np.split(points[order[worked]], ends)
