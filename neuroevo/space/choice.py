"""A gene whose values are listed: one of some options, in order or not."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np

from neuroevo.errors import UsageError
from neuroevo.space.gene import Gene, flag_problems, raise_all
from neuroevo.space.values import Value, is_number, plain, plain_json, worded


@dataclass(frozen=True, slots=True)
class Choice(Gene):
    """One of some options.

    Parameters
    ----------
    options
        A list of at least one value, all different: booleans, numbers, strings, or tuples of
        whole numbers or of (whole number, string) pairs. 1 and 1.0 are the same option, 1 and
        true are not.
    ordered
        Whether the order matters: then mutation goes to a neighbour in the list.

    Raises
    ------
    UsageError
        One line for each rule that does not hold.
    """

    options: tuple[Value, ...] = field(compare=False)
    ordered: bool = False
    _written: str = field(init=False, repr=False)  # compared, since (1,) == (True,)
    _indices: dict[tuple[bool, Value], int] = field(init=False, repr=False, compare=False)

    def __init__(self, options: Sequence[object], ordered: bool = False) -> None:  # noqa: FBT001, FBT002 - a field of a dataclass, like `log`
        raise_all(_options_problems(options) + flag_problems("ordered", ordered))
        object.__setattr__(self, "options", tuple(plain(option) for option in options))
        object.__setattr__(self, "ordered", ordered)
        object.__setattr__(self, "_written", repr(self.options))
        indices = {_identity(option): index for index, option in enumerate(self.options)}
        object.__setattr__(self, "_indices", indices)

    @property
    def size(self) -> float:
        """The number of options."""
        return float(len(self.options))

    def sample(self, rng: np.random.Generator) -> Value:
        """Draw an option, all with the same probability."""
        return self.options[int(rng.integers(len(self.options)))]

    def check(self, value: object) -> Value:
        """Return the option that equals the value, or raise UsageError if there is none."""
        try:
            return self.options[self.index(plain(value))]
        except (KeyError, UsageError):
            raise UsageError(f"must be {self.describe()}, but got {worded(value)}") from None

    def index(self, value: Value) -> int:
        """Return the place of an option in the list, from 0; KeyError if it is none."""
        return self._indices[_identity(value)]

    def describe(self, number: Callable[[float], str] = str) -> str:
        """List the options."""
        texts = [
            number(cast("float", option)) if is_number(option) else str(plain_json(option))
            for option in self.options
        ]
        if len(texts) == 1:
            return texts[0]
        return f"{', '.join(texts[:-1])} or {texts[-1]}" + (" (in this order)" * self.ordered)

    def values(self) -> Iterator[Value]:
        """Every option, in the given order."""
        return iter(self.options)


def _identity(value: Value) -> tuple[bool, Value]:
    # In Python True == 1, but they are different options.
    return isinstance(value, bool), value


def _options_problems(options: object) -> list[str]:
    if not isinstance(options, Sequence) or isinstance(options, str | bytes):
        return [f"options: must be a list, but got {worded(options)}"]
    problems = []
    seen = set()
    for index, option in enumerate(options):
        try:
            identity = _identity(plain(option))
        except UsageError as error:
            problems += [f"options[{index}]: {problem}" for problem in error.problems]
            continue
        if identity in seen:
            problems.append(f"options[{index}]: must not be repeated, but got {worded(option)}")
        seen.add(identity)
    return problems if options else ["options: must hold at least one, but got none"]
