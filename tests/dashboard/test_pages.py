"""The dashboard in a real browser, over a real server."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from neuroevo.analysis.front_history import front_history
from neuroevo.experiment import Experiment
from neuroevo.report.plots import pareto_front
from neuroevo.report.run import load_run
from neuroevo.runs import Journal, RunFolder, read_trials, write_held_out
from neuroevo.search import search
from tests.dashboard.client import Client
from tests.dashboard.conftest import tiny
from tests.invented_held_out import TablePlan, held_out

Look = Callable[..., Page]
Serve = Callable[..., Client]
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"
SCRIPTS = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(2)>",
    "<svg/onload=alert(3)>",
    "javascript:alert(4)",
    "{{ 7 * 7 }} ${alert(5)} &lt;b&gt;",
    "</title></table></main><iframe srcdoc='<script>alert(6)</script>'>",
]


@pytest.fixture
def look(visit: Callable[..., Page]) -> Look:
    """Return a function that opens a page which may use the clipboard."""

    def look(url: str, size: dict[str, int] = DESKTOP, scheme: str = "light") -> Page:
        return visit(url, size, scheme, permissions=["clipboard-read", "clipboard-write"])

    return look


def rows(page: Page) -> Locator:
    """Find the rows of the table."""
    return page.locator("[data-row]")


def number(text: str | None) -> int:
    """Read the number that a text begins with."""
    return int((text or "0").split()[0].replace(",", ""))


def without_checkpoints(folder: RunFolder) -> None:
    """Make a complete run one that goes on from its journal."""
    folder.checkpoint_file.unlink()
    folder.previous_checkpoint_file.unlink(missing_ok=True)


LONG = """
name = "live"
task = { kind = "mouse", count = 50 }
training = { samples = 200, replicates = 2 }
evolution = { population = 8, generations = 1000000 }
"""


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Give a function that starts an endless search in the folder ``results``."""
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        (tmp_path / "live.toml").write_text(LONG)
        handler = signal.signal(signal.SIGINT, signal.default_int_handler)  # else it ignores it
        command = [sys.executable, "-m", "neuroevo", "run", "live.toml", "--jobs", "1"]
        output = subprocess.DEVNULL
        started.append(
            subprocess.Popen(command, cwd=tmp_path, stdout=output, stderr=output, text=True)
        )
        signal.signal(signal.SIGINT, handler)
        return started[-1]

    yield start
    for each in started:
        each.kill()
        each.wait()


@pytest.mark.usefixtures("sound")  # which has the kernel compiled
def test_running_run_is_updated_without_a_reload(
    serve: Serve, look: Look, tmp_path: Path, process: Callable[[], subprocess.Popen[str]]
) -> None:
    """A new run appears, its numbers and charts are updated, and so is its state at the end."""
    page = look(serve(tmp_path / "results").url)
    expect(page.locator("#count")).to_contain_text("New runs appear here without a reload")
    page.evaluate("window.stays = 1")
    search = process()
    row = rows(page).first
    expect(row.locator(".state")).to_have_text("running", timeout=60_000)
    trials = row.locator("td.number").nth(2)
    expect(trials).to_contain_text("of 8,000,006")
    expect(row.locator(".sparkline path")).to_have_count(1)
    before = number(trials.text_content())
    page.wait_for_function(
        "before => Number(document.querySelector('[data-row] td.number:nth-last-child(2)')"
        ".textContent.split(' ')[0].replace(',', '')) > before",
        arg=before,
    )
    assert page.evaluate("window.stays") == 1

    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("#progress progress")
    page.evaluate("window.stays = 2")
    drawn = page.locator("#chart-1 .line.best")
    far, line = page.locator("#progress p").text_content(), drawn.get_attribute("d")
    expect(page.locator("#progress p")).not_to_have_text(far or "", timeout=20_000)
    expect(drawn).not_to_have_attribute("d", line or "", timeout=20_000)
    search.send_signal(signal.SIGINT)
    expect(page.locator("#above .state")).to_have_text("interrupted", timeout=20_000)
    assert page.evaluate("window.stays") == 2


