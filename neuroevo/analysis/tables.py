"""Tables of a run: all trials, the front, the baselines, the failures."""

import math
from typing import TYPE_CHECKING

import pandas as pd

from neuroevo import wording
from neuroevo.analysis.judged_scores import fresh_score, shows_fresh_scores
from neuroevo.analysis.standard_errors import (
    fresh_errors,
    has_fresh_errors,
    has_standard_errors,
    standard_errors,
)
from neuroevo.evaluation import TRAINING_GENES, targets_reached
from neuroevo.learning import is_read
from neuroevo.runs import evaluated_replicates, is_known

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.evaluation.scores import Score
    from neuroevo.runs import Trial

_FIRST = ("number", "generation", "state", "operator", "name", "parents")
_LAST = ("seconds", "diverged", "cause")
STANDARD_ERROR = ".std_error"
"""The end of the name of a column of standard errors, after that of its objective."""


def trials(findings: "Findings") -> pd.DataFrame:
    """Return a row for each trial, baselines included, by number.

    Returns
    -------
    pandas.DataFrame
        Columns ``number``, ``generation``, ``state``, ``operator``, ``name`` (of a baseline),
        ``parents`` (tuple of numbers), one for each gene, one for each objective (NaN if it is not
        finite), ``seconds``, ``diverged`` (number of replicates), ``cause`` (of a failure, else
        empty). For a gene that a genome lacks, but its optimizer or schedule reads, it has the
        training setting. A gene with the name of another column is called ``gene.NAME``, and such
        an objective ``objective.NAME``. ``samples_to_target.reached`` says whether that is a
        measurement; else it is a penalty. Each quantity besides the objectives has a column,
        ``quantity.NAME`` if its name is taken, and with constraints ``feasible`` says whether the
        trial keeps them; both are missing for a trial that was stopped before its end.
        ``NAME.std_error`` is the standard error of an objective that is the mean of several calls
        of a function. If there are scores on a test part, ``test.NAME``, ``test.NAME.low`` and
        ``test.NAME.high`` for each of them, NaN for trials that were not scored.
    """
    objectives = _objective_columns(findings)
    quantities = _quantity_columns(findings)
    errors = _error_columns(findings, objectives)
    added = [*errors, *quantities, *["feasible"] * bool(findings.constraints)]
    columns = _gene_columns(findings.genes, [*_FIRST, *objectives, *added, *_LAST])
    tested = _test_scores(findings)
    names = [*(item.name for item in findings.objectives), *findings.experiment.quantities]
    rows = [
        {
            **{name: getattr(trial, name) for name in (*_FIRST, *_LAST)},
            **{
                columns[gene]: content
                for gene, content in settled(findings, trial).items()
                if gene in columns
            },
            **dict(zip([*objectives, *quantities], _numbers(findings, trial), strict=True)),
            **dict(zip(errors, standard_errors(findings, trial).values(), strict=True)),
            **_reached(findings, trial, dict(zip(names, _numbers(findings, trial), strict=True))),
            **({"feasible": findings.feasibility(trial)} if findings.constraints else {}),
            **tested.get(trial.number, {}),
        }
        for trial in findings.trials
    ]
    tests = dict.fromkeys(name for scores in tested.values() for name in scores)
    limited = _reached_columns(findings.experiment.measures.values())
    order = [*_FIRST, *columns.values(), *objectives, *limited, *added, *tests, *_LAST]
    return pd.DataFrame(rows, columns=order)


def replicates(findings: "Findings") -> pd.DataFrame:
    """Return a row for each replicate of each trial, baselines included, by number.

    Trials without replicates, because they failed or are one call of a function, have none.

    Returns
    -------
    pandas.DataFrame
        Columns ``number``, ``name`` (of a baseline), ``replicate`` (from 0), one for each gene as
        in `trials`, one for each objective, NaN where the replicate diverged, and
        ``samples_to_target.reached`` as in `trials`.
    """
    objectives = _objective_columns(findings)
    names = findings.experiment.evolution.objectives
    columns = _gene_columns(findings.genes, ["number", "name", "replicate", *objectives])
    rows = []
    for trial in findings.trials:
        genes = settled(findings, trial)
        shared = {"number": trial.number, "name": trial.name}
        own = {columns[gene]: value for gene, value in genes.items() if gene in columns}
        scores = [trial.replicates.get(name, ()) for name in names]
        if trial.state == "stopped":  # they are those of a rung
            scores = [[math.nan] * len(each) for each in scores]
        rows += [
            shared
            | {"replicate": number}
            | own
            | dict(zip(objectives, values, strict=True))
            | _reached(findings, trial, dict(zip(names, values, strict=True)))
            for number, values in zip(  # some trials have no values
                evaluated_replicates(trial, findings.experiment),
                zip(*scores, strict=True),
                strict=False,
            )
        ]
    limited = _reached_columns(findings.objectives)
    return pd.DataFrame(
        rows, columns=["number", "name", "replicate", *columns.values(), *objectives, *limited]
    )


