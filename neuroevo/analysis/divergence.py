"""The share of trainings that diverged, by activation, depth and learning rate."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from neuroevo import wording
from neuroevo.analysis.features import activation, depth
from neuroevo.runs import trained_networks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from neuroevo.analysis.findings import Findings

BINS_A_DECADE = 4
MOST_BINS = 24
MOST_PANELS = 8
FRONTIER = 0.5  # a cell is unstable if a larger share of its trainings diverged
NONE = wording.hidden_layers(0)


@dataclass(frozen=True, slots=True, eq=False)
class Divergence:
    """How many trainings diverged, by activation, depth and learning rate.

    A cell is a row of ``cells``: ``activation``, ``depth``, ``bin`` (of the learning rate, from 0),
    ``trainings`` and ``diverged`` (how many of them).
    """

    cells: pd.DataFrame
    edges: tuple[float, ...]  # learning rates between the bins, one more than there are bins
    trainings: int  # of the whole search
    diverged: int  # of the whole search

    @property
    def activations(self) -> tuple[str, ...]:
        """The activations that are shown, the most frequent first."""
        counts = self.cells.groupby("activation")["trainings"].sum()
        return tuple(counts.sort_values(ascending=False, kind="stable").index[:MOST_PANELS])

    def shares(self, name: str) -> "Mapping[int, np.ndarray]":
        """Return for each depth of an activation the diverged share in each bin, NaN if empty."""
        rows = self.cells[self.cells["activation"] == name]
        found = {}
        for deep in sorted(rows["depth"].unique().tolist()):
            group = rows[rows["depth"] == deep]
            share = np.full(len(self.edges) - 1, np.nan)
            share[group["bin"]] = group["diverged"] / group["trainings"]
            found[int(deep)] = share
        return found


def divergence(findings: "Findings") -> Divergence:
    """Count the trainings of each cell: all replicates of all trials.

    There are no cells if the learning rate or the depth does not vary.
    """
    trainings = {
        trial.number: trained_networks(trial, findings.experiment) for trial in findings.searched
    }
    rows = [
        (activation(trial) or NONE, deep, float(rate), trainings[trial.number], trial.diverged)
        for trial in findings.searched
        if isinstance(rate := trial.genome.get("learning_rate"), (int, float))
        and (deep := depth(trial)) is not None
    ]
    trials = pd.DataFrame(rows, columns=["activation", "depth", "rate", "trainings", "diverged"])
    total = sum(trainings.values()), sum(each.diverged for each in findings.searched)
    cells = pd.DataFrame(columns=["activation", "depth", "bin", "trainings", "diverged"])
    if trials["rate"].nunique() < 2 or trials["depth"].nunique() < 2:  # noqa: PLR2004 - varies
        return Divergence(cells, (), *total)
    edges = _edges(float(trials["rate"].min()), float(trials["rate"].max()))
    places = np.searchsorted(edges, trials["rate"], side="right") - 1
    trials["bin"] = np.clip(places, 0, len(edges) - 2)
    groups = trials.groupby(["activation", "depth", "bin"])[["trainings", "diverged"]]
    cells = groups.sum().reset_index()
    return Divergence(cells, tuple(edges.tolist()), *total)


def frontier(stability: Divergence, name: str) -> "Mapping[int, float]":
    """Return for each depth the learning rate above which most trainings diverge.

    From that bin on, more than half of the trainings diverged in every bin that is not empty;
    depths without such a bin are left out.
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
    """Return the edges of the bins, which are equal and round parts of a decade."""
    step = BINS_A_DECADE
    while True:
        first, last = np.floor(np.log10(low) * step + 1e-9), np.ceil(np.log10(high) * step - 1e-9)
        last = max(last, first + 1)
        if last - first <= MOST_BINS or step == 1:
            return np.asarray(10.0 ** (np.arange(first, last + 1) / step))
        step //= 2
