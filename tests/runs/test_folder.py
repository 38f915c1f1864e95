from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from neuroevo.errors import StorageError, UsageError
from neuroevo.runs import RunFolder, find_run, list_runs

MOMENT = datetime(2026, 11, 22, 15, 44, 55, tzinfo=UTC)


def make_run(results: Path, name: str = "mouse", *, seconds: int = 0) -> RunFolder:
    """Make a run folder with an experiment in it."""
    folder = RunFolder.create(results, name, moment=MOMENT + timedelta(seconds=seconds))
    folder.experiment_file.touch()
    return folder


def test_a_run_is_named_after_its_experiment_and_moment(tmp_path: Path) -> None:
    """The id is the name and the time; the results folder is made if it is missing."""
    folder = RunFolder.create(tmp_path / "a" / "results", "mouse", moment=MOMENT)
    assert folder.id == "mouse-20261122-154455"
    assert folder.path == tmp_path / "a" / "results" / folder.id
    assert folder.path.is_dir()


def test_the_files_of_a_run_are_the_documented_ones(tmp_path: Path) -> None:
    """Every file has its documented name."""
    folder = RunFolder(tmp_path)
    files = {
        folder.experiment_file, folder.environment_file, folder.journal_file,
        folder.checkpoint_file, folder.best_file, folder.champions_file, folder.report_file,
        folder.start_file, folder.previous_checkpoint_file, folder.lock_file, folder.writer_file,
    }  # fmt: skip
    assert {file.name for file in files} == {
        "experiment.toml", "environment.json", "trials.jsonl", "checkpoint.json", "best.toml",
        "champions.safetensors", "report.html", "start.json", "checkpoint.previous.json", "lock",
        "writer.json",
    }  # fmt: skip
    assert {file.parent for file in files} == {tmp_path}


def test_runs_of_one_second_get_folders_of_their_own(tmp_path: Path) -> None:
    """An existing folder is never used again, and the suffixes count in order of age."""
    ids = [make_run(tmp_path).id for _ in range(11)]
    stem = "mouse-20261122-154455"
    assert ids == [stem, *(f"{stem}-{count}" for count in range(2, 12))]
    assert [run.id for run in list_runs(tmp_path)] == ids


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "-rf", ".x", "a\nb", "a\0", "x" * 81]
)
def test_unsafe_names_are_refused(tmp_path: Path, name: str) -> None:
    """A name that would lead out of the results folder, or is no file's name, makes nothing."""
    with pytest.raises(UsageError, match="name: must be"):
        RunFolder.create(tmp_path / "results", name, moment=MOMENT)
    assert not [*tmp_path.iterdir()]


def test_results_that_cannot_be_a_folder_leave_nothing_behind(tmp_path: Path) -> None:
    """A file at the path of the results folder is one line, and no folder is made."""
    (tmp_path / "file").touch()
    with pytest.raises(
        StorageError, match=r"file.results: a run can't be stored there \(Not a dir"
    ):
        RunFolder.create(tmp_path / "file" / "results", "mouse", moment=MOMENT)
    with pytest.raises(StorageError, match=r"file: a run can't be stored there \(File exists"):
        RunFolder.create(tmp_path / "file", "mouse", moment=MOMENT)
    assert [*tmp_path.iterdir()] == [tmp_path / "file"]


def test_a_new_results_folder_is_removed_if_the_run_folder_fails(tmp_path: Path) -> None:
    """If the run's folder can't be made, a results folder that was made for it is removed."""
    deep = tmp_path / "a"
    while len(str(deep)) < 4000:
        deep /= "b" * 80  # not too long a path, but with the run's name in it
    with pytest.raises(StorageError):
        RunFolder.create(deep, "x" * 80, moment=MOMENT)
    assert not [*tmp_path.iterdir()]


def test_latest_is_the_newest_by_id(tmp_path: Path) -> None:
    """The time in the id decides, for any names and any order of creation."""
    young = make_run(tmp_path, "a", seconds=60)
    make_run(tmp_path, "z")
    assert find_run("latest", tmp_path) == young
    assert find_run("latest", tmp_path) == list_runs(tmp_path)[-1]


