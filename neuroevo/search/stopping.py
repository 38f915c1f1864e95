"""When a search is at its end, and why. Knows settings and scores, not how a search goes on."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from neuroevo.evolution import Costs, hypervolume, reference_point
from neuroevo.experiment import EvolutionSettings
from neuroevo.runs import Trial

ENDS = ("generations", "time_limit", "target", "patience")
"""The settings of `[evolution]` that only say when a search ends."""

EXHAUSTED = "the space holds no more configurations"


@dataclass(frozen=True, slots=True)
class Stagnation:
    """How long the front has gained nothing in hypervolume.

    Volumes are measured on the scales on which configurations are compared, up to a reference
    point a tenth beyond the worst of the first generation in which anything worked.
    """

    reference: tuple[float, ...] = ()  # empty before anything worked
    hypervolume: float = 0.0
    generations: int = 0  # since the last gain

    def after(self, generation: Sequence[Costs], front: Sequence[Costs]) -> "Stagnation":
        """Return what it is after a generation.

        Parameters
        ----------
        generation
            The costs of its trials, but for those that failed.
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

    def state(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return asdict(self) | {"reference": list(self.reference)}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Make it from what `state` returned.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it is something else.
        """
        return cls(
            tuple(map(float, state["reference"])),
            float(state["hypervolume"]),
            int(state["generations"]),
        )


def reason_to_end(
    settings: EvolutionSettings, generations: int, front: Sequence[Trial], stagnation: Stagnation
) -> str:
    """Say why a search ends after a generation; empty if it goes on.

    Parameters
    ----------
    settings
        What it shall reach.
    generations
        How many are done.
    front
        The trials of its front.
    stagnation
        How long it has gained nothing.
    """
    for trial in front:
        if settings.target and all(
            trial.objectives[name] <= value for name, value in settings.target.items()
        ):
            reached = ", ".join(f"{name} = {value:g}" for name, value in settings.target.items())
            return f"trial {trial.number} reached the target, {reached}"
    if settings.patience is not None and stagnation.generations >= settings.patience:
        return f"{_generations(settings.patience)} without a gain in hypervolume"
    if generations >= settings.generations:
        return f"{_generations(generations)} done"
    return ""


def time_is_over(settings: EvolutionSettings, seconds: float) -> str:
    """Say that the time limit is reached; empty if it is not."""
    if settings.time_limit is None or seconds < settings.time_limit:
        return ""
    return f"the time limit of {settings.time_limit:g} s is over"


def _generations(count: int) -> str:
    return "1 generation" if count == 1 else f"{count:,} generations"
