"""What a run is asked afterwards is answered by trainings like its own, and lost by nothing."""

import dataclasses
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from neuroevo.errors import BusyError, StorageError
from neuroevo.report.run import load_run
from neuroevo.runs import RunFolder, RunLock, Trial, read_trials
from neuroevo.search import ignore_progress, studies
from neuroevo.workers import Workers

WORKERS = Workers(2)


@pytest.fixture
def folder(undisturbed: RunFolder, tmp_path: Path) -> RunFolder:
    """Give a run of which nothing was asked yet."""
    copy = RunFolder(tmp_path / undisturbed.id)
    shutil.copytree(undisturbed.path, copy.path)
    return copy


def random_search(
    folder: RunFolder, trials: int, counter: studies.Counter = ignore_progress
) -> None:
    """Search at random beside a run."""
    with studies.study(folder, folder.random_file, WORKERS) as (trainer, record):
        studies.random_search(trainer, record, trials, counter)


def ablate(folder: RunFolder, source: Trial, target: Trial) -> None:
    """Go from one trial of a run to another."""
    with studies.study(folder, folder.ablation_file, WORKERS) as (trainer, record):
        studies.ablate(trainer, record, source, target, ignore_progress)


def timeless(path: Path) -> Sequence[Trial]:
    """Read the trials of a journal without what may differ."""
    return [dataclasses.replace(trial, seconds=0, work=()) for trial in read_trials(path)]


def ends(folder: RunFolder) -> tuple[Trial, Trial]:
    """Give a baseline and the best trial of a run."""
    run = load_run(folder.path)
    return run.baselines[2], run.best


def test_random_configurations_are_distinct_and_of_the_space(folder: RunFolder) -> None:
    """There are as many as asked for, none twice, and they are none of the search's own."""
    random_search(folder, 40)
    run = load_run(folder.path)
    random = run.findings.random
    keys = {run.experiment.space.genome(trial.genome).key for trial in random}
    searched = {run.experiment.space.genome(trial.genome).key for trial in run.findings.searched}
    assert len(keys) == len(random) == 40
    assert not keys & searched
    assert {trial.operator for trial in random} == {"random"}


def test_a_random_search_goes_on_where_it_was_left(folder: RunFolder, tmp_path: Path) -> None:
    """Cut short, damaged or asked for less before: it trains the rest, and ends with the same."""
    other = RunFolder(tmp_path / "other")
    shutil.copytree(folder.path, other.path)
    random_search(folder, 12)
    random_search(other, 8)
    lines = other.random_file.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b"random", b"chosen")
    other.random_file.write_bytes(b"".join(lines)[:-7])
    finished: list[int] = []
    random_search(other, 12, lambda count, _: finished.append(count))
    assert finished == [6, 7, 8, 9, 10, 11, 12]
    assert timeless(other.random_file) == timeless(folder.random_file)


def test_the_way_from_a_baseline_leads_to_the_best(folder: RunFolder) -> None:
    """It begins with the baseline's scores and ends with the best trial's, to the last bit."""
    source, target = ends(folder)
    ablate(folder, source, target)
    trials = read_trials(folder.ablation_file)
    assert (trials[0].objectives, trials[0].curve) == (source.objectives, source.curve)
    assert (trials[-1].objectives, trials[-1].curve) == (target.objectives, target.curve)


def test_each_round_keeps_the_best_change(folder: RunFolder) -> None:
    """A trial changes one gene of what was kept before, which nothing of its own round beat."""
    source, target = ends(folder)
    ablate(folder, source, target)
    trials = read_trials(folder.ablation_file)
    for trial in trials[1:]:
        [number] = trial.parents
        parent = trials[number]
        assert trial.genome == {**parent.genome, trial.name: target.genome[trial.name]}
        rivals = [each for each in trials if each.generation == parent.generation]
        assert all(list(parent.objectives.values()) <= list(each.objectives.values())
                   for each in rivals)  # fmt: skip


def test_another_question_replaces_the_answer(folder: RunFolder) -> None:
    """The same way asked for twice is kept; one from another baseline is found afresh."""
    source, target = ends(folder)
    ablate(folder, source, target)
    expected = folder.ablation_file.read_bytes()
    ablate(folder, source, target)
    assert folder.ablation_file.read_bytes() == expected
    ablate(folder, load_run(folder.path).baselines[0], target)
    assert read_trials(folder.ablation_file)[0].name == "article-good"
    ablate(folder, source, target)
    assert len(expected.splitlines()) == len(timeless(folder.ablation_file))


def test_a_run_that_is_written_to_is_left_alone(folder: RunFolder) -> None:
    """While somebody writes to the run, nothing is trained for it."""
    with RunLock(folder), pytest.raises(BusyError):
        random_search(folder, 4)
    assert not folder.random_file.exists()


def test_a_damaged_answer_is_named_with_what_helps(folder: RunFolder) -> None:
    """A reader of a damaged file learns that it can be made again."""
    random_search(folder, 4)
    content = folder.random_file.read_bytes()
    folder.random_file.write_bytes(content.replace(b"random", b"chosen", 1))
    with pytest.raises(StorageError, match=r"line 1.*delete random\.jsonl"):
        load_run(folder.path).pareto_front()
