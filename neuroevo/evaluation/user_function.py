"""Runs a user's function in a worker process, and checks what it returns.

Whatever it does, the worker reports one line. Knows neither searches nor networks.
"""

import faulthandler
import functools
import inspect
import math
import os
import platform
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TextIO

from neuroevo.evolution.candidate import LARGEST_FITNESS
from neuroevo.settings import nearest, printable, shown
from neuroevo.tasks import FunctionSource
from neuroevo.workers import TIMED_OUT, Work

_LONGEST_CAUSE = 300  # characters
_SECONDS_OF_GRACE = 5.0  # after the time limit, before a process that does not react is ended


@dataclass(frozen=True, slots=True)
class Call:
    """A configuration that the function gets, and a seed that belongs to it."""

    trial: int  # its place among those that are evaluated together
    replicate: int
    genome: Mapping[str, Any]
    seed: int


@dataclass(frozen=True, slots=True)
class UserFunction:
    """A function, and what it must return and when."""

    source: FunctionSource
    objectives: tuple[str, ...]  # in the order in which it returns them
    time_limit: float  # seconds
    quantities: tuple[str, ...] = ()  # that it returns after the objectives
    marks: Path | None = None  # a folder in which processes that are ended leave a file


@dataclass(frozen=True, slots=True, eq=False)
class Measurement:
    """What the function returned for a configuration."""

    objectives: Mapping[str, float]
    seconds: float
    work: Work
    quantities: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no measurement, in one line."""

    cause: str
    seconds: float


def import_function(_: None, function: UserFunction) -> str:
    """Import the file of a function; returns why that is not possible, empty if it is."""
    with _ended_if_stuck(function, None):
        try:
            _imported(function.source)
        except BaseException as error:  # noqa: BLE001 - it may raise anything, SystemExit too
            return _cause(error, function.source)
    return ""


def measure(call: Call, function: UserFunction) -> Measurement | Refusal:
    """Call the function for one configuration."""
    began, start = time.time(), time.perf_counter()
    try:
        with _ended_if_stuck(function, call):
            called, takes_seed = _imported(function.source)
            returned = called(dict(call.genome), **({"seed": call.seed} if takes_seed else {}))
            numbers = _checked(returned, function)
    except BaseException as error:  # noqa: BLE001 - it may raise anything, SystemExit too
        return Refusal(_cause(error, function.source), time.perf_counter() - start)
    seconds = time.perf_counter() - start
    work = Work(f"{platform.node()}:{os.getpid()}", round(began, 6), round(seconds, 6))
    objectives = {name: numbers[name] for name in function.objectives}
    quantities = {name: numbers[name] for name in function.quantities}
    return Measurement(objectives, seconds, work, quantities)


class _RefusedError(Exception):
    """There is no such function, or it returned something wrong; the message says what."""


@functools.lru_cache(maxsize=4)
def _imported(source: FunctionSource) -> tuple[Callable[..., object], bool]:
    """Import the file once in each process; returns the function, and whether it takes a seed.

    What is run is the content that was read when the search began, also if the file was changed
    since then.
    """
    _separate_streams()
    name = source.path.stem
    module = ModuleType(name if name not in sys.modules else f"function_of_{name}")
    module.__file__ = str(source.path)
    sys.path.insert(0, str(source.path.parent))  # as for a script, so that it can import others
    sys.modules[module.__name__] = module  # where dataclasses and pickle look for it
    code = compile(source.content, str(source.path), "exec", dont_inherit=True)
    exec(code, module.__dict__)  # noqa: S102 - the user asks for it
    found = getattr(module, source.name, None)
    if not callable(found):
        functions = [each for each, value in vars(module).items() if callable(value)]
        got = nearest(source.name, functions) if found is None else f", but got {shown(found)}"
        raise _RefusedError(f"must have a function {source.name!r}{got or ', but has none'}")
    return found, _takes_seed(found)


def is_importing() -> bool:
    """Whether this thread is importing the file of a function."""
    frame, importing = inspect.currentframe(), _imported.__wrapped__.__code__
    while frame is not None and frame.f_code is not importing:
        frame = frame.f_back
    return frame is not None


def _takes_seed(function: Callable[..., object]) -> bool:
    try:
        return "seed" in inspect.signature(function).parameters
    except (TypeError, ValueError):  # a function of an extension need not have a signature
        return False


@functools.cache
def _separate_streams() -> None:
    """Let what the process prints go to stderr, and let it read nothing.

    The stdout of a command has its data, and its stdin belongs to the terminal.
    """
    with suppress(OSError):
        os.dup2(2, 1)
    with suppress(OSError):
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)


def cause_of_end(cause: str, function: UserFunction, call: Call | None) -> str:
    """Return why there is no result: a process that was ended as it was stuck took too long.

    Parameters
    ----------
    cause
        What is known of the end.
    function, call
        What was called; None for what was imported.
    """
    mark = _mark(function, call)
    with suppress(OSError):
        if mark.stat().st_size:
            mark.unlink()
            return f"{TIMED_OUT} of {function.time_limit:g} s, and {cause}"
    return cause


@contextmanager
def _ended_if_stuck(function: UserFunction, call: Call | None) -> Iterator[None]:
    """End the process soon after the time limit if no other thread of it can do so.

    The function may be in compiled code that never lets other threads run. Then the file of the
    call is not empty: nothing else tells such an end from others.
    """
    seconds = function.time_limit + _SECONDS_OF_GRACE
    path = _mark(function, call)
    with _opened(path) as mark:
        faulthandler.dump_traceback_later(seconds, exit=True, file=mark)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()
            with suppress(Exception):  # the function may have closed or replaced it
                sys.stdout.flush()
    if function.marks:
        path.unlink(missing_ok=True)


def _mark(function: UserFunction, call: Call | None) -> Path:
    """Return the file that says whether a process was ended as it was stuck in a call."""
    if function.marks is None:
        return Path(os.devnull)
    return function.marks / (f"{call.trial}-{call.replicate}" if call else "import")


def _opened(mark: Path) -> TextIO:
    try:
        return mark.open("w", encoding="utf-8")
    except OSError:  # the folder is on another machine
        return Path(os.devnull).open("w", encoding="utf-8")


def _checked(returned: object, function: UserFunction) -> dict[str, float]:
    names = function.objectives + function.quantities
    values = _by_name(returned, function)
    numbers = {name: _number(name, values[name], function) for name in names}
    for name, number in numbers.items():
        if not abs(number) <= LARGEST_FITNESS:
            rule = (
                "a number between -1e300 and 1e300" if math.isfinite(number) else "a finite number"
            )
            raise _refused(function, f"{rule}{_of(name, function)}", str(number))
    return numbers


def _by_name(returned: object, function: UserFunction) -> Mapping[str, object]:
    names = function.objectives + function.quantities
    named = _mapping(returned, names)
    if named is not None:
        if set(named) != set(names):
            found = ", ".join(map(shown, named)) or "nothing"
            raise _refused(function, ", ".join(map(repr, names)), found)
        return named
    if isinstance(returned, AbstractSet) and len(names) > 1:
        rule = f"{', '.join(names)} in this order, or by name"
        raise _refused(function, rule, f"a set, {shown(returned)}")
    if isinstance(returned, str | bytes) or returned is None:
        values: Sequence[object] = [returned]
    else:
        if hasattr(returned, "to_numpy"):  # a frame, whose items are its labels
            returned = returned.to_numpy()
        try:
            values = list(returned)  # type: ignore[call-overload]  # whatever it is
        except TypeError:  # a number, which has no items
            values = [returned]
    if len(values) != len(names):
        rule = "a number" if len(names) == 1 else f"{len(names)} numbers"
        raise _refused(function, f"{rule}, {', '.join(names)}", shown(returned))
    return dict(zip(names, values, strict=True))


def _mapping(returned: object, names: Sequence[str]) -> Mapping[str, object] | None:
    """Return values by name, also those of a series with names; None of others.

    Those of named tuples and records are taken by name if their fields have these names.
    """
    if isinstance(returned, Mapping):
        return returned
    if isinstance(returned, tuple) and set(getattr(returned, "_fields", ())) == set(names):
        return {name: getattr(returned, name) for name in names}
    if set(getattr(getattr(returned, "dtype", None), "names", None) or ()) == set(names):
        return {name: returned[name] for name in names}  # type: ignore[index]  # a record
    keys = getattr(returned, "keys", None)
    labels = list(keys()) if callable(keys) else []
    if labels and all(isinstance(label, str) for label in labels):
        return {label: returned[label] for label in labels}  # type: ignore[index]  # it has keys
    return None


def _number(name: str, value: object, function: UserFunction) -> float:
    if not isinstance(value, str | bytes | bool):
        with suppress(TypeError, ValueError, OverflowError):
            return float(value)  # type: ignore[arg-type]  # whatever it is
    raise _refused(function, f"a number{_of(name, function)}", shown(value))


def _of(name: str, function: UserFunction) -> str:
    return f" for {name}" if len(function.objectives + function.quantities) > 1 else ""


def _refused(function: UserFunction, rule: str, found: str) -> _RefusedError:
    return _RefusedError(f"{function.source.name} must return {rule}, but got {found}")


def _cause(error: BaseException, source: FunctionSource) -> str:
    """Say in one line what went wrong, and in which line of the file."""
    try:
        text = " ".join(printable(line) for line in str(error).splitlines())
    except Exception:  # noqa: BLE001 - an exception of the user's own may fail to be written
        text = ""
    if isinstance(error, _RefusedError):
        whole = f"{source.path.name}: {text}"
    else:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == str(source.path)]
        place = f", line {lines[-1]}" if lines else ""
        kind = type(error).__name__
        whole = f"{source.path.name}{place}: {kind}{': ' * bool(text)}{text}"
    return whole if len(whole) <= _LONGEST_CAUSE else f"{whole[: _LONGEST_CAUSE - 1]}…"
