"""Sends samples to worker processes, as arrays that the compiled kernel accepts."""

import functools
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt

from neuroevo.kernel.arrays import Samples, Validation
from neuroevo.learning import Precision, TrainingSettings
from neuroevo.learning.starting_weights import Seed
from neuroevo.learning.training import SampleStream, compile_kernel

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class SentStreams:
    """A wrapper of sample streams, which is unpickled as the streams themselves.

    joblib unpickles arrays as memory maps and Dask as read-only arrays, for either of which the
    kernel would be compiled again; so they are made plain arrays. Unpickling also loads the
    kernel, so that this time is not part of any training.
    """

    streams: tuple[SampleStream, ...]  # of each fold
    token: str = field(default_factory=lambda: uuid4().hex)

    def __reduce__(self) -> tuple[Any, ...]:
        parts = [
            (
                stream.settings,
                stream.seed,
                tuple(stream.training),
                stream.order,
                tuple(stream.validation),
                stream.samples_seen,
            )
            for stream in self.streams
        ]
        return _unpickle, (parts,)

    def __dask_tokenize__(self) -> str:
        """Identify this object, so that Dask does not take streams that were lost for it."""
        return self.token


@functools.cache  # once per process
def _load_kernel(precision: Precision) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its cache, of which the parent has warned
        compile_kernel(precision)


def _unpickle(parts: Iterable[tuple[Any, ...]]) -> tuple[SampleStream, ...]:
    return tuple(_stream(*each) for each in parts)


def _stream(  # noqa: PLR0913, PLR0917 - the fields of a stream
    settings: TrainingSettings,
    seed: Seed,
    training: Iterable[Array],
    order: Array,
    validation: Iterable[Array],
    samples_seen: Array,
) -> SampleStream:
    _load_kernel(settings.precision)
    return SampleStream(
        settings,
        seed,
        Samples(*map(_plain, training)),
        _plain(order),
        Validation(*map(_plain, validation)),
        _plain(samples_seen),
    )


def _plain(array: Array) -> Array:
    return np.require(array, requirements=["C", "W", "E"])
