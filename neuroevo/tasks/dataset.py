"""The dataset task: sets that scikit-learn ships, and its generators of samples."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from neuroevo.errors import DataError
from neuroevo.settings import one_of, refusal
from neuroevo.tasks.noise import noise
from neuroevo.tasks.prepared import MadeTable, SplitTask, single_precision

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class _Set:
    """A data set."""

    target: tuple[str, ...]
    description: str
    make: Callable[["DatasetTask"], "pd.DataFrame"]
    is_classes: bool = False
    is_generated: bool = False


class DatasetTask(SplitTask):
    """A ready data set: one that scikit-learn ships, or one that is generated.

    Examples
    --------
    >>> DatasetTask(name="iris").load().data_set.columns.classes
    ('setosa', 'versicolor', 'virginica')
    """

    kind: Literal["dataset"] = "dataset"
    name: str = Field(description="name of the set")
    rows: int = Field(default=2000, ge=10, le=10_000_000, description="rows of a generated set")
    noise: float = Field(
        default=0.0, ge=0, le=1e6, description="standard deviation of a generated set's noise"
    )

    @field_validator("name")
    @classmethod
    def _check_name(cls, name: str) -> str:
        if name not in _SETS:
            raise refusal([((), one_of(name, _SETS))])
        return name

    @field_validator("rows", "noise")
    @classmethod
    def _check_generated(cls, value: float, information: ValidationInfo) -> float:
        found = _SETS.get(information.data.get("name", ""))
        default = cls.model_fields[information.field_name or ""].default
        if found is not None and not found.is_generated and value != default:
            generated = [name for name, each in _SETS.items() if each.is_generated]
            rule = f"must be left out unless the set is generated: {', '.join(generated)}"
            raise refusal([((), f"{rule}, but got {value:g}")])
        return value

    @property
    def has_class_targets(self) -> bool:
        """Whether targets are class probabilities."""
        return _SETS[self.name].is_classes

    def make(self) -> MadeTable:
        """Load or generate the set.

        Raises
        ------
        DataError
            If it is not on this machine.
        """
        found = _SETS[self.name]
        problem: Literal["classes", "regression"] = "classes" if found.is_classes else "regression"
        return MadeTable(found.make(self), found.target, problem)

    def describe(self) -> str:
        """Describe the set in one sentence."""
        found = _SETS[self.name]
        rows = f", {self.rows:,} rows" if found.is_generated else ""
        noisy = f" with noise of standard deviation {self.noise:g}" if self.noise else ""
        return f"{found.description}{rows}{noisy}{self.divided}."


def _shipped(
    loader: str, target: str, names: Mapping[str, str] | None = None, **options: object
) -> Callable[[DatasetTask], "pd.DataFrame"]:
    """Return a function that loads a set of scikit-learn, with the names of its classes."""

    def load(_: DatasetTask) -> "pd.DataFrame":
        from sklearn import datasets  # noqa: PLC0415 - takes a second

        try:
            bunch = getattr(datasets, loader)(as_frame=True, **options)
        except OSError as error:
            rule = "must be in scikit-learn's data folder; load it once with"
            raise DataError(f"task.name: {rule} sklearn.datasets.{loader}() ({error})") from None
        frame: pd.DataFrame = bunch.data.copy()
        if names is None:
            targets = bunch.target if bunch.target.ndim > 1 else bunch.target.to_frame(target)
            return frame.join(targets)
        classes = np.asarray(bunch.target_names)[bunch.target.to_numpy()]
        return frame.assign(**{target: [names.get(each, each) for each in classes]})

    return load


def _friedman(number: int) -> Callable[[DatasetTask], "pd.DataFrame"]:
    """Return a generator of Friedman 1991, "Multivariate adaptive regression splines"."""

    def make(task: DatasetTask) -> "pd.DataFrame":
        import pandas as pd  # noqa: PLC0415 - takes time, and only this needs it
        from sklearn import datasets  # noqa: PLC0415 - takes a second

        random = np.random.RandomState(task.seed % 2**32)
        make = getattr(datasets, f"make_friedman{number}")
        inputs, values = make(n_samples=task.rows, random_state=random)
        noisy = values + task.noise * noise(values.shape, _generator(task))
        columns = {f"x{place + 1}": single_precision(x) for place, x in enumerate(inputs.T)}
        return pd.DataFrame({**columns, "y": single_precision(noisy)})

    return make


def _plane(draw: Callable[[Any, int], tuple[Any, Any]]) -> Callable[[DatasetTask], "pd.DataFrame"]:
    """Return a generator of two classes of points in the plane."""

    def make(task: DatasetTask) -> "pd.DataFrame":
        import pandas as pd  # noqa: PLC0415 - takes time, and only this needs it

        generator = _generator(task)
        points, labels = draw(generator, task.rows)
        noisy = single_precision(points + task.noise * noise(points.shape, generator))
        names = np.array(["first", "second"])[labels]
        return pd.DataFrame({"x": noisy[:, 0], "y": noisy[:, 1], "class": names})

    return make


def _moons(generator: np.random.Generator, rows: int) -> tuple[Any, Any]:
    """Draw two interleaved half circles, see scikit-learn's ``make_moons``."""
    labels = np.arange(rows) % 2
    angles = np.pi * generator.random(rows)
    first = np.column_stack([np.cos(angles), np.sin(angles)])
    second = np.column_stack([1 - np.cos(angles), 0.5 - np.sin(angles)])
    return np.where(labels[:, np.newaxis] == 0, first, second), labels


