"""When a report in a browser shows its words, a figure that is sought, and all its figures."""

import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from experiments.benchmarks.chromium import Browser
from experiments.benchmarks.markdown import Table, at_most
from experiments.benchmarks.measuring import say

_RUNS = {
    "mouse.toml": ("experiments/mouse.toml",),
    "flats.csv": ("experiments/flats.csv", "--target", "rent", "--time-limit", "30s"),
}
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_WINDOW = {"url": "about:blank", "width": 1280, "height": 900, "newWindow": True}
_MEGABYTE = 1_000_000
LONGEST = at_most(3.0)
_CLOCK = """
  window.times = {};
  document.addEventListener("drawn", ({ target }) => {
    window.times[target.dataset.figure] = performance.now();
  });
"""
_ALL = "document.documentElement.dataset.drawn === 'all'"
_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


@dataclass(frozen=True, slots=True)
class Opened:
    """When a page shows its words and its figures; medians, in seconds.

    Parameters
    ----------
    painted
        When the words are there.
    first, drawn
        When the first figure is drawn, and when all are.
    sought
        When a figure is drawn, if the page is opened at that figure; of the slowest one.
    figures
        The number of figures.
    """

    painted: float
    first: float
    drawn: float
    sought: float
    figures: int


@dataclass(frozen=True, slots=True)
class PageTime:
    """Measurements of the report of a run."""

    run: str
    page_bytes: int
    opened: Opened | None  # None where there is no browser


@dataclass(frozen=True, slots=True)
class PagesResult:
    """All measurements of this part."""

    pages: tuple[PageTime, ...]


def measure(rounds: int) -> PagesResult:
    """Make two runs, and open the report of each."""
    taken = []
    for name, arguments in _RUNS.items():
        say(f"pages: a run of {name}")
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "neuroevo", "run", *arguments, "--results", folder]
            subprocess.run([*command, "--quiet"], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - made here
            [html] = Path(folder).glob("*/report.html")
            taken.append(PageTime(name, html.stat().st_size, opened(html, rounds)))
    return PagesResult(tuple(taken))


def tables(result: PagesResult) -> list[Table]:
    """Return the measurements as a table."""
    rows = []
    for each in result.pages:
        rows.append((f"{each.run}: the page, MB", f"{each.page_bytes / _MEGABYTE:.2f}", "", ""))
        if each.opened is None:
            continue
        times = {
            "words": each.opened.painted,
            "the first figure": each.opened.first,
            "the figure at which it is opened, of the slowest": each.opened.sought,
            f"all {each.opened.figures} figures": each.opened.drawn,
        }
        rows += [
            (f"{each.run}: {what}, s", f"{time:.2f}", LONGEST.text(), LONGEST.verdict(time))
            for what, time in times.items()
        ]
    note = (
        "The report of a run, opened from disk in a fresh tab of a headless Chromium, 1280 × 900, "
        "from the navigation on."
    )
    return [Table("Pages", ("report", "measured", "target", "verdict"), tuple(rows), (note,))]


def opened(html: Path, rounds: int) -> Opened | None:
    """Open a page as often, each time in a fresh tab; None where there is no browser."""
    path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if path is None:
        return None
    with tempfile.TemporaryDirectory() as profile, Browser(path, profile) as browser:
        taken = [_times(browser, html.as_uri(), _ALL) for _ in range(rounds)]
        _, figures = taken[0]
        sought = [_sought(browser, html, name, rounds) for name in figures]
    painted = median(words for words, _ in taken)
    first, last = (median(end(drawn.values()) for _, drawn in taken) for end in (min, max))
    return Opened(painted / 1000, first / 1000, last / 1000, max(sought) / 1000, len(figures))


def _sought(browser: Browser, html: Path, name: str, rounds: int) -> float:
    """Return when a figure is drawn if the page is opened at it, the median in milliseconds."""
    address = f"{html.as_uri()}#figure-{name}"
    taken = [_times(browser, address, f"'{name}' in window.times") for _ in range(rounds)]
    return median(figures[name] for _, figures in taken)


def _times(browser: Browser, address: str, until: str) -> tuple[float, dict[str, float]]:
    """Return when a page shows its words and each of its figures, until a condition is true."""
    target = browser.call("Target.createTarget", _WINDOW)["targetId"]
    tab = browser.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
    browser.call("Page.enable", {}, tab)
    browser.call("Page.addScriptToEvaluateOnNewDocument", {"source": _CLOCK}, tab)
    browser.call("Page.navigate", {"url": address}, tab)
    while not browser.value(until, tab):
        time.sleep(0.1)
    painted, figures = browser.value(_PAINTED, tab), browser.value("window.times", tab)
    browser.call("Target.closeTarget", {"targetId": target})
    return painted, figures
