"""Networks that are exported, with rows for them, and what they predict themselves."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
from numpy.typing import ArrayLike, NDArray

from neuroevo.export import ExportableModel, ExportableNetwork, ExportableTableModel, exportable
from neuroevo.learning import ACTIVATIONS, Architecture, Columns, Ensemble, Network, Scaling
from neuroevo.tables import Preparation, TableModel, TableSettings, prepare

ROWS = 1000
TOLERANCE = 1e-6

Outputs = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """A network with raw rows that it can predict, random ones and edge ones."""

    model: ExportableModel
    rows: pd.DataFrame

    @property
    def preparation(self) -> Preparation | None:
        """The preparation of a table's rows."""
        return self.model.preparation if isinstance(self.model, ExportableTableModel) else None

    @property
    def classes(self) -> list[Any]:
        """The classes in their order; none for a regression."""
        if not isinstance(self.model, ExportableTableModel) or not self.model.preparation.classes:
            return []
        return list(self.model.classes_.tolist())

    @property
    def labels(self) -> list[Any]:
        """The predicted class of each row; none for a regression."""
        return list(self.model.predict(self.rows).tolist()) if self.classes else []

    def outputs(self, rows: pd.DataFrame | None = None) -> Outputs:
        """Return what the network itself gives, array (rows, outputs)."""
        rows = self.rows if rows is None else rows
        if self.classes and isinstance(self.model, ExportableTableModel):
            return self.model.predict_proba(rows)
        given = rows if self.preparation else rows.to_numpy()
        return np.asarray(self.model.predict(given), dtype=np.float64).reshape(len(rows), -1)

    def largest_difference(self, outputs: ArrayLike, rows: pd.DataFrame | None = None) -> float:
        """Return the largest difference from the network's outputs, relative if they are large.

        A difference of targets counts in units of their scale.
        """
        ours = self.outputs(rows)
        scaling = self.preparation.target_scaling if self.preparation and not self.classes else None
        scales = np.array(scaling.scales if scaling else 1.0)
        offsets = np.array(scaling.offsets if scaling else 0.0)
        size = np.maximum(np.maximum(scales, np.abs(ours - offsets)), np.abs(ours))
        differences: Outputs = np.abs(np.asarray(outputs, dtype=np.float64) - ours) / size
        assert differences.shape == ours.shape
        return float(differences.max())


def _weights(architecture: Architecture, random: np.random.Generator) -> NDArray[np.float32]:
    """Draw weights so that units have values near 1."""
    fan_in = np.mean(architecture.layer_sizes[:-1])
    drawn = random.normal(size=architecture.vector_size) / np.sqrt(fan_in)
    return np.asarray(drawn, dtype=np.float32)


def _table(random: np.random.Generator) -> pd.DataFrame:
    """Make a table with all kinds of columns, awkward names, ties and missing cells."""
    rows = 400
    frame = pd.DataFrame(
        {
            "size (m²)": random.normal(800, 30, rows),
            "int": random.integers(1, 9, rows).astype(np.float64),
            "colour */ \\": random.choice(['"red"', "blue??/", "grün\n1", "</script>"], rows),
            "garden": random.random(rows) < 0.5,
            "floor": random.choice([9, 10, 100], rows),
            "x": random.lognormal(0, 1, rows),
            "rent": random.normal(5000, 2000, rows),
            "level": random.choice([1, 2, 3], rows),
            "is new": random.random(rows) < 0.4,
            "kind": random.choice([1.5, 9.5, 10], rows),
        }
    )
    frame["garden"] = frame["garden"].astype("boolean")
    frame.loc[:14, "colour */ \\"] = "violet"
    frame.loc[random.choice(rows, 60, replace=False), ["size (m²)", "colour */ \\"]] = None
    frame.loc[random.choice(rows, 40, replace=False), ["garden", "int"]] = None
    return frame


TARGETS = ("rent", "level", "is new", "kind")
INPUTS = ("size (m²)", "int", "colour */ \\", "garden", "floor", "x")


