"""The rank of each trial in each objective, over pairs of important features."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuroevo.analysis.gene_pairs import GenePairs, gene_pairs

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings


@dataclass(frozen=True, slots=True, eq=False)
class GeneRanks:
    """Complete trials with their ranks.

    Parameters
    ----------
    found
        The trials and the pairs of features.
    ranks
        Array (trials, objectives), from 0 for the best trial to 1 for the worst; equal values have
        the mean of their ranks.
    """

    found: GenePairs
    ranks: NDArray[np.float64]


def gene_ranks(findings: "Findings") -> GeneRanks:
    """Rank the complete trials in each objective."""
    scores = findings.score_table(findings.complete)
    columns = [
        _shares(item.cost(column))
        for item, column in zip(findings.objectives, scores.T, strict=True)
    ]
    ranks = np.array(columns, dtype=np.float64).T.reshape(scores.shape)
    return GeneRanks(gene_pairs(findings), ranks)


def _shares(costs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each cost the share of the others that are lower, ties counting half."""
    _, places, counts = np.unique(costs, return_inverse=True, return_counts=True)
    below = np.cumsum(counts) - counts
    shares: NDArray[np.float64] = (below + (counts - 1) / 2)[places] / max(len(costs) - 1, 1)
    return shares