def _circles(generator: np.random.Generator, rows: int) -> tuple[Any, Any]:
    """Draw a circle and one of half its radius inside, see scikit-learn's ``make_circles``."""
    labels = np.arange(rows) % 2
    angles = 2 * np.pi * generator.random(rows)
    radius = np.where(labels == 0, 1.0, 0.5)[:, np.newaxis]
    return radius * np.column_stack([np.cos(angles), np.sin(angles)]), labels


def _spiral(generator: np.random.Generator, rows: int) -> tuple[Any, Any]:
    """Draw two spirals of three half turns each, after Lang & Witbrock 1988."""
    labels = np.arange(rows) % 2
    along = generator.random(rows)
    angles = 3 * np.pi * along + np.pi * labels
    return along[:, np.newaxis] * np.column_stack([np.cos(angles), np.sin(angles)]), labels


def _generator(task: DatasetTask) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(task.seed)))


_SETS: Mapping[str, _Set] = {
    "diabetes": _Set(
        ("progression",),
        "The progression of diabetes in a year, of 442 patients",
        _shipped("load_diabetes", "progression", scaled=False),
    ),
    "iris": _Set(
        ("species",),
        "The species of 150 iris flowers",
        _shipped("load_iris", "species", {}),
        is_classes=True,
    ),
    "wine": _Set(
        ("cultivar",),
        "The cultivar of 178 wines",
        _shipped(
            "load_wine", "cultivar", {"class_0": "first", "class_1": "second", "class_2": "third"}
        ),
        is_classes=True,
    ),
    "breast_cancer": _Set(
        ("diagnosis",),
        "The diagnosis of 569 tumours",
        _shipped("load_breast_cancer", "diagnosis", {}),
        is_classes=True,
    ),
    "digits": _Set(
        ("digit",),
        "1,797 handwritten digits of 8\u00a0×\u00a08 pixels",
        _shipped("load_digits", "digit", {}),
        is_classes=True,
    ),
    "linnerud": _Set(
        ("Weight", "Waist", "Pulse"),
        "Weight, waist and pulse of 20 men from three exercises",
        _shipped("load_linnerud", ""),
    ),
    "california": _Set(
        ("MedHouseVal",),
        "The median house value of 20,640 districts of California",
        _shipped("fetch_california_housing", "MedHouseVal", download_if_missing=False),
    ),
    **{
        f"friedman{number}": _Set(
            ("y",), f"Friedman's function {number}", _friedman(number), is_generated=True
        )
        for number in (1, 2, 3)
    },
    **{
        name: _Set(("class",), description, _plane(draw), is_classes=True, is_generated=True)
        for name, description, draw in (
            ("moons", "Two interleaved half circles", _moons),
            ("circles", "A circle inside another", _circles),
            ("spiral", "Two arms of a spiral", _spiral),
        )
    },
}
