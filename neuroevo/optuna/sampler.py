"""A sampler of Optuna that searches with `Evolution` and its strategy ``screened``.

It keeps nothing but its seed: what it proposes depends on the trials of the study alone, so that
several processes that share a storage search together.
"""

import hashlib
import math
import secrets
import zlib
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import numpy as np
from optuna import Study
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.trial import FrozenTrial, TrialState

from neuroevo.errors import UsageError
from neuroevo.experiment import SECONDS
from neuroevo.optuna.branches import Found, groups_of
from neuroevo.optuna.genes import Parameter, Parameters, has_gene
from neuroevo.space import Genome, SearchSpace
from neuroevo.space.values import worded
from neuroevo.strategies import Evolution
from neuroevo.strategies.arguments import whole_problems

_FINISHED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)
_KNOWN = (TrialState.COMPLETE, TrialState.PRUNED)  # whose parameters show what a study searches
_MOST_TRIED = 50  # genomes for a trial, before one is proposed that another trial has
_PROPOSED = "neuroevo:"  # begins the attributes that mark what is proposed for a running trial


class EvolutionSampler(BaseSampler):
    """Proposes children of the best trials of a study, chosen by a model of all its trials.

    For one or more objectives.

    Parameters that the same trials have are searched together, and with them those of branches
    that only some trials take, also within branches, if the value of one parameter decides which;
    other branches by the trials that took them. So are up to eight ranges of a parameter, if
    another one decides which of them a trial has; with more ranges it is drawn at random, as the
    first ones of a branch are. Equal parameters are proposed again if they had different values
    before, or may have. Trials that failed or were pruned rank below all others. Of the others,
    those with a value above 0 of `Trial.set_constraint` rank below those without; a model of each
    constraint says where it is kept.

    Parameters
    ----------
    seed
        Decides, with the number of a trial, what is drawn for it; None draws a seed.
    n_startup_trials
        So many trials are drawn at random first.
    price
        What a trial costs: ``"seconds"``, which is its duration, or the name of a user attribute
        that holds a number above 0. The greatest improvement for each unit of it is searched for
        then, as by `Evolution`. A trial without a price costs what is usual.

    Raises
    ------
    UsageError
        One line for each argument that is wrong.

    Examples
    --------
    >>> import optuna
    >>> from neuroevo.optuna import EvolutionSampler
    >>> study = optuna.create_study(sampler=EvolutionSampler(seed=0))
    >>> study.optimize(lambda trial: trial.suggest_float("x", -9, 9) ** 2, n_trials=50)
    >>> study.best_value < 0.1
    True
    """

    def __init__(
        self,
        seed: int | None = None,
        n_startup_trials: int = 10,
        *,
        price: str | None = None,
    ) -> None:
        problems = [] if seed is None else whole_problems("seed", seed, 0)
        problems += whole_problems("n_startup_trials", n_startup_trials, 0)
        if price is not None and not (isinstance(price, str) and price):
            rule = f"must be {SECONDS!r}, the name of a user attribute, or None"
            problems.append(f"price: {rule}, but got {worded(price)}")
        if problems:
            raise UsageError(*problems)
        self._seed = secrets.randbelow(2**32) if seed is None else int(seed)
        self._startup = int(n_startup_trials)
        self._price = price

    def infer_relative_search_space(
        self,
        study: Study,
        trial: FrozenTrial,  # noqa: ARG002 - Optuna's interface
    ) -> dict[str, BaseDistribution]:
        """Return the distributions of all parameters that are searched."""
        groups = _groups(study.get_trials(deepcopy=False)).groups
        return {
            group.names[key]: each for group in groups for key, each in group.distributions.items()
        }

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Propose values of these parameters; Optuna ignores those that the trial does not take."""
        if not search_space:
            return {}
        trials = study.get_trials(deepcopy=False)
        finished = [each for each in trials if each.state in _FINISHED]
        others = _Others(study, trial, {trial.number, *(each.number for each in finished)})
        found: dict[str, Any] = {}
        known = _groups(trials)
        for place, each in enumerate(known.groups):
            group = each.part(search_space)
            if not group.distributions:
                continue
            parameters = Parameters(*group)
            results = _results(parameters, finished, len(study.directions), self._price)
            is_whole = known.is_whole and len(group.distributions) == len(each.distributions)
            candidates = self._candidates(
                study, (trial.number, place), parameters.space, results, is_whole=is_whole
            )
            chosen = others.first_free(parameters, candidates)
            chosen = chosen or parameters.space.sample(self._random(trial.number, place))
            found |= parameters.values(chosen)
        return found

    def _candidates(
        self,
        study: Study,
        place: tuple[int, int],
        space: SearchSpace,
        results: "_Results",
        *,
        is_whole: bool,
    ) -> Iterator[Genome]:
        """Yield genomes, the best first.

        In a finite space some have results: if equal ones had others, as with noise; or if they may
        have, since they don't decide all that a trial has, or none is left without.
        """
        evolution = Evolution(
            space,
            [direction.name.lower() for direction in study.directions],
            seed=self._seed_of(*place),
            strategy="screened",
            constraints={f"constraint {place}": {"max": 0.0} for place in range(results.bounds)},
            price=None if self._price is None else "price",
            noisy=not is_whole or space.size <= len(results.values),
        )
        values = results.values
        is_told = len(values) >= self._startup and any(
            map(_is_finite, chain.from_iterable(values.values()))
        )
        may_repeat = is_told and space.size < math.inf  # else there are as good ones beside it
        for evaluation in range(max(map(len, values.values()), default=0) if is_told else 0):
            told = [genome for genome, rows in values.items() if evaluation < len(rows)]
            evolution.tell(
                told,
                [values[genome][evaluation] for genome in told],
                [results.quantities[genome][evaluation] for genome in told]
                if results.bounds or self._price is not None
                else None,
            )
        while asked := evolution.ask(1):
            yield from (genome for genome in asked if may_repeat or genome not in values)

    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:  # noqa: ANN401 - a value of the parameter
        """Draw a value of a parameter that is not searched with the others."""
        random = self._random(trial.number, zlib.crc32(param_name.encode("utf-8")))
        if not has_gene(param_name, param_distribution):
            drawn = RandomSampler(int(random.integers(2**32)))
            return drawn.sample_independent(study, trial, param_name, param_distribution)
        parameter = Parameter(param_distribution)
        return parameter.value(parameter.gene.sample(random))

    def _random(self, *parts: int) -> np.random.Generator:
        return np.random.Generator(np.random.PCG64([self._seed, *parts]))

    def _seed_of(self, *parts: int) -> int:
        """Return a seed for a trial and a group, so that processes draw different children."""
        sequence = np.random.SeedSequence([self._seed, *parts])
        return int(sequence.generate_state(1, np.uint64)[0])


@dataclass(frozen=True, slots=True)
class _Others:
    """The trials of a study that are not yet finished when a trial begins, and those after it.

    Parameters
    ----------
    study
        The study.
    trial
        The trial that begins.
    known
        The numbers of the trial and of those that were finished.
    """

    study: Study
    trial: FrozenTrial
    known: Container[int]

    def first_free(self, parameters: Parameters, candidates: Iterator[Genome]) -> Genome | None:
        """Return the first genome that none of them has; the first of all if each is taken.

        A proposal is stored before those of the others are read, so that of two processes or
        threads that choose the same genome at the same moment one at least takes another.
        """
        first = None
        for genome in islice(candidates, _MOST_TRIED):
            first = first or genome
            mark = _mark(genome)
            self.study._storage.set_trial_system_attr(  # noqa: SLF001 - as Optuna's samplers do
                self.trial._trial_id,  # noqa: SLF001 - as above
                _PROPOSED + min(genome),
                mark,
            )
            if mark not in self._marks(parameters):
                return genome
        return first

    def _marks(self, parameters: Parameters) -> set[str]:
        """Return the marks of the genomes that they have or that are proposed for them."""
        trials = self.study.get_trials(deepcopy=False)
        others = [each for each in trials if each.number not in self.known]
        genomes = (parameters.genome(each.params) for each in others)
        found = {_mark(genome) for genome in genomes if genome is not None}
        attributes = (item for each in others for item in each.system_attrs.items())
        return found.union(mark for name, mark in attributes if name.startswith(_PROPOSED))


def _groups(trials: Iterable[FrozenTrial]) -> Found:
    return groups_of([trial for trial in trials if trial.state in _KNOWN])


@dataclass(frozen=True, slots=True)
class _Results:
    """What is known of each genome: of each of its complete trials, NaN if there is none.

    Parameters
    ----------
    values
        The values of the objectives.
    quantities
        How far each constraint is exceeded, 0 or less if it is kept; then the price, if trials
        have one.
    bounds
        The number of constraints.
    """

    values: Mapping[Genome, Sequence[Sequence[float]]]
    quantities: Mapping[Genome, Sequence[Sequence[float]]]
    bounds: int


def _results(
    parameters: Parameters, finished: Sequence[FrozenTrial], objectives: int, price: str | None
) -> _Results:
    constraints = {trial.number: trial.constraints for trial in finished}  # which Optuna parses
    names = sorted({name for each in constraints.values() for name in each})
    found: dict[Genome, list[FrozenTrial]] = {}
    for trial in finished:
        genome = parameters.genome(trial.params)
        if genome is not None:
            found.setdefault(genome, []).append(trial)
    values, quantities = {}, {}
    for genome, trials in found.items():
        complete = [trial for trial in trials if trial.state == TrialState.COMPLETE]
        values[genome] = [trial.values for trial in complete] or [(math.nan,) * objectives]
        # A constraint that a trial does not have is kept, as in Optuna's best trials.
        quantities[genome] = [
            (
                *(constraints[trial.number].get(name, 0.0) for name in names),
                *(() if price is None else (_paid(trial, price),)),
            )
            for trial in complete or trials[:1]
        ]
    return _Results(values, quantities, len(names))


def _paid(trial: FrozenTrial, price: str) -> float:
    """Return the price of a trial; NaN if it has none."""
    if price == SECONDS:
        return math.nan if trial.duration is None else trial.duration.total_seconds()
    paid = trial.user_attrs.get(price)
    return float(paid) if isinstance(paid, int | float) else math.nan


def _mark(genome: Genome) -> str:
    """Return a short text that equal genomes share, since storages limit the size of attributes."""
    return hashlib.sha256(genome.key.encode("utf-8")).hexdigest()[:16]


def _is_finite(values: Sequence[float]) -> bool:
    return all(map(math.isfinite, values))
