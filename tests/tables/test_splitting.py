from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, train_test_split

from neuroevo.errors import DataError
from neuroevo.tables import Parts, TableSettings, check_frame, prepare, split_rows
from neuroevo.tables.splitting import cut_rows

ROWS = 101


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """Make a frame with groups, times, words and two kinds of targets."""
    random = np.random.default_rng(5)
    return pd.DataFrame(
        {
            "x": random.normal(size=ROWS),
            "group": random.choice([f"g{number}" for number in range(20)], ROWS),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(random.permutation(ROWS), unit="D"),
            "word": random.choice(["train", "validation ", "test"], ROWS),
            "label": random.choice(["a", "b", "c"], ROWS, p=[0.7, 0.2, 0.1]),
            "y": random.normal(size=ROWS),
        }
    )


def split(frame: pd.DataFrame, target: str = "y", **values: object) -> Parts:
    """Divide a frame once, with x as the only input."""
    [parts] = folds_of(frame, target, **values)
    return parts


def folds_of(frame: pd.DataFrame, target: str = "y", **values: object) -> tuple[Parts, ...]:
    """Divide a frame, with x as the only input."""
    chosen = TableSettings.of({"target": target, "columns": ["x"], **values})
    return split_rows(check_frame(frame, chosen))


def seeds(seed: int) -> list[int]:
    """Return the seeds of the two random divisions."""
    return [int(each) for each in np.random.SeedSequence(seed).generate_state(2)]


@pytest.mark.parametrize("target", ["y", "label"])
def test_shares_are_those_of_scikit_learn(frame: pd.DataFrame, target: str) -> None:
    """Random shares equal those of train_test_split, stratified if there are classes."""
    parts = split(frame, target, split_seed=7, validation=0.3, test=0.1)
    labels = frame["label"].to_numpy() if target == "label" else None
    first, second = seeds(7)
    rest, test = train_test_split(
        np.arange(ROWS), test_size=10, random_state=first, stratify=labels
    )
    rest = np.sort(rest)
    training, validation = train_test_split(
        rest, test_size=30, random_state=second, stratify=None if labels is None else labels[rest]
    )
    assert parts.test.tolist() == sorted(test)
    assert parts.validation.tolist() == sorted(validation)
    assert parts.training.tolist() == sorted(training)


def test_shares_are_the_same_on_every_machine(frame: pd.DataFrame) -> None:
    """These rows were chosen when the test was written."""
    parts = split(frame, split_seed=1)
    assert parts.test[:6].tolist() == [0, 4, 11, 18, 23, 29]
    assert parts.validation[:6].tolist() == [1, 2, 7, 9, 12, 13]


MODES = [
    {},
    {"test": 0.0},
    {"target": "label", "weight": "balanced"},
    {"split": "groups", "split_column": "group"},
    {"split": "groups", "split_column": "group", "test": 0.0},
    {"split": "time", "split_column": "day"},
    {"split": "column", "split_column": "word"},
]


@pytest.mark.parametrize("values", MODES)
@settings(max_examples=10)
@given(seed=st.integers(0, 2**63 - 1))
def test_each_row_is_in_one_part(frame: pd.DataFrame, values: dict[str, object], seed: int) -> None:
    """The parts have all rows between them and none twice; they can't be changed."""
    parts = split(frame, **{"split_seed": seed, **values})  # type: ignore[arg-type]
    every = np.concatenate([parts.training, parts.validation, parts.test])
    assert sorted(every.tolist()) == list(range(ROWS))
    assert len(parts.training) > 0
    assert len(parts.validation) > 0
    assert (len(parts.test) > 0) == (values.get("test") != 0.0)
    assert not parts.training.flags.writeable


def test_classes_have_the_same_share_in_each_part(frame: pd.DataFrame) -> None:
    """The share of a class in a part differs by less than one row from that in the table."""
    parts = split(frame, "label", split_seed=3)
    shares = frame["label"].value_counts(normalize=True)
    for rows in (parts.training, parts.validation, parts.test):
        counts = frame["label"].iloc[rows].value_counts()
        assert (abs(counts - shares * len(rows)) <= 1).all()


def test_rows_of_a_group_stay_together(frame: pd.DataFrame) -> None:
    """No group has rows in two parts, and shares are shares of the groups."""
    parts = split(frame, split="groups", split_column="group", split_seed=2)
    groups = [
        set(frame["group"].iloc[rows]) for rows in (parts.training, parts.validation, parts.test)
    ]
    assert sum(map(len, groups)) == len(set.union(*groups)) == 20
    assert [len(each) for each in groups] == [12, 4, 4]


