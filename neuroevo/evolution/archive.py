"""All trials of a search as arrays, which grow; a genome that is evaluated again counts once.

Knows positions and costs; does not know how trials are chosen.
"""

import bisect
import copy
import math
import sys
from array import array
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from neuroevo.evolution.candidate import Individual, violation_of
from neuroevo.evolution.positions import Positions, Rows

Indices = npt.NDArray[np.int64]

_COLUMNS = "_rows", "_costs", "_excesses", "_prices", "_counts", "_numbers"  # grow alike
_ROOM = 64
_DIGITS = 9
_ROUNDING = 1e-9  # of how far good trials are apart: smaller differences are not noise


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
        self._excesses: Rows = np.empty((_ROOM, 0))
        self._prices: Rows = np.empty(_ROOM)  # logarithms
        self._counts: Rows = np.empty(_ROOM)
        self._numbers: Indices = np.empty(_ROOM, dtype=np.int64)
        # Feasible trials by their first costs, then others by their violations, then failures.
        self._sorted = array("d")
        self._order = array("q")
        self.feasible = 0
        """Number of genomes that keep all constraints."""
        self.failures = 0
        """Number of genomes that failed."""
        self.repetitions = 0
        """Number of evaluations of genomes that had been evaluated before."""
        self.squares = 0.0
        """Sum of squared gaps between the first costs of equal genomes and their means."""
        self.differs = False
        """Whether a genome had other costs or excesses when it was evaluated again."""
        self._variances, self._known_variances = 0.0, 0  # their sum and number
        self.unreliable = set[int]()
        """Places of genomes that failed in some of their evaluations, but not in all."""

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
        """The mean costs, shape (trials, objectives); those of failures are the worst so far.

        If all known ones are equal, they are worse: else nothing would tell failures from them.
        """
        return self._with_worst(self._costs[: len(self)])

    @property
    def excesses(self) -> Rows:
        """The mean excesses, shape (trials, bounds); those of failures are the worst so far."""
        return self._with_worst(self._excesses[: len(self)])

    def _with_worst(self, known: Rows) -> Rows:
        if not self.failures:
            return known
        failed = self.failed
        if failed.all():
            return np.zeros_like(known)
        worst, best = np.max(known[~failed], axis=0), np.min(known[~failed], axis=0)
        worst = np.where(worst > best, worst, worst + np.maximum(np.abs(worst), 1.0))
        return np.where(failed[:, None], worst, known)

    @property
    def failed(self) -> npt.NDArray[np.bool_]:
        """Whether each failed, shape (trials,)."""
        return np.isnan(self._costs[: len(self), 0])

    @property
    def log_prices(self) -> Rows:
        """The logarithm of what the first evaluation whose price is known cost; NaN: unknown.

        Shape (trials,).

        Rounded to nine digits, as the last ones differ between machines.
        """
        return self._prices[: len(self)]

    @property
    def violations(self) -> Rows:
        """The sums of mean excesses above 0, shape (trials,), 0 for feasible ones."""
        total = np.zeros(len(self))
        for column in self.excesses.T:
            total += np.maximum(column, 0.0)
        return total

    @property
    def order(self) -> Indices:
        """Indices by the first cost, lowest first, ties as they came.

        Infeasible trials come after all feasible ones, by their violation, and failures last.
        """
        return np.frombuffer(self._order, dtype=np.int64) if self._order else np.empty(0, np.int64)

    def fitness(self, place: int) -> tuple[float, ...]:
        """Return the mean costs of a trial; NaN if it failed."""
        return tuple(self._costs[place].tolist())

    def excess(self, place: int) -> tuple[float, ...]:
        """Return the mean excesses of a trial; NaN if it failed."""
        return tuple(self._excesses[place].tolist())

    def add(self, individual: Individual) -> int | None:
        """Add a result; returns the place of a trial that has costs now and had none before."""
        costs, excesses = np.array(individual.fitness), np.array(individual.excesses)
        if individual.failed:
            costs[:], excesses[:] = np.nan, np.nan
        if not (individual.failed or math.isnan(individual.variance)):
            self._variances += individual.variance
            self._known_variances += 1
        is_price = 0 < individual.price < math.inf
        price = round(math.log(individual.price), _DIGITS) if is_price else math.nan
        row = self._positions.row(individual.genome)
        place = self._places.get(row.tobytes())
        had_costs = place is not None and not np.isnan(self._costs[place, 0])
        if place is None:
            place = len(self)
            self._append(row, costs, excesses, individual.number, price)
        else:
            self._add_again(place, costs, excesses)
            if np.isnan(self._prices[place]):
                self._prices[place] = price
        return place if not individual.failed and not had_costs else None

    def _append(  # noqa: PLR0913, PLR0917 - a column for each
        self, row: Rows, costs: Rows, excesses: Rows, number: int, price: float, count: int = 1
    ) -> None:
        place = len(self)
        self._make_room(len(costs), len(excesses))
        self._rows[place], self._costs[place] = row, costs
        self._excesses[place], self._prices[place] = excesses, price
        self._counts[place], self._numbers[place] = count, number
        self._places[row.tobytes()] = place
        self.failures += bool(np.isnan(costs[0]))
        self._insert(place)

    def _make_room(self, objectives: int, bounds: int) -> None:
        if not self._costs.shape[1]:
            self._costs = np.empty((len(self._costs), objectives))
            self._excesses = np.empty((len(self._costs), bounds))
        if len(self) < len(self._counts):
            return
        for name in _COLUMNS:
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old, np.empty_like(old[: len(old) // 2])]))

    def _insert(self, place: int) -> None:
        cost = float(self._costs[place, 0])
        violation = math.inf if math.isnan(cost) else violation_of(self._excesses[place].tolist())
        key = violation or cost
        ends = (self.feasible, len(self._sorted)) if violation else (0, self.feasible)
        last = bisect.bisect_right(self._sorted, key, *ends)
        first = bisect.bisect_left(self._sorted, key, *ends)
        at = bisect.bisect_left(self._order, place, first, last)  # ties as they came
        self._sorted.insert(at, key)
        self._order.insert(at, place)
        self.feasible += not violation

    def _add_again(self, place: int, costs: Rows, excesses: Rows) -> None:
        """Update the mean of a genome, in which failures are left out."""
        self.repetitions += 1
        if np.isnan(costs[0]) != np.isnan(self._costs[place, 0]):
            self.differs = True
            self.unreliable.add(place)
        if np.isnan(costs[0]):
            return
        at = self._order.index(place)
        del self._order[at], self._sorted[at]
        self.feasible -= at < self.feasible
        if np.isnan(self._costs[place, 0]):
            self._costs[place], self.failures = costs, self.failures - 1
            self._excesses[place] = excesses
        else:
            gaps, beyond = costs - self._costs[place], excesses - self._excesses[place]
            differ = np.abs(gaps) > _ROUNDING * self._spreads()
            self.differs |= bool(differ.any() or beyond.any())
            self._counts[place] += 1
            self._costs[place] += gaps / self._counts[place]
            self._excesses[place] += beyond / self._counts[place]
            square = float(gaps[0]) * float(costs[0] - self._costs[place, 0])
            self.squares = min(self.squares + square, sys.float_info.max)
        self._insert(place)

    def _spreads(self) -> Rows:
        """Return how far good trials are apart in each cost, shape (objectives,).

        That is from the lowest to the lower quartile or, if all up to there are equal, to the
        median or to the highest: users give large numbers to trials that failed.
        """
        known = self._costs[: len(self)][~self.failed]
        quantiles = np.quantile(known, (0.25, 0.5, 1.0), axis=0, method="lower")
        near, middle, far = quantiles - known.min(axis=0)
        return np.asarray(np.where(near > 0, near, np.where(middle > 0, middle, far)))

    @property
    def variance(self) -> float:
        """The mean of the squared standard errors of first costs that are known; 0 without any."""
        return self._variances / self._known_variances if self._known_variances else 0.0

    @property
    def is_noisy(self) -> bool:
        """Whether equal genomes had different results, with one objective."""
        return self.differs and self._costs.shape[1] == 1

    @property
    def knows_noise(self) -> bool:
        """Whether repetitions or standard errors show the noise of the only objective."""
        return self.is_noisy or (self._costs.shape[1] == 1 and self.variance > 0)

    def copied(self) -> Self:
        """Return a copy, which grows by itself."""
        other = copy.copy(self)
        for name in (*_COLUMNS, "_places", "_sorted", "_order", "unreliable"):
            setattr(other, name, copy.copy(getattr(self, name)))
        return other

    def values(self) -> dict[str, Any]:
        """Return it as plain JSON values; with excesses and prices only if there are some."""
        excesses = {"excesses": _with_none(self._excesses[: len(self)])}
        prices = {"log_prices": _with_none(self.log_prices[:, None])}
        has_prices = not np.isnan(self.log_prices).all()
        return (
            (excesses if self._excesses.shape[1] else {})
            | (prices if has_prices else {})
            | {
                "rows": self.rows.tolist(),
                "costs": _with_none(self._costs[: len(self)]),
                "counts": self.counts.astype(int).tolist(),
                "numbers": self.numbers.tolist(),
                "repetitions": self.repetitions,
                "squares": self.squares,
                "differs": self.differs,
            }
            | ({"unreliable": sorted(self.unreliable)} if self.unreliable else {})
            | (
                {"variances": self._variances, "known_variances": self._known_variances}
                if self._known_variances
                else {}
            )
        )

    def restore(self, values: Mapping[str, Any]) -> None:
        """Add what `values` returned to an empty archive."""
        names = "rows", "costs", "excesses", "numbers", "log_prices", "counts"
        count_of_rows = len(values["rows"])
        none = {"excesses": [()] * count_of_rows, "log_prices": [(None,)] * count_of_rows}
        columns = ({**none, **values}[name] for name in names)
        for row, costs, excesses, number, prices, count in zip(*columns, strict=True):
            place = np.array(row, dtype=np.float64)
            if place.shape != self._rows.shape[1:]:
                raise ValueError(f"rows: must have {self._rows.shape[1]} columns each")
            [price] = _without_none(prices)
            self._append(
                place,
                _without_none(costs),
                _without_none(excesses),
                int(number),
                float(price),
                int(count),
            )
        self.repetitions = int(values["repetitions"])
        self.squares = float(values["squares"])
        self.differs = bool(values["differs"])
        self.unreliable = set(map(int, values.get("unreliable", ())))
        self._variances = float(values.get("variances", 0.0))
        self._known_variances = int(values.get("known_variances", 0))


def _with_none(rows: Rows) -> list[list[float | None]]:
    return [[None if np.isnan(each) else float(each) for each in row] for row in rows]


def _without_none(numbers: Sequence[float | None]) -> Rows:
    return np.array([np.nan if each is None else float(each) for each in numbers])
