"""What a search hands back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from experiments.benchmarks.fitting.table import Outputs


@dataclass(frozen=True, slots=True)
class Incumbent:
    """The model that was the best so far from some moment on."""

    seconds: float  # from the start
    model: Outputs


@dataclass(frozen=True, slots=True)
class Found:
    """The final model of a search.

    Parameters
    ----------
    model
        Predicts.
    seconds
        When it could predict, from the start.
    decided
        When its configuration had been evaluated.
    candidates
        How many configurations were evaluated.
    configuration
        What was chosen, as plain JSON values.
    incumbents
        Earlier models, in the order of time, where they are known.
    """

    model: Outputs
    seconds: float
    decided: float
    candidates: int
    configuration: Mapping[str, Any]
    incumbents: Sequence[Incumbent] = field(default=())
