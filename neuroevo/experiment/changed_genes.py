"""What becomes of the other genes of an experiment file when settings of it are changed.

Knows the tables of a file; checks them only as far as it needs.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from neuroevo.experiment.free_genes import readable_free_gene
from neuroevo.experiment.gene_tables import Reader, listed_values, values_in
from neuroevo.experiment.genes import is_effective, readable_gene
from neuroevo.learning import decider
from neuroevo.space import Value
from neuroevo.tasks import TASKS, NetworkTask, PythonTask, Task


def drop_ineffective_genes(document: Mapping[str, Any], changed: Collection[str]) -> None:
    """Remove the genes that have no effect after settings were changed, unless they were set too.

    Those are the genes of changed training settings, those that a changed optimizer or schedule
    doesn't read, and those with a condition that never holds any more. Conditions that always hold
    are removed too. The genes of a function have conditions alone.

    Parameters
    ----------
    document
        The tables of an experiment file, of which the table of genes is changed.
    changed
        Keys of the settings that were changed, such as ``space.optimizer``.
    """
    task, space, training = (document.get(name, {}) for name in ("task", "space", "training"))
    if not (
        isinstance(task, Mapping) and isinstance(space, dict) and isinstance(training, Mapping)
    ):
        return
    kind = TASKS.get(str(task.get("kind")), Task)
    settings = {tuple(key.split(".")[:2]) for key in changed}
    others = [each for each in space if ("space", each) not in settings]
    if issubclass(kind, NetworkTask):
        _drop_unread(space, training, settings, others)
        _settle_conditions([space, training], settings, others, readable_gene)
    elif issubclass(kind, PythonTask):
        _settle_conditions([space], settings, others, readable_free_gene)


def _drop_unread(
    space: dict[str, Any],
    training: Mapping[str, Any],
    settings: Collection[tuple[str, ...]],
    others: Sequence[str],
) -> None:
    """Remove genes of changed training settings, and those that a changed setting doesn't read."""
    for name in others:
        deciders = {(table, decider(name)) for table in ("space", "training")}
        is_decided = not deciders.isdisjoint(settings)
        if ("training", name) in settings or (
            is_decided and not is_effective(name, [space, training])
        ):
            del space[name]


def _settle_conditions(
    tables: Sequence[Mapping[str, Any]],
    settings: Collection[tuple[str, ...]],
    others: Sequence[str],
    read: Reader,
) -> None:
    """Settle the conditions of genes on changed settings, and on genes that are removed.

    Parameters
    ----------
    tables
        That of all genes, and others with values that conditions may name.
    settings
        The keys of changed settings, each with its table.
    others
        The genes that were not changed.
    read
        Makes a gene.
    """
    space: Any = tables[0]
    decided = {key[1] for key in settings if key[0] in {"space", "training"} and key[1:]}
    possible = {name: values_in(tables, name, read) for name in decided}
    left = len(space) + 1
    while len(space) < left:  # a gene that is removed may decide others
        left = len(space)
        possible |= {name: () for name in others if not any(name in table for table in tables)}
        for name in [each for each in others if each in space]:
            _settle(name, space, possible, read)


def _settle(
    name: str, space: dict[str, Any], possible: Mapping[str, Sequence[Value] | None], read: Reader
) -> None:
    """Remove conditions of a gene that always hold, or the gene if one never does.

    What is wrong stays, to be refused later.

    Parameters
    ----------
    name
        The gene.
    space
        All genes, as in experiment files.
    possible
        The values of some genes or settings; None if they are not known.
    read
        Makes a gene.
    """
    conditions = space[name].get("when") if isinstance(space[name], Mapping) else None
    if not isinstance(conditions, Mapping) or read(name, space[name]) is None:
        return
    holding = dict[str, list[Value]]()
    for key, wanted in conditions.items():
        choices = {"choices": wanted if isinstance(wanted, list | tuple) else [wanted]}
        values, options = possible.get(key), listed_values(read(key, choices))
        if values is not None and options is not None:
            holding[key] = [value for value in values if value in options]
    if not all(holding.values()):
        del space[name]
        return
    left = {
        key: holding.get(key, wanted)
        for key, wanted in conditions.items()
        if key not in holding or len(holding[key]) < len(possible[key] or ())
    }
    rest = {key: value for key, value in space[name].items() if key != "when"}
    space[name] = rest | ({"when": left} if left else {})
