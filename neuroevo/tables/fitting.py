"""Fits preparations to the training rows of a table with scikit-learn. Prepares no rows.

Every fitted number is rounded before it is used, since its last digits differ between processors.
"""

from collections.abc import Callable, Sequence

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import (
    OneHotEncoder,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from neuroevo.decimals import exponent
from neuroevo.errors import DataError, UsageError
from neuroevo.tables.cells import Floats, in_order
from neuroevo.tables.checking import Table
from neuroevo.tables.kinds import Column
from neuroevo.tables.preparation import Preparation
from neuroevo.tables.problems import column_line, listed, shown_value
from neuroevo.tables.records import BooleanInput, CategoryInput, Input, NumberInput, Target
from neuroevo.tables.settings import TableSettings
from neuroevo.tables.splitting import Rows
from neuroevo.tables.weights import column_weights

KNOTS = 100  # of a quantile scaling, at most
DIGITS = 9  # of a fitted number, or of its part that matters beside the spread of the column
MOST_DIGITS = 12  # of a fitted number; the others may differ between processors
SMALLEST = 1e-200  # of fitted numbers; others become 0, so that no slope between two is infinite
MOST_GATHERED = 1000  # rare categories that are kept by name


def fit(table: Table, folds: Sequence[Rows]) -> tuple[Preparation, ...]:
    """Fit all that is needed to prepare rows to the training rows of each fold.

    Every number is fitted to the training rows of one fold alone. Which inputs there are must be
    the same in all folds, as their networks have one architecture: so which categories there are
    and which of them are rare, and which columns have an indicator, depends on the inputs of the
    training rows of all folds together. Columns whose training cells are all equal in a fold are
    left out, and columns of which all categories are rare, unless they have an indicator. Rows
    count as much as a column of weights says, but for shares of categories.

    Parameters
    ----------
    table
        A checked table.
    folds
        The places of the training rows of each fold, arrays (training rows,).

    Returns
    -------
    The preparation of each fold.

    Raises
    ------
    DataError
        One line for each column that can't be fitted; if no column is left.
    """
    all_rows = folds[0] if len(folds) == 1 else np.unique(np.concatenate(folds))
    kept = [
        column
        for column in map(table.columns.__getitem__, table.inputs)
        if all(_is_kept(column, rows, table.settings) for rows in folds)
    ]
    lines: list[str] = []
    inputs = [_fit_inputs(table, kept, rows, all_rows, lines) for rows in folds]
    if not inputs[0] and not lines:
        rule = "must have an input with at least two different values in the training rows"
        hint = f" (and a category in at least a share of {table.settings.rare})" * bool(kept)
        lines.append(f"{table.name}: {rule}{hint}, but got none")
    targets = [
        [_fit_target(table, each, rows, lines) for each in table.settings.target] for rows in folds
    ]
    if lines:  # the same ones of several folds once
        raise DataError(*listed(table.name, list(dict.fromkeys(lines))))
    try:
        return tuple(
            Preparation(
                inputs=tuple(fitted),
                unseen=table.settings.unseen,
                targets=tuple(scaled),
                classes=table.classes.labels if table.classes else (),
            )
            for fitted, scaled in zip(inputs, targets, strict=True)
        )
    except UsageError as error:  # columns whose inputs would have the same name
        raise DataError(*error.named(table.name).problems) from None


def _fit_inputs(
    table: Table, columns: Sequence[Column], rows: Rows, all_rows: Rows, lines: list[str]
) -> list[Input]:
    """Fit columns to the training rows of a fold; adds a line for each that can't be fitted.

    The training rows of all folds decide which inputs there are.
    """
    fitted = list[Input]()
    for column in columns:
        try:
            found = _fit_input(column, rows, all_rows, table)
        except DataError as error:
            lines += error.problems
            continue
        if found is not None:
            fitted.append(found)
    return fitted


def _is_kept(column: Column, rows: Rows, settings: TableSettings) -> bool:
    missing = np.isnan(column.array[rows])
    indicated = settings.missing_indicator and missing.any() and not missing.all()
    return not is_constant(column.array[rows]) or bool(indicated)


def is_constant(values: Floats) -> bool:
    """Whether a column has no two different values, missing ones apart."""
    present = values[~np.isnan(values)]
    return not len(present) or bool((present == present[0]).all())


def _fit_input(column: Column, rows: Rows, all_rows: Rows, table: Table) -> Input | None:
    """Fit a column to the training rows of a fold; None if it has nothing to learn from."""
    settings = table.settings
    values, weights = column.array[rows], column_weights(table, rows)
    indicator = settings.missing_indicator and bool(np.isnan(column.array[all_rows]).any())
    if column.categories is not None:
        return _fit_categories(column, rows, all_rows, table, indicator=indicator)
    strategy = settings.missing if column.kind == "number" else "most_frequent"
    strategy = "refuse" if settings.missing == "refuse" else strategy
    filled, fill = _filled(values, strategy, weights)
    if column.kind == "boolean":
        return BooleanInput(
            name=column.name, fill=None if fill is None else bool(fill), indicator=indicator
        )
    number = NumberInput(name=column.name, fill=fill, indicator=indicator)
    if settings.scaling == "quantile" and not is_constant(filled):
        knots = fit_knots(filled, weights)
        if knots[0] < knots[-1]:
            return number.replace(knots=knots)
    offset, scale = FITS[settings.scaling](filled, weights)
    return number.replace(offset=offset, scale=scale)


def _filled(values: Floats, strategy: str, weights: Floats | None) -> tuple[Floats, float | None]:
    """Fill missing values; return them, and what they are filled with."""
    if strategy == "refuse":
        return values, None
    missing = np.isnan(values)
    present = values[~missing]
    if weights is None:
        imputer = SimpleImputer(strategy=strategy).fit(values[:, np.newaxis])
        found = float(imputer.statistics_[0])
    elif strategy == "median":
        found = float(_weighted_quantiles(present, [0.5], weights[~missing])[0])
    else:
        distinct, places = np.unique(present, return_inverse=True)
        found = float(distinct[np.argmax(np.bincount(places, weights[~missing]))])
    fill = rounded(found, float(np.ptp(present)))
    return np.where(missing, fill, values), fill


def _fit_categories(
    column: Column, rows: Rows, all_rows: Rows, table: Table, *, indicator: bool
) -> CategoryInput | None:
    settings, read = table.settings, column.categories
    assert read is not None  # noqa: S101 - callers check it; mypy can't know
    used = np.unique(read.codes[all_rows])
    names = in_order(read.names[code] for code in used if code >= 0)  # of the training rows alone
    places = read.places_in(names).astype(np.float64)
    places[places < 0] = np.nan
    strategy = "refuse" if settings.missing == "refuse" else "most_frequent"
    filled, fill = _filled(places[all_rows], strategy, column_weights(table, all_rows))
    if rows is not all_rows:
        _, fill = _filled(places[rows], strategy, column_weights(table, rows))
    encoder = OneHotEncoder(min_frequency=settings.rare or None).fit(filled[:, np.newaxis])
    rare = encoder.infrequent_categories_[0] if settings.rare else None
    gathered = {names[int(place)] for place in rare} if rare is not None else set()
    kept = tuple(name for name in names if name not in gathered)
    if not kept and not indicator:
        return None
    by_name = settings.unseen != "rare"
    if by_name and len(gathered) > MOST_GATHERED:
        rule = f"must have at most {MOST_GATHERED:,} rare categories unless unseen = 'rare'"
        text = f"{rule}, but got {len(gathered):,}"
        raise DataError(column_line(table.name, column.name, text))
    return CategoryInput(
        name=column.name,
        fill=None if fill is None else names[int(fill)],
        indicator=indicator,
        categories=kept,
        gathers=bool(gathered),
        gathered=tuple(name for name in names if name in gathered) if by_name else (),
    )


def _fit_target(table: Table, name: str, rows: Rows, lines: list[str]) -> Target:
    if table.classes is not None:
        return Target(name=name)
    values = table.columns[name].array[rows]
    if is_constant(values):
        rule = "must have at least two different values in the training rows"
        text = f"{rule}, but got only {shown_value(float(values[0]))}"
        lines.append(column_line(table.name, name, text))
    offset, scale = FITS[table.settings.target_scaling](values, column_weights(table, rows))
    return Target(name=name, offset=offset, scale=scale)


def rounded(value: float, spread: float = 0.0) -> float:
    """Round a fitted number to nine significant digits, to more if the spread needs them.

    A number that is large beside the spread of its column is rounded to nine digits of the spread,
    to at most twelve digits.

    Examples
    --------
    >>> rounded(1234567.890123), rounded(1234567.890123, spread=1), rounded(0.12345678912)
    (1234567.89, 1234567.89012, 0.123456789)
    """
    if abs(value) < SMALLEST:
        return 0.0
    size = exponent(value)
    places = DIGITS - 1 - (min(size, exponent(spread)) if spread else size)
    return round(value, min(places, MOST_DIGITS - 1 - size))


def fit_standard(values: Floats, weights: Floats | None) -> tuple[float, float]:
    """Return mean and standard deviation; the latter 1 if all values are about equal."""
    scaler = StandardScaler().fit(values[:, np.newaxis], sample_weight=weights)
    scale = rounded(float(scaler.scale_[0]))
    return rounded(float(scaler.mean_[0]), scale), scale


def fit_robust(values: Floats, weights: Floats | None) -> tuple[float, float]:
    """Return median and interquartile range; the standard deviation if that range is 0."""
    if weights is None:
        scaler = RobustScaler().fit(values[:, np.newaxis])
        lower, upper = np.percentile(values, (25, 75))
        center, width = float(scaler.center_[0]), float(scaler.scale_[0])
    else:
        lower, center, upper = _weighted_quantiles(values, [0.25, 0.5, 0.75], weights)
        width = upper - lower
    scale = rounded(width) if lower < upper else fit_standard(values, weights)[1]
    return rounded(center, scale), scale


def fit_knots(values: Floats, weights: Floats | None) -> tuple[float, ...]:
    """Return quantiles at equal distances, at most 100."""
    count, spread = min(KNOTS, len(values)), float(np.ptp(values))
    if weights is None:
        transformer = QuantileTransformer(n_quantiles=count, subsample=None)
        found = transformer.fit(values[:, np.newaxis]).quantiles_[:, 0].tolist()
    else:
        found = _weighted_quantiles(values, np.linspace(0, 1, count).tolist(), weights)
    return tuple(rounded(float(knot), spread) for knot in found)


def _weighted_quantiles(values: Floats, shares: Sequence[float], weights: Floats) -> list[float]:
    """Return the least values up to which there are these shares of the weights."""
    found = np.quantile(values, shares, method="inverted_cdf", weights=weights)
    return [float(each) for each in found]


FITS: dict[str, Callable[[Floats, Floats | None], tuple[float, float]]] = {
    "standard": fit_standard,
    "robust": fit_robust,
    "quantile": fit_standard,  # of a column without a spread of quantiles
    "none": lambda *_: (0.0, 1.0),
}
