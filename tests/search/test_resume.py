"""A resumed run ends as one without an interruption."""

import contextlib
import dataclasses
import errno
import gc
import itertools
import json
import os
import re
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from neuroevo.errors import BusyError, DataError, StorageError, UsageError
from neuroevo.experiment import Experiment
from neuroevo.report.run import Run, load_run
from neuroevo.runs import RunFolder, RunLock, Trial, read_status, read_trials
from neuroevo.search import Progress, StoppedError, record, resume, search
from neuroevo.search.beginning import Beginning
from neuroevo.space import Genome

Tiny = Callable[..., Experiment]


def outcome(folder: RunFolder) -> tuple[list[Trial], bytes, str]:
    """Return the results of a run, without times and its name."""
    trials = [
        dataclasses.replace(trial, seconds=0, work=()) for trial in read_trials(folder.journal_file)
    ]
    best = folder.best_file.read_text().replace(folder.id, "RUN")
    return trials, folder.champions_file.read_bytes(), best


def unfinished(run: RunFolder, place: Path, lines: list[int] | None = None) -> RunFolder:
    """Copy a run with some lines of its journal and without checkpoints and results."""
    folder = RunFolder(place / run.id)
    shutil.copytree(run.path, folder.path)
    for file in (folder.champions_file, folder.best_file, folder.checkpoint_file,
                 folder.previous_checkpoint_file):  # fmt: skip
        file.unlink(missing_ok=True)
    written = folder.journal_file.read_bytes().splitlines(keepends=True)
    kept = range(len(written)) if lines is None else lines
    folder.journal_file.write_bytes(b"".join(written[line] for line in kept))
    return folder


def stopper(trials: int) -> tuple[Callable[[Progress], None], Callable[[], bool]]:
    """Return an observer and a stop function that is True after a number of trials."""
    seen = [0]

    def observe(progress: Progress) -> None:
        seen[0] = max(seen[0], progress.trials)

    return observe, lambda: seen[0] >= trials


def test_a_run_resumed_after_any_trial_ends_the_same(
    uninterrupted: RunFolder, tmp_path: Path
) -> None:
    """After any number of finished trials, the rest is trained and the results are the same."""
    expected = outcome(uninterrupted)
    for count in range(len(expected[0]) + 1):
        folder = unfinished(uninterrupted, tmp_path / str(count), [*range(count)])
        before = folder.journal_file.read_bytes()
        assert resume(folder)
        assert outcome(folder) == expected
        assert folder.journal_file.read_bytes().startswith(before)


def test_only_missing_trials_are_trained(uninterrupted: RunFolder, tmp_path: Path) -> None:
    """Gaps in the journal are filled, and every other line stays as it is."""
    lines = [line for line in range(22) if line not in {2, 9, 10, 17}]
    folder = unfinished(uninterrupted, tmp_path, lines)
    before = folder.journal_file.read_bytes()
    resume(folder)
    after = folder.journal_file.read_bytes()
    assert after.startswith(before)
    assert after.count(b"\n") == 22
    assert outcome(folder) == outcome(uninterrupted)


def test_a_search_stopped_several_times_ends_the_same(
    uninterrupted: RunFolder, tiny: Tiny, tmp_path: Path
) -> None:
    """Running trials are finished, a checkpoint is written, and each resume goes on from it."""
    observer, stop = stopper(3)
    with pytest.raises(StoppedError, match="can be resumed"):
        search(tiny(), tmp_path, observer=observer, stop=stop)
    folder = RunFolder(next(tmp_path.iterdir()))
    for trials in (8, 13, 19):
        assert read_status(folder).state == "interrupted"
        assert len(read_trials(folder.journal_file)) >= trials - 5
        observer, stop = stopper(trials)
        with pytest.raises(StoppedError):
            resume(folder, observer=observer, stop=stop)
    assert resume(folder)
    assert outcome(folder) == outcome(uninterrupted)


def test_a_stop_before_the_search_makes_no_folder(tiny: Tiny, tmp_path: Path) -> None:
    """There is no run to resume before the first training."""
    with pytest.raises(StoppedError, match="before the search began"):
        search(tiny(), tmp_path / "results", stop=lambda: True)
    assert not (tmp_path / "results").exists()


def test_resume_does_not_change_a_complete_run(uninterrupted: RunFolder, tmp_path: Path) -> None:
    """There is nothing to resume, and no file changes."""
    folder = RunFolder(tmp_path / uninterrupted.id)
    shutil.copytree(uninterrupted.path, folder.path)
    before = {path.name: path.read_bytes() for path in folder.path.iterdir()}
    assert not resume(folder)
    after = {path.name: path.read_bytes() for path in folder.path.iterdir()}
    assert {name: after.get(name) for name in before} == before
    status = read_status(folder)
    assert (status.state, status.reason) == ("complete", "4 generations done")


