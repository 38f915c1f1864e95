"""Turns a user's table into arrays for networks, and remembers all that it fitted.

Knows files, columns and rows; neither networks nor tasks. Importing this package loads neither
pandas nor scikit-learn: the names that need them are loaded when they are first used.
"""

import importlib
from typing import TYPE_CHECKING

from neuroevo.tables.model import TableModel
from neuroevo.tables.preparation import Preparation
from neuroevo.tables.settings import SUFFIXES, TableSettings

if TYPE_CHECKING:
    from neuroevo.tables.applying import raw_numbers, unused_notes
    from neuroevo.tables.checking import Table, check_frame
    from neuroevo.tables.fitting import fit
    from neuroevo.tables.frames import are_texts, frame_of, frame_of_inputs, free_name
    from neuroevo.tables.kinds import ColumnDescription, describe
    from neuroevo.tables.prepared import (
        Part,
        PreparedFold,
        PreparedTable,
        prepare,
        prepared_targets,
    )
    from neuroevo.tables.reading import column_names, is_parquet, read_table
    from neuroevo.tables.splitting import Parts, split_rows
    from neuroevo.tables.weights import column_weights, divided_rows

__all__ = [
    "SUFFIXES",
    "ColumnDescription",
    "Part",
    "Parts",
    "Preparation",
    "PreparedFold",
    "PreparedTable",
    "Table",
    "TableModel",
    "TableSettings",
    "are_texts",
    "check_frame",
    "column_names",
    "column_weights",
    "describe",
    "divided_rows",
    "fit",
    "frame_of",
    "frame_of_inputs",
    "free_name",
    "is_parquet",
    "prepare",
    "prepared_targets",
    "raw_numbers",
    "read_table",
    "split_rows",
    "unused_notes",
]

_MODULES = {
    "applying": ("raw_numbers", "unused_notes"),
    "checking": ("Table", "check_frame"),
    "fitting": ("fit",),
    "frames": ("are_texts", "frame_of", "frame_of_inputs", "free_name"),
    "kinds": ("ColumnDescription", "describe"),
    "prepared": ("Part", "PreparedFold", "PreparedTable", "prepare", "prepared_targets"),
    "reading": ("column_names", "is_parquet", "read_table"),
    "splitting": ("Parts", "split_rows"),
    "weights": ("column_weights", "divided_rows"),
}


def __getattr__(name: str) -> object:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
