"""From a table to predictions of new rows, with the real command."""

import io
import json
import re
import shlex
import shutil
import signal
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.torture.trainings import afflict
from neuroevo import Run, api, fit
from neuroevo.analysis.comparison import Comparison
from neuroevo.errors import DataError, UsageError
from neuroevo.experiment import Experiment, load_experiment
from neuroevo.experiment.reading import overridden
from neuroevo.report.comparison.comparison_page import comparison_page
from neuroevo.report.run import load_run
from neuroevo.runs import RunFolder
from neuroevo.tables import TableModel
from neuroevo.tasks import PreparedTask
from tests.cli.conftest import Command, Start
from tests.cli.waiting import wait_for_trials

FLATS = Path(__file__).parents[2] / "experiments" / "flats.csv"
SMALL = (
    "--set", "training.samples=1000",
    "--set", "training.replicates=2",
    "--set", "evolution.population=4",
    "--set", "evolution.generations=3",
    "--jobs", "1",
)  # fmt: skip
IN_PYTHON = ("evolution.population=4", "evolution.generations=1", "training.samples=100")


@pytest.fixture(scope="module")
def folder(neuroevo: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Learn the table of flats with the command, and return the run's folder."""
    results = str(tmp_path_factory.mktemp("results"))
    ended = neuroevo("run", str(FLATS), "--target", "rent", *SMALL, "--results", results)
    assert ended.returncode == 0, ended.stderr
    assert "column 'built': 19 of 600 cells are missing" in ended.stderr
    assert "of the variance of rent on 120 rows" in ended.stderr
    return Path(ended.stdout.strip())


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    """Return the run of the table of flats."""
    return load_run(folder)


def predicted(text: str) -> pd.DataFrame:
    """Read what the command has predicted."""
    return pd.read_csv(io.StringIO(text))


def test_new_rows_are_predicted(neuroevo: Command, run: Run, tmp_path: Path) -> None:
    """Columns may be in any order, and the values are those of the model in Python."""
    rows = pd.read_csv(FLATS).drop(columns="rent").head(7)
    new = tmp_path / "new.csv"
    rows.assign(extra="?")[[*reversed(rows.columns), "extra"]].to_csv(new, index=False)
    ended = neuroevo("predict", str(run.folder.path), str(new))
    model = run.champion()
    assert isinstance(model, TableModel)
    np.testing.assert_allclose(predicted(ended.stdout)["rent"], model.predict(rows), rtol=1e-5)
    output = tmp_path / "out.csv"
    assert neuroevo("predict", str(run.folder.path), str(new), "-o", str(output)).stdout == ""
    assert output.read_text() == ended.stdout


def test_new_rows_are_read_as_said(neuroevo: Command, run: Run, tmp_path: Path) -> None:
    """A table with semicolons and decimal commas is predicted with settings, and named without."""
    rows = pd.read_csv(FLATS).drop(columns="rent").head(5)
    new = tmp_path / "new.csv"
    rows.to_csv(new, index=False, sep=";", decimal=",")
    settings = ("--set", 'task.separator=";"', "--set", 'task.decimal=","')
    model = tmp_path / "model.safetensors"
    run.champion().save(model)
    for source in (run.folder.path, model):
        ended = neuroevo("predict", str(source), str(new), *settings)
        assert ended.returncode == 0, ended.stderr
        np.testing.assert_allclose(
            predicted(ended.stdout)["rent"], run.champion().predict(rows), rtol=1e-5
        )
    assert "--set 'task.separator=" in neuroevo("predict", str(model), str(new)).stderr
    wrong = neuroevo("predict", str(model), str(new), "--set", "task.folds=3", "--set", "seed=1")
    assert wrong.returncode == 2
    assert "--set: seed: must be of the table task" in wrong.stderr
    assert "--set: task.folds: unknown key" in wrong.stderr


def test_the_rows_of_the_test_part_are_listed_worst_first(neuroevo: Command, run: Run) -> None:
    """They have their place in the file, what stands there, and the predictions of the model."""
    ended = neuroevo("predict", str(run.folder.path), "--test")
    assert ended.returncode == 0, ended.stderr
    found, whole = predicted(ended.stdout), pd.read_csv(FLATS)
    held_out, model = run.findings.held_out, run.champion()
    assert held_out is not None
    assert held_out.diagnosis is not None
    assert isinstance(model, TableModel)
    assert len(found) == held_out.samples
    raw = whole.iloc[found["row"] - 2].reset_index(drop=True)
    pd.testing.assert_frame_equal(found[[*raw.columns]], raw)
    np.testing.assert_allclose(found["predicted rent"], model.predict(raw), rtol=1e-5)
    errors = (found["predicted rent"] - found["rent"]).abs()
    np.testing.assert_allclose(errors, found["error in rent"].abs(), atol=1e-3)
    assert errors.is_monotonic_decreasing
    rmse = np.sqrt((errors**2).mean())
    assert rmse == pytest.approx(held_out.diagnosis.scores["rmse"], rel=1e-4)


def test_test_rows_of_classes_are_listed_by_the_probability_of_their_class() -> None:
    """A run in memory has them too; labels are those that were given."""
    frame = pd.DataFrame({"x": np.linspace(-1, 1, 90), "kind": ["a ", "b", "a "] * 30})
    found = fit(frame[["x"]], frame["kind"], overrides=SMALL[1::2][:4]).test_rows()
    own = found["probability of b"].where(found["kind"] == "b", found["probability of a "])
    assert (np.diff(own) >= 0).all()
    assert (frame["kind"].iloc[found["row"]].to_numpy() == found["kind"]).all()
    assert set(found["predicted kind"]) <= {"a ", "b"}


@pytest.mark.parametrize(
    "task",
    [
        {"kind": "dataset", "name": "iris"},
        {"kind": "function", "formula": "a * b", "inputs": {"a": [0, 1, 2], "b": [1, 3]}},
    ],
)
def test_test_rows_of_a_dataset_and_a_function_are_listed(task: dict[str, object]) -> None:
    """They are those of the set that is loaded or made again, with the values that stand there."""
    experiment = overridden(Experiment.of({"task": task}), SMALL[1:8:2])
    assert isinstance(experiment.task, PreparedTask)
    run, made = api.run(experiment, results=None, n_jobs=1), experiment.task.raw_table().frame
    found = run.test_rows()
    assert run.findings.held_out is not None
    assert len(found) == run.findings.held_out.samples
    raw = made.iloc[found["row"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(found[[*raw.columns]], raw, check_dtype=False)
    with pytest.raises(UsageError, match=r"^data: must be left out"):
        run.test_rows(data="other.csv")


@pytest.mark.parametrize("target", ["probability of a", "how bad a prediction is", "error in y"])
@pytest.mark.parametrize("is_classes", [True, False])
def test_true_targets_are_shown_whatever_their_name(target: str, *, is_classes: bool) -> None:
    """A target may have the name of a column of predictions, and rows may have several names."""
    inputs = np.random.default_rng(0).normal(size=60)
    true = np.where(inputs > 0, "a", "b") if is_classes else np.sin(inputs)
    rows = pd.MultiIndex.from_product([range(12), range(5)])
    frame = pd.DataFrame({"x": inputs, target: true}, index=rows)
    run = api.run(frame, target=target, results=None, overrides=IN_PYTHON)
    found = run.test_rows()
    assert (found[target] == [frame[target][row] for row in found["row"]]).all()


def test_test_rows_with_other_weights_are_refused() -> None:
    """The weights of test rows are part of what a run began with."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(60, 2)), columns=["x", "y"]).assign(w=2.0)
    overrides = [*IN_PYTHON, 'task.weight="w"']
    run = api.run(frame, target="y", results=None, overrides=overrides)
    assert (run.test_rows(data=frame)["w"] == 2).all()
    with pytest.raises(DataError, match="test rows must be the same"):
        run.test_rows(data=frame.assign(w=3.0))


def test_words_that_are_categories_are_not_missing_in_new_rows(
    neuroevo: Command, tmp_path: Path
) -> None:
    """NA is a category for a run of a frame, and so in a text file with new rows."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"a": random.normal(size=90), "r": random.choice(["NA", "EU"], 90)})
    frame["y"] = frame["a"] + 3 * frame["r"].eq("NA")
    missing = 'task.missing="most_frequent"'
    run = api.run(frame, target="y", results=tmp_path, overrides=[*IN_PYTHON, missing])
    new = tmp_path / "new.csv"
    frame.to_csv(new, index=False)
    ended = neuroevo("predict", str(run.folder.path), str(new))
    assert ended.returncode == 0, ended.stderr
    assert "missing" not in ended.stderr
    model = run.champion()
    assert isinstance(model, TableModel)
    np.testing.assert_allclose(predicted(ended.stdout)["y"], model.predict(frame), rtol=1e-5)


def test_words_that_were_missing_in_a_text_file_are_missing_in_new_rows(
    neuroevo: Command, tmp_path: Path
) -> None:
    """A category of the same word, with a space in the file, changes nothing; --set does."""
    random = np.random.default_rng(0)
    words = random.choice(["NA", "EU", "US", " NA"], 160)
    table = tmp_path / "spaces.csv"
    frame = pd.DataFrame({"a": random.normal(size=160), "r": words})
    frame.assign(y=frame["a"] + 3 * (words == "EU")).to_csv(table, index=False)
    missing = ("--set", 'task.missing="most_frequent"', "--results", str(tmp_path))
    ended = neuroevo("run", str(table), "--target", "y", *SMALL, *missing)
    assert ended.returncode == 0, ended.stderr
    new, folder = ("predict", ended.stdout.strip(), str(table)), Path(ended.stdout.strip())
    count = int((words == "NA").sum())
    assert f"column 'r': {count} missing cells" in neuroevo(*new).stderr
    model = load_run(folder).champion()
    assert isinstance(model, TableModel)
    assert "NA" in model.preparation.categories["r"]
    count = int((words == "EU").sum())
    ended = neuroevo(*new, "--set", 'task.missing_words=["EU"]')
    assert f"column 'r': {count} missing cells" in ended.stderr


def test_the_command_that_continues_a_search_has_its_settings(
    neuroevo: Command, tmp_path: Path
) -> None:
    """It searches the same inputs, rows and genes as the run that it is printed for."""
    settings = ("--set", 'task.leave_out=["built"]', "--set", "task.split_seed=5")
    at = ("--results", str(tmp_path))
    ended = neuroevo("run", str(FLATS), "--target", "rent", *SMALL, *settings, *at)
    [again] = [line for line in ended.stderr.splitlines() if "--seed-from" in line]
    second = neuroevo(*shlex.split(again[again.index("run ") :]), *at, "--generations", "1")
    assert second.returncode == 0, second.stderr
    first, then = (load_run(Path(each.stdout.strip())).experiment for each in (ended, second))
    assert (first.task, first.space) == (then.task, then.space)


def test_test_rows_have_names_of_their_own() -> None:
    """Columns of the table may have the names that predictions get; these end with _ then."""
    random = np.random.default_rng(0)
    names = ["row", "predicted y", "error in y"]
    frame = pd.DataFrame(random.normal(size=(60, 3)), columns=names)
    run = api.run(
        frame.assign(y=frame["row"] + frame["error in y"]),
        target="y",
        results=None,
        overrides=IN_PYTHON,
    )
    rows = run.test_rows()
    assert [*rows.columns] == ["row_", *names, "y", "predicted y_", "error in y_"]
    assert (rows["row"] == frame["row"][rows["row_"]].to_numpy()).all()


def test_either_new_rows_or_test_rows_are_predicted(
    neuroevo: Command, run: Run, tmp_path: Path
) -> None:
    """Both or none of them is one line; so is a table that is another one now."""
    folder = str(run.folder.path)
    for arguments in ([folder], [folder, str(FLATS), "--test"], [folder, "x.csv", "--data", "y"]):
        ended = neuroevo("predict", *arguments)
        assert ended.returncode == 2
        assert len(ended.stderr.splitlines()) == 1
    flats = pd.read_csv(FLATS)
    for other in (flats.iloc[::-1], flats.assign(rent=flats["rent"] + 1)):
        other.to_csv(tmp_path / "other.csv", index=False)
        ended = neuroevo("predict", folder, "--test", "--data", str(tmp_path / "other.csv"))
        assert ended.returncode == 65
        assert "test rows must be the same as when the run began" in ended.stderr


def test_what_is_new_or_missing_in_rows_is_named(
    neuroevo: Command, run: Run, tmp_path: Path
) -> None:
    """Unused columns, filled cells and unseen categories have a line each on stderr."""
    rows = pd.read_csv(FLATS).drop(columns="rent").head(3).assign(extra=1)
    rows.loc[0, "built"], rows.loc[2, "district"] = np.nan, "moon"
    new = tmp_path / "new.csv"
    rows.to_csv(new, index=False)
    ended = neuroevo("predict", str(run.folder.path), str(new))
    assert len(predicted(ended.stdout)) == 3
    notes = [line.partition("new.csv")[2] for line in ended.stderr.splitlines()]
    assert notes[0] == ": 1 column is not used: 'extra'"
    assert notes[1].startswith(", column 'district': 1 row has a category that no training row has")
    assert notes[2].startswith(", column 'built': 1 missing cell is filled with ")


def test_wrong_rows_are_named(neuroevo: Command, run: Run, tmp_path: Path) -> None:
    """Missing columns come all at once, wrong cells with their row; nothing is written."""
    new, output = tmp_path / "new.csv", tmp_path / "out.csv"
    new.write_text("district,area\nnorth,80\n")
    ended = neuroevo("predict", str(run.folder.path), str(new), "-o", str(output))
    assert ended.returncode == 65
    for name in ("rooms", "floor", "lift", "built", "distance"):
        assert f"'{name}'" in ended.stderr
    rows = pd.read_csv(FLATS).head(3).astype({"area": object})
    rows.loc[1, "area"] = "large"
    rows.to_csv(new, index=False)
    ended = neuroevo("predict", str(run.folder.path), str(new), "-o", str(output))
    assert ended.returncode == 65
    assert "row 3, column 'area': must be a number, but got 'large'" in ended.stderr
    assert not output.exists()


def test_predictions_do_not_replace_their_rows(neuroevo: Command, run: Run, tmp_path: Path) -> None:
    """Writing to the file of the new rows, or to one of another kind, is refused."""
    new = tmp_path / "new.csv"
    shutil.copy(FLATS, new)
    for output in (new, tmp_path / "out.xlsx"):
        ended = neuroevo("predict", str(run.folder.path), str(new), "-o", str(output))
        assert ended.returncode == 2
        assert ended.stderr.startswith("neuroevo: --output: must ")
    assert new.read_bytes() == FLATS.read_bytes()


def test_the_new_experiment_of_a_table_runs(neuroevo: Command, tmp_path: Path) -> None:
    """It has what was found in the table, and the values of the experiment that `run` makes."""
    shutil.copy(FLATS, tmp_path / "flats.csv")
    ended = neuroevo("new", "mine", "--from", "flats.csv", "--target", "rent", cwd=tmp_path)
    assert ended.stdout == "mine.toml\n"
    text = (tmp_path / "mine.toml").read_text()
    assert "#   district: category, centre, harbour, hills, north, river" in text
    assert "#   built: number, 1900 to 2024, 19 missing" in text
    assert 'path = "flats.csv"' in text
    loaded = load_experiment(tmp_path / "mine.toml")
    assert loaded.network_task.has_class_targets is False
    results = str(tmp_path / "results")
    run = neuroevo("run", str(tmp_path / "mine.toml"), *SMALL, "--results", results)
    assert run.returncode == 0, run.stderr
    identity = Path(run.stdout.strip()).name
    assert re.search(rf"\bpredict \S*{identity} NEW\.csv\n", run.stderr)
    careful = "--all-rows --ensemble 16 --cross-validate 16"
    assert re.search(rf"\btrain \S*{identity} {careful}\n", run.stderr)


def test_the_test_score_of_the_best_trial_is_listed(neuroevo: Command, run: Run) -> None:
    """The list of runs has it with its interval, in the table and as JSON."""
    models = run.findings.held_out.models if run.findings.held_out else ()
    score = models[0].scores["r2"]
    ended = neuroevo("list", "--results", str(run.folder.path.parent))
    heading, line = ended.stdout.splitlines()
    assert "lowest parameters" in heading
    assert heading.index("test score") == line.index(f"R² {score.value:.3f} (")
    [described] = json.loads(
        neuroevo("list", "--json", "--results", str(run.folder.path.parent)).stdout
    )
    assert described["test"]["r2"] == {"value": score.value, "low": score.low, "high": score.high}


def test_test_scores_are_columns_of_trials_and_comparisons(run: Run) -> None:
    """Trials that were scored have their scores; a comparison has those of the champions."""
    models = run.findings.held_out.models if run.findings.held_out else ()
    scored = {
        model.number: model.scores["rmse"].low for model in models if model.number is not None
    }
    column = run.trials().set_index("number")["test.rmse.low"]
    assert column.dropna().to_dict() == scored
    comparison = Comparison.of([run.findings, run.findings])
    assert comparison.runs["test.r2"].tolist() == [models[0].scores["r2"].value] * 2
    page = comparison_page(comparison)
    assert "Test scores" in page
    assert page.count("95% interval") == 1


@pytest.mark.parametrize(
    ("arguments", "code", "problem"),
    [
        (["run", str(FLATS)], 2, "--target: must name the column of the table"),
        (["run", str(FLATS), "--target", "rnt"], 65, "did you mean 'rent'?"),
        (["run", "no.csv", "--target", "y"], 65, "no.csv: can't be read"),
        (["new", "x", "--from", str(FLATS)], 2, "--target: must name the column of the table"),
        (["new", "x", "--from", "no.csv", "--target", "y"], 65, "no.csv: can't be read"),
        (
            ["run", str(FLATS), "--target", "rent", "--set", "task.split=x"],
            2,
            "task.split: must be one",
        ),
    ],
)
def test_wrong_calls_are_one_line(
    neuroevo: Command, tmp_path: Path, arguments: list[str], code: int, problem: str
) -> None:
    """What is wrong is said in one line, and nothing is written."""
    ended = neuroevo(*arguments, cwd=tmp_path)
    assert ended.returncode == code
    assert problem in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert not [*tmp_path.iterdir()]


def test_a_killed_search_on_a_table_is_resumed(
    start: Start, neuroevo: Command, tmp_path: Path
) -> None:
    """After kill -9, resume ends with the trials and test scores of an undisturbed run."""
    arguments = ["run", str(FLATS), "--target", "rent", *SMALL, "--results"]
    whole = RunFolder(Path(neuroevo(*arguments, str(tmp_path / "a")).stdout.strip()))
    running = start(*arguments, str(tmp_path / "b"), prepare=partial(afflict, "is slow"))
    wait_for_trials(tmp_path / "b", 9)
    running.signal(signal.SIGKILL)
    assert running.end().code == -signal.SIGKILL
    [path] = (tmp_path / "b").iterdir()
    assert neuroevo("resume", str(path)).returncode == 0
    assert RunFolder(path).test_file.read_bytes() == whole.test_file.read_bytes()
    assert scores(path) == scores(whole.path)


def scores(path: Path) -> list[object]:
    """Return the configurations and objectives of a run."""
    return [(trial.genome, trial.objectives) for trial in load_run(path).all_trials]