def test_a_complete_run_can_be_continued(
    uninterrupted: RunFolder, tiny: Tiny, tmp_path: Path
) -> None:
    """Four generations and then seven give the same as seven."""
    folder = RunFolder(tmp_path / "copy" / uninterrupted.id)
    shutil.copytree(uninterrupted.path, folder.path)
    assert resume(folder, changes={"generations": 7})
    assert outcome(folder) == outcome(search(tiny(evolution={"generations": 7}), tmp_path))
    assert not resume(folder)


def test_a_complete_run_that_would_end_at_once_is_refused(tiny: Tiny, tmp_path: Path) -> None:
    """More generations do not help after a target; one line says so, and how to drop it."""
    folder = search(tiny(evolution={"target": {"final_mse": 1e9}}), tmp_path)
    reason = read_status(folder).reason
    assert re.fullmatch(r"trial \d+ reached the target, final_mse = 1e\+09", reason)
    before = {path.name: path.read_bytes() for path in folder.path.iterdir()}
    with pytest.raises(UsageError) as error:
        resume(folder, changes={"generations": 7})
    [line] = error.value.problems
    assert line.startswith(f"evolution: the search would end at once, as it did: {reason}; ")
    assert "--target none" in line
    after = {path.name: path.read_bytes() for path in folder.path.iterdir()}
    assert {name: after.get(name) for name in before} == before
    assert resume(folder, changes={"generations": 2, "target": None})
    assert read_status(folder).reason == "2 generations done"
    with pytest.raises(UsageError, match=r"as it did: 2 generations done; .*--generations N"):
        resume(folder, changes={"patience": 5})


def test_no_end_helps_an_exhausted_space(tiny: Tiny, tmp_path: Path) -> None:
    """A search that has evaluated its whole space is not resumed, whatever is changed."""
    space = {"hidden": [3], "learning_rate": 0.1, "activation": ["linear", "tanh"]}
    folder = search(tiny(space=space), tmp_path)
    assert read_status(folder).reason == "the space holds no more configurations"
    with pytest.raises(UsageError, match="no end lets the search go on: the space holds no more"):
        resume(folder, changes={"generations": 70})


