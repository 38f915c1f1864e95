"""An experiment as a checked, immutable tree of settings, and its text in TOML.

Knows the tables and their keys; opens no file and runs nothing.
"""

from collections.abc import Collection, Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SerializeAsAny,
    ValidationInfo,
    field_validator,
    model_validator,
)

from neuroevo.errors import UsageError
from neuroevo.evaluation import (
    OBJECTIVES,
    REDUCTIONS,
    TRAINING_GENES,
    NetworkObjective,
    Objective,
)
from neuroevo.evolution import Constraint
from neuroevo.evolution.candidate import LARGEST_FITNESS
from neuroevo.experiment.free_genes import read_free_space, write_free_space
from neuroevo.experiment.genes import GENES, default_genes, read_space, write_space
from neuroevo.experiment.memory import memory, memory_problems
from neuroevo.experiment.naming import checked_name
from neuroevo.experiment.toml import write_toml
from neuroevo.learning import READERS, DataSize, Optimization, TrainingSettings
from neuroevo.settings import Location, Settings, dotted, one_of, refusal, shown, unknown
from neuroevo.space import Genome, SearchSpace
from neuroevo.strategies import MOST_SCREENED_OBJECTIVES, STRATEGIES
from neuroevo.strategies.arguments import LEAST_POPULATION, MOST_OBJECTIVES, MOST_POPULATION
from neuroevo.strategies.efforts import EFFORTS
from neuroevo.strategies.grid_search import GridSearch
from neuroevo.strategies.nsga2 import Nsga2
from neuroevo.strategies.screened import Screened
from neuroevo.tasks import TASKS, NetworkTask, PythonTask, Task


def _name_in(names: Collection[str]) -> AfterValidator:
    def check(name: str) -> str:
        if name not in names:
            raise refusal([((), one_of(name, names))])
        return name

    return AfterValidator(check)


def _check_objective(name: str, information: ValidationInfo) -> str:
    """Check that an objective is one of the task's, unless the task is wrong."""
    names = (information.context or {}).get("objectives", OBJECTIVES)
    if names is not None and name not in names:
        raise refusal([((), one_of(name, names))])
    return name


class Bounds(Settings):
    """The bounds of a quantity; one of them may be left out.

    Attributes
    ----------
    min, max
        The least and the greatest value; None for no bound.
    """

    min: Annotated[float, Field(ge=-LARGEST_FITNESS, le=LARGEST_FITNESS)] | None = None
    max: Annotated[float, Field(ge=-LARGEST_FITNESS, le=LARGEST_FITNESS)] | None = None

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.min is None and self.max is None:
            raise refusal([((), "must have a min, a max or both")])
        if self.min is not None and self.max is not None and self.min > self.max:
            found = f"{self.min:g} and {self.max:g}"
            raise refusal([((), f"must have a min of at most its max, but got {found}")])
        return self


def _first(value: object) -> object:
    """Refuse what is no setting of the first replicates."""
    is_count = isinstance(value, int) and not isinstance(value, bool) and value >= 1
    if is_count or (isinstance(value, str) and value in _FIRST):
        return value
    rule = "must be a whole number of at least 1, 'fold' or 'all'"
    raise refusal([((), f"{rule}, but got {shown(value)}")])


class RungShares(NamedTuple):
    """How much of a trial is trained at a rung."""

    samples: float  # share of the sample budget, above 0 and at most 1
    replicates: tuple[int, ...]  # numbers of those that are trained up to there


