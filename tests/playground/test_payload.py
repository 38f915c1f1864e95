"""The data of the mouse page."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neuroevo.analysis.findings import Findings
from neuroevo.errors import NeuroevoError
from neuroevo.experiment import load_experiment
from neuroevo.playground.payload import payload
from neuroevo.runs import Trial

SNAPSHOT = Path(__file__).parent / "payload.json"


def findings_of(tmp_path: Path, task: str) -> Findings:
    """Return findings of one trial and one baseline, in round numbers."""
    path = tmp_path / "asked.toml"
    path.write_text(f'name = "small"\nseed = 9007199254740993\n[task]\n{task}', encoding="utf-8")
    experiment = load_experiment(path)
    genome: dict[str, Any] = {"hidden": (2,), "learning_rate": 0.25, "activation": "tanh"}
    trial = Trial(
        number=1,
        generation=0,
        operator="initial",
        parents=(),
        genome=genome,
        objectives={"final_mse": 0.5, "samples_to_target": 30.0},
        curve=(1.0, 0.5),
        state="complete",
        diverged=0,
        seconds=0.5,
    )
    baseline = replace(
        trial,
        number=0,
        operator="baseline",
        name="article-good",
        genome=genome | {"hidden": (), "optimizer": "adam"},
    )
    kept = experiment.network_task.load().kept
    identity = "small-20261122-154455"
    return Findings(experiment, (baseline, trial), kept=kept, identity=identity)


def test_payload_equals_the_snapshot(tmp_path: Path) -> None:
    """Contestants, canvas and positions of a small run are those of the snapshot."""
    task = 'kind = "mouse"\ncanvas = [400, 200]\nnormalise = 0.5\njitter = 2\ncount = 5'
    found = payload(findings_of(tmp_path, task))
    assert found == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def test_champion_and_the_articles_choice_are_selected(learnt: Findings) -> None:
    """The champion and article-good are selected; the weights of both are restored to the bit."""
    found = payload(learnt)
    contestants = {each["key"]: each for each in found["contestants"]}
    assert contestants[found["left"]]["name"] == "trial 6, champion"
    assert contestants[found["right"]]["name"] == "article-good"
    for key, contestant in contestants.items():
        network = learnt.network(learnt.trials[int(key)])
        if contestant["parameters"] is None:
            assert network is None
            continue
        assert network is not None
        again = np.array(contestant["parameters"], dtype=np.float32)
        assert np.array_equal(again, network.parameters)


def test_further_trials_can_be_added(learnt: Findings) -> None:
    """A trial that is neither on the front nor a baseline is there if it is passed."""
    extra = replace(learnt.trials[-1], number=512)
    assert "512" not in [each["key"] for each in payload(learnt)["contestants"]]
    assert "512" in [each["key"] for each in payload(learnt, [extra])["contestants"]]


def test_without_trials_the_baselines_are_selected(learnt: Findings) -> None:
    """A run without trials offers the baselines, untrained."""
    found = payload(Findings(learnt.experiment, (), kept=learnt.kept))
    assert {each["group"] for each in found["contestants"]} == {"baseline"}
    assert found["left"] != found["right"]


def test_too_large_networks_are_left_out(learnt: Findings) -> None:
    """A trial with a million parameters is not among the contestants."""
    genome = dict(learnt.trials[-1].genome) | {"hidden": (1000, 1000)}
    extra = replace(learnt.trials[-1], number=512, genome=genome)
    assert "512" not in [each["key"] for each in payload(learnt, [extra])["contestants"]]


def test_source_describes_the_positions(tmp_path: Path, learnt: Findings) -> None:
    """The source says whether the positions are all of the run's, or the first ones."""
    assert payload(learnt)["source"] == "the run’s positions"
    found = payload(findings_of(tmp_path, 'kind = "mouse"'))
    assert found["source"] == "3,000 of the run’s positions"
    assert len(found["positions"]) == 2 * 3000


def test_positions_are_those_that_the_run_kept(tmp_path: Path) -> None:
    """The positions do not need the recording; a run that kept none is refused."""
    recording = tmp_path / "mine.csv"
    recording.write_text("x,y\n1,2\n3.5,4\n", encoding="utf-8")
    task = 'kind = "mouse"\npositions = "recording"\nrecording = "mine.csv"'
    findings = findings_of(tmp_path, task)
    recording.unlink()
    assert payload(findings)["positions"] == [1, 2, 3.5, 4]
    assert payload(findings)["source"] == "the run’s recording"
    with pytest.raises(NeuroevoError, match="must have kept positions"):
        payload(replace(findings, kept={}))
