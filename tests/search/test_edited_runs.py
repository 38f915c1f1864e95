"""Files of a run that somebody has edited, with checksums that match, are refused by their keys."""

import copy
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris

from neuroevo import Run, fit
from neuroevo.errors import DataError, NeuroevoError
from neuroevo.report.run import load_run
from neuroevo.storage.checksum import add_checksum, remove_checksum

Document = dict[str, Any]
SMALL = (
    "training.samples=500",
    "training.replicates=2",
    "evolution.population=4",
    "evolution.generations=2",
)
STRANGE: tuple[Any, ...] = (
    None,
    1,
    -1,
    0.5,
    1e300,
    "x",
    "",
    [],
    {},
    True,
    [1],
    ["a"],
    {"a": 1},
    10**30,
)


@pytest.fixture(scope="module", params=["classes", "regression"])
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run a search on a small table, to its end."""
    iris = load_iris()
    inputs, targets = iris.data, iris.target_names[iris.target]
    if request.param == "regression":
        inputs, targets = inputs[:, :3], inputs[:, 3]
    return fit(inputs, targets, results=tmp_path_factory.mktemp("results"), overrides=SMALL)


@pytest.fixture
def run(whole: Run, tmp_path: Path) -> Run:
    """Copy the run, to be edited."""
    return Run(type(whole.folder)(shutil.copytree(whole.folder.path, tmp_path / whole.id)))


def read(path: Path) -> Document:
    """Return the values of a file with a checksum."""
    values: Document = json.loads(remove_checksum(path.read_bytes().removesuffix(b"\n")))
    return values


def write(path: Path, values: Document) -> None:
    """Write values with a checksum that matches."""
    path.write_text(add_checksum(json.dumps(values)) + "\n")


def everything(run: Run) -> None:
    """Read all that commands read of a run."""
    again = load_run(run.folder.path)
    assert again.findings.trials
    again.champion().predict(np.ones((2, len(again.start.columns.inputs))))


EDITS: list[tuple[str, Callable[[Document], object], str]] = [
    ("start.json", lambda d: d.update(experiment="= 1"), "start.json: experiment: must be TOML"),
    (
        "start.json",
        lambda d: d.update(experiment="seed = 1"),
        "start.json: experiment: task: must be given",
    ),
    ("start.json", lambda d: d.update(earlier=3), "start.json: earlier: must be a string"),
    (
        "start.json",
        lambda d: d["preparation"]["inputs"].pop(),
        "start.json: preparation: must have the inputs and targets of columns",
    ),
    (
        "start.json",
        lambda d: d["preparation"]["inputs"][0].update(kind="x"),
        "start.json: preparation: inputs[0].kind: must be one of",
    ),
    (
        "start.json",
        lambda d: d["columns"].update(sources=["x1"]),
        "start.json: columns.sources: must have a length of",
    ),
    (
        "test.json",
        lambda d: d["models"][0]["scores"].update(loss=d["models"][0]["scores"].popitem()[1]),
        "test.json: models[0].scores: must be one of 'r2', ",
    ),
    (
        "test.json",
        lambda d: d["models"][0]["scores"].update(r2=[1]),
        "test.json: models[0].scores.r2: must be a table, but got [1]",
    ),
    (
        "test.json",
        lambda d: d["ensemble"]["validation"].update(r3=0.1),
        "test.json: ensemble.validation: must be one of 'r2', ",
    ),
    (
        "test.json",
        lambda d: d["ensemble"].update(networks=1),
        "test.json: ensemble.networks: must be at least 2, but got 1",
    ),
    (
        "test.json",
        lambda d: d["ensemble"].update(targets=[{}] * 9),
        "test.json: ensemble.targets: must have ",
    ),
    (
        "test.json",
        lambda d: (d["diagnosis"]["confusion"] or d["diagnosis"]["predicted"])[1].append(1),
        "[1]: must be",
    ),
    (
        "test.json",
        lambda d: (d["diagnosis"]["confusion"] or d["diagnosis"]["predicted"]).pop(),
        "must have",
    ),
]


@pytest.mark.parametrize(("name", "edit", "problem"), EDITS)
def test_an_edited_file_is_refused_by_its_key(
    run: Run, name: str, edit: Callable[[Document], object], problem: str
) -> None:
    """What does not fit together is named with file and key, as bad data."""
    values = read(run.folder.path / name)
    edit(values)
    write(run.folder.path / name, values)
    with pytest.raises(DataError) as caught:
        everything(run)
    assert problem in caught.value.problems[0]
    assert name in caught.value.problems[0]


def edits(values: Any, random: np.random.Generator) -> Iterator[Any]:  # noqa: ANN401 - JSON
    """Give the values with one of them replaced, removed or doubled, at random places."""
    while True:
        changed = copy.deepcopy(values)
        place: Any = changed
        key = random.choice([*place])
        while isinstance(place[key], dict | list) and len(place[key]) and random.random() < 0.8:
            place = place[key]
            keys = list(place) if isinstance(place, dict) else range(len(place))
            key = keys[int(random.integers(len(keys)))]
        action = random.integers(len(STRANGE) + 3)
        if action < len(STRANGE):
            place[key] = STRANGE[action]
        elif isinstance(place[key], list) and place[key] and action == len(STRANGE):
            place[key].append(place[key][0])
        elif isinstance(place[key], list) and place[key] and action == len(STRANGE) + 1:
            place[key].pop()
        else:
            del place[key]
        yield changed


@pytest.mark.parametrize("name", ["start.json", "test.json"])
def test_no_edit_of_a_file_is_an_unexpected_error(run: Run, name: str) -> None:
    """Any value in the place of another is read, or refused with lines that name the file."""
    whole = read(run.folder.path / name)
    for values, _ in zip(edits(whole, np.random.default_rng(7)), range(60), strict=False):
        write(run.folder.path / name, values)
        try:
            everything(run)
        except NeuroevoError as error:
            assert all(name in line for line in error.problems), error.problems  # noqa: PT017 - or none
