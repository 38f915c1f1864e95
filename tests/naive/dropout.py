"""The hidden units that dropout drops, by Threefry-2x32 with 20 rounds."""

from typing import Any

import numpy as np
import numpy.typing as npt

from neuroevo.learning import Architecture

Array = npt.NDArray[Any]

_WORD = 2**32
_ROTATIONS = (13, 15, 26, 6, 17, 29, 16, 24)


def threefry(
    key: tuple[int | Array, int | Array], counter: tuple[Array, Array]
) -> tuple[Array, Array]:
    """Compute both words of the draws at counters: Salmon, Moraes, Dror & Shaw 2011, section 3.3.

    Words are computed in 64 bits, and cut to 32 bits after each operation.
    """
    keys = (key[0], key[1], 0x1BD11BDA ^ key[0] ^ key[1])
    x0: Array = (counter[0].astype(np.uint64) + keys[0]) % _WORD
    x1: Array = (counter[1].astype(np.uint64) + keys[1]) % _WORD
    for number in range(1, 21):
        x0 = (x0 + x1) % _WORD
        turn = _ROTATIONS[(number - 1) % 8]
        x1 = (x1 * 2**turn % _WORD + x1 // 2 ** (32 - turn)) ^ x0
        if number % 4 == 0:
            injection = number // 4
            x0 = (x0 + keys[injection % 3]) % _WORD
            x1 = (x1 + keys[(injection + 1) % 3] + injection) % _WORD
    return x0, x1


def dropout_key(seed: tuple[int, ...], replicate: int) -> tuple[int, int]:
    """Return two words for a replicate."""
    first, second = np.random.SeedSequence(seed, spawn_key=(2, replicate)).generate_state(2)
    return int(first), int(second)


def dropout_factors(
    key: tuple[int, int], share: float, architecture: Architecture, samples: int
) -> list[Array]:
    """Return the dropout factors of the units of each hidden layer, arrays (samples, units)."""
    units = architecture.inputs + np.arange(sum(architecture.hidden))
    draws, _ = threefry(key, (np.arange(samples)[:, np.newaxis], units))
    factors = np.where(draws < round(share * _WORD), 0, 1 / (1 - share))
    return np.split(factors, np.cumsum(architecture.hidden)[:-1], axis=1)
