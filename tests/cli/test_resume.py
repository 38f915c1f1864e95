import re
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from experiments.torture.processes import Running
from experiments.torture.trainings import afflict, announce
from neuroevo.cli.options import changed_ends, ends
from neuroevo.errors import UsageError
from neuroevo.runs import find_run, read_status
from tests.cli.waiting import wait_for_trials

if TYPE_CHECKING:
    import subprocess

Command = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., Running]

LONG = (
    "--set", "evolution.population=4", "--set", "training.samples=200", "--jobs", "1",
    "--set", "training.replicates=2", "--generations", "1000000",
)  # fmt: skip
slow = partial(afflict, "is slow")  # so that few trials are finished until a signal comes
# One training of this goes on for a minute, in one call of the kernel.
SLOW = (
    "--set", "evolution.population=4", "--set", "space.hidden=[[400, 400]]", "--jobs", "1",
    "--set", "training.samples=100000", "--set", "task.count=100",
    "--set", "space.learning_rate=[1e-9]",  # no training may end early because it diverges
)  # fmt: skip


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_the_commands_that_a_stopped_search_suggests_work(  # noqa: PLR0913, PLR0917 - fixtures
    start: Start,
    neuroevo: Command,
    experiment_file: Path,
    tmp_path: Path,
    number: signal.Signals,
    code: int,
) -> None:
    """The last line of a stopped run has the commands that show and resume it."""
    arguments = ["run", str(experiment_file), *LONG, "--results", str(tmp_path / "results")]
    running = start(*arguments, prepare=slow)
    wait_for_trials(tmp_path / "results", 12)
    running.signal(number)
    ended = running.end()
    assert (ended.code, ended.output) == (code, "")
    assert "finishing the running trials, then stopping" in ended.messages
    commands = r"see them with: .* report (\S+); resume with: .* resume (\S+)\n$"
    found = re.search(rf"trials are kept; {commands}", ended.messages)
    assert found is not None, ended.messages
    assert found[1] == found[2]
    shown = neuroevo("report", found[1])
    assert shown.returncode == 0, shown.stderr
    generations = read_status(find_run("latest", tmp_path / "results")).generation
    resumed = neuroevo("resume", found[1], "--generations", str(generations + 1), "--jobs", "1")
    assert resumed.returncode == 0, resumed.stderr
    assert resumed.stdout == f"{found[1]}\n"
    assert read_status(find_run(found[1], tmp_path)).state == "complete"


def test_a_second_signal_ends_a_search_during_a_training(
    start: Start, experiment_file: Path, tmp_path: Path
) -> None:
    """It does not wait for the kernel, and trials that were finished are kept."""
    arguments = ["run", str(experiment_file), *SLOW, "--results", str(tmp_path / "results")]
    begun = tmp_path / "begun"
    running = start(*arguments, "--quiet", prepare=partial(announce, begun, 160_000))
    running.until(begun.exists)
    running.signal(signal.SIGINT)
    time.sleep(0.5)
    assert not running.is_over  # the running training takes much longer
    running.signal(signal.SIGINT)
    ended = running.end()
    assert ended.code == 130
    assert re.fullmatch(
        r"neuroevo: stopped by SIGINT, 0 of .* begun; .* resume \S+\n", ended.messages
    )
    assert read_status(find_run("latest", tmp_path / "results")).state == "interrupted"


def test_resume_reports_that_a_run_is_complete(neuroevo: Command, run_folder: Path) -> None:
    """There is nothing to do, which is no error; stdout has the folder."""
    before = {path.name: path.read_bytes() for path in run_folder.iterdir()}
    done = neuroevo("resume", str(run_folder))
    assert done.returncode == 0
    assert done.stdout == f"{run_folder}\n"
    rule = "is complete: 2 generations done; there is nothing to resume"
    assert done.stderr == f"{run_folder.name} {rule}\n"
    assert {path.name: path.read_bytes() for path in run_folder.iterdir()} == before


