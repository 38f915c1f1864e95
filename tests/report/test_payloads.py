"""What the pages are given to draw is what it was; `pytest --snapshot-update` takes it as it is."""

from collections.abc import Callable

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from neuroevo.report.comparison import ComparedRuns
from neuroevo.report.comparison.figures import COMPARISON_FIGURES
from neuroevo.report.figures import payload_of, show
from neuroevo.report.plots import FIGURES
from neuroevo.report.run import Run

Runs = Callable[[str], Run]


@pytest.fixture
def snapshot_json(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Keep snapshots as JSON files beside the test."""
    return snapshot.with_defaults(extension_class=JSONSnapshotExtension)


def test_payload_of_a_report_is_as_it_was(runs: Runs, snapshot_json: SnapshotAssertion) -> None:
    """Every figure of a run of four trials has the traces and the layout that it had."""
    findings = runs("four trials").findings
    figures = [show(findings, name) for name in FIGURES]
    assert payload_of(figures)["figures"] == snapshot_json


def test_payload_of_a_comparison_is_as_it_was(runs: Runs, snapshot_json: SnapshotAssertion) -> None:
    """Every figure of two small runs beside one another has the traces that it had."""
    comparison = ComparedRuns.of([runs("four trials").findings, runs("fixed genes").findings])
    drawn = {name: plot.draw(comparison) for name, plot in COMPARISON_FIGURES.items()}
    assert drawn == snapshot_json
