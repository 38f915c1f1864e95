"""Trained networks that can be written in other formats, and read again."""

from pathlib import Path

from neuroevo.export.description import describe
from neuroevo.export.formats import format_named
from neuroevo.export.reading import read
from neuroevo.learning import Network
from neuroevo.tables import TableModel


def _to(self: Network | TableModel, form: str) -> str | bytes:
    """Write the network in another format, together with all that its raw inputs need.

    Parameters
    ----------
    form
        One of `neuroevo.export.FORMATS`: ``onnx``, ``torch``, ``sklearn``, ``json``, ``js`` or
        ``c``. The beginning of each file says how it is used; `neuroevo.load` reads the JSON.

    Returns
    -------
    The content of the file: bytes for ``onnx`` and ``sklearn``, else a text.

    Raises
    ------
    UsageError
        If there is no such format.
    NeuroevoError
        If the format can't hold this network, or a package that writes it is not installed.

    Examples
    --------
    >>> Path("network.onnx").write_bytes(run.champion().to("onnx"))  # doctest: +SKIP
    """
    return format_named(form).write(describe(self))


class ExportableNetwork(Network):
    """A trained `Network` that can be written in other formats."""

    __slots__ = ()
    to = _to


class ExportableTableModel(TableModel):
    """A trained network for the rows of a table that can be written in other formats."""

    __slots__ = ()
    to = _to


def load(path: str | Path) -> ExportableNetwork | ExportableTableModel:
    """Read a trained network from a file that ``champion().to("json")`` gave.

    Parameters
    ----------
    path
        A JSON file; docs/exports.md describes it, for those who write one by hand.

    Returns
    -------
    The network, which predicts the same to the bit.

    Raises
    ------
    NeuroevoError
        One line for each problem of the file.

    Examples
    --------
    >>> neuroevo.load("network.json").predict(X)  # doctest: +SKIP
    """
    return exportable(read(Path(path)))


def exportable(model: Network | TableModel) -> ExportableNetwork | ExportableTableModel:
    """Return the same network, so that it can be written in other formats."""
    if isinstance(model, TableModel):
        return ExportableTableModel(model.network, model.preparation)
    return ExportableNetwork(model.architecture, model.parameters, model.columns)
