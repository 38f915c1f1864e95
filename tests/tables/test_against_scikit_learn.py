"""scikit-learn's transformers, with our rounded numbers, give the same inputs to the bit."""

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.preprocessing import (
    OneHotEncoder,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn.utils.class_weight import compute_class_weight

from neuroevo.tables import PreparedTable, TableSettings, prepare
from neuroevo.tables.fitting import rounded
from neuroevo.tables.records import UNIFORM_SPREAD, CategoryInput, NumberInput

ROWS = 400


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """Make a frame with numbers of different distributions and with rare categories."""
    random = np.random.default_rng(2)
    frame = pd.DataFrame(
        {
            "normal": random.normal(3, 20, ROWS),
            "skewed": random.lognormal(0, 2, ROWS),
            "equal": np.round(random.normal(size=ROWS)),
            "large": random.normal(1.7e9, 1000, ROWS),
            "word": random.choice(list("abcdefgh"), ROWS, p=[0.5, 0.3, 0.1, 0.06, *[0.01] * 4]),
            "y": random.normal(size=ROWS),
            "label": random.choice(["a", "b", "c"], ROWS, p=[0.6, 0.3, 0.1]),
        }
    )
    frame.loc[random.choice(ROWS, 30, replace=False), "skewed"] = np.nan
    frame.loc[random.choice(ROWS, 30, replace=False), "word"] = None
    return frame


NUMBERS = ["normal", "skewed", "equal", "large"]


def prepared(frame: pd.DataFrame, **values: object) -> PreparedTable:
    """Prepare the numbers of a frame."""
    common: dict[str, object] = {"target": "y", "columns": NUMBERS, "missing": "median"}
    return prepare(frame, TableSettings.of(common | values))


def near(ours: float, theirs: float) -> bool:
    """Whether a number is another one, rounded to nine digits."""
    return abs(ours - theirs) <= 1e-8 * abs(theirs)


@pytest.mark.parametrize("strategy", ["median", "most_frequent"])
@pytest.mark.parametrize("scaling", ["standard", "robust", "quantile"])
def test_scaled_numbers_are_those_of_scikit_learn(
    frame: pd.DataFrame, scaling: str, strategy: str
) -> None:
    """Fills and scalers are near theirs; with the rounded numbers all inputs are equal."""
    table = prepared(frame, scaling=scaling, missing=strategy)
    raw = frame[NUMBERS].to_numpy()
    training, validation = raw[table.training.rows], raw[table.validation.rows]
    imputer = SimpleImputer(strategy=strategy).fit(training)
    scaler = {
        "standard": StandardScaler(),
        "robust": RobustScaler(),
        "quantile": QuantileTransformer(n_quantiles=100, subsample=None),
    }[scaling].fit(imputer.transform(training))
    records = [each for each in table.preparation.inputs if isinstance(each, NumberInput)]
    for place, record in enumerate(records):
        assert record.fill is not None
        assert near(record.fill, imputer.statistics_[place])
        imputer.statistics_[place] = record.fill
        if scaling == "quantile":
            theirs = scaler.quantiles_[:, place]
            assert all(map(near, record.knots, theirs))
            scaler.quantiles_[:, place] = record.knots
        else:
            centre = "mean_" if scaling == "standard" else "center_"
            assert near(record.offset, getattr(scaler, centre)[place])
            assert near(record.scale, scaler.scale_[place])
            getattr(scaler, centre)[place] = record.offset
            scaler.scale_[place] = record.scale
    for rows, part in ((training, table.training), (validation, table.validation)):
        expected = scaler.transform(imputer.transform(rows))
        if scaling == "quantile":
            expected = (expected - 0.5) * UNIFORM_SPREAD
        assert part.inputs.tobytes() == expected.tobytes()


@pytest.mark.parametrize("scaling", ["standard", "robust"])
def test_scaled_targets_are_those_of_scikit_learn(frame: pd.DataFrame, scaling: str) -> None:
    """Targets and their inverse equal theirs, with the rounded numbers."""
    table = prepared(frame, target_scaling=scaling)
    raw = frame[["y"]].to_numpy()[table.training.rows]
    scaler = (StandardScaler() if scaling == "standard" else RobustScaler()).fit(raw)
    [target] = table.preparation.targets
    centre = "mean_" if scaling == "standard" else "center_"
    assert near(target.scale, scaler.scale_[0])
    setattr(scaler, centre, np.array([target.offset]))
    scaler.scale_ = np.array([target.scale])
    assert table.training.targets.tobytes() == scaler.transform(raw).tobytes()
    outputs = np.linspace(-3, 3, 11)[:, np.newaxis]
    ours = table.preparation.target_scaling.raw(outputs)
    assert ours.tobytes() == scaler.inverse_transform(outputs).tobytes()


@pytest.mark.parametrize("rare", [0.0, 0.05])
def test_categories_are_those_of_scikit_learn(frame: pd.DataFrame, rare: float) -> None:
    """Fills, rare categories, unseen categories and indicators equal theirs."""
    table = prepared(frame, columns=["word"], rare=rare, missing_indicator=True)
    raw = frame[["word"]].astype("object").where(frame[["word"]].notna(), np.nan).to_numpy()
    training, validation = raw[table.training.rows], raw[table.validation.rows]
    imputer = SimpleImputer(strategy="most_frequent").fit(training)
    encoder = OneHotEncoder(
        min_frequency=rare or None, handle_unknown="infrequent_if_exist", sparse_output=False
    ).fit(imputer.transform(training))
    indicator = MissingIndicator(features="all").fit(training)
    [record] = table.preparation.inputs
    assert isinstance(record, CategoryInput)
    assert record.fill == imputer.statistics_[0]
    for rows, part in ((training, table.training), (validation, table.validation)):
        encoded = encoder.transform(imputer.transform(rows))
        expected = np.hstack([encoded, indicator.transform(rows)]).astype(np.float64)
        assert part.inputs.tobytes() == np.ascontiguousarray(expected).tobytes()


def test_a_column_named_balanced_is_an_input(frame: pd.DataFrame) -> None:
    """Classes may weigh equally in a table that has a column of that name."""
    named = frame.assign(balanced=np.arange(len(frame)))
    for chosen in ({"columns": ["balanced"]}, {"columns": [], "missing": "median"}):
        table = prepared(named, target="label", weight="balanced", **chosen)
        assert "balanced" in table.preparation.columns.inputs


def test_balanced_weights_are_those_of_scikit_learn(frame: pd.DataFrame) -> None:
    """Balanced weights equal those of compute_class_weight for the training rows.

    Those of validation rows are the same for each class, and test rows have none.
    """
    table = prepared(frame, target="label", weight="balanced")
    labels, validated = (
        frame["label"].to_numpy()[part.rows] for part in (table.training, table.validation)
    )
    classes = np.array(table.preparation.classes)
    by_class = dict(
        zip(classes, compute_class_weight("balanced", classes=classes, y=labels), strict=True)
    )
    training, validation, test = table.weights
    assert training is not None
    assert training.tolist() == [by_class[label] for label in labels]
    assert training.sum() == pytest.approx(len(labels))
    assert validation is not None
    assert validation.tolist() == [by_class[label] for label in validated]
    assert test is None


def test_a_column_without_interquartile_range_has_its_standard_deviation() -> None:
    """Robust scaling of a column that is mostly 0 does not leave it unscaled."""
    frame = pd.DataFrame({"x": [0.0] * 90 + [1000.0] * 10, "y": range(100)})
    table = prepare(frame, TableSettings(target=("y",), scaling="robust"))
    [record] = table.preparation.inputs
    assert isinstance(record, NumberInput)
    values = frame["x"].to_numpy()[table.training.rows]
    assert (record.offset, record.scale) == (0.0, rounded(float(values.std())))


ROUNDED = [
    (1234567.890123456, 0.0, 1234567.89),
    (1234567.890123456, 0.001, 1234567.89012),
    (0.1 + 0.2, 1.0, 0.3),
    (-1.23456789012e-7, 1e-7, -1.23456789e-7),
    (0.0, 1.0, 0.0),
    (1e-250, 1.0, 0.0),
]


@pytest.mark.parametrize(("value", "spread", "expected"), ROUNDED)
def test_fitted_numbers_are_rounded(value: float, spread: float, expected: float) -> None:
    """Nine digits are kept, and up to twelve if the spread of the column is small."""
    assert rounded(value, spread) == expected