def test_order_and_filter_are_in_the_address(client: Client, look: Look) -> None:
    """A click on a heading sorts, typing filters, and the address opens the same table again."""
    page = look(client.url)
    expect(rows(page)).to_have_count(2)
    order = [row.get_attribute("id") for row in rows(page).all()]
    expect(page.locator("th[aria-sort=descending]")).to_have_text("run")  # newest first
    page.click("thead a:text-is('run')")
    page.wait_for_url("**/?sort=run")
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("run")
    assert [row.get_attribute("id") for row in rows(page).all()] == order[::-1]
    page.fill(".filter input[type=search]", "sec com")
    expect(rows(page)).to_have_count(1)
    assert page.url.endswith("sort=run&filter=sec+com")
    page.reload()
    expect(rows(page)).to_have_count(1)
    expect(page.locator("#count")).to_contain_text("2 in")
    page.fill(".filter input[type=search]", "")
    expect(rows(page)).to_have_count(2)


def test_filters_compare_and_report_errors_beside_the_field(
    client: Client, look: Look, first: str
) -> None:
    """Runs and trials are compared in the same way; a wrong comparison is reported, and no more."""
    page = look(client.url)
    field, problem = page.locator(".filter input[type=search]"), page.locator("#filter-problem")
    field.fill("samples_to_target>0 task=mouse")
    expect(rows(page)).to_have_count(0)
    field.fill("samples_to_target=not reached task=mouse")
    expect(rows(page)).to_have_count(1)
    expect(problem).to_be_hidden()
    field.fill("ended~GENERATIONS")
    expect(rows(page)).to_have_count(2)
    field.fill("ended~target")
    expect(rows(page)).to_have_count(0)
    expect(problem).to_be_hidden()
    field.fill("lerning_rate>0 first")
    expect(problem).to_have_text("No field is called lerning_rate: did you mean learning_rate?")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(rows(page)).to_have_count(1)  # the other parts of the filter count
    assert problem.bounding_box()["y"] > field.bounding_box()["y"]  # type: ignore[index] # it is seen

    page.goto(f"{client.url}runs/{first}/trials?filter=generation<1 operator!=baseline")
    expect(rows(page)).to_have_count(8)
    field.fill("generation<")
    expect(problem).to_have_text("A comparison needs a value: generation<")
    field.fill("generation<1 operator!=baseline state=complete trial>=999")
    expect(rows(page)).to_have_count(0)
    expect(problem).to_be_hidden()


def test_runs_have_columns_for_experiment_and_note(client: Client, look: Look) -> None:
    """Both can be sorted by; on a phone the note is below the name, and the history is hidden."""
    page = look(f"{client.url}?sort=note")
    heads = ["run", "state", "experiment", "history"]
    heads += ["lowest final MSE", "lowest samples to target"]
    shown = [text for text in page.locator("thead th").all_inner_texts() if text]
    assert shown == [*heads, "trials", "time", "note"]
    noted = rows(page).first  # runs without a note are last
    expect(noted.locator("td").nth(2)).to_have_text("first")
    note = "<script>document.title='run'</script>"
    expect(noted.locator("td").last).to_contain_text(note)
    expect(noted.locator("th .note")).to_be_hidden()
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    expect(noted.locator("td").last).to_be_hidden()
    expect(noted.locator("th .note")).to_contain_text(note)
    expect(noted.locator(".sparkline")).to_be_hidden()
    page.goto(f"{client.url}?filter=second")
    expect(page.locator("thead [data-column=note]")).to_have_count(1)  # of all runs, one has a note


def test_run_without_completed_trials_has_no_charts(
    serve: Serve, look: Look, tmp_path: Path
) -> None:
    """If all trials diverged there is no chart, and the weights are those of the baselines."""
    space = {"hidden": [[8] * 4, [8] * 5], "learning_rate": 5.0, "activation": "linear"}
    asked = tiny("diverged").model_dump() | {"space": space}
    run = search(Experiment.of(asked), tmp_path / "results")
    page = look(f"{serve(tmp_path / 'results').url}runs/{run.id}")
    expect(page.locator("h1")).to_contain_text("diverged")
    expect(page.locator(".chart")).to_have_count(0)
    expect(page.get_by_text("No trial was completed, so there is nothing to draw.")).to_be_visible()
    weights = page.locator("li", has_text="champions.safetensors")
    expect(weights).to_contain_text("trained weights of the baselines,")


