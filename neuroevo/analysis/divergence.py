"""What diverges: the share of trainings that did, by activation, depth and learning rate.

It knows counts and no colour.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from neuroevo import wording
from neuroevo.analysis.features import activation, depth

if TYPE_CHECKING:
    from collections.abc import Mapping

    from neuroevo.analysis.findings import Findings

BINS_A_DECADE = 4
MOST_BINS = 24
MOST_PANELS = 8
FRONTIER = 0.5  # share of the trainings that diverge, from which on a cell is unstable
NONE = wording.hidden_layers(0)


@dataclass(frozen=True, slots=True, eq=False)
class Divergence:
    """How many trainings diverged, by activation, depth and learning rate.

    Parameters
    ----------
    cells
        A row a cell with trials: ``activation``, ``depth``, ``bin`` (of the learning rate, from
        0), ``trainings`` and ``diverged`` (how many of them).
    edges
        The learning rates at which the bins begin and end, one more than there are bins.
    trainings, diverged
        Of the whole search.
    """

    cells: pd.DataFrame
    edges: tuple[float, ...]
    trainings: int
    diverged: int

    @property
    def activations(self) -> tuple[str, ...]:
        """The activations that are shown, the most often trained first."""
        counts = self.cells.groupby("activation")["trainings"].sum()
        return tuple(counts.sort_values(ascending=False, kind="stable").index[:MOST_PANELS])

    def shares(self, name: str) -> "Mapping[int, np.ndarray]":
        """Return for each depth of an activation the share diverged in each bin, NaN if empty."""
        rows = self.cells[self.cells["activation"] == name]
        found = {}
        for deep in sorted(rows["depth"].unique().tolist()):
            group = rows[rows["depth"] == deep]
            share = np.full(len(self.edges) - 1, np.nan)
            share[group["bin"]] = group["diverged"] / group["trainings"]
            found[int(deep)] = share
        return found


def divergence(findings: "Findings") -> Divergence:
    """Count the trainings of each cell: all replicates of all trials, diverged, failed or not.

    There are no cells where the learning rate or the depth does not vary.
    """
    replicates = findings.experiment.training.replicates
    rows = [
        (activation(trial) or NONE, deep, float(rate), trial.diverged)
        for trial in findings.searched
        if isinstance(rate := trial.genome.get("learning_rate"), (int, float))
        and (deep := depth(trial)) is not None
    ]
    trials = pd.DataFrame(rows, columns=["activation", "depth", "rate", "diverged"])
    total = replicates * len(findings.searched), sum(each.diverged for each in findings.searched)
    cells = pd.DataFrame(columns=["activation", "depth", "bin", "trainings", "diverged"])
    if trials["rate"].nunique() < 2 or trials["depth"].nunique() < 2:  # noqa: PLR2004 - varies
        return Divergence(cells, (), *total)
    edges = _edges(float(trials["rate"].min()), float(trials["rate"].max()))
    places = np.searchsorted(edges, trials["rate"], side="right") - 1
    trials["bin"] = np.clip(places, 0, len(edges) - 2)
    groups = trials.groupby(["activation", "depth", "bin"])["diverged"]
    cells = groups.agg(trainings="size", diverged="sum").reset_index()
    cells["trainings"] *= replicates
    return Divergence(cells, tuple(edges.tolist()), *total)


def frontier(stability: Divergence, name: str) -> "Mapping[int, float]":
    """Return for each depth the learning rate from which on most trainings diverge.

    That is the lower edge of the first bin from which on in every bin that is not empty more than
    half of the trainings diverged; depths without such a bin are left out.
    """
    found = {}
    for deep, shares in stability.shares(name).items():
        tried = np.flatnonzero(~np.isnan(shares))
        stable = tried[shares[tried] <= FRONTIER]
        beyond = tried[tried > (stable[-1] if len(stable) else -1)]
        if len(beyond):
            found[deep] = stability.edges[int(beyond[0])]
    return found


def _edges(low: float, high: float) -> np.ndarray:
    """Return the edges of the bins: round ones, the same share of a decade each."""
    step = BINS_A_DECADE
    while True:
        first, last = np.floor(np.log10(low) * step + 1e-9), np.ceil(np.log10(high) * step - 1e-9)
        last = max(last, first + 1)
        if last - first <= MOST_BINS or step == 1:
            break
        step //= 2
    return np.asarray(10.0 ** (np.arange(first, last + 1) / step))
