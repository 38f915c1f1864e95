"""Packing loses no training and wastes no lane."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from neuroevo.evaluation import Phenotype
from neuroevo.evaluation.bundles import pack
from neuroevo.learning import Architecture

ARCHITECTURES = [
    Architecture(inputs=2, hidden=hidden, outputs=2, activation=activation)
    for hidden in ((), (3,), (3, 4))
    for activation in ("linear", "tanh")
]

phenotypes = st.lists(
    st.builds(
        Phenotype,
        st.sampled_from(ARCHITECTURES),
        st.sampled_from(["uniform", "he"]),
        st.floats(1e-4, 1.0),
    ),
    max_size=30,
)


@given(phenotypes, st.integers(1, 40), st.sampled_from([8, 16]))
def test_every_replicate_is_trained_once_as_its_phenotype_says(
    trials: list[Phenotype], replicates: int, lanes: int
) -> None:
    """Each replicate of each trial is in one bundle, with the trial's own network and rate."""
    trained = Counter(
        (
            replicate.trial,
            replicate.number,
            Phenotype(bundle.architecture, bundle.starting_weights, replicate.learning_rate),
        )
        for bundle in pack(trials, replicates, lanes)
        for replicate in bundle.replicates
    )
    wanted = Counter(
        (trial, number, phenotype)
        for trial, phenotype in enumerate(trials)
        for number in range(replicates)
    )
    assert trained == wanted


@given(phenotypes, st.integers(1, 40), st.sampled_from([8, 16]))
def test_bundles_are_as_few_as_can_be(trials: list[Phenotype], replicates: int, lanes: int) -> None:
    """No bundle is too large, and those that can share lanes fill as few as there can be."""
    bundles = pack(trials, replicates, lanes)
    assert all(len(bundle.replicates) <= lanes for bundle in bundles)
    kinds = Counter((trial.architecture, trial.starting_weights) for trial in trials)
    assert len(bundles) == sum(-(-count * replicates // lanes) for count in kinds.values())