def test_files_of_an_earlier_end_are_described_as_such(
    serve: Serve, look: Look, sound: Path, tmp_path: Path
) -> None:
    """A run that goes on has the weights of its last end, and not those of its front."""
    run = next(path for path in sound.iterdir() if path.name.startswith("second"))
    shutil.copytree(run, tmp_path / run.name)
    RunFolder(tmp_path / run.name).checkpoint_file.unlink()
    page = look(f"{serve(tmp_path).url}runs/{run.name}")
    weights = page.locator("li", has_text="champions.safetensors")
    expect(weights).to_contain_text("trained weights, from when the run was complete before,")


def test_front_has_the_axes_of_the_report(client: Client, look: Look, sound: Path) -> None:
    """The chart of the front has the same objectives on its axes as the report."""
    run = next(path for path in sound.iterdir() if path.name.startswith("second"))
    [(across, upward)] = pareto_front.pairs_of(front_history(load_run(run).findings))
    assert across is not None
    page = look(f"{client.url}runs/{run.name}")
    chart = page.locator("figure", has_text="Pareto front")
    expect(chart.locator(".unit.under")).to_have_text(across.label)
    expect(chart.locator(".unit:not(.under)")).to_have_text(upward.label)
    weights = page.locator("li", has_text="champions.safetensors")
    expect(weights).to_contain_text("trained weights of the front and the baselines,")


def test_run_that_goes_on_has_finished_generations_and_figures(
    serve: Serve, look: Look, results: Path, first: str
) -> None:
    """A generation is drawn once it is whole; a figure is drawn again when there is a new one."""
    folder = RunFolder(results / first)
    lines = folder.journal_file.read_bytes().splitlines(keepends=True)
    without_checkpoints(folder)
    whole = 1 + next(
        place for place, line in enumerate(lines) if json.loads(line).get("number", -1) == 15
    )
    folder.journal_file.write_bytes(b"".join(lines[: whole + 3]))
    page = look(f"{serve(results).url}runs/{first}")
    points = page.locator("#chart-1 path.points").get_attribute("d") or ""
    assert points.count("M") == 2
    assert "M1000 " in points  # the last one is at the right edge
    page.click(".more a:has-text('Importance of each gene')")
    expect(page.locator("#figure-importance figcaption")).not_to_be_empty()
    assert page.locator(".crumbs a").all_inner_texts() == ["Runs", first]
    page.click(".links a:has-text('every trial')")
    page.wait_for_selector("html[data-drawn=all]")
    with page.expect_event("load", timeout=60_000):
        folder.journal_file.write_bytes(b"".join(lines))
    page.wait_for_selector("html[data-drawn=all]")
    page.keyboard.press("u")
    page.wait_for_url(f"**/runs/{first}")


def test_comparison_is_loaded_again_after_a_new_generation(
    serve: Serve, look: Look, results: Path, first: str
) -> None:
    """It stays while nothing changes; what was folded out, stays so."""
    second = next(path.name for path in results.iterdir() if path.name.startswith("second"))
    folder = RunFolder(results / first)
    lines = folder.journal_file.read_bytes()
    without_checkpoints(folder)
    folder.journal_file.write_bytes(b"".join(lines.splitlines(keepends=True)[:-10]))
    page = look(f"{serve(results).url}compare?run={first}&run={second}")
    page.evaluate("window.stays = 1")
    page.wait_for_selector("html[data-drawn=all]")
    assert page.evaluate("window.stays") == 1
    with page.expect_event("load", timeout=60_000):
        folder.journal_file.write_bytes(lines)
    page.click(".crumbs a:has-text('Runs')")
    page.wait_for_url("**/")


