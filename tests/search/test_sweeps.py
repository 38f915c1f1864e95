"""Sweeps: each setting has the values of its own training, and an interruption changes nothing."""

import shutil
import subprocess
import sys
from dataclasses import replace
from io import StringIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import neuroevo
from neuroevo.analysis.sweep_results import SweepResults
from neuroevo.cli.sweep import print_sweep
from neuroevo.errors import BusyError, DataError, StorageError, UsageError
from neuroevo.experiment import Experiment, Sweep, read_sweep_file
from neuroevo.report.sweep import SweepReport
from neuroevo.report.sweep.figures import SWEEP_FIGURES
from neuroevo.report.sweep.figures.positions import positions
from neuroevo.report.sweep.sweep_page import sweep_page
from neuroevo.report.sweep.texts import difference_text, is_clear, opening
from neuroevo.runs import RunFolder, RunLock, list_runs
from neuroevo.search import Progress, StoppedError
from neuroevo.search.sweeps import resume_sweep as resume_runs_of
from neuroevo.search.sweeps import run_sweep
from neuroevo.workers import Workers

FILE = """
name = "rates"
[task]
kind = "mouse"
count = 60
[space]
hidden = [3]
activation = "linear"
[training]
samples = 300
replicates = 8
[sweep.axes]
space.learning_rate = [0.001, 0.1, 90.0]
task.normalise = [1.0, 0.5]
[sweep.baseline]
space.learning_rate = 0.1
"""


@pytest.fixture(scope="module")
def sweep_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a sweep of six settings in two runs, one of whose learning rates diverges."""
    path = tmp_path_factory.mktemp("sweeps") / "rates.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def swept(sweep_file: Path) -> SweepReport:
    """Run the sweep."""
    return neuroevo.sweep(sweep_file, results=sweep_file.parent / "results", n_jobs=1)


def test_a_setting_has_the_values_of_a_training_alone(swept: SweepReport, sweep_file: Path) -> None:
    """Each replicate's objectives are those of the same configuration in a run of its own."""
    sweep = read_sweep_file(sweep_file)
    for place in (0, 3):
        point = sweep.points[place]
        assert point.genome is not None
        alone = sweep.runs[point.run].experiment.replace(
            space={name: [value] for name, value in point.genome.items()},
            evolution={"strategy": "random", "population": 1, "generations": 1},
        )
        run = neuroevo.run(alone, results=None, n_jobs=1)
        [trial] = run.findings.searched
        result = swept.results.settings[place]
        for name, values in trial.replicates.items():
            np.testing.assert_array_equal(result.scores[name], values)


def test_the_table_has_medians_and_differences_to_the_baseline(swept: SweepReport) -> None:
    """A row for each setting: median of the replicates, and the factor to the baseline like it."""
    table, replicates = swept.table, swept.replicates
    assert list(table["baseline"]) == [False, False, True, True, False, False]
    assert list(table["diverged"]) == [0, 0, 0, 0, 8, 8]
    for _, row in table.iterrows():
        own = replicates[
            (replicates["space.learning_rate"] == row["space.learning_rate"])
            & (replicates["task.normalise"] == row["task.normalise"])
        ]["final_mse"]
        assert len(own) == 8
        if row["diverged"] == 0:
            assert row["final_mse"] == np.median(own)
            assert row["final_mse.low"] <= row["final_mse"] <= row["final_mse.high"]
    slow, quick = table.iloc[0], table.iloc[2]
    assert slow["final_mse.difference"] == pytest.approx(
        np.exp(
            np.median(
                np.subtract.outer(
                    *(np.log(swept.results.settings[place].scores["final_mse"]) for place in (0, 2))
                )
            )
        )
    )
    assert slow["final_mse.p"] < 0.05
    assert np.isnan(quick["final_mse.difference"])


def test_figures_and_page_are_drawn(swept: SweepReport) -> None:
    """The page begins with the best setting, names those that diverged, and has three figures."""
    page = swept.folder.report_file.read_text(encoding="utf-8")
    assert "Lowest median final MSE" in page
    assert "diverges more" in page
    for name in SWEEP_FIGURES:
        assert swept.figure(name).data, name
    with pytest.raises(UsageError, match="figure: must be one of lines, heat_map, settings"):
        swept.figure("line")


