"""The page: one file that asks for nothing, looked at in a real browser."""

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from neuroevo.report import theme
from neuroevo.report.findings import Findings
from neuroevo.report.page import page as page_of
from neuroevo.report.page import write_report
from neuroevo.report.plots import FIGURES
from neuroevo.report.run import Run

Runs = Callable[[str], Run]
MOST_BYTES = 6_000_000
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
STROKES = "Array.from(document.querySelectorAll('.js-line')).map((line) => line.style.stroke)"


@pytest.fixture
def look(browser: Browser, runs: Runs) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a run's report; fails on any complaint or request."""
    complaints: list[str] = []
    pages: list[Page] = []

    def complain(kind: str) -> Callable[[object], None]:
        return lambda event: complaints.append(f"{kind}: {event}")

    def look(name: str, size: dict[str, int], scheme: str = "light") -> Page:
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
        page.goto(write_report(runs(name)).as_uri())
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
    """The report of every odd run is below 6 MB and refers to nothing outside of itself."""
    path = write_report(any_run)
    assert path == any_run.folder.report_file
    assert path.stat().st_size < MOST_BYTES
    html = without_scripts(path.read_text(encoding="utf-8"))
    assert re.findall(r"""(?:src|href)=["'](?!#|data:,)[^"']*""", html) == []
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
    """The figures of a run of 20,000 trials take less than a megabyte."""
    run = runs("three objectives")
    searched = run.findings.searched
    many = (replace(searched[number % len(searched)], number=number) for number in range(20_000))
    findings = Findings(run.experiment, tuple(many), tuple(run.champions))
    specifications = [plot.draw(plot.data(findings)) for plot in FIGURES.values()]
    assert len(json.dumps(specifications)) < 1_000_000


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


def test_tooltips_name_what_they_show(look: Callable[..., Page], runs: Runs) -> None:
    """Pointing at a curve, a baseline and the champion's line tells whose they are."""
    run = runs("conflict")
    page = look("conflict", DESKTOP)
    champion = hover(page, "learning_curves", "champion", 0.5)
    assert champion.startswith("champion")
    assert re.search(r"learning rate.*MSE .*after [\d,]+ samples", champion)
    complete = [trial for trial in run.baselines if trial.state == "complete"]
    for trial in complete:
        assert trial.name in hover(page, "pareto_front", trial.name, 0)
    line = hover(page, "parallel_coordinates", "", 0.6)
    assert line.startswith("champion")
    assert f"trial {run.best.number}:" in line


def test_ticks_are_written_as_in_the_tables(look: Callable[..., Page]) -> None:
    """Large numbers stand in full, small powers of ten as such, all in one size."""
    page = look("one point", DESKTOP)
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
    page = look("conflict", PHONE)
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
    assert look("three objectives", PHONE).evaluate(OVERFLOW) <= 0


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", ["many genes", "mixed", "three objectives"])
def test_labels_of_axes_are_whole(
    look: Callable[..., Page], name: str, size: dict[str, int]
) -> None:
    """However many axes there are, no title or label is cut off or lies on another."""
    page = look(name, size)
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


def rgb(tokens: Mapping[str, str], name: str) -> str:
    """Return a colour of the theme as a browser writes it."""
    channels = [str(int(tokens[name][place : place + 2], 16)) for place in (1, 3, 5)]
    return f"rgb({', '.join(channels)})"
