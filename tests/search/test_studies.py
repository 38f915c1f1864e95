"""Random search and ablation of a run train as the run did, and can be interrupted."""

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
def folder(uninterrupted: RunFolder, tmp_path: Path) -> RunFolder:
    """Return the folder of a run without studies."""
    copy = RunFolder(tmp_path / uninterrupted.id)
    shutil.copytree(uninterrupted.path, copy.path)
    return copy


def random_search(
    folder: RunFolder, trials: int, counter: studies.Counter = ignore_progress
) -> None:
    """Train a random search for a run."""
    with studies.study(folder, folder.random_file, WORKERS) as (trainer, record):
        studies.random_search(trainer, record, trials, counter)


def ablate(folder: RunFolder, source: Trial, target: Trial) -> None:
    """Train an ablation between two trials of a run."""
    with studies.study(folder, folder.ablation_file, WORKERS) as (trainer, record):
        studies.ablate(trainer, record, source, target, ignore_progress)


def timeless(path: Path) -> Sequence[Trial]:
    """Read the trials of a journal without times."""
    return [dataclasses.replace(trial, seconds=0, work=()) for trial in read_trials(path)]


def ends(folder: RunFolder) -> tuple[Trial, Trial]:
    """Return a baseline and the best trial of a run."""
    run = load_run(folder.path)
    return run.baselines[2], run.best


def test_random_configurations_are_distinct_and_of_the_space(folder: RunFolder) -> None:
    """There are as many as asked for, all distinct, and none is one of the search."""
    random_search(folder, 40)
    run = load_run(folder.path)
    random = run.findings.random
    keys = {run.experiment.space.genome(trial.genome).key for trial in random}
    searched = {run.experiment.space.genome(trial.genome).key for trial in run.findings.searched}
    assert len(keys) == len(random) == 40
    assert not keys & searched
    assert {trial.operator for trial in random} == {"random"}


def test_a_random_search_is_continued(folder: RunFolder, tmp_path: Path) -> None:
    """After an interruption, damage or a smaller request it trains the missing trials."""
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


def test_an_ablation_leads_from_the_baseline_to_the_best(folder: RunFolder) -> None:
    """It begins with the scores of the baseline and ends with those of the best trial."""
    source, target = ends(folder)
    ablate(folder, source, target)
    trials = read_trials(folder.ablation_file)
    assert (trials[0].objectives, trials[0].curve) == (source.objectives, source.curve)
    assert (trials[-1].objectives, trials[-1].curve) == (target.objectives, target.curve)


def test_each_round_keeps_the_best_change(folder: RunFolder) -> None:
    """A trial changes one gene of the kept trial, which is the best of its round."""
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


def test_an_ablation_from_another_baseline_replaces_the_first(folder: RunFolder) -> None:
    """The same ablation is kept; one from another baseline is trained anew."""
    source, target = ends(folder)
    ablate(folder, source, target)
    expected = folder.ablation_file.read_bytes()
    ablate(folder, source, target)
    assert folder.ablation_file.read_bytes() == expected
    ablate(folder, load_run(folder.path).baselines[0], target)
    assert read_trials(folder.ablation_file)[0].name == "article-good"
    ablate(folder, source, target)
    assert len(expected.splitlines()) == len(timeless(folder.ablation_file))


def test_no_study_of_a_run_that_is_written_to(folder: RunFolder) -> None:
    """While another process writes to the run, nothing is trained for it."""
    with RunLock(folder), pytest.raises(BusyError):
        random_search(folder, 4)
    assert not folder.random_file.exists()


def test_a_damaged_study_is_reported_with_advice(folder: RunFolder) -> None:
    """The error about a damaged file says that it can be deleted and made again."""
    random_search(folder, 4)
    content = folder.random_file.read_bytes()
    folder.random_file.write_bytes(content.replace(b"random", b"chosen", 1))
    with pytest.raises(StorageError, match=r"line 1.*delete random\.jsonl"):
        load_run(folder.path).pareto_front()