def _numbers(findings: "Findings", trial: "Trial") -> list[float]:
    return [*findings.scores(trial), *quantity_values(findings, trial)]


def _reached(
    findings: "Findings", trial: "Trial", values: "Mapping[str, float]"
) -> dict[str, bool | None]:
    """Return whether values with a limit are measurements, not penalties.

    None if the trial was stopped before that was known.
    """
    known = targets_reached(findings.experiment.measures.values(), values)
    return {
        f"{name}.reached": None if trial.state == "stopped" else each
        for name, each in known.items()
    }


def _reached_columns(items: "Iterable[Objective]") -> list[str]:
    return [f"{item.name}.reached" for item in items if item.has_limit]


def _objective_columns(findings: "Findings") -> list[str]:
    names = [item.name for item in findings.objectives]
    return [f"objective.{name}" if name in {*_FIRST, *_LAST} else name for name in names]


def _error_columns(findings: "Findings", objectives: "Iterable[str]") -> list[str]:
    """Return the columns of standard errors, given those of the objectives."""
    if not has_standard_errors(findings):
        return []
    return [f"{name}{STANDARD_ERROR}" for name in objectives]


def _quantity_columns(findings: "Findings") -> list[str]:
    taken = {*_FIRST, *_LAST, "feasible"}
    names = findings.experiment.quantities
    return [f"quantity.{name}" if name in taken else name for name in names]


def quantity_values(findings: "Findings", trial: "Trial") -> list[float]:
    """Return the quantities of a trial besides its objectives, NaN if it lacks one.

    It does if it was stopped before its end, but for what does not depend on its training.
    """
    return [
        trial.quantities.get(name, math.nan) if is_known(trial, name) else math.nan
        for name in findings.experiment.quantities
    ]


def quantity_texts(findings: "Findings", trial: "Trial") -> list[str]:
    """Return the same as texts."""
    names = findings.experiment.quantities
    return [
        wording.quantity(name, value, findings.experiment)
        for name, value in zip(names, quantity_values(findings, trial), strict=True)
    ]


def _test_scores(findings: "Findings") -> "Mapping[int, Mapping[str, float]]":
    models = findings.held_out.models if findings.held_out else ()
    return {
        model.number: score_columns(model.scores) for model in models if model.number is not None
    }


def score_columns(scores: "Mapping[str, Score]") -> dict[str, float]:
    """Return scores on a test part as columns ``test.NAME``, ``.low`` and ``.high``."""
    return {
        f"test.{name}{ending}": value
        for name, score in scores.items()
        for ending, value in (("", score.value), (".low", score.low), (".high", score.high))
    }


def _gene_columns(genes: "Sequence[str]", taken: "Sequence[str]") -> "Mapping[str, str]":
    return {gene: f"gene.{gene}" if gene in taken else gene for gene in genes}


def best(findings: "Findings") -> pd.DataFrame:
    """Return the front, the champion first, with both scores of each objective.

    Returns
    -------
    pandas.DataFrame
        Columns ``rank`` (from 1), ``number``, ``generation``, ``operator``, ``network`` (layer
        sizes as text), one for each gene (the training setting if the genome lacks it, missing if
        its optimizer or schedule does not read it; ``activation`` of all layers as text), two for
        each objective, ``NAME`` (on the search's seeds) and ``fresh.NAME`` (on fresh seeds, NaN
        if there is none), then the quantities and ``feasible`` as in `trials`, and ``diverged``
        (number of replicates, on the search's seeds). If a function was searched, there is no
        ``network``, and ``fresh.NAME`` only if it was called again; with several calls, there are
        ``NAME.std_error`` as in `trials` and ``fresh.NAME.std_error``.
    """
    rows = [
        {"rank": rank} | _scored(findings, trial)
        for rank, trial in enumerate(findings.front, start=1)
    ]
    return pd.DataFrame(rows, columns=["rank", *_scored_columns(findings)])


