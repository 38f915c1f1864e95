"""Takes the README's pictures, in light and in dark: a report, the mouse page and the dashboard.

Use: python docs/picture.py [RUN], with chromium installed. The dashboard shows the results folder
in which the run lies.
"""

import base64
import math
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, expect, sync_playwright

from neuroevo import load_run

Scheme = Literal["light", "dark"]

DOCS = Path(__file__).parent
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
COLOURS: dict[Scheme, tuple[str, str]] = {
    "light": ("#ffffff", "#d9dee3"),
    "dark": ("#0f1318", "#2b3138"),
}
LEFT = ("section.opening", "#figure-network")
RIGHT = ("#figure-pareto_front", "#figure-learning_curves")
MOVES = 90


@contextmanager
def opened(
    browser: Browser, address: str, scheme: Scheme, width: int, height: int
) -> Iterator[Page]:
    """Open a page of this size, in this scheme."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, device_scale_factor=1.5
    )
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()


def parts(browser: Browser, report: Path, scheme: Scheme) -> dict[str, str]:
    """Photograph the parts of the report; data addresses by selector."""
    with opened(browser, report.resolve().as_uri(), scheme, 1000, 1200) as page:
        pictures = {}
        for selector in (*LEFT, *RIGHT):
            part = page.locator(selector).first
            part.scroll_into_view_if_needed()
            if part.locator(".plot").count():
                part.locator(".main-svg").first.wait_for()
            picture = base64.b64encode(part.screenshot()).decode()
            pictures[selector] = f"data:image/png;base64,{picture}"
    return pictures


def photograph_report(browser: Browser, report: Path, scheme: Scheme) -> Path:
    """Put parts of the report side by side into one picture."""
    pictures = parts(browser, report, scheme)
    paper, line = COLOURS[scheme]
    columns = "".join(
        "<div>" + "".join(f'<img src="{pictures[name]}">' for name in column) + "</div>"
        for column in (LEFT, RIGHT)
    )
    style = (
        f"body {{ margin: 0; background: {paper} }}"
        f"main {{ display: flex; gap: 28px; padding: 28px; border: 1px solid {line};"
        f" box-sizing: border-box; height: 1040px; overflow: hidden }}"
        "div { flex: 1; display: flex; flex-direction: column; gap: 20px } img { width: 100% }"
    )
    page = browser.new_page(viewport={"width": 1400, "height": 1040})
    page.set_content(f"<style>{style}</style><main>{columns}</main>")
    path = DOCS / f"report-{scheme}.png"
    page.screenshot(path=path)
    page.close()
    return path


def photograph_mouse(browser: Browser, mouse: Path, scheme: Scheme) -> Path:
    """Move the mouse over the canvas until the champion follows, and take the top of the page."""
    path = DOCS / f"mouse-{scheme}.png"
    with opened(browser, mouse.resolve().as_uri(), scheme, 1280, 1180) as page:
        box = page.locator("canvas").first.bounding_box()
        if box is None:
            raise SystemExit("the mouse page must have a canvas, but none was found")
        for move in range(MOVES):
            turn = move / MOVES * math.tau
            page.mouse.move(
                box["x"] + box["width"] * (0.5 + 0.36 * math.cos(2 * turn)),
                box["y"] + box["height"] * (0.5 + 0.36 * math.sin(3 * turn)),
            )
            page.wait_for_timeout(20)
        page.screenshot(path=path)
    return path


def photograph_dashboard(browser: Browser, results: Path, scheme: Scheme) -> Path:
    """Serve the results folder, and take the table of its runs."""
    path = DOCS / f"dashboard-{scheme}.png"
    command = ["dashboard", "--results", str(results), "--port", "0"]
    server = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "neuroevo", *command], stdout=subprocess.PIPE, text=True
    )
    try:
        address = server.stdout.readline().strip() if server.stdout else ""
        with opened(browser, address, scheme, 1280, 640) as page:
            page.locator("tbody tr").first.wait_for()
            expect(page.get_by_text("reading", exact=True)).to_have_count(0, timeout=60_000)
            page.screenshot(path=path)
    finally:
        server.terminate()
        server.wait()
    return path


def main() -> None:
    """Take all pictures."""
    folder = load_run(sys.argv[1] if len(sys.argv) > 1 else "latest").folder
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for scheme in SCHEMES:
            taken = (
                photograph_report(browser, folder.report_file, scheme),
                photograph_mouse(browser, folder.mouse_file, scheme),
                photograph_dashboard(browser, folder.path.parent, scheme),
            )
            sys.stdout.writelines(f"{path}\n" for path in taken)
        browser.close()


if __name__ == "__main__":
    main()
