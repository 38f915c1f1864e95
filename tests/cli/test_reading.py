import csv
import io
import json
import math
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from neuroevo import wording
from neuroevo.cli.data_frames import parquet_of
from neuroevo.experiment import load_experiment
from neuroevo.report.run import load_run
from neuroevo.runs import RunFolder, RunLock, read_trials, write_held_out
from neuroevo.space.values import plain
from tests.invented_held_out import TablePlan, held_out

Command = Callable[..., "subprocess.CompletedProcess[str]"]

MIXED = """
task = { kind = "mouse" }
[space]
hidden = { count = [1, 3], width = [1, 5], activation = ["tanh", "relu"] }
[training]
samples = 200
replicates = 2
stop_at_target = true
[evolution]
population = 6
generations = 2
objectives = ["samples_to_target"]
"""


def copy_begun(run_folder: Path, copy: Path, began: str) -> None:
    """Copy a run as if it had begun at another moment, in ISO 8601."""
    shutil.copytree(run_folder, copy)
    file = copy / "environment.json"
    environment = json.loads(file.read_text(encoding="utf-8"))
    environment["started"] = began
    file.write_text(json.dumps(environment), encoding="utf-8")


def test_list_shows_each_run_with_its_best(
    neuroevo: Command, results: Path, run_folder: Path
) -> None:
    """The table has one line for each run, with its scores."""
    listed = neuroevo("list", "--results", str(results))
    heading, line = listed.stdout.splitlines()
    assert heading.split()[:4] == ["run", "experiment", "state", "trials"]
    assert line.split()[:4] == [run_folder.name, "tiny", "complete", "14"]
    front = load_run(run_folder).pareto_front()
    (summary,) = json.loads(neuroevo("list", "--results", str(results), "--json").stdout)
    assert summary["id"] == run_folder.name
    assert summary["best"]["final_mse"] == front[0].objectives["final_mse"]


def test_the_newest_run_is_listed_first(
    neuroevo: Command, run_folder: Path, tmp_path: Path
) -> None:
    """Runs are in the order of their beginning, as JSON too."""
    for name, year in (("b", "2019"), ("c", "2031"), ("a", "2025")):
        copy_begun(run_folder, tmp_path / name, f"{year}-01-01T00:00:00+00:00")
    listed = neuroevo("list", "--results", str(tmp_path)).stdout.splitlines()[1:]
    assert [line.split()[0] for line in listed] == ["c", "a", "b"]
    as_json = json.loads(neuroevo("list", "--results", str(tmp_path), "--json").stdout)
    assert [each["id"] for each in as_json] == ["c", "a", "b"]


def test_moments_are_in_the_time_zone_of_the_viewer(
    fresh_neuroevo: Command, run_folder: Path, tmp_path: Path
) -> None:
    """A list of runs that were begun in several time zones looks as sorted as it is."""
    for name, began in (("a", "2026-01-01T00:30:00+09:00"), ("b", "2025-12-31T16:00:00+00:00")):
        copy_begun(run_folder, tmp_path / name, began)
    east = {"TZ": "EAST-2"}
    listed = fresh_neuroevo("list", "--results", str(tmp_path), env=east).stdout.splitlines()[1:]
    assert [line[-16:] for line in listed] == ["2025-12-31 18:00", "2025-12-31 17:30"]
    assert "2025-12-31 17:30" in fresh_neuroevo("show", str(tmp_path / "a"), env=east).stdout


def test_list_without_runs_is_no_error(neuroevo: Command, tmp_path: Path) -> None:
    """Without runs stdout is empty, and the reason is on stderr."""
    listed = neuroevo("list", cwd=tmp_path)
    assert (listed.returncode, listed.stdout) == (0, "")
    assert listed.stderr == "no runs in results yet\n"
    assert json.loads(neuroevo("list", "--json", cwd=tmp_path).stdout) == []


