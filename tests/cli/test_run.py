import json
import re
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from experiments.torture.driver import both, redirect
from experiments.torture.processes import Running
from experiments.torture.trainings import afflict
from neuroevo.experiment import load_experiment
from neuroevo.report import headline_parts
from neuroevo.report.run import load_run
from neuroevo.runs import find_run, read_trials
from tests.cli.terminals import read_drawn, terminal
from tests.cli.waiting import wait_for_trials

if TYPE_CHECKING:
    import subprocess

Command = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., Running]

FILES = {
    "experiment.toml", "environment.json", "start.json", "trials.jsonl", "checkpoint.json",
    "checkpoint.previous.json", "best.toml", "champions.safetensors", "report.html", "mouse.html",
    "lock",
}  # fmt: skip
TINY = (
    "--set", "evolution.population=4", "--set", "training.samples=200", "--jobs", "1",
    "--set", "training.replicates=2",
)  # fmt: skip
LONG = (*TINY, "--set", "evolution.generations=1000000")
slow = partial(afflict, "is slow")  # so that few trials are finished until a signal comes


def test_stdout_is_the_run_folder_alone(
    tiny_run: "subprocess.CompletedProcess[str]", run_folder: Path, results: Path
) -> None:
    """Stdout has the path of the finished run folder, and nothing else."""
    assert tiny_run.stdout == f"{run_folder}\n"
    assert run_folder.parent == results
    assert {path.name for path in run_folder.iterdir()} == FILES


def test_stderr_has_the_progress_and_the_results(
    tiny_run: "subprocess.CompletedProcess[str]", run_folder: Path
) -> None:
    """In a pipe there is a line for each generation, then the results, all in plain text."""
    text = tiny_run.stderr
    assert "1 of 2 generations: 10 trials" in text
    assert "2 of 2 generations: 14 trials" in text
    for part in ("Pareto front", "article-good", str(run_folder / "report.html"), "--seed-from"):
        assert part in text
    assert "\x1b" not in text
    assert "\r" not in text


def test_quiet_run_writes_no_messages(
    neuroevo: Command, experiment_file: Path, tmp_path: Path
) -> None:
    """With --quiet only the folder is printed; options are in the stored experiment."""
    options = ("--set", "evolution.generations=1", "--seed", "7", "--name", "other", "--quiet")
    ran = neuroevo("run", str(experiment_file), *TINY, *options, cwd=tmp_path)
    assert ran.returncode == 0
    assert ran.stderr == ""
    folder = tmp_path / ran.stdout.removesuffix("\n")
    assert folder.parent == tmp_path / "results"
    assert folder.name.startswith("other-")
    stored = load_experiment(folder / "experiment.toml")
    assert (stored.name, stored.seed, stored.evolution.generations) == ("other", 7, 1)


def test_a_search_is_seeded_from_best_toml(
    neuroevo: Command, experiment_file: Path, run_folder: Path, tmp_path: Path
) -> None:
    """--seed-from accepts best.toml; its genome is in the first generation."""
    options = (*TINY, "--set", "evolution.generations=1", "--quiet", "--results", str(tmp_path))
    best = run_folder / "best.toml"
    ran = neuroevo("run", str(experiment_file), *options, "--seed-from", str(best))
    assert ran.returncode == 0, ran.stderr
    seeded = [
        trial
        for trial in read_trials(find_run("latest", tmp_path).journal_file)
        if trial.operator == "seed"
    ]
    genes = load_experiment(best).space.genes
    assert [set(trial.genome) for trial in seeded] == [set(genes)]
    assert all(genes[name].check(value) == value for name, value in seeded[0].genome.items())


def test_genes_that_a_seed_loses_are_one_line_on_stderr(
    neuroevo: Command, experiment_file: Path, run_folder: Path, tmp_path: Path
) -> None:
    """A gene that the new experiment does not have is reported, unless quiet."""
    best = tmp_path / "best.toml"
    text = (run_folder / "best.toml").read_text()
    best.write_text(text.replace("batch_size = 1\n", "batch_size = 4\n"))
    options = (*TINY, "--set", "evolution.generations=1", "--results", str(tmp_path / "results"))
    for quiet in ((), ("--quiet",)):
        ran = neuroevo("run", str(experiment_file), *options, *quiet, "--seed-from", str(best))
        assert ran.returncode == 0, ran.stderr
        line = f"{best}: left out, since the space has no such gene: batch_size"
        assert ran.stderr.splitlines().count(line) == (not quiet)


def test_a_run_without_a_front_suggests_no_reuse(
    neuroevo: Command, experiment_file: Path, tmp_path: Path
) -> None:
    """If all trials diverged there is no best one, and no command to reuse it."""
    space = "{ hidden = [[8, 8, 8, 8], [8, 8, 8]], learning_rate = 5.0, activation = 'linear' }"
    options = (*TINY, "--results", str(tmp_path))
    diverged = neuroevo("run", str(experiment_file), *options, "--set", f"space={space}")
    assert diverged.returncode == 0, diverged.stderr
    assert "diverged" in diverged.stderr
    assert "Reuse it" not in diverged.stderr
    assert "--seed-from" not in diverged.stderr
    assert neuroevo("best", diverged.stdout.strip()).returncode != 0