def test_bands_end_where_nothing_was_reached(swept: SweepReport) -> None:
    """A setting of which even the 5th percentile is a penalty has no band."""
    [item] = [each for each in swept.results.objectives if each.name == "samples_to_target"]
    drawn = swept.figure("lines").data
    bands = [
        (lower.y, upper.y)
        for lower, upper in pairwise(drawn)
        if upper.fill and upper.yaxis == f"y{swept.results.objectives.index(item) + 1}"
    ]
    assert len(bands) == 2
    for lower, upper in bands:
        assert lower[-1] is upper[-1] is None  # a learning rate of 90
        assert all(low is None or low <= item.limit for low in lower)


def test_values_that_are_apart_are_the_ticks_of_their_axis() -> None:
    """Each value of a setting is read from the axis, unless that crowds it."""
    assert positions("space.learning_rate", [0.5, 0.005, 0.05]).axis["tickvals"] == [
        0.005,
        0.05,
        0.5,
    ]
    assert "tickvals" not in positions("training.batch_size", [1, 2, 100, 99]).axis


def test_a_stopped_sweep_is_resumed_to_the_same_results(
    swept: SweepReport, sweep_file: Path, tmp_path: Path
) -> None:
    """Stopped in its first run, it has the same table and page as without the interruption."""
    seen: list[Progress] = []
    with pytest.raises(StoppedError):
        run_sweep(
            read_sweep_file(sweep_file),
            tmp_path,
            workers=Workers(1),
            observer=seen.append,
            stop=lambda: any(each.trials for each in seen),
        )
    [folder] = tmp_path.iterdir()
    assert len(list_runs(folder)) == 1
    begun = neuroevo.load_sweep(folder)
    assert not begun.results.finished
    assert "Not complete: 0 of 2 runs" in sweep_page(begun.results, "rates")
    resumed = neuroevo.resume_sweep(folder, n_jobs=1)
    assert resumed.table.equals(swept.table)
    assert resumed.results.finished
    again = neuroevo.resume_sweep(folder, n_jobs=1)
    assert again.table.equals(swept.table)
    assert len(list_runs(folder)) == 2


def test_a_lost_run_is_run_again(swept: SweepReport, tmp_path: Path) -> None:
    """A sweep that lacks a run's folder makes it again, and refuses a second writer meanwhile."""
    copy = tmp_path / "copy"
    shutil.copytree(swept.folder.path, copy)
    shutil.rmtree(list_runs(copy)[0].path)
    with RunLock(RunFolder(copy)), pytest.raises(BusyError):
        neuroevo.resume_sweep(copy, n_jobs=1)
    assert neuroevo.resume_sweep(copy, n_jobs=1).table.equals(swept.table)


def test_a_damaged_sweep_is_refused_in_one_line(swept: SweepReport, tmp_path: Path) -> None:
    """A cut file is damaged, other content has its key, and no sweep is no sweep."""
    copy = tmp_path / "copy"
    shutil.copytree(swept.folder.path, copy)
    file = copy / "sweep.json"
    text = file.read_text(encoding="utf-8")
    file.write_text(text[:-40], encoding="utf-8")
    with pytest.raises(StorageError, match=r"sweep\.json"):
        neuroevo.load_sweep(copy)
    file.unlink()
    with pytest.raises(UsageError, match="sweep: must be the name of a sweep"):
        neuroevo.load_sweep(copy)


def test_seeds_of_a_search_are_compared(tmp_path: Path) -> None:
    """A sweep over seeds has a search for each; its page is their comparison."""
    experiment = Experiment.of(
        {
            "name": "seeds",
            "task": {"kind": "mouse", "count": 50},
            "training": {"samples": 100, "replicates": 2},
            "evolution": {"population": 4, "generations": 1},
        }
    )
    found = neuroevo.sweep(Sweep.of_seeds(experiment, 2), results=tmp_path, n_jobs=1)
    assert [run.experiment.seed for run in found.runs] == [0, 1]
    assert found.comparison is not None
    assert "2 runs" in found.folder.report_file.read_text(encoding="utf-8")
    alone = neuroevo.run(experiment, results=None, n_jobs=1)
    assert found.runs[0].best.objectives == alone.best.objectives


FUNCTION = "def score(genome):\n    return (genome['x'] - 0.3) ** 2 + {constant}\n"


