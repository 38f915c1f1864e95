"""The settings of a table: which columns are used, how they are prepared, how rows are divided.

Knows neither files nor pandas, so that it loads fast.
"""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from neuroevo.settings import Location, Settings, refusal, shown

Problem = Literal["auto", "regression", "classes"]
Missing = Literal["refuse", "median", "most_frequent"]
Unseen = Literal["refuse", "rare", "zeros"]
InputScaling = Literal["standard", "robust", "quantile", "none"]
TargetScaling = Literal["standard", "robust", "none"]
Split = Literal["share", "column", "groups", "time"]
Encoding = Literal[
    "utf-8",
    "utf-16",
    "latin-1",
    "cp1250",
    "cp1251",
    "cp1252",
    "big5",
    "euc_jp",
    "euc_kr",
    "gb18030",
    "koi8_r",
    "shift_jis",
]

SUFFIXES = (".csv", ".txt", ".tsv", ".csv.gz", ".txt.gz", ".tsv.gz", ".parquet")
"""The endings of files that are read as tables."""

BALANCED = "balanced"
PARTS = ("train", "validation", "test")  # the cells of a split column
FOLDED = ("share", "groups")  # the splits that may have folds
MOST_FOLDS = 1000
MOST_CUT = 50_000
"""Rows that are cut into folds instead of being divided, at most: of more, a fold would be missed
more than it helps."""
VALIDATION = 0.2  # the share of validation rows, unless another is given
MOST_NAME = 1000  # characters of the name of a column or category


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


ColumnName = Annotated[str, Field(min_length=1, max_length=MOST_NAME)]
ColumnNames = tuple[ColumnName, ...]


