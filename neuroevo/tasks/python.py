"""The python task: a function of the user's own, from a configuration to its objectives.

Reads the function's file and checks its syntax; never runs it.
"""

import hashlib
import inspect
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from neuroevo.errors import DataError, UsageError
from neuroevo.files import StrangeFileError, read_file
from neuroevo.settings import absolute_path, printable, refusal, shown
from neuroevo.tasks.task import Task

if TYPE_CHECKING:
    import pandas as pd

MOST_BYTES = 1_000_000
MOST_REPLICATES = 1000
_LONGEST_NAME = 40
_COLUMNS = frozenset(  # of tables that also have the objectives; `seconds` gets another name there
    {"rank", "number", "trial", "generation", "state", "operator", "name", "parents", "network"}
    | {"note", "diverged", "cause", "run", "replicate", "feasible"}
)


@dataclass(frozen=True, slots=True)
class FunctionSource:
    """A function in a file of Python, as it was when it was read."""

    path: Path
    name: str  # of the function
    content: bytes  # of the file

    @property
    def fingerprint(self) -> str:
        """The hash of the file."""
        return f"SHA-256 {hashlib.sha256(self.content).hexdigest()}"


def _reference(value: object, information: ValidationInfo) -> object:
    """Make the path of ``path.py:function`` absolute; a function becomes such a reference."""
    if isinstance(value, FunctionType):
        value = _reference_of(value)
    path, _, name = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    if not path.endswith(".py") or not name.isidentifier():
        rule = "must be a file and a function of it, such as 'boosting.py:evaluate'"
        raise refusal([((), f"{rule}, but got {shown(value)}")])
    return f"{absolute_path(path, information)}:{name}"


def _reference_of(function: FunctionType) -> str:
    """Return where a function stands.

    Workers import its file, so that whatever it needs must be there: a function inside another one
    would lack what surrounds it.
    """
    path = inspect.getsourcefile(inspect.unwrap(function)) or ""
    at_top = function.__qualname__ == function.__name__ and function.__name__.isidentifier()
    if not at_top or not path.endswith(".py") or not Path(path).is_file():
        rule = "must be defined with def at the top level of a file, which workers import"
        raise refusal([((), f"{rule}, but got {function.__qualname__} of {path or 'no file'}")])
    return f"{Path(path).absolute()}:{function.__name__}"


class PythonTask(Task):
    """A function of your own in Python: from a configuration to its objectives.

    Examples
    --------
    >>> PythonTask(function="boosting.py:evaluate", objectives={"rmse": "minimize"}).time_limit
    300.0
    """

    file_setting: ClassVar[str] = "function"
    kind: Literal["python"] = "python"
    function: Annotated[str, BeforeValidator(_reference)] = Field(
        description="FILE.py:FUNCTION; it gets a dict with the value of each active gene, and a "
        "seed if it has an argument of that name; it returns a number, or one for each objective"
    )
    objectives: Mapping[str, Literal["minimize", "maximize"]] = Field(
        min_length=1,
        description='name of each objective -> "minimize" or "maximize", in the order in which '
        "they are returned",
    )
    quantities: tuple[str, ...] | None = Field(
        default=None,
        min_length=1,
        description="names of further numbers that it returns, after the objectives in a list; "
        "they are recorded, and constraints may bound them",
    )
    replicates: int = Field(
        default=1,
        ge=1,
        le=MOST_REPLICATES,
        description="how often each configuration is evaluated, with another seed each time; its "
        "values are the `reduction` of these",
    )
    fresh_replicates: int | None = Field(
        default=None,
        ge=0,
        le=MOST_REPLICATES,
        description="how often each configuration of the front is evaluated at the end, with seeds "
        "that the search did not use; 0: never; as often as `replicates` if that is several, "
        "else never",
    )
    time_limit: float = Field(
        default=300.0, gt=0, le=1e7, description="seconds after which a call has failed"
    )

    @field_validator("objectives")
    @classmethod
    def _check_names(cls, objectives: Mapping[str, str]) -> Mapping[str, str]:
        wrong = [name for name in objectives if not is_plain_name(name)]
        if wrong:
            raise refusal([((name,), f"{NAME_RULE}, but got {shown(name)}") for name in wrong])
        taken = [name for name in objectives if name in _COLUMNS]
        if taken:
            rule = "must be another name, since tables of trials have a column of that name"
            raise refusal([((name,), rule) for name in taken])
        return objectives

    @field_validator("quantities")
    @classmethod
    def _check_quantities(
        cls, quantities: tuple[str, ...] | None, information: ValidationInfo
    ) -> tuple[str, ...] | None:
        named = cls._check_names(dict.fromkeys(quantities or (), "minimize"))
        objectives = information.data.get("objectives", {})
        rule = "must be a name that no objective and no other quantity has"
        twice = [
            place
            for place, name in enumerate(quantities or ())
            if name in objectives or name in (quantities or ())[:place]
        ]
        if twice and named:
            names = quantities or ()
            raise refusal([((place,), f"{rule}, but got {shown(names[place])}") for place in twice])
        return quantities

    @property
    def defaults(self) -> Mapping[str, Mapping[str, object]]:
        """Defaults of the other tables: the search is for all objectives, and for means."""
        return {"evolution": {"objectives": tuple(self.objectives), "reduction": "mean"}}

    @property
    def path(self) -> Path:
        """The file."""
        return Path(self.function.rpartition(":")[0])

    @property
    def function_name(self) -> str:
        """The name of the function."""
        return self.function.rpartition(":")[2]

    def with_data(self, data: "Path | pd.DataFrame") -> Self:
        """Return the task with its function in another file."""
        if not isinstance(data, Path):
            raise UsageError("data: must be the file of the function")
        return self.replace(function=f"{data.absolute()}:{self.function_name}")

    @property
    def lost_data(self) -> str:
        """The file of the function, if it does not exist any more."""
        if self.path.exists():
            return ""
        return f"the function's file {printable(str(self.path))} does not exist"

    def load(self) -> FunctionSource:
        """Read the file and check its syntax; nothing of it is run.

        Raises
        ------
        DataError
            If it can't be read or is not Python.
        """
        place = printable(str(self.path))
        try:
            content = read_file(self.path, MOST_BYTES)
        except OSError as error:
            raise DataError(f"{place}: can't be read ({error.strerror or error})") from None
        except StrangeFileError as error:
            raise DataError(f"{place}: {error}") from None
        _check_syntax(content, self.path)
        return FunctionSource(self.path, self.function_name, content)

    def describe(self) -> str:
        """Describe the task in one sentence."""
        return f"{self.path.name}:{self.function_name}, a function in Python."


def is_plain_name(name: str) -> bool:
    """Whether a name of an objective or gene fits into tables and other files."""
    return name.isascii() and name.isidentifier() and len(name) <= _LONGEST_NAME


NAME_RULE = (
    f"must be 1 to {_LONGEST_NAME} of the letters A to Z and a to z, digits and '_', with no digit "
    "first"
)


def _check_syntax(content: bytes, path: Path) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it is compiled again where it runs
            compile(content, str(path), "exec", dont_inherit=True)
    except SyntaxError as error:
        place = path.name if error.lineno is None else f"{path.name}, line {error.lineno}"
        text = f"{type(error).__name__}: {error.msg}"
    except (ValueError, RecursionError, MemoryError) as error:  # what else the compiler may raise
        place, text = path.name, f"{type(error).__name__}: {error}"
    else:
        return
    raise DataError(f"{printable(place)}: must be Python, but got {printable(text)}")
