"""Searches with folds: the networks of each fold, their scores, and what is kept."""

from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris
from sklearn.metrics import r2_score, root_mean_squared_error

from neuroevo import Experiment, Run, wording
from neuroevo.evaluation import phenotype_of
from neuroevo.evaluation.evaluator import Evaluation, Evaluator, Scoring
from neuroevo.experiment import experiment_for_table
from neuroevo.learning import DataSet, Network, TrainingSettings
from neuroevo.learning.training import fold_streams, sample_stream, train
from neuroevo.reference_models import reference_predictions
from neuroevo.report.plots import FIGURES
from neuroevo.runs import RunFolder
from neuroevo.search import Progress, StoppedError, resume, search
from neuroevo.search.trainer import SEARCH_SEEDS
from neuroevo.tables import TableModel, prepare
from neuroevo.tasks import DatasetTask, TableTask
from neuroevo.workers import Backend, Workers

FLATS = Path(__file__).parents[2] / "experiments" / "flats.csv"
FOLDS = 3
SMALL = (
    f"task.folds={FOLDS}",
    'task.compare_with=["linear"]',
    "training.samples=2000",
    "training.replicates=6",
    "evolution.population=4",
    "evolution.generations=2",
)


def experiment(*overrides: str) -> Experiment:
    """Make a small experiment with three folds on the file of flats."""
    return experiment_for_table(FLATS, ["rent"], [*SMALL, *overrides])[0]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run a search to its end."""
    return Run(search(experiment(), tmp_path_factory.mktemp("results")))


def journal_of(folder: RunFolder) -> list[tuple[Any, ...]]:
    """Return what a search has found, without times."""
    trials = Run(folder).all_trials
    return [(trial.number, trial.genome, trial.objectives, tuple(trial.curve)) for trial in trials]


def test_champions_are_networks_of_each_fold(run: Run) -> None:
    """Their weights are those of trainings by hand, each on the data set of one fold."""
    data, settings = run.experiment.network_task.load().data_set, run.experiment.training
    [champion, *_] = run.champions
    phenotype = phenotype_of(run.best.genome, (data.size.inputs, 1), settings)
    for number, fold in enumerate(data.folds):
        lanes = [phenotype.lane(each) for each in range(number, 6, FOLDS)]
        seed = (run.experiment.seed, SEARCH_SEEDS)
        trained = train(phenotype.architecture, lanes, sample_stream(fold, settings, seed))
        assert trained.parameters.tobytes() == champion.parameters[number::FOLDS].tobytes()


def test_scores_are_those_of_each_network_with_the_preparation_of_its_fold(run: Run) -> None:
    """The scores of the champion, and of the network that is kept, are those of raw predictions."""
    task, held_out = run.experiment.task, run.findings.held_out
    assert isinstance(task, TableTask)
    assert held_out is not None
    assert held_out.diagnosis is not None
    first = prepare(*task.raw_table())
    folds = [first, *first.other_folds]
    raw = pd.read_csv(FLATS).iloc[first.test.rows]
    [champion, *_] = run.champions
    errors = []
    for number, parameters in enumerate(champion.parameters):
        preparation = folds[number % FOLDS].preparation
        network = Network(champion.architecture, parameters, preparation.columns)
        predicted = TableModel(network, preparation).predict(raw)
        errors.append(root_mean_squared_error(raw["rent"], predicted))
    expected = np.sqrt(np.mean(np.square(errors)))
    assert held_out.models[0].scores["rmse"].value == pytest.approx(expected, rel=1e-5)
    model = run.champion()
    assert isinstance(model, TableModel)
    assert model.preparation == first.preparation
    stored = held_out.diagnosis.scores["r2"]
    assert stored == pytest.approx(r2_score(raw["rent"], model.predict(raw)), abs=1e-5)


def test_the_kept_network_is_the_best_of_the_first_fold(run: Run) -> None:
    """Networks of other folds are not kept, as they were validated on other rows."""
    for champion in run.champions:
        assert champion.folds == FOLDS
        assert champion.kept is not None
        assert champion.kept == FOLDS * int(np.argmin(champion.curves[::FOLDS, -1]))


def test_reference_models_learn_all_rows_outside_the_test_part(run: Run) -> None:
    """They have the rows of all folds, as networks have in turn."""
    held_out = run.findings.held_out
    assert held_out is not None
    assert "all 480 training and validation rows" in held_out.models[-1].note


@pytest.mark.parametrize(("jobs", "backend"), [(2, "threading"), (2, "loky")])
def test_workers_change_no_bit(run: Run, tmp_path: Path, jobs: int, backend: Backend) -> None:
    """Threads and processes find the same trials and scores as one thread."""
    again = search(experiment(), tmp_path, workers=Workers(jobs, backend))
    assert journal_of(again) == journal_of(run.folder)
    assert Run(again).findings.held_out == run.findings.held_out


def test_a_run_with_folds_that_was_stopped_ends_the_same(run: Run, tmp_path: Path) -> None:
    """Stopped while it searches, it is resumed to the same trials, scores and weights."""
    seen: list[int] = []

    def observe(progress: Progress) -> None:
        seen.extend([progress.trials] * (progress.trials > 4))

    with pytest.raises(StoppedError):
        search(experiment(), tmp_path, observer=observe, stop=lambda: bool(seen))
    [folder] = map(RunFolder, tmp_path.iterdir())
    assert resume(folder)
    assert journal_of(folder) == journal_of(run.folder)
    assert Run(folder).findings.held_out == run.findings.held_out
    weights = [
        [champion.parameters.tobytes() for champion in each.champions]
        for each in (Run(folder), run)
    ]
    assert weights[0] == weights[1]


def test_defaults_have_as_many_replicates_for_each_fold() -> None:
    """Tables and ready sets have 16 for each fold by default, and fewer for many folds."""
    counts = (0, 3, 20, 50, 500)
    tables = [experiment_for_table(FLATS, ["rent"], [f"task.folds={count}"])[0] for count in counts]
    sets = [Experiment(task=DatasetTask(name="iris", folds=count)) for count in counts]
    for every in (tables, sets):
        assert [each.training.replicates for each in every] == [16, 48, 320, 300, 500]


def test_pages_say_that_curves_are_validated_on_folds(run: Run) -> None:
    """The experiment, the headline's numbers and the caption of the curves name the folds."""
    rows = dict(wording.experiment_rows(run.experiment))
    assert rows["Task"].endswith(
        "20% of the rows test; the other rows are 3 folds, and each validates networks that the "
        "others train."
    )
    assert "6 replicates on 3 folds, each with its own starting weights" in rows["Training"]
    assert rows["Search"].endswith("each objective is the mean over the replicates of all folds.")
    curves = FIGURES["learning_curves"]
    assert "over 6 replicates on 3 folds, each validated on its own fold" in curves.caption(
        curves.data(run.findings)
    )


