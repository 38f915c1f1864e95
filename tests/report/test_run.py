"""A run opened from its folder."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.analysis import tables
from neuroevo.analysis.findings import EXCERPT, Findings
from neuroevo.errors import NeuroevoError, StorageError, UsageError
from neuroevo.learning import Network
from neuroevo.report import trial_tables
from neuroevo.report.run import Run, load_run
from neuroevo.runs import Trial

if TYPE_CHECKING:
    from neuroevo.space import Value

Runs = Callable[[str], Run]


def with_scores(run: Run, scores: list[tuple[float, float]]) -> Findings:
    """Return findings whose trials have these objectives; the first is a baseline."""
    pattern = run.all_trials[-1]
    names = [item.name for item in run.findings.objectives]
    trials = [
        replace(
            pattern,
            number=number,
            operator="baseline" if number == 0 else "initial",
            objectives=dict(zip(names, row, strict=True)),
        )
        for number, row in enumerate(scores)
    ]
    return Findings(run.experiment, tuple(trials))


def naive_front(trials: tuple[Trial, ...], names: list[str]) -> list[int]:
    """Return the numbers of the front by comparing all pairs of trials."""
    rows = {trial.number: tuple(trial.objectives[name] for name in names) for trial in trials}
    rows = {number: row for number, row in rows.items() if np.isfinite(row).all()}
    kept = [
        number
        for number, row in rows.items()
        if not any(
            (all(a <= b for a, b in zip(other, row, strict=True)) and other != row)
            or (other == row and other_number < number)
            for other_number, other in rows.items()
        )
    ]
    return sorted(kept, key=lambda number: rows[number])


score = st.sampled_from([1.0, 2.0, 3.0, 4.0, float("nan")])


@given(scores=st.lists(st.tuples(score, score), min_size=1, max_size=12))
def test_front_equals_a_naive_front(runs: Runs, scores: list[tuple[float, float]]) -> None:
    """The front equals a naive one: best first, without baselines, the first of equal trials."""
    findings = with_scores(runs("one point"), scores)
    names = [item.name for item in findings.objectives]
    expected = naive_front(findings.searched, names)
    assert [trial.number for trial in findings.front] == expected


def test_trials_has_a_row_for_each_trial(any_run: Run) -> None:
    """Each trial, baselines too, is a row with its genes and objectives, in order of number."""
    table = any_run.trials()
    assert list(table["number"]) == [trial.number for trial in any_run.all_trials]
    assert list(table.columns[:6]) == [
        "number",
        "generation",
        "state",
        "operator",
        "name",
        "parents",
    ]
    assert list(table.columns[-3:]) == ["seconds", "diverged", "cause"]
    for row, trial in zip(table.to_dict("records"), any_run.all_trials, strict=True):
        assert {gene: row[gene] for gene in trial.genome} == dict(trial.genome)
        assert (row["diverged"], row["cause"]) == (trial.diverged, trial.cause)
        for name in any_run.experiment.evolution.objectives:
            assert row[name] == pytest.approx(trial.objectives[name], nan_ok=True)
        if "samples_to_target" in trial.objectives:
            within = trial.objectives["samples_to_target"] <= any_run.experiment.training.samples
            assert row["samples_to_target.reached"] == within


def test_cells_without_a_gene_have_the_training_setting(runs: Runs) -> None:
    """A gene that only some genomes have is the setting for others, or empty if not used."""
    run = runs("one point")
    training = run.experiment.training.replace(batch_size=8, optimizer="adam")
    experiment = run.experiment.replace(training=training)
    baseline, searched = run.baselines[0], run.all_trials[-1]
    named: dict[str, Value] = {"batch_size": 1, "optimizer": "nesterov", "momentum": 0.8}
    first = replace(baseline, genome=dict(baseline.genome) | named | {"beta1": 0.5})
    table = tables.trials(Findings(experiment, (first, searched)))
    assert table["batch_size"].tolist() == [1, 8]
    assert pd.api.types.is_integer_dtype(table["batch_size"])
    assert table["optimizer"].tolist() == ["nesterov", "adam"]
    assert table["beta1"].tolist() == [0.5, 0.9]  # given, though nesterov does not use it
    assert table["momentum"].isna().tolist() == [False, True]


def test_gene_named_like_an_objective_keeps_its_own_column(runs: Runs) -> None:
    """A gene with the name of a column gets a prefix."""
    run = runs("one point")
    trial = replace(run.all_trials[-1], genome={"seconds": 3, "final_mse": 0.5, "hidden": (2,)})
    table = tables.trials(Findings(run.experiment, (trial,)))
    assert table["gene.seconds"].item() == 3
    assert table["gene.final_mse"].item() == 0.5
    assert table["final_mse"].item() == trial.objectives["final_mse"]
    assert table.columns.is_unique


def test_best_table_has_both_scores(runs: Runs) -> None:
    """The table of the best has the scores of the search and those on fresh seeds."""
    run = runs("conflict")
    table = tables.best(run.findings)
    assert list(table["rank"]) == list(range(1, len(run.pareto_front()) + 1))
    champion = {each.number: each for each in run.champions}
    for row in table.to_dict("records"):
        assert row["final_mse"] == champion[row["number"]].objectives["final_mse"]
        assert row["fresh.final_mse"] == champion[row["number"]].fresh_objectives["final_mse"]


def test_a_parameter_that_is_not_used_has_no_value(runs: Runs) -> None:
    """The table of the front has no value of parameters that a trial's optimizer does not use."""
    findings = runs("many genes").findings
    table = tables.best(findings)
    assert (table["momentum"].notna() == (table["optimizer"] == "momentum")).all()
    assert table["batch_size"].notna().all()
    baselines = tables.baselines(findings)
    assert baselines["biases"].all()  # a setting
    assert baselines["momentum"].isna().all()
    searched = tables.trials(findings).query("operator != 'baseline'")
    assert (searched["momentum"].notna() == (searched["optimizer"] == "momentum")).all()