def test_list_includes_a_damaged_run(neuroevo: Command, run_folder: Path, tmp_path: Path) -> None:
    """A run that can't be read is listed with the others, and the reason is a warning."""
    shutil.copytree(run_folder, tmp_path / "damaged-20200101-000000")
    shutil.copytree(run_folder, tmp_path / run_folder.name)
    (tmp_path / "damaged-20200101-000000" / "trials.jsonl").write_text("{}\n")
    listed = neuroevo("list", "--json", "--results", str(tmp_path))
    sound, damaged = json.loads(listed.stdout)
    assert (damaged["state"], sound["state"]) == ("unreadable", "complete")
    assert "trials.jsonl, line 1" in damaged["problems"][0]
    warnings = [f"neuroevo: warning: {problem}" for problem in damaged["problems"]]
    assert listed.stderr.splitlines() == warnings


def test_list_begins_with_the_newest_run(
    neuroevo: Command, run_folder: Path, tmp_path: Path
) -> None:
    """The table and JSON are in the order of the dashboard."""
    for name, began in (("b", "2020-01-02T00:00:00+00:00"), ("a", "2020-01-01T00:00:00+00:00")):
        copy_begun(run_folder, tmp_path / name, began)
    listed = neuroevo("list", "--results", str(tmp_path)).stdout.splitlines()[1:]
    assert [line.split()[0] for line in listed] == ["b", "a"]
    described = json.loads(neuroevo("list", "--json", "--results", str(tmp_path)).stdout)
    assert [each["id"] for each in described] == ["b", "a"]


def test_show_has_experiment_environment_front_and_baselines(
    neuroevo: Command, results: Path
) -> None:
    """The experiment, the machine and the results are all there."""
    shown = neuroevo("show", "latest", "--results", str(results))
    assert shown.returncode == 0
    parts = ["mouse", "200 samples", "2 generations of 4", "Python", "Pareto front", "article-deep"]
    for part in parts:
        assert part in shown.stdout
    assert shown.stderr == ""


def test_show_says_how_to_resume_an_interrupted_run(
    neuroevo: Command, run_folder: Path, tmp_path: Path
) -> None:
    """An unfinished run is interrupted; while a process writes to it, it is running."""
    copy = tmp_path / "it's half-20261122-154455"
    shutil.copytree(run_folder, copy)
    (copy / "checkpoint.json").write_text("{}")
    shown = neuroevo("show", str(copy))
    state = " ".join(shown.stdout.split())
    killed = "its process was killed, or the machine stopped"
    assert re.search(rf"interrupted: {killed}, 2 of 2 generations begun; ", state)
    assert "checkpoint.json: must end with its checksum, but is damaged; resume with:" in state
    assert shlex.join(["neuroevo", "resume", str(copy)]) in state
    with RunLock(RunFolder(copy)):
        shown = neuroevo("show", str(copy))
        assert re.search(r"running, \d+ of \d+ generations begun, by process ", shown.stdout)
        listed = json.loads(neuroevo("list", "--json", "--results", str(tmp_path)).stdout)
    assert [run["state"] for run in listed] == ["running"]
    assert json.loads(neuroevo("show", str(copy), "--json").stdout)["state"] == "interrupted"


def test_show_as_json_agrees_with_the_journal(
    neuroevo: Command, results: Path, run_folder: Path
) -> None:
    """The JSON of a front trial is what the journal holds."""
    shown = json.loads(neuroevo("show", "latest", "--json", "--results", str(results)).stdout)
    recorded = {trial.number: trial for trial in read_trials(run_folder / "trials.jsonl")}
    assert shown["trials"] == len(recorded)
    for rank, trial in enumerate(shown["front"], start=1):
        assert trial["rank"] == rank
        assert trial["objectives"] == recorded[trial["number"]].objectives
        assert set(trial["fresh_objectives"]) == set(trial["objectives"])
    assert shown["baselines"][0]["name"] == "article-good"