@pytest.mark.parametrize("form", ["times", "texts", "numbers"])
def test_rows_are_divided_by_time(frame: pd.DataFrame, form: str) -> None:
    """Training rows come before validation rows, and these before test rows."""
    days = frame["day"]
    if form == "texts":
        days = days.dt.strftime("%Y-%m-%d")
    if form == "numbers":
        days = (frame["day"] - pd.Timestamp("2024-01-01")).dt.days
    parts = split(frame.assign(day=days), split="time", split_column="day", test=0.3)
    order = np.concatenate([parts.training, parts.validation, parts.test])
    assert frame["day"].iloc[order].is_monotonic_increasing
    assert (len(parts.training), len(parts.validation), len(parts.test)) == (51, 20, 30)


NANOSECONDS = 1_600_000_000_000_000_000 + np.arange(ROWS)[::-1]


@pytest.mark.parametrize(
    "times",
    [
        NANOSECONDS,
        pd.array(NANOSECONDS, dtype="Int64"),
        pd.to_datetime(NANOSECONDS),
        pd.to_datetime(NANOSECONDS).astype("str"),
        NANOSECONDS.astype(str),
        [f"1600000000.{each % 10**9:09}" for each in NANOSECONDS],
        [Decimal(int(each)) / 10**9 for each in NANOSECONDS],
        pd.Categorical(NANOSECONDS),
    ],
    ids=[
        "whole",
        "nullable",
        "times",
        "texts of times",
        "texts of whole",
        "texts",
        "decimals",
        "categories",
    ],
)
def test_all_digits_of_times_count(frame: pd.DataFrame, times: pd.Series) -> None:
    """Times that differ by a nanosecond are in their order, from the last row to the first."""
    parts = split(frame.assign(day=times), split="time", split_column="day", test=0.3)
    order = np.concatenate([parts.training, parts.validation, parts.test])
    assert order.tolist() == [*range(ROWS - 1, -1, -1)]


def test_an_infinite_time_is_refused(frame: pd.DataFrame) -> None:
    """Its row would always be a test row."""
    times = pd.Series(np.where(np.arange(len(frame)) == 6, np.inf, 1.0), index=frame.index)
    with pytest.raises(DataError, match=r"row 6, column 'day': must be a finite number"):
        split(frame.assign(day=times), split="time", split_column="day")


def test_true_is_no_time(frame: pd.DataFrame) -> None:
    """It would be the first second of 1970."""
    times = pd.Series([True, *range(1, len(frame))], index=frame.index, dtype=object)
    with pytest.raises(DataError, match=r"column 'day': must be a"):
        split(frame.assign(day=times), split="time", split_column="day")


def test_equal_times_stay_in_the_order_of_the_table() -> None:
    """Rows of the same time are not put into another order."""
    frame = pd.DataFrame({"x": range(10), "t": [1, 0] * 5, "y": range(10)})
    parts = split(frame, split="time", split_column="t")
    assert parts.training.tolist() == [1, 3, 5, 7, 9, 0]
    assert parts.validation.tolist() == [2, 4]
    assert parts.test.tolist() == [6, 8]


def test_times_with_and_without_a_zone_are_a_warning() -> None:
    """Those without one are taken for UTC, which a line says; if all are alike, none does."""
    days = [f"2024-01-{day:02}" for day in range(1, 31)]
    frame = pd.DataFrame({"x": np.arange(30.0), "y": np.arange(30.0) ** 2, "t": days})
    values = TableSettings.of({"target": "y", "split": "time", "split_column": "t"})
    zoned = [f"{day}T06:00:00+02:00" for day in days]
    for times in (days, zoned, pd.to_datetime(zoned, utc=True)):
        assert not any("zone" in line for line in prepare(frame.assign(t=times), values).warnings)
    mixed = prepare(frame.assign(t=days[:10] + zoned[10:]), values)
    text = "10 of 30 times have no time zone, and are taken for UTC"
    assert f"data, column 't': {text}" in mixed.warnings


