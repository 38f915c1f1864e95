"""Runs in MLflow and TensorBoard, with the real packages."""

import math
import struct
from pathlib import Path
from threading import Event
from typing import Any

import pytest

import neuroevo
from neuroevo import Run, UsageError
from neuroevo.runs import Trial, list_runs, read_status
from neuroevo.search import StoppedError
from neuroevo.tracking import TRACKERS, trackers
from tests.search.conftest import TINY

EXPERIMENT = neuroevo.Experiment.of(TINY)


def searched(results: Path, name: str, **options: Any) -> Run:  # noqa: ANN401 - of any type
    """Search with a tracker."""
    return neuroevo.run(EXPERIMENT, results=results, n_jobs=1, log=name, **options)


def events(folder: Path) -> list[Any]:
    """Read the event files of a folder: records of length, checksum, event, checksum."""
    event_pb2 = pytest.importorskip("tensorboardX.proto.event_pb2")
    found = []
    for path in sorted(folder.glob("events*")):
        content, place = path.read_bytes(), 0
        while place < len(content):
            (length,) = struct.unpack_from("<Q", content, place)
            found.append(event_pb2.Event.FromString(content[place + 12 : place + 12 + length]))
            place += length + 16
    return found


def test_tensorboard_shows_each_trial_with_its_genes_and_curves(tmp_path: Path) -> None:
    """The event files have the HParams of each trial, and scalars by the samples seen."""
    pytest.importorskip("tensorboardX")
    plugin = pytest.importorskip("tensorboardX.proto.plugin_hparams_pb2").HParamsPluginData
    run = searched(tmp_path, "tensorboard")
    for trial in run.all_trials:
        folder = run.folder.path / "tensorboard" / f"trial-{trial.number:06}"
        scalars: dict[str, dict[int, float]] = {}
        genes: dict[str, Any] = {}
        for event in events(folder):
            for value in event.summary.value:
                content = value.metadata.plugin_data.content
                if value.tag == "_hparams_/session_start_info":
                    genes = dict(plugin.FromString(content).session_start_info.hparams)
                elif not value.tag.startswith("_hparams_"):
                    scalars.setdefault(value.tag, {})[event.step] = value.simple_value
        assert genes["learning_rate"].number_value == trial.genome["learning_rate"]
        assert genes["hidden.count"].number_value == len(trial.genome["hidden"])  # type: ignore[arg-type] # layers
        final = scalars.get("final_mse", {0: math.nan})[0]
        assert final == pytest.approx(trial.objectives["final_mse"], nan_ok=True)
        assert max(scalars["validation_mse"]) == 60 or math.isnan(final)
        fresh = {each.number: each.fresh_objectives["final_mse"] for each in run.champions}
        is_known = math.isfinite(fresh.get(trial.number, math.nan))
        assert ("fresh_final_mse" in scalars) == is_known
    steps = [event.step for event in events(run.folder.path / "tensorboard")]
    assert max(steps) <= len(run.all_trials)


def test_a_resumed_run_is_shown_as_a_whole(tmp_path: Path) -> None:
    """Trials from before are shown too; without new ones nothing is, and names are checked."""
    pytest.importorskip("tensorboardX")
    run = neuroevo.run(EXPERIMENT, results=tmp_path, n_jobs=1)
    shown = run.folder.path / "tensorboard"
    neuroevo.resume(run, n_jobs=1, log="tensorboard")
    assert not shown.exists()
    more = {"generations": EXPERIMENT.evolution.generations + 1}
    longer = neuroevo.resume(run, n_jobs=1, ends=more, log=["tensorboard"])
    assert len([*shown.glob("trial-*")]) == len(longer.all_trials)
    with pytest.raises(UsageError, match=r"^log: "):
        neuroevo.resume(run, log="weights")


class MLflow:
    """What MLflow has stored."""

    def __init__(self, folder: Path) -> None:
        from mlflow import MlflowClient  # noqa: PLC0415 - slow

        self.client: Any = MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")
        self.experiment = self.client.get_experiment_by_name("tiny")
        runs = self.client.search_runs([self.experiment.experiment_id])
        nested = [run for run in runs if "mlflow.parentRunId" in run.data.tags]
        [self.parent] = [run for run in runs if run not in nested]
        self.trials = {int(run.data.tags["trial"]): run for run in nested}