def test_descriptions_name_what_is_cut_into_folds() -> None:
    """Rows or groups, with or without a test part."""
    groups = {"target": "y", "split": "groups", "split_column": "id", "folds": 4}
    assert TableTask.of(groups).describe() == (
        "Networks predict y of the table data; 20% of the groups of id test; the other groups of "
        "id are 4 folds, and each validates networks that the others train."
    )
    weighed = {"target": "y", "validation": 0.3, "test": 0.1, "weight": "w"}
    assert TableTask.of(weighed).describe() == (
        "Networks predict y of the table data; 30% of the rows validate and 10% test; each row "
        "counts as w says."
    )
    assert DatasetTask(name="iris", folds=5, test=0).describe() == (
        "The species of 150 iris flowers; the rows are 5 folds, and each validates networks that "
        "the others train."
    )


def test_weighted_reference_models_learn_all_rows_outside_the_test_part() -> None:
    """The note on a reference model says which rows it has, and whether they have weights."""
    frame = load_iris(as_frame=True).frame
    values = {"target": "target", "problem": "classes", "weight": "balanced", "folds": 5}
    data = TableTask.of_frame(frame, **values).load().data_set
    mean, linear = reference_predictions(data, ["mean", "linear"], 0)
    assert mean.note.endswith("fitted to all 120 training and validation rows")
    assert linear.note.endswith("fitted to all 120 training and validation rows with their weights")


def test_validation_rows_of_a_table_do_not_leak_into_the_training_of_their_fold() -> None:
    """Poisoned inputs and targets of a fold's validation rows change no weight of its networks."""
    random = np.random.default_rng(1)
    frame = pd.DataFrame(random.normal(size=(90, 2)), columns=["a", "y"]).assign(id=np.arange(90))
    values = {
        "target": "y",
        "split": "groups",
        "split_column": "id",
        "folds": FOLDS,
        "columns": ["a"],
    }
    task = TableTask.of_frame(frame, **values)
    poisoned = frame.copy()
    poisoned.loc[prepare(frame, task).other_folds[0].validation.rows, ["a", "y"]] = [-50.0, 1e4]
    before, after = (
        parameters_of(each.load().data_set)
        for each in (task, TableTask.of_frame(poisoned, **values))
    )
    changed = [one.tobytes() != other.tobytes() for one, other in zip(before, after, strict=True)]
    assert changed == [True, False, True] * 2


def parameters_of(data: DataSet) -> np.ndarray:
    """Train a configuration on all folds; returns its weights, (replicates, vector size)."""
    settings = TrainingSettings(samples=500, replicates=2 * FOLDS)
    genome = {"hidden": (4,), "activation": "tanh", "learning_rate": 0.01}
    with Evaluator(settings.precision, Workers(1)) as evaluator:
        streams = fold_streams(data, settings, (0, 0))
        [(_, found)] = evaluator.evaluate(deque([genome]), streams, Scoring(("r2",), "mean"))
    assert isinstance(found, Evaluation)
    return found.parameters
