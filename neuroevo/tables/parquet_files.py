"""Reads a table from a Parquet file with pyarrow, which is an extra. Knows no roles of columns."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from neuroevo.errors import DataError
from neuroevo.files import StrangeFileError, opened
from neuroevo.settings import printable
from neuroevo.tables.checking import used_columns
from neuroevo.tables.limits import MOST_CELLS, MOST_COLUMNS
from neuroevo.tables.problems import column_line, listed

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_INDEX_NAME = "__index_level_"  # of the columns in which pandas stores the index of a frame


def read_parquet(path: Path, most_bytes: int, columns: Sequence[str] = ()) -> pd.DataFrame:
    """Read a Parquet file; rows count from 1. The stored index of a frame is left out.

    Parameters
    ----------
    path
        The file.
    most_bytes
        How many bytes it may have, also when it is unpacked.
    columns
        Names of those that are read; the others are not checked. None: all.

    Raises
    ------
    DataError
        If pyarrow is missing; if the file can't be read, is too large, also when it is unpacked,
        or has nested columns. What it says of its size is checked before its cells are read.
    """
    name = printable(str(path))
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra, which few need
        import pyarrow.parquet as pq  # noqa: PLC0415 - as above
    except ImportError:
        rule = "Parquet needs pyarrow, install neuroevo[parquet]"
        raise DataError(f"{name}: can't be read ({rule})") from None
    try:
        with opened(path, most_bytes) as (file, _):
            # Text stays in its dictionary: a small file may repeat a long text very often.
            parquet = pq.ParquetFile(file)
            labels = parquet.schema_arrow.names
            places = used_columns(labels, columns, name).values() if columns else range(len(labels))
            fields = [parquet.schema_arrow.field(place) for place in places]
            _check_metadata(parquet, fields, name, most_bytes)
            texts = [field.name for field in fields if _is_text(field.type)]
            names = [field.name for field in fields] if columns else None
            read = pq.ParquetFile(file, read_dictionary=texts).read(names)
        return _frame(read, texts)
    except OSError as error:
        first = printable((error.strerror or str(error)).partition("\n")[0])
        raise DataError(f"{name}: can't be read ({first})") from None
    except StrangeFileError as error:
        raise DataError(f"{name}: {error}") from None
    except (pa.ArrowException, ValueError, OverflowError) as error:
        first = printable(str(error).partition("\n")[0])
        raise DataError(f"{name}: must be a Parquet file, but got: {first}") from None


def parquet_names(path: Path) -> tuple[str, ...]:
    """Return the names of all columns of a Parquet file that can be read."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - an extra, which few need

    return tuple(name for name in pq.read_schema(path).names if not name.startswith(_INDEX_NAME))


def _check_metadata(
    parquet: "pq.ParquetFile", fields: "Sequence[pa.Field]", name: str, most_bytes: int
) -> None:
    import pyarrow as pa  # noqa: PLC0415 - as above

    metadata = parquet.metadata
    rule = "must not be nested"
    lines = [
        column_line(name, field.name, f"{rule}, but got {printable(str(field.type))[:60]}")
        for field in fields
        if pa.types.is_nested(field.type)
    ]
    names = {field.name for field in fields}
    groups = [metadata.row_group(group) for group in range(metadata.num_row_groups)]
    cells = [group.column(place) for group in groups for place in range(group.num_columns)]
    unpacked = sum(each.total_uncompressed_size for each in cells if each.path_in_schema in names)
    sizes = (
        ("columns", len(fields), MOST_COLUMNS),
        ("cells", len(fields) * metadata.num_rows, MOST_CELLS),
        ("bytes when unpacked", unpacked, most_bytes),
    )
    lines += [
        f"{name}: must have at most {most:,} {unit}, but got {size:,}"
        for unit, size, most in sizes
        if size > most
    ]
    if lines:
        raise DataError(*listed(name, lines))


def _is_text(kind: "pa.DataType") -> bool:
    import pyarrow as pa  # noqa: PLC0415 - as above

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _frame(read: "pa.Table", texts: list[str]) -> pd.DataFrame:
    import pyarrow as pa  # noqa: PLC0415 - as above

    for place, field in enumerate(read.schema):
        if pa.types.is_decimal(field.type):
            read = read.set_column(place, field.name, read.column(place).cast(pa.float64()))
    frame: pd.DataFrame = read.to_pandas(ignore_metadata=True, split_blocks=True)
    stored = [label for label in frame.columns if str(label).startswith(_INDEX_NAME)]
    frame = frame.drop(columns=stored).set_axis(pd.RangeIndex(1, len(frame) + 1), axis=0)
    for place, label in enumerate(frame.columns):
        if label in texts:
            texts_of_rows: Any = _text(frame.iloc[:, place])  # stubs know no series here
            frame.isetitem(place, texts_of_rows)
    return frame


def _text(column: pd.Series) -> pd.Series:
    """Return a column of categories as objects, of which equal ones are the same."""
    distinct = np.array([*column.cat.categories, None], dtype=object)
    return pd.Series(distinct[column.cat.codes], index=column.index, dtype="object")
