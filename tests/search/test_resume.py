"""A run that is taken up again ends as one that was never left."""

import contextlib
import dataclasses
import errno
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
from neuroevo.report.run import load_run
from neuroevo.runs import RunFolder, RunLock, Trial, read_status, read_trials
from neuroevo.search import Progress, StoppedError, resume, search
from neuroevo.space import Genome

Tiny = Callable[..., Experiment]


def outcome(folder: RunFolder) -> tuple[list[Trial], bytes, str]:
    """Give all that a run found, without times and its own name."""
    trials = [
        dataclasses.replace(trial, seconds=0, work=()) for trial in read_trials(folder.journal_file)
    ]
    best = folder.best_file.read_text().replace(folder.id, "RUN")
    return trials, folder.champions_file.read_bytes(), best


def unfinished(run: RunFolder, place: Path, lines: list[int] | None = None) -> RunFolder:
    """Copy a run as it was when some lines were in its journal and no checkpoint was written."""
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
    """Give an observer and a wish to stop that comes when so many trials are finished."""
    seen = [0]

    def observe(progress: Progress) -> None:
        seen[0] = max(seen[0], progress.trials)

    return observe, lambda: seen[0] >= trials


def test_every_length_of_the_journal_leads_to_the_same_end(
    undisturbed: RunFolder, tmp_path: Path
) -> None:
    """However many trials were finished, the rest is trained and all ends alike."""
    expected = outcome(undisturbed)
    for count in range(len(expected[0]) + 1):
        folder = unfinished(undisturbed, tmp_path / str(count), [*range(count)])
        before = folder.journal_file.read_bytes()
        assert resume(folder)
        assert outcome(folder) == expected
        assert folder.journal_file.read_bytes().startswith(before)


def test_only_what_is_missing_is_trained(undisturbed: RunFolder, tmp_path: Path) -> None:
    """Holes in the journal are filled, and every other line stays as it is."""
    lines = [line for line in range(22) if line not in {2, 9, 10, 17}]
    folder = unfinished(undisturbed, tmp_path, lines)
    before = folder.journal_file.read_bytes()
    resume(folder)
    after = folder.journal_file.read_bytes()
    assert after.startswith(before)
    assert after.count(b"\n") == 22
    assert outcome(folder) == outcome(undisturbed)


def test_a_search_stopped_again_and_again_ends_alike(
    undisturbed: RunFolder, tiny: Tiny, tmp_path: Path
) -> None:
    """Running trials are finished, a checkpoint is there, and each resume goes on from it."""
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
    assert outcome(folder) == outcome(undisturbed)


def test_a_stop_before_the_search_leaves_nothing(tiny: Tiny, tmp_path: Path) -> None:
    """There is no run to go on with before there is anything to train."""
    with pytest.raises(StoppedError, match="before the search began"):
        search(tiny(), tmp_path / "results", stop=lambda: True)
    assert not (tmp_path / "results").exists()


def test_a_complete_run_is_left_alone(undisturbed: RunFolder, tmp_path: Path) -> None:
    """There is nothing to resume, and no file of it changes."""
    folder = RunFolder(tmp_path / undisturbed.id)
    shutil.copytree(undisturbed.path, folder.path)
    before = {path.name: path.read_bytes() for path in folder.path.iterdir()}
    assert not resume(folder)
    after = {path.name: path.read_bytes() for path in folder.path.iterdir()}
    assert {name: after.get(name) for name in before} == before
    status = read_status(folder)
    assert (status.state, status.reason) == ("complete", "4 generations done")


def test_a_complete_run_goes_on_to_another_end(
    undisturbed: RunFolder, tiny: Tiny, tmp_path: Path
) -> None:
    """Four generations and then seven are the same as seven."""
    folder = RunFolder(tmp_path / "copy" / undisturbed.id)
    shutil.copytree(undisturbed.path, folder.path)
    assert resume(folder, changes={"generations": 7})
    assert outcome(folder) == outcome(search(tiny(evolution={"generations": 7}), tmp_path))
    assert not resume(folder)


