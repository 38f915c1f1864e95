"""Searches on tables: nothing of the test part leaks, scores are honest, runs can be resumed."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_wine
from sklearn.metrics import accuracy_score, r2_score

import neuroevo
from neuroevo import DataError, Experiment, Run, UsageError
from neuroevo.analysis.replicate_curves import CHAMPION, TRAINING, replicate_curves
from neuroevo.experiment import experiment_for_table
from neuroevo.learning.network import predictions
from neuroevo.report.held_out_table import held_out_sentences, target_table
from neuroevo.report.page import page
from neuroevo.report.plots import learning_curves
from neuroevo.runs import HeldOutScores, RunFolder
from neuroevo.search import Progress, StoppedError, resume, search
from neuroevo.search.testing import held_out_scores
from neuroevo.tables import TableModel, prepare
from neuroevo.tasks import MouseTask, TableTask
from neuroevo.workers import Backend, Workers

FLATS = Path(__file__).parents[2] / "experiments" / "flats.csv"
SMALL = (
    "training.samples=2000",
    "training.replicates=2",
    "evolution.population=4",
    "evolution.generations=3",
)


def experiment(table: pd.DataFrame | Path, *overrides: str, target: str = "rent") -> Experiment:
    """Make a small experiment on a table."""
    return experiment_for_table(table, [target], [*SMALL, *overrides])[0]


@pytest.fixture(scope="module")
def flats() -> pd.DataFrame:
    """Return the table of flats without missing cells."""
    return pd.read_csv(FLATS).dropna().reset_index(drop=True)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run a search on the file of flats, to its end."""
    return Run(search(experiment(FLATS), tmp_path_factory.mktemp("results")))


def journal_of(folder: RunFolder) -> list[tuple[Any, ...]]:
    """Return what a search has found, without times."""
    trials = Run(folder).all_trials
    return [(trial.number, trial.genome, trial.objectives, tuple(trial.curve)) for trial in trials]


def held_out_of(folder: RunFolder) -> HeldOutScores:
    """Return the scores on the test part."""
    found = Run(folder).findings.held_out
    assert found is not None
    return found


def test_intervals_of_groups_are_wider_than_those_of_their_rows() -> None:
    """Rows of a group are alike, so test scores are as uncertain as the number of groups is low."""
    random = np.random.default_rng(2)
    effects, inputs = random.normal(0, 2, 30), random.normal(size=(1200, 2))
    group = np.repeat(np.arange(30), 40)
    target = inputs[:, 0] + effects[group] + random.normal(0, 0.3, 1200)
    table = pd.DataFrame({"x": inputs[:, 0], "z": inputs[:, 1], "g": group, "y": target})
    by_group = 'task.split="groups"', 'task.split_column="g"'
    run = neuroevo.run(experiment(table, *by_group, target="y"), results=None, n_jobs=1)
    data = run.experiment.network_task.load().data_set
    assert data.test_groups is not None
    assert len(set(data.test_groups.tolist())) == 6
    assert run.findings.held_out is not None
    widths = []
    for groups in (data.test_groups, None):
        scores = held_out_scores(
            run.experiment, replace(data, test_groups=groups), run.champions, lambda: False
        )
        assert scores is not None
        found = scores.models[0].scores["r2"]
        widths.append(found.high - found.low)
        if groups is not None:
            assert scores.models[0].scores == run.findings.held_out.models[0].scores
    assert widths[0] > 3 * widths[1]
    assert "bootstrap samples of the 6 test groups" in held_out_sentences(run.findings)


def test_shuffled_and_poisoned_test_rows_change_nothing_but_their_scores(
    flats: pd.DataFrame, tmp_path: Path
) -> None:
    """A search on rows whose test targets were replaced finds the same trials to the bit."""
    honest = experiment(flats, 'task.compare_with=["mean"]')
    assert isinstance(honest.task, TableTask)
    rows = prepare(flats, honest.task).test.rows
    poisoned = flats.copy()
    poisoned.loc[rows, "rent"] = 1e6
    # In the poisoned table, inputs of test rows are also those of other test rows.
    inputs = [name for name in flats.columns if name != "rent"]
    poisoned.loc[rows, inputs] = flats.loc[rows[::-1], inputs].to_numpy()
    first, second = (
        search(each, tmp_path / name)
        for name, each in (("a", honest), ("b", experiment(poisoned, 'task.compare_with=["mean"]')))
    )
    assert journal_of(first) == journal_of(second)
    assert held_out_of(first).models != held_out_of(second).models


