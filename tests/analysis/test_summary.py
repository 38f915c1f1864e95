import math
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from neuroevo.analysis.run_reader import RunReader
from neuroevo.analysis.summary import Generation, Summary
from neuroevo.errors import NeuroevoError
from neuroevo.experiment import Experiment
from neuroevo.report.run import Run
from neuroevo.runs import RunFolder, RunLock

Runs = Callable[[str], Run]


def front(summary: Summary) -> list[int]:
    """Return the numbers of a summary's front."""
    return [trial.number for trial in summary.front]


def test_a_summary_agrees_with_the_run(any_run: Run) -> None:
    """Front, best scores, baselines and counts are those of the whole run."""
    summary = RunReader(any_run.folder).summary()
    findings = any_run.findings
    assert front(summary) == [trial.number for trial in findings.front]
    assert summary.trials == len(findings.trials)
    assert summary.expected == findings.experiment.expected_trials
    assert sum(summary.states.values()) == len(findings.searched)
    assert [trial.name for trial in summary.baselines] == [each.name for each in findings.baselines]
    assert len(summary.generations) == findings.generations
    for place, item in enumerate(findings.objectives):
        scores = [findings.scores(trial)[place] for trial in findings.front]
        bests = [each.best[place] for each in summary.generations]
        assert summary.best[item.name] == min(scores, key=item.cost, default=None)
        finite = filter(math.isfinite, bests)
        assert summary.best[item.name] == min(finite, key=item.cost, default=None)


@pytest.mark.parametrize(("lines", "finished"), [(6, 0), (14, 1), (21, 1), (22, 2)])
def test_unfinished_generation_is_told_apart(lines: int, finished: int) -> None:
    """While a run goes on, a generation counts once it has as many trials as the population."""
    evolution = {"population": 8, "generations": 6}
    experiment = Experiment.of({"task": {"kind": "mouse"}, "evolution": evolution})
    counts = [min(8, lines - 6 - start) for start in range(0, lines - 6, 8)]
    generations = tuple(Generation(place, count, (0.1,)) for place, count in enumerate(counts))
    folder = RunFolder(Path("results/some"))
    running = Summary(folder, "running", experiment=experiment, generations=generations)
    assert len(running.finished_generations) == finished
    complete = Summary(folder, "complete", experiment=experiment, generations=generations)
    assert complete.finished_generations == generations


def test_a_summary_follows_a_running_run(runs: Runs, tmp_path: Path) -> None:
    """A summary read while lines are appended in pieces ends as one that reads them all at once."""
    run = runs("three objectives")
    copy = RunFolder(tmp_path / run.folder.id)
    shutil.copytree(run.folder.path, copy.path)
    whole = run.folder.journal_file.read_bytes()
    copy.journal_file.write_bytes(b"")
    reader, counts = RunReader(copy), []
    with copy.journal_file.open("ab") as file:
        for start in range(0, len(whole), 40_001):
            os.write(file.fileno(), whole[start : start + 40_001])
            summary = reader.summary()
            counts.append(summary.trials)
            assert summary.trials == whole[: start + 40_001].count(b"\n")
    assert counts == sorted(counts)
    assert front(summary) == [trial.number for trial in run.pareto_front()]
    assert summary.generations == RunReader(copy).summary().generations


def test_nothing_is_read_again_while_nothing_changes(runs: Runs) -> None:
    """A run that does not change gives the same summary object again."""
    reader = RunReader(runs("conflict").folder)
    assert reader.summary() is reader.summary()


def test_the_state_follows_the_lock_and_the_checkpoint(runs: Runs, tmp_path: Path) -> None:
    """A run is running while it is locked, interrupted without its last checkpoint, or complete."""
    run = runs("four trials")
    copy = RunFolder(tmp_path / run.folder.id)
    shutil.copytree(run.folder.path, copy.path)
    reader = RunReader(copy)
    assert reader.summary().state == "complete"
    last = copy.checkpoint_file.read_bytes()
    copy.checkpoint_file.unlink()
    assert reader.summary().state == "interrupted"
    with RunLock(copy):
        assert reader.summary().state == "running"
        copy.checkpoint_file.write_bytes(last)
        assert reader.summary().state == "complete"
        copy.checkpoint_file.unlink()
    assert reader.summary().state == "interrupted"


