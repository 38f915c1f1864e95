"""From a genome to its trial: what is known before its evaluation, and what comes out of it.

Knows genomes, evaluations and trials; neither trains nor stores.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from neuroevo.errors import StorageError
from neuroevo.evaluation import OBJECTIVES
from neuroevo.evaluation.evaluator import Evaluation
from neuroevo.runs import Trial
from neuroevo.space import Value
from neuroevo.workers.pool import Failure


@dataclass(frozen=True, slots=True)
class Birth:
    """A genome that is to become a trial, and where it comes from."""

    number: int
    generation: int
    genome: Mapping[str, Value]
    operator: str
    parents: tuple[int, ...] = ()
    name: str = ""

    def trial(self, outcome: Evaluation | Failure, objectives: Sequence[str], points: int) -> Trial:
        """Make the trial, now that it is known what became of the genome.

        Parameters
        ----------
        outcome
            What it is worth, or why that can't be known.
        objectives
            Names of the objectives, of which a failure has no value.
        points
            Length of a curve, which a failure does not have.
        """
        if isinstance(outcome, Failure):
            return self._failed(outcome, objectives, points)
        return self._evaluated(outcome)

    def _evaluated(self, evaluation: Evaluation) -> Trial:
        diverged = not all(map(math.isfinite, evaluation.objectives.values()))
        replicates = len(evaluation.curves)
        return Trial(
            **self._origin(),
            objectives=evaluation.objectives,
            curve=evaluation.median_curve,
            state="diverged" if diverged else "complete",
            diverged=evaluation.diverged,
            seconds=round(evaluation.seconds, 6),
            work=evaluation.work,
            cause=f"{evaluation.diverged} of {replicates} replicates diverged" if diverged else "",
        )

    def _failed(self, failure: Failure, objectives: Sequence[str], points: int) -> Trial:
        return Trial(
            **self._origin(),
            objectives=dict.fromkeys(objectives, math.nan),
            curve=(math.inf,) * points,
            state="failed",
            diverged=0,
            seconds=round(failure.seconds, 6),
            cause=failure.cause,
        )

    def check(self, recorded: Trial) -> Trial:
        """Return a trial that was recorded before, if it is the one that is to be born here.

        Raises
        ------
        StorageError
            If it is another one.
        """
        for key, value in self._origin().items():
            found = getattr(recorded, key)
            asked = dict(value) if key == "genome" else value  # a journal gives plain mappings
            if asked != found:
                raise StorageError(
                    f"trial {self.number}: {key} must be {asked!r}, for which the search asks, "
                    f"but the journal has {found!r}"
                )
        return recorded

    def _origin(self) -> dict[str, Any]:
        """Give what a trial has from its birth, by the names that both have for it."""
        return {part.name: getattr(self, part.name) for part in fields(self)}


def fitness(trial: Trial) -> tuple[float, ...]:
    """Bring a trial's objectives to the scales on which they are compared; NaN stays NaN."""
    return tuple(
        OBJECTIVES[name].fitness(value) if math.isfinite(value) else math.nan
        for name, value in trial.objectives.items()
    )
