"""The page: one file that asks for nothing, looked at in a real browser."""

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from neuroevo.analysis.coordinates import coordinates
from neuroevo.analysis.findings import Findings
from neuroevo.analysis.front_history import front_history
from neuroevo.errors import StorageError
from neuroevo.playground import write_report
from neuroevo.report import theme
from neuroevo.report.figure_files import figure_page, write_figures
from neuroevo.report.figures import show
from neuroevo.report.page import page as page_of
from neuroevo.report.plots import CHAPTERS, FIGURES
from neuroevo.report.run import Run
from neuroevo.runs import best_toml

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
CLOUD = """(() => {
  const traces = document.querySelector("[data-figure=pareto_front]").data;
  return traces.find((trace) => trace.meta && trace.meta.born).marker.color;
})()"""
STROKES = "Array.from(document.querySelectorAll('.js-line')).map((line) => line.style.stroke)"


@pytest.fixture
def look(browser: Browser, runs: Runs, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a run's report, or a figure; fails on complaint or request."""
    complaints: list[str] = []
    pages: list[Page] = []

    def complain(kind: str) -> Callable[[object], None]:
        return lambda event: complaints.append(f"{kind}: {event}")

    def look(name: str, size: dict[str, int], scheme: str = "light", figure: str = "") -> Page:
        page = browser.new_page(
            viewport={"width": size["width"], "height": size["height"]},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        pages.append(page)
        page.on("console", lambda message: complaints.append(f"console: {message.text}"))
        page.on("pageerror", complain("error"))
        page.on("dialog", complain("dialog"))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith(("file:", "data:", "blob:"))
                else complaints.append(f"request: {request.url}")
            ),
        )
        if figure:
            path = tmp_path / "figure.html"
            path.write_text(figure_page(show(runs(name).findings, figure), name), encoding="utf-8")
        else:
            path = write_report(runs(name))
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-drawn]", timeout=30_000)
        return page

    yield look
    for page in pages:
        page.close()
    assert complaints == []


def without_scripts(html: str) -> str:
    """Return the page without what stands in its script elements."""
    return re.sub(r"(<script[^>]*>).*?</script>", r"\1</script>", html, flags=re.DOTALL)


def test_page_is_small_and_refers_to_nothing(any_run: Run) -> None:
    """The report of every odd run is below 6 MB and refers to the mouse page beside it alone."""
    path = write_report(any_run)
    assert path == any_run.folder.report_file
    assert path.stat().st_size < MOST_BYTES
    html = without_scripts(path.read_text(encoding="utf-8"))
    assert set(re.findall(r"""(?:src|href)=["'](?!#|data:,)[^"']*""", html)) <= MOUSE_PAGE
    assert "url(" not in html
    assert "@import" not in html
    assert "default-src 'none'" in unescape(html)


def test_payload_cannot_end_its_element(runs: Runs) -> None:
    """The JSON in the page holds no character that HTML would act on, and reads back."""
    html = write_report(runs("script names")).read_text(encoding="utf-8")
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
    assert len(json.dumps(specifications)) < 2_000_000


