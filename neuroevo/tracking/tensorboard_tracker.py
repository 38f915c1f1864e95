"""Tracks a run for TensorBoard: its HParams, and the learning curves of all trials.

Writes event files into the folder ``tensorboard`` of the run, so that TensorBoard shows all runs of
``--logdir results``.
"""

from collections.abc import Mapping
from pathlib import Path

from tensorboardX import FileWriter
from tensorboardX.summary import hparams, scalar, text

from neuroevo.experiment import Experiment
from neuroevo.runs import RunFolder, Trial
from neuroevo.space.parameters import Parameter, parameters_of
from neuroevo.tracking.measures import BestSoFar, curve_points, finite, scores_on_test_part
from neuroevo.tracking.trackers import Ending


class Tracker:
    """See `neuroevo.tracking.trackers.Tracker`."""

    def begin(self, folder: RunFolder, experiment: Experiment) -> None:
        """Write the experiment as a text."""
        self._path, self._experiment = folder.path / "tensorboard", experiment
        self._best = BestSoFar(experiment)
        self._writer = FileWriter(str(self._path))
        self._writer.add_summary(text("experiment", f"```\n{experiment.to_toml()}\n```"))

    def add(self, trial: Trial) -> None:
        """Write the events of a trial: genes, objectives, curves by the samples seen."""
        values = finite({**trial.objectives, **trial.quantities, "seconds": trial.seconds})
        writer = self._of_trial(trial.number)
        # Without a list of all genes and measures, TensorBoard makes it from those of all trials.
        _, start, end = hparams(_numbers_as_floats(parameters_of(trial.genome)), values)
        writer.add_summary(start)
        for name, value in values.items():
            writer.add_summary(scalar(name, value))
        for point in curve_points(trial, self._experiment):
            writer.add_summary(scalar(point.name, point.value), point.samples)
        writer.add_summary(end)
        writer.close()
        count, better = self._best.after(trial)
        for name, value in better.items():
            self._writer.add_summary(scalar(name, value), count)

    def end(self, ending: Ending) -> None:
        """Write scores on fresh seeds and on the test part."""
        for rescored in ending.rescored:
            fresh = {f"fresh_{name}": value for name, value in rescored.fresh_objectives.items()}
            writer = self._of_trial(rescored.number, ".scores")
            scores = finite(fresh | scores_on_test_part(ending.held_out, rescored.number))
            for name, value in scores.items():
                writer.add_summary(scalar(name, value))
            writer.close()
        self._writer.add_summary(text("reason", ending.reason))
        self._writer.close()

    def _of_trial(self, number: int, suffix: str = "") -> FileWriter:
        """Open a new file: its name has the second, so the suffix keeps it from replacing one."""
        folder = Path(self._path, f"trial-{number:06}")
        return FileWriter(str(folder), filename_suffix=suffix)


def _numbers_as_floats(parameters: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """Return parameters as HParams have them, whose numbers are floats, but not true and false."""
    return {
        name: float(value) if type(value) is int else value for name, value in parameters.items()
    }
