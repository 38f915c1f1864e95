"""Payloads of the pages are equal to snapshots; `pytest --snapshot-update` updates these."""

from collections.abc import Callable

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from neuroevo.report.comparison import ComparedRuns
from neuroevo.report.comparison.figures import COMPARISON_FIGURES
from neuroevo.report.figures import page_figure, payload_of
from neuroevo.report.plots import FIGURES
from neuroevo.report.run import Run

Runs = Callable[[str], Run]


@pytest.fixture
def snapshot_json(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Keep snapshots as JSON files beside the test."""
    return snapshot.with_defaults(extension_class=JSONSnapshotExtension)


def test_payload_of_a_report_is_unchanged(runs: Runs, snapshot_json: SnapshotAssertion) -> None:
    """Every figure of a run of four trials has the traces and the layout of its snapshot."""
    findings = runs("four trials").findings
    figures = [page_figure(findings, name) for name in FIGURES]
    assert payload_of(figures)["figures"] == snapshot_json


def test_payload_of_a_comparison_is_unchanged(runs: Runs, snapshot_json: SnapshotAssertion) -> None:
    """Every figure that compares two small runs has the traces and the layout of its snapshot."""
    comparison = ComparedRuns.of([runs("four trials").findings, runs("fixed genes").findings])
    drawn = {name: plot.draw(comparison) for name, plot in COMPARISON_FIGURES.items()}
    assert drawn == snapshot_json
