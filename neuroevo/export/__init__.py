"""Trained networks in other formats: one file each, one table.

Knows networks and how their raw rows are prepared; neither runs nor tasks. Importing this package
loads none of the libraries that a format needs.
"""

from neuroevo.export.exportable import (
    ExportableEnsemble,
    ExportableModel,
    ExportableNetwork,
    ExportableTableModel,
    exportable,
    load,
)
from neuroevo.export.formats import FORMATS, Format

__all__ = [
    "FORMATS",
    "ExportableEnsemble",
    "ExportableModel",
    "ExportableNetwork",
    "ExportableTableModel",
    "Format",
    "exportable",
    "load",
]
