"""The page of a comparison in a real browser."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, Page

from neuroevo.analysis.findings import Findings
from neuroevo.report.comparison import ComparedRuns, comparison_page, tables
from neuroevo.report.comparison.figures import COMPARISON_FIGURES
from neuroevo.report.run import Run
from neuroevo.report.served import Served
from tests.invented_findings import with_samples

Runs = Callable[[str], Run]

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"
CHAPTERS = "Array.from(document.querySelectorAll('main h2, main h3')).map((it) => it.textContent)"


def opened(browser: Browser, html: str, path: Path) -> tuple[Page, list[str]]:
    """Open a page on a phone; return it, and its messages, errors and requests."""
    path.write_text(html, encoding="utf-8")
    page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme="dark")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.on("request", lambda request: complaints.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-drawn]", timeout=60_000)
    return page, [each for each in complaints if not each.startswith(("file:", "data:", "blob:"))]


def test_page_is_complete_on_a_phone(browser: Browser, runs: Runs, tmp_path: Path) -> None:
    """Results come first, figures are drawn, scripts are text; no request, no overflow."""
    findings = runs("conflict").findings
    machine = {**findings.environment, "cpu": SCRIPT}
    asked = findings.experiment.replace(note=SCRIPT)
    other = asked.replace(evolution=asked.evolution.replace(reduction="mean"), note="")
    compared = [
        replace(findings, experiment=each, environment=environment)
        for each in (asked, other)
        for environment in (findings.environment, machine)
    ]
    comparison = ComparedRuns.of(compared, [SCRIPT, f"{SCRIPT}/2", "c", "d"])
    page, complaints = opened(browser, comparison_page(comparison), tmp_path / "page.html")
    assert complaints == []
    assert page.evaluate(OVERFLOW) <= 0
    assert page.evaluate(CHAPTERS)[:2] == ["Results", "Pareto fronts"]
    assert page.evaluate(CHAPTERS)[-2:] == ["Differences", "The runs"]
    last = page.locator("main details").last
    assert last.locator("summary").inner_text() == "Dominated configurations"
    assert last.get_attribute("open") is None
    for name in COMPARISON_FIGURES:
        assert page.locator(f"[data-figure={name}] .main-svg").count() > 0
    assert page.locator("main").inner_text().count(SCRIPT) > len(compared)
    assert page.locator("img, main script").count() == 0
    page.close()


def test_penalties_are_named_on_a_phone(
    browser: Browser, six: list[Findings], tmp_path: Path
) -> None:
    """At 390 pixels each axis on which a target is not reached says so, however near it was."""
    missed = with_samples(six[0], lambda _, budget: 1.05 * budget)
    near = [with_samples(each, lambda old, budget: min(old, 1.05 * budget)) for each in six[1:]]
    comparison = ComparedRuns.of([missed, *near])
    page, _ = opened(browser, comparison_page(comparison), tmp_path / "page.html")
    for name in ("fronts", "spread", "history", "distribution"):
        plot = page.locator(f"[data-figure={name}]")
        axes = json.dumps(COMPARISON_FIGURES[name].draw(comparison)["layout"]).count("not reached")
        assert axes > 0
        assert plot.locator("g[class*=tick] text", has_text="not reached").count() == axes
    page.close()


def test_served_page_links_to_the_runs(runs: Runs) -> None:
    """A served page links to its assets and to each run's page; the file has no links."""
    findings = runs("conflict").findings
    comparison = ComparedRuns.of([findings, replace(findings, identity="b")])
    addresses = ["/runs/a?x=1&y", "/runs/b"]
    served = comparison_page(comparison, Served("/assets/", addresses=addresses))
    assert 'href="/runs/a?x=1&amp;y"' in served
    assert '<a href="/">Runs</a>' in served
    assert '<script src="/assets/plotly.min.js">' in served
    assert '<a href="/' not in comparison_page(comparison)


def test_columns_of_the_results_say_what_they_are(runs: Runs) -> None:
    """The champion's score on fresh seeds is not under a heading of lowest scores."""
    findings = runs("conflict").findings
    comparison = ComparedRuns.of([findings, replace(findings, identity="b")])
    table = tables.outcome(comparison)
    assert [name for name, _ in table.groups][1:3] == ["final MSE", "samples to target"]
    titles = [cell.text for cell in table.columns]
    assert titles[1:5] == ["lowest, search seeds", "champion on fresh seeds"] * 2 or (
        titles[1:3] == ["lowest"] * 2
    )