@pytest.mark.filterwarnings("ignore")  # of the packages that MLflow uses
def test_mlflow_has_a_nested_run_for_each_trial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Genes, objectives, curves, origins, scores on fresh seeds and the report are there."""
    pytest.importorskip("mlflow")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    monkeypatch.chdir(tmp_path)  # where MLflow has its artifacts
    run = searched(tmp_path, "mlflow")
    found = MLflow(tmp_path)
    assert found.parent.info.run_name == run.id
    assert found.parent.info.status == "FINISHED"
    assert found.parent.data.params["training.samples"] == "60"
    assert sorted(found.trials) == [trial.number for trial in run.all_trials]
    for trial in run.all_trials:
        check_trial(found.trials[trial.number], trial)
    curve = found.client.get_metric_history(
        found.trials[run.best.number].info.run_id, "validation_mse"
    )
    assert max(point.step for point in curve) == 60
    [champion] = [each for each in run.champions if each.number == run.best.number]
    best = found.trials[run.best.number].data
    assert best.metrics["fresh_final_mse"] == champion.fresh_objectives["final_mse"]
    assert best.tags["rank"] == "1"
    artifacts = [each.path for each in found.client.list_artifacts(found.parent.info.run_id)]
    assert sorted(artifacts) == ["best.toml", "experiment.toml", "report.html"]


def check_trial(found: Any, trial: Trial) -> None:  # noqa: ANN401 - a run of MLflow
    """Compare a nested run with its trial."""
    assert found.data.params["learning_rate"] == str(trial.genome["learning_rate"])
    assert found.data.params["hidden.count"] == str(len(trial.genome["hidden"]))  # type: ignore[arg-type] # layers
    assert found.data.tags["operator"] == trial.operator
    for name, value in trial.objectives.items():
        assert found.data.metrics.get(name, math.nan) == pytest.approx(value, nan_ok=True)


class Broken:
    """A tracker that fails after some trials."""

    received = 0

    def begin(self, *_: object) -> None:
        """Receive a run."""

    def add(self, _: Trial) -> None:
        """Fail at the third trial."""
        Broken.received += 1
        if Broken.received == 3:
            raise OSError("the server\nis gone")

    def end(self, _: object) -> None:
        """Never come here."""
        raise AssertionError


def test_a_tracker_that_fails_harms_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run is complete, and one line says what happened."""
    monkeypatch.setattr("neuroevo.tracking.following.tracker_named", lambda _: Broken())
    monkeypatch.setattr(trackers, "find_spec", lambda _: True)
    with pytest.warns(UserWarning, match="has not received the whole run") as caught:
        run = searched(tmp_path, "mlflow")
    assert run.status.state == "complete"
    assert run.folder.report_file.exists()
    assert Broken.received == 3
    assert "OSError: the server is gone" in str(caught[0].message)


def test_a_stopped_search_ends_its_tracker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tracker receives all trials that are kept, and why the search was stopped."""
    endings: list[Any] = []
    received: list[int] = []

    class Recording(Broken):
        def add(self, trial: Trial) -> None:
            """Receive a trial."""
            received.append(trial.number)

        def end(self, ending: object) -> None:
            """Receive the end."""
            endings.append(ending)

    monkeypatch.setattr("neuroevo.tracking.following.tracker_named", lambda _: Recording())
    monkeypatch.setattr(trackers, "find_spec", lambda _: True)
    calls = iter(range(1000))
    with pytest.raises(StoppedError):
        searched(tmp_path, "mlflow", stop=lambda: next(calls) > 9)
    [folder] = list_runs(tmp_path)
    assert sorted(received) == [trial.number for trial in neuroevo.load_run(folder.path).all_trials]
    assert [(each.reason, each.complete) for each in endings] == [
        (read_status(folder).reason, False)
    ]
    assert endings[0].reason


def test_a_tracker_that_does_not_answer_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is complete, a line says what is waited for, and another that it is given up."""
    answer = Event()

    class Silent(Broken):
        def begin(self, *_: object) -> None:
            """Wait for an answer."""
            answer.wait()

    monkeypatch.setattr("neuroevo.tracking.following.tracker_named", lambda _: Silent())
    monkeypatch.setattr("neuroevo.tracking.following._QUIET", 0.01)
    monkeypatch.setattr("neuroevo.tracking.following._PATIENCE", 0.02)
    monkeypatch.setattr(trackers, "find_spec", lambda _: True)
    with pytest.warns(UserWarning, match="^log: ") as caught:
        run = searched(tmp_path, "mlflow")
    answer.set()
    assert [str(each.message) for each in caught if str(each.message).startswith("log")] == [
        "log: waiting until mlflow has received the run; the run itself has ended",
        (
            "log: mlflow has not received the whole run (it received nothing for 0.02 s); the run "
            "itself is unharmed"
        ),
    ]
    assert run.status.state == "complete"


def test_wrong_trackers_are_refused_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown name, a package that is missing and a run in memory: a line each."""
    monkeypatch.setattr(trackers, "find_spec", lambda _: None)
    with pytest.raises(UsageError) as caught:
        neuroevo.run(EXPERIMENT, results=tmp_path / "results", log=["wandb", *TRACKERS])
    assert caught.value.problems == (
        "log: must be one of 'mlflow', 'tensorboard', but got 'wandb'",
        "log: mlflow needs mlflow; pip install 'neuroevo[mlflow]'",
        "log: tensorboard needs tensorboardX; pip install 'neuroevo[tensorboard]'",
    )
    assert not (tmp_path / "results").exists()
    monkeypatch.setattr(trackers, "find_spec", lambda _: True)
    with pytest.raises(UsageError, match="log: must be left out for a run in memory"):
        neuroevo.run(EXPERIMENT, results=None, log="mlflow")
