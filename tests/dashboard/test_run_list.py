import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path

from neuroevo.dashboard.run_list import MOST_OPEN, RunList
from neuroevo.runs import RunFolder, read_trials
from tests.permissions import open_to_all


def test_findings_and_report_are_cached_until_the_run_changes(results: Path, first: str) -> None:
    """Findings and report are the same objects until the journal changes."""
    run_list = RunList(results)
    run = run_list.open(first)
    assert run is not None
    findings, report = run.findings(), run.report()
    assert run_list.open(first) is run
    assert run.findings() is findings
    assert run.report() is report
    journal_file = RunFolder(results / first).journal_file
    whole = journal_file.read_bytes()
    journal_file.write_bytes(whole[: whole.rindex(b"\n", 0, -1) + 1])
    cut = run.summary()
    assert cut.state == "unreadable"  # a complete run that has lost a trial
    journal_file.write_bytes(whole)
    assert run.findings() is not findings
    assert run.findings().trials == findings.trials
    assert run.report() is not report


def test_only_the_last_opened_runs_are_kept_in_memory(results: Path, first: str) -> None:
    """Runs that were opened earlier are read again when they are opened again."""
    for number in range(MOST_OPEN + 2):
        shutil.copytree(results / first, results / f"copy-2026010{number % 10}-0000{number:02}")
    run_list = RunList(results)
    names = [listed.folder.id for listed in run_list.listed()]
    found = {}
    for name in names:
        run = run_list.open(name)
        assert run is not None
        found[name] = run.findings()
    kept = [name for name in names if run_list.open(name).findings() is found[name]]  # type: ignore[union-attr] # it was there
    assert kept == []  # as each that was opened again put the oldest out
    for name in names[-MOST_OPEN:]:
        assert run_list.open(name).findings().trials == found[name].trials  # type: ignore[union-attr] # see above


def test_trials_are_found_by_their_numbers(results: Path, first: str) -> None:
    """Every trial is that of the journal; a number that is not there gives none.

    No learning curve is kept in memory.
    """
    run = RunList(results).open(first)
    assert run is not None
    findings, whole = run.findings(), read_trials(RunFolder(results / first).journal_file)
    for trial, known in zip(findings.trials, whole, strict=True):
        assert not isinstance(trial.curve, tuple)
        assert trial == run.trial(trial.number) == known
    assert run.trial(len(whole)) is None


def test_folders_that_may_not_be_read_are_named_on_the_page(results: Path) -> None:
    """The page of all runs has the other runs, and a line with each protected folder."""
    (results / "protected").mkdir()
    open_to_all(results)
    (results / "protected").chmod(0)
    code = (
        "import sys; from pathlib import Path; from tests.dashboard.client import serving\n"
        "from tests.permissions import without_privileges\n"
        "with serving(Path(sys.argv[1])) as client:\n"
        "    client.ask('/')  # loads what is needed\n"
        "    without_privileges()\n"
        "    print(client.ask('/').text)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(results)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"{results / 'protected'}: can't be read (Permission denied)" in unescape(ended.stdout)
    assert ended.stdout.count("data-row") == 2
