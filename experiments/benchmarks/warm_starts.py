"""What trials of an earlier search help: searches that learn from them, and others that do not."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.benchmarks.markdown import Table
from experiments.benchmarks.measuring import say
from experiments.benchmarks.search.problems import LEAST_REGRET, Costs, Problem, problem
from neuroevo import Evolution
from neuroevo.evolution.positions import Positions
from neuroevo.space import Genome

_PROBLEMS = (
    "branin", "ackley5", "hartmann6", "levy8", "conditional", "layered", "diabetes", "friedman1",
    "boosting", "vlmop2", "iris, two",
)  # fmt: skip
_EARLIER, _TRIALS = 60, (5, 10, 20, 50, 100)
_LAST = _TRIALS[-1]
_SEEDS = 5  # genomes that come first
_ALONE = "none", "from nothing"
_FIRST, _LEARNED = "its best first", "its best first, its trials in the model"

Function = Callable[[Genome], Costs]
Row = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Regret:
    """Means over problems and seeds of the logarithm of the regret, base 10."""

    earlier: str
    search: str
    regrets: tuple[float, ...]  # after each of `_TRIALS`
    worst: tuple[float, ...]  # of the problems' means, compared with a search without earlier ones


@dataclass(frozen=True, slots=True)
class WarmStartsResult:
    """All measurements of this part."""

    seeds: int
    regrets: tuple[Regret, ...]


def _same(which: Problem) -> Function:
    return which.truth


def _tilted(which: Problem) -> Function:
    """Return costs on another level and scale that also grow with one gene."""
    positions = Positions(which.space)

    def cost(genome: Genome) -> Costs:
        place = float(positions.row(genome)[0])
        typical = which.typical
        return tuple(
            3 * (each + 0.3 * place * abs(one)) + 5
            for each, one in zip(which.truth(genome), typical, strict=True)
        )

    return cost


def _reversed(which: Problem) -> Function:
    """Return costs that are highest where the problem's are lowest."""
    return lambda genome: tuple(-each for each in which.truth(genome))


_KINDS: Mapping[str, Callable[[Problem], Function]] = {
    "the same function": _same,
    "tilted, on another scale": _tilted,
    "reversed": _reversed,
}


def measure(rounds: int) -> WarmStartsResult:
    """Search each problem with as many seeds."""
    found: dict[tuple[str, str], dict[str, list[Sequence[float]]]] = {}
    for name in _PROBLEMS:
        for seed in range(rounds):
            say(f"warm_starts: {name}, seed {seed}")
            for key, regrets in _searches(problem(name), seed):
                found.setdefault(key, {}).setdefault(name, []).append(regrets)
    means = {
        key: {name: np.mean(each, axis=0) for name, each in by_problem.items()}
        for key, by_problem in found.items()
    }
    return WarmStartsResult(
        rounds, tuple(_regret(key, each, means[_ALONE]) for key, each in means.items())
    )


def _regret(key: tuple[str, str], means: Mapping[str, Row], alone: Mapping[str, Row]) -> Regret:
    worse = [each - alone[name] for name, each in means.items()]
    return Regret(
        *key,
        tuple(np.mean(list(means.values()), axis=0).tolist()),
        tuple(np.max(worse, axis=0).tolist()),
    )


def _searches(which: Problem, seed: int) -> Iterator[tuple[tuple[str, str], list[float]]]:
    """Search without an earlier search, and after one of each kind."""
    yield _ALONE, _regrets(which, _search(which, which.truth, _LAST, seed).told)
    for kind, make in _KINDS.items():
        function = make(which)
        earlier = _search(which, function, _EARLIER, 1000 + seed)
        first = [each.genome for each in earlier.evolution.front][:_SEEDS]
        order = sorted(range(_EARLIER), key=lambda place: earlier.costs[place])
        first += [earlier.told[place] for place in order]
        first = list(dict.fromkeys(first))[:_SEEDS]
        for how, learned in (
            (_FIRST, ()),
            (_LEARNED, [(earlier.told, earlier.costs)]),
        ):
            search = _search(which, which.truth, _LAST, seed, initial=first, earlier=learned)
            yield (kind, how), _regrets(which, search.told)


@dataclass(frozen=True, slots=True)
class _Search:
    """A search that has ended."""

    evolution: Evolution
    told: list[Genome]
    costs: list[Costs]


def _search(which: Problem, function: Function, trials: int, seed: int, **given: Any) -> _Search:  # noqa: ANN401 - arguments of `Evolution`
    objectives = ["minimize"] * which.objectives
    evolution = Evolution(which.space, objectives, seed=seed, strategy="screened", **given)
    search = _Search(evolution, [], [])
    for _ in range(trials):
        genomes = evolution.ask(1)
        costs = [function(each) for each in genomes]
        evolution.tell(genomes, costs)
        search.told.extend(genomes)
        search.costs.extend(costs)
    return search


def _regrets(which: Problem, told: Sequence[Genome]) -> list[float]:
    return [math.log10(which.regret(told[:count])) for count in _TRIALS]


def tables(result: WarmStartsResult) -> list[Table]:
    """Return the measurements as a table."""
    columns = ("earlier search", "this search", *(f"{count} trials" for count in _TRIALS))
    rows = tuple(
        (
            each.earlier,
            each.search,
            *(
                f"{regret:.2f}"
                + (f" ({worst:+.2f})" if (each.earlier, each.search) != _ALONE else "")
                for regret, worst in zip(each.regrets, each.worst, strict=True)
            ),
        )
        for each in result.regrets
    )
    note = (
        f"Mean log10 of the regret, as in the benchmark `search`, over {len(_PROBLEMS)} problems "
        f"without noise ({', '.join(_PROBLEMS)}) and {result.seeds} seeds; in parentheses the mean "
        "of the problem that loses most, compared with a search without an earlier one. The "
        f"earlier search had {_EARLIER} trials of the same function; of one that is tilted by its "
        "first gene, three times as large and on another level; or of its negative. A regret is "
        f"at least {LEAST_REGRET:g}."
    )
    return [Table("Warm starts", columns, rows, (note,))]
