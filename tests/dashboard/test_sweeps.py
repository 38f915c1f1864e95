"""Sweeps on the dashboard: their list, their page while they go on, and the pages of their runs."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import neuroevo
from neuroevo.runs import SweepFolder, list_sweeps, read_progress
from tests.dashboard.client import Client

FILE = """
name = "rates"
[task]
kind = "mouse"
count = 60
[space]
hidden = [2]
activation = "linear"
[training]
samples = 200
replicates = 4
[sweep.axes]
space.learning_rate = [0.01, 0.1]
task.normalise = [1.0, 0.5]
"""

Serve = Callable[..., Client]


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a results folder with a sweep of two runs."""
    folder = tmp_path_factory.mktemp("swept")
    (folder / "rates.toml").write_text(FILE, encoding="utf-8")
    neuroevo.sweep(folder / "rates.toml", results=folder / "results", n_jobs=1)
    return folder / "results"


@pytest.fixture
def results(swept: Path, tmp_path: Path) -> Path:
    """Give a copy that a test may change."""
    return Path(shutil.copytree(swept, tmp_path / "results"))


@pytest.fixture
def sweep(results: Path) -> SweepFolder:
    """Give the sweep in it."""
    [found] = list_sweeps(results)
    return found


def test_sweep_without_its_last_run_is_interrupted(results: Path, sweep: SweepFolder) -> None:
    """The progress counts complete runs; a run without a checkpoint is not complete."""
    assert read_progress(sweep) == neuroevo.runs.SweepProgress("complete", 2, 2)
    last = max(sweep.runs().values(), key=lambda run: run.began())
    for file in (last.checkpoint_file, last.previous_checkpoint_file):
        file.unlink(missing_ok=True)
    assert read_progress(sweep) == neuroevo.runs.SweepProgress("interrupted", 1, 2)
    last.path.rename(results / last.id)
    assert read_progress(sweep) == neuroevo.runs.SweepProgress("interrupted", 1, 2)


def test_page_of_a_sweep_follows_its_runs(
    serve: Serve, visit: Callable[..., Page], results: Path, sweep: SweepFolder
) -> None:
    """It is loaded again when another run begins, and leads to each run and back."""
    last = max(sweep.runs().values(), key=lambda run: run.began())
    away = last.path.rename(results.parent / last.id)
    url = serve(results).url
    page = visit(url, {"width": 1280, "height": 800})
    row = page.locator(f"[id='sweep-{sweep.id}']")
    expect(row).to_contain_text("interrupted")
    expect(row).to_contain_text("1 of 2")
    row.locator("a").click()
    page.wait_for_selector("html[data-drawn=all]")
    expect(page.locator(".lead")).to_contain_text("Not complete: 1 of 2 runs")
    with page.expect_event("load", timeout=60_000):
        away.rename(last.path)
    expect(page.locator(".lead")).not_to_contain_text("Not complete")
    page.click(f"#runs a:has-text('{last.id}')")
    page.wait_for_url(f"**/sweeps/{sweep.id}/runs/{last.id}")
    page.click("a:has-text('Trials')")
    expect(page.locator(".crumbs a")).to_have_text(["Runs", sweep.id, last.id])
    page.click(f".crumbs a:has-text('{sweep.id}')")
    page.wait_for_url(f"**/sweeps/{sweep.id}")


def test_every_page_of_a_run_is_served_below_its_sweep(
    serve: Serve, results: Path, sweep: SweepFolder
) -> None:
    """Addresses of a run in a sweep are those of a run, and no run is found in another folder."""
    client = serve(results)
    run = next(iter(sweep.runs().values())).id
    base = f"/sweeps/{sweep.id}/runs/{run}"
    for path in (
        "",
        "/report.html",
        "/mouse.html",
        "/figures/importance",
        "/trials",
        "/trials/0",
        "/trials/0/experiment.toml",
        "/files/best.toml",
    ):
        answer = client.ask(base + path)
        assert answer.status == 200, path
        assert f'"/runs/{run}' not in answer.text, path
    wrong = (f"/runs/{run}", "/sweeps/other", f"/sweeps/{sweep.id}/runs/other", "/sweeps/..")
    assert [client.ask(path).status for path in wrong[:3]] == [404] * 3
    assert client.ask(wrong[3]).status in {400, 404}


def test_damaged_sweep_is_one_line_in_the_list(
    serve: Serve, results: Path, sweep: SweepFolder
) -> None:
    """The list names what is damaged, and the page of the sweep is an error in plain words."""
    sweep.sweep_file.write_text("{", encoding="utf-8")
    client = serve(results)
    assert "sweep.json" in client.ask("/").text
    assert client.ask(f"/sweeps/{sweep.id}").status == 500
