"""Checked, immutable settings: a base for everything that a user may configure.

Knows types, ranges and how a problem is worded, all problems at once. Opens no file and does not
know what any setting is for.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from neuroevo.errors import UsageError

Location = tuple[str | int, ...]

MOST_ITEMS = 1000
"""A list or table that is longer is no setting, and is refused before its items are looked at."""

MOST_PROBLEMS = 100  # are worded; whoever made more of them reads no more of them


class Settings(BaseModel):
    """A table of settings that is right as soon as it exists, and stays as it is.

    Values are taken strictly: true is not a number, 1.0 is not a whole number, and a key that
    isn't known is refused. A list, as TOML gives it, is kept as a tuple.

    Raises
    ------
    UsageError
        One line for each problem of the whole tree of settings, with its dotted key.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        validate_default=True,
        arbitrary_types_allowed=True,
    )

    def __init__(self, /, **values: Any) -> None:  # noqa: ANN401 - anything may be tried
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise UsageError(*problems(error)) from None

    # Without this mark pydantic would build nested settings by calling the method above, and the
    # first broken table would hide the problems of all others.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]  # pydantic's own mark

    @classmethod
    def of(cls, values: Mapping[str, object], *, folder: Path | None = None) -> Self:
        """Make settings from a mapping, such as a parsed file.

        Parameters
        ----------
        values
            Key to value; tables within are mappings too.
        folder
            Where relative paths among the values start; the working directory by default.

        Raises
        ------
        UsageError
            One line for each problem.
        """
        try:
            return cls.model_validate(dict(values), context={"folder": folder})
        except ValidationError as error:
            raise UsageError(*problems(error)) from None

    def replace(self, **values: Any) -> Self:  # noqa: ANN401 - anything may be tried
        """Return these settings with other values for some keys, checked like new ones.

        Raises
        ------
        UsageError
            One line for each problem.
        """
        return type(self)(**{**dict(self), **values})

    @field_validator("*", mode="before")
    @classmethod
    def _keep_lists_as_tuples(cls, value: object) -> object:
        check_length(value)
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="wrap")
    @classmethod
    def _word_problems(cls, value: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Word what is wrong where the right keys are known, which is here."""
        check_length(value)
        try:
            settings: Self = handler(value)
        except ValidationError as error:
            keys = tuple(cls.model_fields)
            raise refusal((line["loc"], _wording(line, keys)) for line in _lines(error)) from None
        return settings


def check_length(value: object) -> None:
    """Refuse a list or table of more than `MOST_ITEMS`.

    Raises
    ------
    pydantic.ValidationError
        If it is one.
    """
    if isinstance(value, list | tuple | Mapping) and len(value) > MOST_ITEMS:
        text = f"must have a length of at most {MOST_ITEMS:,}, but got {len(value):,}"
        raise refusal([((), text)])


def _absolute(value: object, information: ValidationInfo) -> Path | None:
    if value is None:
        return None
    if not isinstance(value, str | Path) or "\0" in str(value) or not str(value):
        raise ValueError("must be the path of a file")
    folder = (information.context or {}).get("folder") or Path()
    path = Path(folder / value).absolute()
    if len(str(path)) > _LONGEST_PATH:
        raise ValueError(f"must be a path of at most {_LONGEST_PATH:,} letters")
    if any("\ud800" <= letter <= "\udfff" for letter in str(path)):
        raise ValueError("must be a path that can be written in UTF-8")
    return path


_LONGEST_PATH = 4096  # of Linux; other systems allow less

OptionalFilePath = Annotated[Path | None, BeforeValidator(_absolute)]
"""A path from a string, made absolute from the folder where the settings stood; or None."""


def problems(error: ValidationError) -> tuple[str, ...]:
    """One line for each problem in a validation error: ``key: rule, but got VALUE``."""
    return tuple(f"{dotted(at)}: {text}" if at else text for at, text in worded(error))


def worded(error: ValidationError) -> list[tuple[Location, str]]:
    """Where each problem in a validation error stands, and what is wrong there."""
    return [(line["loc"], _wording(line)) for line in _lines(error)]


def refusal(lines: Iterable[tuple[Location, str]]) -> ValidationError:
    """Return the error with which a validator refuses its value, for several reasons at once.

    Parameters
    ----------
    lines
        For each problem where it stands, seen from the value, and the whole text:
        ``(("low",), "must be a number, but got 'a'")``. After a hundred of them it is only said
        that there are more.
    """
    remaining = iter(lines)
    told = list(islice(remaining, MOST_PROBLEMS))
    if next(remaining, None) is not None:
        told.append(((), "and more problems"))
    return ValidationError.from_exception_data(
        "settings",
        [
            InitErrorDetails(type=PydanticCustomError("worded", text), loc=location, input=None)
            for location, text in told
        ],
    )


def dotted(location: Location) -> str:
    """Write a location as users do: ``space.hidden.width[0]``; odd keys stand in quotes."""
    key = ""
    for part in location:
        if isinstance(part, int):
            key += f"[{part}]"
        else:
            name = part if _PLAIN_KEY.fullmatch(part) else shown(part)
            key += f".{name}" if key else name
    return key


def shown(value: object, length: int = 60) -> str:
    """Show a value in one short line, lists as in TOML."""
    try:
        text = repr(_with_lists(value))
    except (ValueError, RecursionError):  # thousands of digits, or of lists in one another
        text = "a value too long to write"
    text = printable(text)
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _with_lists(value: object) -> object:
    return [_with_lists(item) for item in value] if isinstance(value, tuple) else value


def printable(text: str) -> str:
    """Escape whatever would break a line or can't be shown."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def nearest(name: object, names: Iterable[str]) -> str:
    """Suggest the most similar name: ``, did you mean 'samples'?``, or nothing."""
    found = difflib.get_close_matches(str(name)[:100], list(names), n=1)
    return f", did you mean {found[0]!r}?" if found else ""


def one_of(value: object, allowed: Iterable[str]) -> str:
    """Word that a value isn't one of those allowed, with the nearest of them."""
    names = tuple(allowed)
    suggestion = nearest(value, names) if isinstance(value, str) else ""
    return f"must be one of {', '.join(map(repr, names))}, but got {shown(value)}{suggestion}"


def unknown(name: object, names: Iterable[str]) -> str:
    """Word that a key isn't known, with the nearest that is, or with all of them."""
    known = tuple(names)
    return "unknown key" + (nearest(name, known) or f", must be one of {', '.join(known)}")


def _wording(line: ErrorDetails, keys: Sequence[str] = ()) -> str:
    """Word a problem in full; the known keys help where a key isn't one of them."""
    match line["type"]:
        case "worded":
            return line["msg"]
        case "missing":
            return "must be given"
        case "extra_forbidden":
            return unknown(line["loc"][-1], keys) if len(line["loc"]) == 1 else "unknown key"
        case "literal_error":
            return one_of(line["input"], re.findall(r"'([^']*)'", line["ctx"]["expected"]))
    return f"{_rule(line)}, but got {shown(line['input'])}"


def _rule(line: ErrorDetails) -> str:
    kind, context = line["type"], line.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind not in _RULES:
        return line["msg"]
    limits = {name: _limit(number) for name, number in context.items() if name in _LIMITS}
    return _RULES[kind].format_map(limits)


def _limit(number: float) -> str:
    return f"{int(number) if number == int(number) else number:,}"


def _lines(error: ValidationError) -> list[ErrorDetails]:
    lines = error.errors(include_url=False)
    # To pydantic a list is too short as soon as its items are wrong.
    return [line for line in lines if line["type"] != "too_short" or _is_short(line)]


def _is_short(line: ErrorDetails) -> bool:
    return bool(len(line["input"]) < line["ctx"]["min_length"])


_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}")
_LIMITS = {"ge", "gt", "le", "lt", "max_length", "min_length"}

# What pydantic finds -> how we say it; the names in braces are those of pydantic's own context.
_RULES: Mapping[str, str] = {
    "bool_type": "must be true or false",
    "dict_type": "must be a table",
    "finite_number": "must be a finite number",
    "float_type": "must be a number",
    "invalid_key": "must be a string as key",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "int_type": "must be a whole number",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "mapping_type": "must be a table",
    "model_type": "must be a table",
    "string_too_long": "must have a length of at most {max_length}",
    "string_too_short": "must have a length of at least {min_length}",
    "string_type": "must be a string",
    "string_unicode": "must be valid Unicode",
    "too_long": "must have a length of at most {max_length}",
    "too_short": "must have a length of at least {min_length}",
    "tuple_type": "must be a list",
}
