import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.tasks.strokes import FRAMES_PER_SECOND, duration, minimum_jerk, strokes

CANVAS = (1000, 600)


def generator(seed: int = 0) -> np.random.Generator:
    """Make a generator with a seed."""
    return np.random.Generator(np.random.PCG64(seed))


def naive_strokes(count: int, canvas: tuple[int, int], seed: int) -> list[tuple[float, float]]:
    """Compute the same movements, one position after the other."""
    draw = generator(seed)
    start = tuple(draw.random() * side for side in canvas)
    positions = [(start[0], start[1])]
    while len(positions) < count:
        end = tuple(draw.random() * side for side in canvas)
        distance = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5
        frames = int(np.ceil((0.1 + 0.18 * (distance / 50) ** 0.5) * 60))
        for frame in range(1, frames + 1):
            time = frame / frames
            done = 10 * time**3 - 15 * time**4 + 6 * time**5
            x, y = (a + (b - a) * done for a, b in zip(start, end, strict=True))
            positions.append((x, y))
        start = end
    return positions[:count]


@given(st.integers(1, 400), st.integers(0, 2**32))
def test_strokes_are_those_of_the_formula(count: int, seed: int) -> None:
    """A plain loop over strokes and frames gives the same positions."""
    expected = naive_strokes(count, CANVAS, seed)
    np.testing.assert_allclose(strokes(count, CANVAS, generator(seed)), expected, atol=1e-9)


@given(st.integers(1, 3000), st.integers(0, 2**32), st.tuples(*[st.integers(1, 3000)] * 2))
def test_strokes_stay_inside_the_canvas(count: int, seed: int, canvas: tuple[int, int]) -> None:
    """For any count and canvas, the number of positions is right and none is outside."""
    positions = strokes(count, canvas, generator(seed))
    assert positions.shape == (count, 2)
    assert (positions >= 0).all()
    assert (positions <= canvas).all()


def test_more_strokes_begin_with_the_same_positions() -> None:
    """A larger count does not change the first positions."""
    many = strokes(5000, CANVAS, generator())
    for count in (1, 2, 99, 1234):
        assert (strokes(count, CANVAS, generator()) == many[:count]).all()


def test_a_movement_rests_at_both_ends_and_peaks_in_the_middle() -> None:
    """Speed and acceleration are 0 at the ends, and the top speed is 1.875 times the mean."""
    time = np.linspace(0, 1, 100_001)
    done = minimum_jerk(time)
    speed = np.gradient(done, time, edge_order=2)
    acceleration = np.gradient(speed, time)
    assert (done[0], done[-1]) == (0, 1)
    assert speed[[0, -1]] == pytest.approx(0, abs=1e-8)
    assert acceleration[[0, -1]] == pytest.approx(0, abs=1e-2)
    assert speed.max() == pytest.approx(1.875, abs=1e-6)
    assert time[speed.argmax()] == pytest.approx(0.5, abs=1e-3)


def test_the_pointer_never_jumps() -> None:
    """Between frames the pointer moves at most as far as in the fastest movement."""
    positions = strokes(20_000, CANVAS, generator())
    step = np.sqrt((np.diff(positions, axis=0) ** 2).sum(axis=1))
    distance = np.linspace(1, np.hypot(*CANVAS), 1000)
    fastest = (1.875 * distance / duration(distance)).max()
    assert step.max() <= fastest / FRAMES_PER_SECOND


def test_movements_take_as_long_as_fitts_law_says() -> None:
    """The square-root law stays within 0.12 s of Fitts' law for the mouse."""
    distance = np.linspace(100, 1000, 500)
    fitts = -0.107 + 0.223 * np.log2(distance / 50 + 1)
    assert np.abs(duration(distance) - fitts).max() < 0.12