def test_runs_of_a_sweep_have_the_same_function(tmp_path: Path) -> None:
    """If its file changes before all runs have begun, the others don't begin with another one."""
    path = tmp_path / "score.py"
    path.write_text(FUNCTION.format(constant=1))
    experiment = Experiment.of(
        {
            "task": {
                "kind": "python",
                "function": f"{path}:score",
                "objectives": {"cost": "minimize"},
            },
            "space": {"x": {"low": 0.0, "high": 1.0}},
            "evolution": {"population": 4, "generations": 1, "strategy": "random"},
        }
    )
    found = run_sweep(Sweep.of_seeds(experiment, 2), tmp_path / "results", workers=Workers(1))
    shutil.rmtree(list_runs(found.path)[1].path)
    path.write_text(FUNCTION.format(constant=0.5))
    with pytest.raises(DataError, match=r"task: score\.py must be SHA-256 .*, as when the run beg"):
        resume_runs_of(found, workers=Workers(1))
    assert len(list_runs(found.path)) == 1
    path.write_text(FUNCTION.format(constant=1))
    assert resume_runs_of(found, workers=Workers(1))
    assert len(list_runs(found.path)) == 2


def test_functions_fail_and_do_not_diverge(tmp_path: Path) -> None:
    """A setting whose function raises has failed, in the table and on the page."""
    path = tmp_path / "score.py"
    path.write_text("def score(genome):\n    return 1 / (genome['x'] - 2)\n")
    (tmp_path / "xs.toml").write_text(
        f'[task]\nkind = "python"\nfunction = "{path}:score"\n'
        'objectives = { cost = "minimize" }\n'
        "[space]\nx = { low = 0, high = 9, type = 'int' }\n"
        "[sweep.axes]\nspace.x = [1, 2, 3]\n"
    )
    found = neuroevo.sweep(tmp_path / "xs.toml", results=tmp_path / "results", n_jobs=1)
    page = found.folder.report_file.read_text(encoding="utf-8")
    assert list(found.table["diverged"]) == [0, 1, 0]
    assert "fails more often" in page
    assert "diverge" not in page.partition("<body")[2].partition("<script")[0]


def test_a_run_of_a_sweep_keeps_the_ends_of_its_setting(tmp_path: Path) -> None:
    """It can't be continued to more generations, unless it is copied elsewhere."""
    experiment = Experiment.of(
        {
            "task": {"kind": "mouse", "count": 50},
            "training": {"samples": 100, "replicates": 2},
            "evolution": {"population": 4, "generations": 1},
        }
    )
    folder = run_sweep(Sweep.of_seeds(experiment, 2), tmp_path, workers=Workers(1))
    [run, _] = list_runs(folder.path)
    with pytest.raises(UsageError, match="ends of the search must be those of the sweep"):
        neuroevo.resume(run.path, ends={"generations": 2}, n_jobs=1)
    assert not resume_runs_of(folder, workers=Workers(1))
    shutil.copytree(run.path, tmp_path / "alone")
    continued = neuroevo.resume(tmp_path / "alone", ends={"generations": 2}, n_jobs=1)
    assert len(continued.findings.searched) == 8


def test_of_equal_medians_the_best_has_the_fewest_diverged_values(swept: SweepReport) -> None:
    """A tie in the median goes to the setting that diverges less, and divergence is mentioned."""
    results = SweepResults(swept.results.sweep, swept.results.runs)
    often, never, worse, *_ = results.settings
    values = np.linspace(1e-6, 2e-6, 64)
    some = np.where(np.arange(64) < 60, values, np.inf)  # the same values below the median
    planted = {often: some, never: values, worse: 10 * values}
    vars(results)["settings"] = tuple(
        replace(each, scores=dict.fromkeys(each.scores, scores)) for each, scores in planted.items()
    )
    [item] = [each for each in results.objectives if each.name == "final_mse"]
    assert results.best(item) is results.settings[1]
    assert results.tied(item) == (results.settings[0],)
    assert "diverged" not in opening(results).lead
    vars(results)["settings"] = (results.settings[0], results.settings[2])
    for name in ("_best", "_tied", "_tests_against_best"):
        del vars(results)[name]
    assert "although 4 of its 64 values diverged" in opening(results).lead


def test_what_is_not_reached_ties(swept: SweepReport) -> None:
    """Settings that miss the target do not differ; one that reaches it is better than they are."""
    results = SweepResults(swept.results.sweep, swept.results.runs)
    [item] = [each for each in results.objectives if each.name == "samples_to_target"]
    missed, closer, reached, *_ = results.settings
    values = np.linspace(1.1, 1.2, 64) * item.limit
    planted = {missed: 5 * values, closer: values, reached: values / 2}
    vars(results)["settings"] = tuple(
        replace(each, is_baseline=each is missed, scores=dict.fromkeys(each.scores, scores))
        for each, scores in planted.items()
    )
    [alike, better] = [results.differences[place, item.name] for place in (1, 2)]
    assert (difference_text(alike, item), is_clear(alike)) == ("×1.0", False)
    assert (difference_text(better, item), is_clear(better)) == ("reached more often", True)


