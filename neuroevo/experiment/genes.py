"""The genes of networks: how each is written in ``[space]``, and which values it allows.

Knows tables and search spaces; trains and evolves nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError, field_validator
from pydantic.fields import FieldInfo

from neuroevo.evaluation import TRAINING_GENES, layers_of
from neuroevo.experiment.gene_tables import (
    Choices,
    GeneTable,
    Problems,
    Range,
    conditional_genes,
    holds_lists,
    made,
    made_of_values,
    space_of,
    table_of,
    values_in,
    written,
)
from neuroevo.learning import READERS, Activation, TrainingSettings, decider, is_read
from neuroevo.settings import refusal, shown, unknown, worded
from neuroevo.space import (
    Choice,
    Condition,
    Conditional,
    Float,
    Gene,
    Layers,
    SearchSpace,
)

MAX_WIDTH = 1024
MAX_HIDDEN_LAYERS = 64


def _checked_layers(value: object) -> "Widths | Pairs":
    """Check the hidden layers of one network; a single width means one layer."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = (value,)
    layers = tuple(value) if isinstance(value, list) else value
    paired = isinstance(layers, tuple) and holds_lists(layers)
    # Checked here, since the union would put the names of its members into the key of a problem.
    return (_PAIRS if paired else _WIDTHS).validate_python(layers, strict=True)


def _pair(value: object) -> object:
    if isinstance(value, list | tuple) and len(value) == 2:  # noqa: PLR2004 - a pair
        return tuple(value)
    raise refusal([((), f"must be a pair of a width and an activation, but got {shown(value)}")])


Width = Annotated[int, Field(ge=1, le=MAX_WIDTH)]
Count = Annotated[int, Field(ge=0, le=MAX_HIDDEN_LAYERS)]
Widths: TypeAlias = tuple[Width, ...]
Pairs: TypeAlias = tuple[Annotated[tuple[Width, Activation], BeforeValidator(_pair)], ...]
Hidden = Annotated[Widths | Pairs, BeforeValidator(_checked_layers)]

_WIDTHS: TypeAdapter[Widths] = TypeAdapter(Annotated[Widths, Field(max_length=MAX_HIDDEN_LAYERS)])
_PAIRS: TypeAdapter[Pairs] = TypeAdapter(Annotated[Pairs, Field(max_length=MAX_HIDDEN_LAYERS)])

LearningRate = Annotated[float, Field(gt=0)]


class HiddenChoices(Choices[Hidden]):
    """Lists of hidden layers; either all of their layers have an activation, or none has."""

    @field_validator("choices")
    @classmethod
    def _check_activations(cls, choices: tuple[Hidden, ...]) -> tuple[Hidden, ...]:
        rule = "must have an activation for each layer, as other choices have"
        problems: Problems = [
            ((index,), f"{rule}, but got {shown(layers)}")
            for index, layers in enumerate(choices)
            if layers and not _have_activations(layers)
        ]
        if problems and any(map(_have_activations, choices)):
            raise refusal(problems)
        return choices


def _activation_gene(value: object) -> Gene | None:
    return None if value is None else _unconditional("activation", _read_gene("activation", value))


class HiddenLayers(GeneTable):
    """``{ count = [.., ..], width = [.., ..], activation = [..] }``: varying layers."""

    count: tuple[Count, Count]
    width: tuple[Width, Width]
    activation: Annotated[Choice | None, BeforeValidator(_activation_gene)] = None

    def gene(self) -> Gene:
        """Make the gene."""
        return Layers(count=self.count, width=self.width, activation=self.activation)


def _tables_of(setting: FieldInfo) -> tuple[type[GeneTable], ...]:
    """Return the tables allowed for the gene of a training setting."""
    option: Any = setting.annotation
    if option not in {int, float}:
        return (Choices[option],)
    bounded: Any = Annotated[option, *setting.metadata]
    return Choices[bounded], Range[bounded]


GENES: Mapping[str, tuple[type[GeneTable], ...]] = MappingProxyType(
    {
        "hidden": (HiddenChoices, HiddenLayers),
        "learning_rate": (Choices[LearningRate], Range[LearningRate]),
        "activation": (Choices[Activation],),
        **{name: _tables_of(TrainingSettings.model_fields[name]) for name in TRAINING_GENES},
    }
)
"""Each gene of a network, and the tables allowed for it."""

DEFAULT_SPACE = SearchSpace(
    hidden=Layers(count=(1, 4), width=(1, 32)),
    learning_rate=Float(1e-4, 1.0, log=True),
    activation=Choice(["linear", "tanh", "sigmoid", "relu"]),
)
"""The genes of every network, with the ranges that they have by default.

The activation is not added if no layer would use it: if each has its own, or there are no layers.
"""


def usable_defaults(
    defaults: Mapping[str, object], space: Mapping[str, object], training: Mapping[str, object]
) -> dict[str, object]:
    """Return the genes of a default space that have an effect beside what an experiment gives.

    Genes of settings that were given a value are left out, and those that no optimizer and no
    schedule reads.

    Parameters
    ----------
    defaults
        Genes as in experiment files.
    space, training
        The experiment's genes and training settings, as in experiment files; wrong values are kept
        to be refused later.
    """
    genes = {name: gene for name, gene in defaults.items() if name not in training}
    return {
        name: gene for name, gene in genes.items() if is_effective(name, [space, training, genes])
    }


def is_effective(name: str, tables: Sequence[Mapping[str, object]]) -> bool:
    """Whether a gene has an effect with the optimizers or schedules of the first table with any."""
    deciding = decider(name)
    values = values_in(tables, deciding, readable_gene) if deciding else None
    return not values or any(is_read(name, {str(deciding): value}) for value in values)


