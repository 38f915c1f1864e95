"""A sampler of Optuna that searches with `Evolution` and its strategy ``screened``.

It keeps nothing but its seed: what it proposes depends on the trials of the study alone, so that
several processes that share a storage search together.
"""

import math
import secrets
import warnings
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from optuna import Study
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial, TrialState

from neuroevo.errors import UsageError
from neuroevo.optuna.genes import Parameter, Parameters
from neuroevo.space import Genome
from neuroevo.strategies import Evolution
from neuroevo.strategies.arguments import whole_problems

_FINISHED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)
_KNOWN = (TrialState.COMPLETE, TrialState.PRUNED)  # whose parameters show what a study searches


class EvolutionSampler(BaseSampler):
    """Proposes children of the best trials of a study, chosen by a model of all its trials.

    For one or more objectives.

    Parameters that the same trials have are searched together: those of a branch that only some
    trials take, by the trials that took it. Those whose distribution changes are drawn at random,
    as the first ones of a branch are. Trials that failed or were pruned rank below all
    others. Constraints are ignored, with a warning.

    Parameters
    ----------
    seed
        Decides, with the number of a trial, what is drawn for it; None draws a seed.
    n_startup_trials
        So many trials are drawn at random first.

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
    ) -> None:
        problems = [] if seed is None else whole_problems("seed", seed, 0)
        problems += whole_problems("n_startup_trials", n_startup_trials, 0)
        if problems:
            raise UsageError(*problems)
        self._seed = secrets.randbelow(2**32) if seed is None else int(seed)
        self._startup = int(n_startup_trials)

    def infer_relative_search_space(
        self,
        study: Study,
        trial: FrozenTrial,  # noqa: ARG002 - Optuna's interface
    ) -> dict[str, BaseDistribution]:
        """Return the distributions of all parameters that are searched."""
        groups = _groups(study.get_trials(deepcopy=False))
        return {name: each for group in groups for name, each in group.items()}

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Propose values of the parameters; Optuna ignores those that the trial does not take."""
        if not search_space:
            return {}
        trials = study.get_trials(deepcopy=False)
        _warn_of_constraints(trials)
        found: dict[str, Any] = {}
        for place, group in enumerate(_groups(trials)):
            found |= self._proposed(study, trial, group, place)
        return found

    def _proposed(
        self,
        study: Study,
        trial: FrozenTrial,
        group: Mapping[str, BaseDistribution],
        place: int,
    ) -> dict[str, Any]:
        """Propose values of the parameters of a group."""
        trials = study.get_trials(deepcopy=False)
        parameters = Parameters(group)
        results = _results(parameters, trials, len(study.directions))
        evolution = Evolution(
            parameters.space,
            [direction.name.lower() for direction in study.directions],
            seed=self._seed_of(trial.number, place),
            strategy="screened",
        )
        if len(results) >= self._startup and any(map(_is_finite, results.values())):
            evolution.tell(list(results), list(results.values()))
        pending = _pending(parameters, trials)
        asked = [genome for genome in evolution.ask() if genome not in results]
        new = [genome for genome in asked if genome not in pending]
        chosen = (new or asked)[:1] or [parameters.space.sample(self._random(trial.number, place))]
        return parameters.values(chosen[0])

    def sample_independent(
        self,
        study: Study,  # noqa: ARG002 - Optuna's interface
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:  # noqa: ANN401 - a value of the parameter
        """Draw a value of a parameter that is not searched with the others."""
        parameter = Parameter(param_distribution)
        random = self._random(trial.number, zlib.crc32(param_name.encode("utf-8")))
        return parameter.value(parameter.gene.sample(random))

    def _random(self, *parts: int) -> np.random.Generator:
        return np.random.Generator(np.random.PCG64([self._seed, *parts]))

    def _seed_of(self, *parts: int) -> int:
        """Return a seed for a trial and a group, so that processes draw different children."""
        sequence = np.random.SeedSequence([self._seed, *parts])
        return int(sequence.generate_state(1, np.uint64)[0])


def _groups(trials: Iterable[FrozenTrial]) -> list[dict[str, BaseDistribution]]:
    """Return the distributions of the parameters that the same trials have, group by group.

    Parameters that have one value, or whose distribution changes, are in no group.
    """
    found: dict[str, BaseDistribution] = {}
    places: dict[str, list[int]] = {}
    changed = set()
    for trial in trials:
        for name, each in trial.distributions.items() if trial.state in _KNOWN else ():
            if found.setdefault(name, each) != each:
                changed.add(name)
            places.setdefault(name, []).append(trial.number)
    groups: dict[tuple[int, ...], dict[str, BaseDistribution]] = {}
    for name in sorted(found):
        if name not in changed and not found[name].single():
            groups.setdefault(tuple(places[name]), {})[name] = found[name]
    return list(groups.values())


def _results(
    parameters: Parameters, trials: Iterable[FrozenTrial], objectives: int
) -> Mapping[Genome, tuple[float, ...]]:
    """Return the values of each genome: their mean over its trials, NaN if none is complete."""
    found: dict[Genome, list[Sequence[float]]] = {}
    for trial in trials:
        genome = parameters.genome(trial.params) if trial.state in _FINISHED else None
        if genome is not None:
            values = found.setdefault(genome, [])
            if trial.state == TrialState.COMPLETE:
                values.append(trial.values)
    nothing = (math.nan,) * objectives
    return {
        genome: tuple(math.fsum(each) / len(values) for each in zip(*values, strict=True))
        if values and all(map(_is_finite, values))
        else nothing
        for genome, values in found.items()
    }


def _pending(parameters: Parameters, trials: Iterable[FrozenTrial]) -> set[Genome]:
    """Return the genomes that others are evaluating."""
    running = (each.params for each in trials if each.state == TrialState.RUNNING)
    return {genome for each in running if (genome := parameters.genome(each)) is not None}


def _is_finite(values: Sequence[float]) -> bool:
    return all(map(math.isfinite, values))


def _warn_of_constraints(trials: Iterable[FrozenTrial]) -> None:
    if any(each.constraints for each in trials):
        warnings.warn("EvolutionSampler: the constraints of trials are ignored", stacklevel=2)
