"""The searches that are compared: each asks for a genome, and receives its costs.

Peers are Optuna's samplers, with their defaults, and regularised evolution.
"""

import time
import warnings
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from experiments.benchmarks.search.problems import Problem
from neuroevo.evolution import Individual, front_of
from neuroevo.evolution.variation import mutate
from neuroevo.space import Choice, Float, Gene, Genome, Integer, Layers, SearchSpace
from neuroevo.strategies import STRATEGIES, Options

_POPULATION, _SAMPLE = 50, 10  # of regularised evolution, as Real et al. 2019 where they are small


class Search(ABC):
    """A search that is asked for one genome at a time."""

    @abstractmethod
    def ask(self) -> Genome | None:
        """Return the next genome; None if there is none."""

    @abstractmethod
    def tell(self, costs: tuple[float, ...]) -> None:
        """Receive the costs of that genome."""

    def recommended(self) -> list[Genome] | None:
        """Return the genomes that it takes for the best; None for those with the lowest costs."""
        return None


class Strategy(Search):
    """A strategy of neuroevo."""

    def __init__(self, problem: Problem, seed: int, name: str, **options: Any) -> None:  # noqa: ANN401 - options of each
        self._strategy: Any = STRATEGIES[name](problem.space, Options(seed=seed, **options))
        self._candidates: deque[Any] = deque()

    def ask(self) -> Genome | None:
        """Return the next genome."""
        if not self._candidates:
            self._candidates.extend(self._strategy.ask(self._strategy.look_ahead))
        if not self._candidates:
            return None
        self._asked = self._candidates.popleft()
        return self._asked.genome  # type: ignore[no-any-return]  # of the strategy

    def tell(self, costs: tuple[float, ...]) -> None:
        """Receive its costs."""
        self._strategy.tell([Individual(self._asked.number, self._asked.genome, costs)])

    def recommended(self) -> list[Genome] | None:
        """Return what the strategy recommends, if it does."""
        recommended: Callable[[], list[Individual]] = getattr(self._strategy, "recommended", list)
        return [each.genome for each in recommended()]


class Regularised(Search):
    """Regularised evolution: mutate the best of a sample, forget the oldest."""

    def __init__(self, problem: Problem, seed: int) -> None:
        self._space, self._rng = problem.space, np.random.default_rng(seed)
        self._living: deque[tuple[float, Genome]] = deque(maxlen=_POPULATION)

    def ask(self) -> Genome:
        """Return the next genome."""
        if len(self._living) < _POPULATION:
            self._asked = self._space.sample(self._rng)
        else:
            drawn = self._rng.integers(_POPULATION, size=_SAMPLE)
            parent = min((self._living[place] for place in drawn), key=lambda each: each[0])[1]
            self._asked, _ = mutate(self._space, parent, self._rng)
        return self._asked

    def tell(self, costs: tuple[float, ...]) -> None:
        """Receive its cost."""
        self._living.append((costs[0], self._asked))


class Sampled(Search):
    """A sampler of Optuna."""

    def __init__(self, problem: Problem, seed: int, name: str) -> None:
        import optuna  # noqa: PLC0415 - need not be installed

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        warnings.filterwarnings("ignore", module="optuna")
        sampler = getattr(optuna.samplers, name)(seed=seed)
        self._study = optuna.create_study(
            sampler=sampler, directions=["minimize"] * problem.objectives
        )
        self._space = problem.space

    def ask(self) -> Genome:
        """Return the next genome."""
        self._trial = self._study.ask()
        return _suggested(self._space, self._trial)

    def tell(self, costs: tuple[float, ...]) -> None:
        """Receive its costs."""
        self._study.tell(self._trial, list(costs))


def _suggested(space: SearchSpace, trial: Any) -> Genome:  # noqa: ANN401 - of Optuna
    """Let a trial suggest the value of each gene that is active."""
    values: dict[str, Any] = {}
    for name in space.order:
        condition = space.conditions.get(name, {})
        if all(values.get(other) in allowed for other, allowed in condition.items()):
            values[name] = _suggest(name, space.genes[name], trial)
    return space.genome(values)


