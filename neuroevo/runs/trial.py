"""One trial of a run, and its line in the journal."""

import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from neuroevo.errors import UsageError
from neuroevo.evolution import Forecast
from neuroevo.settings import shown
from neuroevo.space.values import plain
from neuroevo.workers import Work

if TYPE_CHECKING:
    from neuroevo.space import Value

State = Literal["complete", "diverged", "stopped", "failed"]
_NONE: Mapping[str, Sequence[float]] = {}  # one for all trials, as it takes memory
_NO_NUMBERS: Mapping[str, float] = {}
_STATES: Mapping[str, State] = {state: state for state in get_args(State)}


@dataclass(frozen=True, slots=True)
class Trial:
    """One genome and the results of its evaluation.

    Parameters
    ----------
    number
        Its place in the run, from 0; baselines come first.
    generation
        Its generation, from 0; a baseline has 0.
    operator
        ``baseline``, ``initial``, ``seed`` or the name of the variation operator that created it.
    parents
        Numbers of its parents.
    genome
        Value of each gene.
    objectives
        Value of each objective; NaN if it is not finite.
    curve
        Its learning curve: the median over the replicates of the validation MSE, at each point of
        the grid of samples seen; infinite where they diverged, NaN after the trial was stopped.
        That of a trial that was read from a journal is read again whenever it is asked for.
    state
        ``complete``, ``diverged``, ``stopped`` (before its end, see `verdict`) or ``failed``.
    diverged
        How many replicates diverged.
    seconds
        Time that its evaluation took.
    name
        A baseline's name, else empty.
    cause
        Why it failed or diverged, else empty.
    work
        Which workers trained it and when, in the order of time; empty if that is unknown.
    class_curves
        Like `curve`, for each class measure by its name; empty if it failed, or if the targets of
        its task are no class probabilities.
    quantities
        Value of each quantity that is recorded besides the objectives, such as those that
        constraints bound; NaN if it is not finite, empty if there are none or it failed.
    forecast
        What a model expected of it before it was evaluated, on the scales on which a search
        compares objectives; None without a model.
    replicates
        Value of each objective for each replicate, NaN if it is not finite; empty if it failed or
        a function was called once, at its last rung if it was stopped. Read again like `curve`.
    rung_values
        Its objectives and quantities as they were at each rung that it reached, NaN if they were
        not finite; empty without rungs. They are no measurements of what is at its end.
    verdict
        After which rung it was to stop, counted from 1; 0 if after none. Trials of the control
        group are trained to the end nevertheless.
    """

    number: int
    generation: int
    operator: str
    parents: tuple[int, ...]
    genome: "Mapping[str, Value]"
    objectives: Mapping[str, float]
    curve: Sequence[float] = field(repr=False)
    state: State
    diverged: int
    seconds: float
    name: str = ""
    cause: str = ""
    work: tuple[Work, ...] = ()
    class_curves: Mapping[str, Sequence[float]] = field(default_factory=lambda: _NONE, repr=False)
    replicates: Mapping[str, Sequence[float]] = field(default_factory=lambda: _NONE, repr=False)
    quantities: Mapping[str, float] = field(default_factory=lambda: _NO_NUMBERS)
    forecast: Forecast | None = None
    rung_values: tuple[Mapping[str, float], ...] = ()
    verdict: int = 0

    def quantity(self, name: str) -> float:
        """Return an objective, another quantity, or the ``seconds``; NaN if there is none."""
        for known in (self.objectives, self.quantities):
            if name in known:
                return known[name]
        return self.seconds if name == "seconds" else math.nan

    def to_json(self) -> str:
        """Return the trial as one line of strict JSON, without the newline.

        An objective that is not finite and such a point of a curve are ``null``. Objectives,
        seconds and genes are written in full. A curve of float32 values is written with nine
        significant digits, which are enough to restore each float32, any other with seventeen. So a
        curve that was read must be cast to the run's precision before its bits are compared. There
        are class curves, quantities, a forecast, values of replicates and of rungs only if the
        trial has some.
        """
        head: dict[str, object] = {
            "number": self.number,
            "generation": self.generation,
            "parents": self.parents,
            "operator": self.operator,
        }
        if self.name:
            head["name"] = self.name
        if self.forecast is not None:
            head["forecast"] = asdict(self.forecast)
        head["genome"] = dict(self.genome)
        head["objectives"] = objectives_to_json(self.objectives)
        if self.quantities:
            head["quantities"] = objectives_to_json(self.quantities)
        tail: dict[str, object] = {
            "state": self.state,
            "diverged": self.diverged,
            "seconds": self.seconds,
        }
        if self.rung_values:
            tail["rung_values"] = list(map(objectives_to_json, self.rung_values))
            tail["verdict"] = self.verdict
        if self.cause:
            tail["cause"] = self.cause
        if self.work:
            tail["work"] = self.work
        curves = f'"curve": [{_curve_text(self.curve)}]'
        if self.class_curves:
            named = (
                f"{_dump(name)}: [{_curve_text(each)}]" for name, each in self.class_curves.items()
            )
            curves += f', "class_curves": {{{", ".join(named)}}}'
        if self.replicates:
            curves += f', "replicates": {_dump(replicates_to_json(self.replicates))}'
        return f"{_dump(head)[:-1]}, {curves}, {_dump(tail)[1:]}"

    @classmethod
    def from_json(cls, line: str) -> "Trial":
        """Read a trial from its line; texts that many trials have are kept once.

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
            raise ValueError("it must hold a JSON object")  # noqa: TRY004 - one type for callers
        for key, (rule, holds) in _RULES.items():
            if key not in fields:
                if key not in _OPTIONAL:
                    raise ValueError(f"{key} is missing")
            elif not holds(fields[key]):
                raise ValueError(f"{key} must be {rule}, but got {shown(fields[key])}")
        no_error = math.nan if fields["state"] == "stopped" else math.inf
        return cls(
            number=fields["number"],
            generation=fields["generation"],
            operator=sys.intern(fields["operator"]),
            parents=tuple(fields["parents"]),
            genome={sys.intern(name): plain(value) for name, value in fields["genome"].items()},
            objectives=objectives_from_json(fields["objectives"]),
            quantities=objectives_from_json(fields.get("quantities", _NO_NUMBERS)) or _NO_NUMBERS,
            curve=_curve(fields["curve"], no_error),
            state=_STATES[fields["state"]],
            diverged=fields["diverged"],
            seconds=float(fields["seconds"]),
            name=fields.get("name", ""),
            forecast=_forecast(fields.get("forecast")),
            cause=fields.get("cause", ""),
            work=tuple(
                Work(sys.intern(worker), *times) for worker, *times in fields.get("work", ())
            ),
            class_curves={
                sys.intern(name): _curve(curve, no_error)
                for name, curve in fields.get("class_curves", _NONE).items()
            }
            or _NONE,
            rung_values=tuple(map(objectives_from_json, fields.get("rung_values", ()))),
            verdict=fields.get("verdict", 0),
            replicates=replicates_from_json(fields.get("replicates", _NONE)) or _NONE,
        )


def _forecast(values: Mapping[str, Any] | None) -> Forecast | None:
    if values is None:
        return None
    means, deviations = (tuple(map(float, values[name])) for name in ("means", "deviations"))
    return Forecast(means, deviations, values["round"])


def objectives_to_json(objectives: Mapping[str, float]) -> dict[str, float | None]:
    """Return objectives as JSON has them: None in place of what is not finite."""
    return {name: _or_null(value) for name, value in objectives.items()}


def objectives_from_json(objectives: Mapping[str, float | None]) -> dict[str, float]:
    """Return objectives that were read from JSON: NaN in place of None."""
    return {sys.intern(name): _or_nan(value) for name, value in objectives.items()}


def replicates_to_json(values: Mapping[str, Iterable[float]]) -> dict[str, list[float | None]]:
    """Return values of each replicate as JSON has them, like `objectives_to_json`."""
    return {name: list(map(_or_null, each)) for name, each in values.items()}


def replicates_from_json(
    values: Mapping[str, Iterable[float | None]],
) -> dict[str, tuple[float, ...]]:
    """Return values of each replicate that were read from JSON, like `objectives_from_json`."""
    return {sys.intern(name): tuple(map(_or_nan, each)) for name, each in values.items()}


def _or_null(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _dump(fields: Mapping[str, object] | str) -> str:
    return json.dumps(fields, allow_nan=False, ensure_ascii=False)


def _curve_text(curve: Sequence[float]) -> str:
    numbers = tuple(curve)
    doubles = np.array(numbers, dtype=np.float64)
    with np.errstate(over="ignore"):
        singles = doubles.astype(np.float32)
    digits = 9 if np.array_equal(singles, doubles, equal_nan=True) else 17
    text = ", ".join([f"%.{digits}g"] * len(numbers)) % numbers
    return text.replace("inf", "null").replace("nan", "null")


def _refuse_constant(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON number")


_MOST = 2**53  # of a whole number


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= sys.float_info.max


def _is_number_or_null(value: object) -> bool:
    return value is None or _is_number(value)


def _is_curve(value: object) -> bool:
    # Fast for a list of floats: most of a journal is that.
    if isinstance(value, list) and _are_floats(value):
        return all(map(math.isfinite, value))
    return _list_of(_is_number_or_null)(value)


def _are_floats(values: list[Any]) -> bool:
    return set(map(type, values)) == {float}


def _curve(curve: list[Any], no_error: float) -> tuple[float, ...]:
    if _are_floats(curve):
        return tuple(curve)
    return tuple(no_error if value is None else float(value) for value in curve)


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


def _is_forecast(value: object) -> bool:
    if not isinstance(value, dict) or value.keys() != {"means", "deviations", "round"}:
        return False
    numbers = all(_list_of(_is_number)(value[name]) for name in ("means", "deviations"))
    return numbers and _is_whole(value["round"])


def _list_of(holds: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(map(holds, value))


def _object_of(holds: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, dict) and all(map(holds, value.values()))


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)  # made once, as that is slow

_RULES: Mapping[str, tuple[str, Callable[[object], bool]]] = {
    "number": ("a whole number", _is_whole),
    "generation": ("a whole number", _is_whole),
    "operator": ("a text", _is_text),
    "parents": ("a list of whole numbers", _list_of(_is_whole)),
    "forecast": ("an object of means, deviations and a round", _is_forecast),
    "genome": ("an object of gene values", _object_of(_is_gene_value)),
    "objectives": ("an object of numbers", _object_of(_is_number_or_null)),
    "quantities": ("an object of numbers", _object_of(_is_number_or_null)),
    "curve": ("a list of numbers", _is_curve),
    "class_curves": ("an object of lists of numbers", _object_of(_is_curve)),
    "replicates": ("an object of lists of numbers", _object_of(_is_curve)),
    "state": (" or ".join(_STATES), lambda value: value in get_args(State)),
    "diverged": ("a whole number", _is_whole),
    "seconds": ("a number", _is_number),
    "rung_values": ("a list of objects of numbers", _list_of(_object_of(_is_number_or_null))),
    "verdict": ("a whole number", _is_whole),
    "name": ("a text", _is_text),
    "cause": ("a text", _is_text),
    "work": ("a list of [worker, began, seconds]", _list_of(_is_work)),
}
_OPTIONAL = (
    "forecast",
    "quantities",
    "class_curves",
    "replicates",
    "rung_values",
    "verdict",
    "name",
    "cause",
    "work",
)