def table_case(
    target: Sequence[str] = ("rent",),
    *,
    activation: str | tuple[str, ...] = ("tanh", "relu"),
    hidden: tuple[int, ...] = (7, 5),
    precision: str = "float32",
    **settings: object,
) -> Case:
    """Make a network for the table, with drawn weights."""
    random = np.random.default_rng(5)
    frame = _table(random)
    given: dict[str, object] = {
        "target": target,
        "columns": INPUTS,
        "categories": ["floor"],
        "problem": "regression" if set(target) <= {"rent", "x"} else "classes",
        "missing": "median",
        "missing_indicator": True,
        "rare": 0.05,
    }
    if settings.get("missing") == "refuse":
        frame = frame.dropna().reset_index(drop=True)
    preparation = prepare(frame, TableSettings.of(given | settings)).preparation
    architecture = Architecture(
        inputs=len(preparation.input_names),
        hidden=hidden,
        outputs=len(preparation.output_names),
        activation=activation,
        output="softmax" if preparation.classes else "linear",
    )
    parameters = _weights(architecture, random).astype(precision)
    network = Network(architecture, parameters, preparation.columns)
    rows = _rows(frame, preparation, random)
    return Case(ExportableTableModel(network, preparation), rows)


def _rows(
    frame: pd.DataFrame, preparation: Preparation, random: np.random.Generator
) -> pd.DataFrame:
    """Draw rows, then add missing cells, unseen categories, and numbers at edges."""
    columns: dict[str, Any] = {}
    for record in preparation.inputs:
        cells = frame[record.name].dropna().to_numpy()
        drawn = random.choice(cells, ROWS).astype(object)
        if record.kind == "number":
            low, high = float(cells.min()), float(cells.max())
            drawn = np.where(random.random(ROWS) < 0.5, drawn, random.uniform(low, high, ROWS))
            edges = [low, high, 2 * low - high, 2 * high - low, 0.0, record.offset, *record.knots]
            drawn[: len(edges)] = edges
            drawn = drawn.astype(np.float64)
        elif record.kind == "category":
            drawn = np.array([str(each) for each in drawn], dtype=object)
            if preparation.unseen != "refuse":
                drawn[5:9] = "unseen", "violet", "UNSEEN", "x" * 500
        else:
            drawn = drawn.astype(np.float64)
        if record.fill is not None:
            drawn[random.choice(ROWS, 50, replace=False)] = np.nan
        columns[record.name] = drawn
    return pd.DataFrame(columns)


def array_case(
    activation: str | tuple[str, ...] = "relu",
    hidden: tuple[int, ...] = (9, 6),
    *,
    scaled: bool = False,
    output: Literal["linear", "softmax"] = "linear",
) -> Case:
    """Make a network that has learnt no table."""
    random = np.random.default_rng(6)
    architecture = Architecture(
        inputs=3, hidden=hidden, outputs=2, activation=activation, output=output
    )
    columns = Columns(("x", "y", "double"), ("x", "class"))
    if scaled:
        before, after = Scaling((1e3, 0.1, -2), (250, 3e-3, 7)), Scaling((0.1, -7), (0.3, 20))
        columns = Columns(("x", "y", "double"), ("x", "class"), (), before, after)
    network = ExportableNetwork(architecture, _weights(architecture, random), columns)
    rows = random.normal(size=(ROWS, 3))
    rows[:6] = np.array(
        [[0, 0, 0], [1, 0, 0], [-1, 0, 0], [4, -4, 4], [-4, -4, -4], [1e-8, -1e-8, 0]]
    )
    if columns.input_scaling is not None:
        rows = columns.input_scaling.raw(rows)
    return Case(network, pd.DataFrame(rows, columns=["x", "y", "double"]))


def averaged(case: Case, activations: Sequence[str] = ("tanh", "silu", "relu")) -> Case:
    """Make networks of several sizes for the inputs and outputs of a case, to be averaged."""
    model, random = case.model, np.random.default_rng(7)
    first = model.network if isinstance(model, ExportableTableModel) else model
    assert isinstance(first, Network)
    networks = []
    for width, activation in enumerate(activations, start=3):
        architecture = first.architecture.replace(
            hidden=(width,) * (width - 2), activation=(activation,) * (width - 2)
        )
        parameters = _weights(architecture, random).astype(first.precision)
        networks.append(Network(architecture, parameters, first.columns))
    mean = Ensemble(tuple(networks))
    if not isinstance(model, ExportableTableModel):
        return Case(exportable(mean), case.rows)
    return Case(exportable(TableModel(mean, model.preparation)), case.rows)


_TABLES = [("standard", "rare"), ("quantile", "zeros"), ("none", "refuse"), ("robust", "rare")]

