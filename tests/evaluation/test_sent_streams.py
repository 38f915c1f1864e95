"""Samples are sent to workers once, as arrays that the compiled kernel accepts."""

import pickle
from collections import deque
from dataclasses import replace

import numpy as np
import pytest

from neuroevo.evaluation import phenotype_of
from neuroevo.evaluation.packing import LaneGroup, pack
from neuroevo.evaluation.sent_streams import SentStreams
from neuroevo.learning import DataSet, TrainingSettings
from neuroevo.learning.training import SampleStream, sample_stream
from neuroevo.workers import Workers
from neuroevo.workers.local import LocalBackend
from neuroevo.workers.pool import Job, Pool, never
from tests.evaluation.classes import left_or_right
from tests.evaluation.faults import kernels_after_training
from tests.replicates import replicates_of


@pytest.mark.parametrize("has_more", [False, True])
def test_a_stream_arrives_as_it_was_sent(*, has_more: bool, data: DataSet) -> None:
    """The unpickled stream has the same bits in writable arrays; with weights and classes too."""
    if has_more:
        weights = np.arange(1.0, len(data.training_inputs) + 1)
        data = replace(
            left_or_right(data), training_weights=weights, validation_weights=np.arange(25.0)
        )
    stream = sample_stream(data, TrainingSettings(), (0, 0))
    [arrived] = pickle.loads(pickle.dumps(SentStreams((stream,))))  # noqa: S301 - our own
    assert (arrived.settings, arrived.seed) == (stream.settings, stream.seed)
    sizes = len(stream.training.weights), len(stream.validation.labels)
    assert sizes == ((len(data.training_inputs), 24) if has_more else (0, 0))
    for sent, got in zip(arrays(stream), arrays(arrived), strict=True):
        assert got.dtype == sent.dtype
        assert got.flags.writeable
        np.testing.assert_array_equal(got, sent)


def arrays(stream: SampleStream) -> list[np.ndarray]:
    """List all arrays of a stream."""
    return [*stream.training, *stream.validation, stream.order, stream.samples_seen]


@pytest.mark.parametrize("samples", [400, 40_000])
def test_one_kernel_for_arrays_of_any_origin(samples: int, data: DataSet) -> None:
    """A worker compiles one kernel; large arrays are in shared memory, small ones are sent."""
    stream = sample_stream(data, TrainingSettings(samples=samples, replicates=16), (0, 0))
    genome = {"hidden": (3,), "learning_rate": 0.1, "activation": "tanh"}
    phenotype = phenotype_of(genome, (2, 2), stream.settings)
    phenotypes = dict.fromkeys(range(4), phenotype)
    groups = deque(pack(phenotypes, replicates_of(phenotypes, range(16)), 16))
    job = Job(kernels_after_training, SentStreams((stream,)), list_of)
    with Pool(LocalBackend(Workers(2, "loky"))) as pool:
        found = [result for _, result in pool.run(job, groups, never)]
    assert found == [(1, True, samples == 40_000)] * 4


def list_of(group: LaneGroup) -> list[LaneGroup]:
    """Return a group of lanes in a list."""
    return [group]
