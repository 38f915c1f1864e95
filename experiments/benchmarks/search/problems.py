"""The problems: a space, a function of its genomes, and what the best is worth.

Half of them were looked at while the strategies were built, the others were not (`held_out`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from experiments.benchmarks.search import functions
from experiments.benchmarks.search.tables import table
from neuroevo.evolution import hypervolume
from neuroevo.space import Choice, Conditional, Float, Genome, Integer, Layers, SearchSpace

Costs = tuple[float, ...]
Function = Callable[[Genome], Costs]

_SAMPLE = 2000  # random genomes that say what is typical
LEAST_REGRET = 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """A function that is minimised.

    Attributes
    ----------
    name
        The name in tables.
    group
        What it is like: smooth, choices, noisy, two or three (objectives).
    held_out
        Whether it was not used while strategies were tuned.
    space
        Its genomes.
    measure
        Evaluates a genome; the generator draws the noise.
    truth
        The costs of a genome without noise.
    best
        The least cost; with several objectives the hypervolume of the true front.
    typical
        The median cost of random genomes; with several objectives the reference point.
    """

    name: str
    group: str
    held_out: bool
    space: SearchSpace
    measure: Callable[[Genome, np.random.Generator], Costs]
    truth: Function
    best: float
    typical: Costs

    @property
    def objectives(self) -> int:
        """Number of objectives."""
        return len(self.typical)

    def regret(self, recommended: Sequence[Genome]) -> float:
        """Return what is missing to the best: 0 for the best, about 1 for a random genome.

        Of several objectives it is the part of the hypervolume that is missing.
        """
        costs = [self.truth(genome) for genome in recommended]
        if self.objectives > 1:
            missing = 1 - hypervolume(costs, self.typical) / self.best
        else:
            missing = (min(costs)[0] - self.best) / (self.typical[0] - self.best)
        return max(missing, LEAST_REGRET)


def _smooth(  # noqa: PLR0913 - what a problem is
    name: str, function: Callable[[functions.Values], float], space: SearchSpace, least: float,
    *, held_out: bool, noise: float = 0.0,
) -> Problem:  # fmt: skip
    def truth(genome: Genome) -> Costs:
        return (float(function(genome)),)

    def measure(genome: Genome, rng: np.random.Generator) -> Costs:
        return (truth(genome)[0] + noise * float(rng.standard_normal()),)

    typical = float(np.median([truth(genome)[0] for genome in _drawn(space)]))
    group = "noisy" if noise else "smooth"
    if not noise and any(not isinstance(gene, Float) for gene in space.genes.values()):
        group = "mixed"
    return Problem(name, group, held_out, space, measure, truth, least, (typical,))


def _drawn(space: SearchSpace) -> list[Genome]:
    rng = np.random.default_rng(12345)
    return [space.sample(rng) for _ in range(_SAMPLE)]


def _cube(count: int, low: float, high: float) -> SearchSpace:
    return SearchSpace({name: Float(a, b) for name, a, b in functions.cube(count, low, high)})


def _tabular(
    name: str, source: str, objectives: tuple[int, ...], *, held_out: bool, noisy: bool = False
) -> Problem:
    found = table(source)
    means = found.scores.mean(axis=1)[:, objectives]
    index = {genome.key: place for place, genome in enumerate(found.space.genomes())}

    def truth(genome: Genome) -> Costs:
        return tuple(means[index[genome.key]].tolist())

    def measure(genome: Genome, rng: np.random.Generator) -> Costs:
        if not noisy:
            return truth(genome)
        scores = found.scores[index[genome.key]][:, objectives]
        return tuple(scores[int(rng.integers(len(scores)))].tolist())

    if len(objectives) == 1:
        best, typical = float(means.min()), (float(np.median(means)),)
        group = "noisy" if noisy else "choices"
    else:
        typical = tuple(np.quantile(means, 0.9, axis=0).tolist())
        best = hypervolume(means, typical)
        group = "two" if len(objectives) == 2 else "three"  # noqa: PLR2004 - their number
    return Problem(name, group, held_out, found.space, measure, truth, best, typical)


def _several(
    name: str, function: Callable[[functions.Values], Costs], space: SearchSpace,
    reference: Costs, *, held_out: bool,
) -> Problem:  # fmt: skip
    def truth(genome: Genome) -> Costs:
        return function(genome)

    def measure(genome: Genome, _: np.random.Generator) -> Costs:
        return function(genome)

    best = _volume(functions.front_of(name), reference)
    group = "two" if len(reference) == 2 else "three"  # noqa: PLR2004 - their number
    return Problem(name, group, held_out, space, measure, truth, best, reference)


def _volume(front: npt.NDArray[np.float64], reference: Costs) -> float:
    return hypervolume(front, reference)


_CONDITIONAL = SearchSpace(
    method=Choice(["plain", "momentum", "decay"]),
    rate=Float(1e-5, 1.0, log=True),
    depth=Integer(1, 12),
    momentum=Conditional(Float(0.0, 0.99), when={"method": "momentum"}),
    decay=Conditional(Float(1e-6, 1e-1, log=True), when={"method": "decay"}),
)
_LAYERED = SearchSpace(
    hidden=Layers((1, 4), (2, 64)),
    rate=Float(1e-4, 1.0, log=True),
    activation=Choice(["relu", "tanh", "sigmoid", "linear"]),
)
_BRANIN = SearchSpace(x0=Float(-5.0, 10.0), x1=Float(0.0, 15.0))

_MAKERS: Mapping[str, Callable[[], Problem]] = {
    "branin": lambda: _smooth(
        "branin", functions.branin, _BRANIN, functions.BRANIN_LEAST, held_out=False
    ),
    "rosenbrock5": lambda: _smooth(
        "rosenbrock5", functions.rosenbrock, _cube(5, -2, 2), 0.0, held_out=False
    ),
    "ackley5": lambda: _smooth("ackley5", functions.ackley, _cube(5, -5, 5), 0.0, held_out=True),
    "hartmann6": lambda: _smooth(
        "hartmann6", functions.hartmann6, _cube(6, 0, 1), functions.HARTMANN6_LEAST, held_out=True
    ),
    "levy8": lambda: _smooth("levy8", functions.levy, _cube(8, -5, 5), 0.0, held_out=True),
    "conditional": lambda: _smooth(
        "conditional", functions.conditional, _CONDITIONAL, 0.0, held_out=False
    ),
    "layered": lambda: _smooth("layered", functions.layered, _LAYERED, 0.0, held_out=True),
    "diabetes": lambda: _tabular("diabetes", "diabetes", (0,), held_out=False),
    "svc": lambda: _tabular("svc", "svc", (0,), held_out=False),
    "iris": lambda: _tabular("iris", "iris", (0,), held_out=True),
    "friedman1": lambda: _tabular("friedman1", "friedman1", (0,), held_out=True),
    "boosting": lambda: _tabular("boosting", "boosting", (0,), held_out=True),
    "neighbours": lambda: _tabular("neighbours", "neighbours", (0,), held_out=True),
    "noisy diabetes": lambda: _tabular(
        "noisy diabetes", "diabetes", (0,), held_out=False, noisy=True
    ),
    "noisy wine": lambda: _tabular("noisy wine", "wine", (0,), held_out=True, noisy=True),
    "noisy hartmann6": lambda: _smooth(
        "noisy hartmann6", functions.hartmann6, _cube(6, 0, 1), functions.HARTMANN6_LEAST,
        held_out=True, noise=0.1,
    ),
    "zdt1": lambda: _several("zdt1", functions.zdt1, _cube(5, 0, 1), (1.1, 5.0), held_out=False),
    "diabetes, two": lambda: _tabular("diabetes, two", "diabetes", (0, 1), held_out=False),
    "zdt3": lambda: _several("zdt3", functions.zdt3, _cube(5, 0, 1), (1.1, 5.0), held_out=True),
    "vlmop2": lambda: _several(
        "vlmop2", functions.vlmop2, _cube(3, -2, 2), (1.1, 1.1), held_out=True
    ),
    "iris, two": lambda: _tabular("iris, two", "iris", (0, 1), held_out=True),
    "friedman1, speed": lambda: _tabular("friedman1, speed", "friedman1", (0, 2), held_out=True),
    "wine, three": lambda: _tabular("wine, three", "wine", (0, 1, 2), held_out=False),
    "dtlz2": lambda: _several(
        "dtlz2", functions.dtlz2, _cube(5, 0, 1), (1.5, 1.5, 1.5), held_out=True
    ),
}  # fmt: skip

PROBLEMS = tuple(_MAKERS)
"""The names of all problems."""


@cache
def problem(name: str) -> Problem:
    """Return a problem."""
    return _MAKERS[name]()
