"""When a search ends, and why. Knows settings and scores, not how a search goes on."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, Self

from neuroevo.evolution import Costs, hypervolume, reference_point
from neuroevo.experiment import EvolutionSettings, Experiment
from neuroevo.runs import Trial, trial_violation

ENDS = ("generations", "time_limit", "target", "patience")
"""The settings of `[evolution]` that only decide when a search ends."""

EXHAUSTED = "the space holds no more configurations"
STOPPED = "stopped by a signal or by its caller"


class End(NamedTuple):
    """Why a search ends."""

    setting: str  # of `ENDS`, that made it end
    reason: str

    @property
    def advice(self) -> str:
        """How a search that has ended can go on."""
        if self.setting == "generations":
            return "a larger number, --generations N, lets it go on"
        option = f"--{self.setting.replace('_', '-')}"
        return (
            f"another value of {option} lets it go on, or {option} none, in Python "
            f"ends={{'{self.setting}': None}}, which drops it"
        )


@dataclass(frozen=True, slots=True)
class Stagnation:
    """For how many generations the hypervolume of the front has not grown.

    The reference point lies a tenth beyond the worst trial of the first generation in which a trial
    kept all constraints, outliers apart, on the scales on which trials are compared. Before that, a
    trial that is nearer to keeping them is a gain.
    """

    reference: tuple[float, ...] = ()  # empty while no trial keeps all constraints
    hypervolume: float = 0.0
    generations: int = 0  # since the last gain
    violation: float | None = None  # the least so far while there is no reference; None: all failed

    def after(
        self, generation: Sequence[Costs], front: Sequence[Costs], violation: float
    ) -> "Stagnation":
        """Return the stagnation after one more generation.

        Parameters
        ----------
        generation
            The costs of its trials that keep all constraints.
        front
            The costs of the front of all such trials.
        violation
            The least violation of all trials, infinite if all failed.
        """
        if not (self.reference or generation):
            least = math.inf if self.violation is None else self.violation
            if violation < least:
                return Stagnation(violation=violation)
            return Stagnation(generations=self.generations + 1, violation=self.violation)
        reference = self.reference or reference_point(generation)
        volume = hypervolume(front, reference)
        if volume > self.hypervolume:
            return Stagnation(reference, volume)
        return Stagnation(reference, self.hypervolume, self.generations + 1)

    def state(self) -> dict[str, Any]:
        """Return its fields as plain JSON values, without a violation if it has none."""
        fields = asdict(self)
        if self.violation is None:
            del fields["violation"]
        return fields

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore it from its state; KeyError, TypeError or ValueError if one is wrong."""
        return cls(
            tuple(map(float, state["reference"])),
            float(state["hypervolume"]),
            int(state["generations"]),
            None if state.get("violation") is None else float(state["violation"]),
        )


def end_of(
    experiment: Experiment,
    generations: int,
    front: Sequence[Trial],
    stagnation: Stagnation,
    seconds: float,
) -> End | None:
    """Return why a search ends; None if it goes on.

    Parameters
    ----------
    experiment
        Its experiment.
    generations
        Number of complete generations.
    front
        The front of their trials.
    stagnation
        For how long it has not improved.
    seconds
        Time that the search has taken.
    """
    settings = experiment.evolution
    target = settings.target or {}
    aims = [item for item in experiment.objectives if item.name in target]
    for trial in front:
        feasible = trial_violation(trial, experiment.constraints) == 0
        if (
            target
            and feasible
            and all(
                item.cost(item.reached(trial.objectives[item.name])) <= item.cost(target[item.name])
                for item in aims
            )
        ):
            reached = ", ".join(f"{name} = {value:g}" for name, value in target.items())
            return End("target", f"trial {trial.number} reached the target, {reached}")
    if settings.patience is not None and stagnation.generations >= settings.patience:
        gain = (
            "a gain in hypervolume"
            if stagnation.violation is None
            else "a trial nearer to feasible"
        )
        reason = f"{_generations(settings.patience)} without {gain}"
        return End("patience", reason)
    if generations >= settings.generations:
        return End("generations", f"{_generations(generations)} done")
    return time_is_over(settings, seconds)


def time_is_over(settings: EvolutionSettings, seconds: float) -> End | None:
    """Return that the time limit is reached, as the end of a search; None if it is not."""
    if settings.time_limit is None or seconds < settings.time_limit:
        return None
    return End("time_limit", f"the time limit of {settings.time_limit:g} s is over")


def _generations(count: int) -> str:
    return "1 generation" if count == 1 else f"{count:,} generations"
