"""The reference run in results/: its numbers come out again, and the README says what they are."""

import re
from pathlib import Path

import pytest

import neuroevo
from neuroevo.report.headline import headline
from neuroevo.report.run import Run

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "results" / "mouse-reference"
FILES = (
    "best.toml",
    "champions.safetensors",
    "checkpoint.json",
    "environment.json",
    "experiment.toml",
    "start.json",
    "trials.jsonl",
)


@pytest.fixture(scope="module")
def reference() -> Run:
    """Open the run."""
    return neuroevo.load_run(FOLDER)


def test_its_numbers_come_out_again(reference: Run) -> None:
    """The search asks for the same candidates, and the front has the same bits, on this machine."""
    verified = neuroevo.verify(reference, trials="front", n_jobs=1)
    assert verified.differences == ()


def test_it_is_complete_and_small() -> None:
    """It has all that a run needs but the pages, which are made on demand, in less than 1 MB."""
    assert sum((FOLDER / name).stat().st_size for name in FILES) < 1_000_000


def test_the_readme_has_its_numbers(reference: Run) -> None:
    """The README quotes the headline, the counts and the champion of the run."""
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    readme = " ".join(" ".join(line.removeprefix(">").strip() for line in lines).split())
    opening = headline(reference.findings)
    assert opening.title in readme
    ratio, *_ = re.split(r"(?<=\.) (?=These are)", opening.lead)
    assert ratio in readme
    trials, networks = len(reference.findings.trials), reference.findings.networks
    assert f"{trials:,} trials, {networks:,} networks" in readme
    assert reference.best is not None
    assert f"# {dict(reference.best.genome)}" in readme
