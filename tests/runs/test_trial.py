import dataclasses
import json
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from neuroevo.runs import Trial
from neuroevo.workers import Work

Make = Callable[..., Trial]

whole = st.integers(0, 10**9)
finite = st.floats(allow_nan=False, allow_infinity=False)
text = st.text(st.characters(codec="utf-8"), max_size=12)
widths = st.lists(st.integers(1, 99)).map(tuple)
layers = st.lists(st.tuples(st.integers(1, 99), text)).map(tuple)
genes = st.booleans() | st.integers() | finite | text | widths | layers
works = st.builds(Work, worker=text, began=finite, seconds=finite)
trials = st.builds(
    Trial,
    number=whole,
    generation=whole,
    operator=text,
    parents=st.lists(whole, max_size=3).map(tuple),
    genome=st.dictionaries(text, genes, max_size=4),
    objectives=st.dictionaries(text, finite | st.just(math.nan), max_size=3),
    curve=st.lists(finite | st.just(math.inf), max_size=5).map(tuple),
    state=st.sampled_from(("complete", "diverged", "failed")),
    diverged=whole,
    seconds=st.floats(0, 1e6),
    name=text,
    cause=text,
    work=st.lists(works, max_size=2).map(tuple),
    class_curves=st.dictionaries(text, st.lists(finite | st.just(math.inf)).map(tuple), max_size=2),
    replicates=st.dictionaries(text, st.lists(finite | st.just(math.nan)).map(tuple), max_size=2),
)


@given(trials)
def test_a_trial_is_read_as_written(trial: Trial) -> None:
    """Every field except the curves is read as the same value, for any texts and numbers."""
    back = Trial.from_json(trial.to_json())
    left, right = (dataclasses.asdict(each) for each in (trial, back))
    for each in (left, right):
        each.pop("curve")
        each["class_curves"] = {name: len(curve) for name, curve in each["class_curves"].items()}
        for key in ("objectives", "replicates"):
            each[key] = {name: repr(value) for name, value in each[key].items()}
    assert left == right


@given(trials)
def test_a_line_is_strict_json_on_one_line(trial: Trial) -> None:
    """Any reader of strict JSON can read a line, and it is a single line."""

    def refuse(constant: str) -> None:
        pytest.fail(f"{constant} is not JSON")

    line = trial.to_json()
    assert "\n" not in line
    json.loads(line, parse_constant=refuse)


@given(st.lists(st.floats(0, width=32, allow_nan=False)))
@example([7.038530691851209e-26])  # read as a double its short form casts to a neighbour
@example([1.401298464324817e-45, 3.4028234663852886e38, 0.0])
def test_float32_curves_keep_their_bits(make_trial: Make, curve: list[float]) -> None:
    """A curve of float32 values, cast after reading, has the bits that were written."""
    back = Trial.from_json(make_trial(curve=tuple(curve)).to_json()).curve
    written, read = (np.array(each, dtype=np.float32) for each in (curve, back))
    np.testing.assert_array_equal(written.view(np.uint32), read.view(np.uint32))


@given(st.lists(st.floats(0, allow_nan=False)))
def test_float64_curves_keep_their_values(make_trial: Make, curve: list[float]) -> None:
    """A value that is not a float32 is read exactly; a float32 is the same when cast."""
    back = Trial.from_json(make_trial(curve=tuple(curve)).to_json()).curve
    with np.errstate(over="ignore"):
        for written, read in zip(curve, back, strict=True):
            assert written == read or float(np.float32(written)) == float(np.float32(read))
            if float(np.float32(written)) != written:
                assert written == read


@given(st.lists(st.floats(0, width=32, allow_nan=False)))
def test_class_curves_keep_their_bits(make_trial: Make, curve: list[float]) -> None:
    """Class curves are read, in their order, with the bits that were written."""
    curves = {"log_loss": tuple(curve), "error_rate": (1.0, math.inf)}
    back = Trial.from_json(make_trial(class_curves=curves).to_json()).class_curves
    assert list(back) == list(curves)
    assert back["error_rate"] == (1.0, math.inf)
    written, read = (np.array(each, dtype=np.float32) for each in (curve, back["log_loss"]))
    np.testing.assert_array_equal(written.view(np.uint32), read.view(np.uint32))