@pytest.mark.parametrize("call", range(1, 14))
def test_the_way_to_another_end_may_be_cut_anywhere(
    undisturbed: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    """Whichever file was replaced last, a plain resume goes on, to the old end or to the new."""
    folder = RunFolder(tmp_path / undisturbed.id)
    shutil.copytree(undisturbed.path, folder.path)
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


def test_a_journal_behind_its_checkpoint_is_filled_again(
    undisturbed: RunFolder, tmp_path: Path
) -> None:
    """Trials that the checkpoint knows and the journal lost are trained again, and it is said."""
    folder = RunFolder(tmp_path / undisturbed.id)
    shutil.copytree(undisturbed.path, folder.path)
    lines = folder.journal_file.read_bytes().splitlines(keepends=True)
    folder.journal_file.write_bytes(b"".join(lines[:11]))
    with pytest.raises(StorageError, match=r"must have the 22 trials .*, but has 11;"):
        load_run(folder.path).pareto_front()
    with pytest.warns(UserWarning, match="missing in the journal; they are trained again"):
        assert resume(folder)
    assert outcome(folder) == outcome(undisturbed)


def test_a_damaged_checkpoint_is_told_and_done_without(
    undisturbed: RunFolder, tmp_path: Path
) -> None:
    """One of the two checkpoints is enough, and so is none."""
    for damaged in (["checkpoint_file"], ["checkpoint_file", "previous_checkpoint_file"]):
        folder = RunFolder(tmp_path / str(len(damaged)) / undisturbed.id)
        shutil.copytree(undisturbed.path, folder.path)
        for name in damaged:
            file: Path = getattr(folder, name)
            file.write_bytes(file.read_bytes()[:-20])
        with pytest.warns(UserWarning, match=r"checkpoint\..*json: must"):
            assert resume(folder)
        assert outcome(folder) == outcome(undisturbed)


@pytest.mark.parametrize("is_complete", [True, False])
def test_damaged_lines_are_left_out_and_trained_again(
    undisturbed: RunFolder, tmp_path: Path, *, is_complete: bool
) -> None:
    """A wrong bit in the journal costs that trial alone; the journal as it was is kept."""
    folder = RunFolder(tmp_path / undisturbed.id)
    if is_complete:
        shutil.copytree(undisturbed.path, folder.path)
    else:
        unfinished(undisturbed, tmp_path, [*range(13)])
    content = bytearray(folder.journal_file.read_bytes())
    content[len(content) // 2] ^= 1
    folder.journal_file.write_bytes(content)
    with pytest.warns(UserWarning, match="trained again") as told:
        resume(folder)
    assert re.search(r"trials\.jsonl, line \d+: must .*; its trial is", str(told[0].message))
    assert folder.damaged_journal_file.read_bytes() == content
    assert outcome(folder) == outcome(undisturbed)


@pytest.mark.parametrize(
    "name", ["experiment_file", "best_file", "champions_file", "journal_file", "environment_file"]
)
@pytest.mark.parametrize("is_gone", [True, False])
def test_what_follows_from_the_rest_is_made_again(
    undisturbed: RunFolder, tmp_path: Path, name: str, *, is_gone: bool
) -> None:
    """A file that is gone, or empty, is there again after a resume; an experiment is named."""
    folder = unfinished(undisturbed, tmp_path) if name == "environment_file" else None
    if folder is None:
        folder = RunFolder(tmp_path / undisturbed.id)
        shutil.copytree(undisturbed.path, folder.path)
    file: Path = getattr(folder, name)
    file.unlink() if is_gone else file.write_bytes(b"")
    if name == "experiment_file" and not is_gone:
        with pytest.raises(UsageError, match=f"^{re.escape(str(file))}: "):
            resume(folder)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # what they say is shown elsewhere
        assert resume(folder)
    assert outcome(folder) == outcome(undisturbed)
    if name == "experiment_file":
        assert file.read_bytes() == undisturbed.experiment_file.read_bytes()


def test_fewer_generations_than_are_done_are_refused(
    undisturbed: RunFolder, tmp_path: Path
) -> None:
    """What was searched can't be undone, and the run stays as it is."""
    folder = RunFolder(tmp_path / undisturbed.id)
    shutil.copytree(undisturbed.path, folder.path)
    with pytest.raises(UsageError, match="generations: must be at least the 4 that are done, but"):
        resume(folder, changes={"generations": 3})
    assert not resume(folder)


def test_progress_goes_on_from_where_it_was(undisturbed: RunFolder, tmp_path: Path) -> None:
    """From the first report on, a resumed search counts what was finished before."""
    folder = unfinished(undisturbed, tmp_path, [*range(13)])
    told: list[Progress] = []
    resume(folder, observer=told.append)
    counts = [progress.trials for progress in told]
    assert (counts[0], counts[-1]) == (13, 22)
    assert counts == sorted(counts)


def test_a_complete_run_that_goes_on_reports_where_it_stands(
    undisturbed: RunFolder, tmp_path: Path
) -> None:
    """Its first report has the generations, trials and seconds that lie behind it."""
    folder = RunFolder(tmp_path / undisturbed.id)
    shutil.copytree(undisturbed.path, folder.path)
    told: list[Progress] = []
    resume(folder, changes={"generations": 5}, observer=told.append)
    assert (told[0].generation, told[0].trials) == (4, 22)
    assert told[0].seconds == read_status(undisturbed).seconds > 0
    assert [each.generation for each in told] == sorted(each.generation for each in told)


def test_seeds_are_remembered(tiny: Tiny, tmp_path: Path) -> None:
    """A run that was stopped before its first generation still begins with the genomes given."""
    genome = Genome({"hidden": (5,), "learning_rate": 0.25, "activation": "tanh"})
    whole = search(tiny(), tmp_path / "whole", initial=[genome])
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
    undisturbed: RunFolder, tmp_path: Path, old: str, new: str, difference: str
) -> None:
    """Each key that is not as it was is a line, and nothing is trained."""
    folder = unfinished(undisturbed, tmp_path, [*range(9)])
    text = folder.experiment_file.read_text().replace(
        "l2 = 0.0\n", "" if "l2" in new else "l2 = 0.0\n"
    )
    folder.experiment_file.write_text(text.replace(old, new))
    journal = folder.journal_file.read_bytes()
    with pytest.raises(UsageError, match=difference) as refused:
        resume(folder)
    assert len(refused.value.problems) == 1
    assert folder.journal_file.read_bytes() == journal


def test_a_damaged_experiment_is_named(undisturbed: RunFolder, tmp_path: Path) -> None:
    """Each line on a file that is no experiment any more begins with the file."""
    folder = unfinished(undisturbed, tmp_path, [*range(9)])
    for text in ("", 'name = "tiny"\nseed = -1\n[task]\nkind = "mouse"\ncount = 0', "[task"):
        folder.experiment_file.write_text(text)
        with pytest.raises(UsageError) as refused:
            resume(folder)
        name = str(folder.experiment_file)
        assert all(problem.startswith(name) for problem in refused.value.problems)


def test_an_experiment_that_only_looks_different_is_the_same(
    undisturbed: RunFolder, tmp_path: Path
) -> None:
    """Comments and the order of keys don't matter."""
    folder = unfinished(undisturbed, tmp_path, [*range(9)])
    text = folder.experiment_file.read_text()
    folder.experiment_file.write_text(f"# a comment\n{text}\n# another\n")
    assert resume(folder)


def test_changed_data_are_refused_with_the_difference(tiny: Tiny, tmp_path: Path) -> None:
    """A recording that is not what it was can't go on; what differs is named."""
    recording = tmp_path / "recording.csv"
    recording.write_text("x,y\n10,20\n500,300\n")
    task = {"positions": "recording", "recording": str(recording)}
    folder = unfinished(search(tiny(task=task), tmp_path / "whole"), tmp_path / "stopped", [0, 1])
    recording.write_text("x,y\n10,20\n500,300\n7,8\n")
    with pytest.raises(DataError, match=r"training_inputs must be .* 2 × 2.* but got .* 3 × 2"):
        resume(folder)


def test_another_machine_is_a_warning(undisturbed: RunFolder, tmp_path: Path) -> None:
    """Other versions and another processor are named, both at once, and the run goes on."""
    folder = unfinished(undisturbed, tmp_path, [*range(9)])
    recorded = json.loads(folder.environment_file.read_text())
    recorded["cpu"] = "Zilog Z80"
    recorded["libraries"]["numpy"] = "1.0"
    folder.environment_file.write_text(json.dumps(recorded))
    with pytest.warns(UserWarning, match=r"Z80") as told:
        resume(folder)
    assert len(told) == 1
    assert "numpy" in str(told[0].message)
    assert json.loads(folder.environment_file.read_text())["resumed"][0]["cpu"] != "Zilog Z80"
    assert outcome(folder) == outcome(undisturbed)


def test_the_journal_of_another_search_is_refused(
    undisturbed: RunFolder, tiny: Tiny, tmp_path: Path
) -> None:
    """Trials that this search does not ask for are named, not taken."""
    other = search(tiny(evolution={"population": 5}), tmp_path / "other")
    folder = unfinished(undisturbed, tmp_path)
    folder.journal_file.write_bytes(other.journal_file.read_bytes())
    with pytest.raises(StorageError, match=r"trial \d+: \w+ must be .*, for which the search asks"):
        resume(folder)


def test_a_run_has_one_writer(undisturbed: RunFolder, tmp_path: Path) -> None:
    """While somebody holds the run, resuming is refused at once, and names the holder."""
    folder = unfinished(undisturbed, tmp_path, [*range(9)])
    with RunLock(folder):
        assert read_status(folder).state == "running"
        with pytest.raises(BusyError, match=r"one writer at a time, but process \d+"):
            resume(folder)
    assert read_status(folder).state == "interrupted"
    assert resume(folder)


def test_the_time_limit_ends_a_search_within_a_generation(
    undisturbed: RunFolder, tiny: Tiny, tmp_path: Path
) -> None:
    """It is complete then, with a front and champions, and with more time it goes on alike."""
    folder = search(tiny(evolution={"time_limit": 1e-9}), tmp_path)
    assert read_status(folder).reason == "the time limit of 1e-09 s is over"
    assert len(read_trials(folder.journal_file)) < 22
    assert resume(folder, changes={"time_limit": 1e9})
    assert read_status(folder).reason == "4 generations done"
    assert outcome(folder)[:2] == outcome(undisturbed)[:2]


@pytest.mark.parametrize(
    ("ends", "reason"),
    [
        ({"target": {"samples_to_target": 1e9}}, r"trial \d+ reached the target, .* = 1e\+09"),
        ({"patience": 1, "generations": 500}, "1 generation without a gain in hypervolume"),
    ],
)
def test_a_search_ends_alike_when_it_was_stopped(
    tiny: Tiny, tmp_path: Path, ends: dict[str, object], reason: str
) -> None:
    """Target and patience end a resumed search where they end one that was never stopped."""
    whole = search(tiny(evolution=ends), tmp_path / "whole")
    assert re.fullmatch(reason, read_status(whole).reason)
    trials = len(read_trials(whole.journal_file))
    for count in {5, trials // 2, trials - 1}:
        folder = unfinished(whole, tmp_path / str(count), [*range(count)])
        resume(folder)
        assert outcome(folder) == outcome(whole)
        assert read_status(folder).reason == read_status(whole).reason
