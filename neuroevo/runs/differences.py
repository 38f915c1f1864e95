"""Names the numbers in which trials, champions and other parts of two runs differ.

Knows what runs keep; does not know where the numbers come from, nor which of them are right.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroevo.evaluation.scores import METRICS
from neuroevo.runs.champions import Champion, RescoredTrial
from neuroevo.runs.trial import Trial
from neuroevo.settings import shown

if TYPE_CHECKING:
    from neuroevo.runs.held_out import HeldOutScores

_TIMES = ("seconds", "work")  # of a trial, which no two trainings have in common
_CURVES = ("curve", "class_curves")
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]+")  # in memory, as messages of exceptions have them


class _Missing:
    """What one of two parts does not have."""

    def __repr__(self) -> str:
        return "none"


_MISSING = _Missing()


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that differs.

    Parameters
    ----------
    place
        What it is, such as ``trial 5: objectives.final_mse``.
    expected, found
        What it must be and what it is, as texts.
    """

    place: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.place} must be {self.expected}, but is {self.found}"


def trial_differences(expected: Trial, found: Trial, precision: str) -> list[Difference]:
    """Compare all of two trials but their times, and addresses in their causes.

    Parameters
    ----------
    expected, found
        The trials.
    precision
        That of their learning curves, to which these are rounded: a journal has them in decimals.
    """
    place = f"trial {expected.number}: "
    return value_differences(
        place, _trial_values(expected, precision), _trial_values(found, precision)
    )


def champion_differences(expected: RescoredTrial, found: RescoredTrial) -> list[Difference]:
    """Compare all of two champions: weights, curves, scores and architectures."""
    place = f"champion {expected.number}: "
    return value_differences(place, _champion_values(expected), _champion_values(found))


def held_out_differences(
    expected: "HeldOutScores | None", found: "HeldOutScores | None"
) -> list[Difference]:
    """Compare all scores on a test part; None where there is none.

    Metrics that no found model has are left out: the version of neuroevo that wrote it had none.
    """
    values = [{} if each is None else asdict(each) for each in (expected, found)]
    if found is not None:
        known = {name for model in found.models for name in model.scores}
        values[0] = _without(values[0], set(METRICS) - known)
    return value_differences("test scores: ", *values)


def _without(values: Any, names: set[str]) -> Any:  # noqa: ANN401 - a tree of plain values
    """Return a tree without the entries of these names."""
    if isinstance(values, Mapping):
        return {name: _without(each, names) for name, each in values.items() if name not in names}
    if isinstance(values, list | tuple):
        return [_without(each, names) for each in values]
    return values


def value_differences(place: str, expected: object, found: object) -> list[Difference]:
    """Compare two trees of mappings, sequences, arrays and plain values.

    Numbers are equal only if all their bits are; NaN equals NaN. Of a sequence of numbers, only
    the first that differs is named, with the number of others.

    Parameters
    ----------
    place
        Begins the place of each difference, such as ``trial 5: ``.
    """
    return list(_differences(place, expected, found))


def _trial_values(trial: Trial, precision: str) -> dict[str, Any]:
    values = {
        part.name: getattr(trial, part.name)
        for part in fields(trial)
        if part.name not in (*_TIMES, *_CURVES)
    }
    kind = np.dtype(precision)
    curves = {name: np.array(each, kind) for name, each in trial.class_curves.items()}
    cause = _ADDRESS.sub("0x", trial.cause)
    return values | {
        "cause": cause,
        "curve": np.array(trial.curve, kind),
        "class_curves": curves,
    }


def _champion_values(champion: RescoredTrial) -> dict[str, Any]:
    values = {part.name: getattr(champion, part.name) for part in fields(champion)}
    if not isinstance(champion, Champion):
        return values
    return values | {"architecture": champion.architecture.model_dump(mode="json")}


def _differences(place: str, expected: object, found: object) -> Iterator[Difference]:
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        separator = "" if place.endswith(": ") else "."
        for key in dict.fromkeys((*expected, *found)):
            yield from _differences(
                f"{place}{separator}{key}", expected.get(key, _MISSING), found.get(key, _MISSING)
            )
    elif _are(np.ndarray, expected, found):
        yield from _array_differences(place, expected, found)
    elif _are(Sequence, expected, found) and not _are(str, expected, found):
        yield from _sequence_differences(place, expected, found)
    elif not _equal(expected, found):
        yield Difference(place, _text(expected), _text(found))


def _are(kind: type, *values: Any) -> bool:  # noqa: ANN401 - any value
    return all(isinstance(value, kind) for value in values)


def _array_differences(place: str, expected: Any, found: Any) -> Iterator[Difference]:  # noqa: ANN401 - arrays, which `_are`
    kinds = [f"{each.dtype} {' × '.join(map(str, each.shape))}" for each in (expected, found)]
    if kinds[0] != kinds[1]:
        yield Difference(place, *kinds)
        return
    same = np.array([_bits(expected) == _bits(found)]).reshape(expected.shape)
    same |= np.isnan(expected) & np.isnan(found)
    if not same.all():
        first = tuple(map(int, np.argwhere(~same)[0]))
        where = f"{place}[{', '.join(map(str, first))}]{_others(int(np.count_nonzero(~same)))}"
        yield Difference(where, _text(expected[first].item()), _text(found[first].item()))


def _bits(array: Any) -> Any:  # noqa: ANN401 - an array
    return np.ascontiguousarray(array).view(f"u{array.dtype.itemsize}")


def _sequence_differences(place: str, expected: Any, found: Any) -> Iterator[Difference]:  # noqa: ANN401 - sequences, which `_are`
    if len(expected) != len(found):
        yield Difference(f"{place}: its length", str(len(expected)), str(len(found)))
        return
    pairs = list(enumerate(zip(expected, found, strict=True)))
    if all(isinstance(value, float | int) for _, pair in pairs for value in pair):
        wrong = [(index, pair) for index, pair in pairs if not _equal(*pair)]
        for index, pair in wrong[:1]:
            yield Difference(f"{place}[{index}]{_others(len(wrong))}", *map(_text, pair))
        return
    for index, pair in pairs:
        yield from _differences(f"{place}[{index}]", *pair)


def _others(count: int) -> str:
    return "" if count == 1 else f" (and {count - 1:,} more numbers)"


def _equal(expected: object, found: object) -> bool:
    if isinstance(expected, float) and isinstance(found, float):
        return expected.hex() == found.hex() or (math.isnan(expected) and math.isnan(found))
    return type(expected) is type(found) and expected == found


def _text(value: object) -> str:
    return repr(value) if isinstance(value, float | _Missing) else shown(value)
