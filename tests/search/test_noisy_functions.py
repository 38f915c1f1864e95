"""A configuration of a noisy function is evaluated several times, the best ones most often."""

import json
import math
import random
import re
import shutil
import statistics
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scipy import stats

import neuroevo
from neuroevo import Run, wording
from neuroevo.analysis import tables
from neuroevo.cli.outcome import described_scores
from neuroevo.errors import NeuroevoError, UsageError
from neuroevo.experiment import Experiment, load_experiment
from neuroevo.report.headline import headline
from neuroevo.runs import RunFolder, read_champions, read_trials, write_champions
from neuroevo.search import StoppedError, resume, search
from neuroevo.storage.checksum import add_checksum, remove_checksum
from tests.functions import experiment_of, write_function
from tests.search.test_function_runs import what_is_the_same
from tests.search.test_resume import stopper

NOISY = """
import random
from pathlib import Path

def evaluate(genome, seed):
    with Path(__file__).with_name("calls").open("a") as calls:
        calls.write(f"{genome['x']} {seed}\\n")
    noise = random.Random(seed).gauss(0, 0.05)
    return {"loss": (genome["x"] - 0.3) ** 2 + noise, "size": genome["x"] * 10}
"""
FAILS = """
def evaluate(genome, seed):
    if seed % 3 == 0:
        raise ValueError("an unlucky seed")
    return genome["x"]
"""
REPLICATES, FIRST = 5, 2


