"""The page: one file that sends no requests, opened in a real browser."""

import json
import math
import re
import resource
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from html import unescape
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from neuroevo.analysis.coordinates import coordinates
from neuroevo.analysis.findings import Findings
from neuroevo.analysis.front_history import front_history
from neuroevo.errors import StorageError
from neuroevo.playground import write_report
from neuroevo.report import theme
from neuroevo.report.document import asset, embedded, with_code
from neuroevo.report.figure_files import (
    PLOTLY,
    PictureSize,
    figure_page,
    picture_order,
    write_figures,
)
from neuroevo.report.figures import page_figure
from neuroevo.report.page import page as page_of
from neuroevo.report.plots import CHAPTERS, FIGURES
from neuroevo.report.run import Run
from tests.invented_runs import PLANS

Runs = Callable[[str], Run]
MOST_BYTES = 6_000_000
MOUSE_PAGE = {'href="mouse.html', 'href="mouse.html#'}
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"
BODY = "getComputedStyle(document.body).backgroundColor"
PLACE = """([figure, name, place]) => {
  const plot = document.querySelector(`[data-figure=${figure}]`);
  const layout = plot._fullLayout;
  const traces = plot._fullData.filter((each) => each.hoverinfo !== "skip");
  const trace = name ? traces.find((each) => each.name === name) : traces.at(-1);
  const index = Math.floor(place * trace.x.length);
  const [x, y] = ["x", "y"].map((axis) => {
    const drawn = layout[trace[axis + "axis"].replace(axis, axis + "axis")];
    return drawn._offset + drawn.d2p(trace[axis][index]);
  });
  const corner = plot.getBoundingClientRect();
  return [corner.left + x, corner.top + y];
}"""
TOOLTIP = """figure => {
  const label = document.querySelector(`[data-figure=${figure}] .hoverlayer .hovertext`);
  const path = label && label.querySelector("path");
  if (!path) return null;
  const { x, width } = path.getBoundingClientRect();
  return { text: label.textContent, x, width };
}"""
LABELS = """() => {
  const plot = document.querySelector("[data-figure=parallel_coordinates]");
  const outer = plot.getBoundingClientRect();
  const boxes = Array.from(plot.querySelectorAll(".annotation-text")).map((label) => {
    const { left, right, top, bottom } = label.getBoundingClientRect();
    return { text: label.textContent, left, right, top, bottom };
  });
  const cut = boxes.filter((box) => box.left < outer.left || box.right > outer.right);
  const met = boxes.filter((one, place) => boxes.slice(place + 1).some((other) =>
    one.left < other.right && other.left < one.right
    && one.top < other.bottom - 2 && other.top < one.bottom - 2));
  return { count: boxes.length, bad: [...cut, ...met].map((box) => box.text) };
}"""
FRONT = """(() => {
  const traces = document.querySelector("[data-figure=pareto_front]").data;
  return traces.find((trace) => trace.mode === "markers" && trace.meta === "front").x.length;
})()"""
ORDER = """
  window.order = [];
  document.addEventListener("drawn", ({ target }) => window.order.push(target.dataset.figure));
"""
CURVES = """document.querySelector("[data-figure=trial_curves]").data.map(({ y }) => y)"""
OTHERS = """(() => {
  const traces = document.querySelector("[data-figure=pareto_front]").data;
  return traces.find((trace) => trace.meta && trace.meta.counts).marker.color;
})()"""
STROKES = "Array.from(document.querySelectorAll('.js-line')).map((line) => line.style.stroke)"