class TableSettings(Settings):
    """Which columns of a table are used, how they are prepared, and how rows are divided.

    Spaces around the names of columns and categories do not count.

    Examples
    --------
    >>> TableSettings(target="price", missing="median").target
    ('price',)
    """

    target: Annotated[ColumnNames, BeforeValidator(_one_or_more), Field(min_length=1)] = Field(
        description="column to predict, or a list of columns of numbers"
    )
    problem: Problem = Field(
        default="auto",
        description='"regression" or "classes"; "auto": classes if the target is text, a category '
        "or true and false, or whole numbers that look like numbered classes: two different "
        "ones, or at most 20 that count up from 0 or 1, with ten rows for each",
    )
    columns: ColumnNames = Field(default=(), description="inputs; none: all other columns")
    leave_out: ColumnNames = Field(default=(), description="columns that are not used")
    categories: ColumnNames = Field(
        default=(), description="columns whose values are categories, even if they are numbers"
    )
    weight: Annotated[str, Field(max_length=MOST_NAME)] = Field(
        default="",
        description="column of weights, numbers of at least 0: how much each row counts in all "
        'parts; "balanced": all classes weigh equally in training and validation',
    )
    separator: str = Field(
        default=",", description="character between the cells of a text file; of .tsv always a tab"
    )
    decimal: Literal[".", ","] = Field(default=".", description="decimal sign of a text file")
    encoding: Encoding = Field(default="utf-8", description="encoding of a text file")
    missing_words: tuple[Annotated[str, Field(max_length=100)], ...] = Field(
        default=("NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null"),
        description="cells of a text file that are missing, as empty cells are",
    )
    missing: Missing = Field(
        default="refuse",
        description="missing inputs: refuse them, or fill them with the median or the most "
        "frequent value of the training rows (categories, true and false: the most frequent)",
    )
    missing_indicator: bool = Field(
        default=False,
        description="add an input for each column with missing training cells: 1 if missing, or 0",
    )
    rare: float = Field(
        default=0.01,
        ge=0,
        le=0.5,
        description="categories in a smaller share of the training rows are gathered into one",
    )
    unseen: Unseen = Field(
        default="rare",
        description="categories that no training row has: refuse them, treat them as rare ones "
        "(zeros if no rare ones were gathered), or make all inputs of the column 0",
    )
    scaling: InputScaling = Field(
        default="standard",
        description="scaling of numbers: by mean and standard deviation, by median and "
        "interquartile range, to a uniform distribution of mean 0 and variance 1, or none",
    )
    target_scaling: TargetScaling = Field(
        default="standard", description="scaling of the targets of a regression"
    )
    split: Split = Field(
        default="share",
        description="training, validation and test rows: random shares (the same in each class), "
        "by the words train, validation and test in a column, random groups, or by time with "
        "the last rows as test rows, those of equal times in the order of the table",
    )
    split_column: Annotated[str, Field(max_length=MOST_NAME)] = Field(
        default="",
        description="column of the words, of the groups or of the times (numbers or ISO dates)",
    )
    folds: int = Field(
        default=0,
        ge=0,
        le=MOST_FOLDS,
        description="folds of a cross-validation, for shares or groups: the rows outside the test "
        "part are cut into so many, and each validates networks that the others train; 0: none",
    )
    validation: float = Field(
        default=VALIDATION,
        gt=0,
        lt=1,
        description="share of the validation rows, or of their groups, if there are no folds",
    )
    test: float = Field(
        default=0.2, ge=0, lt=1, description="share of the test rows, or of their groups"
    )
    split_seed: int = Field(default=0, ge=0, lt=2**63, description="seed of random shares")

    @field_validator("target", "columns", "leave_out", "categories")
    @classmethod
    def _check_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        stripped = tuple(name.strip() for name in names)
        _check_each(stripped)
        return stripped

    @field_validator("weight", "split_column")
    @classmethod
    def _strip(cls, name: str) -> str:
        return name.strip()

    @field_validator("missing_words")
    @classmethod
    def _check_words(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        _check_each(words)
        return words

    @field_validator("separator")
    @classmethod
    def _check_separator(cls, separator: str) -> str:
        allowed = len(separator) == 1 and (separator == "\t" or separator.isprintable())
        if not allowed or separator.isalnum() or separator in _NO_SEPARATORS or separator > "~":
            raise refusal(
                [((), f"must be one of , ; | and the like, or a tab, but got {shown(separator)}")]
            )
        return separator

    @field_validator("decimal")
    @classmethod
    def _check_decimal(cls, decimal: str, information: ValidationInfo) -> str:
        if decimal == information.data.get("separator"):
            raise refusal([((), f"must differ from the separator, but got {shown(decimal)}")])
        return decimal

    @property
    def weight_column(self) -> str:
        """The column that rows are weighed by; empty if there is none."""
        return "" if self.weight == BALANCED else self.weight

    @model_validator(mode="after")
    def _check_as_a_whole(self) -> Self:
        found = self._column_problems() + self._split_problems()
        if found:
            raise refusal(found)
        return self

    def _column_problems(self) -> list[tuple[Location, str]]:
        roles = {"leave_out": self.leave_out, "target": self.target, "columns": self.columns}
        found: list[tuple[Location, str]] = [
            ((key,), f"must not name {shown(name)}, which is also one of {other}")
            for key, other in (("columns", "target"), ("leave_out", "target"))
            for name in roles[key]
            if name in roles[other]
        ]
        found += [
            (("leave_out",), f"must not name {shown(name)}, which is also one of columns")
            for name in self.leave_out
            if name in self.columns
        ]
        if self.problem == "classes" and len(self.target) > 1:
            text = f"must be one column if problem = 'classes', but got {shown(self.target)}"
            found.append((("target",), text))
        if self.problem == "regression" and self.weight == BALANCED:
            rule = "must be a column or empty if problem = 'regression'"
            found.append((("weight",), f"{rule}, but got 'balanced'"))
        if self.weight_column in (*self.target, *self.columns, *self.leave_out):
            text = f"must not be a target, an input or left out, but got {shown(self.weight)}"
            found.append((("weight",), text))
        return found

    def _split_problems(self) -> list[tuple[Location, str]]:
        found: list[tuple[Location, str]] = []
        if self.split == "share" and self.split_column:
            text = f"must be left out when split = 'share', but got {shown(self.split_column)}"
            found.append((("split_column",), text))
        if self.split != "share" and not self.split_column:
            found.append((("split_column",), f"must be given when split = {self.split!r}"))
        taken = (*self.target, *self.leave_out, self.weight_column)
        if self.split_column in taken and self.split_column:
            text = f"must not be a target, a weight or left out, but got {shown(self.split_column)}"
            found.append((("split_column",), text))
        found += fold_problems(self.folds, self.validation)
        if self.folds and self.split not in FOLDED:
            text = f"must be 0 unless split = 'share' or 'groups', but got {self.folds}"
            found.append((("folds",), text))
        if not self.folds and self.split != "column" and self.validation + self.test >= 1:
            total = f"{self.validation} and {self.test}"
            text = f"must leave training rows beside the validation rows, but got {total}"
            found.append((("test",), text))
        return found


def fold_problems(folds: int, validation: float) -> list[tuple[Location, str]]:
    """Return what is wrong with a number of folds, and a share of validation rows beside it."""
    found: list[tuple[Location, str]] = []
    if folds == 1:
        found.append((("folds",), "must be 0, for none, or at least 2, but got 1"))
    if folds and validation != VALIDATION:
        rule = "must be left out with folds, which validate in turn"
        found.append((("validation",), f"{rule}, but got {validation:g}"))
    return found


_NO_SEPARATORS = "\"'+-._"


def _check_each(names: Sequence[str]) -> None:
    found: list[tuple[Location, str]] = []
    for place, name in enumerate(names):
        if not name:
            found.append(((place,), "must not be empty"))
        elif name in names[:place]:
            found.append(((place,), f"must be named once, but got {shown(name)} again"))
    if found:
        raise refusal(found)
