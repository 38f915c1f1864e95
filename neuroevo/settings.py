"""Checked, immutable settings, and the texts of their problems.

Knows types and ranges. Opens no file and does not know what any setting is for.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from numbers import Integral, Real
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
from neuroevo.files import with_home

Location = tuple[str | int, ...]

MOST_ITEMS = 1000
"""Longer lists and tables are refused before their items are checked."""

MOST_PROBLEMS = 100  # are reported


class Settings(BaseModel):
    """A table of settings that is checked when it is made, and immutable.

    Checks are strict: true is not a number, 1.0 is not a whole number, and an unknown key is
    refused. Lists become tuples, and NumPy's numbers Python's.

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

    # Without this mark pydantic would build nested settings by calling the method above, and
    # the first wrong table would hide the problems of all others.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]  # pydantic's own mark

    @classmethod
    def of(cls, values: Mapping[str, object], *, folder: Path | None = None) -> Self:
        """Make settings from a mapping, such as a parsed file.

        Parameters
        ----------
        values
            Key to value; nested tables are mappings too.
        folder
            The folder of relative paths among the values; the working directory by default.

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
        """Return these settings with some values replaced; UsageError if one is wrong."""
        return type(self)(**{**dict(self), **values})

    @field_validator("*", mode="before")
    @classmethod
    def _make_plain(cls, value: object) -> object:
        _check_length(value)
        try:
            return _plain(value)
        except RecursionError:  # which the check of the value refuses
            return value

    @model_validator(mode="wrap")
    @classmethod
    def _word_problems(cls, value: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Write the texts of problems here, where the names of the keys are known."""
        _check_length(value)
        try:
            settings: Self = handler(value)
        except ValidationError as error:
            keys = tuple(cls.model_fields)
            raise refusal((line["loc"], _wording(line, keys)) for line in _lines(error)) from None
        return settings


def _plain(value: object) -> object:
    """Return Python's values for NumPy's, and tuples for lists, also within those and mappings."""
    if isinstance(value, str | bool | int | float) and type(value).__module__ == "builtins":
        return value
    if type(value) in {list, tuple}:
        return tuple(map(_plain, value))  # type: ignore[call-overload]  # a list or a tuple
    if type(value) is dict:
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    kind = type(value)
    plain = _PLAIN.get(kind.__name__) if kind.__module__ == "numpy" else None
    return value if plain is None else plain(value)


_PLAIN: Mapping[str, Callable[[object], object]] = {"bool": bool, "str_": str}
"""What NumPy's types of other values than numbers become; NumPy is not loaded for it."""


def _check_length(value: object) -> None:
    if isinstance(value, list | tuple | Mapping) and len(value) > MOST_ITEMS:
        text = f"must have a length of at most {MOST_ITEMS:,}, but got {len(value):,}"
        raise refusal([((), text)])


def absolute_path(value: object, information: ValidationInfo) -> Path:
    """Return a path, absolute from the folder of the settings; ValueError if it is none."""
    if not isinstance(value, str | Path) or "\0" in str(value) or not str(value):
        raise ValueError("must be the path of a file")
    folder = (information.context or {}).get("folder") or Path()
    path = (folder / with_home(value)).absolute()
    if len(str(path)) > _LONGEST_PATH:
        raise ValueError(f"must be a path of at most {_LONGEST_PATH:,} characters")
    if any("\ud800" <= letter <= "\udfff" for letter in str(path)):
        raise ValueError("must be a path that can be written in UTF-8")
    return path


_LONGEST_PATH = 4096  # of Linux; other systems allow less


def _optional_path(value: object, information: ValidationInfo) -> Path | None:
    return None if value is None else absolute_path(value, information)


OptionalFilePath = Annotated[Path | None, BeforeValidator(_optional_path)]
"""A path made absolute from the folder of the settings; or None."""


