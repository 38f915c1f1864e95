"""All trials of a search as arrays, which grow; a genome that is evaluated again counts once.

Knows positions and costs; does not know how trials are chosen.
"""

import bisect
from array import array
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from neuroevo.evolution.candidate import Individual
from neuroevo.evolution.positions import Positions, Rows

Indices = npt.NDArray[np.int64]

_ROOM = 64


class Archive:
    """Evaluated genomes, in the order in which they came.

    Parameters
    ----------
    positions
        Converts genomes to rows.
    """

    def __init__(self, positions: Positions) -> None:
        self._positions = positions
        self._places: dict[bytes, int] = {}  # of trials, by their rows
        self._rows: Rows = np.empty((_ROOM, len(positions.columns)))
        self._costs: Rows = np.empty((_ROOM, 0))
        self._counts: Rows = np.empty(_ROOM)
        self._numbers: Indices = np.empty(_ROOM, dtype=np.int64)
        self._sorted = array("d")  # first costs, infinite for failures
        self._order = array("q")  # of the first costs
        self.failures = 0
        """Number of genomes that failed."""
        self.repetitions = 0
        """Number of evaluations of genomes that had been evaluated before."""
        self.squares = 0.0
        """Sum of squared gaps between the first costs of equal genomes and their means."""
        self.differs = False
        """Whether any genome had other costs when it was evaluated again."""

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, row: Rows) -> bool:
        return row.tobytes() in self._places

    @property
    def rows(self) -> Rows:
        """Positions, shape (trials, columns)."""
        return self._rows[: len(self)]

    @property
    def counts(self) -> Rows:
        """How often each was evaluated, shape (trials,)."""
        return self._counts[: len(self)]

    @property
    def numbers(self) -> Indices:
        """The number of the first candidate with each genome, shape (trials,)."""
        return self._numbers[: len(self)]

    @property
    def costs(self) -> Rows:
        """The mean costs, shape (trials, objectives); those of failures are the worst so far."""
        costs = self._costs[: len(self)]
        if not self.failures:
            return costs
        failed = np.isnan(costs[:, 0])
        if failed.all():
            return np.zeros_like(costs)
        return np.where(failed[:, None], np.nanmax(costs, axis=0), costs)

    @property
    def order(self) -> Indices:
        """Indices by the first cost, lowest first, failures last, ties as they came."""
        return np.frombuffer(self._order, dtype=np.int64) if self._order else np.empty(0, np.int64)

    def fitness(self, place: int) -> tuple[float, ...]:
        """Return the mean costs of a trial; NaN if it failed."""
        return tuple(self._costs[place].tolist())

    def add(self, individual: Individual) -> int | None:
        """Add a result; returns the place of a trial that has costs now and had none before."""
        costs = np.array(individual.fitness)
        if individual.failed:
            costs[:] = np.nan
        row = self._positions.row(individual.genome)
        place = self._places.get(row.tobytes())
        had_costs = place is not None and not np.isnan(self._costs[place, 0])
        if place is None:
            place = len(self)
            self._append(row, costs, individual.number)
        else:
            self._add_again(place, costs)
        return place if not individual.failed and not had_costs else None

    def _append(self, row: Rows, costs: Rows, number: int, count: int = 1) -> None:
        place = len(self)
        self._make_room(len(costs))
        self._rows[place], self._costs[place] = row, costs
        self._counts[place], self._numbers[place] = count, number
        self._places[row.tobytes()] = place
        self.failures += bool(np.isnan(costs[0]))
        self._insert(place)

    def _make_room(self, objectives: int) -> None:
        if not self._costs.shape[1]:
            self._costs = np.empty((len(self._costs), objectives))
        if len(self) < len(self._counts):
            return
        for name in ("_rows", "_costs", "_counts", "_numbers"):
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old, np.empty_like(old[: len(old) // 2])]))

    def _insert(self, place: int) -> None:
        cost = self._costs[place, 0]
        cost = np.inf if np.isnan(cost) else float(cost)
        at = bisect.bisect_right(self._sorted, cost)
        self._sorted.insert(at, cost)
        self._order.insert(at, place)

    def _add_again(self, place: int, costs: Rows) -> None:
        """Update the mean of a genome; a failure changes nothing, and a success ends one."""
        self.repetitions += 1
        if np.isnan(costs[0]):
            self.differs |= not np.isnan(self._costs[place, 0])
            return
        at = self._order.index(place)
        del self._order[at], self._sorted[at]
        if np.isnan(self._costs[place, 0]):
            self._costs[place], self.failures = costs, self.failures - 1
            self.differs = True
        else:
            gaps = costs - self._costs[place]
            self.differs |= bool(gaps.any())
            self._counts[place] += 1
            self._costs[place] += gaps / self._counts[place]
            self.squares += float(gaps[0] * (costs[0] - self._costs[place, 0]))
        self._insert(place)

    def values(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        costs = self._costs[: len(self)]
        return {
            "rows": self.rows.tolist(),
            "costs": [[None if np.isnan(each) else float(each) for each in row] for row in costs],
            "counts": self.counts.astype(int).tolist(),
            "numbers": self.numbers.tolist(),
            "repetitions": self.repetitions,
            "squares": self.squares,
            "differs": self.differs,
        }

    def restore(self, values: Mapping[str, Any]) -> None:
        """Add what `values` returned to an empty archive."""
        columns = (values[name] for name in ("rows", "costs", "numbers", "counts"))
        for row, costs, number, count in zip(*columns, strict=True):
            place = np.array(row, dtype=np.float64)
            if place.shape != self._rows.shape[1:]:
                raise ValueError(f"rows: must have {self._rows.shape[1]} columns each")
            known = [np.nan if each is None else float(each) for each in costs]
            self._append(place, np.array(known), int(number), int(count))
        self.repetitions = int(values["repetitions"])
        self.squares = float(values["squares"])
        self.differs = bool(values["differs"])