@pytest.fixture
def unfinished(runs: Runs, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Copy a run and take away what the end of the search leaves."""
    folder = runs("conflict").folder
    copy = tmp_path_factory.mktemp("copy") / folder.id
    shutil.copytree(folder.path, copy)
    (copy / "champions.safetensors").unlink()
    (copy / "checkpoint.json").unlink()
    return Run(type(folder)(copy))


def test_report_of_a_run_without_champions_file(unfinished: Run) -> None:
    """A run that still goes on has no champions yet; its report tells what there is."""
    html = write_report(unfinished).read_text(encoding="utf-8")
    assert "There is no trained network to draw." in html


def test_report_of_an_unfinished_run_says_so(unfinished: Run) -> None:
    """Without champions the page calls the run unfinished and promises no fresh seeds."""
    html = write_report(unfinished).read_text(encoding="utf-8")
    assert "The run is not finished: 294 of 294 trials are done." in html
    assert "<span>not finished</span>" in html
    assert "seeds that it never saw" not in html


def test_page_has_the_chapters_that_have_figures(runs: Runs) -> None:
    """Navigation and page go through the same chapters, those of the table of figures."""
    html = page_of(runs("four trials").findings)
    told = {plot.chapter for plot in FIGURES.values()}
    expected = ["asked", *(name for name in CHAPTERS if name in told), "failed"]
    assert re.findall(r'<section id="(\w+)"', html) == expected
    assert re.findall(r'<a href="#(\w+)"', html) == expected


def test_failures_add_up_to_their_count(runs: Runs) -> None:
    """However many causes there are, the rows add up, and partly diverged trials are told."""
    run = runs("one point")
    searched = run.findings.searched
    failed = [
        replace(trial, state="failed", cause=f"cause {number % 13}", objectives={})
        for number, trial in enumerate(searched[:60])
    ]
    partly = [replace(trial, diverged=3) for trial in run.findings.complete[-4:]]
    html = page_of(Findings(run.experiment, (*failed, *partly)))
    chapter = html[html.index('id="failed"') :]
    counts = [int(count) for count in re.findall(r'<td class="number">(\d+)</td>', chapter)]
    assert sum(counts) == 60
    assert "6 other causes" in chapter
    assert "4 completed trials had some replicates that diverged" in chapter


def test_tables_tell_of_replicates_that_diverged(runs: Runs) -> None:
    """A network of the front some of whose replicates diverged has that in its row."""
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
    """Move the mouse onto a point of a trace and return what the tooltip says."""
    return str(tooltip(page, figure, trace, place)["text"])


def tooltip(page: Page, figure: str, trace: str, place: float) -> dict[str, Any]:
    """Move the mouse onto a point of a trace: the tooltip's text, left edge and width.

    A busy machine draws the tooltip late or again, so the mouse is moved until it is there.
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
    raise AssertionError(f"no tooltip on {trace} of {figure}")


def test_tooltips_name_what_they_show(handled: Page, runs: Runs) -> None:
    """Pointing at a curve, a baseline and the champion's line tells whose they are."""
    run = runs("conflict")
    champion = hover(handled, "learning_curves", "champion", 0.5)
    assert champion.startswith("champion")
    assert re.search(r"learning rate.*MSE .*after [\d,]+ samples", champion)
    complete = [trial for trial in run.baselines if trial.state == "complete"]
    for trial in complete:
        assert trial.name in hover(handled, "pareto_front", trial.name, 0)
    line = hover(handled, "parallel_coordinates", "", 0.6)
    assert line.startswith("champion")
    assert f"trial {run.best.number}:" in line


def test_ticks_are_written_as_in_the_tables(look: Callable[..., Page]) -> None:
    """Large numbers stand in full, small powers of ten as such, all in one size."""
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


def test_tooltip_stays_in_sight_on_a_phone(look: Callable[..., Page], runs: Runs) -> None:
    """At 390 pixels a tooltip is not cut off at the edges of its figure."""
    page = look("conflict", PHONE, figure="learning_curves")
    for name in ("champion", next(iter(runs("conflict").baselines)).name):
        for place in (0.1, 0.5, 0.9):
            box = tooltip(page, "learning_curves", name, place)
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= PHONE["width"]


def test_scripts_in_names_show_as_text(look: Callable[..., Page]) -> None:
    """On a phone, in the dark, names that are scripts are read and not run; nothing overflows."""
    page = look("script names", PHONE, "dark")
    assert "<script>alert(1)</script>" in page.locator("table").nth(1).inner_text()
    assert "<script>alert(1)" in (page.locator("#figure-pareto_front .legend").text_content() or "")
    assert page.locator("a[href^=http], img, table script").count() == 0
    assert page.evaluate(OVERFLOW) <= 0


def test_phone_page_does_not_overflow(look: Callable[..., Page]) -> None:
    """At 390 pixels even the widest report scrolls in one direction only."""
    for name in ("three objectives", "many genes"):
        assert look(name, PHONE).evaluate(OVERFLOW) <= 0


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", ["many genes", "mixed", "three objectives"])
def test_labels_of_axes_are_whole(
    look: Callable[..., Page], name: str, size: dict[str, int]
) -> None:
    """However many axes there are, no title or label is cut off or lies on another."""
    page = look(name, size, figure="parallel_coordinates")
    labels = page.evaluate(LABELS)
    assert labels["count"] > 12
    assert labels["bad"] == []
    assert page.evaluate(OVERFLOW) <= 0


def test_figures_follow_the_theme_and_offer_no_upload(look: Callable[..., Page]) -> None:
    """Figures turn dark and light with the system, print light, and have no button to share."""
    page = look("four trials", DESKTOP)
    page.hover("#figure-pareto_front .plot")
    assert page.locator(".modebar-btn").count() == 0
    for scheme in ("dark", "light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        expect(page.locator("[data-figure=progress] .main-svg").first).to_have_css(
            "background-color", rgb(theme.DARK if scheme == "dark" else theme.LIGHT, "ground")
        )
        assert page.evaluate(BODY) == rgb(theme.DARK if scheme == "dark" else theme.LIGHT, "ground")
        strokes = page.evaluate(STROKES)
        assert rgb(theme.DARK, "category-1") in strokes or scheme == "light"
        assert (rgb(theme.LIGHT, "category-1") in strokes) == (scheme == "light")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert rgb(theme.LIGHT, "category-1") in page.evaluate(STROKES)
    assert page.locator("details:not([open])").count() == 0


@pytest.fixture(scope="module")
def handled(browser: Browser, runs: Runs) -> Iterator[Page]:
    """Open one report in which several tests do what readers can do; it must not complain."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(write_report(runs("conflict")).as_uri())
    page.wait_for_selector("html[data-drawn]", timeout=30_000)
    yield page
    context.close()
    assert complaints == []


def test_slider_shows_the_front_of_earlier_generations(handled: Page, runs: Runs) -> None:
    """Moved by keyboard, it draws the front as it stood then; printing shows the last one."""
    front = front_history(runs("conflict").findings)
    figure = handled.locator("#figure-pareto_front")
    slider = figure.get_by_role("slider")
    assert slider.input_value() == str(len(front.steps) - 1)
    slider.press("Home")
    slider.press("ArrowRight")
    generation, members = front.steps[1]
    expect(figure.locator("output")).to_have_text(str(generation))
    assert handled.evaluate(FRONT) == len(members) != len(front.role("front"))
    behind = front.role("trial")["generation"]
    assert handled.evaluate(CLOUD) == sorted(behind[behind <= generation])
    figure.get_by_role("button", name="Play").click()
    expect(figure.get_by_role("button")).to_have_text("Pause")
    handled.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    handled.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(figure.get_by_role("button")).to_have_text("Play")
    expect(figure.locator("output")).to_have_text(str(front.steps[-1][0]))
    assert handled.evaluate(FRONT) == len(front.role("front"))
    assert handled.evaluate(CLOUD) == sorted(behind)


def test_ranges_of_parallel_coordinates_can_be_kept(handled: Page, runs: Runs) -> None:
    """Dragging along axes, and keys, leave the lines that lie in all of the ranges."""
    drawn = coordinates(runs("conflict").findings).coordinates
    figure = handled.locator("#figure-parallel_coordinates")
    axes = figure.locator(".axis")
    assert axes.count() == len(drawn)
    axes.last.scroll_into_view_if_needed()
    for place in (len(drawn) - 1, len(drawn) - 2):
        box = axes.nth(place).bounding_box()
        assert box is not None
        middle, height = box["x"] + box["width"] / 2, box["height"]
        handled.mouse.move(middle, box["y"] + height * 0.5)
        handled.mouse.down()
        handled.mouse.move(middle, box["y"] + height * 1.2)
        handled.mouse.up()
    lower = [coordinate.positions <= 0.5 for coordinate in drawn[-2:]]
    expect(figure.locator(".kept")).to_contain_text(f"{sum(lower[0] & lower[1])} of ")
    axes.first.press("ArrowDown")
    few = drawn[0].positions <= 0.25 - 0.04
    assert 0 < sum(lower[0] & lower[1] & few) < sum(lower[0] & lower[1])
    expect(figure.locator(".kept")).to_contain_text(f"{sum(lower[0] & lower[1] & few)} of ")
    axes.first.press("Escape")
    expect(axes.first).to_have_attribute("aria-valuetext", "all")
    figure.get_by_role("button", name="Clear").click()
    expect(figure.locator(".kept")).to_contain_text("Drag along an axis")


def test_a_configuration_is_copied(handled: Page, runs: Runs) -> None:
    """A button copies an experiment file and says so; without a clipboard its text is selected."""
    run = runs("conflict")
    ranks = run.findings.excerpt()
    buttons = handled.locator("button[data-configuration]")
    assert buttons.count() == len(ranks)
    buttons.nth(1).press("Enter")
    expect(buttons.nth(1)).to_have_text("Copied")
    copied = handled.evaluate("navigator.clipboard.readText()")
    expected = best_toml(run.experiment, run.findings.front[ranks[1] - 1], run.folder.id)
    assert copied == expected
    handled.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    handled.evaluate("document.execCommand = () => false")
    buttons.nth(1).click()
    expect(buttons.nth(1)).to_have_text("Selected")
    assert handled.evaluate("window.getSelection().toString()") == expected


def test_figures_are_written_as_files(runs: Runs, browser: Browser, tmp_path: Path) -> None:
    """Each figure that has something to show is a page of its own, the network a drawing too."""
    run = runs("four trials")
    written = write_figures(run, tmp_path / "new")
    shown = {name for name in FIGURES if show(run.findings, name).is_drawn}
    assert {path.stem for path in written.paths if path.suffix == ".html"} == shown
    assert bool(written.problem) != any(path.suffix == ".png" for path in written.paths)
    page = browser.new_page()
    page.goto((tmp_path / "new" / "network.svg").as_uri())
    assert page.locator("svg .weights path").count()
    page.goto((tmp_path / "new" / "pareto_front.html").as_uri())
    page.wait_for_selector("html[data-drawn]", timeout=30_000)
    assert page.locator(".main-svg").count()
    assert "default-src 'none'" in page.content()
    page.close()


def test_figures_that_cannot_be_stored_are_an_error(runs: Runs, tmp_path: Path) -> None:
    """A folder that can't be made is named."""
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="file: figures can't be stored there"):
        write_figures(runs("four trials"), tmp_path / "file")