def test_trials_are_the_same_in_every_format(
    neuroevo: Command, results: Path, run_folder: Path
) -> None:
    """CSV, JSON and Parquet hold the same rows, numbers in full, lists as lists."""
    recorded = read_trials(run_folder / "trials.jsonl")
    place = ("latest", "--results", str(results))
    rows = list(csv.DictReader(io.StringIO(neuroevo("trials", *place).stdout)))
    records = json.loads(neuroevo("trials", *place, "--format", "json").stdout)
    assert len(rows) == len(records) == len(recorded)
    for trial, row, record in zip(recorded, rows, records, strict=True):
        assert int(row["number"]) == record["number"] == trial.number
        assert json.loads(row["hidden"]) == record["hidden"] == list(trial.genome["hidden"])  # type: ignore[arg-type]
        assert json.loads(row["parents"]) == record["parents"] == list(trial.parents)
        score = trial.objectives["final_mse"]
        if math.isfinite(score):
            assert float(row["final_mse"]) == record["final_mse"] == score
        else:
            assert (row["final_mse"], record["final_mse"]) == ("", None)


def test_replicates_are_rows(neuroevo: Command, run_folder: Path) -> None:
    """With --replicates each replicate is a row, and their median is the trial's objective."""
    run = load_run(run_folder)
    table = pd.read_csv(io.StringIO(neuroevo("trials", str(run_folder), "--replicates").stdout))
    for trial in run.all_trials:
        own = table[table["number"] == trial.number]
        assert list(own["replicate"]) == list(range(run.experiment.training.replicates))
        within = own["samples_to_target"] <= run.experiment.training.samples
        assert list(own["samples_to_target.reached"]) == list(within)
        if not own["final_mse"].isna().any():
            assert trial.objectives["final_mse"] == pytest.approx(
                own["final_mse"].median(), rel=1e-5
            )


def test_trials_as_parquet(run_folder: Path, tmp_path: Path) -> None:
    """The Parquet file on stdout is read by pandas."""
    table = pd.read_parquet(parquet(run_folder, tmp_path))
    assert list(table["number"]) == [trial.number for trial in load_run(run_folder).all_trials]


