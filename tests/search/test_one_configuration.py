"""Training one configuration: again, longer, on other data, with several seeds, on all rows."""

import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import neuroevo
from neuroevo import DataError, Experiment, NeuroevoError, Run, TrainedModel, UsageError
from neuroevo.evaluation.evaluator import Evaluation
from neuroevo.experiment import overridden
from neuroevo.learning import Ensemble, Network
from neuroevo.search.trainer import Trainer
from neuroevo.tables import TableModel
from neuroevo.workers import Workers

FLATS = Path(__file__).parents[2] / "experiments" / "flats.csv"
SMALL = (
    "training.samples=3000",
    "training.replicates=4",
    "training.patience=3",
    "training.validation_share=1.0",
    "evolution.population=4",
    "evolution.generations=1",
    'task.compare_with=["mean"]',
)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of the run's table."""
    path = tmp_path_factory.mktemp("table") / "flats.csv"
    pd.read_csv(FLATS).dropna().to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def run(table: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run a search on a table whose file stays."""
    results = tmp_path_factory.mktemp("results")
    return neuroevo.run(table, target="rent", results=results, n_jobs=1, overrides=SMALL)


def parameters(model: TrainedModel) -> list[bytes]:
    """Return the weights of each network."""
    network = model.model.network if isinstance(model.model, TableModel) else model.model
    assert isinstance(network, Network | Ensemble)
    networks = network.networks if isinstance(network, Ensemble) else (network,)
    return [each.parameters.tobytes() for each in networks]


def test_trained_again_it_is_the_champion(run: Run, tmp_path: Path) -> None:
    """A run and its best.toml give the champion's bits and its test scores."""
    champion = run.champion()
    assert isinstance(champion, TableModel)
    assert isinstance(champion.network, Network)
    expected = [champion.network.parameters.tobytes()]
    diagnosis = run.findings.diagnosis
    assert diagnosis is not None
    for source in (run, run.folder.path, run.folder.best_file):
        model = neuroevo.train(source, n_jobs=2)
        assert parameters(model) == expected
        assert model.test == diagnosis.scores
    model.save(tmp_path / "model.safetensors")
    rows = pd.read_csv(FLATS).dropna()
    read = neuroevo.load(tmp_path / "model.safetensors")
    assert read.predict(rows).tobytes() == champion.predict(rows).tobytes()
    assert model.to("json") == champion.to("json")


def test_longer_and_with_other_settings_it_is_another(run: Run) -> None:
    """The sample budget and other settings replace those of the run."""
    longer = neuroevo.train(run, samples=6000, overrides=["training.patience=0"], n_jobs=1)
    assert longer.seeds[0].samples == 6000
    assert parameters(longer) != parameters(neuroevo.train(run, n_jobs=1))


def test_of_several_seeds_the_best_networks_are_kept(run: Run) -> None:
    """Each seed has its results, as if it was trained alone; the lowest validation MSE is kept."""
    several = neuroevo.train(run, seeds=3, random_state=7, n_jobs=1)
    alone = [neuroevo.train(run, random_state=seed, n_jobs=1) for seed in (7, 8, 9)]
    assert list(several.seeds) == [each.seeds[0] for each in alone]
    rmse = [each.validation["rmse"] for each in alone]
    assert parameters(several) == parameters(alone[rmse.index(min(rmse))])
    mean = neuroevo.train(run, seeds=3, random_state=7, ensemble=5, n_jobs=1)
    weights = parameters(mean)
    assert weights[0] == parameters(several)[0]
    assert len(set(weights)) == 5
    rows = pd.read_csv(FLATS).dropna()[:50]
    network = mean.model.network  # type: ignore[union-attr] # of a table
    outputs = np.mean(
        [TableModel(each, mean.model.preparation).predict(rows) for each in network.networks],  # type: ignore[union-attr] # as above
        axis=0,
    )
    np.testing.assert_allclose(mean.predict(rows), outputs, rtol=1e-6)


def test_all_rows_are_trained_until_the_others_stopped(run: Run, table: Path) -> None:
    """The networks see every row, end at the median of the samples, and say so; scores stay."""
    divided = neuroevo.train(run, n_jobs=1)
    whole = neuroevo.train(run, all_rows=True, n_jobs=1)
    assert (whole.validation, whole.test) == (divided.validation, divided.test)
    assert whole.samples == divided.seeds[0].samples < 3000
    frame = pd.read_csv(table)
    changed = frame.assign(rent=frame["rent"].where(frame.index != 3, 99_999))
    assert parameters(neuroevo.train(run, data=changed, all_rows=True, n_jobs=1)) != parameters(
        whole
    )
    task = run.experiment.network_task
    data, all_rows = task.load().data_set, task.load_undivided().data_set
    parts = (data.training_inputs, data.validation_inputs, data.test_inputs)
    assert sorted(map(bytes, all_rows.training_inputs)) == sorted(
        bytes(row) for part in parts if part is not None for row in part
    )
    assert all_rows.test_inputs is None
    assert all_rows.columns == data.columns


def test_on_all_rows_the_schedule_ends_with_the_training(run: Run) -> None:
    """A network for all rows has the bits of a training with that budget and no patience."""
    whole = neuroevo.train(run, all_rows=True, n_jobs=1)
    settings = [f"training.samples={whole.samples}", "training.patience=0"]
    experiment = run.experiment.fixed(run.best.genome)
    assert experiment.training.schedule == "cosine"
    changed = overridden(experiment, settings)
    data = changed.network_task.load_undivided().data_set
    with Trainer(changed, data, Workers(1)) as trainer:
        found = trainer.trained(changed.only_configuration)
    assert isinstance(found, Evaluation)
    assert parameters(whole)[0] in [each.tobytes() for each in found.parameters]


def test_several_networks_for_all_rows_are_cross_fitted(run: Run) -> None:
    """Each of four is a training on three quarters of all rows that the last quarter stops."""
    whole = neuroevo.train(run, all_rows=True, ensemble=4, n_jobs=2)
    experiment = run.experiment.fixed(run.best.genome)
    data = experiment.network_task.load_undivided(4).data_set
    assert len(data.folds) == 4
    rows = sorted(map(bytes, experiment.network_task.load_undivided().data_set.training_inputs))
    trained = parameters(whole)
    for number, fold in enumerate(data.folds):
        both = np.concatenate([fold.training_inputs, fold.validation_inputs])
        assert sorted(map(bytes, both)) == rows
        assert len(fold.validation_inputs) in {len(rows) // 4, len(rows) // 4 + 1}
        with Trainer(experiment, replace(fold, other_folds=()), Workers(1)) as trainer:
            found = trainer.trained(experiment.only_configuration)
        assert isinstance(found, Evaluation)
        assert found.parameters[number].tobytes() == trained[number]
    assert whole.samples is not None
    assert whole.samples < 3000


def mean_loss(run: Run, genome: Mapping[str, Any], times: int = 1) -> float:
    """Return the mean squared error of rows outside the test part, each by its unseen network."""
    budget = times * run.experiment.training.samples
    experiment = overridden(run.experiment.fixed(genome), [f"training.samples={budget}"])
    data = experiment.network_task.load_undivided(4, keep_test=True).data_set
    with Trainer(experiment, data, Workers(1)) as trainer:
        found = trainer.trained(experiment.only_configuration)
    assert isinstance(found, Evaluation)
    errors = []
    for place, fold in enumerate(data.folds):
        network = Network(found.architecture, found.parameters[place])
        errors.append((network.predict(fold.validation_inputs) - fold.validation_targets) ** 2)
    return float(np.concatenate(errors).mean())


def test_configurations_are_compared_on_rows_that_networks_have_not_seen(run: Run) -> None:
    """The best by cross-validation is that with the lowest mean loss, and is trained."""
    known = run.findings.complete
    chosen, samples = neuroevo.api.cross_validated(run, 4, 4, n_jobs=2)
    losses = {trial.number: mean_loss(run, trial.genome) for trial in known}
    assert chosen.number == min(losses, key=losses.__getitem__)
    assert neuroevo.api.cross_validated(run, 1, 4, n_jobs=1).trial.number == run.best.number
    model = neuroevo.train(run, all_rows=True, ensemble=4, cross_validate=4, n_jobs=1)
    best = run.experiment.fixed(chosen.genome)
    alone = neuroevo.train(best, samples=samples, all_rows=True, ensemble=4, n_jobs=1)
    assert parameters(model) == parameters(alone)


def test_more_samples_are_tried_with_the_best_configuration(table: Path) -> None:
    """It gets 4 or 16 times as many if its mean loss is lower then, but not if they are given."""
    few = (
        "training.samples=100",
        "training.patience=99",
        *(each for each in SMALL if "patience" not in each and "samples" not in each),
    )
    run = neuroevo.run(table, target="rent", results=None, n_jobs=2, overrides=few)
    chosen, samples = neuroevo.api.cross_validated(run, 4, 4, n_jobs=2)
    losses = [mean_loss(run, chosen.genome, times) for times in (1, 4, 16)]
    expected = 1 if losses[1] >= losses[0] else 4 if losses[2] >= losses[1] else 16
    assert expected > 1
    assert samples == 100 * expected
    given = ["training.samples=100"]
    fixed = neuroevo.api.cross_validated(run, 4, 4, n_jobs=1, overrides=given)
    assert fixed == (chosen, 100)
    [long, short] = [
        neuroevo.train(run, all_rows=True, ensemble=4, cross_validate=4, samples=budget, n_jobs=1)
        for budget in (None, 100)
    ]
    assert (long.trial, long.times_samples) == (chosen.number, expected)
    assert (short.trial, short.times_samples) == (chosen.number, 1)


def test_a_comparison_that_is_stopped_takes_what_is_finished(run: Run) -> None:
    """If nothing is trained before it stops, the best of the search is returned."""
    for stop in (lambda *_: True, lambda _, times: times == 1):
        stopped = neuroevo.api.cross_validated(run, 4, 4, n_jobs=1, stop=stop)
        assert stopped == (run.best, run.experiment.training.samples)


def test_test_rows_have_no_say_in_a_comparison(run: Run, table: Path, tmp_path: Path) -> None:
    """With other targets in the test part, every configuration has the same loss."""
    frame, poisoned = pd.read_csv(table), tmp_path / "poisoned.csv"
    lines = frame.index + 2  # as rows are called
    frame["rent"] = frame["rent"].where(~lines.isin(run.test_rows()["row"]), 1_000_000)
    frame.to_csv(poisoned, index=False)
    other = neuroevo.run(poisoned, target="rent", results=None, n_jobs=1, overrides=SMALL)
    genome = run.best.genome
    assert mean_loss(other, genome) == mean_loss(run, genome)


@pytest.mark.parametrize(
    ("ensemble", "overrides"), [(3, []), (4, ["training.patience=0"])], ids=["few", "no patience"]
)
def test_other_networks_for_all_rows_are_not(run: Run, ensemble: int, overrides: list[str]) -> None:
    """Three networks, and those that never stop early, are trained on all rows."""
    frame = pd.read_csv(FLATS).dropna()
    several = neuroevo.train(run, all_rows=True, ensemble=ensemble, overrides=overrides, n_jobs=1)
    alone = neuroevo.train(run, all_rows=True, overrides=overrides, n_jobs=1)
    assert parameters(several)[0] == parameters(alone)[0]
    assert np.isfinite(several.predict(frame)).all()


def test_without_patience_all_rows_are_trained_for_the_whole_budget(run: Run) -> None:
    """No training stopped early, so that none on all rows does."""
    model = neuroevo.train(run, all_rows=True, overrides=["training.patience=0"], n_jobs=1)
    assert model.samples == 3000


def test_other_data_must_have_the_same_columns(run: Run, table: Path, tmp_path: Path) -> None:
    """Columns that are missing are named; others are not used, and a warning names them."""
    frame = pd.read_csv(table)
    more = tmp_path / "more.csv"
    frame.assign(noise=1.0)[::-1].to_csv(more, index=False)
    with pytest.warns(UserWarning, match=r"more\.csv: 1 column is not used: 'noise'"):
        model = neuroevo.train(run.folder.best_file, data=more, n_jobs=1)
    used = [each.name for each in model.model.preparation.inputs]  # type: ignore[union-attr] # of a table
    assert used == [name for name in frame.columns if name != "rent"]
    frame.drop(columns=["area", "floor"]).to_csv(more, index=False)
    with pytest.raises(DataError) as caught:
        neuroevo.train(run.folder.best_file, data=more)
    named = " ".join(caught.value.problems)
    assert "area" in named
    assert "floor" in named


def test_changed_data_are_named(run: Run, table: Path) -> None:
    """If a cell of the run's own table has changed, a warning says that the data differ."""
    before = table.read_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        neuroevo.train(run, n_jobs=1)
    try:
        pd.read_csv(table)[:-1].to_csv(table, index=False)
        for source in (run, run.folder.best_file):
            with pytest.warns(UserWarning, match="its data are not the same"):
                neuroevo.train(source, n_jobs=1)
        table.unlink()
        with pytest.raises(DataError, match=r"flats\.csv does not exist; give it again with"):
            neuroevo.train(run)
    finally:
        table.write_bytes(before)


def test_a_table_in_memory_is_trained_again() -> None:
    """A run in memory of a frame gives its champion again; with overrides too."""
    frame = pd.DataFrame({"x": np.arange(60) * 7 % 60 / 21, "kind": list("ab") * 30})
    frame["class"] = np.where((frame["x"] < 1) == (frame["kind"] == "a"), "yes", "no")
    run = neuroevo.fit(frame[["x", "kind"]], frame["class"], n_jobs=1, overrides=SMALL)
    model = neuroevo.train(run, n_jobs=1)
    assert (model.predict_proba(frame) == run.champion().predict_proba(frame)).all()  # type: ignore[union-attr] # of classes
    assert set(model.predict(frame)) <= {"yes", "no"}
    assert set(model.test) == {"accuracy", "balanced_accuracy", "log_loss", "roc_auc"}
    assert neuroevo.train(run, samples=100, n_jobs=1).seeds[0].samples <= 100


def test_networks_without_a_table_are_trained() -> None:
    """The mouse task has no test part, no rows to put together, and predicts arrays."""
    experiment = Experiment.of(
        {
            "task": {"kind": "mouse", "count": 100, "grid": 3},
            "space": {"hidden": [3], "learning_rate": 0.01, "activation": "tanh"},
            "training": {"samples": 200, "replicates": 2},
        }
    )
    model = neuroevo.train(experiment, n_jobs=1)
    assert model.test == {}
    assert model.predict([[0.5, 0.5]]).shape == (1, 2)
    with pytest.raises(DataError, match="must be for classes of a table"):
        model.predict_proba([[0.5, 0.5]])
    with pytest.raises(UsageError, match="must be of a table, but the task is 'mouse'"):
        neuroevo.train(experiment, all_rows=True)


def test_folds_keep_a_replicate_of_the_first(table: Path) -> None:
    """With folds the network, its scores and its preparation are those of the first fold."""
    overrides = [*SMALL, "task.folds=2"]
    run = neuroevo.run(table, target="rent", results=None, n_jobs=1, overrides=overrides)
    champion = run.champion()
    model = neuroevo.train(run, n_jobs=1)
    assert isinstance(champion, TableModel)
    assert isinstance(champion.network, Network)
    assert parameters(model) == [champion.network.parameters.tobytes()]
    for networks in (1, 2):
        whole = neuroevo.train(run, all_rows=True, ensemble=networks, n_jobs=1)
        assert whole.model.preparation == champion.preparation  # type: ignore[union-attr] # of a table
    more = ["training.replicates=12", "task.folds=3"]
    fixed = overridden(run.experiment.fixed(run.best.genome), more)
    crossed = neuroevo.train(fixed, all_rows=True, ensemble=6, n_jobs=1)
    assert len(parameters(crossed)) == 6  # more than the first fold has


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"seeds": 0}, "seeds: must be a whole number of at least 1, but got 0"),
        (
            {"cross_validate": 4, "all_rows": True},
            "cross_validate: must be 1 unless at least 4 networks are averaged, but got 4 with 1",
        ),
        (
            {"cross_validate": 2, "ensemble": 4, "rank": 2, "seeds": 3},
            "cross_validate: must be used without rank and without seeds and with all_rows, but",
        ),
        (
            {
                "cross_validate": 2,
                "ensemble": 4,
                "all_rows": True,
                "overrides": ["training.patience=0"],
            },
            "cross_validate: must be 1 without patience, as then no rows say when to stop, but",
        ),
        (
            {"seeds": 2, "ensemble": 4, "all_rows": True},
            "seeds: must be 1 if networks are trained on folds of all rows, which needs no choice",
        ),
        ({"ensemble": True}, "ensemble: must be a whole number of at least 1, but got True"),
        (
            {"ensemble": 5},
            "ensemble: must be at most 4, as many networks as are trained, but got 5",
        ),
        (
            {"random_state": 2**63 - 1, "seeds": 2},
            "seed: must be less than 9,223,372,036,854,775,80",
        ),
        ({"random_state": 2**63 - 1, "seeds": 10**9}, "seed: must be less than"),
        ({"random_state": 0.5}, "seed: must be a whole number"),
        ({"rank": 99}, "rank: must be between 1 and"),
        ({"samples": -1}, "training.samples: must be at least 1, but got -1"),
        (
            {"overrides": ["training.sample=1"]},
            "training.sample: unknown key, did you mean 'samples'?",
        ),
        ({"overrides": ["space.learning_rate=[0.1, 0.2]"]}, "space.learning_rate: must have one"),
    ],
)
def test_wrong_arguments_are_named(run: Run, arguments: dict[str, object], problem: str) -> None:
    """Each in one line."""
    with pytest.raises(NeuroevoError) as caught:
        neuroevo.train(run, n_jobs=1, **arguments)  # type: ignore[arg-type] # as users may
    [line] = caught.value.problems
    assert line.startswith(problem)


def test_a_configuration_that_is_not_fixed_is_refused() -> None:
    """There is a line for each gene that varies; a function of the user's own trains nothing."""
    with pytest.raises(UsageError) as caught:
        neuroevo.train(FLATS.parent / "mouse.toml")
    assert [line.partition(":")[0] for line in caught.value.problems] == [
        "space.hidden",
        "space.learning_rate",
        "space.activation",
    ]
    function = Experiment.of(
        {
            "task": {"kind": "python", "function": "f.py:f", "objectives": {"y": "minimize"}},
            "space": {"x": 1.0},
        }
    )
    with pytest.raises(UsageError, match="must be one that networks learn, but got 'python'"):
        neuroevo.train(function)
