import json
import math
import pickle
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.errors import UsageError
from neuroevo.space import Choice, Float, Gene, Integer, Layers

MIXED = Layers((0, 2), (1, 4), ["a", "b"])


@given(data=st.data(), seed=st.integers(0, 2**32))
def test_a_sample_is_a_value_of_the_gene(
    genes: st.SearchStrategy[Gene], data: st.DataObject, seed: int
) -> None:
    """A drawn value passes the gene's check unchanged, also after a round trip through JSON."""
    gene = data.draw(genes)
    value = gene.sample(np.random.default_rng(seed))
    assert gene.check(value) == value
    assert type(value) in {bool, int, float, str, tuple}
    again = gene.check(json.loads(json.dumps(value)))
    assert (again, type(again)) == (value, type(value))


@given(data=st.data())
def test_a_gene_can_be_pickled(genes: st.SearchStrategy[Gene], data: st.DataObject) -> None:
    """An unpickled gene is equal, and draws the same values."""
    gene = data.draw(genes)
    copy = pickle.loads(pickle.dumps(gene))  # noqa: S301 - our own bytes
    assert copy == gene
    assert copy.sample(np.random.default_rng(0)) == gene.sample(np.random.default_rng(0))


@given(data=st.data())
def test_the_size_is_the_number_of_values(
    genes: st.SearchStrategy[Gene], data: st.DataObject
) -> None:
    """A small gene lists as many different values as its size says."""
    gene = data.draw(genes.filter(lambda gene: gene.size < 1000))
    values = [repr(value) for value in islice(gene.values(), 2000)]
    assert len(set(values)) == len(values) == gene.size


@given(st.floats(1e-12, 1e12), st.floats(1e-12, 1e12), st.integers(0, 1000))
def test_drawn_floats_have_few_digits(first: float, second: float, seed: int) -> None:
    """In a range that is wider than the number itself, six digits are enough to write it."""
    low, high = min(first, second), 20 * max(first, second)
    value = Float(low, high, log=True).sample(np.random.default_rng(seed))
    digits = Decimal(repr(value)).normalize().as_tuple().digits
    assert len(digits) <= 6 or value == low or value > high - low


def test_a_narrow_range_of_floats_still_varies() -> None:
    """Rounding leaves many different values even if the bounds share their first digits."""
    gene = Float(1.0, 1.0 + 1e-9)
    rng = np.random.default_rng(0)
    assert len({gene.sample(rng) for _ in range(1000)}) > 900


@given(st.floats(-40, 0), st.floats(-40, 0))
def test_a_last_bit_of_the_logarithm_changes_nothing(first: float, second: float) -> None:
    """Positions that differ as much as two math libraries do give the same float."""
    gene = Float(1e-18, 1.0, log=True)
    value = gene.at(first)
    assert gene.at(gene.position(value)) == value
    near = gene.at(math.nextafter(gene.position(value), second))
    assert near == value


def test_log_floats_are_spread_over_the_decades() -> None:
    """On a log scale every decade is drawn equally often."""
    gene = Float(1e-4, 1.0, log=True)
    rng = np.random.default_rng(0)
    decades = np.floor(np.log10([gene.sample(rng) for _ in range(4000)]))
    counts = [int(np.sum(decades == decade)) for decade in (-4, -3, -2, -1)]
    assert all(abs(count - 1000) < 120 for count in counts), counts


@pytest.mark.parametrize("log", [False, True])
def test_integers_reach_every_value(log: bool) -> None:  # noqa: FBT001 - a parameter
    """Both scales draw all values including the bounds; a log scale draws small ones more often."""
    gene = Integer(1, 8, log=log)
    rng = np.random.default_rng(0)
    counts = np.bincount([gene.sample(rng) for _ in range(8000)], minlength=9)[1:]
    expected = 8000 * (np.log2(np.arange(2, 10) / np.arange(1, 9)) / np.log2(9) if log else 1 / 8)
    assert np.all(np.abs(counts - expected) < 130), counts


