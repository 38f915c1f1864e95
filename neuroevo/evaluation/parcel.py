"""Sends samples to worker processes; knows what the compiled kernel wants of arrays."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt

from neuroevo.kernel.arrays import Samples
from neuroevo.learning import TrainingSettings
from neuroevo.learning.starting_weights import Seed
from neuroevo.learning.training import SampleStream, compile_kernel


@dataclass(frozen=True, slots=True, eq=False)
class Parcel:
    """A sample stream on its way: what is unpickled is the stream.

    On arrival joblib's arrays are files in memory and those of others may be read-only, for either
    of which another kernel would be compiled; so they become plain arrays again. The kernel is
    loaded then too, since the time that this takes is no training's.
    """

    stream: SampleStream
    token: str = field(default_factory=lambda: uuid4().hex)

    def __reduce__(self) -> tuple[Any, ...]:
        stream = self.stream
        arrays = (*stream.training, stream.order, *stream.validation, stream.samples_seen)
        return _unpack, (stream.settings, stream.seed, arrays)

    def __dask_tokenize__(self) -> str:
        """Name this very parcel: what was sent once and lost since is not taken for this."""
        return self.token


_load_kernel = functools.cache(compile_kernel)  # once a process


def _unpack(
    settings: TrainingSettings, seed: Seed, arrays: Sequence[npt.NDArray[Any]]
) -> SampleStream:
    _load_kernel(settings.precision)
    inputs, targets, order, validation_inputs, validation_targets, samples_seen = (
        np.require(array, requirements=["C", "W", "E"]) for array in arrays
    )
    return SampleStream(
        settings,
        seed,
        Samples(inputs, targets),
        order,
        Samples(validation_inputs, validation_targets),
        samples_seen,
    )
