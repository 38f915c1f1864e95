import shutil
from pathlib import Path

from neuroevo.dashboard.run_list import MOST_OPEN, RunList
from neuroevo.runs import RunFolder, read_trials


def test_what_was_read_is_kept_until_it_changes(results: Path, first: str) -> None:
    """Findings and report are the same objects while the journal is, and others afterwards."""
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
    assert cut.state == "damaged"  # a complete run that has lost a trial
    journal_file.write_bytes(whole)
    assert run.findings() is not findings
    assert run.findings().trials == findings.trials
    assert run.report() is not report


def test_only_a_few_runs_are_kept_in_memory(results: Path, first: str) -> None:
    """Of many runs that were opened the last ones stay so; the others can be opened again."""
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


def test_curves_come_with_the_front_and_with_a_trial_that_is_asked_for(
    results: Path, first: str
) -> None:
    """Of all other trials the curves are left on the disk."""
    run = RunList(results).open(first)
    assert run is not None
    findings, whole = run.findings(), read_trials(RunFolder(results / first).journal_file)
    shown = {trial.number for trial in (*findings.front, *findings.baselines)}
    for trial, known in zip(findings.trials, whole, strict=True):
        assert trial.curve == (known.curve if trial.number in shown else ())
        assert run.trial(trial.number) == known
    assert run.trial(len(whole)) is None