def test_words_of_a_column_divide_the_rows(frame: pd.DataFrame) -> None:
    """Each row is in the part that its cell names; spaces do not count."""
    parts = split(frame, split="column", split_column="word")
    words = frame["word"].str.strip()
    assert (words.iloc[parts.training] == "train").all()
    assert (words.iloc[parts.validation] == "validation").all()
    assert (words.iloc[parts.test] == "test").all()


FOLDED: list[dict[str, object]] = [
    {},
    {"test": 0.0},
    {"target": "label"},
    {"split": "groups", "split_column": "group"},
]


@pytest.mark.parametrize("values", FOLDED)
@pytest.mark.parametrize("folds", [2, 5])
def test_each_row_outside_the_test_part_validates_once(
    frame: pd.DataFrame, values: dict[str, object], folds: int
) -> None:
    """All folds have the test rows of a split without folds, and each other row validates once."""
    alone = split(frame, **values)  # type: ignore[arg-type]
    found = folds_of(frame, folds=folds, **values)  # type: ignore[arg-type]
    assert len(found) == folds
    every = np.concatenate([parts.validation for parts in found] + [alone.test])
    assert sorted(every.tolist()) == list(range(ROWS))
    for parts in found:
        assert parts.test.tolist() == alone.test.tolist()
        rows = [*parts.training, *parts.validation, *parts.test]
        assert sorted(rows) == list(range(ROWS))
        assert parts.training.tolist() == sorted(parts.training)
        assert not parts.validation.flags.writeable


@pytest.mark.parametrize(
    ("values", "splitter"),
    [({}, KFold), ({"target": "label"}, StratifiedKFold), (FOLDED[-1], GroupKFold)],
)
def test_folds_are_those_of_scikit_learn(
    frame: pd.DataFrame, values: dict[str, object], splitter: type[KFold]
) -> None:
    """The rows outside the test part are cut as KFold, StratifiedKFold and GroupKFold cut them."""
    found = folds_of(frame, folds=4, split_seed=7, **values)  # type: ignore[arg-type]
    rest = frame.drop(index=found[0].test.tolist())
    theirs = splitter(4, shuffle=True, random_state=seeds(7)[1])
    codes = rest["group"].astype("category").cat.codes if splitter is GroupKFold else None
    expected = [
        (rest.index[training].tolist(), rest.index[validation].tolist())
        for training, validation in theirs.split(rest, rest["label"], codes)
    ]
    assert [(p.training.tolist(), p.validation.tolist()) for p in found] == expected


def test_folds_are_the_same_on_every_machine(frame: pd.DataFrame) -> None:
    """These rows were chosen when the test was written."""
    found = folds_of(frame, folds=3, split_seed=1)
    assert [parts.validation[:4].tolist() for parts in found] == [
        [1, 2, 7, 9],
        [3, 5, 6, 10],
        [8, 15, 19, 20],
    ]
    groups = folds_of(frame, folds=3, split_seed=1, split="groups", split_column="group")
    assert [parts.validation[:4].tolist() for parts in groups] == [
        [2, 4, 5, 7],
        [0, 1, 15, 18],
        [3, 12, 13, 16],
    ]


def test_folds_have_equal_shares(frame: pd.DataFrame) -> None:
    """Folds and the classes in them differ by one row at most; no group is in two folds."""
    found = folds_of(frame, "label", folds=5, split_seed=4)
    labels = [frame["label"].iloc[parts.validation].value_counts() for parts in found]
    assert np.ptp([len(parts.validation) for parts in found]) <= 1
    for label in "abc":
        assert np.ptp([counts[label] for counts in labels]) <= 1
    grouped = folds_of(frame, folds=5, split="groups", split_column="group")
    groups = [set(frame["group"].iloc[parts.validation]) for parts in grouped]
    groups.append(set(frame["group"].iloc[grouped[0].test]))
    assert sum(map(len, groups)) == len(set.union(*groups)) == 20
    assert np.ptp([len(each) for each in groups[:-1]]) <= 1


OF_CLASS = "must have at least 12 rows of each class"


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (
            {"folds": 90},
            "data: must have at least 90 rows outside the test part, one for each fold, but got 81",
        ),
        (
            {"folds": 102, "test": 0.0},
            "data: must have at least 102 rows, one for each fold, but got 101",
        ),
        (
            {"folds": 9, "split": "groups", "split_column": "eight", "test": 0.0},
            "data: must have at least 9 groups, one for each fold, but got 8",
        ),
        (
            {"folds": 12, "target": "label", "test": 0.0},
            f"data, column 'label': {OF_CLASS}, one for each fold, but got 11 of the class 'c'",
        ),
    ],
)
def test_too_many_folds_are_refused(
    frame: pd.DataFrame, values: dict[str, object], problem: str
) -> None:
    """There are at most as many folds as rows, groups, and rows of the smallest class."""
    with pytest.raises(DataError) as caught:
        folds_of(frame.assign(eight=np.arange(ROWS) % 8), **values)  # type: ignore[arg-type]
    assert caught.value.problems == (problem,)


