import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from neuroevo.errors import DataError
from neuroevo.experiment import Suggestion, experiment_for_table, load_experiment

ROWS = 120
X = np.random.default_rng(2).normal(size=ROWS)
FRAME = pd.DataFrame({"x": X, "z": X**2, "y": X + 1})
IDS = np.random.default_rng(3).permutation(ROWS)


def suggested(frame: pd.DataFrame, *overrides: str) -> Suggestion:
    """Return what is suggested for a frame with the target y."""
    return experiment_for_table(frame, "y", overrides)[1]


def hint(note: str) -> list[str]:
    """Return the settings of the command line that a note proposes."""
    options = shlex.split(note[note.index("--set") :].removesuffix(")"))
    return [option for option in options if option != "--set"]


@pytest.mark.parametrize("share", [0.01, 0.4])
def test_a_few_wrong_cells_are_refused_with_their_rows(tmp_path: Path, share: float) -> None:
    """A column of numbers with wrong words is neither left out nor taken for text."""
    wrong = np.arange(ROWS) < max(1, share * ROWS)
    frame = FRAME.assign(x=FRAME["x"].astype("str").mask(wrong, "n/a?"))
    path = tmp_path / "table.csv"
    frame.to_csv(path, index=False)
    with pytest.raises(DataError) as caught:
        experiment_for_table(path, "y")
    first, last = caught.value.problems[0], caught.value.problems[-1]
    assert first.startswith("table.csv, row 2, column 'x': must be a number, but got 'n/a?'")
    _, found = experiment_for_table(path, "y", hint(last.partition("';")[0] + "')"))
    assert "leave_out" not in found.document["task"]
    assert f"{wrong.sum()} of 120 cells are missing" in found.notes[0]


def test_a_column_of_which_most_cells_are_wrong_is_left_out() -> None:
    """Whole numbers of twenty digits, as names, are no inputs; the note has the first row."""
    found = suggested(FRAME.assign(id=[10**20 + each for each in range(ROWS)]))
    assert found.document["task"]["leave_out"] == ["id"]
    assert found.notes[0].endswith(f"but got {10**20} in row 0")


def test_names_of_rows_are_left_out_and_can_be_kept() -> None:
    """The note has the settings that keep the column and leave out the others."""
    frame = FRAME.assign(id=IDS, same=1)
    found = suggested(frame)
    assert found.document["task"]["leave_out"] == ["id", "same"]
    kept = suggested(frame, *hint(found.notes[0]))
    assert kept.document["task"]["leave_out"] == ["same"]
    [note] = kept.notes
    assert note.startswith("data, column 'id': is an input, as leave_out does not name it")


def test_names_of_rows_are_kept_if_there_is_nothing_else() -> None:
    """The only numbers of a table are its inputs, whatever they are called."""
    found = suggested(pd.DataFrame({"id": IDS, "same": 1, "y": X}))
    assert found.document["task"]["leave_out"] == ["same"]


def test_dates_are_left_out_with_the_way_to_split_by_them() -> None:
    """The settings in the note divide rows by time, without a note on dates."""
    dates = pd.date_range("2024-01-01", periods=ROWS).strftime("%Y-%m-%d")
    frame = FRAME.assign(**{"the day": dates})
    [note] = suggested(frame).notes
    assert "it must be numbers, categories, true or false, but got the date '2024-01-01'" in note
    split = suggested(frame, *hint(note))
    assert split.document["task"]["split_column"] == "the day"
    assert not split.notes
    german = frame.assign(**{"the day": pd.to_datetime(dates).strftime("%d.%m.%Y")})
    assert (
        "to test on the last ones, write them as 2021-01-31, then: " in suggested(german).notes[0]
    )


def test_a_thousand_useless_columns_fit_into_an_experiment() -> None:
    """Of many columns that are left out, the inputs are named instead; twenty have a note."""
    names = [f"a useless column, number {place}" for place in range(1500)]
    useless = pd.DataFrame(1, index=FRAME.index, columns=names)
    experiment, found = experiment_for_table(pd.concat([FRAME, useless], axis=1), "y")
    assert found.document["task"]["columns"] == ["x", "z"]
    assert len(found.notes) == 21
    assert found.notes[-1] == "data: 1,480 more columns are left out"
    assert len(experiment.to_toml()) < 5000


def test_a_thousand_inputs_fit_into_an_experiment(tmp_path: Path) -> None:
    """All inputs that are allowed can be named, with dots in their names, and read again."""
    names = [f"a column with a long name, v{place}.2.{place}" for place in range(1000)]
    columns = {name: X + place for place, name in enumerate(names)}
    useless = {f"{name}, useless": 1 for name in names}
    frame = pd.concat([pd.DataFrame(columns | useless, index=FRAME.index), FRAME["y"]], axis=1)
    experiment, found = experiment_for_table(frame.assign(more=1), "y")
    assert found.document["task"]["columns"] == names
    path = tmp_path / "experiment.toml"
    path.write_text(experiment.to_toml())
    assert load_experiment(path).to_toml() == experiment.to_toml()
    assert max(map(len, path.read_text().splitlines())) < 1000


def test_notes_are_lines() -> None:
    """Names of columns that hold line ends are shown on one line."""
    notes = suggested(FRAME.assign(id=IDS, same=1).rename(columns={"same": "a\nb"})).notes
    assert len(notes) == 2
    assert not any(re.search(r"[\n\r]", note) for note in notes)


@pytest.mark.parametrize(
    ("optimizer", "own"),
    [('"adam"', set()), ('["sgd", "adamw"]', {"weight_decay"}), ('"adamw"', {"weight_decay"})],
)
def test_default_genes_are_those_that_the_chosen_optimizer_reads(
    tmp_path: Path, optimizer: str, own: set[str]
) -> None:
    """A table with an optimizer of one's own has a weight decay only if that optimizer reads it."""
    path = tmp_path / "table.csv"
    FRAME.to_csv(path, index=False)
    for key in ("space.optimizer", "training.optimizer"):
        if key == "training.optimizer" and optimizer.startswith("["):
            continue
        experiment, _ = experiment_for_table(path, "y", [f"{key}={optimizer}"])
        assert set(experiment.space.genes) & {"weight_decay"} == own
        (tmp_path / "own.toml").write_text(
            '[task]\nkind = "table"\npath = "table.csv"\ntarget = "y"\n'
            f"[{key.partition('.')[0]}]\noptimizer = {optimizer}\n"
        )
        loaded = load_experiment(tmp_path / "own.toml")
        assert set(loaded.space.genes) & {"weight_decay"} == own
        assert loaded.replace(name="other").space == loaded.space