def test_a_column_of_row_numbers_gives_nothing_away() -> None:
    """Targets that are noise can't be predicted, not even with the number of the row."""
    random = np.random.default_rng(5)
    noise = pd.DataFrame({"row": np.arange(400), "y": random.normal(size=400)})
    held_out = neuroevo.run(experiment(noise, target="y"), results=None).findings.held_out
    assert held_out is not None
    assert all(model.scores["r2"].value < 0.1 for model in held_out.models)


def test_scores_are_those_of_the_predictions_for_raw_test_rows(run: Run) -> None:
    """The kept network predicts raw rows of the file, and its R² on the test part is the stored."""
    model, held_out = run.champion(), run.findings.held_out
    assert isinstance(model, TableModel)
    assert held_out is not None
    assert held_out.diagnosis is not None
    raw = pd.read_csv(FLATS)
    assert isinstance(run.experiment.task, TableTask)
    rows = prepare(*run.experiment.task.raw_table()).test.rows
    predicted = model.predict(raw.iloc[rows].drop(columns="rent").sample(frac=1, axis=1))
    assert held_out.samples == len(rows) == 120
    assert held_out.diagnosis.scores["r2"] == pytest.approx(
        r2_score(raw["rent"].iloc[rows], predicted), abs=1e-5
    )


def test_every_model_is_scored(run: Run) -> None:
    """The front and the reference models have all scores, with intervals around them."""
    held_out = run.findings.held_out
    assert held_out is not None
    front = [trial.number for trial in run.pareto_front()]
    assert [model.number for model in held_out.models] == [*front, None, None, None, None]
    assert [model.name for model in held_out.models[len(front) :]] == [
        "the mean",
        "linear regression",
        "scikit-learn's MLP",
        "gradient boosting",
    ]
    for model in held_out.models:
        assert list(model.scores) == ["r2", "rmse", "mae"]
        assert all(score.low <= score.value <= score.high for score in model.scores.values())
    champion, *others = held_out.models
    assert champion.differences == {}
    for model in others:
        for name, difference in model.differences.items():
            expected = champion.scores[name].value - model.scores[name].value
            assert difference.value == pytest.approx(
                expected, abs=1e-5 * champion.scores[name].value
            )
            assert difference.low <= difference.value <= difference.high


def test_small_searches_learn_more_than_chance(run: Run) -> None:
    """With a small budget the champion explains half of the variance of the rents."""
    held_out = run.findings.held_out
    assert held_out is not None
    assert held_out.models[0].scores["r2"].value > 0.5
    assert held_out.diagnosis is not None
    assert held_out.diagnosis.importance[0].column == "area"


@pytest.mark.parametrize(("jobs", "backend"), [(2, "threading"), (2, "loky")])
def test_workers_change_no_bit(run: Run, tmp_path: Path, jobs: int, backend: Backend) -> None:
    """Threads and processes find the same trials and scores as one thread."""
    again = search(experiment(FLATS), tmp_path, workers=Workers(jobs, backend))
    assert journal_of(again) == journal_of(run.folder)
    assert held_out_of(again) == run.findings.held_out


@pytest.mark.parametrize("phase", ["searching", "testing"])
def test_a_run_on_a_table_that_was_stopped_ends_the_same(
    run: Run, tmp_path: Path, phase: str
) -> None:
    """Stopped while it searches or scores models, it is resumed to the same results."""
    seen: list[str] = []

    def observe(progress: Progress) -> None:
        seen.extend([progress.phase] * (progress.trials > 5))

    with pytest.raises(StoppedError):
        search(experiment(FLATS), tmp_path, observer=observe, stop=lambda: phase in seen)
    [folder] = map(RunFolder, tmp_path.iterdir())
    assert not folder.test_file.exists()
    assert resume(folder)
    assert journal_of(folder) == journal_of(run.folder)
    assert held_out_of(folder) == run.findings.held_out
    assert not resume(folder)


