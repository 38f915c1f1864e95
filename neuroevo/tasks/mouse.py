"""The mouse task: a circle learns to follow the mouse, f(x, y) = (x, y).

Knows where positions come from, how they are normalised, and what was picked by hand for it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from neuroevo.learning import Optimization
from neuroevo.learning.data import Columns, DataSet
from neuroevo.settings import OptionalFilePath, printable, refusal
from neuroevo.space import Value
from neuroevo.tasks.recording import read_recording
from neuroevo.tasks.strokes import Positions, strokes
from neuroevo.tasks.task import Baseline, Task

Pixels = Annotated[int, Field(ge=1, le=100_000)]

_LEARNING: dict[str, Value] = Optimization().model_dump()
"""How all of these learn, whatever an experiment's own trainings are like: sample by sample."""

BASELINES = (
    Baseline(
        "article-good",
        {"hidden": (3,), "learning_rate": 0.005, "activation": "linear", **_LEARNING},
        "the article's own choice",
    ),
    Baseline(
        "article-deep",
        {"hidden": (4, 4, 4), "learning_rate": 0.0005, "activation": "linear", **_LEARNING},
        "the article's deeper network: more layers, nothing gained",
    ),
    Baseline(
        "article-tanh",
        {"hidden": (4,), "learning_rate": 0.04, "activation": "tanh", **_LEARNING},
        "the article's curved network, “not so good”",
    ),
    Baseline(
        "article-very-deep",
        {"hidden": (6,) * 9, "learning_rate": 0.001, "activation": "linear", **_LEARNING},
        "the article's deepest network, nine hidden layers",
    ),
    Baseline(
        "article-eve",
        {"hidden": (3, 3), "learning_rate": 0.001, "activation": "linear", **_LEARNING},
        "what the article's demo starts with",
    ),
    Baseline(
        "demo-latest",
        {
            "hidden": (3,),
            "learning_rate": 0.01,
            "activation": "leaky_relu",
            **_LEARNING,
            "optimizer": "adam",
        },
        "the demo's latest choice: Adam, and a slope below zero",
    ),
)


class MouseTask(Task):
    """A circle follows the mouse: the network gives back the position that it sees.

    Pixels become what the network sees with the origin in the centre of the canvas, x to the
    right and y down: factor × (x / half width, y / half height). Validation is a regular grid
    over the whole canvas, edges included, so a network that follows only where it was trained
    does not count.

    Examples
    --------
    >>> MouseTask(positions="uniform", count=5).data_set().training_inputs.shape
    (5, 2)
    """

    kind: Literal["mouse"] = "mouse"
    canvas: Annotated[tuple[Pixels, Pixels], Field(description="width and height in pixels")] = (
        1000,
        600,
    )
    positions: Annotated[
        Literal["strokes", "uniform", "recording"],
        Field(
            description="where the mouse goes in training: strokes from target to target as people "
            "point, uniform over the canvas, or a recording"
        ),
    ] = "strokes"
    count: Annotated[
        int,
        Field(
            ge=1,
            le=10_000_000,
            description="number of training positions, at most; of a recording the first ones",
        ),
    ] = 20_000
    recording: Annotated[
        OptionalFilePath,
        Field(
            description='CSV file with columns x,y in pixels, for positions = "recording"; '
            "a relative path starts in the folder of the experiment file"
        ),
    ] = None
    normalise: Annotated[
        float | Literal["none"],
        Field(
            description="positions end at ± this number at the canvas's edges; "
            '"none": pixels from the centre as they are'
        ),
    ] = 1.0
    jitter: Annotated[
        float,
        Field(
            ge=0,
            le=100_000,
            description="tremor between the mouse and what the network sees while it trains: "
            "standard deviation in pixels",
        ),
    ] = 0.0
    grid: Annotated[
        int, Field(ge=2, le=1000, description="validation positions along each side of the canvas")
    ] = 11
    seed: Annotated[
        int, Field(ge=0, lt=2**63, description="chooses the training positions and the tremor")
    ] = 0

    @field_validator("normalise", mode="plain")
    @classmethod
    def _check_normalise(cls, value: object) -> float | Literal["none"]:
        if value == "none":
            return "none"
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(_NORMALISE_RULE)  # noqa: TRY004 - pydantic gathers ValueErrors
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

    def data_set(self) -> DataSet:
        """Make the training positions and the validation grid.

        Raises
        ------
        DataError
            If the recording can't be read or holds something else than positions on the canvas.
        """
        # Each ingredient has its own generator: tremor leaves the positions as they are.
        seeds = np.random.SeedSequence(self.seed).spawn(2)
        for_positions, for_tremor = (np.random.Generator(np.random.PCG64(seed)) for seed in seeds)
        positions = self._training_positions(for_positions)
        seen = positions + self.jitter * _tremor(len(positions), for_tremor)
        validation = self._normalised(_grid(self.canvas, self.grid))
        return DataSet(
            training_inputs=self._normalised(seen),
            training_targets=self._normalised(positions),
            validation_inputs=validation,
            validation_targets=validation,
            columns=Columns(("x", "y"), ("x", "y")),
        )

    def kept(self, data: DataSet) -> Mapping[str, Any]:
        """Return the first training positions.

        Returns
        -------
        dict
            ``positions``: x and y in pixels to a hundredth, in turn, of the first 3,000 at most;
            ``count``: how many there are in all.
        """
        first = data.training_targets[:KEPT_POSITIONS]
        half = np.asarray(self.canvas, dtype=np.float64) / 2
        centred = first if self.normalise == "none" else first / self.normalise * half
        positions = np.round(centred + half, 2).ravel().tolist()
        return {"positions": positions, "count": len(data.training_targets)}

    def describe(self) -> str:
        """Say in one sentence what is learned, and from what."""
        width, height = self.canvas
        source = _SOURCES.get(self.positions, f"the recording {printable(str(self.recording))}")
        tremor = f" seen with {self.jitter:g} pixels of tremor" if self.jitter else ""
        return (
            f"A circle follows the mouse on a canvas of {width} × {height} pixels: "
            f"{self.count:,} positions from {source}{tremor}, "
            f"validated on a grid of {self.grid} × {self.grid}."
        )

    @property
    def baselines(self) -> tuple[Baseline, ...]:
        """The configurations that the article's author picked by hand."""
        return BASELINES

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


KEPT_POSITIONS = 3_000  # by a run, for the mouse page
_LARGEST_FACTOR = 1_000_000
_NORMALISE_RULE = "must be a number greater than 0 and at most 1,000,000, or 'none'"
_SOURCES = {"strokes": "strokes between random targets", "uniform": "all over it"}


def _tremor(count: int, generator: np.random.Generator) -> Positions:
    """Draw noise of standard deviation 1, shape (count, 2).

    A sum of twelve uniform numbers less 6 is normal for our purpose (its tails end at ±6) and the
    same on every machine, which the logarithms of a normal generator are not.
    """
    noise = np.full((count, 2), -6.0)
    for _ in range(12):
        noise += generator.random((count, 2))
    return noise


def _grid(canvas: tuple[int, int], each: int) -> Positions:
    """Lay a regular grid over the canvas, edges included: shape (each × each, 2), in pixels."""
    x, y = (np.arange(each) * side / (each - 1) for side in canvas)
    return np.stack([np.tile(x, each), np.repeat(y, each)], axis=1)