def noisy(folder: Path, **evolution: object) -> Experiment:
    """Return an experiment whose function is called five times for each configuration."""
    return experiment_of(
        write_function(folder, NOISY),
        task={
            "objectives": {"loss": "minimize"},
            "quantities": ["size"],
            "replicates": REPLICATES,
        },
        space={"x": {"low": 0.0, "high": 1.0}},
        evolution={"population": 8, "generations": 5} | evolution,
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run a search with a race of replicates, in a folder."""
    folder = tmp_path_factory.mktemp("race")
    experiment = noisy(folder, first_replicates=FIRST)
    run = neuroevo.run(experiment, results=folder / "results", n_jobs=2)
    (folder / "calls").rename(folder / "calls of the run")  # tests call the function too
    return run


def calls_of(run: Run) -> list[tuple[str, int]]:
    """Return the x and the seed of each call of the run."""
    lines = (run.folder.path.parents[1] / "calls of the run").read_text().splitlines()
    return [(line.split()[0], int(line.split()[1])) for line in lines]


def test_a_trial_is_the_mean_of_its_calls(run: Run) -> None:
    """Each call has another seed, and the objective of a trial is the mean of all."""
    whole = [trial for trial in run.all_trials if trial.state == "complete"]
    for trial in whole:
        values = trial.replicates["loss"]
        assert len(set(values)) == REPLICATES
        assert trial.objectives["loss"] == pytest.approx(statistics.mean(values), rel=1e-12)
        assert trial.quantities["size"] == pytest.approx(trial.genome["x"] * 10, rel=1e-12)
        assert len(trial.work) == REPLICATES


def test_a_race_calls_the_function_seldom_for_most_trials(run: Run) -> None:
    """What is stopped is called as often as all are at first, and is not on the front."""
    calls = Counter(x for x, _ in calls_of(run))
    stopped = [trial for trial in run.all_trials if trial.state == "stopped"]
    assert len(stopped) >= 5
    for trial in run.all_trials:
        fresh = REPLICATES * (trial == run.best)
        called = calls[str(trial.genome["x"])] - fresh
        assert called == (REPLICATES if trial.state == "complete" else FIRST)
        [first] = trial.rung_values
        assert first["loss"] == pytest.approx(
            statistics.mean(trial.replicates["loss"][:FIRST]), rel=1e-12
        )
    assert all(math.isnan(trial.objectives["loss"]) for trial in stopped)
    assert run.best.state == "complete"


def test_the_first_seed_is_that_of_a_function_that_is_called_once(tmp_path: Path) -> None:
    """More replicates add calls, and change none."""
    several = neuroevo.run(noisy(tmp_path, generations=1), results=None, n_jobs=1)
    changes = {"task": several.experiment.task.model_copy(update={"replicates": 1})}
    once = neuroevo.run(several.experiment.model_copy(update=changes), results=None, n_jobs=1)
    for trial, other in zip(once.all_trials, several.all_trials, strict=True):
        assert not trial.replicates
        assert trial.objectives["loss"] == other.replicates["loss"][0]


def test_a_call_that_fails_is_a_trial_that_fails(tmp_path: Path) -> None:
    """The other trials are evaluated as often as before, whichever call comes first."""
    experiment = experiment_of(
        write_function(tmp_path, FAILS),
        task={"objectives": {"loss": "minimize"}, "replicates": 2},
        space={"x": {"low": 0.0, "high": 1.0}},
        evolution={"population": 8, "generations": 3, "strategy": "nsga2"},
    )
    trials = neuroevo.run(experiment, results=None, n_jobs=2).all_trials
    states = Counter(trial.state for trial in trials)
    assert states["failed"] > 2
    assert states["complete"] > 2
    for trial in trials:
        if trial.state == "failed":
            assert "an unlucky seed" in trial.cause
        else:
            assert trial.replicates["loss"] == (trial.genome["x"],) * 2


def test_jobs_and_interruptions_change_no_trial(run: Run, tmp_path: Path) -> None:
    """A run that was stopped in a race and resumed has the trials of one that was not."""
    observe, stop = stopper(17)
    with pytest.raises(StoppedError):
        search(run.experiment, tmp_path, observer=observe, stop=stop)
    [folder] = tmp_path.iterdir()
    resume(RunFolder(folder))
    trials = read_trials(RunFolder(folder).journal_file)
    assert what_is_the_same(trials) == what_is_the_same(run.all_trials)
    assert [trial.rung_values for trial in trials] == [each.rung_values for each in run.all_trials]


def test_such_a_run_is_verified(run: Run) -> None:
    """The function is called again as often as it was, with the same seeds."""
    found = neuroevo.verify(run, call_function=True)
    assert found.differences == ()


def test_the_front_is_scored_on_fresh_seeds(run: Run) -> None:
    """Its objectives there are means of as many calls, with seeds that the search did not use."""
    best = float(str(run.best.genome["x"]))
    seeds = [seed for x, seed in calls_of(run) if float(x) == best]
    assert len(seeds) == len(set(seeds)) == 2 * REPLICATES
    [scored] = run.rescored
    assert scored.number == run.best.number
    values = scored.fresh_replicates["loss"]
    noise = [random.Random(seed).gauss(0, 0.05) for seed in seeds[REPLICATES:]]  # noqa: S311 - as the function
    exact = sorted((best - 0.3) ** 2 + each for each in noise)
    assert sorted(values) == pytest.approx(exact, rel=1e-12)
    assert scored.fresh_objectives["loss"] == pytest.approx(statistics.mean(values), rel=1e-12)
    assert run.champions == []


@pytest.mark.parametrize(("replicates", "fresh", "calls"), [(1, None, 0), (3, 0, 0), (1, 4, 4)])
def test_how_often_the_front_is_called_again_can_be_set(
    replicates: int, fresh: int | None, calls: int, tmp_path: Path
) -> None:
    """By default as often as each configuration, if that is several times; 0 is never."""
    task = {"objectives": {"loss": "minimize"}, "replicates": replicates}
    task |= {} if fresh is None else {"fresh_replicates": fresh}
    path, space = write_function(tmp_path, NOISY), {"x": {"low": 0.0, "high": 1.0}}
    quantities = {"quantities": ["size"]}
    run = neuroevo.run(
        experiment_of(path, task=task | quantities, space=space), results=None, n_jobs=1
    )
    assert [len(each.fresh_replicates["loss"]) for each in run.rescored] == [calls] * bool(calls)
    assert ("on fresh seeds" in headline(run.findings).title) == bool(calls)
    assert ("fresh.loss" in tables.best(run.findings)) == bool(calls)


def test_fresh_seeds_decide_which_trial_is_the_champion(tmp_path: Path) -> None:
    """Of several objectives it is the best by the first one on fresh seeds, not the luckiest."""
    task = {"objectives": {"loss": "minimize", "size": "maximize"}, "replicates": 4}
    path, space = write_function(tmp_path, NOISY), {"x": {"low": 0.2, "high": 0.5}}
    evolution = {"population": 8, "generations": 4}
    experiment = experiment_of(path, task=task, space=space, evolution=evolution).replace(seed=1)
    run = neuroevo.run(experiment, results=None, n_jobs=2)
    fresh = {each.number: each.fresh_objectives["loss"] for each in run.rescored}
    front = run.pareto_front()
    assert len(front) > 3
    assert set(fresh) == {trial.number for trial in front}
    assert run.best.number == min(fresh, key=fresh.__getitem__)
    assert run.best != min(front, key=lambda trial: trial.objectives["loss"])


@pytest.mark.parametrize("size", ["1e299", "1e160", "1e-320"])
def test_noise_of_any_size_is_searched(size: str, tmp_path: Path) -> None:
    """Squares of standard errors may overflow or vanish; the search and its report do not mind."""
    noise = f"{size} * random.Random(seed).random()"
    text = f"import random\n\ndef evaluate(genome, seed):\n    return {noise}\n"
    task = {"objectives": {"loss": "minimize"}, "replicates": 2}
    space = {"x": {"low": 0.0, "high": 1.0}}
    evolution = {"population": 8, "generations": 3, "strategy": "screened"}
    experiment = experiment_of(
        write_function(tmp_path, text), task=task, space=space, evolution=evolution
    )
    run = neuroevo.run(experiment, results=tmp_path, n_jobs=1)
    assert run.folder.report_file.exists()
    assert all(each.state == "complete" for each in run.all_trials)


def test_a_front_that_fails_on_fresh_seeds_says_so(tmp_path: Path) -> None:
    """Its trials keep what the search measured, with the cause of the failure."""
    path = write_function(tmp_path, FAILS)
    task = {"objectives": {"loss": "minimize"}, "fresh_replicates": 20}
    experiment = experiment_of(path, task=task, space={"x": {"low": 0.0, "high": 1.0}})
    run = neuroevo.run(experiment, results=tmp_path / "results", n_jobs=1)
    [scored] = run.rescored
    assert "ValueError: an unlucky seed" in scored.cause
    assert math.isnan(scored.fresh_objectives["loss"])
    opening = headline(run.findings)
    assert opening.title.startswith("Lowest loss")
    assert opening.title.endswith("but the function fails on fresh seeds.")
    failed = f"Trial {scored.number} failed on fresh seeds: boosting.py, line 4: ValueError"
    assert failed in opening.lead
    assert neuroevo.load_run(run.id, tmp_path / "results").rescored[0].cause == scored.cause
    assert described_scores(run, run.best)["fresh_objectives"] == {"loss": None}


def test_one_that_fails_on_fresh_seeds_is_no_champion_if_others_do_not(tmp_path: Path) -> None:
    """The others of the front come first, and the headline names it."""
    text = FAILS.replace("seed % 3 == 0", "genome['x'] < 0.4 and seed % 3 == 0").replace(
        'return genome["x"]', 'return {"loss": genome["x"], "score": genome["x"]}'
    )
    task = {"fresh_replicates": 30}
    space = {"x": {"low": 0.0, "high": 1.0}}
    experiment = experiment_of(
        write_function(tmp_path, text), task=task, space=space, evolution={"population": 12}
    )
    run = neuroevo.run(experiment, results=None, n_jobs=2)
    failed = [each.number for each in run.rescored if each.cause]
    assert 0 < len(failed) < len(run.pareto_front())
    assert run.best.number not in failed
    assert run.best.genome["x"] >= 0.4  # type: ignore[operator] # a number
    assert f"Trials {wording.listed([str(each) for each in failed])} failed on" in headline(
        run.findings
    ).lead.replace("Trial ", "Trials ")


def test_a_run_that_lost_its_fresh_scores_measures_them_again(run: Run, tmp_path: Path) -> None:
    """If they are missing or damaged, resume calls the function again, with the same seeds."""
    folder = RunFolder(Path(shutil.copytree(run.folder.path, tmp_path / "copy")))
    before = folder.champions_file.read_bytes()
    folder.champions_file.write_bytes(before[:-5])
    with pytest.warns(UserWarning, match="it is made again"):
        neuroevo.resume(Run(folder), n_jobs=1)
    assert folder.champions_file.read_bytes() == before


def test_a_run_that_is_stopped_at_its_fresh_scores_is_resumed(run: Run, tmp_path: Path) -> None:
    """It has all trials then, and resume makes the calls that are missing, with the same seeds."""
    phases: list[str] = []

    def is_rescoring() -> bool:
        return phases[-1:] == ["rescoring"]

    with pytest.raises(StoppedError, match="it can be resumed"):
        search(
            run.experiment,
            tmp_path,
            observer=lambda progress: phases.append(progress.phase),
            stop=is_rescoring,
        )
    [path] = tmp_path.iterdir()
    folder = RunFolder(path)
    assert len(read_trials(folder.journal_file)) == len(run.all_trials)
    assert not folder.champions_file.exists()
    resume(folder)
    assert folder.champions_file.read_bytes() == run.folder.champions_file.read_bytes()


def test_fresh_scores_are_verified_if_the_function_is_called(run: Run, tmp_path: Path) -> None:
    """An edited score is then a difference, and the champion of edited scores is another."""
    folder = RunFolder(Path(shutil.copytree(run.folder.path, tmp_path / "copy")))
    [scored] = read_champions(folder.champions_file)
    write_champions(folder.champions_file, [replace(scored, fresh_objectives={"loss": 0.5})])
    lines = neuroevo.verify(Run(folder), call_function=True).differences
    assert any("fresh_objectives.loss" in line for line in lines)
    checks = neuroevo.verify(Run(folder)).checks
    assert [check.why_not != "" for check in checks if check.part == "champions"] == [True]


def test_lost_fresh_scores_are_a_difference_of_their_own(run: Run, tmp_path: Path) -> None:
    """The best configuration is not blamed; with calls, everything is compared as before."""
    folder = RunFolder(Path(shutil.copytree(run.folder.path, tmp_path / "copy")))
    folder.champions_file.unlink()
    lines: list[str] = []
    found = neuroevo.verify(Run(folder), tell=lines.append)
    assert found.differences == ("champions.safetensors: must be there, but is missing",)
    assert not any("evaluating" in line for line in lines)
    again = neuroevo.verify(Run(folder), call_function=True, tell=lines.append)
    assert again.differences == (f"champion {run.best.number}: must be there, but is missing",)
    assert any("evaluating" in line for line in lines)


def test_a_run_of_a_version_without_fresh_scores_is_complete(run: Run, tmp_path: Path) -> None:
    """It has no such scores in best.toml either; nothing is missing, and nothing is called."""
    folder = RunFolder(Path(shutil.copytree(run.folder.path, tmp_path / "copy")))
    folder.champions_file.unlink()
    older = re.sub(r"fresh_objectives = .*\n", "", folder.best_file.read_text())
    assert older != folder.best_file.read_text()
    folder.best_file.write_text(older)
    path = folder.checkpoint_file
    state = json.loads(remove_checksum(path.read_bytes().removesuffix(b"\n")))
    state["best"] = older
    path.write_text(add_checksum(json.dumps(state, ensure_ascii=False)) + "\n")
    assert neuroevo.verify(Run(folder)).differences == ()
    assert not resume(folder)


def test_tables_have_standard_errors(run: Run) -> None:
    """They are those of SciPy; a table of replicates has a row for each call."""
    table = run.trials()
    for trial, error in zip(run.all_trials, table["loss.std_error"], strict=True):
        expected = stats.sem(trial.replicates["loss"]) if trial.state == "complete" else math.nan
        assert error == pytest.approx(expected, rel=1e-9, nan_ok=True)
    assert len(run.trials(replicates=True)) == sum(
        len(trial.replicates["loss"]) for trial in run.all_trials
    )


def test_pages_say_how_often_and_how_certain(run: Run) -> None:
    """The headline has the standard error, and the report the calls that were made."""
    opening = headline(run.findings)
    values = run.best.replicates["loss"], run.rescored[0].fresh_replicates["loss"]
    for each, text in zip(values, (opening.lead, opening.title), strict=True):
        error = statistics.stdev(each) / math.sqrt(REPLICATES)
        assert f"± {wording.number(error)}" in text.replace(wording.TIGHT, " ")
    assert "the mean of 5 calls after the search, on fresh seeds" in opening.lead
    assert "2 or 5 calls of the function each" in opening.numbers[-2].label
    page = run.folder.report_file.read_text()
    stopped = sum(trial.state == "stopped" for trial in run.all_trials)
    assert f"{stopped} of 40 trials were stopped early: the search made" in page
    assert "the mean over 5 calls" in page


def test_the_opening_says_what_failed_and_why(tmp_path: Path) -> None:
    """The number of failed trials and the most frequent cause are there, also if all failed."""
    path = write_function(tmp_path, FAILS)
    task = {"objectives": {"loss": "minimize"}, "replicates": 2}
    settings: dict[str, Any] = {"space": {"x": {"low": 0.0, "high": 1.0}}, "task": task}
    run = neuroevo.run(experiment_of(path, **settings), results=None, n_jobs=2)
    failed = sum(trial.state == "failed" for trial in run.all_trials)
    lead = headline(run.findings).lead
    assert f"{failed} of 8 trials failed" in lead
    assert "line 4: ValueError: an unlucky seed" in lead
    broken = write_function(tmp_path, "def evaluate(genome): return genome['z']", "broken.py")
    none = neuroevo.run(experiment_of(broken, **settings), results=None, n_jobs=1)
    assert "8 of 8 trials failed: broken.py, line 1: KeyError: 'z'" in headline(none.findings).lead
    with pytest.raises(NeuroevoError, match=r"no best one; broken\.py, line 1: KeyError"):
        assert none.best


def test_calls_that_agree_are_not_called_too_low(tmp_path: Path) -> None:
    """Without noise there is no warning of chance."""
    path = write_function(tmp_path, "def evaluate(genome): return genome['x']")
    task = {"objectives": {"loss": "minimize"}, "replicates": 3, "fresh_replicates": 0}
    experiment = experiment_of(path, task=task, space={"x": {"low": 0.0, "high": 1.0}})
    lead = headline(neuroevo.run(experiment, results=None, n_jobs=1).findings).lead
    assert "Each of its 3 calls returned the same loss." in lead
    assert "probably" not in lead


def test_json_has_standard_errors(run: Run) -> None:
    """A script reads them beside the objectives."""
    described = json.loads(json.dumps(described_scores(run, run.best)))
    assert described["standard_errors"]["loss"] > 0
    assert described["fresh_standard_errors"]["loss"] > 0
    assert described["fresh_objectives"] == run.rescored[0].fresh_objectives


@pytest.mark.parametrize(
    ("task", "evolution", "message"),
    [
        (
            {"replicates": 3},
            {"first_replicates": 3},
            "evolution.first_replicates: must be less than the replicates of a trial, 3, but got 3",
        ),
        ({"replicates": 0}, {}, "task.replicates: must be at least 1, but got 0"),
        ({"fresh_replicates": -1}, {}, "task.fresh_replicates: must be at least 0, but got -1"),
    ],
)
def test_wrong_settings_are_refused(
    task: dict[str, object], evolution: dict[str, object], message: str, tmp_path: Path
) -> None:
    """Each has a line of its own."""
    with pytest.raises(UsageError) as caught:
        experiment_of(write_function(tmp_path), task=task, evolution=evolution)
    assert message in str(caught.value)


def test_settings_of_replicates_survive_a_file(tmp_path: Path) -> None:
    """A written experiment has the replicates, the race and the reduction."""
    experiment = noisy(tmp_path, first_replicates=2, reduction="median")
    (tmp_path / "again.toml").write_text(experiment.to_toml())
    assert load_experiment(tmp_path / "again.toml") == experiment
