"""Which parameters of a study are searched together, and what decides whether a trial has them.

Knows the parameters of trials; knows no results.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from optuna.distributions import BaseDistribution, CategoricalDistribution, IntDistribution
from optuna.trial import FrozenTrial

from neuroevo.optuna.genes import Branch, Parameter, has_gene

_MOST_VALUES = 20  # of a parameter that decides whether a trial has others


class Group(NamedTuple):
    """Parameters that are searched together."""

    distributions: Mapping[str, BaseDistribution]
    branches: Mapping[str, Branch]  # of those that not all of these trials have

    def part(self, names: Iterable[str]) -> "Group":
        """Return those with these names; without what decides about one, all trials have it."""
        kept = {name: each for name, each in self.distributions.items() if name in set(names)}
        branches = {
            name: each
            for name, each in self.branches.items()
            if name in kept and each.selector in kept
        }
        return Group(kept, branches)


def groups_of(trials: Sequence[FrozenTrial]) -> list[Group]:
    """Return the parameters that are searched together, group by group.

    Those that the same trials have are, and with them those of branches: which the value of one of
    the former decides, as of the depth in a loop over layers. Parameters that have one value or no
    gene, or whose distribution changes, are in no group.

    Parameters
    ----------
    trials
        Trials whose parameters show what the study searches.
    """
    found: dict[str, BaseDistribution] = {}
    places: dict[str, list[int]] = {}
    changed = set()
    for place, trial in enumerate(trials):
        for name, each in trial.distributions.items():
            if found.setdefault(name, each) != each:
                changed.add(name)
            places.setdefault(name, []).append(place)
    groups: dict[tuple[int, ...], dict[str, BaseDistribution]] = {}
    for name in sorted(found):
        each = found[name]
        if name not in changed and not each.single() and has_gene(name, each):
            groups.setdefault(tuple(places[name]), {})[name] = each
    if not groups:
        return []
    most = max(groups, key=len)  # the first of the largest
    whole, branches = groups.pop(most), dict[str, Branch]()
    selectors = {
        name: _Selector.of(each, {place: trials[place].params[name] for place in most})
        for name, each in whole.items()
        if _is_listed(each)
    }
    rest = []
    for having, parameters in groups.items():
        branch = _branch(set(having), selectors) if set(having) < set(most) else None
        if branch is None:
            rest.append(Group(parameters, {}))
        else:
            whole |= parameters
            branches |= dict.fromkeys(parameters, branch)
    return [Group(whole, branches), *rest]


class _Selector(NamedTuple):
    """A parameter that may decide which trials have others."""

    parameter: Parameter
    values: Mapping[int, Any]  # of its gene, by the place of the trial

    @classmethod
    def of(cls, distribution: BaseDistribution, values: Mapping[int, Any]) -> "_Selector":
        parameter = Parameter(distribution)
        return cls(parameter, {place: parameter.place(each) for place, each in values.items()})


def _is_listed(distribution: BaseDistribution) -> bool:
    if isinstance(distribution, CategoricalDistribution):
        return len(distribution.choices) <= _MOST_VALUES
    if isinstance(distribution, IntDistribution):
        return bool((distribution.high - distribution.low) // distribution.step < _MOST_VALUES)
    return False


def _branch(having: set[int], selectors: Mapping[str, _Selector]) -> Branch | None:
    """Return what decides which trials have others, of all that agree the one with fewest values.

    Parameters
    ----------
    having
        The places of the trials that have the others.
    selectors
        Parameters that these trials and some more have.
    """
    agreeing: list[tuple[int, Branch]] = []
    for name, (parameter, values) in selectors.items():
        with_them = {value for place, value in values.items() if place in having}
        without = {value for place, value in values.items() if place not in having}
        if not with_them & without:
            branch = Branch(name, _extended(parameter, with_them, without))
            agreeing.append((len(with_them | without), branch))
    return min(agreeing, key=lambda each: each[0])[1] if agreeing else None


def _extended(parameter: Parameter, with_them: set[Any], without: set[Any]) -> tuple[Any, ...]:
    """Return the values with which trials have others; of numbers also those beyond them."""
    if isinstance(parameter.distribution, IntDistribution):
        if min(with_them) > max(without):
            return tuple(each for each in parameter.listed if each >= min(with_them))
        if max(with_them) < min(without):
            return tuple(each for each in parameter.listed if each <= max(with_them))
    return tuple(sorted(with_them))