def test_a_damaged_run_may_be_repaired(runs: Runs, tmp_path: Path) -> None:
    """Any file that can't be used makes the run damaged, until it is repaired."""
    run = runs("four trials")
    copy = RunFolder(tmp_path / run.folder.id)
    shutil.copytree(run.folder.path, copy.path)
    reader = RunReader(copy)
    for name in ("trials.jsonl", "champions.safetensors", "start.json"):
        file = copy.path / name
        sound = file.read_bytes()
        file.write_bytes(b"\xff nonsense\n")
        damaged = reader.summary()
        assert damaged.state == "unreadable"
        assert name in damaged.problems[0]
        file.write_bytes(sound)
        assert reader.summary().state == "complete"


def test_a_journal_that_is_damaged_after_it_was_read_is_noticed(runs: Runs, tmp_path: Path) -> None:
    """A line in the middle that was changed makes the run unreadable, until it is restored."""
    copy = RunFolder(tmp_path / "copy")
    shutil.copytree(runs("four trials").folder.path, copy.path)
    reader, sound = RunReader(copy), copy.journal_file.read_bytes()
    assert reader.summary().state == "complete"
    copy.journal_file.write_bytes(sound.replace(b'"number": 1', b'"number": 9', 1))
    os.utime(copy.journal_file, (1, 1))  # a clock may be too coarse to show the change
    with pytest.raises(NeuroevoError, match="line 2"):
        reader.findings()
    assert reader.summary().state == "unreadable"
    copy.journal_file.write_bytes(sound)
    assert reader.summary().state == "complete"


def test_a_damaged_environment_hides_nothing_else(runs: Runs, tmp_path: Path) -> None:
    """The versions and the machine are only shown, so a run without them is read with a warning."""
    run = runs("four trials")
    copy = RunFolder(tmp_path / run.folder.id)
    shutil.copytree(run.folder.path, copy.path)
    copy.environment_file.write_text('{"started": "2026')
    with pytest.warns(UserWarning, match=r"environment\.json: .* machine are not shown"):
        assert RunReader(copy).summary().state == "complete"
    with pytest.warns(UserWarning, match=r"environment\.json: .* machine are not shown"):
        findings = Run(copy).findings
    assert findings.environment == {}
    assert findings.front == run.findings.front


def test_findings_follow_a_running_run(runs: Runs, tmp_path: Path) -> None:
    """Findings read early, forgotten and read again at the end equal those of the whole run."""
    run = runs("conflict")
    copy = RunFolder(tmp_path / run.folder.id)
    shutil.copytree(run.folder.path, copy.path)
    copy.checkpoint_file.unlink()  # it would know of the trials that are to come
    lines = run.folder.journal_file.read_bytes().splitlines(keepends=True)
    half = len(lines) // 2
    copy.journal_file.write_bytes(b"".join(lines[:half]))
    reader = RunReader(copy)
    assert len(reader.findings().trials) == reader.summary().trials == half
    for line in lines[half:]:
        with copy.journal_file.open("ab") as file:
            file.write(line)
    for _ in range(2):
        findings = reader.findings()
        assert [trial.number for trial in findings.trials] == list(range(len(lines)))
        assert findings.front == run.findings.front
        assert reader.trial(half) == run.all_trials[half]
        assert reader.forget()
        assert front(reader.summary()) == [trial.number for trial in findings.front]


def test_the_outcome_says_that_no_trial_was_completed(tmp_path: Path) -> None:
    """Where nothing has a score, lists say what became of the trials, before why the run ended."""

    def outcome(**states: int) -> str:
        return Summary(RunFolder(tmp_path), "complete", states=states, reason="time limit").outcome

    assert outcome(diverged=2_000) == "all 2,000 trials diverged, time limit"
    assert outcome(diverged=2, failed=1) == "no trial was completed, time limit"
    assert outcome(diverged=2, complete=1) == outcome() == "time limit"