@pytest.mark.parametrize(
    ("options", "problems"),
    [
        (
            ("--jobs", "0", "--seed", "-1", "--name", "a/b", "--set", "evolution.population=3"),
            [
                r"jobs: must be a whole number of at least 1, or -1 for one per core, but got 0",
                r"name: .*got 'a/b'",
                r"seed: .*got -1",
                r"evolution\.population: ",
            ],
        ),
        (("--set", "training.sampels=1"), [r"training\.sampels: .*'samples'"]),
        (("--set", "nonsense"), [r".*nonsense"]),
        (("--seed-from", "nowhere"), [r".*nowhere"]),
    ],
)
def test_wrong_options_are_one_line_each(
    neuroevo: Command,
    experiment_file: Path,
    tmp_path: Path,
    options: tuple[str, ...],
    problems: list[str],
) -> None:
    """All problems are reported at once, and no folder is made."""
    refused = neuroevo("run", str(experiment_file), *options, cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stdout == ""
    lines = [line for line in refused.stderr.splitlines() if line.startswith("neuroevo: ")]
    for problem in problems:
        assert any(re.match(f"neuroevo: {problem}", line) for line in lines), refused.stderr
    assert len(lines) == len(problems)
    assert not [*tmp_path.iterdir()]


def test_a_missing_experiment_is_one_line(neuroevo: Command, tmp_path: Path) -> None:
    """A missing file is reported, without a traceback."""
    refused = neuroevo("run", str(tmp_path / "none.toml"))
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "none.toml" in refused.stderr


def test_results_that_cannot_be_written_are_one_line(
    neuroevo: Command, experiment_file: Path, tmp_path: Path
) -> None:
    """A results folder inside a file is an I/O error, and the file stays as it is."""
    (tmp_path / "file").touch()
    place = tmp_path / "file" / "results"
    refused = neuroevo("run", str(experiment_file), *TINY, "--quiet", "--results", str(place))
    assert refused.returncode == 74
    assert refused.stderr.startswith(f"neuroevo: {place}: ")
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_search_reports_its_progress(
    start: Start, experiment_file: Path, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    """On a signal the exit code is the shell's, and one line has its name and what is kept.

    What the other commands say of the run afterwards has the same numbers.
    """
    arguments = ["run", str(experiment_file), *LONG, "--results", str(tmp_path), "--quiet"]
    running = start(*arguments, prepare=slow)
    wait_for_trials(tmp_path, count=8)
    running.signal(number)
    ended = running.end()
    assert (ended.code, ended.output) == (code, "")
    kept = len(read_trials(find_run("latest", tmp_path).journal_file))
    line = r"neuroevo: stopped by (\w+), (\d+) of .* begun; (\d+) trials .*\n"
    found = re.fullmatch(line, ended.messages)
    assert found is not None, ended.messages
    assert found[1] == number.name
    assert abs(int(found[3]) - kept) <= 1
    shown = start("show", "latest", "--results", str(tmp_path)).end().output
    assert f", {found[2]} of " in shown
    sentence = headline_parts.search_sentence(load_run("latest", tmp_path).findings)
    assert f" in {found[2]} generation" in sentence


def test_a_terminal_gets_a_live_display_and_is_restored(
    start: Start, experiment_file: Path, tmp_path: Path
) -> None:
    """The display is drawn in place, and after Ctrl-C the cursor is visible."""
    arguments = ["run", str(experiment_file), *LONG, "--results", str(tmp_path)]
    with terminal() as (reading, path):
        size = {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "40"}
        shown = partial(redirect, {0: path, 2: path}, size)
        running = start(*arguments, prepare=partial(both, shown, slow))
        parts = ("searching", "generation", "trials", "samples to target", "left")
        drawn = read_drawn(reading, running, lambda text: all(part in text for part in parts))
        running.signal(signal.SIGINT)
        drawn += read_drawn(reading, running)
    assert running.end().code == 130
    assert drawn.rindex("\x1b[?25h") > drawn.rindex("\x1b[?25l")
    assert drawn.rstrip().splitlines()[-1].startswith("neuroevo: stopped") or "are kept" in drawn


def test_no_color_is_respected(start: Start, experiment_file: Path, tmp_path: Path) -> None:
    """With NO_COLOR a terminal gets no colours."""
    generations = ("--set", "evolution.generations=1")
    arguments = ["run", str(experiment_file), *TINY, *generations, "--results", str(tmp_path)]
    with terminal() as (reading, path):
        colours = {"TERM": "xterm-256color", "NO_COLOR": "1"}
        running = start(*arguments, prepare=partial(redirect, {2: path}, colours))
        drawn = read_drawn(reading, running)
    assert running.end().code == 0
    assert "generation" in drawn
    assert not re.search(r"\x1b\[(?:\d+;)*(?:3[0-7]|38|4[0-7]|48|9[0-7])[;m]", drawn)


def test_the_command_is_recorded(run_folder: Path) -> None:
    """The environment of a run has the command line."""
    recorded = json.loads((run_folder / "environment.json").read_text())
    assert "run" in recorded["command"]
