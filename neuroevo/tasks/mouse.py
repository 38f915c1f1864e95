"""The mouse task: a circle learns to follow the mouse, f(x, y) = (x, y).

Knows the sources of positions, their normalisation, and the baselines.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self, cast

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from neuroevo.errors import UsageError
from neuroevo.learning import Optimization, is_read
from neuroevo.learning.data import Columns, DataSet
from neuroevo.settings import OptionalFilePath, printable, refusal
from neuroevo.space import Value
from neuroevo.tasks.noise import noise
from neuroevo.tasks.recording import read_recording
from neuroevo.tasks.strokes import Positions, strokes
from neuroevo.tasks.task import Baseline, NetworkTask, TaskData

if TYPE_CHECKING:
    import pandas as pd

Pixels = Annotated[int, Field(ge=1, le=100_000)]


def _baseline(
    name: str, hidden: tuple[int, ...], learning_rate: float, note: str, **changes: Value
) -> Baseline:
    # With all settings of the optimizer: those of the experiment are not used.
    genes: dict[str, Value] = {
        "hidden": hidden,
        "learning_rate": learning_rate,
        "activation": "linear",
    }
    whole = genes | Optimization().model_dump() | changes
    read = {name: value for name, value in whole.items() if is_read(name, whole)}
    return Baseline(name, read, note)


BASELINES = (
    _baseline("article-good", (3,), 0.005, "the article's own choice"),
    _baseline("article-deep", (4, 4, 4), 0.0005, "three hidden layers, from the article"),
    _baseline("article-tanh", (4,), 0.04, "with tanh, from the article", activation="tanh"),
    _baseline("article-very-deep", (6,) * 9, 0.001, "nine hidden layers, from the article"),
    _baseline("article-eve", (3, 3), 0.001, "the start of the article's demo"),
    _baseline(
        "demo-latest",
        (3,),
        0.01,
        "the demo's latest choice: Adam and leaky ReLU",
        activation="leaky_relu",
        optimizer="adam",
    ),
)


class MouseTask(NetworkTask):
    """A circle follows the mouse: the network's output should equal its input, a position.

    Positions are normalised to factor × (x / half width, y / half height), with the origin in the
    centre of the canvas, x to the right and y down. Validation is a regular grid over the whole
    canvas, edges included, so a network must also work where it was not trained.

    Examples
    --------
    >>> MouseTask(positions="uniform", count=5).load().data_set.training_inputs.shape
    (5, 2)
    """

    file_setting: ClassVar[str] = "recording"
    kind: Literal["mouse"] = "mouse"
    canvas: tuple[Pixels, Pixels] = Field(
        default=(1000, 600), description="width and height in pixels"
    )
    positions: Literal["strokes", "uniform", "recording"] = Field(
        default="strokes",
        description="training positions: strokes between random targets as people move a mouse, "
        "uniform over the canvas, or a recording",
    )
    count: int = Field(
        default=20_000,
        ge=1,
        le=10_000_000,
        description="number of training positions; of a recording the first ones, at most",
    )
    recording: OptionalFilePath = Field(
        default=None,
        description='CSV file with columns x,y in pixels, for positions = "recording"; '
        "a relative path starts at the folder of the experiment file",
    )
    normalise: float | Literal["none"] = Field(
        default=1.0,
        description="positions are scaled to ± this number at the edges of the canvas; "
        '"none": pixels from the centre',
    )
    jitter: float = Field(
        default=0.0,
        ge=0,
        le=100_000,
        description="noise of the training inputs: standard deviation in pixels",
    )
    grid: int = Field(
        default=11, ge=2, le=1000, description="number of validation positions along each side"
    )
    seed: int = Field(
        default=0, ge=0, lt=2**63, description="seed of the training positions and the noise"
    )

    @field_validator("normalise", mode="plain")
    @classmethod
    def _check_normalise(cls, value: object) -> float | Literal["none"]:
        if value == "none":
            return "none"
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(_NORMALISE_RULE)  # noqa: TRY004 - pydantic collects ValueErrors
        if not 0 < value <= _LARGEST_FACTOR:
            raise ValueError(_NORMALISE_RULE)
        return float(value)

    @field_validator("recording")
    @classmethod
    def _check_recording(cls, value: Path | None, information: ValidationInfo) -> Path | None:
        positions = information.data.get("positions")
        if positions == "recording" and value is None:
            raise refusal([((), "must be given when positions = 'recording'")])
        if positions in _SOURCES and value is not None:
            raise ValueError(f"must be left out when positions = {positions!r}")
        return value

    def with_data(self, data: "Path | pd.DataFrame") -> Self:
        """Return the task with its recording in another file; UsageError if it has none."""
        if self.recording is None:
            return super().with_data(data)
        if not isinstance(data, Path):
            raise UsageError("data: must be the file of the recording")
        return self.replace(recording=data)

    @property
    def lost_data(self) -> str:
        """The recording, if its file does not exist any more."""
        if self.recording is None or self.recording.exists():
            return ""
        return f"the recording {printable(str(self.recording))} does not exist"

    def load(self) -> TaskData:
        """Make the training positions and the validation grid.

        Kept for the page are ``positions``: x and y in pixels, rounded to 0.01, in turn, of the
        first 3,000 at most; and ``count``: the number of all positions.

        Raises
        ------
        DataError
            If the recording can't be read or is not a list of positions on the canvas.
        """
        # Two generators: the noise does not change the positions.
        seeds = np.random.SeedSequence(self.seed).spawn(2)
        for_positions, for_noise = (np.random.Generator(np.random.PCG64(seed)) for seed in seeds)
        positions = self._training_positions(for_positions)
        seen = positions + self.jitter * noise(positions.shape, for_noise)
        validation = self._normalised(_grid(self.canvas, self.grid))
        data = DataSet(
            training_inputs=self._normalised(seen),
            training_targets=self._normalised(positions),
            validation_inputs=validation,
            validation_targets=validation,
            columns=Columns(("x", "y"), ("x", "y")),
        )
        return TaskData(data, self._kept(data.training_targets))

    def describe(self) -> str:
        """Describe the task and its data in one sentence."""
        width, height = self.canvas
        source = _SOURCES.get(self.positions, f"the recording {printable(str(self.recording))}")
        noise = f" with {self.jitter:g} pixels of noise" if self.jitter else ""
        return (
            f"A circle follows the mouse on a canvas of {width}\u00a0×\u00a0{height} pixels: "
            f"{self.count:,} positions from {source}{noise}, "
            f"validated on a grid of {self.grid}\u00a0×\u00a0{self.grid}."
        )

    @property
    def baselines(self) -> tuple[Baseline, ...]:
        """The configurations that the article's author chose by hand."""
        return BASELINES

    def _kept(self, targets: Positions) -> dict[str, Any]:
        first = targets[:PAGE_POSITIONS]
        half = np.asarray(self.canvas, dtype=np.float64) / 2
        centred = first if self.normalise == "none" else first / self.normalise * half
        positions = np.round(centred + half, 2).ravel().tolist()
        return {"positions": positions, "count": len(targets)}

    def _training_positions(self, generator: np.random.Generator) -> Positions:
        if self.positions == "recording":
            return read_recording(cast("Path", self.recording), self.canvas)[: self.count]
        if self.positions == "strokes":
            return strokes(self.count, self.canvas, generator)
        return generator.random((self.count, 2)) * np.asarray(self.canvas, dtype=np.float64)

    def _normalised(self, positions: Positions) -> Positions:
        half = np.asarray(self.canvas, dtype=np.float64) / 2
        centred = positions - half
        return centred if self.normalise == "none" else centred / half * self.normalise


PAGE_POSITIONS = 3_000  # stored with a run, for the mouse page
_LARGEST_FACTOR = 1_000_000
_NORMALISE_RULE = "must be a number greater than 0 and at most 1,000,000, or 'none'"
_SOURCES = {"strokes": "strokes between random targets", "uniform": "a uniform distribution"}


def _grid(canvas: tuple[int, int], each: int) -> Positions:
    """Make a regular grid over the canvas, edges included: shape (each × each, 2), in pixels."""
    x, y = (np.arange(each) * side / (each - 1) for side in canvas)
    return np.stack([np.tile(x, each), np.repeat(y, each)], axis=1)