def test_lost_test_scores_are_made_again(run: Run, tmp_path: Path) -> None:
    """A complete run whose test.json is gone or damaged is completed by resume."""
    folder = RunFolder(shutil.copytree(run.folder.path, tmp_path / run.id))
    folder.test_file.write_text("{}")
    with pytest.warns(UserWarning, match="is made again"):
        assert resume(folder)
    assert held_out_of(folder) == run.findings.held_out


def test_a_table_that_has_changed_is_refused(tmp_path: Path) -> None:
    """A run is not resumed on other rows than it began with."""
    table = tmp_path / "flats.csv"
    shutil.copy(FLATS, table)
    folder = search(experiment(table), tmp_path / "results")
    folder.test_file.unlink()
    lines = table.read_text().splitlines()
    table.write_text("\n".join([*lines[:-1], lines[-1].replace("north", "hills")]))
    with (
        pytest.warns(UserWarning, match="is made again"),
        pytest.raises(DataError, match=r"must be .*, as when the run began"),
    ):
        resume(folder)


def test_a_table_from_python_can_be_learnt_in_one_call(flats: pd.DataFrame) -> None:
    """`fit` takes columns of any kind, and its champion predicts raw rows."""
    inputs = flats.drop(columns="rent").head(60)
    run = neuroevo.fit(inputs, flats["rent"].head(60), n_jobs=2, overrides=SMALL)
    predicted = run.champion().predict(inputs)
    assert predicted.shape == (60,)
    assert np.isfinite(predicted).all()
    assert run.findings.held_out is not None


def test_fit_learns_classes() -> None:
    """Labels that are whole numbers are predicted as such, with probabilities."""
    X, y = load_wine(return_X_y=True)  # noqa: N806 - the field's names
    with pytest.warns(UserWarning, match="its numbers are taken for 3 classes"):
        run = neuroevo.fit(X, y, overrides=[*SMALL, "evolution.population=12"])
    model = run.champion()
    assert isinstance(model, TableModel)
    predicted, probabilities = model.predict(X), model.predict_proba(X)
    assert accuracy_score(y, predicted) > 0.8
    assert (predicted == probabilities.argmax(axis=1)).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("named", [False, True])
def test_fit_takes_digits_that_are_texts_for_labels(named: bool) -> None:  # noqa: FBT001 - a parameter
    """Labels such as "10" are predicted as texts, as by the classifiers of scikit-learn."""
    inputs = np.random.default_rng(8).normal(size=(200, 2))
    labels = np.where(inputs[:, 0] > 0, "10", "9")
    given = pd.Series(labels, name="label") if named else labels
    model = neuroevo.fit(inputs, given, overrides=[*SMALL, "task.compare_with=[]"]).champion()
    assert isinstance(model, TableModel)
    assert sorted(model.classes_) == ["10", "9"]
    assert accuracy_score(labels, model.predict(inputs)) > 0.8


def test_boolean_labels_are_predicted_as_booleans() -> None:
    """Labels that are true and false stay so."""
    inputs = np.random.default_rng(8).normal(size=(200, 2))
    labels = inputs[:, 0] > 0
    model = neuroevo.fit(inputs, labels, overrides=[*SMALL, "task.compare_with=[]"]).champion()
    assert isinstance(model, TableModel)
    assert model.classes_.tolist() == [False, True]
    assert model.predict(inputs).dtype == np.bool_
    assert accuracy_score(labels, model.predict(inputs)) > 0.8


def test_weights_are_used_by_reference_models_too(flats: pd.DataFrame) -> None:
    """Balanced classes change what logistic regression predicts."""
    table = flats.assign(dear=flats["rent"] > flats["rent"].quantile(0.9)).drop(columns="rent")
    found = []
    for weight in ("", "balanced"):
        overrides = [f'task.weight="{weight}"', 'task.compare_with=["linear"]']
        run = neuroevo.run(experiment(table, *overrides, target="dear"), results=None)
        assert run.findings.held_out is not None
        found.append(run.findings.held_out.models[-1])
    assert found[0].scores != found[1].scores
    assert "training and validation rows" in found[0].note
    assert "training and validation rows with their weights" in found[1].note