def test_report_is_loaded_again_when_its_run_ends(
    serve: Serve, look: Look, results: Path, first: str
) -> None:
    """It stays while the run has new generations alone."""
    folder = RunFolder(results / first)
    lines, checkpoint = folder.journal_file.read_bytes(), folder.checkpoint_file.read_bytes()
    without_checkpoints(folder)
    folder.journal_file.write_bytes(b"".join(lines.splitlines(keepends=True)[:-10]))
    client = serve(results)
    page = look(f"{client.url}runs/{first}/report.html")
    page.evaluate("""() => {
        window.stays = 0;
        const stream = new EventSource(document.querySelector("main").dataset.stream);
        stream.addEventListener("change", () => { window.stays += 1; });
    }""")
    page.wait_for_function("() => window.stays === 1")  # what there is now
    folder.journal_file.write_bytes(lines)
    page.wait_for_function("() => window.stays === 2")
    with page.expect_event("load", timeout=60_000):
        folder.checkpoint_file.write_bytes(checkpoint)
    assert page.evaluate("window.stays") is None


def test_report_and_mouse_page_lead_back(client: Client, look: Look, first: str) -> None:
    """On the dashboard both have links to the run and to all runs."""
    for name in ("report", "mouse"):
        page = look(f"{client.url}runs/{first}/{name}.html")
        assert page.locator(".crumbs a").all_inner_texts() == ["Runs", first]
        page.locator(".crumbs a").last.click()
        page.wait_for_url(f"**/runs/{first}")


def test_points_of_a_figure_have_a_focus_ring(client: Client, look: Look, sound: Path) -> None:
    """A point that is reached by keyboard has a ring that the others do not have."""
    second = next(path.name for path in sound.iterdir() if path.name.startswith("second"))
    page = look(f"{client.url}runs/{second}")
    stroke = "each => getComputedStyle(each.querySelector('.ring')).stroke"
    points = page.locator(".drawn a")
    assert points.first.evaluate(stroke) == "none"
    points.first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    assert points.first.evaluate(stroke) != "none"
    assert points.last.evaluate(stroke) == "none"


def test_trials_have_columns_for_genes_of_the_search(
    client: Client, look: Look, sound: Path, first: str
) -> None:
    """A gene that only baselines have, such as an optimizer, has no column."""
    findings = load_run(sound / first).findings
    page = look(f"{client.url}runs/{first}/trials")
    heads = page.locator("thead th").all_inner_texts()
    assert "learning rate" in heads
    assert "optimizer" in findings.genes
    assert "optimizer" not in heads


def test_all_pages_are_reached_by_keys(client: Client, look: Look, first: str) -> None:
    """Keys open runs and trials; the list of keys has the mouse page only where there is one."""
    page = look(client.url)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    expect(page.locator("#keys")).not_to_contain_text("mouse page")
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("/")
    page.keyboard.type("first?")  # "?" is an ordinary character there
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("Backspace")
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/runs/{first}")
    expect(page.locator("#keys")).to_contain_text("mouse page")
    page.keyboard.press("t")
    page.wait_for_url("**/trials")
    for key in ("j", "ArrowDown", "ArrowDown", "k"):
        page.keyboard.press(key)
    focused = page.evaluate("document.activeElement.closest('tr').id")
    assert focused == rows(page).nth(1).get_attribute("id")
    page.keyboard.press("Enter")
    page.wait_for_url("**/trials/*")
    page.keyboard.press("u")
    page.wait_for_url(f"**/runs/{first}")
    page.keyboard.press("u")
    page.wait_for_url(client.url)


def test_selected_runs_are_compared(client: Client, look: Look) -> None:
    """Two runs that are selected by key or click can be compared with the button or its key."""
    page = look(client.url)
    button = page.locator(".compare button")
    expect(button).to_be_disabled()
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.locator("[data-row] input").nth(1).click()
    expect(button).to_have_text("Compare 2 runs")
    page.keyboard.press("c")
    page.wait_for_selector("html[data-drawn]")
    assert page.url.count("run=") == 2
    expect(page.locator(".main-svg").first).to_be_visible()
    for row in range(2):
        assert page.locator("a[href^='/runs/']").nth(row).is_visible()
    assert page.evaluate(OVERFLOW) <= 0


