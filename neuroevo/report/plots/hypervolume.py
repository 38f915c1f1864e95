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
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neuroevo import wording
from neuroevo.analysis.thinning import thinned
from neuroevo.evolution import reference_point
from neuroevo.evolution.front import hypervolumes
from neuroevo.report.drawing import (
    MOST_GENERATIONS,
    Specification,
    band,
    generation_axis,
    nothing,
    rounded,
)
from neuroevo.report.theme import LIGHT

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings

HEIGHT = 360
ORDERS = 60
CONFIDENCE = 0.95
WORTH_A_WORD = 1.5  # times fewer
MOST_PIECES = 40  # after which a random search is measured

Volumes = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class VolumeData:
    """What the plot of the hypervolume shows; empty where no trial was completed.

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


def data(findings: "Findings") -> VolumeData:
    """Measure the fronts of the search and of the random search."""
    born = [findings.fitnesses(trials) for trials in findings.by_generation.values()]
    population = findings.experiment.evolution.population
    worked = [points[~np.isnan(points).any(axis=1)] for points in born]
    first = next((points for points in worked if len(points)), None)
    none = np.empty(0)
    if first is None:
        return VolumeData((), (), none, population, (), none, none, none)
    reference = reference_point(first)
    search = hypervolumes(worked, reference)
    whole = search[-1]
    draws, drawn, lower, upper = _random(findings, reference, population)
    return VolumeData(
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


def draw(volume: VolumeData) -> Specification:
    """Draw both as lines over the generations, the band behind the random search."""
    if not volume.generations:
        return nothing("No trial of the search was completed.")
    kept = thinned(len(volume.generations), MOST_GENERATIONS)
    x = [volume.generations[place] for place in kept]
    search = {
        "type": "scatter",
        "mode": "lines+markers" if len(x) == 1 else "lines",
        "x": x,
        "y": rounded(volume.search[kept]),
        "customdata": [volume.trials[place] for place in kept],
        "name": "the search",
        "line": {"color": LIGHT["category-1"], "width": 2.5},
        "hovertemplate": "%{y:.1%} after %{customdata:,d} trials",
    }
    layout = {
        "height": HEIGHT,
        "hovermode": "x unified",
        "xaxis": generation_axis(x[0], x[-1]),
        "yaxis": {"title": {"text": "hypervolume, search’s end = 100%"}, "tickformat": ".0%"},
    }
    return {"data": [*_random_traces(volume), search], "layout": layout}


def caption(volume: VolumeData) -> str:
    """Say what the volume is, and whether evolution was worth it."""
    if not volume.generations:
        return "No trial was completed, so there is no front to measure."
    what = (
        "How much of the space of the objectives the front has conquered: the volume of what is "
        "worse than the front and better than the worst of the first generation."
    )
    return f"{what} {_worth(volume)}"


def _worth(volume: VolumeData) -> str:
    if not volume.draws:
        return (
            f"Was evolution worth it? `neuroevo report {volume.run} --random-search` trains as "
            "many random configurations and draws them beside it."
        )
    trials, ending = wording.counted(volume.draws[-1], "random configuration"), volume.drawn[-1]
    if ending >= 1:
        needed = volume.draws[int(np.argmax(volume.drawn >= 1))]
        return (
            f"Was evolution worth it? Not here: random search was as good after {needed:,} of "
            f"{trials}."
        )
    told = f"{trials} come to {ending:.1%} of its volume"
    half = int(np.searchsorted(volume.draws, volume.draws[-1] / 2))
    luck = ""
    if half < len(volume.draws) - 1:
        luck = f" Half as many come, depending on luck, to {volume.lower[half]:.1%}"
        luck += f" to {volume.upper[half]:.1%}"
        if volume.after(volume.draws[half]) <= volume.upper[half]:
            return (
                f"Was evolution worth it? Hardly: {told}.{luck}, and after as many trials "
                "evolution had no more."
            )
        luck += "."
    passed = int(np.argmax(volume.search >= ending))
    times = volume.draws[-1] / volume.trials[passed]
    fewer = f", {wording.factor(times)} times fewer" if times >= WORTH_A_WORD else ""
    return (
        f"Was evolution worth it? Yes: {told}, which evolution had after "
        f"{volume.trials[passed]:,} trials{fewer}.{luck}"
    )


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


def _random_traces(volume: VolumeData) -> list[dict[str, Any]]:
    if not volume.draws:
        return []
    x = [draws / volume.population - 1 + volume.generations[0] for draws in volume.draws]
    line = {
        "type": "scatter",
        "mode": "lines+markers" if len(x) == 1 else "lines",
        "x": rounded(x),
        "y": rounded(volume.drawn),
        "customdata": list(volume.draws),
        "name": f"random search, {CONFIDENCE:.0%} of its orders shaded",
        "line": {"color": LIGHT["category-2"], "width": 2, "dash": "dash"},
        "hovertemplate": "%{y:.1%} after %{customdata:,d} draws",
    }
    return [*band(x, volume.lower, volume.upper, LIGHT["band-2"]), line]