class EvolutionSettings(Settings):
    """How configurations evolve.

    Attributes
    ----------
    population
        Configurations in a generation, at least 4 if they evolve.
    generations
        Generations, the first random one included, at least 1.
    objectives
        Objectives; the first one decides the ranks. Of networks, see
        ``neuroevo.evaluation.OBJECTIVES``; of a function, those that it declares, all by default.
    reduction
        How the scores of a trial's replicates are reduced to one number.
    strategy
        How candidates are chosen, see ``neuroevo.strategies.STRATEGIES``. Left out of a table, it
        is ``screened`` for a function with at most 3 objectives and 2,000 evaluations, else
        ``nsga2``.
    effort
        How much ``screened`` thinks about each candidate, see ``neuroevo.strategies.EFFORTS``;
        None for other strategies.
    look_ahead
        How many candidates ``screened`` is asked for before their results are known; None for
        other strategies.
    constraints
        Bounds on quantities, such as ``{"parameters": {"max": 100}}``: of objectives, of
        ``seconds`` (of one core that a trial took), of networks every other of
        ``neuroevo.evaluation.OBJECTIVES``, of a function what it returns besides. Trials that keep
        all of them come first, then those nearest to it; configurations with too many or too few
        ``parameters`` are never trained. None: no bounds.
    price
        What ``screened`` takes for the price of a trial, a quantity as in constraints: it looks for
        the greatest improvement for each unit of it. With ``seconds`` the trials depend on how fast
        the machine is. None: all trials cost the same.
    rungs
        Shares of the sample budget, ascending, such as ``[0.11, 0.33]``. After each of them only
        trials go on that are among the best third of those before, by non-dominated rank; a tenth
        of all is trained to the end in any case, to show how often that is wrong. None: all
        trials are trained to the end.
    first_replicates
        So many replicates of each trial are trained first, and the others only of trials that are
        among the best third of those before by these, judged as at `rungs`, of which it is the
        last. ``"fold"``: those of the first fold, by default with folds, unless all configurations
        of a grid are evaluated. ``"all"`` or None: there is no such rung.
    patience
        Ends the search after this many generations without a gain in hypervolume; None: never.
    target
        Ends the search when a trial of the front has at most these values of the objectives, at
        least if they are maximised; None: never.
    time_limit
        Ends the search after this many seconds; None: never.
    """

    population: Annotated[int, Field(ge=1, le=MOST_POPULATION)] = 64
    generations: Annotated[int, Field(ge=1, le=1_000_000)] = 30
    objectives: Annotated[
        tuple[Annotated[str, AfterValidator(_check_objective)], ...],
        Field(min_length=1, max_length=MOST_OBJECTIVES),
    ] = ("final_mse", "samples_to_target")
    reduction: Annotated[str, _name_in(REDUCTIONS)] = "median"
    strategy: Annotated[str, _name_in(STRATEGIES)] = "nsga2"
    effort: Annotated[str, _name_in(EFFORTS)] | None = None
    look_ahead: Annotated[int, Field(ge=1, le=MOST_POPULATION)] | None = None
    constraints: Annotated[Mapping[str, Bounds], Field(min_length=1)] | None = None
    price: str | None = None
    rungs: (
        Annotated[tuple[Annotated[float, Field(gt=0, lt=1)], ...], Field(min_length=1)] | None
    ) = None
    first_replicates: Annotated[int | Literal["fold", "all"], BeforeValidator(_first)] | None = None
    patience: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    target: Annotated[Mapping[str, float], Field(min_length=1)] | None = None
    time_limit: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _check_population(self) -> Self:
        evolves = self.strategy in {Nsga2.name, Screened.name}
        if evolves and self.population < LEAST_POPULATION:
            rule = f"must be at least {LEAST_POPULATION}"
            raise refusal([(("population",), f"{rule}, but got {self.population}")])
        return self

    @field_validator("rungs")
    @classmethod
    def _check_ascending(cls, rungs: tuple[float, ...] | None) -> tuple[float, ...] | None:
        if rungs is not None and any(low >= high for low, high in pairwise(rungs)):
            raise ValueError("must be ascending")
        return rungs

    @field_validator("objectives")
    @classmethod
    def _check_distinct(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(names)) < len(names):
            raise ValueError("must name each objective once")
        return names

    @field_validator("target")
    @classmethod
    def _check_target(
        cls, target: Mapping[str, float] | None, information: ValidationInfo
    ) -> Mapping[str, float] | None:
        objectives = information.data.get("objectives", ())
        others = [name for name in target or () if name not in objectives]
        if others and objectives:
            raise refusal([((name,), unknown(name, objectives)) for name in others])
        return target


