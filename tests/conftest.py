import gc
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from neuroevo.experiment import Experiment, load_experiment
from neuroevo.runs import RunFolder
from neuroevo.search import Progress, search

# A busy machine is no failure; the fuzzers of `make torture` try millions of examples.
settings.register_profile("unhurried", deadline=None, max_examples=50)
settings.load_profile("unhurried")
expect.set_options(
    timeout=60_000
)  # milliseconds; the default of 5 s is too short on a busy machine

# Hundreds of processes load the same modules, which each would compile if nobody kept the bytecode.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

ROOT = Path(__file__).parent.parent
BROWSERS = "chromium-headless-shell", "chromium", "google-chrome"  # the first needs least time


COMPILE_NETWORKS = """
import sys
import numpy as np
from neuroevo.learning import Architecture
from neuroevo.learning.network import predictions
from neuroevo.learning.training import compile_kernel

[_, precision] = sys.argv
compile_kernel(precision)
network = Architecture(inputs=1, hidden=(), outputs=1, activation="linear")
predictions(network, np.zeros((1, network.vector_size), precision), np.zeros((1, 1)))
"""
COMPILE_KRIGING = """
import numpy as np
from neuroevo.evolution.kriging import (
    Kriging, Trials, log_expected_improvement, log_expected_volume,
)

trials = Trials(np.array([[0.0], [1.0]]), np.zeros(2), np.ones(2), 0.0)
model = Kriging((0,))
fitted = model.fit(model.learned(model.start, trials, 1), trials, np.zeros((0, 1)))
predicted = fitted.predict(np.zeros((1, 1)))
log_expected_improvement(predicted, 0.0)
log_expected_volume([predicted] * 2, np.zeros((1, 2)), [1.0] * 2)
log_expected_volume([predicted] * 3, np.zeros((1, 3)), [1.0] * 3)
"""
COMPILE = (COMPILE_NETWORKS, "float32"), (COMPILE_NETWORKS, "float64"), (COMPILE_KRIGING,)


def pytest_configure(config: pytest.Config) -> None:
    """Restore signals, and compile the kernel once before several processes test."""
    _restore_signals()
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        _compile_kernel()


def _compile_kernel() -> None:
    """Compile the kernel's parts at once, unless that was done before."""
    compiling = [
        subprocess.Popen([sys.executable, "-c", *arguments], cwd=ROOT) for arguments in COMPILE
    ]
    for process in compiling:
        process.wait()


def _restore_signals() -> None:
    """Let signals end the processes that tests start, also under nohup or in the background."""
    for name in ("SIGHUP", "SIGINT"):
        number = getattr(signal, name, None)  # there is no SIGHUP on Windows
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(
                number, signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL
            )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the file that takes longest, so that no process is left alone with it."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/torture/"))


def pytest_collection_finish() -> None:
    """Spare the garbage collector thousands of tests, which it would search each time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def mouse_experiment() -> Experiment:
    """Load the experiment that `make run` runs, with 8 of its 30 generations."""
    whole = load_experiment(ROOT / "experiments" / "mouse.toml")
    return whole.replace(evolution=whole.evolution.replace(generations=8))


@pytest.fixture(scope="session")
def mouse_search(
    mouse_experiment: Experiment, tmp_path_factory: pytest.TempPathFactory
) -> tuple[RunFolder, list[Progress]]:
    """Run the first generations of the default experiment; return its folder and its progress."""
    progress: list[Progress] = []
    folder = search(mouse_experiment, tmp_path_factory.mktemp("results"), observer=progress.append)
    return folder, progress


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start a headless Chromium; skip where there is none, but never in CI."""
    with sync_playwright() as playwright:
        bundled = playwright.chromium.executable_path
        found = next(filter(None, map(shutil.which, BROWSERS)), bundled)
        if not Path(found).exists():
            if "CI" in os.environ:
                pytest.fail("CI must have a Chromium, but none was found")
            pytest.skip("no Chromium was found: install one, or run `playwright install chromium`")
        browser = playwright.chromium.launch(
            executable_path=found,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--renderer-process-limit=1",  # pages of a context share what they compile
            ],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Give a context for small pages, which share a process: a script is compiled once for all.

    A page that stays open keeps the process. Large pages are faster in processes of their own,
    whose memory holds nothing else.
    """
    context = browser.new_context()
    context.new_page()
    yield context
    context.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page; fails on errors, messages and requests elsewhere."""
    problems: list[str] = []
    pages: list[Page] = []

    def visit(
        address: str,
        size: dict[str, int],
        scheme: str = "light",
        context: BrowserContext | None = None,
        **options: Any,  # noqa: ANN401 - those of playwright
    ) -> Page:
        page = context.new_page() if context else browser.new_page(**options)
        pages.append(page)
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        own = ("/".join(address.split("/")[:3]) + "/", "data:", "blob:")
        page.on("console", lambda message: problems.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: problems.append(f"error: {error}"))
        page.on("dialog", lambda dialog: problems.append(f"dialog: {dialog.message}"))
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith(own) else problems.append(f"request: {request.url}")
            ),
        )
        page.goto(address)
        return page

    yield visit
    for page in pages:
        page.close()
    assert problems == []