def test_status_says_why_a_run_was_interrupted(
    uninterrupted: RunFolder, tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stop, a failure and a process that was killed are told apart."""
    observer, stop = stopper(8)
    with pytest.raises(StoppedError):
        search(tiny(), tmp_path, observer=observer, stop=stop)
    stopped = RunFolder(next(tmp_path.iterdir()))
    assert read_status(stopped).reason == "stopped by a signal or by its caller"
    assert Run(stopped).findings.reason == read_status(stopped).reason

    def fail(*_: object) -> None:
        raise StorageError("champions: no space left", "and more")

    with monkeypatch.context() as patched:
        patched.setattr(record, "write_champions", fail)
        with pytest.raises(StorageError):
            resume(stopped)
    status = read_status(stopped)
    assert (status.state, status.reason) == ("interrupted", "failed: champions: no space left")
    killed = unfinished(uninterrupted, tmp_path / "killed", [*range(9)])
    assert read_status(killed).reason == "its process was killed, or the machine stopped"


def trials_in_memory() -> list[Trial]:
    """Return all trials that something refers to."""
    gc.collect()
    return [each for each in gc.get_objects() if type(each) is Trial]


def test_a_continued_search_keeps_no_trial_that_it_does_not_need(
    uninterrupted: RunFolder, tmp_path: Path
) -> None:
    """Of the trials that the strategy has received, only those of the front stay in memory."""
    folder = RunFolder(tmp_path / uninterrupted.id)
    shutil.copytree(uninterrupted.path, folder.path)
    searched = {each.number for each in read_trials(folder.journal_file) if not each.name}
    before = set(map(id, trials_in_memory()))
    kept: set[int] = set()
    calls = itertools.count()  # to look through the memory takes long

    def observe(progress: Progress) -> None:
        if progress.phase == "searching" and progress.generation == 4 and next(calls) < 3:
            front = {trial.number for trial in progress.front}
            found = [each.number for each in trials_in_memory() if id(each) not in before]
            kept.update({*found} - front)

    assert resume(folder, changes={"generations": 6}, observer=observe)
    assert not kept & searched


@pytest.mark.parametrize("call", range(1, 14))
def test_continuing_a_run_may_be_interrupted_anywhere(
    uninterrupted: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    """After a failure at any file, a plain resume goes on, to the old end or to the new one."""
    folder = RunFolder(tmp_path / uninterrupted.id)
    shutil.copytree(uninterrupted.path, folder.path)
    calls = itertools.count(1)

    def replace(source: Path, target: Path) -> None:
        if next(calls) == call:
            raise OSError(errno.ENOSPC, "No space left on device")
        source.rename(target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", replace)
        with contextlib.suppress(StorageError):
            resume(folder, changes={"generations": 5})
    resume(folder)
    assert len(outcome(folder)[0]) in {6 + 4 * 4, 6 + 4 * 5}
    assert load_run(folder.path).experiment.evolution.generations in {4, 5}
    assert read_status(folder).state == "complete"


def test_trials_that_the_journal_lost_are_trained_again(
    uninterrupted: RunFolder, tmp_path: Path
) -> None:
    """Trials of the checkpoint that the journal has lost are trained again, with a warning."""
    folder = RunFolder(tmp_path / uninterrupted.id)
    shutil.copytree(uninterrupted.path, folder.path)
    lines = folder.journal_file.read_bytes().splitlines(keepends=True)
    folder.journal_file.write_bytes(b"".join(lines[:11]))
    with pytest.raises(StorageError, match=r"must have the 22 trials .*, but has 11;"):
        load_run(folder.path).pareto_front()
    with pytest.warns(UserWarning, match="missing in the journal; they are trained again"):
        assert resume(folder)
    assert outcome(folder) == outcome(uninterrupted)


def test_a_damaged_checkpoint_is_a_warning(uninterrupted: RunFolder, tmp_path: Path) -> None:
    """One of the two checkpoints is enough, and so is none."""
    for damaged in (["checkpoint_file"], ["checkpoint_file", "previous_checkpoint_file"]):
        folder = RunFolder(tmp_path / str(len(damaged)) / uninterrupted.id)
        shutil.copytree(uninterrupted.path, folder.path)
        for name in damaged:
            file: Path = getattr(folder, name)
            file.write_bytes(file.read_bytes()[:-20])
        with pytest.warns(UserWarning, match=r"checkpoint\..*json: must"):
            assert resume(folder)
        assert outcome(folder) == outcome(uninterrupted)


@pytest.mark.parametrize("is_complete", [True, False])
def test_damaged_lines_are_removed_and_trained_again(
    uninterrupted: RunFolder, tmp_path: Path, *, is_complete: bool
) -> None:
    """A wrong bit in the journal costs one trial; the original journal is kept."""
    folder = RunFolder(tmp_path / uninterrupted.id)
    if is_complete:
        shutil.copytree(uninterrupted.path, folder.path)
    else:
        unfinished(uninterrupted, tmp_path, [*range(13)])
    content = bytearray(folder.journal_file.read_bytes())
    content[len(content) // 2] ^= 1
    folder.journal_file.write_bytes(content)
    with pytest.warns(UserWarning, match="trained again") as warned:
        resume(folder)
    assert re.search(r"trials\.jsonl, line \d+: must .*; its trial is", str(warned[0].message))
    assert folder.damaged_journal_file.read_bytes() == content
    assert outcome(folder) == outcome(uninterrupted)


@pytest.mark.parametrize(
    "name", ["experiment_file", "best_file", "champions_file", "journal_file", "environment_file"]
)
@pytest.mark.parametrize("is_gone", [True, False])
def test_lost_files_are_restored(
    uninterrupted: RunFolder, tmp_path: Path, name: str, *, is_gone: bool
) -> None:
    """A missing or empty file is restored by a resume; an empty experiment is reported."""
    folder = unfinished(uninterrupted, tmp_path) if name == "environment_file" else None
    if folder is None:
        folder = RunFolder(tmp_path / uninterrupted.id)
        shutil.copytree(uninterrupted.path, folder.path)
    file: Path = getattr(folder, name)
    file.unlink() if is_gone else file.write_bytes(b"")
    if name == "experiment_file" and not is_gone:
        with pytest.raises(UsageError, match=f"^{re.escape(str(file))}: "):
            resume(folder)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # what they say is shown elsewhere
        assert resume(folder)
    assert outcome(folder) == outcome(uninterrupted)
    if name == "experiment_file":
        assert file.read_bytes() == uninterrupted.experiment_file.read_bytes()


def test_fewer_generations_than_are_done_are_refused(
    uninterrupted: RunFolder, tmp_path: Path
) -> None:
    """Such a change is refused, and the run stays as it is."""
    folder = RunFolder(tmp_path / uninterrupted.id)
    shutil.copytree(uninterrupted.path, folder.path)
    with pytest.raises(UsageError, match="generations: must be at least the 4 that are done, but"):
        resume(folder, changes={"generations": 3})
    assert not resume(folder)


def test_progress_of_a_resumed_search_counts_earlier_trials(
    uninterrupted: RunFolder, tmp_path: Path
) -> None:
    """From its first report on, a resumed search counts trials that were finished before."""
    folder = unfinished(uninterrupted, tmp_path, [*range(13)])
    reports: list[Progress] = []
    resume(folder, observer=reports.append)
    counts = [progress.trials for progress in reports]
    assert (counts[0], counts[-1]) == (13, 22)
    assert counts == sorted(counts)


def test_progress_of_a_continued_run_starts_at_its_state(
    uninterrupted: RunFolder, tmp_path: Path
) -> None:
    """Its first report has the generations, trials and seconds of the run so far."""
    folder = RunFolder(tmp_path / uninterrupted.id)
    shutil.copytree(uninterrupted.path, folder.path)
    reports: list[Progress] = []
    resume(folder, changes={"generations": 5}, observer=reports.append)
    assert (reports[0].generation, reports[0].trials) == (4, 22)
    assert reports[0].seconds == read_status(uninterrupted).seconds > 0
    assert [each.generation for each in reports] == sorted(each.generation for each in reports)


def test_seeds_are_kept_in_the_run(tiny: Tiny, tmp_path: Path) -> None:
    """A run stopped before its first generation still starts with the given genomes."""
    genome = Genome({"hidden": (5,), "learning_rate": 0.25, "activation": "tanh"})
    whole = search(tiny(), tmp_path / "whole", beginning=Beginning((genome,)))
    folder = unfinished(whole, tmp_path / "stopped", [])
    resume(folder)
    assert outcome(folder) == outcome(whole)
    assert read_trials(folder.journal_file)[6].operator == "seed"


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        ("samples = 60", "samples = 70", "training.samples must be 60, .* but is 70"),
        ("generations = 4", "generations = 5", "evolution.generations must be 4, .* but is 5"),
        ("replicates = 3\n", "replicates = 3\nl2 = 0.5\n", "training.l2 must be 0.0, .* 0.5"),
        ('name = "tiny"', 'name = "huge"', "name must be 'tiny', .* but is 'huge'"),
    ],
)
def test_an_edited_experiment_is_refused_with_the_difference(
    uninterrupted: RunFolder, tmp_path: Path, old: str, new: str, difference: str
) -> None:
    """Each changed key is one line, and nothing is trained."""
    folder = unfinished(uninterrupted, tmp_path, [*range(9)])
    text = folder.experiment_file.read_text().replace(
        "l2 = 0.0\n", "" if "l2" in new else "l2 = 0.0\n"
    )
    folder.experiment_file.write_text(text.replace(old, new))
    journal = folder.journal_file.read_bytes()
    with pytest.raises(UsageError, match=difference) as refused:
        resume(folder)
    assert len(refused.value.problems) == 1
    assert folder.journal_file.read_bytes() == journal


def test_a_damaged_experiment_is_reported(uninterrupted: RunFolder, tmp_path: Path) -> None:
    """Each line about a file that is no experiment begins with the file."""
    folder = unfinished(uninterrupted, tmp_path, [*range(9)])
    for text in ("", 'name = "tiny"\nseed = -1\n[task]\nkind = "mouse"\ncount = 0', "[task"):
        folder.experiment_file.write_text(text)
        with pytest.raises(UsageError) as refused:
            resume(folder)
        name = str(folder.experiment_file)
        assert all(problem.startswith(name) for problem in refused.value.problems)


def test_comments_in_the_experiment_do_not_matter(uninterrupted: RunFolder, tmp_path: Path) -> None:
    """A run with an added comment can be resumed."""
    folder = unfinished(uninterrupted, tmp_path, [*range(9)])
    text = folder.experiment_file.read_text()
    folder.experiment_file.write_text(f"# a comment\n{text}\n# another\n")
    assert resume(folder)


def test_changed_data_are_refused_with_the_difference(tiny: Tiny, tmp_path: Path) -> None:
    """A run can't be resumed with a changed recording; the difference is reported."""
    recording = tmp_path / "recording.csv"
    recording.write_text("x,y\n10,20\n500,300\n")
    task = {"positions": "recording", "recording": str(recording)}
    folder = unfinished(search(tiny(task=task), tmp_path / "whole"), tmp_path / "stopped", [0, 1])
    recording.write_text("x,y\n10,20\n500,300\n7,8\n")
    with pytest.raises(DataError, match=r"training_inputs must be .* 2 × 2.* but got .* 3 × 2"):
        resume(folder)


def test_another_machine_is_a_warning(uninterrupted: RunFolder, tmp_path: Path) -> None:
    """Other versions and another processor give one warning, and the run goes on."""
    folder = unfinished(uninterrupted, tmp_path, [*range(9)])
    recorded = json.loads(folder.environment_file.read_text())
    recorded["cpu"] = "Zilog Z80"
    recorded["libraries"]["numpy"] = "1.0"
    folder.environment_file.write_text(json.dumps(recorded))
    with pytest.warns(UserWarning, match=r"Z80") as warned:
        resume(folder)
    assert len(warned) == 1
    assert "numpy" in str(warned[0].message)
    assert json.loads(folder.environment_file.read_text())["resumed"][0]["cpu"] != "Zilog Z80"
    assert outcome(folder) == outcome(uninterrupted)


def test_the_journal_of_another_search_is_refused(
    uninterrupted: RunFolder, tiny: Tiny, tmp_path: Path
) -> None:
    """A trial that this search does not ask for is reported and not used."""
    other = search(tiny(evolution={"population": 5}), tmp_path / "other")
    folder = unfinished(uninterrupted, tmp_path)
    folder.journal_file.write_bytes(other.journal_file.read_bytes())
    with pytest.raises(StorageError, match=r"trial \d+: \w+ must be .*, for which the search asks"):
        resume(folder)


def test_a_run_has_one_writer(uninterrupted: RunFolder, tmp_path: Path) -> None:
    """While another process writes to the run, resuming is refused at once, with that process."""
    folder = unfinished(uninterrupted, tmp_path, [*range(9)])
    with RunLock(folder):
        assert read_status(folder).state == "running"
        with pytest.raises(BusyError, match=r"one writer at a time, but process \d+"):
            resume(folder)
    assert read_status(folder).state == "interrupted"
    assert resume(folder)


def test_the_time_limit_ends_a_search_within_a_generation(
    uninterrupted: RunFolder, tiny: Tiny, tmp_path: Path
) -> None:
    """The run is complete, with a front and champions; with more time it ends the same."""
    folder = search(tiny(evolution={"time_limit": 1e-9}), tmp_path)
    assert read_status(folder).reason == "the time limit of 1e-09 s is over"
    assert len(read_trials(folder.journal_file)) < 22
    assert resume(folder, changes={"time_limit": 1e9})
    assert read_status(folder).reason == "4 generations done"
    assert outcome(folder)[:2] == outcome(uninterrupted)[:2]


@pytest.mark.parametrize(
    ("ends", "reason"),
    [
        ({"target": {"final_mse": 1e9}}, r"trial \d+ reached the target, .* = 1e\+09"),
        ({"patience": 1, "generations": 500}, "1 generation without a gain in hypervolume"),
    ],
)
def test_an_interrupted_search_ends_for_the_same_reason(
    tiny: Tiny, tmp_path: Path, ends: dict[str, object], reason: str
) -> None:
    """Target and patience end a resumed search at the same trial as one without interruption."""
    whole = search(tiny(evolution=ends), tmp_path / "whole")
    assert re.fullmatch(reason, read_status(whole).reason)
    trials = len(read_trials(whole.journal_file))
    for count in {5, trials // 2, trials - 1}:
        folder = unfinished(whole, tmp_path / str(count), [*range(count)])
        resume(folder)
        assert outcome(folder) == outcome(whole)
        assert read_status(folder).reason == read_status(whole).reason


def test_trials_are_synced_before_what_relies_on_them(
    tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a checkpoint or the champions are replaced, every line of the journal is synced."""
    replace_file, sync = os.replace, os.fsync
    synced: dict[int, int] = {}  # sizes of files by their inodes
    checked = 0

    def fsync(descriptor: int) -> None:
        sync(descriptor)
        status = os.fstat(descriptor)
        synced[status.st_ino] = status.st_size

    def replace_after_sync(source: Path, target: Path) -> None:
        nonlocal checked
        if target.name in {"checkpoint.json", "champions.safetensors", "best.toml"}:
            journal = (target.parent / "trials.jsonl").stat()
            assert synced[journal.st_ino] == journal.st_size
            checked += 1
        replace_file(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace_after_sync)
    search(tiny(), tmp_path)
    assert checked >= 3