def test_best_table_has_the_activation_of_each_layer(runs: Runs) -> None:
    """The activations of the layers are in one column, in their order, or as one if equal."""
    findings = runs("mixed").findings
    table = tables.best(findings)
    assert any("·" in text for text in table["activation"])
    for row, trial in zip(table.to_dict("records"), findings.front, strict=True):
        hidden = trial.genome["hidden"]
        assert isinstance(hidden, tuple)
        names = [layer[1] for layer in hidden if isinstance(layer, tuple)]
        assert row["activation"].split("·") in (names, names[: 1 if len(set(names)) == 1 else 0])
    shown = trial_tables.baselines_table(findings)
    assert shown is not None
    column = [cell.text for cell in shown.columns].index("activation")
    assert [row[column].text for row in shown.rows][1:] == [
        trial.genome["activation"] for trial in findings.baselines
    ]


@pytest.mark.parametrize("name", ["many genes", "mixed", "one point"])
def test_scores_are_beside_the_network(runs: Runs, name: str) -> None:
    """With any number of genes, the scores follow network, activation and learning rate."""
    findings = runs(name).findings
    for shown, first in (
        (trial_tables.best_table(findings), "rank"),
        (trial_tables.baselines_table(findings), "name"),
    ):
        assert shown is not None
        titles = [cell.text for cell in shown.columns]
        assert titles[:4] in (
            [first, "network", "activation", "learning rate"],
            [first, "network", "learning rate", "activation"],
        )
        assert titles[4:8] == ["search seeds", "fresh seeds"] * 2
        assert sum(span for _, span in shown.groups) == len(titles)
        # Texts break only in a table that fits the screen.
        wide = "optimizer" in titles
        assert any(cell.long for row in shown.rows for cell in row[8:]) != (wide or first == "rank")


def test_failures_are_counted_by_cause(runs: Runs) -> None:
    """The counts of the failed trials add up to all trials without finite objectives."""
    findings = runs("one point").findings
    table = tables.failures(findings)
    assert table["trials"].sum() == len(findings.searched) - len(findings.complete) > 0


