"""The report of a run with a test part, in a real browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from neuroevo.report import theme
from neuroevo.report.document import asset
from neuroevo.report.figure_files import PLOTLY, figure_page
from neuroevo.report.figures import page_figure
from neuroevo.report.page import page as page_of
from neuroevo.report.run import Run
from tests.invented_held_out import SPECIES, TablePlan, on_table

Runs = Callable[[str], Run]

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"
REGRESSION = TablePlan(("heating", "cooling"))
CUT = """name => {
  const plot = document.querySelector(`[data-figure=${name}]`);
  const outer = plot.getBoundingClientRect();
  const texts = Array.from(plot.querySelectorAll(".xtick text, .ytick text, .xtitle, .ytitle"));
  return texts.filter((text) => {
    const { left, right, top, bottom } = text.getBoundingClientRect();
    return left < outer.left - 1 || right > outer.right + 1
      || top < outer.top - 1 || bottom > outer.bottom + 1;
  }).map((text) => text.textContent);
}"""
FILLS = """name => Array.from(
  document.querySelectorAll(`[data-figure=${name}] .point path, [data-figure=${name}] path.point`)
).map((path) => path.style.fill)"""
TOP = "name => document.getElementById(`figure-${name}`).getBoundingClientRect().top"


@pytest.fixture
def look(visit: Callable[..., Page], tmp_path: Path) -> Callable[..., Page]:
    """Return a function that opens a page of its own file."""

    def look(html: str, size: dict[str, int], scheme: str) -> Page:
        (tmp_path / PLOTLY).write_text(asset(PLOTLY).text, encoding="utf-8")
        path = tmp_path / "page.html"
        path.write_text(html, encoding="utf-8")
        page = visit(path.as_uri(), size, scheme)
        page.wait_for_selector("html[data-drawn]", timeout=30_000)
        return page

    return look


@pytest.mark.parametrize(
    ("plan", "names", "size", "scheme"),
    [
        (SPECIES, ("confusion", "calibration"), DESKTOP, "light"),
        (REGRESSION, ("predicted", "residuals"), PHONE, "dark"),
    ],
    ids=["classes", "regression"],
)
def test_page_has_the_test_part_on_desktop_and_phone(  # noqa: PLR0913, PLR0917 - fixtures
    runs: Runs,
    look: Callable[..., Page],
    plan: TablePlan,
    names: tuple[str, str],
    size: dict[str, int],
    scheme: str,
) -> None:
    """Headline, table and figures are there, nothing overflows or is cut, in both themes."""
    page = look(page_of(on_table(runs("conflict"), plan)), size, scheme)
    expect(page.locator("h1")).to_contain_text("rows that it never saw")
    table = page.get_by_role("region", name="Scores on the test part")
    assert table.locator("tbody tr").count() > 9
    assert table.locator("tbody tr", has_text="champion").first.is_visible()
    assert page.evaluate(OVERFLOW) <= 0
    for name in (*names, "column_importance"):
        expect(page.locator(f"#figure-{name} .main-svg").first).to_be_attached()
        assert (name, page.evaluate(CUT, name)) == (name, [])
    tops = [page.evaluate(TOP, name) for name in names]
    assert (tops[0] == tops[1]) == (size == DESKTOP)  # side by side, or one below the other
    tokens = theme.DARK if scheme == "dark" else theme.LIGHT
    colour = tuple(int(tokens["category-1"][place : place + 2], 16) for place in (1, 3, 5))
    assert f"rgb{colour}" in page.evaluate(FILLS, names[1])


def test_matrix_of_twenty_classes_scrolls_on_a_phone(runs: Runs, look: Callable[..., Page]) -> None:
    """The matrix is wider than a phone and scrolls inside the page, with all labels whole."""
    names = tuple(f"colour number {number}" for number in range(20))
    findings = on_table(runs("one point"), TablePlan(("colour",), names, rows=300, noise=0.5))
    page = look(figure_page(page_figure(findings, "confusion"), "colours"), PHONE, "light")
    assert page.evaluate(OVERFLOW) <= 0
    assert page.evaluate(CUT, "confusion") == []
    scrolled = page.get_by_role("region", name="Confusion of classes, scrolls sideways")
    assert scrolled.evaluate("each => each.scrollWidth > each.clientWidth")
    assert page.locator("[data-figure=confusion] .xtick").count() == 20
    assert page.locator("[data-figure=confusion] .ytick").count() == 20
