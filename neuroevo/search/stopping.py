"""When a search ends, and why. Knows settings and scores, not how a search goes on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from neuroevo.evolution import Costs, hypervolume, reference_point
from neuroevo.experiment import EvolutionSettings, Experiment
from neuroevo.runs import Trial

ENDS = ("generations", "time_limit", "target", "patience")
"""The settings of `[evolution]` that only decide when a search ends."""

EXHAUSTED = "the space holds no more configurations"


@dataclass(frozen=True, slots=True)
class Stagnation:
    """For how many generations the hypervolume of the front has not grown.

    The reference point lies a tenth beyond the worst trial of the first generation in which a
    trial did not fail, on the scales on which trials are compared.
    """

    reference: tuple[float, ...] = ()  # empty while all trials have failed
    hypervolume: float = 0.0
    generations: int = 0  # since the last gain

    def after(self, generation: Sequence[Costs], front: Sequence[Costs]) -> "Stagnation":
        """Return the stagnation after one more generation.

        Parameters
        ----------
        generation
            The costs of its trials, without those that failed.
        front
            The costs of the front of all trials.
        """
        if not (self.reference or generation):
            return Stagnation(generations=self.generations + 1)
        reference = self.reference or reference_point(generation)
        volume = hypervolume(front, reference)
        if volume > self.hypervolume:
            return Stagnation(reference, volume)
        return Stagnation(reference, self.hypervolume, self.generations + 1)

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore it from its fields; KeyError, TypeError or ValueError if one is wrong."""
        return cls(
            tuple(map(float, state["reference"])),
            float(state["hypervolume"]),
            int(state["generations"]),
        )


def reason_to_end(
    experiment: Experiment, generations: int, front: Sequence[Trial], stagnation: Stagnation
) -> str:
    """Return why a search ends after a number of complete generations; empty if it goes on."""
    settings = experiment.evolution
    target = settings.target or {}
    aims = [item for item in experiment.objectives if item.name in target]
    for trial in front:
        if target and all(
            item.cost(trial.objectives[item.name]) <= item.cost(target[item.name]) for item in aims
        ):
            reached = ", ".join(f"{name} = {value:g}" for name, value in target.items())
            return f"trial {trial.number} reached the target, {reached}"
    if settings.patience is not None and stagnation.generations >= settings.patience:
        return f"{_generations(settings.patience)} without a gain in hypervolume"
    if generations >= settings.generations:
        return f"{_generations(generations)} done"
    return ""


def time_is_over(settings: EvolutionSettings, seconds: float) -> str:
    """Return that the time limit is reached, as a reason to end; empty if it is not."""
    if settings.time_limit is None or seconds < settings.time_limit:
        return ""
    return f"the time limit of {settings.time_limit:g} s is over"


def _generations(count: int) -> str:
    return "1 generation" if count == 1 else f"{count:,} generations"