def _read_task(value: object, information: ValidationInfo) -> object:
    """Turn a table into the settings of a task, chosen by its kind."""
    if not isinstance(value, Mapping):
        return value
    if "kind" not in value:
        raise refusal([(("kind",), f"must be given, one of {', '.join(map(repr, TASKS))}")])
    kind = value["kind"]
    if not isinstance(kind, str) or kind not in TASKS:
        raise refusal([(("kind",), one_of(kind, TASKS))])
    return TASKS[kind].model_validate(dict(value), context=information.context)


def _with_defaults(value: object, information: ValidationInfo) -> object:
    """Add the task's own defaults to a table."""
    task = information.data.get("task")
    if task is None or not isinstance(value, Mapping):
        return value
    return {**task.defaults.get(information.field_name or "", {}), **value}


def _read_evolution(value: object, information: ValidationInfo) -> object:
    """Check a table of settings with the objectives that the task has."""
    table = _with_defaults(value, information)
    if not isinstance(table, Mapping):
        return table
    given = value if isinstance(value, Mapping) else {}
    if given.get("strategy") == GridSearch.name and "first_replicates" not in given:
        table = {name: each for name, each in table.items() if name != "first_replicates"}
    context = dict(information.context or {})
    task = information.data.get("task")
    context["objectives"] = None if task is None else tuple(_objectives_of(task))
    if isinstance(task, PythonTask) and (rungs := table.get("rungs")) is not None:
        rule = f"must be left out for the task {task.kind!r}, which has no sample budget"
        raise refusal([(("rungs",), f"{rule}, but got {shown(rungs)}")])
    chosen = _with_strategy(table, task)
    return EvolutionSettings.model_validate(chosen, context=context)


def _with_strategy(table: Mapping[str, object], task: object) -> dict[str, object]:
    """Add the strategy, if it is left out, and its own settings."""
    settings = EvolutionSettings.model_fields
    population, generations = (
        table.get(name, settings[name].default) for name in ("population", "generations")
    )
    wholes = isinstance(population, int) and isinstance(generations, int)
    planned = population * generations if wholes else 0  # type: ignore[operator]  # they are
    chosen = dict(table)
    if "strategy" not in chosen:
        fits = isinstance(task, PythonTask) and planned <= _MOST_SCREENED
        few = isinstance(task, PythonTask) and len(task.objectives) <= MOST_SCREENED_OBJECTIVES
        chosen["strategy"] = Screened.name if fits and few else Nsga2.name
    if chosen["strategy"] == Screened.name:
        effort = "medium" if planned <= _MOST_SCREENED else "low"
        defaults = {"effort": effort, "look_ahead": LOOK_AHEAD}
        missing = {key: value for key, value in defaults.items() if chosen.get(key) is None}
        return chosen | missing
    own = [name for name in ("effort", "look_ahead", "price") if chosen.get(name) is not None]
    if own:
        rule = f"must be left out unless the strategy is {Screened.name!r}"
        raise refusal([((name,), f"{rule}, but got {shown(chosen[name])}") for name in own])
    return chosen


_MOST_SCREENED = 2000
_FIRST = ("fold", "all")
SECONDS = "seconds"
"""The quantity that every trial has: the time that its evaluation took."""
LOOK_AHEAD = 8
"""How many candidates are asked before their results are known, by default."""


def _read_training(value: object, information: ValidationInfo) -> object:
    """Add the task's own defaults to a table, which only networks have."""
    task = information.data.get("task")
    if value and isinstance(value, Mapping) and not (task is None or isinstance(task, NetworkTask)):
        text = f"must be left out for the task {task.kind!r}, which trains no networks of ours"
        raise refusal([((), text)])
    return _with_defaults(value, information)