def test_findings_have_a_short_representation(any_run: Run) -> None:
    """The representation of findings is short and counts the trials."""
    shown = repr(any_run.findings)
    assert len(shown) < 120
    assert f"{len(any_run.all_trials)} trials" in shown


def test_excerpt_is_as_long_as_a_table(runs: Runs) -> None:
    """By default the excerpt of a long front has as many ranks as short tables have rows."""
    findings = runs("conflict").findings
    assert len(findings.excerpt()) == min(EXCERPT, len(findings.front))


@pytest.mark.parametrize("name", ["conflict", "mixed"])
def test_layer_sizes_are_complete_without_champions(runs: Runs, name: str) -> None:
    """Without kept networks, the inputs and outputs are those of the task's data."""
    run = runs(name)
    bare = Findings(run.experiment, run.all_trials, columns=run.start.columns)
    for trial in run.all_trials:
        hidden = trial.genome["hidden"]
        assert isinstance(hidden, tuple)
        widths = (layer[0] if isinstance(layer, tuple) else layer for layer in hidden)
        assert bare.layer_sizes(trial) == (2, *widths, 2)


def test_champion_predicts(runs: Runs) -> None:
    """The champion is the best replicate of the best trial and maps inputs to outputs."""
    run = runs("conflict")
    network = run.champion()
    assert isinstance(network, Network)
    kept = next(each for each in run.champions if each.number == run.best.number)
    assert (network.parameters == kept.parameters[np.argmin(kept.curves[:, -1])]).all()
    assert network.predict([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]).shape == (3, 2)


@pytest.mark.parametrize("rank", [0, -1, 10_000, True, 1.0])
def test_rank_must_be_on_the_front(runs: Runs, rank: int) -> None:
    """A rank that the front does not have is an error that names the possible ranks."""
    with pytest.raises(UsageError, match=f"rank: must be between 1 and .* but got {rank}"):
        runs("conflict").champion(rank)


def test_run_without_completed_trial_has_no_best(runs: Runs) -> None:
    """The best of a run whose trials all diverged is an error."""
    run = runs("all diverged")
    assert run.pareto_front() == []
    with pytest.raises(NeuroevoError, match="has no completed trial"):
        _ = run.best


def test_unknown_figure_is_refused(runs: Runs) -> None:
    """An unknown figure is an error with the names of all figures."""
    with pytest.raises(UsageError, match=r"must be one of .*network, .* but got 'nonsense'"):
        runs("one point").figure("nonsense")


def test_load_run_finds_by_id_path_and_latest(runs: Runs) -> None:
    """A run is found by its id, its path and as the latest of its results folder."""
    folder = runs("one point").folder
    for reference in (folder.id, folder.path, "latest"):
        assert load_run(reference, folder.path.parent).folder.path == folder.path


def test_a_damaged_file_is_named(runs: Runs, tmp_path: Path) -> None:
    """A damaged file is an error that names it, if it is needed: checkpoints are not."""
    folder = runs("four trials").folder
    copy = tmp_path / folder.id
    shutil.copytree(folder.path, copy)
    (copy / "checkpoint.json").write_text("{", encoding="utf-8")
    assert load_run(copy).all_trials == load_run(folder.path).all_trials
    (copy / "champions.safetensors").write_text("{", encoding="utf-8")
    with pytest.raises(StorageError, match=r"champions\.safetensors: must be a file of champions"):
        _ = load_run(copy).findings


def test_importing_the_run_loads_no_plotly() -> None:
    """Opening a run imports neither plotly nor pandas."""
    code = (
        "import sys, neuroevo.report.run; "
        "assert not {'plotly', 'pandas', 'jinja2'} & set(sys.modules), sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_trials_of_a_run_without_trials_is_an_empty_table(runs: Runs) -> None:
    """A run without trials has an empty table with all columns."""
    findings = Findings(runs("one point").experiment, ())
    table = tables.trials(findings)
    assert isinstance(table, pd.DataFrame)
    assert table.empty
    assert {"number", "hidden", "final_mse", "seconds"} <= set(table.columns)