def _suggest(name: str, gene: Gene, trial: Any) -> Any:  # noqa: ANN401 - of Optuna
    match gene:
        case Float():
            return trial.suggest_float(name, gene.low, gene.high, log=gene.log)
        case Integer():
            return trial.suggest_int(name, gene.low, gene.high, log=gene.log)
        case Choice(ordered=True):
            return gene.options[trial.suggest_int(name, 0, len(gene.options) - 1)]
        case Choice():
            return gene.options[trial.suggest_categorical(name, range(len(gene.options)))]
        case Layers():
            count = trial.suggest_int(f"{name}.count", *gene.count)
            width = gene.width
            return [trial.suggest_int(f"{name}.{each}", *width, log=True) for each in range(count)]
    raise TypeError(name)


def _floats_only(problem: Problem) -> bool:
    return problem.objectives == 1 and all(
        isinstance(gene, Float) for gene in problem.space.genes.values()
    )


def _always(_: Problem) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Competitor:
    """How a search is made, and for which problems it is meant."""

    make: Callable[[Problem, int], Search]
    fits: Callable[[Problem], bool] = _always
    needs: tuple[str, ...] = ()  # packages


def _ours(**options: Any) -> Callable[[Problem, int], Search]:  # noqa: ANN401 - options of each
    return lambda problem, seed: Strategy(
        problem, seed, "screened", population_size=10, noisy=problem.group == "noisy", **options
    )


def _optuna(
    sampler: str, needs: tuple[str, ...] = (), fits: Callable[[Problem], bool] = _always
) -> Competitor:
    return Competitor(
        lambda problem, seed: Sampled(problem, seed, sampler), fits, ("optuna", *needs)
    )


COMPETITORS: Mapping[str, Competitor] = {
    "screened": Competitor(_ours()),
    "screened, low": Competitor(_ours(effort="low")),
    "screened, high": Competitor(_ours(effort="high")),
    "screened, 8 ahead": Competitor(_ours(look_ahead=8)),
    "nsga2": Competitor(lambda problem, seed: Strategy(problem, seed, "nsga2", population_size=20)),
    "random": Competitor(
        lambda problem, seed: Strategy(problem, seed, "random", population_size=20)
    ),
    "regularised": Competitor(Regularised, lambda problem: problem.objectives == 1),
    "TPE": _optuna("TPESampler"),
    "GP": _optuna("GPSampler", ("torch",)),
    "NSGA-II": _optuna("NSGAIISampler"),
    "CMA-ES": _optuna("CmaEsSampler", ("cmaes",), _floats_only),
}
"""The searches by name."""


@dataclass(slots=True)
class _Seen:
    """What a search has evaluated: means of repeats, and the front of those."""

    sums: dict[Genome, tuple[tuple[float, ...], int]] = field(default_factory=dict)

    def add(self, genome: Genome, costs: tuple[float, ...]) -> None:
        sums, count = self.sums.get(genome, ((0.0,) * len(costs), 0))
        self.sums[genome] = tuple(a + b for a, b in zip(sums, costs, strict=True)), count + 1

    def best(self) -> list[Genome]:
        means = {
            genome: tuple(each / count for each in sums)
            for genome, (sums, count) in self.sums.items()
        }
        return front_of(means, means.__getitem__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The regrets of a search at some numbers of evaluations, and its own time."""

    regrets: Sequence[float]
    milliseconds: float  # a trial


def run(competitor: Competitor, problem: Problem, seed: int, budgets: Sequence[int]) -> Outcome:
    """Let a search run up to the greatest budget."""
    noise = np.random.default_rng([seed, 1])
    search, seen, own = competitor.make(problem, seed), _Seen(), 0.0
    regrets: list[float] = []
    for number in range(1, max(budgets) + 1):
        start = time.perf_counter()
        genome = search.ask()
        own += time.perf_counter() - start
        if genome is None:
            break
        costs = problem.measure(genome, noise)
        start = time.perf_counter()
        search.tell(costs)
        own += time.perf_counter() - start
        seen.add(genome, costs)
        if number in budgets:
            regrets.append(problem.regret(search.recommended() or seen.best()))
    done = number
    regrets += [regrets[-1] if regrets else problem.regret(seen.best())] * (
        len(budgets) - len(regrets)
    )
    return Outcome(regrets, own / done * 1000)
