"""A search over a task with classes, by objectives of classes."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import neuroevo
from neuroevo import Experiment, Run, Trial, wording
from neuroevo.analysis.held_out_models import held_out_models
from neuroevo.analysis.replicate_curves import class_curves
from neuroevo.analysis.run_reader import RunReader
from neuroevo.cli.show import show
from neuroevo.errors import DataError
from neuroevo.experiment import experiment_for_table
from neuroevo.report.headline import headline
from neuroevo.report.plots import FIGURES, class_measures
from neuroevo.search import Progress, StoppedError
from neuroevo.search.trainer import Trainer
from neuroevo.workers import Workers
from tests.class_task import Thirds, thirds

__all__ = ["thirds"]

MEASURES = ["error_rate", "log_loss", "balanced_error"]


def experiment_of(kind: str) -> Experiment:
    """Make a tiny experiment by error rate and log loss."""
    return Experiment.of(
        {
            "name": "tiny",
            "task": {"kind": kind},
            "space": {
                "hidden": [[], [3]],
                "learning_rate": {"low": 0.01, "high": 0.5, "log": True},
            },
            "training": {"samples": 150, "replicates": 3, "loss": "cross_entropy"},
            "evolution": {
                "population": 4,
                "generations": 3,
                "objectives": ["error_rate", "log_loss"],
            },
        }
    )


def curves(trial: Trial) -> Mapping[str, list[np.float32]]:
    """Return all curves of a trial in the precision of the run."""
    all_curves = {"": trial.curve, **trial.class_curves}
    return {name: [np.float32(value) for value in curve] for name, curve in all_curves.items()}


def outcome(run: Run) -> list[Any]:
    """Return what must be equal if runs are: trials and weights."""
    trials = [
        (replace(trial, seconds=0, work=(), curve=(), class_curves={}), curves(trial))
        for trial in run.all_trials
    ]
    weights = [champion.parameters.tobytes() for champion in run.champions]
    return [trials, weights]


def test_a_search_by_class_objectives(
    thirds: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is stored with its class curves, is the same after an interruption, and is reported."""
    experiment = experiment_of(thirds)
    whole = neuroevo.run(experiment, results=tmp_path / "whole", n_jobs=2)
    finished = [0]

    def observe(progress: Progress) -> None:
        finished[0] = progress.trials

    with pytest.raises(StoppedError):
        neuroevo.run(
            experiment,
            results=tmp_path / "stopped",
            n_jobs=1,
            observer=observe,
            stop=lambda: finished[0] >= 6,
        )
    resumed = neuroevo.resume(results=tmp_path / "stopped", n_jobs=2)
    held = neuroevo.run(experiment, results=None, n_jobs=1)
    assert outcome(resumed) == outcome(whole) == outcome(held)

    for trial in whole.all_trials:
        assert list(trial.class_curves) == MEASURES
        for name in ("error_rate", "log_loss"):
            assert trial.objectives[name] == pytest.approx(trial.class_curves[name][-1], rel=1e-5)
    best = whole.best
    champion = next(each for each in whole.champions if each.number == best.number)
    for name in MEASURES:
        median = np.median(champion.class_curves[name], axis=0)
        assert median.tobytes() == np.array(best.class_curves[name], np.float32).tobytes()
        fresh = champion.fresh_class_curves[name]
        assert fresh.shape == champion.class_curves[name].shape
    assert "error rate" in (whole.folder.path / "report.html").read_text(encoding="utf-8")
    for name in FIGURES:
        whole.figure(name)
    drawn = class_curves(whole.findings)
    assert [measure.name for measure in drawn.curves] == MEASURES
    medians = [curves[0].median.astype(np.float32) for curves in drawn.curves.values()]
    stored = [np.array(best.class_curves[name], np.float32) for name in MEASURES]
    assert np.array_equal(medians, stored)
    assert f"error rate {wording.number(float(medians[0][-1]))}," in class_measures.caption(drawn)
    assert len(neuroevo.compare([whole, resumed]).runs) == 2
    show(str(whole.folder.path), as_json=True)
    shown = json.loads(capsys.readouterr().out)["front"][0]
    assert shown["objectives"] == dict(best.objectives)
    assert not {"curve", "class_curves"} & set(shown)


def test_data_without_classes_are_refused(thirds: str) -> None:
    """If the data of a task have no classes after all, that is one line before any training."""
    data = Thirds().load().data_set
    without = replace(data, columns=replace(data.columns, classes=()))
    with pytest.raises(DataError, match=r"^columns: must have classes for .* 'error_rate'"):
        Trainer(experiment_of(thirds), without, Workers())


def test_a_search_by_balanced_error_is_judged_by_balanced_accuracy(tmp_path: Path) -> None:
    """With few rows of a class, always predicting the other one is no good model."""
    random = np.random.default_rng(4)
    inputs = random.normal(size=(600, 2))
    rare = inputs[:, 0] + 0.3 * random.normal(size=600) > 1.5
    table = pd.DataFrame({"x": inputs[:, 0], "z": inputs[:, 1], "y": np.where(rare, "yes", "no")})
    settings = (
        'task.weight="balanced"',
        'evolution.objectives=["balanced_error"]',
        "evolution.population=6",
        "evolution.generations=2",
        "training.samples=4000",
        "training.replicates=2",
    )
    experiment, _ = experiment_for_table(table, "y", settings)
    run = neuroevo.run(experiment, results=tmp_path, n_jobs=1)
    words = headline(run.findings)
    assert "balanced accuracy" in words.title
    assert "the most frequent class 50%" in words.lead
    assert "no better than the most frequent class" not in words.lead
    models = held_out_models(run.findings)
    assert models is not None
    assert models.metrics[0].name == "balanced_accuracy"
    assert next(iter(RunReader(run.folder).summary().test)) == "balanced_accuracy"
