"""All experiments of the article run, and the summary is the same each time."""

from pathlib import Path

import pytest

from experiments.article.__main__ import main
from experiments.article.verdicts import CLAIMS

SMALL = ("training.replicates=2", "training.samples=200")


def called(folder: Path, *arguments: str) -> int:
    """Call the program with small experiments."""
    changes = [word for each in SMALL for word in ("--set", each)]
    places = ["--results", str(folder / "results"), "--summary", str(folder / "article.md")]
    return main([*places, "--jobs", "1", *changes, *arguments])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run all experiments once."""
    folder = tmp_path_factory.mktemp("article")
    assert called(folder) == 0
    return folder


def test_page_and_summary_have_each_claim(folder: Path) -> None:
    """Each claim is there with its verdict, and each hand-picked configuration."""
    page = (folder / "results" / "index.html").read_text(encoding="utf-8")
    summary = (folder / "article.md").read_text(encoding="utf-8")
    for claim in CLAIMS:
        assert f"## {claim.number}. {claim.text}" in summary
        assert f'id="claim-{claim.number}"' in page
    for name in ("evolved", "article-good", "demo-latest"):
        assert summary.count(f"| {name} |") == 3
        assert name in page


def test_the_summary_is_the_same_again(folder: Path, tmp_path: Path) -> None:
    """A second run writes the same bytes."""
    assert called(tmp_path) == 0
    assert (tmp_path / "article.md").read_bytes() == (folder / "article.md").read_bytes()


def test_a_wrong_setting_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is that of wrong settings, and nothing is written."""
    assert called(tmp_path, "--set", "training.replicates=0") == 2
    assert "training.replicates: must be at least 1, but got 0" in capsys.readouterr().err
    assert not (tmp_path / "article.md").exists()