def test_the_most_frequent_class_is_that_of_the_rows() -> None:
    """With balanced weights the constant prediction is still that of the most frequent class."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"a": random.normal(size=264), "y": ["well"] * 240 + ["ill"] * 24})
    run = neuroevo.run(experiment(frame, "task.weight=balanced", target="y"), results=None)
    assert run.findings.held_out is not None
    models = run.findings.held_out.models
    [constant] = [each for each in models if each.name == "the most frequent class"]
    assert constant.scores["accuracy"].value == pytest.approx(10 / 11, abs=0.01)
    assert "weights" not in constant.note


def test_the_mean_is_weighted_if_its_scores_are() -> None:
    """With a column of weights, the mean that scores best on the test part is the weighted one."""
    random = np.random.default_rng(0)
    heavy = random.random(600) < 0.5
    frame = pd.DataFrame(
        {
            "a": random.normal(size=600),
            "w": np.where(heavy, 10.0, 1.0),
            "y": np.where(heavy, 5.0, 0.0) + random.normal(size=600),
        }
    )
    run = neuroevo.run(experiment(frame, 'task.weight="w"', target="y"), results=None)
    assert run.findings.held_out is not None
    [mean] = [each for each in run.findings.held_out.models if each.name == "the mean"]
    assert mean.scores["r2"].value == pytest.approx(0, abs=0.05)


def test_a_weight_is_as_good_as_rows_in_validation_and_test() -> None:
    """Rows with the weight 0 change neither objectives nor test scores, whatever they say."""
    random = np.random.default_rng(0)
    x, counting = random.normal(size=400), np.arange(400) % 4 != 0
    found = []
    for wrong in (0.0, 5.0):
        y = np.sin(2 * x) + wrong * ~counting
        table = pd.DataFrame({"x": x, "w": counting * 1.0, "y": y})
        scaled = "task.target_scaling=none"
        run = neuroevo.run(experiment(table, 'task.weight="w"', scaled, target="y"), results=None)
        assert run.findings.held_out is not None
        champion = run.findings.held_out.models[0]
        found.append((run.best.objectives, champion.scores["r2"], champion.scores["rmse"]))
    assert found[0] == found[1]


@pytest.mark.parametrize("of_file", [True, False])
def test_a_table_that_is_elsewhere_can_be_given_again(
    flats: pd.DataFrame, tmp_path: Path, *, of_file: bool
) -> None:
    """Without its file or its frame a run is not resumed; with the same table again it is."""
    table, moved = tmp_path / "flats.csv", tmp_path / "moved.csv"
    flats.to_csv(table, index=False)
    folder = search(experiment(table if of_file else flats), tmp_path / "results")
    table.rename(moved)
    longer = {"generations": 4}
    lost = f"the table {table} does not exist" if of_file else "the table was a frame in memory"
    hint = "give it again with --data FILE, in Python with data=…"
    with pytest.raises(DataError) as caught:
        neuroevo.resume(folder.path, ends=longer, n_jobs=1)
    assert caught.value.problems == (f"task: {lost}; {hint}",)
    with pytest.raises(DataError, match="as when the run began"):
        neuroevo.resume(folder.path, ends=longer, n_jobs=1, data=flats.iloc[1:])
    assert len(neuroevo.resume(folder.path, ends=longer, n_jobs=1, data=moved).all_trials) == 16
    assert neuroevo.random_search(folder.path, n_jobs=1, data=flats).findings.random


def test_a_table_that_moved_with_the_run_is_found(flats: pd.DataFrame, tmp_path: Path) -> None:
    """It may lie beside the results folder, or where the experiment file says by now."""
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    flats.to_csv(old / "flats.csv", index=False)
    flats.iloc[1:].to_csv(tmp_path / "others.csv", index=False)
    identity = search(experiment(old / "flats.csv"), old / "results").id
    old.rename(new)
    run = RunFolder(new / "results" / identity)
    assert len(neuroevo.resume(run.path, ends={"generations": 4}, n_jobs=1).all_trials) == 16
    text = run.experiment_file.read_text(encoding="utf-8")
    (new / "flats.csv").rename(tmp_path / "moved.csv")
    for name, trials in (("others.csv", 0), ("moved.csv", 20)):
        edited = text.replace(str(new / "flats.csv"), str(tmp_path / name))
        run.experiment_file.write_text(edited, encoding="utf-8")
        if trials:
            longer = neuroevo.resume(run.path, ends={"generations": 5}, n_jobs=1)
            assert len(longer.all_trials) == trials
        else:
            with pytest.raises(DataError, match="as when the run began"):
                neuroevo.resume(run.path, ends={"generations": 5}, n_jobs=1)


def test_data_are_given_to_tasks_that_have_a_file() -> None:
    """A task that makes its own data takes no others."""
    with pytest.raises(UsageError, match=r"^data: must be left out for the task 'mouse'"):
        MouseTask().with_data(FLATS)
    recorded = MouseTask(positions="recording", recording=FLATS.with_name("lost.csv"))
    assert "lost.csv does not exist" in recorded.lost_data
    assert recorded.with_data(FLATS).lost_data == ""


def test_the_champion_has_the_errors_of_its_training_samples(run: Run) -> None:
    """They end at the errors of its weights on the training rows, and are drawn beside it."""
    data = run.experiment.network_task.load().data_set
    champion, *others = run.champions
    inputs = data.training_inputs.astype(np.float32)
    outputs = predictions(champion.architecture, champion.parameters, inputs)
    errors = ((outputs - data.training_targets) ** 2).mean(axis=(1, 2))
    assert champion.training_curves["mse"][:, -1] == pytest.approx(errors, rel=1e-4)
    assert not any(each.training_curves for each in others)
    drawn = replicate_curves(run.findings)
    assert [curve.name for curve in drawn.curves[:2]] == [CHAMPION, TRAINING]
    assert drawn.curves[1].median[-1] == pytest.approx(np.median(errors), rel=1e-4)
    assert "On its training samples it ends at" in learning_curves.caption(drawn)


def test_each_of_several_targets_has_scores_of_its_own(flats: pd.DataFrame) -> None:
    """They are those of the target's own column on its own scale, and are shown in the report."""
    made = experiment_for_table(flats, ["rent", "built"], SMALL)[0]
    run = neuroevo.run(made, results=None, n_jobs=1)
    held_out, model = run.findings.held_out, run.champion()
    assert held_out is not None
    assert isinstance(model, TableModel)
    rows = run.test_rows()
    outputs = np.stack([rows["predicted rent"], rows["predicted built"]], axis=1)
    np.testing.assert_allclose(outputs, model.predict(rows), rtol=1e-6)
    linear = next(each for each in held_out.models if each.name == "linear regression")
    assert [set(scores) for scores in linear.targets] == [{"r2", "rmse", "mae"}] * 2
    assert linear.targets[0]["rmse"].value > 2 * linear.targets[1]["rmse"].value
    table = target_table(run.findings)
    assert table is not None
    assert [row[0].text for row in table.rows] == ["rent", "built"]
    assert "Scores for each target" in page(run.findings)


