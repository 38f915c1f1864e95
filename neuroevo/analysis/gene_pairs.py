"""Pairs of important features, divided into cells, and the median score in each cell."""

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuroevo.analysis.features import Feature

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective

MOST_FEATURES = 4  # that are paired
CELLS = 12  # for each feature


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two features with their cells."""

    across: Feature
    upward: Feature
    edges: tuple[NDArray[np.float64], NDArray[np.float64]]  # of the cells of each feature
    counts: NDArray[np.int64]  # trials in each cell, array (upward, across)
    medians: tuple[NDArray[np.float64], ...]  # of each objective, likewise; NaN in empty cells


@dataclass(frozen=True, slots=True, eq=False)
class GenePairs:
    """Pairs of the most important features, the first two first."""

    objectives: "tuple[Objective, ...]"  # in the experiment's order
    pairs: tuple[Pair, ...]
    numbers: NDArray[np.int64]  # of the complete trials


def gene_pairs(findings: "Findings") -> GenePairs:
    """Count the complete trials in the cells of each pair of important features."""
    complete = findings.complete
    scores = findings.score_table(complete)
    chosen = _chosen(findings, findings.features)
    pairs = sorted(combinations(range(len(chosen)), 2), key=sum)
    found = (_pair(chosen[first], chosen[second], scores) for first, second in pairs)
    return GenePairs(
        findings.objectives,
        tuple(pair for pair in found if pair.counts.any()),  # no trial may read both
        np.array([trial.number for trial in complete], dtype=np.int64),
    )


def _chosen(findings: "Findings", varying: tuple[Feature, ...]) -> list[Feature]:
    """Return the most important features for the first objective, numbers before categories."""
    found = findings.importances
    order = {found.features[place].name: rank for rank, place in enumerate(found.ranked())}
    ranked = sorted(varying, key=lambda feature: order.get(feature.name, len(order)))
    ranked.sort(key=lambda feature: bool(feature.options))
    return ranked[:MOST_FEATURES]


def _pair(across: Feature, upward: Feature, scores: NDArray[np.float64]) -> Pair:
    if _few(across) and not _few(upward):
        across, upward = upward, across
    edges = _edges(across), _edges(upward)
    known = ~(np.isnan(across.values) | np.isnan(upward.values))
    columns, rows = (
        np.clip(np.searchsorted(edge, feature.values, side="right") - 1, 0, len(edge) - 2)
        for edge, feature in zip(edges, (across, upward), strict=True)
    )
    shape = len(edges[1]) - 1, len(edges[0]) - 1
    cells = (rows * shape[1] + columns)[known]
    counts = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)
    medians = tuple(_medians(cells, column[known], shape) for column in scores.T)
    return Pair(across, upward, edges, counts, medians)


def _few(feature: Feature) -> bool:
    return feature.is_fanned and bool(np.ptp(feature.present) < CELLS)


def _edges(feature: Feature) -> NDArray[np.float64]:
    """Return the edges of the cells; whole numbers and categories lie within a cell."""
    low, high = feature.present.min(), feature.present.max()
    if feature.is_fanned:
        step = math.ceil((high - low + 1) / CELLS)
        return np.arange(low, high + step + 1, step) - 0.5
    spaced = np.geomspace if feature.logarithmic else np.linspace
    return np.asarray(spaced(low, high, CELLS + 1))


def _medians(
    cells: NDArray[np.int64], scores: NDArray[np.float64], shape: tuple[int, int]
) -> NDArray[np.float64]:
    order = np.lexsort((scores, cells))
    places, starts, counts = np.unique(cells[order], return_index=True, return_counts=True)
    ranked = scores[order]
    medians = np.full(shape[0] * shape[1], np.nan)
    lower, upper = ranked[starts + (counts - 1) // 2], ranked[starts + counts // 2]
    medians[places] = (lower + upper) / 2
    return medians.reshape(shape)
