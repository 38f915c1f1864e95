import itertools
import json
from collections.abc import Mapping

import hypothesis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.errors import DataError
from neuroevo.tables import Preparation, PreparedTable, TableSettings, prepare
from neuroevo.tables.records import NumberInput

ROWS = 60
PARTS = ["train"] * 40 + ["validation"] * 12 + ["test"] * 8


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """Make a frame with all kinds of columns, missing cells and a rare category."""
    random = np.random.default_rng(11)
    frame = pd.DataFrame(
        {
            "size": random.normal(1e6, 30, ROWS),
            "rooms": random.integers(1, 9, ROWS),
            "colour": random.choice(["red", "blue", "green"], ROWS),
            "garden": random.random(ROWS) < 0.5,
            "floor": random.choice([9, 10, 100], ROWS),
            "part": PARTS,
            "price": random.normal(5, 2, ROWS),
            "label": random.choice(["b", "a"], ROWS),
        }
    )
    frame.loc[[1, 2], "colour"] = "violet"
    frame.loc[4, ["size", "colour"]] = None
    frame["garden"] = frame["garden"].astype("boolean")
    frame.loc[45, "garden"] = pd.NA
    frame.loc[50, "rooms"] = None
    return frame


def settings(**values: object) -> TableSettings:
    """Return settings with which the frame can be prepared."""
    common: dict[str, object] = {
        "target": "price",
        "leave_out": ["label"],
        "categories": ["floor"],
        "missing": "median",
        "missing_indicator": True,
        "rare": 0.1,
        "split": "column",
        "split_column": "part",
    }
    return TableSettings.of(common | values)


CLASSES: Mapping[str, object] = {"target": "label", "leave_out": ["price"]}
CHOICES = [
    {"scaling": scaling, "unseen": unseen, **target}
    for (scaling, unseen), target in itertools.product(
        [("standard", "rare"), ("robust", "refuse"), ("quantile", "zeros"), ("none", "rare")],
        [{}, CLASSES, {"target_scaling": "robust"}],
    )
]


@pytest.fixture(scope="module", params=range(len(CHOICES)))
def prepared(request: pytest.FixtureRequest, frame: pd.DataFrame) -> PreparedTable:
    """Prepare the frame with different settings."""
    return prepare(frame, settings(**CHOICES[request.param]))


def test_inputs_and_outputs_have_names(frame: pd.DataFrame) -> None:
    """Names are those of columns, with the category behind an equals sign."""
    prepared = prepare(frame, settings())
    assert prepared.preparation.input_names == (
        "size", "size missing", "rooms", "colour=blue", "colour=green", "colour=red", "colour rare",
        "colour missing", "garden", "floor=9", "floor=10", "floor=100",
    )  # fmt: skip
    assert prepared.preparation.output_names == ("price",)
    classes = prepare(frame, settings(**CLASSES)).preparation
    assert classes.output_names == ("label=a", "label=b")
    assert classes.columns.classes == classes.classes == ("a", "b")
    assert classes.columns.output_scaling is None
    assert prepared.preparation.columns.output_scaling == prepared.preparation.target_scaling


def test_raw_rows_are_prepared_later_to_the_same_bits(
    frame: pd.DataFrame, prepared: PreparedTable
) -> None:
    """Rows give the same arrays from stored values, whatever else is in their frame."""
    stored = json.loads(json.dumps(prepared.preparation.to_plain()))
    preparation = Preparation.from_plain(stored, "preparation.json")
    assert preparation == prepared.preparation
    other = frame[frame.columns[::-1]].assign(more="text")
    other.insert(0, "more", [[]] * len(other), allow_duplicates=True)  # not used, as 0.5 below
    other.insert(0, 0.5, np.inf)
    for part in (prepared.training, prepared.validation, prepared.test):
        raw = other.iloc[part.rows]
        assert preparation.prepare_inputs(raw).tobytes() == part.inputs.tobytes()


def test_one_row_is_prepared_as_in_its_table(frame: pd.DataFrame, prepared: PreparedTable) -> None:
    """What a column holds is known, so one row of texts is enough."""
    row = frame.iloc[[3]].astype("str").astype("object")
    inputs = prepared.preparation.prepare_inputs(row)
    assert inputs.tobytes() == prepared.training.inputs[3:4].tobytes()


def test_parts_can_not_be_changed(prepared: PreparedTable) -> None:
    """The arrays of a prepared table are read-only."""
    for part in (prepared.training, prepared.validation, prepared.test):
        assert not part.inputs.flags.writeable
        assert not part.targets.flags.writeable


