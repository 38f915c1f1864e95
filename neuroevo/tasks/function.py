"""The function task: y = f(x), a formula over ranges of its inputs, with noise."""

import unicodedata
from collections.abc import Mapping
from keyword import iskeyword
from typing import Annotated, Literal

import numpy as np
from pydantic import BeforeValidator, Field, TypeAdapter, ValidationInfo, field_validator

from neuroevo.errors import DataError
from neuroevo.settings import Settings, refusal, shown
from neuroevo.tasks.formula import CONSTANTS, FUNCTIONS, parse
from neuroevo.tasks.noise import noise
from neuroevo.tasks.prepared import MadeTable, Problem, SplitTask, single_precision

TARGET = "y"
Limit = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]


class InputRange(Settings):
    """``{ low = .., high = .. }``: numbers from a uniform distribution."""

    low: Limit
    high: Limit

    @field_validator("high")
    @classmethod
    def _check_order(cls, high: float, information: ValidationInfo) -> float:
        low = information.data.get("low")
        if low is not None and not low < high:
            raise ValueError(f"must be greater than low, {low:g}")
        return high


_Values = Annotated[tuple[Limit, ...], Field(min_length=1)]
_VALUES = TypeAdapter(_Values)


def _input(value: object) -> object:
    # Checked here, since the union would put the names of its members into the key of a problem.
    if isinstance(value, list | tuple):
        return _VALUES.validate_python(tuple(value), strict=True)
    if isinstance(value, Mapping):
        return InputRange.model_validate(dict(value))
    if not isinstance(value, InputRange):
        rule = "must be a list of values, or a table with low and high"
        raise refusal([((), f"{rule}, but got {shown(value)}")])
    return value


Input = Annotated[InputRange | _Values, BeforeValidator(_input)]


def _is_name(text: str) -> bool:
    """Whether a formula can have the name; parsed names are normalised."""
    is_normal = unicodedata.normalize("NFKC", text) == text
    return text.isidentifier() and not iskeyword(text) and is_normal


class FunctionTask(SplitTask):
    """A formula: y = f(x) over ranges of its inputs, with noise.

    Examples
    --------
    >>> xor = {"formula": "abs(a - b)", "inputs": {"a": [0, 1], "b": [0, 1]}}
    >>> FunctionTask(**xor, rows=100).load().data_set.size.inputs
    2
    """

    kind: Literal["function"] = "function"
    inputs: Mapping[str, Input] = Field(
        min_length=1,
        description="name of each input -> { low, high }, or a list of its values",
    )
    formula: str = Field(
        description="y as a formula of the inputs, with + - * / % **, comparisons (1 if true, "
        f"else 0), pi, e and {', '.join(FUNCTIONS)}"
    )
    problem: Problem = Field(
        default="regression", description='"regression", or "classes": each value of y is one'
    )
    rows: int = Field(default=2000, ge=10, le=10_000_000, description="how many are drawn")
    noise: float = Field(
        default=0.0, ge=0, le=1e6, description="standard deviation of noise that is added to y"
    )

    @field_validator("inputs")
    @classmethod
    def _check_names(cls, inputs: Mapping[str, Input]) -> Mapping[str, Input]:
        taken = {TARGET, *CONSTANTS, *FUNCTIONS}
        wrong = [name for name in inputs if not _is_name(name) or name in taken]
        if wrong:
            rule = "must be letters, digits and '_', and no other name of formulas"
            raise refusal([((name,), f"{rule}, but got {shown(name)}") for name in wrong])
        return inputs

    @field_validator("formula")
    @classmethod
    def _check_formula(cls, formula: str, information: ValidationInfo) -> str:
        if "inputs" in information.data:
            try:
                parse(formula, tuple(information.data["inputs"]))
            except ValueError as error:
                raise refusal([((), str(error))]) from None
        return formula

    @field_validator("noise")
    @classmethod
    def _check_noise(cls, noise: float, information: ValidationInfo) -> float:
        if noise and information.data.get("problem") == "classes":
            raise refusal([((), f"must be 0 when problem = 'classes', but got {noise:g}")])
        return noise

    @property
    def has_class_targets(self) -> bool:
        """Whether targets are class probabilities."""
        return self.problem == "classes"

    def make(self) -> MadeTable:
        """Draw the inputs and compute the formula.

        Raises
        ------
        DataError
            If a value is not finite, or they can't be learnt.
        """
        import pandas as pd  # noqa: PLC0415 - takes time, and only this needs it

        seeds = np.random.SeedSequence(self.seed).spawn(2)
        for_inputs, for_noise = (np.random.Generator(np.random.PCG64(seed)) for seed in seeds)
        drawn = {
            name: single_precision(self._drawn(values, for_inputs))
            for name, values in self.inputs.items()
        }
        with np.errstate(all="ignore"):  # what is not finite is refused below
            computed = np.broadcast_to(parse(self.formula, tuple(drawn))(drawn), (self.rows,))
        if not np.isfinite(computed).all():
            row = int(np.argmin(np.isfinite(computed)))
            at = ", ".join(f"{name} = {values[row]:g}" for name, values in drawn.items())
            raise DataError(f"task.formula: must be finite, but got {computed[row]} at {at}")
        values = single_precision(computed + self.noise * noise(computed.shape, for_noise))
        return MadeTable(pd.DataFrame({**drawn, TARGET: values}), (TARGET,), self.problem)

    def describe(self) -> str:
        """Describe the task and its data in one sentence."""
        noisy = f" with noise of standard deviation {self.noise:g}" if self.noise else ""
        return f"y = {self.formula}{noisy}, for {self.rows:,} random inputs{self.divided}."

    def _drawn(self, values: Input, random: np.random.Generator) -> np.ndarray:
        if isinstance(values, InputRange):
            return values.low + (values.high - values.low) * random.random(self.rows)
        return np.asarray(values, dtype=np.float64)[random.integers(len(values), size=self.rows)]