CASES: Mapping[str, Callable[[], Case]] = {
    **{f"array, {name}": partial(array_case, name) for name in ACTIVATIONS},
    "array, scaled": partial(array_case, ("silu", "softplus"), scaled=True),
    "array, no hidden layer": partial(array_case, (), ()),
    "array, softmax": partial(array_case, "elu", (4,), output="softmax"),
    **{
        f"table, {scaling}, {unseen}, {target}": partial(
            table_case, (target,), scaling=scaling, unseen=unseen
        )
        for target, (scaling, unseen) in itertools.product(("rent", "level"), _TABLES)
    },
    "table, two targets": partial(table_case, ("rent", "x"), columns=INPUTS[:5], activation="silu"),
    "table, two classes": partial(table_case, ("is new",), activation="sigmoid"),
    "table, classes in another order": partial(
        table_case, ("kind",), activation="linear", hidden=()
    ),
    "table, float64": partial(table_case, precision="float64", activation="softplus"),
    "array, mean of networks": lambda: averaged(array_case(scaled=True)),
    "table, mean of networks": lambda: averaged(table_case()),
    "table, two targets, mean of networks": lambda: averaged(
        table_case(("rent", "x"), columns=INPUTS[:5])
    ),
    "table, classes, mean of networks": lambda: averaged(table_case(("level",))),
}


def refusing_case(activation: str = "relu") -> Case:
    """Make a network for classes that refuses all of its rows but the first.

    Their columns are ``int``, ``garden``, true or false, the category ``floor``, and ``x``. One but
    ``garden`` is missing in each of the next rows, then a category is unseen, a number is too far
    from the training rows, and ``garden`` is 2.
    """
    case = table_case(
        ("level",),
        activation=activation,
        columns=["int", "garden", "floor", "x"],
        missing="refuse",
        missing_indicator=False,
        unseen="refuse",
    )
    rows = pd.DataFrame({"int": [2.0] * 7, "garden": [1.0] * 7, "floor": ["9"] * 7, "x": [0.5] * 7})
    rows.loc[1, "int"] = rows.loc[3, "x"] = np.nan
    rows.loc[2, "floor"] = None
    rows.loc[4, "floor"] = "10000"
    rows.loc[5, "x"] = 1e12
    rows.loc[6, "garden"] = 2.0
    return Case(case.model, rows)


REFUSED = (0, 1, 3, 4, 3, 4, 2)
"""The number of the column for which each row of `refusing_case` is refused."""

SPELLINGS: Sequence[Mapping[str, object]] = (
    {"int": 2.0, "floor": "9", "garden": 1.0},
    {"int": 2, "floor": 9, "garden": True},
    {"int": "2", "floor": " 09", "garden": "TRUE"},
    {"int": " 2.0", "floor": "9e0", "garden": "1"},
    {"int": "+2", "floor": "+9.0", "garden": " 01"},
)
"""Rows whose cells mean the same."""


def spelled_case(activation: str = "tanh", scaling: str = "standard") -> Case:
    """Make a network for the columns of `SPELLINGS`, with a row."""
    columns = ["int", "floor", "garden"]
    case = table_case(columns=columns, activation=activation, scaling=scaling)
    return Case(case.model, pd.DataFrame([SPELLINGS[0]]))


def unusual_case(names: Sequence[str], unseen: str = "zeros", **record: object) -> Case:
    """Make a network for a category of such names, with a row for each."""
    column = {"kind": "category", "name": "code", "categories": names, **record}
    preparation = Preparation.of({"inputs": [column], "unseen": unseen, "targets": [{"name": "y"}]})
    inputs = len(preparation.input_names)
    architecture = Architecture(inputs=inputs, hidden=(), outputs=1, activation="linear")
    parameters = np.arange(1, architecture.vector_size + 1, dtype=np.float32)
    network = Network(architecture, parameters, preparation.columns)
    rows = pd.DataFrame({"code": names}, dtype=object)
    return Case(ExportableTableModel(network, preparation), rows)


LONG_NAMES = ("12345678901234567", "12345678901234568", "1e+20")
"""Categories that differ in digits that float64 doesn't hold, and a number."""

UNUSABLE: Sequence[Mapping[str, object]] = (
    {"int": "1e101"},
    {"int": 1e101},
    {"int": "9007199254740993"},
    {"int": [2]},
    {"int": []},
    {"floor": ["9"]},
    {"garden": [True]},
)
"""Cells of `spelled_case` that can't be used, however numbers are scaled."""


@cache
def case_named(name: str) -> Case:
    """Make one of the networks, once."""
    return CASES[name]()


every_case = pytest.mark.parametrize("name", CASES)
