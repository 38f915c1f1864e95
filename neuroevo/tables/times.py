"""The times of a column by which rows are divided: numbers, or dates with or without a time.

Knows one column; does not know which rows are trained on.
"""

import math
from decimal import Decimal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from neuroevo.tables.cells import factorized, is_number, is_whole
from neuroevo.tables.kinds import Column


def time_places(column: Column) -> NDArray[np.int64]:
    """Return the place of each row's time among the different ones, the earliest first; (rows,).

    All digits of whole numbers, texts, decimals and dates count; files are read with numbers of
    double precision unless they are whole. -1 for cells that are no times: neither finite numbers
    nor ISO dates.
    """
    codes, distinct = factorized(column.given)
    times = [_number(cell) for cell in distinct]
    if column.kind != "number" and None in times:
        return _of_dates(column.given)
    different = sorted({time for time in times if time is not None})
    places = {time: place for place, time in enumerate(different)}
    of_distinct = [-1 if time is None else places[time] for time in times]
    return np.array([*of_distinct, -1], dtype=np.int64)[codes]


def _number(cell: object) -> int | float | Decimal | None:
    """Return a cell as a number with all its digits; None if it is no finite number."""
    if isinstance(cell, str):
        text = cell.strip()
        if not is_number(text):
            return None
        return int(text) if is_whole(text) else _exact(text)
    if isinstance(cell, int | np.integer) and not isinstance(cell, bool):
        return int(cell)
    if isinstance(cell, Decimal):
        return cell if cell.is_finite() else None
    return _finite(float(cell)) if isinstance(cell, float | np.floating) else None


def _exact(text: str) -> Decimal | None:
    """Return a number in a text with all its digits; None if it is beyond those of floats."""
    return Decimal(text) if math.isfinite(float(text)) else None


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _of_dates(given: "pd.Series") -> NDArray[np.int64]:
    if not pd.api.types.is_datetime64_any_dtype(given.dtype):
        given = given.astype("object").map(
            lambda cell: None if pd.isna(cell) else str(cell).strip()
        )
    read = pd.to_datetime(given, format="ISO8601", utc=True, errors="coerce")
    ranks = read.rank(method="dense").to_numpy(np.float64, na_value=np.nan)
    return np.where(np.isnan(ranks), 0, ranks).astype(np.int64) - 1


def without_zone(column: Column) -> str:
    """Return a warning if only some times have a time zone; empty otherwise."""
    if column.kind == "number":
        return ""
    present = column.given[~column.missing].astype("str").str.strip()
    count = int((~present.str.contains(_ZONE)).sum())
    if not 0 < count < len(present):
        return ""
    return f"{count:,} of {len(present):,} times have no time zone, and are taken for UTC"


_ZONE = r"(?:Z|:\d\d[+-]\d\d:?\d\d|\d[+-]\d\d:\d\d)$"