def test_a_run_is_found_by_id_and_by_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The id, the absolute path and a relative path find the same run."""
    run = make_run(tmp_path / "results")
    assert find_run(run.id, tmp_path / "results") == run
    assert find_run(str(run.path), tmp_path / "elsewhere") == run
    monkeypatch.chdir(run.path)
    assert find_run(".", tmp_path / "elsewhere").id in {run.id, ""}
    assert find_run(f"../{run.id}", Path()).path.resolve() == run.path.resolve()


def test_an_id_never_leads_out_of_the_results_folder(tmp_path: Path) -> None:
    """An id is the name of one folder, so ``..`` is none."""
    run = make_run(tmp_path / "other")
    (tmp_path / "results").mkdir()
    with pytest.raises(UsageError):
        find_run(f"../other/{run.id}", tmp_path / "results")


def test_an_unknown_id_gets_the_most_similar_ids(tmp_path: Path) -> None:
    """A mistyped id gets similar ids; so does the beginning of an id."""
    run = make_run(tmp_path)
    make_run(tmp_path, "another-experiment")
    for reference in ("mouse-20261122-154456", "mou"):
        with pytest.raises(UsageError) as caught:
            find_run(reference, tmp_path)
        assert str(caught.value) == (
            f"run: must be a run's id in {tmp_path}, its path or latest, but got {reference!r}; "
            f"did you mean {run.id}?"
        )


STRANGE = ["", "latest", "x" * 300, "x" * 10_000, "a\0b", "a\nb", "/", "~", "-rf", "../x"]


@pytest.mark.parametrize("reference", [*STRANGE, "<script>", "a\udcffb", "\x1b[2J", "con"])
def test_a_reference_to_no_run_is_a_usage_error(tmp_path: Path, reference: str) -> None:
    """Any reference without a run is one usage error."""
    with pytest.raises(UsageError, match=r"^run: ") as caught:
        find_run(reference, tmp_path)
    assert str(caught.value).isprintable()


def test_links_to_runs_are_refused(tmp_path: Path) -> None:
    """A link to a run is not listed, not the latest, and refused by its id and its path."""
    run = make_run(tmp_path / "elsewhere")
    results = tmp_path / "results"
    results.mkdir()
    link = results / "mouse-20301122-154455"
    link.symlink_to(run.path)
    assert list_runs(results) == []
    for reference in ("latest", link.name, str(link), f"{link}/"):
        with pytest.raises(UsageError, match=r"^run: "):
            find_run(reference, results)
    with pytest.raises(UsageError, match="must be no symbolic link"):
        find_run(str(link), results)


def test_names_that_cannot_be_printed_are_not_listed(tmp_path: Path) -> None:
    """A folder whose name can't be printed is no run."""
    for name in ("a\nb", "a\x1bb", "a\udcffb"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "experiment.toml").touch()
    assert list_runs(tmp_path) == []


def test_a_folder_that_cannot_be_opened_is_no_run(tmp_path: Path) -> None:
    """A link to itself, or a folder of another user, does not hide other runs."""
    run = make_run(tmp_path)
    (tmp_path / "private").mkdir(mode=0)  # to all but root
    (tmp_path / "loop").symlink_to("loop")  # to root as well
    assert list_runs(tmp_path) == [run]


def test_only_folders_of_runs_are_listed(tmp_path: Path) -> None:
    """Other folders and files among the results are no runs; a missing folder has none."""
    run = make_run(tmp_path)
    (tmp_path / "notes").mkdir()
    (tmp_path / "file").touch()
    assert list_runs(tmp_path) == [run]
    assert list_runs(tmp_path / "nowhere") == []


def test_results_that_are_a_file_are_a_storage_error(tmp_path: Path) -> None:
    """A file at the path of the results folder is an error with its name."""
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", Path("a\0b"), Path("x" * 300)):
        with pytest.raises(StorageError, match="cannot be read"):
            list_runs(path)
