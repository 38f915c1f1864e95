"""The results as tables: mean regrets of groups of problems, ranks, and each problem."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from statistics import mean

import numpy as np
from scipy.stats import rankdata

from experiments.benchmarks.markdown import Table
from experiments.benchmarks.search.competitors import COMPETITORS
from experiments.benchmarks.search.problems import PROBLEMS, problem
from experiments.benchmarks.search.results import Result

_DRAWS = 1000  # of the bootstrap
_REGRETS = (
    "Mean log10 of the regret: 0 is a typical random configuration, less is better, -5 counts as "
    "found. Of several objectives it is the missing part of the hypervolume. Mean of the problems' "
    "means over the seeds; only problems that all of these searches can have."
)
_RANKS = (
    "Average place among the searches, over problems and seeds, with 95% intervals (bootstrap over "
    "problems); on the problems that were held out."
)


def tables(results: Iterable[Result], budgets: Sequence[int]) -> Iterator[Table]:
    """Return the tables of all results."""
    found = list(results)
    for held_out, title in ((False, "tuned to"), (True, "held out")):
        part = [each for each in found if problem(each.key.problem).held_out == held_out]
        if part:
            yield _groups(part, budgets, f"Search: problems {title}")
    held_out_results = [each for each in found if problem(each.key.problem).held_out]
    if held_out_results:
        yield _ranks(held_out_results, budgets)
    yield _problems(found, budgets[-1])


def _names(results: Sequence[Result]) -> list[str]:
    known = {each.key.competitor for each in results}
    return [name for name in COMPETITORS if name in known]


def _groups(results: Sequence[Result], budgets: Sequence[int], title: str) -> Table:
    known = {each.key.problem for each in results}  # others would have to be made
    groups = {name: problem(name).group for name in PROBLEMS if name in known}
    rows = []
    for group in dict.fromkeys(groups.values()):
        part = [each for each in results if groups[each.key.problem] == group]
        rows += [
            (group, name, *_means(part, name, budgets), f"{_milliseconds(part, name):,.1f} ms")
            for name in _names(part)
        ]
    single = [each for each in results if problem(each.key.problem).objectives == 1]
    rows += [("one objective", name, *_means(single, name, budgets), "") for name in _names(single)]
    columns = ("group", "search", *(f"{budget}" for budget in budgets), "a trial")
    return Table(title, columns, tuple(rows), (_REGRETS,))


def _means(results: Sequence[Result], name: str, budgets: Sequence[int]) -> Iterator[str]:
    own = [each for each in results if each.key.competitor == name]
    problems = sorted({each.key.problem for each in own})
    incomplete = len(problems) < len({each.key.problem for each in results})
    for budget in budgets:
        means = [
            mean(math.log10(each.regrets[budget]) for each in own if each.key.problem == place)
            for place in problems
        ]
        yield f"{mean(means):.2f}" + (f" (of {len(problems)})" if incomplete else "")


def _milliseconds(results: Sequence[Result], name: str) -> float:
    return mean(each.milliseconds for each in results if each.key.competitor == name)


def _ranks(results: Sequence[Result], budgets: Sequence[int]) -> Table:
    """Compare the searches that have results of all problems and seeds."""
    by_name = {
        name: {
            (each.key.problem, each.key.seed): each
            for each in results
            if each.key.competitor == name
        }
        for name in _names(results)
    }
    most = {case for own in by_name.values() for case in own}
    complete = {name: own for name, own in by_name.items() if set(own) == most}
    cases = sorted(most)
    rows = []
    places = {
        budget: np.array(
            [rankdata([own[case].regrets[budget] for own in complete.values()]) for case in cases]
        )
        for budget in budgets
    }
    names = [case[0] for case in cases]
    for column, name in enumerate(complete):
        cells = [_interval(places[budget][:, column], names) for budget in budgets]
        rows.append((name, *cells))
    columns = ("search", *(f"{budget}" for budget in budgets))
    return Table("Search: ranks", columns, tuple(rows), (_RANKS,))


def _interval(places: np.ndarray, names: Sequence[str]) -> str:
    """Return the mean rank, and the interval of the mean over problems."""
    means = np.array([places[[name == each for name in names]].mean() for each in set(names)])
    rng = np.random.default_rng(0)
    draws = rng.choice(means, (_DRAWS, len(means))).mean(axis=1)
    low, high = np.quantile(draws, [0.025, 0.975])
    return f"{means.mean():.1f} ({low:.1f} to {high:.1f})"


def _problems(results: Sequence[Result], budget: int) -> Table:
    names = _names(results)
    places: Callable[[str], bool] = {each.key.problem for each in results}.__contains__
    rows = []
    for place in filter(places, PROBLEMS):
        cells = []
        for name in names:
            own = [
                math.log10(each.regrets[budget])
                for each in results
                if each.key.problem == place and each.key.competitor == name
            ]
            cells.append(f"{mean(own):.2f}" if own else "")
        rows.append((place, "held out" if problem(place).held_out else "tuned to", *cells))
    return Table(
        f"Search: each problem, {budget} evaluations", ("problem", "", *names), tuple(rows)
    )