def problems(error: ValidationError) -> tuple[str, ...]:
    """Return one line for each problem in a validation error: ``key: rule, but got VALUE``."""
    return tuple(f"{dotted(at)}: {text}" if at else text for at, text in worded(error))


def worded(error: ValidationError) -> list[tuple[Location, str]]:
    """Return the location and the text of each problem in a validation error."""
    return [(line["loc"], _wording(line)) for line in _lines(error)]


def refusal(lines: Iterable[tuple[Location, str]]) -> ValidationError:
    """Return the error with which a validator refuses its value, for several problems at once.

    Parameters
    ----------
    lines
        The location of each problem within the value, and its text:
        ``(("low",), "must be a number, but got 'a'")``. After a hundred problems, a last line
        says that there are more.
    """
    remaining = iter(lines)
    reported = list(islice(remaining, MOST_PROBLEMS))
    if next(remaining, None) is not None:
        reported.append(((), "and more problems"))
    return ValidationError.from_exception_data(
        "settings",
        [
            InitErrorDetails(type=PydanticCustomError("worded", text), loc=location, input=None)
            for location, text in reported
        ],
    )


def dotted(location: Location) -> str:
    """Return a location as in a file: ``space.hidden.width[0]``; unusual keys are quoted."""
    key = ""
    for part in location:
        if isinstance(part, int):
            key += f"[{part}]"
        else:
            name = part if _PLAIN_KEY.fullmatch(part) else shown(part)
            key += f".{name}" if key else name
    return key


def shown(value: object, length: int = 60) -> str:
    """Return a value as one short line, as in TOML if it is a truth value or a list.

    A scalar of NumPy is written as the number or text that it is.
    """
    try:
        text = _text(value)
    except (ValueError, RecursionError):  # thousands of digits, or of nested lists
        text = "a value too long to write"
    text = printable(text)
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _text(value: object) -> str:
    value = _plain(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_text, value))}]"
    return repr(value)


def printable(text: str) -> str:
    """Escape line breaks and characters that can't be printed."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def nearest(name: object, names: Iterable[str]) -> str:
    """Return a suggestion, ``, did you mean 'samples'?``, or nothing."""
    found = difflib.get_close_matches(str(name)[:100], list(names), n=1)
    return f", did you mean {found[0]!r}?" if found else ""


def one_of(value: object, allowed: Iterable[str]) -> str:
    """Return that a value must be one of those allowed, and the most similar of them."""
    names = tuple(allowed)
    suggestion = nearest(value, names) if isinstance(value, str) else ""
    return f"must be one of {', '.join(map(repr, names))}, but got {shown(value)}{suggestion}"


def unknown(name: object, names: Iterable[str]) -> str:
    """Return that a key is unknown, and the most similar key, or all of them."""
    known = tuple(names)
    return "unknown key" + (nearest(name, known) or f", must be one of {', '.join(known)}")


def _wording(line: ErrorDetails, keys: Sequence[str] = ()) -> str:
    """Return the text of a problem; for an unknown key, with a suggestion from the keys."""
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
    limits = {
        name: f"{int(number) if number == int(number) else number:,}"
        for name, number in context.items()
        if isinstance(number, int | float)
    }
    return _RULES[kind].format_map(limits)


def _lines(error: ValidationError) -> list[ErrorDetails]:
    lines = error.errors(include_url=False)
    # To pydantic a list is too short as soon as its items are wrong.
    return [
        line
        for line in lines
        if line["type"] != "too_short" or len(line["input"]) < line["ctx"]["min_length"]
    ]


_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}")

# Pydantic's type of problem -> our text; the names in braces are those of pydantic's context.
_RULES: Mapping[str, str] = {
    "bool_type": "must be true or false",
    "dataclass_type": "must be a table",
    "dict_type": "must be a table",
    "finite_number": "must be a finite number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "invalid_key": "must be a string as key",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number that is not as large",
    "int_type": "must be a whole number",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "list_type": "must be a list",
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
