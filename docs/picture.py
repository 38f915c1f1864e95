"""Takes the README's pictures: parts of a run's report side by side, in light and in dark.

Use: python docs/picture.py [RUN], with chromium installed.
"""

import base64
import shutil
import sys
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, sync_playwright

from neuroevo import load_run

DOCS = Path(__file__).parent
COLOURS: dict[Literal["light", "dark"], tuple[str, str]] = {
    "light": ("#ffffff", "#d9dee3"),
    "dark": ("#0f1318", "#2b3138"),
}
LEFT = ("section.opening", "#figure-network")
RIGHT = ("#figure-pareto_front", "#figure-learning_curves")


def parts(browser: Browser, report: Path, scheme: Literal["light", "dark"]) -> dict[str, str]:
    """Photograph the parts of the report; data addresses by selector."""
    context = browser.new_context(
        viewport={"width": 1000, "height": 1200}, color_scheme=scheme, device_scale_factor=1.5
    )
    page = context.new_page()
    page.goto(report.resolve().as_uri())
    page.wait_for_selector("#figure-learning_curves .main-svg")
    pictures = {
        selector: base64.b64encode(page.locator(selector).first.screenshot()).decode()
        for selector in (*LEFT, *RIGHT)
    }
    context.close()
    return {selector: f"data:image/png;base64,{data}" for selector, data in pictures.items()}


def compose(browser: Browser, report: Path, scheme: Literal["light", "dark"]) -> Path:
    """Put the parts side by side into one picture."""
    pictures = parts(browser, report, scheme)
    paper, line = COLOURS[scheme]
    columns = "".join(
        "<div>" + "".join(f'<img src="{pictures[name]}">' for name in column) + "</div>"
        for column in (LEFT, RIGHT)
    )
    style = (
        f"body {{ margin: 0; background: {paper} }}"
        f"main {{ display: flex; gap: 28px; padding: 28px; border: 1px solid {line};"
        f" box-sizing: border-box; height: 760px; overflow: hidden }}"
        "div { flex: 1; display: flex; flex-direction: column; gap: 20px } img { width: 100% }"
    )
    page = browser.new_page(viewport={"width": 1400, "height": 760})
    page.set_content(f"<style>{style}</style><main>{columns}</main>")
    path = DOCS / f"report-{scheme}.png"
    page.screenshot(path=path)
    page.close()
    return path


def main() -> None:
    """Take both pictures."""
    run = load_run(sys.argv[1] if len(sys.argv) > 1 else "latest")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for scheme in COLOURS:
            sys.stdout.write(f"{compose(browser, run.folder.report_file, scheme)}\n")
        browser.close()


if __name__ == "__main__":
    main()