def baselines(findings: "Findings") -> pd.DataFrame:
    """Return the baselines as `best` returns the front, with ``name``, ``state`` and ``note``."""
    notes = {baseline.name: baseline.note for baseline in findings.experiment.task.baselines}
    rows = [
        {"name": trial.name, "state": trial.state, "note": notes.get(trial.name, "")}
        | _scored(findings, trial)
        for trial in findings.baselines
    ]
    return pd.DataFrame(rows, columns=["name", "state", "note", *_scored_columns(findings)])


def failures(findings: "Findings") -> pd.DataFrame:
    """Return how many trials of the search ended without finite objectives, by state and cause.

    Those that were stopped early did not end.

    Returns
    -------
    pandas.DataFrame
        Columns ``state``, ``cause``, ``trials``, the most frequent first.
    """
    failed = [
        {"state": trial.state, "cause": trial.cause or "objectives are not finite"}
        for trial in findings.searched
        if not findings.is_complete(trial) and trial.state != "stopped"
    ]
    table = pd.DataFrame(failed, columns=["state", "cause"])
    counted = table.groupby(["state", "cause"], sort=True).size().rename("trials").reset_index()
    return counted.sort_values("trials", ascending=False, kind="stable", ignore_index=True)


def settled(findings: "Findings", trial: "Trial") -> "Mapping[str, object]":
    """Return a trial's genes, and the training settings that it reads and that are no genes."""
    if not findings.experiment.trains_networks:
        return trial.genome
    training = findings.experiment.training
    whole = {name: getattr(training, name) for name in TRAINING_GENES} | dict(trial.genome)
    return {
        name: content
        for name, content in whole.items()
        if name in trial.genome or is_read(name, whole)
    }


def _scored(findings: "Findings", trial: "Trial") -> dict[str, object]:
    columns = _scored_gene_columns(findings)
    row: dict[str, object] = {
        "number": trial.number,
        "generation": trial.generation,
        "operator": trial.operator,
    }
    whole = settled(findings, trial)
    row |= {columns[gene]: content for gene, content in whole.items() if gene in columns}
    if findings.experiment.trains_networks:
        row["network"] = wording.sizes(findings.layer_sizes(trial))
        if activation := wording.activation(trial.genome):  # it may be part of another gene
            row[columns["activation"]] = activation
    for item, score in zip(findings.objectives, findings.scores(trial), strict=True):
        row[item.name] = score
        if shows_fresh_scores(findings):
            row[f"fresh.{item.name}"] = fresh_score(findings, trial, item.name)
    errors = [*standard_errors(findings, trial).values()]
    errors += fresh_errors(findings, trial).values() if shows_fresh_scores(findings) else ()
    row |= zip(_scored_error_columns(findings), errors, strict=True)
    row |= zip(_quantity_columns(findings), quantity_values(findings, trial), strict=True)
    if findings.constraints:
        row["feasible"] = findings.feasibility(trial)
    return row | {"diverged": trial.diverged}


def _scored_columns(findings: "Findings") -> list[str]:
    genes = _scored_gene_columns(findings).values()
    network = ["network"] if findings.experiment.trains_networks else []
    return ["number", "generation", "operator", *network, *genes, *_score_columns(findings)]


def _scored_gene_columns(findings: "Findings") -> "Mapping[str, str]":
    taken = ["rank", "name", "state", "note", "number", "generation", "operator", "network"]
    return _gene_columns(findings.traits, [*taken, *_score_columns(findings)])


def _score_columns(findings: "Findings") -> list[str]:
    names = [item.name for item in findings.objectives]
    errors = _scored_error_columns(findings)
    if shows_fresh_scores(findings):
        names = [name for each in names for name in (each, f"fresh.{each}")]
    feasible = ["feasible"] if findings.constraints else []
    added = [*errors, *_quantity_columns(findings)]
    return [*names, *added, *feasible, "diverged"]


def _scored_error_columns(findings: "Findings") -> list[str]:
    """Return the columns of standard errors, those of the scores on fresh seeds included."""
    names = [item.name for item in findings.objectives]
    fresh = shows_fresh_scores(findings) and has_fresh_errors(findings)
    return [
        *_error_columns(findings, names),
        *(f"fresh.{name}{STANDARD_ERROR}" for name in names if fresh),
    ]
