"""The results of a run, read from its folder when they are needed, or held in memory."""

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from neuroevo.analysis.findings import Findings
from neuroevo.errors import DataError, NeuroevoError, StorageError, UsageError
from neuroevo.export import exportable
from neuroevo.learning import Ensemble, Network
from neuroevo.runs import (
    RunFolder,
    Start,
    Status,
    read_champions,
    read_experiment,
    read_held_out,
    read_start,
    read_status,
    read_study,
    read_trials,
    shown_environment,
)
from neuroevo.space.values import is_whole
from neuroevo.tables import Preparation, TableModel
from neuroevo.tasks import PreparedTask, TableTask

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Literal

    import optuna
    import pandas as pd

    from neuroevo.experiment import Experiment
    from neuroevo.export import ExportableModel
    from neuroevo.runs import Champion, RescoredTrial, Trial


class RunResults:
    """The results of a run: trials, front and champions.

    Parameters
    ----------
    folder
        Its folder. Each file is read once, when it is first needed; a `StorageError` is raised
        then if it can't be read or is damaged. None for a run `in_memory`.
    """

    def __init__(self, folder: RunFolder | None) -> None:
        self._folder = folder

    @classmethod
    def in_memory(cls, start: Start, status: Status, findings: Findings) -> Self:
        """Make the results of a run that has no folder."""
        run = cls(None)
        run.start, run.status, run.findings = start, status, findings
        run.experiment = findings.experiment
        return run

    def without_table(self) -> Self:
        """Return the run without the rows of its table, if these are in memory alone."""
        if not self.is_in_memory:
            return type(self)(self.folder)  # which is read again
        task = self.experiment.task
        if not isinstance(task, TableTask):
            return self
        experiment = self.experiment.model_copy(update={"task": task.without_frame()})
        return self.in_memory(
            self.start, self.status, replace(self.findings, experiment=experiment)
        )

    def with_table_of(self, experiment: "Experiment") -> Self:
        """Give the run the table of its experiment, if that is in memory alone; return it."""
        own, given = self.experiment.task, experiment.task
        if isinstance(own, TableTask) and isinstance(given, TableTask):
            task = own.with_frame_of(given)
            self.experiment = self.experiment.model_copy(update={"task": task})
        return self

    @property
    def is_in_memory(self) -> bool:
        """Whether the run has no folder."""
        return self._folder is None

    @property
    def folder(self) -> RunFolder:
        """The folder; NeuroevoError if the run is in memory."""
        if self._folder is None:
            raise NeuroevoError(f"{self.id}: must have a folder, but is in memory")
        return self._folder

    @property
    def id(self) -> str:
        """The name of its folder; if it is in memory, the name of its experiment."""
        return self.experiment.name if self._folder is None else self._folder.id

    def __repr__(self) -> str:
        place = f"in memory: {self.findings!r}" if self.is_in_memory else str(self.folder.path)
        return f"{type(self).__name__}({place!r})"

    @cached_property
    def start(self) -> Start:
        """What the run started from."""
        return read_start(self.folder.start_file)

    @cached_property
    def experiment(self) -> "Experiment":
        """The experiment with all defaults."""
        return read_experiment(self.folder, self.start)

    @cached_property
    def status(self) -> Status:
        """The status of the run."""
        return read_status(self.folder)

    @cached_property
    def findings(self) -> Findings:
        """All results in memory."""
        status, rescored = self.status, self.folder.champions_file
        finished, tested = status.state == "complete", self.folder.test_file
        is_tested = finished and tested.exists()
        trials = tuple(read_trials(self.folder.journal_file))
        if status.lost and finished:
            raise StorageError(status.lost)
        return Findings(
            experiment=self.experiment,
            trials=trials,
            rescored=tuple(read_champions(rescored)) if rescored.exists() else (),
            columns=self.start.columns,
            kept=self.start.kept,
            preparation=self.start.preparation,
            held_out=read_held_out(tested, self.start.columns) if is_tested else None,
            environment=shown_environment(self.folder.environment_file),
            identity=self.folder.id,
            seconds=status.seconds,
            finished=finished,
            random=tuple(read_study(self.folder.random_file)),
            ablation=tuple(read_study(self.folder.ablation_file)),
            fingerprint=self.start.data,
            reason=status.reason,
            initial=self.start.initial,
            initial_from=self.start.initial_from,
            earlier_runs=self.start.earlier_runs,
        )

    @property
    def all_trials(self) -> "tuple[Trial, ...]":
        """Every trial, with the baselines, by number."""
        return self.findings.trials

    @property
    def baselines(self) -> "list[Trial]":
        """The baselines' trials."""
        return list(self.findings.baselines)

    @property
    def champions(self) -> "list[Champion]":
        """The trained networks of the front and of the baselines."""
        return list(self.findings.champions)

    @property
    def rescored(self) -> "list[RescoredTrial]":
        """The front and the baselines with their scores on fresh seeds, also of a function."""
        return list(self.findings.rescored)

    @property
    def best(self) -> "Trial":
        """The best trial: the champion, the first of the front.

        Raises
        ------
        NeuroevoError
            If no trial is complete.
        """
        return self.ranked(1)

    def pareto_front(self) -> "list[Trial]":
        """Return the complete trials that no other dominates, the champion first.

        The champion reaches the target MSE with the fewest samples and still holds it at the end,
        if samples to target is an objective and a trial does so; else it is best in the first
        objective. Scores on fresh seeds decide, once there are any, and the target must be held on
        the seeds of the search too. The others are sorted by the first objective, ties by the
        following ones. Baselines are left out; of trials with equal objectives, only the first is
        on the front.
        """
        return list(self.findings.front)

    def champion(
        self, rank: int = 1, *, ensemble: "int | Literal['front'] | None" = None
    ) -> "ExportableModel":
        """Return the trained network of a trial of the front: the best of its replicates.

        If the run has learnt a table, its `predict` takes raw rows. If that has folds, the network
        is the best of the first one, with the preparation that was fitted there. Its `to` writes it
        in other formats.

        Parameters
        ----------
        rank
            Place on the front, from 1.
        ensemble
            Average the outputs of several networks instead: a number of replicates of the trial,
            those with the lowest validation MSE; or ``"front"``, the best network of each trial of
            the front, for the first rank only. Of classes, probabilities are averaged.

        Raises
        ------
        UsageError
            If the front has no such rank, or there are not so many networks.
        NeuroevoError
            If no trial is complete, or the weights were not kept.
        """
        network = self._network(rank, ensemble)
        if not self.findings.preparation:
            return exportable(network)
        start = self.id if self.is_in_memory else self.folder.start_file
        preparation = Preparation.from_plain(self.findings.preparation, f"{start}: preparation")
        if preparation.columns != network.columns:
            raise DataError(f"{start}: preparation: must have the inputs and targets of columns")
        return exportable(TableModel(network, preparation))

    def _network(self, rank: int, ensemble: "int | str | None") -> Network | Ensemble:
        trial = self.ranked(rank)
        if ensemble == "front":
            if rank != 1:
                raise UsageError(f"rank: must be 1 with the ensemble 'front', but got {rank!r}")
            found = [self.findings.network(each) for each in self.findings.front]
            networks = tuple(each for each in found if each is not None)
        else:
            networks = self.findings.networks_of(trial)
        if not networks:
            rest = "" if self.findings.finished else ", as it is not complete: resume trains them"
            raise NeuroevoError(f"{self.id}: holds no weights of trial {trial.number}{rest}")
        if ensemble is None:
            return networks[0]
        if ensemble == "front":
            return Ensemble(networks)
        is_number = isinstance(ensemble, int) and not isinstance(ensemble, bool)
        if not is_number or not 1 <= int(ensemble) <= len(networks):
            rule = f"must be 'front' or a number from 1 to {len(networks)}, the networks of the "
            raise UsageError(f"ensemble: {rule}trial that can be averaged, but got {ensemble!r}")
        return networks[0] if ensemble == 1 else Ensemble(networks[: int(ensemble)])

    def test_rows(
        self,
        rank: int = 1,
        *,
        ensemble: "int | Literal['front'] | None" = None,
        data: "str | Path | pd.DataFrame | None" = None,
    ) -> "pd.DataFrame":
        """Return the rows of the test part with predictions, the worst first.

        Parameters
        ----------
        rank, ensemble
            Which network predicts, see `champion`.
        data
            The table of the run, if its file was moved or it was a data frame.

        Returns
        -------
        pandas.DataFrame
            See `neuroevo.analysis.held_out_rows.held_out_rows`.

        Raises
        ------
        UsageError
            If the run has learnt no rows, or the front has no such rank.
        DataError
            If the table can't be read, or is another one.
        """
        from neuroevo.analysis.held_out_rows import held_out_rows  # noqa: PLC0415 - loads pandas

        model, task = self.champion(rank, ensemble=ensemble), self.experiment.task
        if not isinstance(model, TableModel) or not isinstance(task, PreparedTask):
            rule = "must have learnt a table, a dataset or a function"
            raise UsageError(f"{self.id}: {rule}, but its task is {task.kind!r}")
        return held_out_rows(model, task.located(data), self.start)

    def trials(self, *, replicates: bool = False) -> "pd.DataFrame":
        """Return all trials as a table, see `neuroevo.analysis.tables.trials`.

        With ``replicates``, each replicate is a row, see `neuroevo.analysis.tables.replicates`.
        """
        from neuroevo.analysis import tables  # noqa: PLC0415 - loads pandas

        return (tables.replicates if replicates else tables.trials)(self.findings)

    def to_optuna(self, storage: Any = None) -> "optuna.Study":  # noqa: ANN401 - a storage of Optuna, or its address
        """Return the run as a study of Optuna, whose plots and dashboard open it.

        A trial is complete in it, or has failed, if an objective is not finite. Its parameters
        are the genes that are active; layers are several: ``hidden.count``, ``hidden.1.width`` and
        so on. Its user attributes say how it was created, and how it scored on fresh seeds. If the
        only objective is the end of a learning curve, the curve is its intermediate values.

        Parameters
        ----------
        storage
            Where Optuna stores it, as for `optuna.create_study`, such as ``"sqlite:///a.db"``; by
            default in memory. The study's name there is the run's id.

        Raises
        ------
        NeuroevoError
            If Optuna is not installed; ``pip install 'neuroevo[optuna]'``.
        UsageError
            If the storage has a study of this name.

        Examples
        --------
        >>> study = run.to_optuna()  # doctest: +SKIP
        >>> optuna.visualization.plot_param_importances(study)  # doctest: +SKIP
        """
        try:
            from neuroevo.optuna.study import study_of  # noqa: PLC0415 - loads Optuna
        except ImportError:
            text = "to_optuna: needs optuna; pip install 'neuroevo[optuna]'"
            raise NeuroevoError(text) from None
        findings = self.findings
        return study_of(self.experiment, findings.trials, findings.rescored, self.id, storage)

    def ranked(self, rank: int) -> "Trial":
        """Return the trial at a place of the front, from 1; the errors are those of `champion`."""
        front = self.findings.front
        if not front:
            from neuroevo.analysis import tables  # noqa: PLC0415 - loads pandas

            causes = tables.failures(self.findings)["cause"]
            most = f"; {causes.iloc[0]}" if len(causes) else ""
            raise NeuroevoError(f"{self.id}: has no completed trial, so there is no best one{most}")
        if not is_whole(rank) or not 1 <= rank <= len(front):
            raise UsageError(
                f"rank: must be between 1 and {len(front)}, the size of the front, but got {rank!r}"
            )
        return front[rank - 1]
