"""The public ask-and-tell interface, with genomes and fitnesses of any objective function.

Handles the directions of objectives and the bounds of constraints, and checks arguments.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import mul
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from neuroevo.errors import UsageError
from neuroevo.evolution import Candidate, Individual, costs_of, excesses_of, front_of
from neuroevo.evolution.earlier import most_instructive
from neuroevo.space import Genome, SearchSpace
from neuroevo.space.gene import flag_problems
from neuroevo.space.values import worded
from neuroevo.strategies.arguments import (
    LEAST_POPULATION,
    MOST_POPULATION,
    checked_constraints,
    checked_genomes,
    checked_quantities,
    checked_results,
    checked_searches,
    listed,
    name_problems,
    objective_problems,
    whole_problems,
)
from neuroevo.strategies.efforts import EFFORTS
from neuroevo.strategies.nsga2 import Nsga2
from neuroevo.strategies.screened import Screened
from neuroevo.strategies.states import individual_of, individual_values
from neuroevo.strategies.strategy import Options

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

FORMAT = 6
_EARLIER = 5  # a format that lacks constraints

MOST_SCREENED_OBJECTIVES = 3
_POPULATION = 64
"""With more objectives the default strategy is another one."""
_STRATEGIES: Mapping[str, type[Nsga2] | type[Screened]] = {
    strategy.name: strategy for strategy in (Nsga2, Screened)
}


@dataclass(frozen=True, slots=True)
class Origin:
    """How a genome was created.

    Attributes
    ----------
    operator
        See `Candidate`.
    parents
        Empty, the genome that was mutated, or the two that were crossed.
    """

    operator: str
    parents: tuple[Genome, ...] = ()


class Evolution:
    """Searches a space for the genomes that are best by one or more objectives.

    The search is a function of its arguments, of the fitnesses and of when they are given: with
    the same version of NumPy, equal seeds give equal genomes on any machine.

    Parameters
    ----------
    space
        The search space.
    objectives
        ``minimize`` or ``maximize`` for each number of a fitness.
    population_size
        Number of genomes of a generation, and of survivors; at least 4, 64 by default. If it is
        given, `ask` without a number gives so many.
    seed
        The seed of all randomness; 0 or more.
    initial
        Genomes of the first generation, at most `population_size`; repeated ones are asked once.
    strategy
        ``screened``, a genetic algorithm whose children are screened by a model, which takes a few
        milliseconds for each genome; or ``nsga2``, a genetic algorithm that takes almost no time,
        for evaluations that take less. By default ``screened`` for up to three objectives and if
        it knows the kinds of all genes, else ``nsga2``.
    effort
        How much ``screened`` thinks: ``low``, ``medium`` or ``high``.
    noisy
        Whether the same genome may have another fitness when it is evaluated again. Then
        ``screened`` asks for some genomes again, if it has one objective.
    constraints
        Bounds on quantities that `tell` receives besides the fitness, such as
        ``{"memory": {"max": 100}, "accuracy": {"min": 0.9}}``. Genomes that keep all bounds come
        first, then those that are nearest to it. What is known without an evaluation is better
        restricted by the space, see `SearchSpace.restricted`: no other genomes are asked then.
    price
        A quantity that `tell` receives besides the fitness, above 0, such as the seconds that an
        evaluation takes. ``screened`` then looks for the greatest improvement for each unit of it,
        as by Snoek, Larochelle & Adams 2012, https://arxiv.org/abs/1206.2944.
    earlier
        Results of earlier searches of this space, from which ``screened`` learns, from fewer of
        them with each result of its own: for each search a pair of genomes and fitnesses, as for
        `tell`. How much they count depends on how far the new results agree with them, apart from
        a constant difference. Their best genomes are not asked again; those belong into `initial`.

    Raises
    ------
    UsageError
        One line for each argument that is wrong.

    Examples
    --------
    >>> from neuroevo import Evolution, Float, SearchSpace
    >>> evolution = Evolution(SearchSpace(x=Float(-1.0, 1.0)))
    >>> for _ in range(10):
    ...     genomes = evolution.ask(2)
    ...     evolution.tell(genomes, [genome["x"] ** 2 for genome in genomes])
    >>> abs(evolution.best.genome["x"]) < 0.01
    True
    """

    __slots__ = (
        "_constraints",
        "_front",
        "_objectives",
        "_others",
        "_pending",
        "_price",
        "_space",
        "_strategy",
    )

    def __init__(  # noqa: PLR0913 - the settings of a search, most of them by keyword
        self,
        space: SearchSpace,
        objectives: Sequence[str] = ("minimize",),
        population_size: int | None = None,
        seed: int = 0,
        initial: "Iterable[Mapping[str, object]] | pd.DataFrame" = (),
        *,
        strategy: str | None = None,
        effort: str = "medium",
        noisy: bool = False,
        constraints: Mapping[str, Mapping[str, float]] = MappingProxyType({}),
        price: str | None = None,
        earlier: "Sequence[tuple[Iterable[Mapping[str, object]] | pd.DataFrame, Iterable[float | Sequence[float]] | np.ndarray | pd.DataFrame]]" = (),  # noqa: E501 - what it may be
    ) -> None:
        if not isinstance(space, SearchSpace):
            raise UsageError(f"space: must be a SearchSpace, but got {worded(space)}")
        wrong_objectives = objective_problems(objectives)
        problems = list(wrong_objectives)
        size = _POPULATION if population_size is None else population_size
        problems += whole_problems("population_size", size, LEAST_POPULATION, MOST_POPULATION)
        problems += whole_problems("seed", seed, 0)
        if strategy is None:
            few = bool(wrong_objectives) or len(objectives) <= MOST_SCREENED_OBJECTIVES
            strategy = (Screened if few and not Screened.problems(space) else Nsga2).name
        problems += name_problems("strategy", strategy, _STRATEGIES)
        problems += name_problems("effort", effort, EFFORTS) + flag_problems("noisy", noisy)
        bounds, bound_problems = checked_constraints(constraints)
        problems += bound_problems
        seeds, seed_problems = checked_genomes("initial", initial, space)
        seed_problems += [
            f"initial: each must keep the restriction of the space, but got {genome.key}"
            for genome in seeds
            if not space.allows(genome)
        ]
        if not problems and len(seeds) > size:
            rule = f"must be at most the population of {size}"
            problems.append(f"initial: {rule}, but got {len(seeds)}")
        problems += seed_problems + _price_problems(price, strategy)
        searches: list[list[Individual]] = []
        if not wrong_objectives:
            searches, earlier_problems = checked_searches(earlier, space, len(objectives))
            problems += earlier_problems
        if searches and strategy != Screened.name:
            rule = f"must be left out unless the strategy is {Screened.name!r}"
            problems.append(f"earlier: {rule} (it is {strategy!r}), but got {len(searches)}")
        if problems:
            raise UsageError(*problems)
        unfit = [f"strategy: {text}" for text in _STRATEGIES[strategy].problems(space)]
        if unfit:
            raise UsageError(*unfit)
        self._space = space
        self._objectives = tuple(objectives)
        self._constraints, self._price = tuple(bounds), price
        options = Options(
            int(size),
            int(seed),
            tuple(dict.fromkeys(seeds)),
            look_ahead=1 if population_size is None else int(size),
            effort=effort,
            noisy=noisy,
            earlier=most_instructive(
                [list(map(self._negated, each)) for each in searches],
                EFFORTS[effort].of(len(objectives)).earlier,
            ),
        )
        self._strategy: Nsga2 | Screened = _STRATEGIES[strategy](space, options)
        # With the fitnesses as the user gave them.
        self._front = list[Individual]()
        self._pending: dict[Genome, Candidate] = {}  # asked, and neither evaluated nor dropped
        self._others = 0  # evaluated genomes that were not asked; their numbers are negative

    def _front_of(self, individuals: Iterable[Individual]) -> list[Individual]:
        """Return their front; of equal ones the one that was asked first."""
        in_order = sorted(individuals, key=lambda each: (each.number < 0, abs(each.number)))
        return front_of(in_order, self._costs_of, lambda each: each.violation)

    @property
    def space(self) -> SearchSpace:
        """The search space."""
        return self._space

    @property
    def generation(self) -> int:
        """Number of generations that are complete."""
        return self._strategy.generation

    @property
    def strategy(self) -> str:
        """The name of the strategy."""
        return self._strategy.name

    @property
    def population(self) -> list[Individual]:
        """The genomes that may become parents, the best first; failed ones come last."""
        return [self._negated(individual) for individual in self._strategy.population]

    @property
    def pending(self) -> list[Genome]:
        """The genomes that were asked, and neither evaluated nor dropped."""
        return list(self._pending)

    @property
    def front(self) -> list[Individual]:
        """The Pareto front of all individuals so far that did not fail.

        With constraints, that of those that keep them; if none does, the nearest to it. Sorted by
        the first objective, best first, ties by the following ones. Of individuals with equal
        fitnesses only the first that was asked is kept. If any genome had other results when it was
        evaluated again, fitnesses are the means of all evaluations of a genome.
        """
        averaged = self._strategy.averaged_front()
        if averaged is None:
            return list(self._front)
        return self._front_of(map(self._negated, averaged))

    @property
    def best(self) -> Individual | None:
        """The best by the first objective, ties by the following ones; None if there is none.

        Its `feasible` says whether it keeps all constraints, which it does if any genome does.
        If there is noise, it is the one that is estimated to be best, with its mean fitness; with
        several objectives the one whose mean fitness is best.
        """
        estimated = self._strategy.recommended()
        if estimated:
            return self._negated(estimated[0])
        return next(iter(self.front), None)

    @property
    def correlations(self) -> list[float]:
        """How results of equal genomes correlate with those of `earlier` searches, as was learned.

        One number from 0 to 1 for each objective, as it was when these were last learned from; none
        before that.
        """
        return self._strategy.correlations if isinstance(self._strategy, Screened) else []

    def ask(self, count: int | None = None) -> list[Genome]:
        """Return genomes to evaluate next.

        Parameters
        ----------
        count
            How many new ones, at most; those that are pending stay so. Without it the pending
            ones are returned, or if there are none, new ones: a generation of ``nsga2``; one genome
            of ``screened``, or as many as `population_size` if that was given.

        Returns
        -------
        list[Genome]
            All different and, unless there is noise, none evaluated before. If it is empty the
            search waits for pending results; if there are none of these, the space has no other
            genomes.

        Raises
        ------
        UsageError
            If `count` is no whole number of at least 0.
        """
        problems = [] if count is None else whole_problems("count", count, 0)
        if problems:
            raise UsageError(*problems)
        if count is None and self._pending:
            return self.pending
        number = self._strategy.look_ahead if count is None else count
        asked = {self._space.genome(each.genome): each for each in self._strategy.ask(number)}
        self._pending |= asked
        return list(asked)

    def drop(self, genomes: Sequence[Mapping[str, object]]) -> None:
        """Wait no longer for pending genomes; they may be asked again.

        Raises
        ------
        UsageError
            One line for each genome that is not pending.
        """
        checked, problems = checked_genomes("genomes", genomes, self._space, self._pending)
        problems += [
            f"genomes: each must be pending, but got {genome.key}"
            for genome in checked
            if genome not in self._pending
        ]
        if problems:
            raise UsageError(*problems)
        self._strategy.drop([self._pending.pop(genome).number for genome in checked])

    def origin(self, genome: Genome) -> Origin:
        """Return how a genome was created that is pending.

        Parameters
        ----------
        genome
            One that `ask` returned.

        Raises
        ------
        UsageError
            If it is not pending.
        """
        try:
            candidate = self._pending[genome]
        except KeyError:
            text = f"genome: must be one that is pending, but got {worded(dict(genome))}"
            raise UsageError(text) from None
        return Origin(candidate.operator, self._strategy.genomes_of(candidate.parents))

    def tell(
        self,
        genomes: "Iterable[Mapping[str, object]] | pd.DataFrame",
        fitnesses: "Iterable[float | Sequence[float]] | np.ndarray | pd.DataFrame",
        quantities: "Iterable[float | Sequence[float] | Mapping[str, float]] | np.ndarray | pd.DataFrame | None" = None,  # noqa: E501 - what it may be
    ) -> None:
        """Receive the fitnesses of genomes, in any order; a generation may come in parts.

        Genomes that were not asked are accepted too. ``nsga2`` takes each genome once only; for
        ``screened`` several fitnesses of a genome count as their mean. Genomes that are
        not given stay pending. If there is an error, nothing is changed.

        Parameters
        ----------
        genomes
            The genomes that were evaluated, or a data frame with a row for each and a column for
            each gene.
        fitnesses
            For each a number, or one number for each objective. A genome with a number that is
            NaN, infinite or beyond ±1e300 has failed: it ranks below all others and is never on
            the front.
        quantities
            With constraints or a price: for each genome the value of each quantity, as a mapping or
            in their order, the price last, or a number if there is one. A bounded one that is NaN
            or infinite is a failure too; a price that is, or is not above 0, is unknown. Of several
            evaluations of a genome the first known price counts.

        Raises
        ------
        UsageError
            One line for each genome or fitness that is wrong.
        """
        items = listed(genomes)
        given = genomes if items is None else items
        once = self._strategy.evaluated if isinstance(self._strategy, Nsga2) else None
        checked, rows, problems = checked_results(
            given, fitnesses, self._space, len(self._objectives), self._pending, once
        )
        names = [each.name for each in self._constraints]
        names += [self._price] if self._price and self._price not in names else []
        known, quantity_problems = checked_quantities(quantities, names, len(items or ()))
        problems += quantity_problems
        if problems:
            raise UsageError(*problems)
        individuals = [
            Individual(
                self._number_of(genome),
                genome,
                row,
                excesses_of(self._constraints, values),
                values.get(self._price or "", math.nan),
            )
            for genome, row, values in zip(checked, rows, known, strict=True)
        ]
        self._front = self._front_of([*self._front, *individuals])
        self._strategy.tell([self._negated(individual) for individual in individuals])

    def _number_of(self, genome: Genome) -> int:
        if genome in self._pending:
            return self._pending.pop(genome).number
        self._others += 1
        return -self._others

    def _negated(self, individual: Individual) -> Individual:
        """Negate the objectives that are maximised."""
        signs = (-1.0 if objective == "maximize" else 1.0 for objective in self._objectives)
        return replace(individual, fitness=tuple(map(mul, individual.fitness, signs)))

    def _costs_of(self, individual: Individual) -> tuple[float, ...] | None:
        return None if individual.failed else costs_of(self._negated(individual).fitness)

    def state(self) -> dict[str, Any]:
        """Return the whole state as plain JSON values, at any time."""
        return self._strategy.state() | {
            "format": FORMAT,
            "strategy": self._strategy.name,
            "genes": _descriptions(self._space),
            "objectives": list(self._objectives),
            "constraints": {
                each.name: {
                    key: bound
                    for key, bound in (("min", each.least), ("max", each.most))
                    if bound is not None
                }
                for each in self._constraints
            },
            "price": self._price,
            "front": [individual_values(self._space, each) for each in self._front],
            "others": self._others,
            "pending": len(self._pending),
        }

    @classmethod
    def from_state(cls, space: SearchSpace, state: Mapping[str, Any]) -> Self:
        """Continue a search from its state.

        Parameters
        ----------
        space
            The search space.
        state
            The value of `state()`, also after a round trip through JSON.

        Raises
        ------
        UsageError
            If the state is damaged or that of another space.
        """
        if not isinstance(state, Mapping) or state.get("format") not in (_EARLIER, FORMAT):
            raise UsageError(f"state: must be the state of an evolution in format {FORMAT}")
        try:
            _check_genes(space, state["genes"])
            name = state["strategy"]
            evolution = cls(
                space,
                state["objectives"],
                state["population_size"],
                strategy=name,
                constraints=state.get("constraints", {}),
                price=state.get("price"),
            )
            evolution._strategy = _STRATEGIES[name].from_state(space, state)
            evolution._front = evolution._front_of(
                individual_of(space, each) for each in state["front"]
            )
            evolution._others = int(state["others"])
            evolution.ask(int(state["pending"]))
        except UsageError as error:
            raise UsageError(*(f"state: {problem}" for problem in error.problems)) from None
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise UsageError(f"state: must be complete and undamaged, but {error!r}") from error
        return evolution


def _price_problems(price: object, strategy: str) -> list[str]:
    if price is None:
        return []
    if not isinstance(price, str) or not price:
        return [f"price: must be the name of a quantity, but got {worded(price)}"]
    if strategy == Screened.name:
        return []
    rule = f"must be left out unless the strategy is {Screened.name!r} (it is {worded(strategy)})"
    return [f"price: {rule}, but got {price!r}"]


def _check_genes(space: SearchSpace, names: Sequence[str] | Mapping[str, str]) -> None:
    """Refuse the state of a search of other genes."""
    if list(names) != sorted(space.genes):
        genes, others = ", ".join(sorted(space.genes)), ", ".join(map(str, names))
        raise UsageError(f"must be of the genes {genes}, but is of {others}")
    if not isinstance(names, Mapping):  # states of earlier versions have only names
        return
    ours = _descriptions(space)
    other = [name for name in ours if names[name] != ours[name]]
    if other:
        raise UsageError(
            *(f"gene {each}: must be {ours[each]}, but is {names[each]}" for each in other)
        )


def _descriptions(space: SearchSpace) -> dict[str, str]:
    """Return a text for each gene, the same for equal ones alone, by its name."""
    return {
        name: space.genes[name].describe(repr)
        + "".join(f" if {other} is {allowed!r}" for other, allowed in _conditions(space, name))
        for name in sorted(space.genes)
    }


def _conditions(space: SearchSpace, name: str) -> list[tuple[str, list[Any]]]:
    found = space.conditions.get(name, {})
    return [(other, sorted(allowed, key=str)) for other, allowed in sorted(found.items())]
