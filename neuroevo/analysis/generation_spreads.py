"""Best, median and spread of each generation in each objective."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective

SPREAD = (0.1, 0.9)  # quantiles


@dataclass(frozen=True, slots=True)
class GenerationSpreads:
    """The spread of each generation in each objective.

    ``generations`` has a row for each generation and objective: ``generation``, ``objective``,
    ``best``, ``lower``, ``median``, ``upper`` (`SPREAD` of the feasible trials of the generation)
    and ``best_so_far``.
    """

    objectives: "tuple[Objective, ...]"  # in the experiment's order
    generations: pd.DataFrame
    stopped: int = 0  # number of trials that were stopped early, which are left out

    def of(self, name: str) -> pd.DataFrame:
        """Return the rows of one objective."""
        return self.generations[self.generations["objective"] == name]


def generation_spreads(findings: "Findings") -> GenerationSpreads:
    """Summarise each objective over the feasible trials of each generation."""
    scores: dict[int, list[tuple[float, ...]]] = {}
    for trial in findings.feasible:
        scores.setdefault(trial.generation, []).append(findings.scores(trial))
    rows = []
    for index, item in enumerate(findings.objectives):
        best_so_far = math.nan
        for generation in sorted(scores):
            column = [row[index] for row in scores[generation]]
            lower, median, upper = np.quantile(column, [SPREAD[0], 0.5, SPREAD[1]])
            best = item.best_of(column)
            best_so_far = item.best_of([best_so_far, best])
            rows.append([generation, item.name, best, lower, median, upper, best_so_far])
    columns = ["generation", "objective", "best", "lower", "median", "upper", "best_so_far"]
    return GenerationSpreads(
        findings.objectives, pd.DataFrame(rows, columns=columns), findings.stopped
    )