@pytest.fixture(scope="module")
def report(runs: Runs) -> Callable[[str], Path]:
    """Return a function that writes the report of a run, once for all tests."""
    return cache(lambda name: write_report(runs(name)))


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder for pages of figures, which share plotly there."""
    folder = tmp_path_factory.mktemp("figures")
    (folder / PLOTLY).write_text(asset(PLOTLY).text, encoding="utf-8")
    return folder


@pytest.fixture
def look(
    visit: Callable[..., Page],
    context: BrowserContext,
    runs: Runs,
    report: Callable[[str], Path],
    figures: Path,
) -> Callable[..., Page]:
    """Return a function that opens a report or a figure."""

    def look(name: str, size: dict[str, int], scheme: str = "light", figure: str = "") -> Page:
        if figure:
            path = figures / f"{figure} of {name}.html"
            path.write_text(
                figure_page(page_figure(runs(name).findings, figure), name), encoding="utf-8"
            )
        else:
            path = report(name)
        page = visit(path.as_uri(), size, scheme, context if figure else None)
        page.wait_for_selector("html[data-drawn]", timeout=30_000)
        return page

    return look


def without_scripts(html: str) -> str:
    """Return the page without the contents of its script elements."""
    return re.sub(r"(<script[^>]*>).*?</script>", r"\1</script>", html, flags=re.DOTALL)


@pytest.mark.parametrize("name", PLANS)
def test_page_is_small_and_refers_to_nothing(
    name: str, runs: Runs, report: Callable[[str], Path]
) -> None:
    """The report of every run is below 6 MB and refers only to the mouse page beside it."""
    path = report(name)
    assert path == runs(name).folder.report_file
    assert path.stat().st_size < MOST_BYTES
    html = without_scripts(path.read_text(encoding="utf-8"))
    assert set(re.findall(r"""(?:src|href)=["'](?!#|data:,)[^"']*""", html)) <= MOUSE_PAGE
    assert "url(" not in html
    assert "@import" not in html
    assert "default-src 'none'" in unescape(html)


def test_plotly_is_parsed_once() -> None:
    """Its function is in parentheses, which is all that differs from what plotly ships."""
    path = files("plotly") / "package_data" / PLOTLY
    shipped, ours = path.read_text(encoding="utf-8"), asset(PLOTLY).text
    assert ours.endswith("})));")
    assert ours.replace("this, (() => {", "this, () => {")[:-2] + ";" == shipped


def test_payload_cannot_end_its_element(report: Callable[[str], Path]) -> None:
    """The JSON in the page has no character with a meaning in HTML, and can be parsed."""
    html = report("script names").read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="payload">(.*?)</script>', html)
    assert found is not None
    assert not set("<>&") & set(found[1])
    payload = json.loads(found[1])
    assert set(payload["figures"]) <= set(FIGURES)
    assert payload["config"]["showSendToCloud"] is False
    assert payload["config"]["plotlyServerURL"] == ""
    assert payload["config"]["displaylogo"] is False


def test_payload_of_a_long_run_stays_small(runs: Runs) -> None:
    """The figures of a run of 20,000 trials take less than two megabytes."""
    run = runs("three objectives")
    searched = run.findings.searched
    many = (replace(searched[number % len(searched)], number=number) for number in range(20_000))
    findings = Findings(run.experiment, tuple(many), tuple(run.champions))
    specifications = [plot.draw(plot.data(findings)) for plot in FIGURES.values()]
    assert len(embedded(specifications).encode()) < 2_000_000


@pytest.fixture
def unfinished(runs: Runs, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Copy a run without the files that are written at its end."""
    folder = runs("conflict").folder
    copy = tmp_path_factory.mktemp("copy") / folder.id
    shutil.copytree(folder.path, copy)
    (copy / "champions.safetensors").unlink()
    (copy / "checkpoint.json").unlink()
    return Run(type(folder)(copy))


def test_report_of_a_run_without_champions_file(unfinished: Run) -> None:
    """A running run has no champions yet; its report shows the rest."""
    html = write_report(unfinished).read_text(encoding="utf-8")
    assert "There is no trained network to draw." in html


def test_report_of_an_incomplete_run_says_so(unfinished: Run) -> None:
    """Without champions the page calls the run not complete and does not mention fresh seeds."""
    html = write_report(unfinished).read_text(encoding="utf-8")
    assert "The run is not complete: 166 of 166 trials are done." in html
    assert "<span>not complete</span>" in html
    assert "on fresh seeds" not in html


def test_page_has_the_chapters_that_have_figures(runs: Runs) -> None:
    """Navigation and page have the same chapters, those of the table of figures."""
    html = page_of(runs("four trials").findings)
    used = {plot.chapter for plot in FIGURES.values()}
    expected = ["experiment", *(name for name in CHAPTERS if name in used), "failures"]
    assert re.findall(r'<section id="(\w+)"', html) == expected
    assert re.findall(r'<a href="#(\w+)"', html) == expected


def test_commands_in_texts_are_code(runs: Runs) -> None:
    """Text between backticks becomes code, and everything else in it is escaped."""
    assert with_code("a `b <c>` & d") == "a <code>b &lt;c&gt;</code> &amp; d"
    assert "<code>neuroevo report " in page_of(runs("conflict").findings)


def test_failures_add_up_to_their_count(runs: Runs) -> None:
    """The counts of many causes add up, and partly diverged trials are counted."""
    run = runs("one point")
    searched = run.findings.searched
    failed = [
        replace(trial, state="failed", cause=f"cause {number % 13}", objectives={})
        for number, trial in enumerate(searched[:60])
    ]
    partly = [replace(trial, diverged=3) for trial in run.findings.complete[-4:]]
    html = page_of(Findings(run.experiment, (*failed, *partly)))
    chapter = html[html.index('id="failures"') :]
    counts = [int(count) for count in re.findall(r'<td class="number">(\d+)</td>', chapter)]
    assert sum(counts) == 60
    assert "6 other causes" in chapter
    assert "In 4 completed trials some replicates diverged" in chapter


def test_tables_count_diverged_replicates(runs: Runs) -> None:
    """Rows of the front and the baselines count the replicates that diverged."""
    run = runs("conflict")
    assert "3 of 16" not in page_of(run.findings)
    partly = [
        replace(trial, diverged=3) if trial in (run.best, run.baselines[0]) else trial
        for trial in run.all_trials
    ]
    html = page_of(Findings(run.experiment, tuple(partly), tuple(run.champions)))
    assert "<td>3 of 16</td>" in html
    assert "3 of 16 diverged; " in html


def hover(page: Page, figure: str, trace: str, place: float) -> str:
    """Move the mouse onto a point of a trace and return the hover text."""
    return str(tooltip(page, figure, trace, place)["text"])


def tooltip(page: Page, figure: str, trace: str, place: float) -> dict[str, Any]:
    """Move the mouse onto a point of a trace; return text, left edge and width of the hover label.

    A busy machine draws the label late, so the mouse is moved until it is there.
    """
    page.locator(f"[data-figure={figure}]").scroll_into_view_if_needed()
    for _ in range(40):
        x, y = page.evaluate(PLACE, [figure, trace, place])
        page.mouse.move(x - 60, y - 60)
        page.mouse.move(x, y)
        page.wait_for_timeout(150)
        shown: dict[str, Any] | None = page.evaluate(TOOLTIP, figure)
        if shown is not None:
            return shown
    raise AssertionError(f"no hover label on {trace} of {figure}")


def test_hover_texts_name_their_trials(controlled: Page, runs: Runs) -> None:
    """The hover texts of a curve, a baseline and the champion's line name their trials."""
    run = runs("conflict")
    champion = hover(controlled, "learning_curves", "champion", 0.5)
    assert champion.startswith("champion")
    assert re.search(r"learning rate.*MSE .*after [\d,]+ samples", champion)
    complete = [trial for trial in run.baselines if trial.state == "complete"]
    for trial in complete:
        assert trial.name in hover(controlled, "pareto_front", trial.name, 0)
    line = hover(controlled, "parallel_coordinates", "", 0.6)
    assert line.startswith("champion")
    assert f"trial {run.best.number}:" in line


def test_ticks_are_written_as_in_the_tables(look: Callable[..., Page]) -> None:
    """Large numbers have all digits, small ones are powers of ten, all in one font size."""
    page = look("one point", DESKTOP, figure="learning_curves")
    across = page.locator("[data-figure=learning_curves] .xtick text")
    upward = page.locator("[data-figure=learning_curves] .ytick text")
    assert "10,000" in across.all_text_contents()
    assert "10⁻⁶" in upward.all_text_contents() or "10⁻⁸" in upward.all_text_contents()
    sizes = {
        text.evaluate("text => getComputedStyle(text).fontSize")
        for text in (*across.all(), *upward.all())
    }
    assert sizes == {"12px"}


def test_hover_label_is_inside_a_phone_screen(look: Callable[..., Page], runs: Runs) -> None:
    """At 390 pixels a hover label is not cut off at the edges of its figure."""
    page = look("conflict", PHONE, figure="learning_curves")
    for name in ("champion", next(iter(runs("conflict").baselines)).name):
        for place in (0.1, 0.5, 0.9):
            box = tooltip(page, "learning_curves", name, place)
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= PHONE["width"]


def test_scripts_in_names_show_as_text(look: Callable[..., Page]) -> None:
    """On a phone in the dark theme, names that are scripts are shown and not run."""
    page = look("script names", PHONE, "dark")
    assert "<script>alert(1)</script>" in page.locator("table").nth(1).inner_text()
    assert "<script>alert(1)" in (page.locator("#figure-pareto_front .legend").text_content() or "")
    assert page.locator("a[href^=http], img, table script").count() == 0
    assert page.evaluate(OVERFLOW) <= 0


def test_a_page_opened_at_a_figure_draws_it_first(
    browser: Browser, report: Callable[[str], Path]
) -> None:
    """A link to a figure in the middle of a report need not wait for the figures above it."""
    page = browser.new_page()
    page.add_init_script(ORDER)
    page.goto(f"{report('conflict').as_uri()}#figure-slices")
    page.wait_for_selector("html[data-drawn=all]", state="attached")
    drawn = page.evaluate("window.order")
    assert drawn[0] == "slices"
    assert len(drawn) > 10
    page.close()


@pytest.mark.parametrize("figure", ["pareto_front", "distribution"])
def test_penalties_are_named_on_a_phone(look: Callable[..., Page], figure: str) -> None:
    """At 390 pixels the tick of values that are not reached is there, and no tick touches it."""
    page = look("conflict", PHONE, figure=figure)
    ticks = page.locator(f"#figure-{figure} :is(.xtick, .x2tick) text")
    texts = ticks.all_text_contents()
    assert "not reached" in texts
    boxes = [box for place in range(len(texts)) if (box := ticks.nth(place).bounding_box())]
    boxes.sort(key=lambda box: (round(box["y"]), box["x"]))
    for left, right in pairwise(boxes):
        if abs(left["y"] - right["y"]) < left["height"]:
            assert left["x"] + left["width"] <= right["x"]


def test_the_last_tick_of_shares_is_there_on_a_phone(look: Callable[..., Page]) -> None:
    """At 390 pixels there is room for 100% at the right end of an axis and of a colour bar."""
    page = look("conflict", PHONE, figure="stability")
    assert "100%" in page.locator("#figure-stability .colorbar text").all_text_contents()
    page = look("conflict", PHONE, figure="operators")
    assert "100%" in page.locator("#figure-operators .xtick text").all_text_contents()


@pytest.mark.parametrize(("has_touch", "word"), [(False, "mouse"), (True, "finger")])
def test_the_link_to_the_mouse_page_fits_the_pointer(
    browser: Browser,
    report: Callable[[str], Path],
    has_touch: bool,  # noqa: FBT001 - a parameter
    word: str,
) -> None:
    """On a touch screen the report speaks of a finger, with a mouse of the mouse."""
    page = browser.new_page(has_touch=has_touch, is_mobile=has_touch, java_script_enabled=False)
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    page.goto(report("conflict").as_uri())
    expect(page.locator(".playground a")).to_have_text(
        f"Try it with your {word}", use_inner_text=True
    )
    page.close()


def test_phone_page_does_not_overflow(look: Callable[..., Page]) -> None:
    """At 390 pixels even the report with the widest tables does not scroll sideways."""
    assert look("many genes", PHONE).evaluate(OVERFLOW) <= 0


@pytest.mark.parametrize(
    ("name", "size"), [("many genes", DESKTOP), ("mixed", PHONE), ("three objectives", PHONE)]
)
def test_labels_of_axes_are_whole(
    look: Callable[..., Page], name: str, size: dict[str, int]
) -> None:
    """With any number of axes, no title or label is cut off or overlaps another."""
    page = look(name, size, figure="parallel_coordinates")
    labels = page.evaluate(LABELS)
    assert labels["count"] > 12
    assert labels["bad"] == []
    assert page.evaluate(OVERFLOW) <= 0


def test_figures_follow_the_theme_and_offer_no_upload(look: Callable[..., Page]) -> None:
    """Figures follow the system's theme, are light in print, and have no button for uploads."""
    page = look("four trials", DESKTOP)
    page.hover("#figure-pareto_front .plot")
    assert page.locator(".modebar-btn").count() == 0
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        expect(page.locator("[data-figure=progress] .main-svg").first).to_have_css(
            "background-color", rgb(theme.DARK if scheme == "dark" else theme.LIGHT, "ground")
        )
        page.wait_for_selector("html[data-drawn]", state="attached")
        assert page.evaluate(BODY) == rgb(theme.DARK if scheme == "dark" else theme.LIGHT, "ground")
        strokes = page.evaluate(STROKES)
        assert rgb(theme.DARK, "category-1") in strokes or scheme == "light"
        assert (rgb(theme.LIGHT, "category-1") in strokes) == (scheme == "light")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert rgb(theme.LIGHT, "category-1") in page.evaluate(STROKES)
    assert page.locator("details:not([open])").count() == 0


@pytest.fixture(scope="module")
def controlled(browser: Browser, report: Callable[[str], Path]) -> Iterator[Page]:
    """Open one report for several tests of its controls; fails on errors and messages."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text))
    page.goto(report("conflict").as_uri())
    page.wait_for_selector("html[data-drawn]", timeout=30_000)
    yield page
    context.close()
    assert problems == []


def test_slider_shows_the_front_of_earlier_generations(controlled: Page, runs: Runs) -> None:
    """Moved by keyboard, the slider shows an earlier front; printing shows the last one."""
    front = front_history(runs("conflict").findings)
    figure = controlled.locator("#figure-pareto_front")
    slider = figure.get_by_role("slider")
    assert slider.input_value() == str(len(front.steps) - 1)
    slider.press("Home")
    slider.press("ArrowRight")
    generation, members = front.steps[1]
    expect(figure.locator("output")).to_have_text(str(generation))
    assert controlled.evaluate(FRONT) == len(members) != len(front.role("front"))
    behind = front.role("trial")["generation"]
    assert controlled.evaluate(OTHERS) == sorted(behind[behind <= generation])
    figure.get_by_role("button", name="Play").click()
    expect(figure.get_by_role("button")).to_have_text("Pause")
    controlled.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    controlled.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(figure.get_by_role("button")).to_have_text("Play")
    expect(figure.locator("output")).to_have_text(str(front.steps[-1][0]))
    assert controlled.evaluate(FRONT) == len(front.role("front"))
    assert controlled.evaluate(OTHERS) == sorted(behind)


def test_ranges_of_parallel_coordinates_can_be_selected(controlled: Page, runs: Runs) -> None:
    """Dragging along axes, and keys, select the lines that are inside all ranges."""
    drawn = coordinates(runs("conflict").findings).coordinates
    figure = controlled.locator("#figure-parallel_coordinates")
    axes = figure.locator(".axis")
    assert axes.count() == len(drawn)
    axes.last.scroll_into_view_if_needed()
    for place in (len(drawn) - 1, len(drawn) - 2):
        box = axes.nth(place).bounding_box()
        assert box is not None
        middle, height = box["x"] + box["width"] / 2, box["height"]
        controlled.mouse.move(middle, box["y"] + height * 0.5)
        controlled.mouse.down()
        controlled.mouse.move(middle, box["y"] + height * 1.2)
        controlled.mouse.up()
    lower = [coordinate.positions <= 0.5 for coordinate in drawn[-2:]]
    expect(figure.locator(".selection")).to_contain_text(f"{sum(lower[0] & lower[1])} of ")
    axes.first.press("ArrowDown")
    few = drawn[0].positions <= 0.25 - 0.04
    assert 0 < sum(lower[0] & lower[1] & few) < sum(lower[0] & lower[1])
    expect(figure.locator(".selection")).to_contain_text(f"{sum(lower[0] & lower[1] & few)} of ")
    axes.first.press("Escape")
    expect(axes.first).to_have_attribute("aria-valuetext", "all")
    figure.get_by_role("button", name="Clear").click()
    expect(figure.locator(".selection")).to_contain_text("Drag along an axis")


def test_a_configuration_is_copied(controlled: Page, runs: Runs) -> None:
    """A button copies an experiment file; without a clipboard its text is selected."""
    run = runs("conflict")
    ranks = run.findings.excerpt()
    buttons = controlled.locator("button[data-configuration]")
    assert buttons.count() == len(ranks)
    buttons.nth(1).press("Enter")
    expect(buttons.nth(1)).to_have_text("Copied")
    copied = controlled.evaluate("navigator.clipboard.readText()")
    expected = run.findings.configuration_file(run.findings.front[ranks[1] - 1])
    assert copied == expected
    controlled.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    controlled.evaluate("document.execCommand = () => false")
    buttons.nth(1).click()
    expect(buttons.nth(1)).to_have_text("Selected")
    assert controlled.evaluate("window.getSelection().toString()") == expected


def test_figures_are_written_as_files(runs: Runs, context: BrowserContext, tmp_path: Path) -> None:
    """Each figure with data is a page of its own, and the network is also an SVG file."""
    run = runs("four trials")
    names = ("network", "pareto_front", "learning_curves", "ablation")
    figures = [page_figure(run.findings, name) for name in names]
    written = write_figures(figures, run.id, tmp_path / "new")
    shown = {"network", "pareto_front", "learning_curves"}  # there is no ablation
    assert {path.stem for path in written.paths if path.suffix == ".html"} == shown
    assert bool(written.problem) != any(path.suffix == ".png" for path in written.paths)
    page = context.new_page()
    page.goto((tmp_path / "new" / "network.svg").as_uri())
    assert page.locator("svg .weights path").count()
    page.goto((tmp_path / "new" / "pareto_front.html").as_uri())
    page.wait_for_selector("html[data-drawn]", timeout=30_000)
    assert page.locator(".main-svg").count()
    assert "default-src 'none'" in page.content()
    page.close()
    assert (tmp_path / "new" / PLOTLY).exists()
    texts = [path.read_text(encoding="utf-8") for path in written.paths if path.suffix == ".html"]
    assert max(map(len, texts)) < 1_000_000


def test_pictures_have_the_size_that_is_asked_for(runs: Runs) -> None:
    """Width and height are in pixels; a height that is not given is that of the page."""
    figure = page_figure(runs("four trials").findings, "pareto_front")
    whole = picture_order(figure, Path("a.pdf"), PictureSize(700, 300))
    assert whole["opts"] == {"format": "pdf", "scale": 1, "width": 700, "height": 300}
    assert (whole["fig"]["layout"]["width"], whole["fig"]["layout"]["height"]) == (700, 300)
    tall = picture_order(figure, Path("a.png"), PictureSize(700))
    assert tall["opts"]["height"] == figure.height
    wide = page_figure(runs("many genes").findings, "parallel_coordinates")
    order = picture_order(wide, Path("a.svg"), PictureSize(336))
    assert order["opts"]["width"] == wide.least_width > 336


def test_narrow_pictures_have_one_label_in_a_panel(runs: Runs) -> None:
    """Labels of the ancestors' figure, which a page hides where they meet, meet nowhere."""
    figure = page_figure(runs("conflict").findings, "lineage")

    def labels(width: int) -> list[int]:
        order = picture_order(figure, Path("a.svg"), PictureSize(width))
        traces = [each for each in order["fig"]["data"] if each.get("mode") == "markers+text"]
        return [len(trace["text"]) for trace in traces]

    assert max(labels(1_000)) > 1
    assert max(labels(336)) == 1


def test_figures_that_cannot_be_stored_are_an_error(tmp_path: Path) -> None:
    """The error names a folder that can't be made."""
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="file: figures can't be stored there"):
        write_figures([], "four trials", tmp_path / "file")


def test_figures_that_cannot_be_written_leave_no_folders(runs: Runs, tmp_path: Path) -> None:
    """If the first file can't be written, the folders that were made for it are removed."""
    figures = [page_figure(runs("four trials").findings, "pareto_front")]
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        with pytest.raises(StorageError, match=re.escape(str(tmp_path / "new" / "place"))):
            write_figures(figures, "four trials", tmp_path / "new" / "place")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


def rgb(tokens: Mapping[str, str], name: str) -> str:
    """Return a colour of the theme as a browser writes it."""
    channels = [str(int(tokens[name][place : place + 2], 16)) for place in (1, 3, 5)]
    return f"rgb({', '.join(channels)})"


SEEN = """name => {
  const plot = document.querySelector(`[data-figure=${name}]`);
  const seen = plot._fullData.filter((each) => each.visible === true && each.showlegend === false);
  return [plot._fullLayout.yaxis.title.text, seen.map((each) => each.y.slice(0, 9))];
}"""


def test_print_has_no_controls_and_no_cut_tables(controlled: Page) -> None:
    """In print there is no sentence on controls, the front is there once, and tables fit."""
    page = controlled
    page.set_viewport_size({"width": 640, "height": 900})
    assert page.locator(".on-screen").count() > 1
    page.emulate_media(media="print")
    assert not any(page.locator(".on-screen").nth(place).is_visible() for place in (0, 1))
    beyond = "(all) => all.filter((each) => each.scrollWidth > each.clientWidth + 1).length"
    assert page.locator(".sideways:has(table):visible").evaluate_all(beyond) == 0
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": DESKTOP["width"], "height": DESKTOP["height"]})


def test_notes_of_the_baselines_are_below_their_names(controlled: Page) -> None:
    """The notes on the champion and on each baseline are visible without scrolling."""
    notes = controlled.get_by_role("region", name="The champion and the baselines").locator("small")
    assert notes.first.text_content() == "this run’s best"
    assert notes.count() > 1


LINES = """() => Array.from(document.querySelectorAll("figcaption")).map((caption) => {
  const text = caption.querySelector("summary > span") || caption;
  return Math.round(text.clientHeight / parseFloat(getComputedStyle(text).lineHeight));
})"""
OVERLAPS = """() => {
  const plot = document.querySelector("[data-figure=lineage]");
  const seen = Array.from(plot.querySelectorAll(".textpoint text")).filter((each) =>
    getComputedStyle(each).visibility === "visible").map((each) => each.getBoundingClientRect());
  return [seen.length, seen.filter((one, place) => seen.slice(place + 1).some((other) =>
    one.left < other.right && other.left < one.right
    && one.top < other.bottom && other.top < one.bottom)).length];
}"""
CODE = "getComputedStyle(document.querySelector('%s')).fontFamily"


def test_captions_have_two_lines_and_fold_out(controlled: Page) -> None:
    """No caption has more than two lines, on a desktop and a phone; a long one folds out."""
    for width in (390, 1280):
        controlled.set_viewport_size({"width": width, "height": 900})
        assert max(controlled.evaluate(LINES)) <= 2
    folded = controlled.locator("figcaption details:not(.whole)").first
    folded.locator("summary").click()
    assert max(controlled.evaluate(LINES)) > 2
    folded.locator("summary").click()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_labels_of_ancestors_do_not_overlap(
    look: Callable[..., Page], size: dict[str, int]
) -> None:
    """At any width some steps have labels, and no label covers another one."""
    page = look("conflict", size, figure="lineage")
    count, overlapping = page.evaluate(OVERLAPS)
    assert count > 0
    assert overlapping == 0


def test_contents_stay_beside_the_text_on_wide_screens(controlled: Page) -> None:
    """The list of chapters is on the right, and still there at the end of the page."""
    controlled.set_viewport_size({"width": 1280, "height": 900})
    controlled.locator("#failures").scroll_into_view_if_needed()
    contents = controlled.locator("nav.contents")
    expect(contents).to_be_in_viewport(ratio=1)
    box, text = contents.bounding_box(), controlled.locator("#failures").bounding_box()
    assert box is not None
    assert text is not None
    assert box["x"] > text["x"] + text["width"]
    controlled.evaluate("window.scrollTo(0, 0)")


def test_code_is_monospaced(controlled: Page) -> None:
    """Experiment files and commands in texts have a monospaced font."""
    for selector in ("pre", "code"):
        assert "monospace" in controlled.evaluate(CODE % selector)


def test_views_of_a_figure_are_chosen_from_a_list(look: Callable[..., Page]) -> None:
    """A labelled list on the page changes the view of a figure and changes it back."""
    for name in ("slices", "contour", "lineage"):
        page = look("three objectives", DESKTOP, figure=name)
        choices = page.locator(f"#figure-{name}").get_by_label("Shown")
        count = choices.locator("option").count()
        seen = []
        for place in (0, count - 1, 0):
            choices.select_option(index=place)
            seen.append(page.evaluate(SEEN, name))
        assert count > 1
        assert seen[0] == seen[2] != seen[1], name
        assert page.locator(".updatemenu-container").count() == 0


def test_learning_curves_of_picked_trials_are_drawn(controlled: Page, runs: Runs) -> None:
    """Curves have the numbers of the journal to three digits; what is no trial is named."""
    figure = controlled.locator("#figure-trial_curves")
    field = figure.get_by_role("textbox")
    curves = {
        trial.number: [
            float(f"{error:.2e}") if 0 < error < math.inf else None for error in trial.curve
        ]
        for trial in runs("conflict").findings.trials
    }
    field.fill("12, 30-31")
    field.press("Enter")
    assert controlled.evaluate(CURVES) == [curves[12], curves[30], curves[31]]
    expect(figure.get_by_role("combobox")).to_have_value("picked trials")
    field.fill("31 some 99999")
    field.press("Enter")
    assert controlled.evaluate(CURVES) == [curves[31]]
    text = "“some” is no number of a trial. Trial 99999 has no curve here."
    expect(figure.locator(".selection")).to_have_text(text)
    figure.get_by_role("combobox").select_option("the best 10 by final MSE")
    assert len(controlled.evaluate(CURVES)) == 10
    expect(figure.locator(".selection")).to_be_empty()


def test_a_click_on_a_trial_adds_its_learning_curve(controlled: Page, runs: Runs) -> None:
    """A trial that is clicked in another figure is drawn, and a link leads to the curves."""
    field = controlled.locator("#figure-trial_curves").get_by_role("textbox")
    name = next(each.name for each in runs("conflict").baselines if each.state == "complete")
    number = next(each.number for each in runs("conflict").baselines if each.name == name)
    field.fill("12")
    field.press("Enter")
    hover(controlled, "pareto_front", name, 0)
    controlled.mouse.down()
    controlled.mouse.up()
    clicked = controlled.locator("#figure-pareto_front .clicked")
    expect(clicked).to_have_text(f"Trial {number} was added to the learning curves.")
    expect(field).to_have_value(f"12, {number}")
    assert controlled.locator("#figure-pareto_front .clicked a").get_attribute("href") == (
        "#figure-trial_curves"
    )
