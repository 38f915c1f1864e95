"""A run of the mouse task with a trained champion, and its page in a browser."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from neuroevo.analysis.findings import Findings
from neuroevo.evaluation import phenotype_of
from neuroevo.experiment import Experiment, load_experiment
from neuroevo.learning.lanes import Lane
from neuroevo.learning.training import SampleStream, sample_stream, train
from neuroevo.playground import mouse_page
from neuroevo.runs import Champion, Trial

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
EVOLVED: Mapping[str, Any] = {"hidden": (10,), "learning_rate": 0.106, "activation": "linear"}
REPLICATES = 2

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """Train a champion and the baselines, like a run of one generation."""
    path = tmp_path_factory.mktemp("asked") / "asked.toml"
    path.write_text(
        f"""
        name = "mouse"
        seed = 2017
        [task]
        kind = "mouse"
        count = 3000
        [training]
        samples = 3000
        replicates = {REPLICATES}
        """,
        encoding="utf-8",
    )
    experiment = load_experiment(path)
    loaded = experiment.network_task.load()
    stream = sample_stream(loaded.data_set, experiment.training, (experiment.seed, 0))
    genomes = [dict(each.configuration) for each in experiment.task.baselines]
    names = [each.name for each in experiment.task.baselines]
    found = [
        trained(experiment, stream, number, genome, name)
        for number, (genome, name) in enumerate(zip([*genomes, EVOLVED], [*names, ""], strict=True))
    ]
    trials, champions = zip(*found, strict=True)
    return Findings(
        experiment,
        trials,
        champions,
        loaded.data_set.columns,
        loaded.kept,
        identity="mouse-20261122-154455",
    )


def trained(
    experiment: Experiment,
    stream: SampleStream,
    number: int,
    genome: Mapping[str, Any],
    name: str = "",
) -> tuple[Trial, Champion]:
    """Train a configuration: its trial, and its networks."""
    phenotype = phenotype_of(genome, (2, 2), experiment.training)
    lanes = [
        Lane(replicate, phenotype.learning_rate, phenotype.optimization)
        for replicate in range(REPLICATES)
    ]
    result = train(phenotype.architecture, lanes, stream)
    curve = np.median(result.curves, axis=0)
    finite = bool(np.isfinite(curve).all())
    objectives = {
        "final_mse": float(curve[-1]) if finite else float("nan"),
        "samples_to_target": 25.0 if finite else float("nan"),
    }
    trial = Trial(
        number=number,
        generation=0,
        operator="baseline" if name else "initial",
        parents=(),
        genome=dict(genome),
        objectives=objectives,
        curve=tuple(curve.tolist()),
        state="complete" if finite else "diverged",
        diverged=0 if finite else REPLICATES,
        seconds=0.01,
        name=name,
    )
    champion = Champion(
        number=number,
        name=name,
        architecture=phenotype.architecture,
        precision="float32",
        objectives=objectives,
        fresh_objectives=objectives,
        parameters=result.parameters,
        curves=result.curves,
        fresh_curves=result.curves,
    )
    return trial, champion


@pytest.fixture(scope="session")
def mouse_file(learnt: Findings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the page of that run."""
    path = tmp_path_factory.mktemp("page") / "mouse.html"
    path.write_text(mouse_page(learnt), encoding="utf-8")
    return path


@pytest.fixture
def visit(browser: Browser, mouse_file: Path) -> Iterator[Open]:
    """Return a function that opens the page with a state; fails on any error or request."""
    complaints: list[str] = []
    pages: list[Page] = []

    def visit(
        state: str = "",
        path: Path = mouse_file,
        before: Callable[[Page], None] = lambda _: None,
        *,
        unfolded: bool = True,
        **options: Any,  # noqa: ANN401 - Playwright's own
    ) -> Page:
        page = browser.new_page(**{"viewport": {"width": 1280, "height": 900}} | options)
        pages.append(page)
        before(page)
        page.on("console", lambda message: complaints.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: complain_of(request.url))
        page.goto(f"{path.as_uri()}#{state}")
        page.wait_for_selector("html[data-drawn=all]")
        if unfolded:
            page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        return page

    def complain_of(address: str) -> None:
        if not address.startswith(("file:", "data:", "blob:")):
            complaints.append(f"request: {address}")

    yield visit
    for page in pages:
        page.close()
    assert complaints == []