def rgb(tokens: Mapping[str, str], name: str) -> str:
    """Return a colour of the theme as a browser writes it."""
    channels = [str(int(tokens[name][place : place + 2], 16)) for place in (1, 3, 5)]
    return f"rgb({', '.join(channels)})"


SEEN = """name => {
  const plot = document.querySelector(`[data-figure=${name}]`);
  const seen = plot._fullData.filter((each) => each.visible === true && each.showlegend === false);
  return [plot._fullLayout.yaxis.title.text, seen.map((each) => each.y.slice(0, 9))];
}"""


def test_paper_has_no_controls_and_no_table_beyond_it(look: Callable[..., Page]) -> None:
    """In print no sentence tells of a control, the front is there once, and tables fit."""
    page = look("conflict", {"width": 640, "height": 900})
    assert page.locator(".on-screen").count() > 1
    page.emulate_media(media="print")
    assert not any(page.locator(".on-screen").nth(place).is_visible() for place in (0, 1))
    beyond = "(all) => all.filter((each) => each.scrollWidth > each.clientWidth + 1).length"
    assert page.locator(".sideways:has(table):visible").evaluate_all(beyond) == 0


def test_notes_of_the_baselines_stand_under_their_names(look: Callable[..., Page]) -> None:
    """What is noted of the champion and of each baseline is in sight without scrolling."""
    page = look("conflict", DESKTOP)
    notes = page.get_by_role("region", name="The champion and the baselines").locator("small")
    assert notes.first.text_content() == "this run’s best"
    assert notes.count() > 1


def test_views_of_a_figure_are_chosen_from_a_list(look: Callable[..., Page]) -> None:
    """A list of the page, with a label, changes what a figure shows; its first view comes back."""
    page = look("three objectives", DESKTOP)
    for name in ("slices", "contour", "lineage"):
        choices = page.locator(f"#figure-{name}").get_by_label("Shown")
        count = choices.locator("option").count()
        seen = []
        for place in (0, count - 1, 0):
            choices.select_option(index=place)
            seen.append(page.evaluate(SEEN, name))
        assert count > 1
        assert seen[0] == seen[2] != seen[1], name
    assert page.locator(".updatemenu-container").count() == 0