@hypothesis.settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1), choice=st.sampled_from(CHOICES))
def test_other_rows_than_those_of_the_training_change_nothing(
    frame: pd.DataFrame, seed: int, choice: Mapping[str, object]
) -> None:
    """Any values in validation and test rows, in any order, lead to the same preparation."""
    random = np.random.default_rng(seed)
    other = frame.copy()
    held = np.arange(40, ROWS)
    other.iloc[held] = other.iloc[random.permutation(held)]
    other.loc[held, "size"] = random.normal(0, 10.0 ** random.integers(-3, 9), len(held))
    other.loc[held, "rooms"] = random.choice([-5, 77], len(held))
    other.loc[held, "floor"] = random.choice([9, 100], len(held))
    if choice["unseen"] != "refuse":
        other.loc[held, "colour"] = random.choice(["red", "pink"], len(held))
    other.loc[held, "garden"] = True
    before = prepare(frame, settings(**choice)).preparation
    after = prepare(other, settings(**choice)).preparation
    assert after.to_plain() == before.to_plain()


def test_predictions_return_to_the_raw_scale(frame: pd.DataFrame) -> None:
    """Scaled targets become raw numbers again."""
    prepared = prepare(frame, settings(target_scaling="robust"))
    raw = prepared.preparation.target_scaling.raw(prepared.training.targets)
    expected = frame[["price"]].to_numpy()[prepared.training.rows]
    np.testing.assert_allclose(raw, expected, rtol=1e-14)


def test_several_targets_are_scaled_each(frame: pd.DataFrame) -> None:
    """A regression may have several targets; each has its own scale."""
    prepared = prepare(frame, settings(target=["price", "floor"], categories=[]))
    assert prepared.preparation.output_names == ("price", "floor")
    np.testing.assert_allclose(prepared.training.targets.mean(axis=0), 0, atol=1e-7)
    np.testing.assert_allclose(prepared.training.targets.std(axis=0), 1, rtol=1e-8)


UNSEEN = [
    ("rare", [0, 0, 0, 1], [0, 0, 0]),
    ("zeros", [0, 0, 0, 0], [0, 0, 0]),
]


@pytest.mark.parametrize(("unseen", "colour", "floor"), UNSEEN)
def test_unseen_categories_are_rare_ones_or_zeros(
    frame: pd.DataFrame, unseen: str, colour: list[int], floor: list[int]
) -> None:
    """A category of no training row is taken for a rare one if there is such an input."""
    preparation = prepare(frame, settings(unseen=unseen)).preparation
    row = frame.iloc[[0]].assign(colour="pink", floor=-1)
    [inputs] = preparation.prepare_inputs(row)
    names = preparation.input_names
    assert [inputs[names.index(each)] for each in names if each.startswith("colour=")] == colour[:3]
    assert inputs[names.index("colour rare")] == colour[3]
    assert [inputs[names.index(each)] for each in names if each.startswith("floor=")] == floor
    known = preparation.prepare_inputs(frame.iloc[[1]])[0]
    assert known[names.index("colour rare")] == 1


def test_unseen_categories_of_held_out_rows_are_a_warning(frame: pd.DataFrame) -> None:
    """Rows with unseen categories are counted, unless these are refused."""
    other = frame.copy()
    other.loc[[41, 55], "colour"] = "pink"
    other.loc[42, "floor"] = 7
    assert prepare(other, settings()).warnings == (
        "data, column 'colour': 2 rows have a category that no training row has",
        "data, column 'floor': 1 row has a category that no training row has",
    )


def test_constant_columns_are_left_out_with_a_warning(frame: pd.DataFrame) -> None:
    """A column that is constant in the training rows gives no input."""
    values = [1.0] * 40 + [2.0] * 20
    prepared = prepare(
        frame[["size", "part", "price", "label"]].assign(one=values), settings(categories=[])
    )
    assert prepared.preparation.input_names == ("size", "size missing")
    assert prepared.warnings == (
        "data, column 'one': is left out: its training rows have no two different values",
    )


def test_numbers_that_are_almost_constant_are_a_warning(frame: pd.DataFrame) -> None:
    """scikit-learn takes them for constant and does not scale them, so that they stay tiny."""
    tiny = frame[["size", "part", "price", "label"]].assign(tiny=1e13 + np.arange(ROWS) / 500)
    text = "its numbers differ too little to be scaled, so networks can hardly use them"
    assert prepare(tiny, settings(categories=[])).warnings == (f"data, column 'tiny': {text}",)


