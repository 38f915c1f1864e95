"""Which parameters of a study are searched together, and what decides whether a trial has them.

Knows the parameters of trials; knows no results.
"""

from collections.abc import Container, Mapping, Sequence
from typing import Any, NamedTuple

from optuna.distributions import BaseDistribution, CategoricalDistribution, IntDistribution
from optuna.trial import FrozenTrial

from neuroevo.optuna.genes import Branch, Parameter, has_gene

_MOST_VALUES = 20  # of a parameter that decides whether a trial has others
_MOST_RANGES = 8  # of a parameter of which each value of another one has its own


class Group(NamedTuple):
    """Parameters that are searched together, by keys: their names, or a name and a number.

    A parameter whose range depends on others has a key for each of its ranges.
    """

    distributions: Mapping[str, BaseDistribution]
    branches: Mapping[str, Branch]  # of those that not all of these trials have
    names: Mapping[str, str]  # of the parameters, by key

    def part(self, names: Container[str]) -> "Group":
        """Return those with these names; without what decides about one, all trials have it.

        Of a parameter with several ranges, none is then known to be that of a trial.
        """
        kept: dict[str, BaseDistribution] = {}
        for key, each in self.distributions.items():
            branch, name = self.branches.get(key), self.names[key]
            if name in names and (key == name or branch is None or branch.selector in kept):
                kept[key] = each
        branches = {
            key: branch
            for key, branch in self.branches.items()
            if key in kept and branch.selector in kept
        }
        return Group(kept, branches, {key: self.names[key] for key in kept})


class Found(NamedTuple):
    """The groups of a study, and whether they decide all that its trials have."""

    groups: Sequence[Group]
    is_whole: bool


def groups_of(trials: Sequence[FrozenTrial]) -> Found:
    """Return the parameters that are searched together, group by group.

    Those that the same trials have are, and with them those of branches: which the value of one of
    the former decides, as of the depth in a loop over layers, or one of another branch does.
    Parameters that have one value or no gene, or too many ranges, are in no group.

    Parameters
    ----------
    trials
        Trials whose parameters show what the study searches.
    """
    ranges: dict[str, list[BaseDistribution]] = {}
    places: dict[tuple[str, int], list[int]] = {}
    for place, trial in enumerate(trials):
        for name, each in trial.distributions.items():
            known = ranges.setdefault(name, [])
            if each not in known:
                known.append(each)
            places.setdefault((name, known.index(each)), []).append(place)
    groups: dict[tuple[int, ...], dict[str, BaseDistribution]] = {}
    names: dict[str, str] = {}
    is_whole = True
    for (name, number), having in sorted(places.items()):
        known = ranges[name]
        key, each = name if len(known) == 1 else f"{name} {number}", known[number]
        if each.single() and len(known) == 1:
            continue
        if len(known) > _MOST_RANGES or key in ranges.keys() - {name} or not has_gene(key, each):
            is_whole = False
            continue
        groups.setdefault(tuple(having), {})[key] = each
        names[key] = name
    found = _joined(groups, names, trials)
    return Found(found, is_whole and len(found) == 1)


def _joined(
    groups: Mapping[tuple[int, ...], Mapping[str, BaseDistribution]],
    names: Mapping[str, str],
    trials: Sequence[FrozenTrial],
) -> list[Group]:
    """Join the group of most trials with those that are its branches, and with their branches."""
    if not groups:
        return []
    most = max(groups, key=len)  # the first of the largest
    whole, branches = dict[str, BaseDistribution](), dict[str, Branch]()
    selectors: dict[str, _Selector] = {}
    waiting, joined = [having for having in groups if having != most], [most]
    for having in joined:  # grows
        whole |= groups[having]
        for key, each in groups[having].items():
            if _is_listed(each):
                values = {place: trials[place].params[names[key]] for place in having}
                selectors[key] = _Selector.of(each, values)
        for other in list(waiting):
            branch = _branch(set(other), selectors)
            if branch is not None:
                branches |= dict.fromkeys(groups[other], branch)
                waiting.remove(other)
                joined.append(other)
    # A parameter with several ranges has one of them in each trial, which a branch must decide.
    several = {key for having in waiting for key in groups[having] if key != names[key]}
    return [
        Group(whole, branches, {key: names[key] for key in whole}),
        *(
            Group(groups[having], {}, {key: names[key] for key in groups[having]})
            for having in waiting
            if several.isdisjoint(groups[having])
        ),
    ]


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
        Parameters that may decide it, if these trials and some more have them.
    """
    agreeing: list[tuple[int, Branch]] = []
    for name, (parameter, values) in selectors.items():
        if not having < values.keys():
            continue
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
