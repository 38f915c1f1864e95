"""Sends samples to worker processes, as arrays that the compiled kernel accepts."""

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
class SentStream:
    """A wrapper of a sample stream, which is unpickled as the stream itself.

    joblib unpickles arrays as memory maps and Dask as read-only arrays, for either of which the
    kernel would be compiled again; so they are made plain arrays. Unpickling also loads the
    kernel, so that this time is not part of any training.
    """

    stream: SampleStream
    token: str = field(default_factory=lambda: uuid4().hex)

    def __reduce__(self) -> tuple[Any, ...]:
        stream = self.stream
        arrays = (*stream.training, stream.order, *stream.validation, stream.samples_seen)
        return _unpickle, (stream.settings, stream.seed, arrays)

    def __dask_tokenize__(self) -> str:
        """Identify this object, so that Dask does not take a stream that was lost for it."""
        return self.token


_load_kernel = functools.cache(compile_kernel)  # once per process


def _unpickle(
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