def test_every_fold_has_training_rows_of_each_class(frame: pd.DataFrame) -> None:
    """Where groups decide, a class that is in one fold alone is refused."""
    one = frame.assign(label=np.where(frame["group"] == "g3", "rare", "often"))
    with pytest.raises(DataError) as caught:
        folds_of(one, "label", folds=2, split="groups", split_column="group", test=0.0)
    rule = "must have a training row of each class for each fold, but got none of the class 'rare'"
    assert caught.value.problems == (f"data, column 'label': {rule}",)


def cut(frame: pd.DataFrame, count: int, target: str = "y", **values: object) -> tuple[Parts, ...]:
    """Cut all rows of a frame into folds, with x as the only input."""
    chosen = TableSettings.of({"target": target, "columns": ["x"], **values})
    return cut_rows(check_frame(frame, chosen), count, np.empty(0, dtype=np.intp))


@pytest.mark.parametrize(
    "values",
    [
        {"test": 0.3},
        {"target": "label", "folds": 3},
        {"split": "groups", "split_column": "group"},
        {"split": "time", "split_column": "day"},
    ],
    ids=["share", "classes", "groups", "time"],
)
def test_all_rows_are_cut_into_folds(frame: pd.DataFrame, values: dict[str, Any]) -> None:
    """Each row validates once and trains in all other folds; none tests."""
    found = cut(frame, 4, **values)
    assert len(found) == 4
    held = np.concatenate([parts.validation for parts in found])
    assert sorted(held) == list(range(len(frame)))
    for parts in found:
        assert sorted([*parts.training, *parts.validation]) == list(range(len(frame)))
        assert not len(parts.test)
        if values.get("split") == "groups":
            groups = frame["group"].to_numpy()
            assert not set(groups[parts.training]) & set(groups[parts.validation])
        if values.get("split") == "time":
            times = np.sort(frame["day"].iloc[parts.validation])
            between = frame["day"].iloc[parts.training]
            assert not ((between > times[0]) & (between < times[-1])).any()


@pytest.mark.parametrize("split", ["share", "time"])
def test_test_rows_may_stay_apart(frame: pd.DataFrame, split: str) -> None:
    """The other rows are cut into folds, and the test rows are those of the divided table."""
    values = {"split": split, "split_column": "day"} if split == "time" else {}
    chosen = TableSettings.of({"target": "y", "columns": ["x"], "test": 0.3, **values})
    table = check_frame(frame, chosen)
    test = split_rows(table)[0].test
    found = cut_rows(table, 4, test)
    held = np.concatenate([parts.validation for parts in found])
    assert sorted([*held, *test]) == list(range(len(frame)))
    assert all(np.array_equal(parts.test, test) for parts in found)


def test_rows_of_rare_classes_train_in_all_folds(frame: pd.DataFrame) -> None:
    """A class with three rows is not validated by four folds, which share the other rows."""
    kinds = pd.Series(["a"] * len(frame))
    kinds[:3] = "b"
    found = cut(frame.assign(label=kinds), 4, "label")
    assert len(found) == 4
    assert all({0, 1, 2} <= set(parts.training.tolist()) for parts in found)
    held = np.concatenate([parts.validation for parts in found])
    assert sorted(held) == list(range(3, len(frame)))
    kinds = pd.Series([f"k{place // 3}" for place in range(len(frame))])
    [parts] = cut(frame.assign(label=kinds), 4, "label")
    assert np.array_equal(parts.training, parts.validation)
    assert len(parts.training) == len(frame)


def test_many_rows_are_not_cut() -> None:
    """Of more than 50,000 rows, all train and validate."""
    many = pd.DataFrame({"x": np.arange(50_001.0), "y": np.arange(50_001.0)})
    [parts] = cut(many, 4)
    assert np.array_equal(parts.training, parts.validation)
    assert len(cut(many[:-1], 4)) == 4