def test_columns_of_rare_categories_are_left_out_unless_they_have_an_indicator(
    frame: pd.DataFrame,
) -> None:
    """Of a column such as tickets, each held by a few, only which are missing can be learnt."""
    columns = frame[["size", "part", "price", "label"]].assign(
        ticket=[f"ticket {place // 2}" for place in range(ROWS)],
        share=[f"{place // 2}%" for place in range(ROWS)],
    )
    few = settings(categories=[], rare=0.2)
    found = prepare(columns, few)
    assert found.preparation.input_names == ("size", "size missing")
    rule = "no category is in at least a share of 0.2 of its training rows"
    hint = "set a lower value of rare to keep it"
    unit = "; if they are quantities, write numbers without units, but got '0%'"
    assert found.warnings[:2] == (
        f"data, column 'ticket': is left out: {rule} ({hint})",
        f"data, column 'share': is left out: {rule} ({hint}{unit})",
    )
    columns.loc[::20, "ticket"] = None
    found = prepare(columns, few)
    names = ("ticket rare", "ticket missing")
    assert found.preparation.input_names == ("size", "size missing", *names)
    assert found.training.inputs[:, -1].tolist() == ([1.0] + [0.0] * 19) * 2


def test_categories_that_look_like_quantities_are_a_warning(frame: pd.DataFrame) -> None:
    """Numbers with a unit are categories, which the user may not have meant."""
    columns = frame.assign(colour=[f"{place % 3} km" for place in range(ROWS)])
    unit = "; if they are quantities, write numbers without units, but got '0 km'"
    warned = f"data, column 'colour': is taken for categories{unit}"
    assert warned in prepare(columns, settings()).warnings


@pytest.mark.parametrize(
    ("unseen", "notes"),
    [
        (
            "rare",
            ["2 rows have a rare category, or one that no training row has, such as 'violet'"],
        ),
        ("zeros", []),
    ],
)
def test_rare_categories_are_not_said_to_be_new(
    frame: pd.DataFrame, unseen: str, notes: list[str]
) -> None:
    """Their names are not kept if new ones are treated as they are."""
    choice = {"columns": ["size", "colour"], "leave_out": [], "categories": []}
    found = prepare(frame, settings(unseen=unseen, **choice))
    [_, _, *others] = found.preparation.notes(frame[["size", "colour"]])
    assert others == [f"data, column 'colour': {each}" for each in notes]


@pytest.mark.parametrize("scaling", ["standard", "robust", "quantile"])
def test_a_constant_column_with_an_indicator_is_zero(frame: pd.DataFrame, scaling: str) -> None:
    """No scale is 0: what is constant but sometimes missing keeps its indicator."""
    values = np.array([7.5, np.nan] * 20 + [7.5] * 20)
    columns = frame[["part", "price", "label"]].assign(x=range(ROWS), one=values)
    prepared = prepare(columns, settings(categories=[], scaling=scaling))
    assert prepared.preparation.input_names == ("x", "one", "one missing")
    assert (prepared.training.inputs[:, 1] == 0).all()
    assert prepared.training.inputs[:4, 2].tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize("scaling", ["standard", "robust", "quantile"])
@hypothesis.settings(max_examples=40)
@given(
    st.lists(st.floats(-1e100, 1e100), min_size=12, max_size=12).filter(
        lambda numbers: len(set(numbers[:8])) > 1
    )
)
def test_any_numbers_are_scaled_to_finite_inputs(scaling: str, numbers: list[float]) -> None:
    """Numbers of any size and spread give finite inputs, and records that can be read again."""
    frame = pd.DataFrame({"x": numbers, "y": range(12), "s": ["train"] * 8 + ["validation"] * 4})
    values = {"target": "y", "scaling": scaling, "split": "column", "split_column": "s"}
    try:
        prepared = prepare(frame, TableSettings.of(values))
    except DataError as error:
        lines = error.problems
        rule = "must be closer to the numbers of the training rows"
        assert all(rule in line or "must have an input" in line for line in lines)
    else:
        assert np.isfinite(prepared.training.inputs).all()
        plain = json.loads(json.dumps(prepared.preparation.to_plain()))
        assert Preparation.from_plain(plain, "x") == prepared.preparation


