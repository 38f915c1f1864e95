"""A run as tidy tables: all trials, the best configurations, the baselines; knows no page."""

from typing import TYPE_CHECKING

import pandas as pd

from neuroevo import wording
from neuroevo.evaluation import TRAINING_GENES, is_read

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from neuroevo.analysis.findings import Findings
    from neuroevo.runs import Trial

_FIRST = ("number", "generation", "state", "operator", "name", "parents")
_LAST = ("seconds", "diverged", "cause")


def trials(findings: "Findings") -> pd.DataFrame:
    """Return a row a trial, baselines included, by number.

    Returns
    -------
    pandas.DataFrame
        Columns ``number``, ``generation``, ``state``, ``operator``, ``name`` (a baseline's),
        ``parents`` (tuple of numbers), a column a gene, a column an objective (NaN where there
        is none), ``seconds``, ``diverged`` (how many replicates did), ``cause`` (of a failure,
        else empty). What a trial leaves open and its optimizer and schedule read is the training
        setting. A gene named like another column is called ``gene.NAME``.
    """
    objectives = [item.name for item in findings.objectives]
    columns = gene_columns(findings.genes, [*_FIRST, *objectives, *_LAST])
    rows = [
        {
            **{name: getattr(trial, name) for name in (*_FIRST, *_LAST)},
            **{
                columns[gene]: content
                for gene, content in settled(findings, trial).items()
                if gene in columns
            },
            **dict(zip(objectives, findings.scores(trial), strict=True)),
        }
        for trial in findings.trials
    ]
    return pd.DataFrame(rows, columns=[*_FIRST, *columns.values(), *objectives, *_LAST])


def gene_columns(genes: "Sequence[str]", taken: "Sequence[str]") -> "Mapping[str, str]":
    """Return the column of each gene: its name, or ``gene.NAME`` where that is taken."""
    return {gene: f"gene.{gene}" if gene in taken else gene for gene in genes}


def best(findings: "Findings") -> pd.DataFrame:
    """Return the front, best first, with both scores of each objective.

    Returns
    -------
    pandas.DataFrame
        Columns ``rank`` (from 1), ``number``, ``generation``, ``operator``, ``network`` (layer
        sizes as text), a column a gene (the setting where a trial leaves it open, missing where
        its optimizer or schedule does not read it; ``activation`` also where each layer has its
        own: all of them as text), and for each objective a column with its name (scored on the
        search's seeds) and one with ``fresh.`` before it (scored again, NaN if it was not); at
        last ``diverged``, how many replicates did on the search's seeds.
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

    Returns
    -------
    pandas.DataFrame
        Columns ``state``, ``cause``, ``trials``, the most frequent first.
    """
    failed = [
        {"state": trial.state, "cause": trial.cause or "objectives are not finite"}
        for trial in findings.searched
        if not findings.is_complete(trial)
    ]
    table = pd.DataFrame(failed, columns=["state", "cause"])
    counted = table.groupby(["state", "cause"], sort=True).size().rename("trials").reset_index()
    return counted.sort_values("trials", ascending=False, kind="stable", ignore_index=True)


def settled(findings: "Findings", trial: "Trial") -> "Mapping[str, object]":
    """Return a trial's genes, and the training settings that it leaves open and that it reads."""
    training = findings.experiment.training
    whole = {name: getattr(training, name) for name in TRAINING_GENES} | dict(trial.genome)
    return {
        name: content
        for name, content in whole.items()
        if name in trial.genome or is_read(name, whole)
    }


def _scored(findings: "Findings", trial: "Trial") -> dict[str, object]:
    champion = findings.champion_of(trial)
    fresh = {} if champion is None else champion.fresh_objectives
    columns = _gene_columns_of_scored(findings)
    row: dict[str, object] = {
        "number": trial.number,
        "generation": trial.generation,
        "operator": trial.operator,
        "network": wording.sizes(findings.layer_sizes(trial)),
    }
    whole = settled(findings, trial)
    row |= {
        columns[gene]: content
        for gene, content in whole.items()
        if gene in columns and is_read(gene, whole)
    }
    if activation := wording.activation(trial.genome):  # which may be part of another gene
        row[columns["activation"]] = activation
    for item, score in zip(findings.objectives, findings.scores(trial), strict=True):
        row |= {item.name: score, f"fresh.{item.name}": fresh.get(item.name, float("nan"))}
    return row | {"diverged": trial.diverged}


def _scored_columns(findings: "Findings") -> list[str]:
    scores = [name for item in findings.objectives for name in (item.name, f"fresh.{item.name}")]
    genes = _gene_columns_of_scored(findings).values()
    return ["number", "generation", "operator", "network", *genes, *scores, "diverged"]


def _gene_columns_of_scored(findings: "Findings") -> "Mapping[str, str]":
    scores = [name for item in findings.objectives for name in (item.name, f"fresh.{item.name}")]
    taken = ["rank", "name", "state", "note", "number", "generation", "operator", "network"]
    return gene_columns(findings.traits, [*taken, *scores, "diverged"])