def test_experiment_file_is_copied_and_downloaded(
    client: Client, look: Look, sound: Path, first: str
) -> None:
    """The button copies the text of the download, which for the best trial is best.toml."""
    best = (sound / first / "best.toml").read_text()
    trial = best.split()[2]
    page = look(f"{client.url}runs/{first}/trials/{trial}")
    expect(page.locator("h1 .code")).to_contain_text("learning rate")
    page.click("button[data-copy]")
    expect(page.locator("button[data-copy]")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == best
    assert client.ask(f"/runs/{first}/trials/{trial}/experiment.toml").text == best
    weight = page.locator("svg.network .weights path").first
    expect(weight).to_have_css("fill", "none")  # or no style of its own has reached it


def test_trial_opens_on_the_mouse_page(client: Client, look: Look, first: str) -> None:
    """The link on a trial's page opens the mouse page with that trial selected."""
    page = look(f"{client.url}runs/{first}/trials/20")
    page.keyboard.press("m")
    page.wait_for_url("**/mouse.html?trial=20#left=20")
    expect(page.locator("option:checked", has_text="20").first).to_be_attached()


def test_run_with_a_test_part_shows_its_scores(
    serve: Serve, look: Look, results: Path, first: str
) -> None:
    """Its page has headline, key numbers, table and file of the test part; the list its score."""
    folder = RunFolder(results / first)
    findings = load_run(folder.path).findings
    scores = held_out(findings, TablePlan(("x", "y"), rows=40), np.random.default_rng(5))
    write_held_out(folder.test_file, scores)
    client = serve(results)
    page = look(f"{client.url}runs/{first}", PHONE, "dark")
    expect(page.locator("h1")).to_contain_text("of the variance of x and y on 40 rows")
    expect(page.locator("#figures")).to_contain_text("R² on 40 test rows, 95% interval")
    table = page.get_by_role("region", name="Scores on the test part")
    expect(table.locator("tbody th").first).to_contain_text("champion")
    assert table.locator(".best").count() == 1
    expect(page.locator("[id='file-test.json']")).to_contain_text("scores on the test part")
    assert page.evaluate(OVERFLOW) <= 0
    page.keyboard.press("r")
    page.wait_for_selector("html[data-drawn]", timeout=30_000)
    for name in ("predicted", "residuals", "column_importance"):
        expect(page.locator(f"#figure-{name} .main-svg").first).to_be_attached()
    page = look(f"{client.url}?sort=-test", PHONE, "dark")
    best, other = page.locator("tbody td[data-column='test']").all_inner_texts()
    assert best.startswith("R² ")
    assert not other
    assert page.evaluate(OVERFLOW) <= 0


@pytest.fixture
def hostile(results: Path, first: str) -> str:
    """Put scripts into all texts of a run's journal."""
    folder = RunFolder(results / first)
    trials = read_trials(folder.journal_file)
    known = len(trials)
    with Journal(folder.journal_file) as journal:
        for place, script in enumerate(SCRIPTS):
            texts = {"name": script, "cause": script, "operator": script}
            genome = {**trials[-1].genome, f"gene {script}": script}
            trial = replace(trials[-1], number=known + place, parents=(0,), genome=genome)
            journal.append(replace(trial, **texts))  # type: ignore[arg-type] # texts all
    return first


def test_scripts_are_shown_as_text_and_nothing_overflows(
    serve: Serve, look: Look, results: Path, hostile: str
) -> None:
    """On a dark phone every page shows scripts as text, and never scrolls sideways."""
    client = serve(results)
    last = len(read_trials(results / hostile / "trials.jsonl")) - 1
    base = f"runs/{hostile}"
    page = look(client.url, PHONE, "dark")
    paths = ["", base, f"{base}/trials?sort=-trial", f"{base}/trials/{last}", f"{base}/report.html"]
    paths.append(f"{base}/mouse.html?trial={last}")
    paths += [f"{base}/trials/{last - 3}", "?filter=%3Cscript%3Ealert(1)%3C/script%3E"]
    for path in paths:
        page.goto(f"{client.url}{path}")
        if path.endswith("html"):
            page.wait_for_selector("html[data-drawn]", timeout=30_000)
        assert (path, page.evaluate(OVERFLOW) <= 0) == (path, True)
        assert page.locator("iframe, img, main script, a[href^=javascript]").count() == 0
        assert page.title().endswith("neuroevo")
        shown = page.locator("main").inner_text()
        if "/trials/" in path:
            assert SCRIPTS[int(path.rsplit("/", 1)[1]) - last - 1] in shown
        if path in {"", base}:
            assert "<script>document.title='run'</script>\"'><img src=x onerror=alert(2)>" in shown