def test_layers_with_activations_of_their_own_are_run_shown_and_exported(
    neuroevo: Command, tmp_path: Path
) -> None:
    """They are in the journal, the front's table and each format of the trials."""
    experiment = tmp_path / "mixed.toml"
    experiment.write_text(MIXED, encoding="utf-8")
    ran = neuroevo("run", str(experiment), "--jobs", "1", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    folder = tmp_path / ran.stdout.removesuffix("\n")
    recorded = [trial.genome["hidden"] for trial in read_trials(folder / "trials.jsonl")]
    run = load_run(folder)
    best, by_hand = run.best, len(run.baselines)
    shown = neuroevo("show", str(folder)).stdout
    assert wording.configuration(best.genome) in " ".join(shown.split())
    assert "each tanh or relu" in shown
    assert "where training stops" in " ".join(shown.split())
    rows = list(csv.DictReader(io.StringIO(neuroevo("trials", str(folder)).stdout)))
    records = json.loads(neuroevo("trials", str(folder), "--format", "json").stdout)
    assert [json.loads(row["hidden"]) for row in rows] == [row["hidden"] for row in records]
    assert [plain(row["hidden"]) for row in records] == recorded
    table = pd.read_parquet(parquet(folder, tmp_path))
    layers = [[tuple(layer.values()) for layer in cell] for cell in table["hidden"]]
    baselines = [[(width, None) for width in each] for each in recorded[:by_hand]]  # type: ignore[union-attr]
    assert layers == [*baselines, *map(list, recorded[by_hand:])]  # type: ignore[arg-type]


def test_values_of_several_types_are_json_in_parquet() -> None:
    """A gene whose choices are of several types can be read again; one of numbers stays numbers."""
    values = ["sqrt", 1, 0.5, True, (1, 2), None]
    written = parquet_of(pd.DataFrame({"mixed": values, "number": [1, 0.5, *[2] * 4]}))
    table = pd.read_parquet(io.BytesIO(written))
    assert [json.loads(each) for each in table["mixed"][:-1]] == [*values[:4], [1, 2]]
    assert pd.isna(table["mixed"].iloc[-1])
    assert table["number"].dtype == float


def parquet(run_folder: Path, folder: Path) -> Path:
    """Write a run's trials as Parquet into a folder."""
    path = folder / "trials.parquet"
    with path.open("wb") as file:
        program = [sys.executable, "-m", "neuroevo", "trials", str(run_folder)]
        subprocess.run([*program, "--format", "parquet"], check=True, stdout=file)
    return path


def test_best_is_the_best_of_the_run(
    neuroevo: Command, results: Path, run_folder: Path, tmp_path: Path
) -> None:
    """Rank 1 is best.toml; any rank loads as an experiment with fixed genes."""
    front = load_run(run_folder).pareto_front()
    place = ("latest", "--results", str(results))
    assert neuroevo("best", *place).stdout == (run_folder / "best.toml").read_text()
    for rank, trial in enumerate(front[:2], start=1):
        path = tmp_path / f"rank-{rank}.toml"
        path.write_text(neuroevo("best", *place, "--rank", str(rank)).stdout)
        space = load_experiment(path).space
        assert space.size == 1
        assert dict(space.genome(trial.genome)) == dict(trial.genome)
    described = json.loads(neuroevo("best", *place, "--format", "json").stdout)
    assert described["number"] == front[0].number
    assert described["objectives"] == front[0].objectives
    limit = load_run(run_folder).experiment.training.samples
    met = front[0].objectives["samples_to_target"] <= limit
    assert described["reached"] == {"samples_to_target": met}
    measured = {"final_mse", "samples_to_target"} if met else {"final_mse"}
    assert described["origin"]["objectives"].keys() == measured
    assert described["origin"]["trial"] == front[0].number


@pytest.mark.parametrize("rank", ["0", "999"])
def test_a_rank_beyond_the_front_is_refused(neuroevo: Command, results: Path, rank: str) -> None:
    """The message has the number of ranks."""
    refused = neuroevo("best", "latest", "--rank", rank, "--results", str(results))
    assert refused.returncode == 2
    assert "--rank: must be between 1 and " in refused.stderr


def test_report_trains_studies(neuroevo: Command, run_folder: Path, tmp_path: Path) -> None:
    """Random search and ablation are in the run afterwards; an unknown baseline is refused."""
    copy = tmp_path / run_folder.name
    shutil.copytree(run_folder, copy)
    options = ("--random-search", "--ablation", "--baseline", "article-tanh", "--jobs", "1")
    written = neuroevo("report", str(copy), *options)
    assert (written.returncode, written.stdout) == (0, f"{copy / 'report.html'}\n"), written.stderr
    findings = load_run(copy).findings
    assert len(findings.random) == len(findings.searched)
    assert findings.ablation[0].name == "article-tanh"
    unknown = neuroevo("report", str(copy), "--ablation", "--baseline", "article-than")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "did you mean 'article-tanh'?" in unknown.stderr


def test_report_is_written_again(neuroevo: Command, run_folder: Path) -> None:
    """A deleted report is written again, and its path is on stdout."""
    (run_folder / "report.html").unlink()
    written = neuroevo("report", str(run_folder))
    assert written.stdout == f"{run_folder / 'report.html'}\n"
    assert (run_folder / "report.html").stat().st_size > 100_000


@pytest.mark.parametrize("command", ["show", "trials", "best", "report"])
def test_an_unknown_run_is_a_usage_error(neuroevo: Command, tmp_path: Path, command: str) -> None:
    """Every command that takes RUN reports in one line that there is none."""
    refused = neuroevo(command, "latest", cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr == "neuroevo: run: there is no latest run, results holds none\n"


@pytest.mark.parametrize("file", ["experiment.toml", "trials.jsonl", "champions.safetensors"])
def test_a_damaged_file_is_reported(
    neuroevo: Command, run_folder: Path, tmp_path: Path, file: str
) -> None:
    """A damaged file of the run is reported, without a traceback."""
    copy = tmp_path / "copy"
    shutil.copytree(run_folder, copy)
    (copy / file).write_bytes(b"\xff\xfe nonsense\n")
    refused = neuroevo("show", str(copy))
    assert refused.returncode in {2, 65, 74}
    assert refused.stdout == ""
    assert file in refused.stderr
    assert "Traceback" not in refused.stderr
    assert all(line.startswith("neuroevo: ") for line in refused.stderr.splitlines())


def test_a_missing_journal_is_reported(neuroevo: Command, run_folder: Path, tmp_path: Path) -> None:
    """A run without its journal is an I/O error with the file."""
    copy = tmp_path / "copy"
    shutil.copytree(run_folder, copy)
    (copy / "trials.jsonl").unlink()
    refused = neuroevo("trials", str(copy))
    assert refused.returncode == 74
    assert refused.stderr.startswith(f"neuroevo: {copy / 'trials.jsonl'}: can't be read")


@pytest.fixture
def with_test_part(run_folder: Path, tmp_path: Path) -> Path:
    """Copy a run and give it scores on a test part."""
    copy = tmp_path / run_folder.name
    shutil.copytree(run_folder, copy)
    findings = load_run(copy).findings
    plan = TablePlan(("x", "y"), rows=40)
    scores = held_out(findings, plan, np.random.default_rng(5))
    write_held_out(RunFolder(copy).test_file, scores)
    return copy


def test_show_has_the_scores_on_the_test_part(neuroevo: Command, with_test_part: Path) -> None:
    """The headline and a table have the scores on the test part with their intervals."""
    shown = neuroevo("show", str(with_test_part)).stdout
    assert re.search(r"variance of x and y on 40 rows that it never saw", shown)
    table = shown.partition("Scores on the test part, with 95% intervals\n")[2].splitlines()
    assert table[0].split() == ["model", "network", "R²"]
    number = r"−?[\d.]+"
    assert re.fullmatch(rf"champion  .*  {number} \({number} to {number}\)", table[1])
    assert any(line.startswith("gradient boosting ") for line in table)


def test_show_as_json_has_the_scores_on_the_test_part(
    neuroevo: Command, with_test_part: Path, run_folder: Path
) -> None:
    """The key test has what the file has; other runs have no such key."""
    shown = json.loads(neuroevo("show", str(with_test_part), "--json").stdout)
    held_out = load_run(with_test_part).findings.held_out
    assert held_out is not None
    assert shown["test"]["samples"] == 40
    for model, scored in zip(shown["test"]["models"], held_out.models, strict=True):
        assert model["name"] == scored.name
        score = scored.scores["r2"]
        assert model["scores"]["r2"] == {
            "value": score.value,
            "low": score.low,
            "high": score.high,
        }
    assert "test" not in json.loads(neuroevo("show", str(run_folder), "--json").stdout)


def test_scores_of_an_earlier_end_are_not_shown(neuroevo: Command, with_test_part: Path) -> None:
    """While a complete run is continued, the scores of its earlier end are not shown."""
    (with_test_part / "checkpoint.json").write_text("{}")
    assert "test part" not in neuroevo("show", str(with_test_part)).stdout


def test_json_says_which_values_are_penalties(
    neuroevo: Command, results: Path, run_folder: Path
) -> None:
    """Beside the objectives of each trial and run stands whether the target was reached."""
    limit = load_run(run_folder).experiment.training.samples
    place = ("--results", str(results), "--json")
    described = json.loads(neuroevo("show", "latest", *place).stdout)
    trials = [*described["front"], *described["baselines"]]
    assert len(trials) > 2
    for trial in trials:
        for values, said in (("objectives", "reached"), ("fresh_objectives", "fresh_reached")):
            value = trial[values].get("samples_to_target")
            met = value is not None and value <= limit
            assert trial[said].get("samples_to_target", False) == met
    assert any(not each["reached"]["samples_to_target"] for each in trials if each["objectives"])
    [listed] = json.loads(neuroevo("list", *place).stdout)
    assert listed["best_reached"]["samples_to_target"] == (
        listed["best"]["samples_to_target"] <= limit
    )