def _objectives_of(task: Task) -> Mapping[str, Objective]:
    """Return the objectives that a search may have on a task, by name."""
    if not isinstance(task, PythonTask):
        return OBJECTIVES
    return {
        name: Objective(name, logarithmic=False, maximised=direction == "maximize", lost="failed")
        for name, direction in task.objectives.items()
    }


def _quantities_of(task: Task) -> list[str]:
    """Return what constraints may bound on a task."""
    if isinstance(task, PythonTask):
        return list(dict.fromkeys([*task.objectives, *(task.quantities or ()), SECONDS]))
    has_classes = isinstance(task, NetworkTask) and task.has_class_targets
    objectives = [name for name, each in OBJECTIVES.items() if has_classes or not each.of_classes]
    return [*objectives, SECONDS]


def _read_space(value: object, information: ValidationInfo) -> SearchSpace:
    task, training = information.data.get("task"), information.data.get("training")
    if isinstance(task, PythonTask):
        return read_free_space(value)
    if task is None and isinstance(value, Mapping):  # which genes it may have is not known
        value = {name: gene for name, gene in value.items() if name in GENES}
    if task is None or training is None:
        return read_space(value)
    genes = value.genes if isinstance(value, SearchSpace) else value
    given = genes if isinstance(genes, Mapping) else {}
    return read_space(value, default_genes(task.defaults.get("space", {}), given, training))


_LEFT_OUT: Any = {}  # an empty table, whose values are the defaults