def test_weights_are_those_of_the_rows_of_each_part(frame: pd.DataFrame) -> None:
    """Weights come from a column, in the order of the rows of each part."""
    other = frame.assign(w=np.arange(ROWS) / 10)
    prepared = prepare(other, settings(weight="w"))
    for part, weights in prepared.weights._asdict().items():
        assert weights is not None
        assert weights.tolist() == (getattr(prepared, part).rows / 10).tolist()
    assert "w" not in prepared.preparation.input_names
    assert prepare(frame, settings()).weights == (None, None, None)


@pytest.mark.parametrize("scaling", ["standard", "robust", "quantile"])
def test_rows_of_weight_zero_change_nothing(frame: pd.DataFrame, scaling: str) -> None:
    """Wrong numbers and new categories in such rows are neither fitted to nor in any part."""
    values = settings(scaling=scaling, weight="w", missing_indicator=False)
    plain = frame.assign(w=np.arange(ROWS) % 3 > 0)
    plain["w"] = plain["w"].astype(float) + plain.index % 2 * (plain["w"] > 0)
    poisoned = plain.copy()
    nothing = plain["w"] == 0
    poisoned.loc[nothing, ["size", "price"]] = 1e9
    poisoned.loc[nothing, "colour"] = "ultraviolet"
    first, second = prepare(plain, values), prepare(poisoned, values)
    assert first.preparation == second.preparation
    for name in ("training", "validation", "test"):
        own, other = getattr(first, name), getattr(second, name)
        assert not nothing.to_numpy()[own.rows].any()
        np.testing.assert_array_equal(own.inputs, other.inputs)
        np.testing.assert_array_equal(own.targets, other.targets)


@pytest.mark.parametrize("scaling", ["standard", "robust", "quantile"])
def test_a_weight_of_three_is_a_row_that_is_there_three_times(scaling: str) -> None:
    """Means, deviations, quantiles and what missing cells are filled with are those of copies."""
    random = np.random.default_rng(3)
    frame = pd.DataFrame({"x": random.normal(size=90), "y": random.normal(size=90)})
    frame["part"] = ["train"] * 60 + ["validation"] * 15 + ["test"] * 15
    frame["word"] = random.choice(["a", "b", "c"], 90)
    frame.loc[[3, 8, 20], ["x", "word"]] = None
    weights = random.integers(1, 4, 90)
    values = settings(
        target="y", scaling=scaling, target_scaling="robust", leave_out=[], categories=[], rare=0.0
    )
    copied = prepare(frame.loc[np.repeat(frame.index, weights)].reset_index(drop=True), values)
    weighed = prepare(frame.assign(w=weights), values.replace(weight="w"))
    [own, word], [other, same] = weighed.preparation.inputs, copied.preparation.inputs
    assert (own.fill, word) == (other.fill, same)
    assert isinstance(own, NumberInput)
    if scaling == "standard":
        assert own == other
    total = np.repeat(frame["x"].fillna(own.fill)[:60], weights[:60])
    if scaling == "robust":
        lower, upper = np.quantile(total, [0.25, 0.75], method="inverted_cdf")
        assert own.scale == pytest.approx(upper - lower, rel=1e-8)
    if scaling == "quantile":
        shares = np.linspace(0, 1, 60)
        knots = np.quantile(total, shares, method="inverted_cdf")
        np.testing.assert_allclose(own.knots, knots, rtol=1e-7)


def test_a_class_must_have_rows_with_a_weight(frame: pd.DataFrame) -> None:
    """With one class left there is nothing to learn, which is said before the search."""
    weights = np.where(frame["label"] == "a", 0.0, 1.0)
    with pytest.raises(DataError, match="weight above 0 in rows of two classes among the training"):
        prepare(frame.assign(w=weights), settings(**CLASSES, weight="w"))


@pytest.mark.parametrize("part", ["training", "validation", "test"])
def test_a_part_without_any_weight_is_refused(frame: pd.DataFrame, part: str) -> None:
    """Nothing can be learned from or measured on rows that all have the weight 0."""
    rows = getattr(prepare(frame, settings()), part).rows
    other = frame.assign(w=np.where(np.isin(np.arange(ROWS), rows), 0.0, 1.0))
    with pytest.raises(DataError, match=f"weight above 0 in the {part} rows, but has none there"):
        prepare(other, settings(weight="w"))


