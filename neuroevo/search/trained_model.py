"""A trained configuration as users hold it: it predicts, is saved, and has its scores."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from neuroevo.errors import DataError
from neuroevo.export import ExportableModel, ExportableTableModel, exportable
from neuroevo.search.one_configuration import Scores, SeedResult, Trained
from neuroevo.tables import Preparation, TableModel

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True, eq=False)
class TrainedModel:
    """A trained configuration, see `neuroevo.train`.

    Parameters
    ----------
    name
        The name of its experiment.
    model
        The network, or the mean of several, with the preparation of raw rows if it has learnt a
        table.
    validation, test
        Its scores by their names, such as ``r2`` or ``log_loss``. It was chosen by the validation
        rows, so that only the test scores say what to expect; they are empty without a test part.
        Of networks for all rows they are those of the same replicates without these rows.
    seeds
        The results with each seed.
    samples
        After how many samples the networks for all rows ended; None without ``all_rows``.
    folds
        Number of folds of cross-fitted networks for all rows, each of which is not trained on one;
        1 for others.
    trial
        The number of the trial that was chosen by cross-validation; None without.
    times_samples
        How many times the sample budget of the search was better for it by cross-validation.
    """

    name: str
    model: ExportableModel
    validation: Scores
    test: Scores
    seeds: tuple[SeedResult, ...]
    samples: int | None
    folds: int = 1
    trial: int | None = None
    times_samples: int = 1

    @classmethod
    def of(
        cls, name: str, trained: Trained, trial: int | None = None, times_samples: int = 1
    ) -> Self:
        """Make it of a trained configuration."""
        model = exportable(trained.network)
        if trained.preparation:
            preparation = Preparation.from_plain(trained.preparation, "preparation")
            model = exportable(TableModel(trained.network, preparation))
        return cls(
            name,
            model,
            trained.validation,
            trained.test,
            trained.seeds,
            trained.samples,
            trained.folds,
            trial,
            times_samples,
        )

    def predict(self, X: "pd.DataFrame | ArrayLike") -> "NDArray[Any]":  # noqa: N803 - the field's name
        """Predict rows, as `run.champion().predict` does: classes or values."""
        return self.model.predict(X)

    def predict_proba(self, X: "pd.DataFrame | ArrayLike") -> "NDArray[Any]":  # noqa: N803 - as above
        """Return the probability of each class, array (rows, classes).

        Raises
        ------
        DataError
            If a row can't be used, or the model is not for classes of a table.
        """
        if not isinstance(self.model, ExportableTableModel):
            raise DataError("predict_proba: must be for classes of a table")
        return self.model.predict_proba(X)

    def to(self, form: str) -> str | bytes:
        """Write the model in another format, as `run.champion().to` does."""
        return self.model.to(form)

    def save(self, path: str | Path) -> None:
        """Write the model to a file that `neuroevo.load` reads.

        Raises
        ------
        StorageError
            If the file can't be written.
        """
        self.model.save(path)
