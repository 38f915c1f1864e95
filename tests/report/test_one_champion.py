"""One network is the champion of a run wherever it is shown."""

import shutil
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from neuroevo import wording
from neuroevo.analysis.comparison import Comparison
from neuroevo.analysis.replicate_curves import replicate_curves
from neuroevo.analysis.run_reader import RunReader
from neuroevo.cli.outcome import front_table
from neuroevo.playground.payload import payload
from neuroevo.report.headline import headline
from neuroevo.report.page import page
from neuroevo.report.plots import champion_network
from neuroevo.report.run import Run
from neuroevo.runs import RunFolder, champions_in, read_champions, write_champions

Runs = Callable[[str], Run]


def test_the_champion_is_the_same_everywhere(runs: Runs) -> None:
    """It holds the target, and is not the first by the first objective: headline, files, pages."""
    run = runs("conflict")
    findings, champion = run.findings, run.best
    by_first_objective = min(findings.front, key=findings.costs)
    assert champion is not by_first_objective
    assert champion.objectives["final_mse"] <= findings.experiment.training.target_mse
    words = wording.configuration(champion.genome)
    rate = wording.number(float(str(champion.genome["learning_rate"])))
    assert f"at learning rate {rate} learns the mouse task" in headline(findings).title
    assert run.pareto_front()[0] is champion
    written = tomllib.loads(findings.configuration_file(champion))
    assert written["origin"]["trial"] == champion.number
    network = run.champion()
    drawn = champion_network.data(findings)
    assert drawn is not None
    inputs = np.array([[0.1, 0.2]])
    np.testing.assert_array_equal(network.predict(inputs), drawn.network.predict(inputs))
    assert replicate_curves(findings).curves[0].label == words
    assert words in front_table(run).rows[0]
    assert RunReader(run.folder).summary().front[0].number == champion.number
    assert payload(findings)["left"] == str(champion.number)
    table = Comparison.of([findings, findings]).configurations.set_index("gene")
    assert table.loc["learning_rate"].iloc[1] == champion.genome["learning_rate"]
    assert wording.CHAMPION_RULE in page(findings)


def test_fresh_seeds_decide_in_findings_and_in_the_list(runs: Runs, tmp_path: Path) -> None:
    """If the champion loses the target on fresh seeds, another one takes its place in both."""
    run = runs("conflict")
    copy = RunFolder(tmp_path / run.id)
    shutil.copytree(run.folder.path, copy.path)
    lost = [
        replace(each, fresh_curves=np.ones_like(each.fresh_curves))
        if each.number == run.best.number
        else each
        for each in champions_in(read_champions(copy.champions_file))
    ]
    write_champions(copy.champions_file, lost)
    other = Run(copy).best
    assert other.number != run.best.number
    assert RunReader(copy).summary().front[0].number == other.number