def test_scores_of_a_target_alone_are_those_of_a_run_on_it(flats: pd.DataFrame) -> None:
    """The mean has the same scores for a target with and without others, on its raw scale."""
    targets = ["rent", "built"]
    override = 'task.compare_with=["mean"]'
    both = experiment_for_table(flats, targets, [*SMALL, override])[0]
    found = neuroevo.run(both, results=None, n_jobs=1).findings.held_out
    assert found is not None
    for place, target in enumerate(targets):
        other = targets[1 - place]
        one = experiment(flats, override, f'task.leave_out=["{other}"]', target=target)
        alone = neuroevo.run(one, results=None, n_jobs=1).findings.held_out
        assert alone is not None
        assert found.models[-1].targets[place] == alone.models[-1].scores


def test_weighted_scores_are_those_of_the_rows_that_are_shown() -> None:
    """The weights of test rows are beside their predictions; rows without weight are in no part."""
    random = np.random.default_rng(2)
    table = pd.DataFrame({"x": random.normal(size=200)})
    table["y"] = 2 * table["x"] + random.normal(size=200)
    table["w"] = random.integers(0, 4, 200)
    table.loc[table["w"] == 0, ["x", "y"]] = 1e9
    run = neuroevo.run(
        experiment(table, 'task.weight="w"', 'task.compare_with=["linear"]', target="y"),
        results=None,
        n_jobs=1,
    )
    rows = run.test_rows()
    assert (rows["w"] > 0).all()
    assert run.findings.held_out is not None
    assert run.findings.held_out.samples == len(rows)
    diagnosis = run.findings.held_out.diagnosis
    assert diagnosis is not None
    score = r2_score(rows["y"], rows["predicted y"], sample_weight=rows["w"])
    assert score > 0.5
    assert diagnosis.scores["r2"] == pytest.approx(score, rel=1e-5)
