import numpy as np
import pytest

import neuroevo
from neuroevo import Experiment, Run
from neuroevo.analysis.judged_scores import samples_to_learn
from neuroevo.analysis.replicate_curves import replicate_curves
from neuroevo.learning import TrainingSettings
from neuroevo.learning.training import sample_stream
from neuroevo.report.page import page
from neuroevo.report.plots import FIGURES

TARGET = 0.2
TRAINING = {
    "samples": 2000,
    "replicates": 2,
    "validation_share": 0.05,
    "patience": 45,
    "target_mse": TARGET,
}
LIMITED = Experiment.of(
    {
        "task": {"kind": "mouse", "count": 100},
        "training": TRAINING,
        "evolution": {"population": 4, "generations": 2, "objectives": ["final_mse"]},
    }
)


@pytest.fixture(scope="module")
def run() -> Run:
    """Return a run whose learning curves have fewer points than usual."""
    return neuroevo.run(LIMITED, results=None, n_jobs=1)


def test_points_of_a_limited_curve_are_shown_where_they_were_taken(run: Run) -> None:
    """Figures, and samples to target that are read off a curve, use the points of the training."""
    data, findings = LIMITED.network_task.load().data_set, run.findings
    taken = sample_stream(data, LIMITED.training, (0,)).samples_seen
    full = sample_stream(data, TrainingSettings(samples=2000), (0,)).samples_seen
    assert len(taken) < len(full)
    assert np.array_equal(replicate_curves(findings).samples, taken)
    best = findings.front[0]
    assert len(best.curve) == len(taken)
    first = next(place for place, error in enumerate(best.curve) if error <= TARGET)
    assert samples_to_learn(findings, best) == taken[first]
    for name in FIGURES:
        run.figure(name)


def test_the_report_says_what_limits_training_and_validation(run: Run) -> None:
    """Patience, the weights that are kept, and the share of validation are in the report."""
    text = page(run.findings)
    stops = (
        "training stops after 45 points of the learning curve (counting those that are left out)"
    )
    assert f"{stops} without a new lowest MSE" in text
    assert "and the best weights are kept; validation may take 0.05 of the work, but has" in text
