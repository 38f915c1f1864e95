import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import neuroevo
from neuroevo import Run, Trial
from neuroevo.errors import DataError, NeuroevoError, UsageError
from neuroevo.experiment import Experiment, load_experiment
from neuroevo.report.plots import FIGURES
from neuroevo.runs import RunFolder
from neuroevo.workers import Workers
from tests.functions import GOOD, experiment_of, write_function
from tests.packages import skip_without

ROOT = Path(__file__).parents[2]
SLOW = f"""{GOOD}
import time
quick = evaluate

def evaluate(genome, seed):
    time.sleep(0.03)
    return quick(genome, seed)
"""
BAD = """
def evaluate(genome):
    if genome["depth"] > 3:
        raise ValueError("too deep")
    return genome["x"], float("nan") if genome["x"] > 0.9 else 1
"""


def what_is_the_same(trials: Iterable[Trial]) -> list[tuple[Any, ...]]:
    """Return what of some trials does not depend on when and where they were evaluated."""
    return [
        (each.number, each.genome, each.objectives, each.state, each.parents, each.operator)
        for each in trials
    ]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run a search over a function, in a folder."""
    folder = tmp_path_factory.mktemp("run")
    experiment = experiment_of(write_function(folder))
    return neuroevo.run(experiment, results=folder / "results", n_jobs=2)


def test_a_run_has_the_results_of_a_function(run: Run) -> None:
    """Objectives are what the function returns for the active genes; there are no networks."""
    for trial in run.all_trials:
        genes = trial.genome
        assert ("rate_drop" in genes) == (genes["booster"] == "dart")
        loss = (float(genes["x"]) - 0.3) ** 2 + (genes["booster"] == "gbtree") * 0.1  # type: ignore[arg-type]  # a number
        loss += float(genes.get("rate_drop", 0.0)) * 0.01  # type: ignore[arg-type]  # a number
        assert trial.objectives["loss"] == loss
        assert trial.state == "complete"
        assert len(trial.work) == 1
    assert run.best.objectives["loss"] == min(each.objectives["loss"] for each in run.all_trials)
    assert not run.folder.champions_file.exists()
    assert run.findings.networks == 0
    with pytest.raises(NeuroevoError, match="holds no weights of trial"):
        run.champion()


def test_a_run_in_memory_is_the_same(run: Run) -> None:
    """Without a folder and with another number of processes the trials are the same."""
    other = neuroevo.run(run.experiment, results=None, n_jobs=1)
    assert what_is_the_same(other.all_trials) == what_is_the_same(run.all_trials)


def test_figures_of_networks_are_left_out(run: Run) -> None:
    """All other figures can be drawn."""
    for name, plot in FIGURES.items():
        if plot.of_networks:
            with pytest.raises(UsageError, match="figure: must be one of pareto_front, progress"):
                run.figure(name)
        else:
            run.figure(name)


@pytest.mark.parametrize("objectives", [1, 2])
def test_equal_results_of_all_trials_have_a_report(tmp_path: Path, objectives: int) -> None:
    """A function that always returns the same is searched at random, and every figure is drawn."""
    names = ["loss", "score"][:objectives]
    text = f"def evaluate(genome):\n    return {dict.fromkeys(names, 1.0)}\n"
    path = write_function(tmp_path, text)
    task = {"objectives": dict.fromkeys(names, "minimize")}
    experiment = experiment_of(path, task=task, evolution={"population": 10, "generations": 4})
    run = neuroevo.run(experiment, results=tmp_path, n_jobs=1)
    assert {each.operator for each in run.all_trials} == {"initial", "immigrant"}
    assert run.folder.report_file.exists()


def test_a_table_of_trials_has_a_gap_where_a_gene_is_not_active(run: Run) -> None:
    """Inactive genes are missing, and an objective with the name of a column gets another one."""
    table = run.trials()
    assert (table["rate_drop"].isna() == (table["booster"] == "gbtree")).all()
    assert list(table.columns) == [
        *("number", "generation", "state", "operator", "name", "parents"),
        *("x", "depth", "booster", "rate_drop", "loss", "score", "seconds", "diverged", "cause"),
    ]


def test_random_search_and_comparison_work(run: Run, tmp_path: Path) -> None:
    """They work as for networks, and have no scores on fresh seeds."""
    in_memory = neuroevo.run(run.experiment, results=None, n_jobs=2)
    compared = neuroevo.random_search(in_memory, n_jobs=2)
    assert len(compared.findings.random) == len(in_memory.all_trials)
    assert compared.findings.random[0].objectives.keys() == {"loss", "score"}
    other = neuroevo.run(run.experiment.replace(seed=1), results=tmp_path, n_jobs=2)
    comparison = neuroevo.compare([run.folder.path, other.folder.path])
    assert {"loss", "score"} <= set(comparison.runs.columns)
    assert not any(str(name).startswith("fresh.") for name in comparison.runs.columns)


def test_trials_that_fail_are_recorded_with_their_causes(tmp_path: Path) -> None:
    """The search goes on without them; a sequence has the order of the declared objectives."""
    experiment = experiment_of(write_function(tmp_path, BAD), evolution={"generations": 3})
    found = neuroevo.run(experiment, results=None, n_jobs=2)
    causes = {
        True: "boosting.py, line 4: ValueError: too deep",
        False: "boosting.py: evaluate must return a finite number for score, but got nan",
    }
    for trial in found.all_trials:
        deep, far = int(trial.genome["depth"]) > 3, float(trial.genome["x"]) > 0.9  # type: ignore[arg-type]  # numbers
        assert trial.state == ("failed" if deep or far else "complete")
        assert trial.cause == (causes[deep] if deep or far else "")
        assert math.isnan(trial.objectives["loss"]) == (deep or far)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, r"boosting\.py: can't be read \(No such file or directory\)$"),
        ("def evaluate(:", r"^boosting\.py, line 1: must be Python, but got SyntaxError: "),
        ("def f(): return\n\tx", r"^boosting\.py, line 2: must be Python, but got "),
        ("x = '\0'", r"^boosting\.py: must be Python, but got (ValueError|SyntaxError): "),
        ("other = 1", r"^boosting\.py: must have a function 'evaluate', but has none$"),
    ],
)
def test_a_wrong_file_leaves_nothing(tmp_path: Path, text: str | None, problem: str) -> None:
    """It is refused in one line, and there is no run folder."""
    path = tmp_path / "boosting.py" if text is None else write_function(tmp_path, text)
    with pytest.raises(DataError, match=problem) as error:
        neuroevo.run(experiment_of(path), results=tmp_path / "results", n_jobs=1)
    assert len(error.value.problems) == 1
    assert not (tmp_path / "results").exists()


def test_only_an_unchanged_function_is_resumed(run: Run, tmp_path: Path) -> None:
    """The hash of the file is kept; a changed or missing file is refused in one line."""
    path = write_function(tmp_path)
    made = neuroevo.run(experiment_of(path), results=tmp_path / "results", n_jobs=2)
    [(name, fingerprint)] = made.start.data.items()
    assert (name, len(fingerprint)) == ("boosting.py", len("SHA-256 ") + 64)
    write_function(tmp_path, f"{GOOD}\n")
    with pytest.raises(
        DataError, match=r"^task: boosting\.py must be SHA-256 \w+, as when"
    ) as error:
        neuroevo.resume(made, results=tmp_path / "results", ends={"generations": 3})
    assert len(error.value.problems) == 1
    path.unlink()
    with pytest.raises(DataError, match=r"file .* does not exist; give it again with --data FILE"):
        neuroevo.resume(made, results=tmp_path / "results", ends={"generations": 3})
    (tmp_path / "moved").mkdir()
    moved = write_function(tmp_path / "moved").rename(tmp_path / "moved" / "renamed.py")
    more = neuroevo.resume(
        made, results=tmp_path / "results", n_jobs=2, ends={"generations": 3}, data=moved
    )
    first = more.all_trials[: len(run.all_trials)]
    assert [each.objectives for each in first] == [each.objectives for each in run.all_trials]
    assert len(more.all_trials) == 12


def test_a_killed_run_is_resumed_with_the_same_trials(tmp_path: Path) -> None:
    """After kill -9, finished trials are kept, and the trials are those of a run that was not."""
    experiment = experiment_of(write_function(tmp_path, SLOW), evolution={"generations": 8})
    file, results = tmp_path / "experiment.toml", tmp_path / "results"
    file.write_text(experiment.to_toml())
    command = [sys.executable, "-m", "neuroevo", "run", str(file), "--results", str(results)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([*command, "--jobs", "2", "--quiet"], env=environment) as process:
        while True:
            [*journals] = results.glob("*/trials.jsonl")
            lines = journals[0].read_bytes().count(b"\n") if journals else 0
            if lines >= 6 or process.poll() is not None:
                break
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    kept = journals[0].read_bytes().splitlines()
    assert 6 <= len(kept) < 32
    resumed = neuroevo.resume("latest", results=results, n_jobs=2)
    assert set(kept) <= set(resumed.folder.journal_file.read_bytes().splitlines())
    whole = neuroevo.run(experiment, results=None, n_jobs=2)
    assert what_is_the_same(resumed.all_trials) == what_is_the_same(whole.all_trials)


def test_a_function_that_moved_with_the_run_is_found(tmp_path: Path) -> None:
    """Its file may lie beside the results folder; another function of it is refused."""
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    experiment = experiment_of(write_function(old))
    identity = neuroevo.run(experiment, results=old / "results", n_jobs=1).id
    old.rename(new)
    run = RunFolder(new / "results" / identity)
    longer = {"generations": experiment.evolution.generations + 1}
    resumed = neuroevo.resume(run.path, ends=longer, n_jobs=1)
    assert Path(str(resumed.experiment.task.path)).parent == new  # type: ignore[attr-defined]
    text = run.experiment_file.read_text(encoding="utf-8")
    name = resumed.experiment.task.function_name  # type: ignore[attr-defined]
    run.experiment_file.write_text(text.replace(f":{name}", ":other"), encoding="utf-8")
    with pytest.raises(UsageError, match=r"task\.function must be"):
        neuroevo.load_run(run.path).experiment  # noqa: B018 - it is read


def test_another_kind_of_experiment_gives_no_seeds(run: Run, tmp_path: Path) -> None:
    """Configurations of functions start a search over functions only."""
    neuroevo.run(run.experiment, results=tmp_path, seed_from=run.folder.best_file, n_jobs=1).best  # noqa: B018 - it exists
    mouse = Experiment.of({"task": {"kind": "mouse"}})
    with pytest.raises(UsageError, match=r"must be of an experiment that trains networks, but"):
        neuroevo.run(mouse, results=None, seed_from=run.folder.best_file)


def test_threads_are_refused_before_anything_is_written(run: Run, tmp_path: Path) -> None:
    """Also by the call in Python; nothing is left."""
    with pytest.raises(UsageError, match="backend: must be loky or dask for a function"):
        neuroevo.run(run.experiment, results=tmp_path / "results", backend="threading")
    assert not (tmp_path / "results").exists()
    assert Workers().backend is None


@pytest.mark.parametrize(
    ("name", "fast", "bound"),
    [("boosting", [], 57.5), ("torch_network", ["space.batch_size=[64, 128]"], 0.2)],
)
def test_worked_experiments_reach_their_scores(name: str, fast: list[str], bound: float) -> None:
    """The best of a few random configurations is far better than chance."""
    if name == "torch_network":
        skip_without("torch")
    small = ["evolution.population=4", "evolution.generations=1", *fast]
    experiment = load_experiment(ROOT / "experiments" / f"{name}.toml", small)
    found = neuroevo.run(experiment, results=None, n_jobs=1)
    assert {trial.state for trial in found.all_trials} == {"complete"}
    assert found.findings.scores(found.best)[0] < bound