def readable_gene(name: str, raw: object) -> Gene | Conditional | None:
    """Make a gene from its form in a file; None if that is wrong."""
    try:
        return _read_gene(name, raw) if name in GENES else None
    except ValidationError:
        return None


def default_genes(
    tables: Mapping[str, object], space: Mapping[str, object], training: TrainingSettings
) -> dict[str, Gene]:
    """Return the genes that a search space has by default.

    Parameters
    ----------
    tables
        Genes as in experiment files, which are added to those of every network or replace them.
    space, training
        The experiment's genes and training settings, see `usable_defaults`.
    """
    given = {name: getattr(training, name) for name in training.model_fields_set}
    return dict(DEFAULT_SPACE.genes) | {
        name: _unconditional(name, _read_gene(name, gene))
        for name, gene in usable_defaults(tables, space, given).items()
    }


def read_space(value: object, defaults: Mapping[str, Gene] = DEFAULT_SPACE.genes) -> SearchSpace:
    """Make the search space of networks from its table, or check an existing one.

    A gene that only some optimizers or schedules read is active only with these.

    Parameters
    ----------
    value
        A search space, or a mapping from gene names to a `Gene` or its form in an experiment
        file: a table, a list of choices, or one value. For ``hidden``, a list of whole numbers or
        of pairs such as ``[6, "tanh"]`` is one value, the layers of a network.
    defaults
        The genes that are added if the mapping does not have them.

    Returns
    -------
    SearchSpace
        Its genes in the order of `GENES`.

    Raises
    ------
    pydantic.ValidationError
        With all problems, each at its key.
    """
    given = conditional_genes(value) if isinstance(value, SearchSpace) else value
    if not isinstance(given, Mapping):
        raise refusal([((), f"must be a table of genes, but got {shown(value)}")])
    genes = dict(defaults)
    conditions: dict[str, Condition] = {}
    problems: Problems = []
    for name, raw in given.items():
        if name not in GENES:
            setting = name in TrainingSettings.model_fields
            text = "must be under [training], since it is no gene" if setting else ""
            problems.append(((str(name),), text or unknown(name, GENES)))
            continue
        try:
            read = _read_gene(name, raw)
            if isinstance(read, Conditional) and name in TRAINING_GENES:
                genes[name], conditions[name] = read.gene, read.when
            else:
                genes[name] = _unconditional(name, read)
        except ValidationError as error:
            problems += [((name, *at), text) for at, text in worded(error)]
    given_activation = "activation" in given
    if _has_activations(genes["hidden"]):
        del genes["activation"]
        if given_activation:
            rule = "must be left out when hidden has activations of its own"
            problems.append((("activation",), f"{rule}, but got {shown(given['activation'])}"))
    elif genes["hidden"] == Choice([()]) and not given_activation:
        del genes["activation"]
    if problems:
        raise refusal(problems)
    return space_of(
        {
            name: Conditional(genes[name], condition) if condition else genes[name]
            for name in GENES
            if name in genes
            for condition in [{**_read_with(name, genes), **conditions.get(name, {})}]
        }
    )


def write_space(space: SearchSpace) -> dict[str, object]:
    """Return a search space as the table that `read_space` reads, in plain values for TOML."""
    conditions = {
        name: condition
        for name, condition in space.conditions.items()
        if condition != _read_with(name, space.genes)
    }
    return {name: written(gene, conditions.get(name)) for name, gene in space.genes.items()}


def _read_with(name: str, genes: Mapping[str, Gene]) -> Condition:
    """Return the condition that the optimizer or schedule reads a gene; empty if all of them do.

    It is also empty if none does, which the experiment refuses.
    """
    reader = decider(name)
    gene = genes.get(reader or "")
    if reader is None or not isinstance(gene, Choice):
        return {}
    reading = tuple(option for option in gene.options if option in READERS[name])
    return {reader: reading} if 0 < len(reading) < len(gene.options) else {}


def _unconditional(name: str, gene: Gene | Conditional) -> Gene:
    if isinstance(gene, Conditional):
        rule = f"must be left out, since each network has a value of {name}"
        raise refusal([(("when",), f"{rule}, but got {shown(dict(gene.when))}")])
    return gene


def _read_gene(name: str, raw: object) -> Gene | Conditional:
    """Make a gene from its form in a file; problems have the keys of that form."""
    if isinstance(raw, Conditional):
        raw = table_of(raw.gene) | {"when": dict(raw.when)}
    if isinstance(raw, Gene):
        raw = table_of(raw)
    choices, *ranges = GENES[name]
    if isinstance(raw, Mapping):
        return made(ranges[0] if ranges and "choices" not in raw else choices, raw)
    listed = isinstance(raw, list | tuple) and (name != "hidden" or _holds_networks(raw))
    return made_of_values(choices, raw, listed=listed)


def _holds_networks(items: Iterable[object]) -> bool:
    """Return whether items are several networks, which are lists, or the layers of one."""
    lists = [item for item in items if isinstance(item, list | tuple)]
    pairs = any(isinstance(part, str) for each in lists for part in each)
    return bool(lists) and (not pairs or any(map(holds_lists, lists)))


def _have_activations(layers: object) -> bool:
    return any(layer.activation for layer in layers_of({"hidden": layers}))


def _has_activations(hidden: Gene) -> bool:
    match hidden:
        case Layers():
            return hidden.activation is not None
        case Choice():
            return any(map(_have_activations, hidden.options))
    return False
