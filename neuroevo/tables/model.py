"""A trained network with the preparation of its table: predicts raw rows."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuroevo.errors import DataError
from neuroevo.learning.network import Ensemble, Network
from neuroevo.tables.preparation import Preparation

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class TableModel:
    """A trained network for the raw rows of a table.

    Parameters
    ----------
    network
        The network, whose inputs are prepared values; or several, whose outputs are averaged.
    preparation
        How rows are prepared.
    """

    network: Network | Ensemble
    preparation: Preparation

    @property
    def classes_(self) -> NDArray[Any]:
        """The labels of the classes as they were given, in their order.

        Raises
        ------
        AttributeError
            If the model is for a regression.
        """
        if not self.preparation.classes:
            raise AttributeError("classes_: the model is for a regression, which has no classes")
        return np.array(self.preparation.classes)

    def predict(self, X: "pd.DataFrame | ArrayLike", name: str = "X") -> NDArray[Any]:  # noqa: N803 - the field's name
        """Predict the targets of rows.

        Parameters
        ----------
        X
            Raw rows: a data frame with at least the columns of the inputs, in any order, or an
            array whose columns are named x1, x2, …, as in `neuroevo.fit`.
        name
            What problems call the rows.

        Returns
        -------
        For classes the most probable one of each row, array (rows,), see `classes_`. For a
        regression array (rows,), or (rows, targets) if there are several.

        Raises
        ------
        DataError
            One line for each problem: columns that are missing, cells that can't be used.
        """
        outputs = self._outputs(X, name)
        if self.preparation.classes:
            return np.asarray(self.classes_[outputs.argmax(axis=1)])
        return outputs[:, 0] if outputs.shape[1] == 1 else outputs

    def notes(self, X: "pd.DataFrame | ArrayLike", name: str = "X") -> list[str]:  # noqa: N803 - as above
        """Return a line for what is new or missing in rows that can be predicted.

        Parameters and errors are those of `predict`.
        """
        from neuroevo.tables.frames import frame_of_inputs  # noqa: PLC0415 - loads pandas

        return self.preparation.notes(frame_of_inputs(X), name)

    def predict_proba(
        self,
        X: "pd.DataFrame | ArrayLike",  # noqa: N803 - as above
        name: str = "X",
    ) -> NDArray[np.float64]:
        """Return the probability of each of `classes_`, array (rows, classes).

        Raises
        ------
        DataError
            As for `predict`; also if the model is for a regression.
        """
        if not self.preparation.classes:
            raise DataError("predict_proba: must be for classes, but the model is for a regression")
        return self._outputs(X, name)

    def _outputs(self, rows: "pd.DataFrame | ArrayLike", name: str) -> NDArray[np.float64]:
        from neuroevo.tables.frames import frame_of_inputs  # noqa: PLC0415 - loads pandas

        inputs = self.preparation.prepare_inputs(frame_of_inputs(rows), name)
        outputs = np.asarray(self.network.predict(inputs), dtype=np.float64)
        wrong = ~np.isfinite(outputs).all(axis=1)
        if wrong.any():
            place = int(np.argmax(wrong))
            rule = "must be closer to the training rows for a finite prediction"
            raise DataError(f"{name}, row at place {place}: {rule}")
        return outputs
