import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.errors import UsageError
from neuroevo.space import Choice, Conditional, Float, Genome, Integer, SearchSpace
from tests.conditional_spaces import conditional_spaces, is_active

BOOSTING = SearchSpace(
    booster=Choice(["gbtree", "dart"]),
    rate_drop=Conditional(Float(0.0, 0.5), when={"booster": "dart"}),
    depth=Integer(1, 4),
)


@given(space=conditional_spaces(), seed=st.integers(0, 2**32))
def test_a_genome_has_exactly_the_active_genes(space: SearchSpace, seed: int) -> None:
    """A drawn genome has a value of each active gene and of no other, and is one of its space."""
    genome = space.sample(np.random.default_rng(seed))
    active = {name for name in space.genes if is_active(space, name, genome)}
    assert genome.keys() == active
    assert space.genome(json.loads(genome.key)) == genome


@given(space=conditional_spaces(), seed=st.integers(0, 2**32))
def test_values_of_inactive_genes_make_no_difference(space: SearchSpace, seed: int) -> None:
    """Genomes with equal active genes are equal, whatever values the others are given."""
    random = np.random.default_rng(seed)
    genome = space.sample(random)
    others = {name: gene.sample(random) for name, gene in space.genes.items()}
    assert space.genome({**others, **genome}) == genome
    assert space.completed({**others, **genome}, random) == genome


@given(space=conditional_spaces(finite=True))
def test_every_genome_is_listed_once(space: SearchSpace) -> None:
    """The size of a finite space is the number of its genomes, which are listed without repeats."""
    if space.size > 5000:
        return
    listed = list(space.genomes())
    assert len(listed) == len(set(listed)) == space.size
    assert all(space.genome(genome) == genome for genome in listed)


def test_a_space_without_conditions_is_counted_as_before() -> None:
    """Genes without conditions multiply; a large space of choices is counted at once."""
    assert SearchSpace({f"g{place}": Choice(range(8)) for place in range(40)}).size == 8.0**40
    assert BOOSTING.size == float("inf")


def test_a_missing_value_is_named_only_if_its_gene_is_active() -> None:
    """An inactive gene needs no value, an active one does."""
    assert BOOSTING.genome({"booster": "gbtree", "depth": 2}) == Genome(
        {"booster": "gbtree", "depth": 2}
    )
    with pytest.raises(UsageError) as error:
        BOOSTING.genome({"booster": "dart", "depth": 9})
    assert error.value.problems == (
        "rate_drop: must have a value, but got none",
        "depth: must be between 1 and 4, but got 9",
    )


def test_a_space_tells_its_conditions() -> None:
    """They are listed and described, and spaces that differ in them are different."""
    assert BOOSTING.conditions == {"rate_drop": {"booster": ("dart",)}}
    assert BOOSTING.describe().splitlines()[1].endswith(" (when booster is dart)")
    plain = SearchSpace(BOOSTING.genes)
    assert plain != BOOSTING
    assert (
        SearchSpace(
            {**BOOSTING.genes, "rate_drop": Conditional(Float(0.0, 0.5), {"booster": ["dart"]})}
        )
        == BOOSTING
    )


@pytest.mark.parametrize(
    ("when", "problem"),
    [
        (
            {"boster": "dart"},
            "x: when.boster: must be another gene of the search space; did you mean booster?",
        ),
        ({"x": 1}, "x: when.x: must be another gene of the search space"),
        (
            {"rate": 0.5},
            "x: when.rate: must be a gene whose values are listed or whole numbers, but got 0.0 to",
        ),
        ({"depth": [2, 5]}, "x: when.depth: must be between 1 and 4, but got 5"),
        ({"booster": ["drt"]}, "x: when.booster: must be gbtree or dart, but got 'drt'"),
        ({"y": 1}, "x: when: must not depend on the gene itself, but got a circle among x, y"),
    ],
)
def test_a_condition_that_can_not_hold_is_refused(when: dict[str, object], problem: str) -> None:
    """Each wrong condition is refused in one line, with its gene."""
    with pytest.raises(UsageError) as error:
        SearchSpace(
            booster=Choice(["gbtree", "dart"]),
            depth=Integer(1, 4),
            rate=Float(0.0, 1.0),
            x=Conditional(Choice([1, 2]), when),
            y=Conditional(Choice([1, 2]), {"x": 1}),
        )
    [line] = error.value.problems
    assert line.startswith(problem)


@pytest.mark.parametrize(
    ("when", "problem"),
    [
        ({}, "when: must name at least one gene, but got {}"),
        ({"a": []}, "when.a: must list at least one value, but got none"),
        ("a", "when: must name at least one gene, but got 'a'"),
    ],
)
def test_a_condition_names_genes_and_values(when: object, problem: str) -> None:
    """A condition without genes or values is refused."""
    with pytest.raises(UsageError) as error:
        Conditional(Choice([1]), when)  # type: ignore[arg-type]  # what is tested
    assert error.value.problems == (problem,)


def test_genes_that_decide_too_much_are_refused() -> None:
    """The number of combinations that would have to be counted has a limit."""
    deciding = {f"g{place}": Choice(range(10)) for place in range(5)}
    with pytest.raises(UsageError, match=r"at most 10,000 combinations .* got 100,000"):
        SearchSpace({**deciding, "x": Conditional(Choice([1]), dict.fromkeys(deciding, 1))})