@pytest.mark.parametrize(
    ("kind", "arguments", "problem"),
    [
        (Float, {"low": 3, "high": 1}, "`low <= high` must hold, but got (low=3, high=1)"),
        (
            Float,
            {"low": 0, "high": 1, "log": True},
            "`low > 0` must hold on a log scale, but got (low=0, hi",
        ),
        (Float, {"low": math.nan, "high": 1}, "low: must be a finite number, but got nan"),
        (Float, {"low": 0, "high": math.inf}, "high: must be a finite number, but got inf"),
        (Float, {"low": 0, "high": 10**400}, "high: must be a finite number, but got 1000"),
        (Float, {"low": -1.7e308, "high": 1.7e308}, "`high - low` must be finite, but got"),
        (Float, {"low": True, "high": 2}, "low: must be a finite number, but got True"),
        (Float, {"low": "a", "high": 2}, "low: must be a finite number, but got 'a'"),
        (Float, {"low": 1, "high": 2, "log": "yes"}, "log: must be true or false, but got 'yes'"),
        (
            Integer,
            {"low": 1.0, "high": 2},
            "low: must be a whole number between -2**53 and 2**53, but got",
        ),
        (
            Integer,
            {"low": 1, "high": 2**60},
            "high: must be a whole number between -2**53 and 2**53, but",
        ),
        (
            Integer,
            {"low": 0, "high": 5, "log": True},
            "`low > 0` must hold on a log scale, but got (low=0",
        ),
        (Choice, {"options": []}, "options: must hold at least one, but got none"),
        (Choice, {"options": "abc"}, "options: must be a list, but got 'abc'"),
        (Choice, {"options": {1, 2}}, "options: must be a list, but got {1, 2}"),
        (Choice, {"options": [1, 2, 1.0]}, "options[2]: must not be repeated, but got 1.0"),
        (
            Choice,
            {"options": [1, None]},
            "options[1]: must be a number, a string, true, false or a ",
        ),
        (Choice, {"options": [math.nan]}, "options[0]: must be finite, but got nan"),
        (Choice, {"options": [1], "ordered": 1}, "ordered: must be true or false, but got 1"),
        (
            Layers,
            {"count": (3, 1), "width": (1, 2)},
            "count: `least <= greatest` must hold, but got (3, 1)",
        ),
        (Layers, {"count": (-1, 1), "width": (1, 2)}, "count: must be at least 0, but got -1"),
        (Layers, {"count": (0, 1), "width": (0, 2)}, "width: must be at least 1, but got 0"),
        (
            Layers,
            {"count": 3, "width": (1, 2)},
            "count: must be a pair of whole numbers (least, greatest), b",
        ),
        (
            Layers,
            {"count": (1, True), "width": (1, 2)},
            "count: must be a pair of whole numbers (least, gre",
        ),
        (Layers, {"count": (1, 2), "width": (1, 2**60)}, "width: must be at most 2**53, but got"),
        *(
            (Layers, {"count": (1, 2), "width": (1, 2), "activation": activation}, problem)
            for activation, problem in (
                ("tanh", "activation: must be a list, but got 'tanh'"),
                ([], "activation: must hold at least one, but got none"),
                (["a", "b", "a"], "activation[2]: must not be repeated, but got 'a'"),
                (["a", 3], "activation[1]: must be a string, but got 3"),
                (Choice([3]), "activation[0]: must be a string, but got 3"),
            )
        ),
    ],
)
def test_wrong_arguments_of_genes_are_refused(
    kind: Callable[..., Gene], arguments: dict[str, object], problem: str
) -> None:
    """The message has the rule, then the value."""
    with pytest.raises(UsageError) as refused:
        kind(**arguments)
    assert [text[: len(problem)] for text in refused.value.problems] == [problem]


def test_all_problems_of_a_gene_are_reported_at_once() -> None:
    """All wrong arguments are reported, not only the first."""
    with pytest.raises(UsageError) as refused:
        Layers((-2, -3), (0, 0), [1, 2])  # type: ignore[list-item]  # what is tested
    assert len(refused.value.problems) == 5


@pytest.mark.parametrize(
    ("gene", "value", "problem"),
    [
        (Float(0, 1), 2, "must be between 0.0 and 1.0, but got 2"),
        (Float(0, 1), 10**400, "must be between 0.0 and 1.0, but got 1000"),
        (Float(0, 1), math.nan, "must be between 0.0 and 1.0, but got nan"),
        (Float(0, 1), True, "must be a number, but got True"),
        (Float(0, 1), "0.5", "must be a number, but got '0.5'"),
        (Integer(0, 9), 2.0, "must be a whole number, but got 2.0"),
        (Integer(0, 9), False, "must be a whole number, but got False"),
        (Integer(0, 9), 10, "must be between 0 and 9, but got 10"),
        (Choice(["a", "b"]), "c", "must be a or b, but got 'c'"),
        (Choice([1, 2, 3]), True, "must be 1, 2 or 3, but got True"),
        (Choice([1]), [[1]], "must be 1, but got [[1]]"),
        (Layers((1, 2), (1, 4)), [1, 2, 3], "must have 1 to 2 layers, but got 3"),
        (Layers((1, 2), (1, 4)), [9], "a width must be between 1 and 4, but got 9"),
        (Layers((1, 2), (1, 4)), [True], "a width must be a whole number, but got True"),
        (Layers((1, 2), (1, 4)), 3, "must be a list of widths, but got 3"),
        (Layers((1, 2), (1, 4)), [(3, "a")], "a width must be a whole number, but got (3, 'a')"),
        (MIXED, 3, "must be a list of (width, activation) pairs, but got 3"),
        (MIXED, [3], "a layer must be a (width, activation) pair, but got 3"),
        (MIXED, [(3, "a", "b")], "a layer must be a (width, activation) pair, but got (3, 'a', 'b"),
        (MIXED, [(9, "a")], "a width must be between 1 and 4, but got 9"),
        (MIXED, [(3, "c")], "an activation must be a or b, but got 'c'"),
        (Choice([((3, "a"),)]), [[3, "b"]], "must be [[3, 'a']], but got [[3, 'b']]"),
    ],
)
def test_wrong_values_are_refused(gene: Gene, value: object, problem: str) -> None:
    """Bounds, types and options are checked; neither true nor text is a number."""
    with pytest.raises(UsageError) as refused:
        gene.check(value)
    assert [text[: len(problem)] for text in refused.value.problems] == [problem]


