import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from neuroevo.errors import StorageError, UsageError
from neuroevo.runs import RunFolder, find_run, list_runs
from tests.permissions import open_to_all

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


def test_latest_is_the_run_that_began_last(tmp_path: Path) -> None:
    """The moment in its files decides, in any time zone, whatever its name and last change are."""
    tokyo, los_angeles = make_run(tmp_path, "z", seconds=60), make_run(tmp_path, "a")
    write_started(tokyo, "2026-11-22T23:44:55.000001+09:00")  # 14:44 UTC
    write_started(los_angeles, "2026-11-22T06:44:55.000002-08:00")
    assert list_runs(tmp_path) == [tokyo, los_angeles]
    copy = RunFolder(tmp_path / f"{tokyo.id}-backup")
    shutil.copytree(tokyo.path, copy.path)
    assert find_run("latest", tmp_path) == los_angeles


@pytest.mark.parametrize("started", ["", "soon", "\ud800", None, 5])
def test_without_a_moment_the_id_decides(tmp_path: Path, started: object) -> None:
    """Runs whose environment tells no moment are ordered by the time in their ids."""
    late, early = make_run(tmp_path, "a", seconds=60), make_run(tmp_path, "z")
    unknown = RunFolder(tmp_path / "renamed")
    unknown.path.mkdir()
    unknown.experiment_file.touch()
    for run in (late, early, unknown):
        write_started(run, started)
    assert list_runs(tmp_path) == [unknown, early, late]


def write_started(run: RunFolder, started: object) -> None:
    """Write an environment with the moment when a run began."""
    run.environment_file.write_text(json.dumps({"started": started}), encoding="utf-8")


def test_a_run_is_found_by_id_and_by_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The id, the absolute path and a relative path find the same run."""
    run = make_run(tmp_path / "results")
    assert find_run(run.id, tmp_path / "results") == run
    assert find_run(str(run.path), tmp_path / "elsewhere") == run
    monkeypatch.chdir(run.path)
    for reference in (".", f"../{run.id}", f"~/results/{run.id}"):
        monkeypatch.setenv("HOME", str(tmp_path))
        assert find_run(reference, tmp_path / "elsewhere") == run
    assert list_runs(Path("~/results")) == [run]


def test_paths_do_not_depend_on_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found or made by a relative path is the same after a change of the directory."""
    monkeypatch.chdir(tmp_path)
    made = make_run(Path("results"))
    assert made.path == tmp_path / "results" / made.id
    assert find_run(f"results/{made.id}", Path("elsewhere")) == made
    assert list_runs(Path("results")) == [made]


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


def test_a_link_to_a_run_is_a_run(tmp_path: Path) -> None:
    """It is listed, the latest, and found by its id and its path."""
    run = make_run(tmp_path / "elsewhere")
    results = tmp_path / "results"
    results.mkdir()
    link = RunFolder(results / "mouse-20301122-154455")
    link.path.symlink_to(run.path)
    assert list_runs(results) == [link]
    for reference in ("latest", link.id, str(link.path), f"{link.path}/"):
        assert find_run(reference, results) == link


def test_a_run_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    """Its id and its path give the system's reason, not that there is no such run."""
    script = (
        "import os, sys; from pathlib import Path; from neuroevo.runs import find_run\n"
        "os.geteuid() or os.seteuid(65534)  # root may read everything\n"
        "find_run(sys.argv[1], Path(sys.argv[2]))"
    )
    run = make_run(tmp_path)
    open_to_all(tmp_path)
    run.path.chmod(0)
    for reference in (run.id, str(run.path)):
        command = [sys.executable, "-c", script, reference, str(tmp_path)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        problem = f"StorageError: {run.path}: can't be read (Permission denied)"
        assert ended.stderr.splitlines()[-1].endswith(problem)


def _as_another_user(code: str, results: Path) -> "subprocess.CompletedProcess[str]":
    """Run code about a results folder that may read only what any user may."""
    script = (
        "import sys; from pathlib import Path; from neuroevo.runs import *\n"
        "from tests.permissions import without_privileges\n"
        "results = Path(sys.argv[1]); list_runs(results)  # loads what is needed\n"
        f"without_privileges()\n{code}"
    )
    command = [sys.executable, "-c", script, str(results)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_latest_of_protected_runs_says_why_there_is_none(tmp_path: Path) -> None:
    """If no run may be read, the latest run is an error with the path of each folder."""
    protected = [make_run(tmp_path), make_run(tmp_path, seconds=5)]
    open_to_all(tmp_path)
    for run in protected:
        run.path.chmod(0)
    ended = _as_another_user(
        "try: find_run('latest', results)\n"
        "except Exception as error: print(type(error).__name__, *error.problems, sep='\\n')",
        tmp_path,
    )
    assert ended.stdout.splitlines() == [
        "StorageError",
        *(f"{run.path}: can't be read (Permission denied)" for run in protected),
    ]


def test_a_newer_run_that_may_not_be_read_is_a_warning(tmp_path: Path) -> None:
    """The latest run is the last one that may be read; only a newer one is warned of."""
    older, readable, newer = (make_run(tmp_path, seconds=seconds) for seconds in (0, 5, 9))
    open_to_all(tmp_path)
    for run in (older, newer):
        run.path.chmod(0)
    ended = _as_another_user("print(find_run('latest', results).id)", tmp_path)
    assert ended.stdout == f"{readable.id}\n"
    assert f"{newer.path}: can't be read (Permission denied)" in ended.stderr
    assert str(older.path) not in ended.stderr


def test_a_results_folder_that_may_not_be_searched_says_so(tmp_path: Path) -> None:
    """If only the names in the results folder may be read, that is one error, not no runs."""
    results = tmp_path / "results"
    make_run(results)
    open_to_all(tmp_path)
    results.chmod(0o744)
    ended = _as_another_user("list_runs(results)", results)
    problem = f"StorageError: {results}: can't be read (Permission denied)"
    assert ended.stderr.splitlines()[-1].endswith(problem)


def test_a_protected_folder_hides_no_sweep(tmp_path: Path) -> None:
    """Sweeps are listed and found beside a folder that may not be read."""
    (tmp_path / "sweep").mkdir()
    (tmp_path / "sweep" / "sweep.json").touch()
    (tmp_path / "protected").mkdir()
    open_to_all(tmp_path)
    (tmp_path / "protected").chmod(0)
    ended = _as_another_user("print(*[each.id for each in list_sweeps(results)])", tmp_path)
    assert ended.stdout == "sweep\n"


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
        with pytest.raises(StorageError, match="can't be read"):
            list_runs(path)


def test_a_sweep_with_a_run_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    """It does not take the run for one that has not begun, which would be run again."""
    protected = make_run(tmp_path)
    open_to_all(tmp_path)
    protected.path.chmod(0)
    ended = _as_another_user("SweepFolder(results).runs()", tmp_path)
    problem = f"StorageError: {protected.path}: can't be read (Permission denied)"
    assert ended.stderr.splitlines()[-1].endswith(problem)