def test_folders_of_a_sweep_that_cannot_begin_are_removed(sweep_file: Path, tmp_path: Path) -> None:
    """If its file can't be written, the folders that the sweep made are removed, and no others."""
    code = (
        "import resource, signal, sys; import neuroevo\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "neuroevo.sweep(sys.argv[1], results=sys.argv[2], n_jobs=1)"
    )
    command = [sys.executable, "-B", "-c", code, str(sweep_file), str(tmp_path / "new" / "place")]
    ended = subprocess.run(command, capture_output=True, check=False, text=True)
    assert "StorageError" in ended.stderr
    assert list(tmp_path.iterdir()) == []


FUNCTIONS = """
import random

def limited(genome):
    return {"error": (1 + genome["x"]) / genome["level"], "memory": genome["level"]}

def spread(genome, seed):
    place, end = random.Random(seed).random(), random.Random(seed + 1).random() / 10
    if genome["m"] == "a":
        return {"error": (10 if place < 0.6 else 30) + end}
    return {"error": (5 if place < 0.45 else 11) + end}

def counted(genome, seed):
    shares = {"a": 0.9, "b": 0.75}
    return {"error": float(random.Random(seed).random() > shares[genome["m"]])}
"""


def sweep_of(folder: Path, function: str, more: str) -> SweepReport:
    """Run a sweep over one of the functions."""
    (folder / "functions.py").write_text(FUNCTIONS, encoding="utf-8")
    path = folder / "sweep.toml"
    path.write_text(
        f'[task]\nkind = "python"\nfunction = "functions.py:{function}"\n'
        f'objectives = {{ error = "minimize" }}\n{more}',
        encoding="utf-8",
    )
    return neuroevo.sweep(path, results=folder / "results", n_jobs=1)


@pytest.mark.parametrize("is_search", [True, False])
def test_settings_that_break_constraints_are_not_the_best(
    tmp_path: Path, *, is_search: bool
) -> None:
    """What needs more than it may is the worst, also if its objective is the lowest."""
    space = "x = { low = 0.0, high = 1.0 }" if is_search else "x = 0.5"
    search = "population = 4\ngenerations = 2\n" if is_search else ""
    swept = sweep_of(
        tmp_path,
        "limited",
        f'quantities = ["memory"]\n[space]\n{space}\n[evolution]\n{search}'
        "constraints = { memory = { max = 4 } }\n"
        "[sweep.axes]\nspace.level = [1, 10]\nseed = [1, 2, 3]\n",
    )
    results = swept.results
    best = results.best(results.objectives[0])
    assert best is not None
    assert best.settings["space.level"] == 1
    assert list(swept.table["diverged"]) == [0, 3]


def test_a_setting_that_is_better_in_most_pairs_is_not_said_to_be_worse(tmp_path: Path) -> None:
    """The best median may be that of a setting that loses most pairs."""
    swept = sweep_of(
        tmp_path,
        "spread",
        'replicates = 60\n[sweep.axes]\nspace.m = ["a", "b"]\n',
    )
    lead = opening(swept.results).lead
    assert "every other setting is worse" not in lead
    assert "is not worse by more than chance" in lead


def test_equal_medians_are_no_divergence(tmp_path: Path) -> None:
    """Settings that differ beyond chance, and not in the median, have no values that diverged."""
    swept = sweep_of(
        tmp_path,
        "counted",
        'replicates = 200\n[sweep.axes]\nspace.m = ["a", "b"]\n',
    )
    results = swept.results
    [difference] = results.differences.values()
    assert is_clear(difference)
    assert "diverges" not in difference_text(difference, results.objectives[0])


def test_searches_are_compared_with_their_baseline(tmp_path: Path) -> None:
    """After a sweep of searches the terminal says what is better than the baseline."""
    swept = sweep_of(
        tmp_path,
        "limited",
        'quantities = ["memory"]\n'
        "[space]\nx = { low = 0.0, high = 1.0 }\n[evolution]\npopulation = 4\ngenerations = 2\n"
        "[sweep.axes]\nspace.level = [1, 2, 3]\nseed = [1, 2, 3, 4, 5, 6]\n"
        "[sweep.baseline]\nspace.level = 2\n",
    )
    stream = StringIO()
    print_sweep(swept, stream)
    assert "In error, 1 of 2 settings is better than the baseline and 1 worse" in stream.getvalue()