class Experiment(Settings):
    """The complete settings of a run; the same experiment gives the same trials.

    Attributes
    ----------
    name
        The first part of the names of its run folders.
    seed
        Decides starting weights, the order of samples and all draws of the evolution.
    note
        A note for users; at most 500 characters.
    task
        What configurations are evaluated on. It may have defaults of its own for the tables below.
    evolution
        How configurations evolve.
    training
        How each network is trained; has no effect if the task is a function in Python.
    space
        The search space; of networks, ``hidden``, ``learning_rate`` and ``activation`` have
        default ranges.

    Raises
    ------
    UsageError
        One line for each problem, with its key.

    Examples
    --------
    >>> Experiment(task={"kind": "mouse"}, training={"samples": 5000}).training.samples
    5000
    """

    name: str = "experiment"
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    note: Annotated[str, Field(max_length=500)] = ""
    task: Annotated[SerializeAsAny[Task], BeforeValidator(_read_task)]
    evolution: Annotated[EvolutionSettings, BeforeValidator(_read_evolution)] = _LEFT_OUT
    training: Annotated[TrainingSettings, BeforeValidator(_read_training)] = _LEFT_OUT
    space: Annotated[SearchSpace, BeforeValidator(_read_space)] = _LEFT_OUT

    @field_validator("name")
    @classmethod
    def _check_name(cls, name: str) -> str:
        return checked_name(name)

    @field_validator("evolution")
    @classmethod
    def _check_objectives(
        cls, evolution: EvolutionSettings, information: ValidationInfo
    ) -> EvolutionSettings:
        task = information.data.get("task")
        if task is None:
            return evolution
        names = _objectives_of(task)
        unknown_to_it = [
            ((place,), one_of(name, names))
            for place, name in enumerate(evolution.objectives)
            if name not in names
        ]
        if unknown_to_it:  # of settings that were made for another task
            raise refusal((("objectives", *at), text) for at, text in unknown_to_it)
        if not isinstance(task, NetworkTask):
            return evolution
        wrong = [name for name in evolution.objectives if OBJECTIVES[name].of_classes]
        if wrong and not task.has_class_targets:
            others = [repr(name) for name in OBJECTIVES if not OBJECTIVES[name].of_classes]
            rule = f"must be of {', '.join(others)} for the task {task.kind!r}"
            found = ", ".join(map(repr, wrong))
            raise refusal([(("objectives",), f"{rule}, {_no_classes(task)}, but got {found}")])
        return evolution

    @field_validator("evolution")
    @classmethod
    def _check_constraints(
        cls, evolution: EvolutionSettings, information: ValidationInfo
    ) -> EvolutionSettings:
        task = information.data.get("task")
        if task is None:
            return evolution
        names = _quantities_of(task)
        wrong: list[tuple[Location, str]] = [
            (("constraints", name), one_of(name, names))
            for name in evolution.constraints or ()
            if name not in names
        ]
        if evolution.price is not None and evolution.price not in names:
            wrong.append((("price",), one_of(evolution.price, names)))
        if wrong:
            raise refusal(wrong)
        return evolution

    @field_validator("training")
    @classmethod
    def _check_stop(cls, training: TrainingSettings, information: ValidationInfo) -> object:
        evolution = information.data.get("evolution")
        task = information.data.get("task")
        if not training.stop_at_target or evolution is None or not isinstance(task, NetworkTask):
            return training
        scored = (*evolution.objectives, *(evolution.constraints or ()), evolution.price)
        others = [
            name for name in scored if name in OBJECTIVES and not OBJECTIVES[name].known_at_target
        ]
        if others:
            known = [name for name in OBJECTIVES if OBJECTIVES[name].known_at_target]
            each = "each constraint and objective" if evolution.constraints else "each objective"
            each += " and the price" * bool(evolution.price)
            rule = f"must be false unless {each} is one of {', '.join(map(repr, known))}"
            found = f"true with {', '.join(map(repr, others))}"
            raise refusal([(("stop_at_target",), f"{rule}, but got {found}")])
        return training

    @field_validator("training")
    @classmethod
    def _check_budget(cls, training: TrainingSettings, information: ValidationInfo) -> object:
        evolution = information.data.get("evolution")
        bounds = ((evolution and evolution.constraints) or {}).get("samples_to_target")
        needed = 0 if bounds is None else max(bounds.min or 0, bounds.max or 0)
        if needed > training.samples:
            rule = "must be at least the samples to target that a constraint names"
            raise refusal([(("samples",), f"{rule}, {needed:g}, but got {training.samples}")])
        return training

    @field_validator("training")
    @classmethod
    def _check_replicates(cls, training: TrainingSettings, information: ValidationInfo) -> object:
        task = information.data.get("task")
        if task is not None and training.replicates % task.fold_count:
            folds = f"{task.fold_count}, the number of folds"
            rule = f"must be a multiple of {folds}, so that all count equally"
            raise refusal([(("replicates",), f"{rule}, but got {training.replicates}")])
        return training

    @field_validator("training")
    @classmethod
    def _check_loss(cls, training: TrainingSettings, information: ValidationInfo) -> object:
        task = information.data.get("task")
        if not isinstance(task, NetworkTask):
            return training
        if training.loss == "cross_entropy" and not task.has_class_targets:
            rule = f"must be 'squared_error' for the task {task.kind!r}"
            raise refusal([(("loss",), f"{rule}, {_no_classes(task)}, but got {training.loss!r}")])
        return training

    @model_validator(mode="after")
    def _check_as_a_whole(self) -> Self:
        strategy = STRATEGIES[self.evolution.strategy]
        problems: list[tuple[Location, str]] = []
        for name in self.space.genes if self.trains_networks else ():
            if name in self.unread:
                rule = f"must be read by an optimizer or schedule, {' or '.join(READERS[name])}"
                found = "the experiment has none of them"
                problems.append((("space", name), f"{rule}, but {found}"))
        problems += [(("evolution", "strategy"), text) for text in strategy.problems(self.space)]
        first = self.evolution.first_replicates
        if isinstance(first, int) and first >= self.replicates:
            rule = f"must be less than the replicates of a trial, {self.replicates:,}"
            problems.append((("evolution", "first_replicates"), f"{rule}, but got {first:,}"))
        problems += self._memory_problems(_LEAST_DATA)
        problems += self._length_problems()
        if problems:
            raise refusal(problems)
        return self

    def _length_problems(self) -> list[tuple[Location, str]]:
        """Return a problem at the longest table if the experiment is too long as TOML."""
        tables = self._tables()
        length = len(self.to_toml().encode())
        if length <= MOST_BYTES:
            return []
        longest = max(tables, key=lambda name: len(write_toml({name: tables[name]})))
        rule = f"must leave the experiment with at most {MOST_BYTES:,} bytes of TOML"
        return [((longest,), f"{rule}, but got {length:,}")]

    def check_memory(self, data: DataSize) -> None:
        """Check that training on data of this size fits into the memory limit.

        Raises
        ------
        UsageError
            If it does not; it names the setting that needs most memory.
        """
        problems = self._memory_problems(data)
        if problems:
            raise UsageError(*(f"{dotted(at)}: {text}" for at, text in problems))

    def _memory_problems(self, data: DataSize) -> list[tuple[Location, str]]:
        if not self.trains_networks:
            return []
        hidden, population = self.space.genes["hidden"], self.evolution.population
        return memory_problems(memory(data, hidden, self.training, population))

    @property
    def expected_trials(self) -> int:
        """The number of trials of the whole search, limited by the size of the space."""
        asked = self.evolution.population * self.evolution.generations
        return len(self.task.baselines) + int(min(asked, self.space.size))

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """The objectives of the search; the first one decides the ranks."""
        return tuple(map(self._objective, self.evolution.objectives))

    @property
    def measures(self) -> Mapping[str, Objective]:
        """The objectives and the quantities that are objectives of other searches, by name."""
        names = (*self.evolution.objectives, *self._further)
        known = _objectives_of(self.task)
        return {name: self._objective(name) for name in names if name in known}

    def _objective(self, name: str) -> Objective:
        found, training = _objectives_of(self.task)[name], self.training
        if isinstance(found, NetworkObjective):
            return found.of_trainings(training.samples, training.precision)
        return found

    @property
    def constraints(self) -> tuple[Constraint, ...]:
        """The bounds on quantities of trials, in the experiment's order."""
        known = _objectives_of(self.task)
        return tuple(
            Constraint(
                name,
                bounds.min,
                bounds.max,
                logarithmic=name in known and known[name].logarithmic,
                label=known[name].label if name in known else "",
            )
            for name, bounds in (self.evolution.constraints or {}).items()
        )

    @property
    def rungs(self) -> tuple[RungShares, ...]:
        """Where trials are judged before all of them is trained, in this order."""
        first = self.first_replicates
        races = [1.0] if len(first) < self.replicates else []
        return tuple(RungShares(share, first) for share in (*(self.evolution.rungs or ()), *races))

    @property
    def first_replicates(self) -> tuple[int, ...]:
        """The replicates of each trial that are trained before it is decided about the others.

        Those of the first fold share bundles, so that they take the least time.
        """
        first, every = self.evolution.first_replicates, range(self.replicates)
        if isinstance(first, int):
            return tuple(every[:first])
        return tuple(every[:: self.task.fold_count] if first == "fold" else every)

    @property
    def replicates(self) -> int:
        """How often a configuration is trained, or given to the function, for a trial."""
        if isinstance(self.task, PythonTask):
            return self.task.replicates
        return self.training.replicates

    @property
    def fresh_replicates(self) -> int:
        """How often the front is evaluated on fresh seeds at the end of a search; 0 for never."""
        if not isinstance(self.task, PythonTask):
            return self.replicates
        several = self.replicates if self.replicates > 1 else 0
        return several if self.task.fresh_replicates is None else self.task.fresh_replicates

    @property
    def quantities(self) -> tuple[str, ...]:
        """The names of the numbers that a trial has besides its objectives and seconds."""
        if isinstance(self.task, PythonTask):
            return self.task.quantities or ()
        others = {*self.evolution.objectives, SECONDS}
        return tuple(name for name in self._further if name not in others)

    @property
    def _further(self) -> tuple[str, ...]:
        """The quantities that are asked for besides the objectives: bounded ones, and the price."""
        price = [] if self.evolution.price is None else [self.evolution.price]
        return tuple(dict.fromkeys([*(self.evolution.constraints or ()), *price]))

    @property
    def trains_networks(self) -> bool:
        """Whether configurations are networks, which are trained; else a function gets them."""
        return isinstance(self.task, NetworkTask)

    @property
    def networks_per_trial(self) -> int:
        """The number of networks that a trial trains."""
        return self.replicates if self.trains_networks else 0

    @property
    def network_task(self) -> NetworkTask:
        """The task, if networks learn it; UsageError if not."""
        if not isinstance(self.task, NetworkTask):
            raise UsageError(f"task: must be one that networks learn, but got {self.task.kind!r}")
        return self.task

    @property
    def has_target(self) -> bool:
        """Whether the target MSE matters: to hand-picked baselines, to training or an objective."""
        if not self.trains_networks:
            return False
        reached = self.training.stop_at_target or "samples_to_target" in self.evolution.objectives
        return reached or bool(self.task.baselines)

    @property
    def unread(self) -> frozenset[str]:
        """The training settings that no optimizer and no schedule of this experiment uses."""
        in_use: set[object] = set()
        for name in ("optimizer", "schedule"):
            gene = self.space.genes.get(name)
            in_use.update(gene.values() if gene else [getattr(self.training, name)])
        return frozenset(name for name, readers in READERS.items() if in_use.isdisjoint(readers))

    def fixed(self, configuration: Mapping[str, Any]) -> Self:
        """Return the experiment with every gene fixed to the value in a configuration.

        What can be a gene or a setting becomes a setting.
        """
        genes = {name: each for name, each in configuration.items() if name not in TRAINING_GENES}
        settings = {name: each for name, each in configuration.items() if name in TRAINING_GENES}
        training = self.training.model_copy(update=settings)
        return self.model_copy(update={"space": SearchSpace(genes), "training": training})

    @property
    def only_configuration(self) -> Genome:
        """The only configuration of the space; UsageError with a line for each gene that varies."""
        varying = [name for name, gene in self.space.genes.items() if gene.size > 1]
        if varying:
            rule = "must have one value, as each gene of a best.toml has, but got"
            genes = self.space.genes
            lines = [f"space.{name}: {rule} {genes[name].describe()}" for name in varying]
            raise UsageError(*lines)
        return next(self.space.genomes())

    def to_toml(self) -> str:
        """Return the experiment with all defaults as TOML that loads to an equal experiment."""
        head = {"name": self.name, "seed": self.seed} | ({"note": self.note} if self.note else {})
        return write_toml(head | self._tables())

    def _tables(self) -> dict[str, dict[str, object]]:
        tables = {"task": self.task, "training": self.training, "evolution": self.evolution}
        written = {
            name: table.model_dump(mode="json", exclude_none=True) for name, table in tables.items()
        }
        order: tuple[str, ...] = ("task", "space", "training", "evolution")
        if self.trains_networks:
            written["space"] = write_space(self.space)
            written["training"] = _readable(written["training"], self.unread)
        else:
            written["space"] = write_free_space(self.space)
            order = ("task", "space", "evolution")
        return {name: written[name] for name in order}


def _no_classes(task: NetworkTask) -> str:
    """Return why a task can't have what is for classes."""
    hint = " (set problem = 'classes' in the task if they are)" * (task.kind == "table")
    return f"whose targets are no classes{hint}"


def _readable(training: Mapping[str, object], unread: frozenset[str]) -> dict[str, object]:
    """Put the optimization last, without unused parameters that have their default."""
    optimization = Optimization.model_fields
    return {
        name: training[name]
        for name in sorted(training, key=lambda name: name in optimization)
        if name not in unread or training[name] != optimization[name].default
    }


_LEAST_DATA = DataSize(training=0, validation=0, inputs=1, outputs=1)
MOST_BYTES = 90_000  # so that the text with comments is short enough to be read again
