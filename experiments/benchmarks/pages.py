"""When a report in a browser shows its words, its first figure and all of its figures."""

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
  window.times = [];
  document.addEventListener("drawn", () => window.times.push(performance.now()));
"""
_DRAWN = "document.documentElement.dataset.drawn === 'all'"
_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


@dataclass(frozen=True, slots=True)
class Opened:
    """When a page shows its words, its first and its last figure; medians, in seconds."""

    painted: float
    first: float
    drawn: float
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
        taken = [_times(browser, html) for _ in range(rounds)]
    painted, first, drawn = (median(times[place] for times in taken) / 1000 for place in (0, 1, -1))
    return Opened(painted, first, drawn, len(taken[0]) - 1)


def _times(browser: Browser, html: Path) -> list[float]:
    """Return when a page shows its words and each of its figures, in milliseconds."""
    target = browser.call("Target.createTarget", _WINDOW)["targetId"]
    tab = browser.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
    browser.call("Page.enable", {}, tab)
    browser.call("Page.addScriptToEvaluateOnNewDocument", {"source": _CLOCK}, tab)
    browser.call("Page.navigate", {"url": html.as_uri()}, tab)
    while not browser.value(_DRAWN, tab):
        time.sleep(0.1)
    times = [browser.value(_PAINTED, tab), *browser.value("window.times", tab)]
    browser.call("Target.closeTarget", {"targetId": target})
    return times