def test_a_run_that_is_written_to_is_busy(
    start: Start, neuroevo: Command, experiment_file: Path, tmp_path: Path
) -> None:
    """A second process exits with 75 and one line about the first; reading is possible."""
    arguments = ["run", str(experiment_file), *LONG, "--results", str(tmp_path), "--quiet"]
    running = start(*arguments, prepare=slow)
    wait_for_trials(tmp_path, 1)
    refused = neuroevo("resume", "latest", "--results", str(tmp_path))
    assert refused.returncode == 75
    assert re.fullmatch(
        rf"neuroevo: \S+: must have one writer at a time, but process {running.pid} .*\n",
        refused.stderr,
    )
    shown = neuroevo("show", "latest", "--results", str(tmp_path))
    assert shown.returncode == 0
    assert re.search(rf"State +running, .* by process {running.pid} ", shown.stdout)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("1.5m", 90), ("8h", 28800), ("1e3", 1000)]
)
def test_a_time_limit_is_read_with_its_unit(text: str, seconds: float) -> None:
    """Without a unit it is seconds; other units are refused."""
    assert ends(None, text, None, None) == {"time_limit": seconds}


def test_an_end_is_dropped_by_none() -> None:
    """For a run that is resumed, none drops target, patience and time limit; targets have signs."""
    assert changed_ends(9, "none", ["none"], "none") == {
        "generations": 9,
        "time_limit": None,
        "target": None,
        "patience": None,
    }
    assert changed_ends(None, "90s", ["a=1"], "4") == ends(None, "90s", ["a=1"], 4)
    assert ends(None, None, ["a=-3", "b = 1e-6"], None) == {"target": {"a": -3.0, "b": 1e-6}}
    with pytest.raises(UsageError, match=r"^--patience: must be a whole number or none, but got"):
        changed_ends(None, None, None, "few")


@pytest.mark.parametrize("text", ["soon", "-1", "1d", "nan", "inf", "", "1 2"])
def test_an_invalid_time_is_refused(text: str) -> None:
    """One line has the rule and the value."""
    with pytest.raises(UsageError, match=r"^--time-limit: must be like 90, 90s, 15m or 8h, but"):
        ends(None, text, None, None)


def test_invalid_ends_are_refused_all_at_once(
    neuroevo: Command, experiment_file: Path, run_folder: Path
) -> None:
    """The same rules hold for run and resume, and nothing is changed."""
    before = (run_folder / "experiment.toml").read_bytes()
    wrong = ("--target", "mse=1", "--patience", "0", "--generations", "0")
    for command in (["run", str(experiment_file)], ["resume", str(run_folder)]):
        refused = neuroevo(*command, *wrong)
        assert refused.returncode == 2
        lines = sorted(refused.stderr.splitlines())
        assert len(lines) == 3
        assert lines[0] == "neuroevo: evolution.generations: must be at least 1, but got 0"
        assert lines[1] == "neuroevo: evolution.patience: must be at least 1, but got 0"
        assert lines[2].startswith("neuroevo: evolution.target.mse: unknown key")
    assert (run_folder / "experiment.toml").read_bytes() == before


def test_the_reason_for_the_end_is_shown(
    start: Start, neuroevo: Command, experiment_file: Path, tmp_path: Path
) -> None:
    """A target, patience and a time limit end a run, and show has the reason."""
    for option, value, reason, prepare in (
        ("--target", "final_mse=1e9", "reached the target, final_mse = 1e+09", None),
        ("--patience", "1", "1 generation without a gain in hypervolume", None),
        ("--time-limit", "0.1s", "the time limit of 0.1 s is over", slow),
    ):
        results = ("--results", str(tmp_path / option))
        run = ("run", str(experiment_file), *LONG, option, value, *results)
        done = start(*run, prepare=prepare).end()
        assert done.code == 0, done.messages
        assert reason in neuroevo("show", "latest", *results).stdout
