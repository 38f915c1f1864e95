"""The report of a run that called a function, in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import neuroevo
from tests.functions import experiment_of, write_function

LACKING = ("network", "learning_curves", "stability", "population_shares", "ablation")
DRAWN = ("pareto_front", "progress", "distribution", "parallel_coordinates", "lineage")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the report of a small run."""
    folder = tmp_path_factory.mktemp("function")
    experiment = experiment_of(
        write_function(folder), evolution={"population": 8, "generations": 4}
    )
    found = neuroevo.run(experiment, results=folder / "results", n_jobs=2)
    return found.folder.report_file


@pytest.fixture(params=[(1280, "light"), (390, "dark")], ids=["screen", "phone"])
def page(
    browser: Browser, report: Path, request: pytest.FixtureRequest
) -> Iterator[tuple[Page, list[str]]]:
    """Open the report, and collect errors and requests."""
    width, scheme = request.param
    problems: list[str] = []
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(report.as_uri())
    page.wait_for_selector("html[data-drawn]", timeout=30_000)
    yield page, problems
    page.close()


def test_a_report_of_a_function_leaves_out_networks(page: tuple[Page, list[str]]) -> None:
    """It speaks of the objective, draws what applies without errors, and fits the screen."""
    shown, problems = page
    heading = shown.locator("h1").inner_text()
    assert heading.startswith("Lowest loss ")
    assert heading.endswith(" after 32 trials.")
    names = shown.locator("[data-figure]").evaluate_all("all => all.map(e => e.dataset.figure)")
    assert set(DRAWN) <= set(names)
    assert not set(LACKING) & set(names)
    text = shown.locator("main").inner_text().lower()
    for word in ("network", "fresh seeds", "replicate", "learning curve"):
        assert word not in text
    assert "of its axis: rate drop." in text
    assert "rate" in shown.locator(".lead code").inner_text()
    assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert problems == []
