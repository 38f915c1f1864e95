"""Search spaces with conditional genes, for tests of spaces and of evolution."""

from typing import Any

from hypothesis import strategies as st

from neuroevo.space import Choice, Conditional, Float, Gene, Integer, Layers, SearchSpace

_DECIDING = [
    Choice(["a", "b", "c"]),
    Choice([True, False]),
    Choice([1, 2, 3, 4], ordered=True),
    Choice(["only"]),
]
_OTHERS: list[Gene] = [
    Float(0.0, 1.0),
    Float(1e-3, 1e3, log=True),
    Integer(0, 5),
    Integer(1, 6, log=True),
    Layers((0, 2), (1, 3)),
]


@st.composite
def conditional_spaces(draw: st.DrawFn, finite: bool = False) -> SearchSpace:  # noqa: FBT001, FBT002 - hypothesis passes it on
    """Spaces whose genes may depend on choices and whole numbers of any name, also in chains."""
    others = [gene for gene in _OTHERS if not finite or gene.size < 1000]
    names = draw(st.permutations("abcdef"))
    genes: dict[str, Any] = {}
    deciding: dict[str, Choice | Integer] = {}
    for name in names[: draw(st.integers(1, 6))]:
        gene = draw(st.sampled_from([*_DECIDING, *others]))
        named = (
            draw(st.lists(st.sampled_from(sorted(deciding)), unique=True, max_size=2))
            if deciding
            else []
        )
        when = {
            other: draw(
                st.lists(st.sampled_from([*deciding[other].values()]), min_size=1, unique_by=repr)
            )
            for other in named
        }
        genes[name] = Conditional(gene, when) if when else gene
        if isinstance(gene, Choice | Integer):
            deciding[name] = gene
    return SearchSpace(genes)


def is_active(space: SearchSpace, name: str, genome: Any) -> bool:  # noqa: ANN401 - any mapping
    """Whether a gene is active, worked out as its definition says."""
    return all(
        is_active(space, other, genome) and repr(genome[other]) in map(repr, values)
        for other, values in space.conditions.get(name, {}).items()
    )
