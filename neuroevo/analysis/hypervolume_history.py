"""Hypervolume of the front after each generation, and of a random search of equal size.

The reference point is a tenth beyond the worst of the first generation that has a complete trial,
feasible or not; trials that are not feasible add nothing.
The spread of the random search is estimated from other orders of the same trials; near the end
they have more and more trials in common, so the two are compared after half of the trials.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuroevo.analysis.thinning import thinned
from neuroevo.evolution import reference_point
from neuroevo.evolution.front import hypervolumes
from neuroevo.runs import stopped_at

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.runs import Trial

ORDERS = 60
CONFIDENCE = 0.95
MOST_PIECES = 40  # numbers of trials after which a random search is measured
Volumes = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sooner:
    """How many times sooner a search reaches what half of the random configurations reach.

    The interval has `CONFIDENCE` of the values that other halves give. 0 if the search never
    reaches it.
    """

    draws: int  # random configurations, half of all
    trials: int  # of the search until it is as good, by the median; 0 if it never is
    ratio: float  # the median
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class HypervolumeHistory:
    """The hypervolume of the front over time; empty if no trial is feasible.

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
    sooner
        How the search compares with it; None without one.
    run
        Name of the run for the command line.
    stopped
        Number of trials of the search that were stopped early, as no random configuration is;
        those that had diverged at a rung among them.
    """

    generations: tuple[int, ...]
    trials: tuple[int, ...]
    search: Volumes
    population: int
    draws: tuple[int, ...]
    drawn: Volumes
    lower: Volumes
    upper: Volumes
    sooner: "Sooner | None" = None
    run: str = "latest"
    stopped: int = 0

    def after(self, trials: int) -> float:
        """Return the hypervolume of the search after a number of trials."""
        place = int(np.searchsorted(self.trials, trials, side="right")) - 1
        return float(self.search[place]) if place >= 0 else 0.0


def hypervolume_history(findings: "Findings") -> HypervolumeHistory:
    """Compute the hypervolumes of the search and of the random search."""
    by_generation = findings.by_generation.values()
    generations = [_fitnesses(findings, trials) for trials in by_generation]
    population = findings.experiment.evolution.population
    feasible = list(map(_complete, generations))
    none = np.empty(0)
    if not any(map(len, feasible)):
        return HypervolumeHistory((), (), none, population, (), none, none, none)
    complete = (_complete(findings.fitnesses(trials)) for trials in by_generation)
    reference = reference_point(next(points for points in complete if len(points)))
    search = hypervolumes(feasible, reference)
    whole = search[-1]
    trials = np.cumsum([len(points) for points in generations])
    sizes, drawn, orders = _random(findings, reference, population)
    tail = (1 - CONFIDENCE) / 2
    lower, upper = np.quantile(orders, [tail, 1 - tail], axis=0) if sizes else (none, none)
    return HypervolumeHistory(
        tuple(findings.by_generation),
        tuple(trials.tolist()),
        search / whole,
        population,
        sizes,
        drawn / whole,
        lower / whole,
        upper / whole,
        _sooner(trials, search, sizes, orders),
        findings.identity or "latest",
        sum(stopped_at(trial) > 0 for trial in findings.searched),
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


def _sooner(
    trials: NDArray[np.int64], search: Volumes, sizes: Sequence[int], orders: Volumes
) -> Sooner | None:
    """Compare the search with the halves with which the orders of a random search begin.

    None if there are no halves, or if most of them reach nothing.
    """
    if len(sizes) < 2:  # noqa: PLR2004 - whole and half
        return None
    place = int(np.searchsorted(sizes, sizes[-1] / 2))
    levels = np.sort(orders[:, place])
    if not np.median(levels):
        return None
    # Of all generations, the first in which the search is as good.
    reached = np.searchsorted(search, levels)
    needed = np.append(trials, 0)[reached]
    ratios = np.divide(sizes[place], needed, out=np.zeros(len(needed)), where=needed > 0)
    tail = (1 - CONFIDENCE) / 2
    low, median, high = np.quantile(ratios, [tail, 0.5, 1 - tail], method="nearest").tolist()
    half = round(sizes[place] / median) if median else 0
    return Sooner(sizes[place], half, median, low, high)


def _complete(points: Volumes) -> Volumes:
    """Return the points without NaN."""
    return points[~np.isnan(points).any(axis=1)]


def _fitnesses(findings: "Findings", trials: "Sequence[Trial]") -> Volumes:
    """Return the fitnesses of trials, array (trials, objectives), NaN if they are not feasible."""
    points = findings.fitnesses(trials)
    points[[not findings.is_feasible(trial) for trial in trials]] = np.nan
    return points


def _random(
    findings: "Findings", reference: Sequence[float], population: int
) -> tuple[tuple[int, ...], Volumes, Volumes]:
    """Return ``draws`` and ``drawn`` of the random search, and the same in other orders."""
    points = _fitnesses(findings, findings.random)
    if not len(points):
        return (), np.empty(0), np.empty((0, 0))
    sizes = [*range(population, len(points), population), len(points)]
    sizes = [sizes[place] for place in thinned(len(sizes), MOST_PIECES)]
    rng = np.random.default_rng(findings.experiment.seed)
    drawn = hypervolumes(_cut(points, np.arange(len(points)), sizes), reference)
    return tuple(sizes), drawn, reordered(points, sizes, reference, rng)


def _cut(points: Volumes, order: NDArray[np.intp], sizes: Sequence[int]) -> list[Volumes]:
    """Split trials, in an order, after these sizes; those that are not complete are left out."""
    complete = np.asarray(np.isfinite(points).all(axis=1))[order]
    ends = np.cumsum(complete)[np.array(sizes[:-1], dtype=np.intp) - 1]
    return np.split(points[order[complete]], ends)