@pytest.mark.parametrize(
    ("gene", "given", "plain"),
    [
        (Float(0, 1), np.float32(0.5), 0.5),
        (Float(0, 1), 1, 1.0),
        (Float(0, 1), -0.0, 0.0),
        (Integer(0, 9), np.int8(3), 3),
        (Choice([0.1, 1.0]), 1, 1.0),
        (Choice([1, True]), True, True),
        (Choice([(), (3, 3)]), [3, 3], (3, 3)),
        (Layers((0, 2), (1, 4)), [np.int64(2)], (2,)),
        (Layers((0, 2), (1, 4)), [], ()),
        (MIXED, [[np.int64(2), np.str_("a")]], ((2, "a"),)),
        (MIXED, [], ()),
        (Choice([((2, "a"),)]), [[2, "a"]], ((2, "a"),)),
    ],
)
def test_values_are_converted_to_their_normal_form(
    gene: Gene, given: object, plain: object
) -> None:
    """NumPy scalars, lists and whole floats become plain Python values of one type."""
    value = gene.check(given)
    assert (repr(value), type(value)) == (repr(plain), type(plain))


@pytest.mark.parametrize(
    ("gene", "text"),
    [
        (Float(1e-4, 1, log=True), "0.0001 to 1.0, on a log scale"),
        (Float(2, 2), "2.0"),
        (Integer(1, 5), "whole numbers from 1 to 5"),
        (Choice(["linear", "tanh", "relu"]), "linear, tanh or relu"),
        (Choice([1, 2], ordered=True), "1 or 2 (in this order)"),
        (Choice([(3, 3)]), "[3, 3]"),
        (Choice([((3, "a"), (2, "b"))]), "[[3, 'a'], [2, 'b']]"),
        (Layers((1, 4), (1, 32)), "1 to 4 layers, 1 to 32 wide"),
        (MIXED, "0 to 2 layers, 1 to 4 wide, each a or b"),
    ],
)
def test_a_gene_describes_itself(gene: Gene, text: str) -> None:
    """The description has the bounds, the scale and the options."""
    assert gene.describe() == text


def test_options_that_are_equal_in_python_make_different_genes() -> None:
    """Choices of 1, of 1.0 and of true are three different genes."""
    assert len({repr(gene) for gene in (Choice([1]), Choice([1.0]), Choice([True]))}) == 3
    assert Choice([1]) != Choice([True])
    assert Choice([1]) != Choice([1.0])
    assert Choice([1, 2]) == Choice((1, 2))


def test_layers_differ_by_their_activations() -> None:
    """A list of activations and a choice of them make equal genes; other activations do not."""
    assert Layers((0, 2), (1, 4), Choice(["a", "b"])) == MIXED
    assert len({MIXED, Layers((0, 2), (1, 4)), Layers((0, 2), (1, 4), ["b", "a"])}) == 3


def test_layers_draw_all_activations_equally_often() -> None:
    """Drawn widths and activations are independent, and all activations equally frequent."""
    gene, rng = Layers((3, 3), (1, 2), ["a", "b", "c"]), np.random.default_rng(0)
    layers = Counter(layer for _ in range(2000) for layer in gene.sample(rng))
    share = np.log(2) / np.log(3)  # of width 1 on its log scale
    for layer, count in layers.items():
        assert isinstance(layer, tuple)
        assert abs(count / 6000 - (share if layer[0] == 1 else 1 - share) / 3) < 0.02
    assert len(layers) == 6


def test_a_gene_cannot_be_changed() -> None:
    """Assigning to a bound is an error."""
    gene = Float(0, 1)
    with pytest.raises(AttributeError):
        gene.low = 5  # type: ignore[misc]  # what is tested


def test_the_size_of_a_huge_gene_is_infinite() -> None:
    """The size of layers without practical bounds is computed quickly."""
    assert Layers((1, 10**9), (1, 10**9)).size == math.inf
    assert Layers((0, 2), (1, 3)).size == 1 + 3 + 9
    assert Layers((0, 10**9), (5, 5)).size == 10**9 + 1
    assert Layers((0, 2), (1, 3), ["a", "b"]).size == 1 + 6 + 36
    assert Layers((0, 10**9), (5, 5), ["a"]).size == 10**9 + 1
