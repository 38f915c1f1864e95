"""Writes a trial's configuration as an experiment file; does not know which trial is best."""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neuroevo.errors import StorageError
from neuroevo.runs.feasibility import broken_constraints
from neuroevo.runs.start import data_hash
from neuroevo.runs.trial import Trial
from neuroevo.storage.disk import is_missing, read_bytes

if TYPE_CHECKING:
    from neuroevo.evaluation import Objective
    from neuroevo.experiment import Experiment, Origin
    from neuroevo.learning import Columns
    from neuroevo.runs.champions import RescoredTrial
    from neuroevo.runs.held_out import HeldOutScores

_MOST_BYTES = 1_000_000
_MOST_COLUMNS = 5_000  # bytes of the names of columns that are written


@dataclass(frozen=True, slots=True)
class TrialOrigin:
    """What is known of the run that a trial belongs to.

    Parameters
    ----------
    run
        The run's id.
    environment
        The environment of its trainings, see `environment`.
    data
        A description of each array of its data, see `Start`.
    columns
        The columns of its data.
    rescored
        What was scored on fresh seeds, by the numbers of the trials.
    held_out
        The scores on the test part, if there are any.
    objectives
        The objectives of the experiment.
    """

    run: str
    environment: Mapping[str, Any]
    data: Mapping[str, str]
    columns: "Columns"
    rescored: "Mapping[int, RescoredTrial]"
    held_out: "HeldOutScores | None"
    objectives: "Sequence[Objective]"

    def of(self, trial: Trial) -> "Origin":
        """Return the origin of a trial's configuration."""
        from neuroevo.experiment import Origin, OriginScore  # noqa: PLC0415 - slow, not always needed

        rescored = self.rescored.get(trial.number)
        scored = None if self.held_out is None else self.held_out.of_trial(trial.number)
        test = {} if scored is None else scored.scores
        versions = self.environment.get("libraries")
        versions = versions if isinstance(versions, dict) else {}  # the file has no checksum
        columns = tuple(dict.fromkeys(self.columns.sources))
        fit = sum(len(name.encode()) for name in columns) <= _MOST_COLUMNS
        return Origin(
            run=self.run,
            trial=trial.number,
            generation=trial.generation,
            baseline=trial.name,
            neuroevo=str(self.environment.get("neuroevo") or ""),
            python=str(self.environment.get("python") or ""),
            processor=str(self.environment.get("cpu") or ""),
            libraries={name: str(version) for name, version in versions.items() if version},
            data=data_hash(self.data),
            columns=columns if fit else (),
            objectives=self._measured(trial.objectives),
            fresh_objectives={} if rescored is None else self._measured(rescored.fresh_objectives),
            test={name: OriginScore(**asdict(score)) for name, score in test.items()},
        )

    def _measured(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return the values of objectives that are measurements: finite, and no penalties."""
        penalties = {each.name for each in _penalties(self.objectives, values)}
        return {
            name: value
            for name, value in values.items()
            if math.isfinite(value) and name not in penalties
        }


def names_fresh_scores(text: str) -> bool:
    """Whether the text of a best.toml has scores on fresh seeds, which came from the champions."""
    try:
        origin = tomllib.loads(text).get("origin")
    except (ValueError, RecursionError):
        return False
    return isinstance(origin, dict) and bool(origin.get("fresh_objectives"))


def best_toml(experiment: "Experiment", trial: Trial, origin: "Origin") -> str:
    """Write the experiment with every gene fixed to a trial's value.

    What can be a gene or a setting is written as a setting.

    Parameters
    ----------
    experiment
        The experiment that the trial belongs to.
    trial
        Any of its trials.
    origin
        Where the trial comes from.

    Returns
    -------
    str
        TOML: comments, an experiment that can be loaded, and its table ``[origin]``.
    """
    from neuroevo.experiment.toml import write_toml  # noqa: PLC0415 - slow, not always needed

    head = "".join(f"# {line}\n" for line in _comments(experiment, trial, origin.run))
    described = {
        key: value
        for key, value in origin.model_dump(mode="json").items()
        if value or key in {"trial", "generation"}
    }
    fixed = experiment.fixed(trial.genome).to_toml()
    return f"{head}\n{fixed}\n{write_toml({'origin': described})}"


def read_best(path: Path) -> str:
    """Read the file of a run's best configuration; empty if there is none.

    Raises
    ------
    StorageError
        If it exists, but can't be read.
    """
    try:
        return read_bytes(path, _MOST_BYTES).decode("utf-8", errors="replace")
    except StorageError as error:
        if is_missing(error):
            return ""
        raise


def _comments(experiment: "Experiment", trial: Trial, run: str) -> list[str]:
    where = f" of run {run}" if run else ""
    kind = f"the baseline {trial.name}" if trial.name else f"generation {trial.generation}"
    lines = [f"Trial {trial.number}{where} ({kind}), every gene fixed."]
    broken = [str(each) for each in broken_constraints(trial, experiment.constraints)]
    if broken:
        lines.append(f"It breaks constraints: {', '.join(broken)}.")
    lines += [
        f"It did not reach the target: {item.label} is left out below."
        for item in _penalties(experiment.objectives, trial.objectives)
    ]
    if experiment.trains_networks:
        lines.append("To train its network: neuroevo train THIS_FILE.")
    return [
        *lines,
        "To continue from it: neuroevo run EXPERIMENT.toml --seed-from THIS_FILE.",
    ]


def _penalties(objectives: "Sequence[Objective]", values: Mapping[str, float]) -> "list[Objective]":
    """Return the objectives of which the value is a penalty."""
    return [item for item in objectives if item.is_penalty(values.get(item.name, math.nan))]