def test_float32_curves_are_short(make_trial: Make) -> None:
    """A float32 is written with nine digits, not with those of a double."""
    line = make_trial(curve=(float(np.float32(0.1)), 0.5)).to_json()
    assert '"curve": [0.100000001, 0.5]' in line


def test_values_that_are_not_finite_are_null(make_trial: Make) -> None:
    """An objective that is infinite or NaN is read as NaN, a diverged point as infinite."""
    trial = make_trial(objectives={"a": math.inf, "b": math.nan}, curve=(1.0, math.inf, math.nan))
    fields = json.loads(trial.to_json())
    assert fields["objectives"] == {"a": None, "b": None}
    assert fields["curve"] == [1.0, None, None]
    back = Trial.from_json(trial.to_json())
    assert all(math.isnan(value) for value in back.objectives.values())
    assert back.curve == (1.0, math.inf, math.inf)


def test_a_line_has_the_documented_keys(make_trial: Make) -> None:
    """The keys are those of the documentation; empty fields are left out."""
    promised = ["number", "generation", "parents", "operator", "genome", "objectives"]
    promised += ["curve", "state", "diverged", "seconds"]
    assert list(json.loads(make_trial().to_json())) == promised
    named = json.loads(make_trial(name="article-good", cause="worker died").to_json())
    assert set(named) - set(promised) == {"name", "cause"}
    classes = json.loads(make_trial(class_curves={"log_loss": (0.5, 0.25)}).to_json())
    assert list(classes) == [*promised[:7], "class_curves", *promised[7:]]
    assert classes["class_curves"] == {"log_loss": [0.5, 0.25]}
    several = json.loads(make_trial(replicates={"final_mse": (0.5, math.nan)}).to_json())
    assert list(several) == [*promised[:7], "replicates", *promised[7:]]
    assert several["replicates"] == {"final_mse": [0.5, None]}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("", "it is not JSON"),
        ("[1]", "it must hold a JSON object"),
        ("[" * 5000 + "]" * 5000, "it "),
        ('{"number": NaN}', "NaN is no JSON number"),
        ('{"number": 1}', "generation is missing"),
        ('{"number": true}', "number must be a whole number, but got true"),
        ('{"number": -1}', "number must be a whole number, but got -1"),
    ],
)
def test_a_damaged_line_is_one_error(line: str, problem: str) -> None:
    """Any other text is one ValueError that says what a line must have."""
    with pytest.raises(ValueError, match=problem):
        Trial.from_json(line)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("parents", [1, "a"]),
        ("parents", 3),
        ("genome", {"hidden": [1.5]}),
        ("genome", {"hidden": None}),
        ("genome", {"hidden": [[6, "tanh"], 4]}),
        ("genome", {"hidden": [6, "tanh"]}),
        ("objectives", {"final_mse": "small"}),
        ("objectives", {"final_mse": 10**400}),
        ("curve", [[]]),
        ("curve", [True]),
        ("state", "tired"),
        ("state", []),
        ("seconds", "long"),
        ("cause", 1),
        ("class_curves", [0.5]),
        ("class_curves", {"log_loss": ["small"]}),
        ("class_curves", {"log_loss": 0.5}),
        ("replicates", {"final_mse": ["small"]}),
        ("work", [["here:1", 0.5]]),
        ("work", [["here:1", 0.5, "long"]]),
    ],
)
def test_each_field_is_checked(make_trial: Make, key: str, value: object) -> None:
    """A field of the wrong type is refused by its name."""
    fields = json.loads(make_trial().to_json()) | {key: value}
    with pytest.raises(ValueError, match=f"^{key} must be"):
        Trial.from_json(json.dumps(fields))