WRONG_ROWS: list[tuple[dict[str, object], tuple[str, ...]]] = [
    ({"size": "large"}, ("new, row 7, column 'size': must be a number, but got 'large'",)),
    ({"size": True}, ("new, row 7, column 'size': must be a number, but got true",)),
    ({"size": np.inf}, ("new, row 7, column 'size': must be a finite number, but got inf",)),
    ({"garden": "yes"}, ("new, row 7, column 'garden': must be true or false, but got 'yes'",)),
    (
        {"colour": "pink", "rooms": None, "floor": 11},
        (
            "new, row 7, column 'rooms': must not be missing, but got an empty cell",
            (
                "new, row 7, column 'colour': must be one of the 4 categories of the training "
                "rows, but got 'pink' (set unseen = 'rare' or 'zeros')"
            ),
            (
                "new, row 7, column 'floor': must be one of the 3 categories of the training "
                "rows, but got 11 (set unseen = 'rare' or 'zeros')"
            ),
        ),
    ),
]


@pytest.mark.parametrize(("cells", "expected"), WRONG_ROWS)
def test_wrong_cells_of_new_rows_are_named(
    frame: pd.DataFrame, cells: Mapping[str, object], expected: tuple[str, ...]
) -> None:
    """All problems of new rows are named at once, with row and column."""
    complete = frame.drop(index=[4, 45, 50])
    preparation = prepare(complete, settings(missing="refuse", unseen="refuse")).preparation
    row = frame.iloc[[7]].astype("object")
    for column, cell in cells.items():
        row[column] = pd.Series([cell], index=[7], dtype="object")
    with pytest.raises(DataError) as caught:
        preparation.prepare_inputs(row, "new")
    assert caught.value.problems == expected


def test_missing_columns_of_new_rows_are_named_at_once(
    frame: pd.DataFrame, prepared: PreparedTable
) -> None:
    """A frame without some of the columns is refused; similar names are suggested."""
    with pytest.raises(DataError) as caught:
        prepared.preparation.prepare_inputs(frame.rename(columns={"rooms": "room", "garden": "?"}))
    assert caught.value.problems == (
        "data: must have the column 'rooms', but got none of this name, did you mean 'room'?",
        "data: must have the column 'garden', but got none of this name",
    )


def test_all_problems_of_a_stored_preparation_are_named() -> None:
    """A preparation that someone has changed is refused with the key of each problem."""
    stored = {
        "version": 2,
        "inputs": [
            {"kind": "numbr", "name": "a"},
            {"kind": "number", "name": "x", "scale": 0, "offset": float("nan")},
            {"kind": "number", "name": "x", "knots": [2, 1]},
            {"kind": "category", "name": "c", "categories": ["a", "a"], "fill": "b"},
            7,
        ],
        "unseen": "zero",
        "targets": [],
    }
    with pytest.raises(DataError) as caught:
        Preparation.from_plain(stored, "run.json")
    assert caught.value.problems == (
        "run.json: version: must be at most 1, but got 2",
        (
            "run.json: inputs[0].kind: must be one of 'number', 'boolean', 'category', "
            "but got 'numbr', did you mean 'number'?"
        ),
        "run.json: inputs[1].offset: must be a finite number, but got nan",
        "run.json: inputs[1].scale: must be greater than 1e-200, but got 0",
        "run.json: inputs[2].knots: must be none, or increase, but got [2.0, 1.0]",
        "run.json: inputs[3].categories: must differ from each other and from those gathered",
        "run.json: inputs[3].fill: must be one of the categories, but got 'b'",
        "run.json: inputs[4]: must be a table, but got 7",
        (
            "run.json: unseen: must be one of 'refuse', 'rare', 'zeros', but got 'zero', "
            "did you mean 'zeros'?"
        ),
        "run.json: targets: must have a length of at least 1, but got []",
    )


def test_a_stored_preparation_must_be_a_table() -> None:
    """Other JSON is refused in one line."""
    with pytest.raises(DataError) as caught:
        Preparation.from_plain([1], "run.json")
    assert caught.value.problems == ("run.json: must be a table, but got [1]",)


def test_test_rows_that_are_trained_on_are_warned_of() -> None:
    """Rows that are there five times are in several parts; a table of few different rows is not."""
    random = np.random.default_rng(0)
    different = pd.DataFrame(random.normal(size=(60, 3)), columns=["a", "b", "y"])
    again = pd.concat([different] * 4, ignore_index=True)
    [line] = prepare(again, TableSettings(target=("y",))).warnings
    assert line.endswith(
        "48 of 48 test rows are equal to training or validation rows, so test scores say little "
        "about rows that differ"
    )
    assert prepare(different, TableSettings(target=("y",))).warnings == ()
    few = pd.concat([different[:4]] * 100, ignore_index=True)
    assert not any(
        "test rows" in each for each in prepare(few, TableSettings(target=("y",))).warnings
    )
