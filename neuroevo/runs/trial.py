"""One trial as a run remembers it, and its line in the journal.

It knows what a line holds and how numbers are written there; it does not train, judge or draw.
"""

import json
import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from neuroevo.errors import UsageError
from neuroevo.settings import shown
from neuroevo.space.values import plain
from neuroevo.workers import Work

if TYPE_CHECKING:
    from neuroevo.space import Value

State = Literal["complete", "diverged", "failed"]


@dataclass(frozen=True, slots=True)
class Trial:
    """One genome and what came of evaluating it.

    Parameters
    ----------
    number
        Its place in the run, from 0 on; baselines come first.
    generation
        The generation that asked for it, from 0 on; a baseline has 0.
    operator
        Where the genome came from: ``baseline``, ``initial``, ``seed`` or the name of the
        variation operator.
    parents
        Numbers of the trials that it descends from.
    genome
        Value of each gene.
    objectives
        Value of each objective; NaN where there is no finite one.
    curve
        Median over the replicates of the validation MSE, one value for each point of the grid
        of samples seen; infinite where it diverged.
    state
        ``complete``, ``diverged`` or ``failed``.
    diverged
        How many replicates diverged.
    seconds
        Time that its evaluation took.
    name
        A baseline's name.
    cause
        Why it failed or diverged.
    work
        Who trained it and when, in the order of time; empty where nobody noted it.
    """

    number: int
    generation: int
    operator: str
    parents: tuple[int, ...]
    genome: "Mapping[str, Value]"
    objectives: Mapping[str, float]
    curve: tuple[float, ...] = field(repr=False)
    state: State
    diverged: int
    seconds: float
    name: str = ""
    cause: str = ""
    work: tuple[Work, ...] = ()

    def to_json(self) -> str:
        """Write the trial as one line of strict JSON, without the newline.

        JSON has neither NaN nor infinity: an objective without a finite value and a diverged
        point of the curve are ``null``. Objectives, seconds and genes are written in full. A
        curve of float32 values is written with nine significant digits, which always give the
        float32 again, any other with seventeen. So a curve that was read must be cast to the
        run's precision before its bits are compared.
        """
        head: dict[str, object] = {
            "number": self.number,
            "generation": self.generation,
            "parents": self.parents,
            "operator": self.operator,
        }
        if self.name:
            head["name"] = self.name
        head["genome"] = dict(self.genome)
        head["objectives"] = {
            name: value if math.isfinite(value) else None for name, value in self.objectives.items()
        }
        tail: dict[str, object] = {
            "state": self.state,
            "diverged": self.diverged,
            "seconds": self.seconds,
        }
        if self.cause:
            tail["cause"] = self.cause
        if self.work:
            tail["work"] = self.work
        return f'{_dump(head)[:-1]}, "curve": [{_curve_text(self.curve)}], {_dump(tail)[1:]}'

    @classmethod
    def from_json(cls, line: str) -> "Trial":
        """Read a trial from its line.

        Raises
        ------
        ValueError
            If the line is not the JSON of a trial; the message says what is wrong with it.
        """
        try:
            fields = _DECODER.decode(line)
        except RecursionError:
            raise ValueError("it is nested too deeply") from None
        except ValueError as error:
            raise ValueError(f"it is not JSON ({error})") from None
        if not isinstance(fields, dict):
            raise ValueError("it must hold a JSON object")  # noqa: TRY004 - one kind for callers
        for key, (rule, holds) in _RULES.items():
            if key not in fields and key in _OPTIONAL:
                continue
            if key not in fields:
                raise ValueError(f"{key} is missing")
            if not holds(fields[key]):
                raise ValueError(f"{key} must be {rule}, but got {shown(fields[key])}")
        return cls(
            number=fields["number"],
            generation=fields["generation"],
            operator=fields["operator"],
            parents=tuple(fields["parents"]),
            genome={name: plain(value) for name, value in fields["genome"].items()},
            objectives={
                name: math.nan if value is None else float(value)
                for name, value in fields["objectives"].items()
            },
            curve=tuple(_diverged_as_infinite(fields["curve"])),
            state=fields["state"],
            diverged=fields["diverged"],
            seconds=float(fields["seconds"]),
            name=fields.get("name", ""),
            cause=fields.get("cause", ""),
            work=tuple(Work(*each) for each in fields.get("work", ())),
        )


def _dump(fields: Mapping[str, object]) -> str:
    return json.dumps(fields, allow_nan=False, ensure_ascii=False)


def _curve_text(curve: tuple[float, ...]) -> str:
    doubles = np.array(curve, dtype=np.float64)
    with np.errstate(over="ignore"):
        singles = doubles.astype(np.float32)
    digits = 9 if np.array_equal(singles, doubles, equal_nan=True) else 17
    text = ", ".join([f"%.{digits}g"] * len(curve)) % curve
    return text.replace("inf", "null").replace("nan", "null")


def _refuse_constant(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON number")


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= sys.float_info.max


def _is_number_or_null(value: object) -> bool:
    return value is None or _is_number(value)


def _is_curve(value: object) -> bool:
    # Most of a journal is curves, and most curves are floats alone.
    if isinstance(value, list) and _are_floats(value):
        return all(map(math.isfinite, value))
    return _list_of(_is_number_or_null)(value)


def _are_floats(values: list[Any]) -> bool:
    return set(map(type, values)) == {float}


def _diverged_as_infinite(curve: list[Any]) -> list[float]:
    if _are_floats(curve):
        return curve
    return [math.inf if value is None else float(value) for value in curve]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_gene_value(value: object) -> bool:
    try:
        plain(value)
    except UsageError:
        return False
    return True


def _is_work(value: object) -> bool:
    if not isinstance(value, list) or len(value) != len(Work._fields):
        return False
    worker, *times = value
    return _is_text(worker) and all(map(_is_number, times))


def _list_of(holds: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(map(holds, value))


def _object_of(holds: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, dict) and all(map(holds, value.values()))


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)  # made once: that takes a while

_RULES: Mapping[str, tuple[str, Callable[[object], bool]]] = {
    "number": ("a whole number", _is_whole),
    "generation": ("a whole number", _is_whole),
    "operator": ("a text", _is_text),
    "parents": ("a list of whole numbers", _list_of(_is_whole)),
    "genome": ("an object of gene values", _object_of(_is_gene_value)),
    "objectives": ("an object of numbers", _object_of(_is_number_or_null)),
    "curve": ("a list of numbers", _is_curve),
    "state": (" or ".join(get_args(State)), lambda value: value in get_args(State)),
    "diverged": ("a whole number", _is_whole),
    "seconds": ("a number", _is_number),
    "name": ("a text", _is_text),
    "cause": ("a text", _is_text),
    "work": ("a list of [worker, began, seconds]", _list_of(_is_work)),
}
_OPTIONAL = ("name", "cause", "work")
