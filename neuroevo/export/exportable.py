"""Trained networks that can be written in other formats, saved, and read again."""

from pathlib import Path

from neuroevo.export.description import describe
from neuroevo.export.formats import format_named
from neuroevo.export.reading import read
from neuroevo.files import absolute
from neuroevo.learning import Ensemble, Network
from neuroevo.storage.atomic import write_atomically
from neuroevo.tables import TableModel


class Exportable:
    """What a trained network is written as; mixed into `Network`, `Ensemble` and `TableModel`."""

    __slots__ = ()

    def to(self, form: str) -> str | bytes:
        """Write the network in another format, together with all that its raw inputs need.

        Parameters
        ----------
        form
            One of `neuroevo.export.FORMATS`: ``safetensors``, ``onnx``, ``torch``, ``sklearn``,
            ``json``, ``js`` or ``c``. `neuroevo.load` reads ``safetensors`` and ``json``; the
            beginning of each other file says how it is used.

        Returns
        -------
        The content of the file: bytes for ``safetensors``, ``onnx`` and ``sklearn``, else a text.

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
        if not isinstance(self, Network | Ensemble | TableModel):
            raise TypeError("must be mixed into a trained network")
        return format_named(form).write(describe(self))

    def save(self, path: str | Path) -> None:
        """Write the network to a file that `neuroevo.load` reads.

        Raises
        ------
        StorageError
            If the file can't be written.
        """
        write_atomically(absolute(path), self.to("safetensors"))


class ExportableNetwork(Exportable, Network):
    """A trained `Network` that can be written in other formats."""

    __slots__ = ()


class ExportableEnsemble(Exportable, Ensemble):
    """Trained networks whose outputs are averaged, and that can be written in other formats."""

    __slots__ = ()


class ExportableTableModel(Exportable, TableModel):
    """A trained network for the rows of a table that can be written in other formats."""

    __slots__ = ()


ExportableModel = ExportableNetwork | ExportableEnsemble | ExportableTableModel


def load(path: str | Path) -> ExportableModel:
    """Read a trained network from a model file or from JSON.

    Parameters
    ----------
    path
        A file that ``save`` or ``neuroevo train`` wrote, or ``to("json")`` gave; docs/exports.md
        describes the JSON, for those who write one by hand.

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
    return exportable(read(absolute(path)))


def exportable(model: Network | Ensemble | TableModel) -> ExportableModel:
    """Return the same network, so that it can be written in other formats."""
    if isinstance(model, TableModel):
        return ExportableTableModel(model.network, model.preparation)
    if isinstance(model, Ensemble):
        return ExportableEnsemble(model.networks)
    return ExportableNetwork(model.architecture, model.parameters, model.columns)
