"""Packing loses no replicate and leaves few lanes empty."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from neuroevo.evaluation import Phenotype
from neuroevo.evaluation.packing import pack
from neuroevo.learning import OPTIMIZERS, Architecture, Optimization
from tests.replicates import replicates_of

ARCHITECTURES = [
    Architecture(inputs=2, hidden=hidden, outputs=2, activation=activation)
    for hidden in ((), (3,), (3, 4))
    for activation in ("linear", "tanh")
]

optimizations = st.builds(
    Optimization,
    optimizer=st.sampled_from(OPTIMIZERS[:2]),
    momentum=st.sampled_from([0.5, 0.9]),
    batch_size=st.sampled_from([1, 8]),
    dropout=st.sampled_from([0.0, 0.1, 0.5]),
    max_gradient_norm=st.sampled_from([0.0, 1.0, 2.0]),
)
phenotypes = st.lists(
    st.builds(
        Phenotype,
        st.sampled_from(ARCHITECTURES),
        optimizations,
        st.floats(1e-4, 1.0),
        st.sampled_from(["uniform", "he"]),
    ),
    max_size=30,
)


@given(phenotypes, st.integers(1, 40), st.sampled_from([8, 16]), st.sampled_from([1, 3]))
def test_every_replicate_is_in_one_group_with_its_phenotype(
    trials: list[Phenotype], replicates: int, lanes: int, folds: int
) -> None:
    """Each replicate of each trial is in one group of its fold, with the settings of its trial."""
    networks = dict(enumerate(trials))
    groups = pack(networks, replicates_of(networks, range(replicates)), lanes, folds)
    for group in groups:
        assert {each.lane.replicate % folds for each in group.replicates} == {group.fold}
    trained = Counter(
        (
            replicate.trial,
            replicate.lane.replicate,
            Phenotype(
                group.architecture,
                replicate.lane.optimization,
                replicate.lane.learning_rate,
                replicate.lane.starting_weights,
            ),
        )
        for group in groups
        for replicate in group.replicates
    )
    wanted = Counter(
        (trial, number, phenotype)
        for trial, phenotype in enumerate(trials)
        for number in range(replicates)
    )
    assert trained == wanted


@given(phenotypes, st.integers(1, 10), st.sampled_from([8, 16]), st.sampled_from([1, 4]))
def test_there_are_as_few_groups_as_possible(
    trials: list[Phenotype], per_fold: int, lanes: int, folds: int
) -> None:
    """Trials of one architecture and method share full groups of a fold, whatever else differs."""
    networks = dict(enumerate(trials))
    replicates = replicates_of(networks, range(per_fold * folds))
    groups = pack(networks, replicates, lanes, folds)
    for group in groups:
        assert len(group.replicates) <= lanes
        assert len({replicate.lane.optimization.method for replicate in group.replicates}) == 1
    kinds = Counter((trial.architecture, trial.optimization.method) for trial in trials)
    assert len(groups) == folds * sum(-(-count * per_fold // lanes) for count in kinds.values())


def test_cheap_groups_come_first_and_last() -> None:
    """Large networks cost more than small ones, and adaptive optimizers more than plain SGD."""
    large, small = (
        Architecture(inputs=2, hidden=hidden, outputs=2, activation="tanh")
        for hidden in ((40, 40), (3,))
    )
    kinds = [
        (small, Optimization(optimizer="adam", batch_size=8)),
        (large, Optimization()),
        (small, Optimization()),
        (large, Optimization(optimizer="adam")),
        (small, Optimization(optimizer="adam")),
    ]
    trials = [Phenotype(*kind, learning_rate=0.1, starting_weights="he") for kind in kinds]
    networks = dict(enumerate(trials))
    groups = pack(networks, replicates_of(networks, range(8)), 8)
    order = [group.replicates[0].trial for group in groups]
    assert order == [2, 4, 3, 1, 0]  # from the cheapest up it would be 2, 0, 4, 1, 3
