"""Simulates the path of a pointer that a person moves from target to target.

Only additions, multiplications, divisions, square roots and uniform draws are used, so the numbers
are the same to the bit on every machine.
"""

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.float64]

FRAMES_PER_SECOND = 60
TARGET_SIZE = 50.0
"""Width of the targets in pixels."""


def strokes(count: int, canvas: tuple[float, float], generator: np.random.Generator) -> Positions:
    """Draw pointer positions, one per frame, of movements between random targets.

    Parameters
    ----------
    count
        Number of positions, at least 1.
    canvas
        Width and height in pixels; targets are uniform in it.
    generator
        Draws the targets. A larger count from the same state begins with the same positions.

    Returns
    -------
    numpy.ndarray
        Shape (count, 2): x and y in pixels, at 60 Hz, never outside the canvas.
    """
    size = np.asarray(canvas, dtype=np.float64)
    targets = generator.random((2, 2)) * size
    while _frames(targets).sum() + 1 < count:
        targets = np.concatenate([targets, generator.random((len(targets), 2)) * size])
    frames = _frames(targets)
    needed = int(np.searchsorted(np.cumsum(frames), count - 1)) + 1
    path = _path(targets[: needed + 1], frames[:needed])
    # Rounding may move a point past its target by one unit in the last place.
    inside: Positions = np.clip(path[:count], 0.0, size)
    return inside


def minimum_jerk(progress: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the fraction of the distance that is covered after a fraction τ of the time.

    10τ³ − 15τ⁴ + 6τ⁵ has the least mean squared jerk of all smooth movements from rest to rest,
    and describes human reaching: Flash & Hogan 1985, J. Neuroscience 5(7), 1688-1703.

    Parameters
    ----------
    progress
        τ, any shape, from 0 to 1.
    """
    cubed = progress * progress * progress  # not a power: the C library's differ between machines
    return cubed * (10.0 + progress * (progress * 6.0 - 15.0))


def duration(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the seconds that people take to point at a target of 50 pixels.

    The square-root law of Meyer et al. 1988, Psychological Review 95(3), 340-370:
    a + b √(distance / width), with a = 0.1 s and b = 0.18 s chosen to stay within 0.12 s of
    Fitts' law for the mouse (MacKenzie, Sellen & Buxton 1991, CHI '91: −0.107 s + 0.223 s
    log₂(distance / width + 1)) from 100 to 1,000 pixels; unlike a logarithm a square root is the
    same on every machine.

    Parameters
    ----------
    distance
        Distance to the target in pixels, any shape.
    """
    seconds: NDArray[np.float64] = 0.1 + 0.18 * np.sqrt(distance / TARGET_SIZE)
    return seconds


def _frames(targets: Positions) -> NDArray[np.int64]:
    """Count the frames of each movement; the last frame is at the target."""
    step = np.diff(targets, axis=0)
    distance = np.sqrt(step[:, 0] * step[:, 0] + step[:, 1] * step[:, 1])
    return np.ceil(duration(distance) * FRAMES_PER_SECOND).astype(np.int64)


def _path(targets: Positions, frames: NDArray[np.int64]) -> Positions:
    """Join the movements: the first target, then every frame, shape (1 + sum of frames, 2)."""
    ends = np.cumsum(frames)
    frame = np.arange(1, ends[-1] + 1) - np.repeat(ends - frames, frames)
    done = minimum_jerk(frame / np.repeat(frames, frames))[:, np.newaxis]
    start = np.repeat(targets[:-1], frames, axis=0)
    step = np.repeat(np.diff(targets, axis=0), frames, axis=0)
    return np.concatenate([targets[:1], start + step * done])
