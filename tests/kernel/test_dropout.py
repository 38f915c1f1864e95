"""Random draws of dropout against published values, a naive version and statistics."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from numba import njit

from neuroevo.kernel import arrays, dropout
from neuroevo.kernel.arrays import Bundle
from neuroevo.kernel.training import _place_bundle  # how `train` hands a bundle on
from tests.naive import threefry

PUBLISHED = [
    ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
    ((0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF), (0x1CB996FC, 0xBB002BE7)),
    ((0x243F6A88, 0x85A308D3), (0x13198A2E, 0x03707344), (0xC4923A9C, 0x483DF7A0)),
]
"""Counter, key and draw of threefry2x32 with 20 rounds, from the `kat_vectors` of Random123."""

Array = npt.NDArray[Any]


@njit
def _draw(bundle: Bundle, sample: int) -> None:
    dropout.draw(_place_bundle(bundle), sample, 1)


def factors(
    sizes: tuple[int, ...], keys: Array, sample: int, kept: float = 2.0, precision: str = "float32"
) -> Array:
    """Draw in the kernel for a sample; returns the factors of units, (units, lanes)."""
    hyperparameters = arrays.hyperparameters(precision)
    hyperparameters[arrays.KEPT_FACTOR] = kept
    workspace = arrays.workspace(sizes, precision)
    bundle = Bundle(
        arrays.topology(sizes, ["tanh"] * (len(sizes) - 2), "linear", biases=True),
        arrays.method("sgd", "constant", 1, l2=False, clipping=False, dropout=True),
        arrays.rows_of_lanes(1, precision),
        hyperparameters,
        keys.astype(np.uint32),
        workspace,
        arrays.memory(1, precision),
    )
    _draw(bundle, sample)
    return workspace.dropout


def random_keys(lanes: int) -> Array:
    """Draw two words for each lane."""
    return np.random.default_rng(5).integers(0, 2**32, (2, lanes), dtype=np.uint64)


def with_threshold(keys: Array, threshold: Array | int) -> Array:
    """Append a row of thresholds to keys."""
    return np.concatenate([keys, np.broadcast_to(threshold, (1, keys.shape[1]))])


@pytest.mark.parametrize(("counter", "key", "draw"), PUBLISHED)
def test_the_naive_version_draws_the_published_values(
    counter: tuple[int, int], key: tuple[int, int], draw: tuple[int, int]
) -> None:
    """The naive version computes the known answers of Random123."""
    words = threefry(key, (np.array([counter[0]]), np.array([counter[1]])))
    assert tuple(int(word[0]) for word in words) == draw


def test_the_kernel_draws_the_published_values() -> None:
    """The first hidden unit of the first sample, without inputs, has the draw of counter (0, 0)."""
    answer = PUBLISHED[0][2][0]
    for threshold, kept in ((answer, 2), (answer + 1, 0)):
        keys = with_threshold(np.zeros((2, 16), dtype=np.int64), threshold)
        assert factors((0, 1, 1), keys, 0)[0].tolist() == [kept] * 16


@pytest.mark.parametrize(("precision", "lanes"), [("float32", 16), ("float64", 8)])
@pytest.mark.parametrize("sample", [0, 1, 12_345, 99_999_999])
def test_the_kernel_draws_the_same_as_the_naive_version(
    sample: int, precision: str, lanes: int
) -> None:
    """A lane keeps a unit if its threshold is the naive draw, and drops it if it is one more."""
    sizes, keys = (3, 4, 2, 5), random_keys(lanes)
    counter = np.array([sample])
    for unit in range(3, 9):
        draw, _ = threefry((keys[0], keys[1]), (counter, np.array([unit])))
        for extra, kept in ((0, 2), (1, 0)):
            drawn = factors(sizes, with_threshold(keys, draw + extra), sample, precision=precision)
            assert drawn[unit].tolist() == [kept] * lanes


def test_only_hidden_units_are_dropped() -> None:
    """Inputs and outputs have no dropout factor."""
    drawn = factors((3, 4, 2, 5), with_threshold(random_keys(16), 0), 7)
    assert (drawn[3:9] == 2).all()
    assert not drawn[:3].any()
    assert not drawn[9:].any()


@pytest.mark.parametrize("share", [0.03, 0.5, 0.9])
def test_the_share_of_dropped_units_is_the_dropout_rate(share: float) -> None:
    """The share of dropped units and the mean factor are within five standard errors.

    So they are overall, in each lane, and among units that were dropped for the sample before.
    """
    keys = with_threshold(random_keys(16), round(share * 2**32))
    drawn = np.stack(
        [factors((2, 20, 20, 1), keys, sample, 1 / (1 - share))[2:42] for sample in range(500)]
    )
    dropped = drawn == 0
    after_dropped = dropped[1:][dropped[:-1]]
    below_dropped = dropped[:, 1:][dropped[:, :-1]]
    for part in (dropped, after_dropped, below_dropped, *np.moveaxis(dropped, 2, 0)):
        error = np.sqrt(share * (1 - share) / part.size)
        assert abs(part.mean() - share) < 5 * error
    error = np.sqrt(share / (1 - share) / drawn.size)
    assert abs(drawn.mean(dtype=np.float64) - 1) < 5 * error
