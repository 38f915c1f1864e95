import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroevo.errors import DataError, UsageError
from neuroevo.tasks import MouseTask

NORMALISE_RULE = "normalise: must be a number greater than 0 and at most 1,000,000, or 'none'"

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"canvas": [0, 600]}, "canvas[0]: must be at least 1, but got 0"),
    ({"canvas": [1000, 600.0]}, "canvas[1]: must be a whole number, but got 600.0"),
    ({"canvas": [1000, 200_000]}, "canvas[1]: must be at most 100,000, but got 200000"),
    (
        {"positions": "stroke"},
        (
            "positions: must be one of 'strokes', 'uniform', 'recording', but got 'stroke', "
            "did you mean 'strokes'?"
        ),
    ),
    ({"count": 0}, "count: must be at least 1, but got 0"),
    ({"count": 10**8}, "count: must be at most 10,000,000, but got 100000000"),
    ({"positions": "recording"}, "recording: must be given when positions = 'recording'"),
    (
        {"recording": "/a.csv"},
        "recording: must be left out when positions = 'strokes', but got '/a.csv'",
    ),
    *(
        ({"normalise": value}, f"{NORMALISE_RULE}, but got {value!r}")
        for value in (0, -1, "raw", float("nan"), float("inf"), 10**9, [1])
    ),
    ({"normalise": True}, f"{NORMALISE_RULE}, but got true"),
    ({"jitter": -1}, "jitter: must be at least 0, but got -1"),
    ({"jitter": float("inf")}, "jitter: must be a finite number, but got inf"),
    ({"grid": 1}, "grid: must be at least 2, but got 1"),
    ({"seed": -1}, "seed: must be at least 0, but got -1"),
    ({"jiter": 3}, "jiter: unknown key, did you mean 'jitter'?"),
]


@pytest.mark.parametrize(("values", "problem"), WRONG)
def test_wrong_settings_are_refused(values: dict[str, Any], problem: str) -> None:
    """Each wrong setting gives one line with its key, the rule and the value."""
    with pytest.raises(UsageError) as caught:
        MouseTask.of(values)
    assert caught.value.problems == (problem,)


@pytest.mark.parametrize("positions", ["strokes", "uniform"])
def test_targets_are_the_positions_without_noise(positions: Any) -> None:  # noqa: ANN401 - a Literal
    """Without noise inputs equal targets; noise changes neither targets nor validation data."""
    calm = MouseTask(positions=positions, count=500).load().data_set
    shaky = MouseTask(positions=positions, count=500, jitter=3).load().data_set
    assert (calm.training_inputs == calm.training_targets).all()
    assert (calm.validation_inputs == calm.validation_targets).all()
    assert (calm.training_targets == shaky.training_targets).all()
    assert (calm.validation_inputs == shaky.validation_inputs).all()
    assert (calm.training_inputs != shaky.training_inputs).any()


def test_noise_has_the_given_standard_deviation() -> None:
    """Noise has mean 0 and the given standard deviation in x and y, and is normal."""
    data = MouseTask(count=200_000, jitter=5, normalise="none").load().data_set
    tremor = data.training_inputs - data.training_targets
    assert tremor.std(axis=0) == pytest.approx(5, rel=0.01)
    assert tremor.mean(axis=0) == pytest.approx(0, abs=0.05)
    within = [(np.abs(tremor) < 5 * deviations).mean() for deviations in (1, 2, 3)]
    assert within == pytest.approx([0.6827, 0.9545, 0.9973], abs=0.005)


@given(st.integers(1, 2000), st.integers(1, 2000), st.floats(1e-3, 1e3))
@settings(max_examples=30)
def test_positions_are_normalised_by_half_the_canvas(
    width: int, height: int, factor: float
) -> None:
    """Inputs are factor × (x / half width, y / half height) of the pixels from the centre."""
    raw = MouseTask(canvas=(width, height), count=50, normalise="none").load().data_set
    task = MouseTask(canvas=(width, height), count=50, normalise=factor)
    expected = raw.training_inputs / [width / 2, height / 2] * factor
    np.testing.assert_allclose(task.load().data_set.training_inputs, expected, rtol=1e-12)
    assert (np.abs(raw.training_inputs) <= [width / 2, height / 2]).all()


@pytest.mark.parametrize("factor", [0.5, 1, 2])
def test_validation_covers_the_canvas_to_its_corners(factor: float) -> None:
    """The grid is regular, square and includes all four corners."""
    points = MouseTask(grid=5, normalise=factor).load().data_set.validation_inputs
    side = np.array([-1, -0.5, 0, 0.5, 1]) * factor
    assert sorted(map(tuple, points)) == [(x, y) for x in side for y in side]


def test_the_same_settings_give_the_same_bytes() -> None:
    """Data depend on the settings only; another seed gives other data."""
    first, again, other = (
        MouseTask(seed=seed, jitter=2, count=300).load().data_set.training_inputs.tobytes()
        for seed in (0, 0, 1)
    )
    assert first == again != other


FINGERPRINT = """
import hashlib
from neuroevo.tasks import MouseTask
data = MouseTask(jitter=2).load().data_set
arrays = data.training_inputs.tobytes() + data.training_targets.tobytes()
print(hashlib.sha256(arrays).hexdigest())
"""


@pytest.mark.parametrize("disabled", ["", "AVX512_SKX", "AVX512_SKX AVX2 FMA3 SSE42"])
def test_data_do_not_depend_on_the_processor(disabled: str) -> None:
    """With any vector instructions that NumPy may use, the data have the same hash."""
    made = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FINGERPRINT],
        env=os.environ | {"NPY_DISABLE_CPU_FEATURES": disabled},
        capture_output=True,
        text=True,
        check=True,
    )
    expected = "7e5ad09fa79708b23e96e2c301972f53498099c9e569dc4066ae24d985251233"
    assert made.stdout.strip() == expected


def test_positions_can_be_a_recording(tmp_path: Path) -> None:
    """The first positions of a recording are used, in their order."""
    (tmp_path / "a.csv").write_text("x,y\n0,0\n500,300\n1000,600\n250,150\n")
    task = MouseTask.of({"positions": "recording", "recording": "a.csv"}, folder=tmp_path)
    expected = [[-1, -1], [0, 0], [1, 1], [-0.5, -0.5]]
    assert task.load().data_set.training_targets.tolist() == expected
    assert task.replace(count=2).load().data_set.training_targets.tolist() == expected[:2]
    assert len(task.load().data_set.validation_inputs) == 121


def test_a_missing_recording_is_a_data_error(tmp_path: Path) -> None:
    """The settings accept any file; its problems are reported when data are made."""
    task = MouseTask(positions="recording", recording=tmp_path / "missing.csv")
    with pytest.raises(DataError, match="can't be read"):
        task.load()
