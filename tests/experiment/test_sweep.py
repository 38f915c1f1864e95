"""A sweep file says which experiments are run, and every problem of them is told."""

from pathlib import Path

import pytest

from neuroevo.errors import UsageError
from neuroevo.experiment import Experiment, Sweep, load_experiment, read_sweep_file

BASE = """
[task]
kind = "mouse"
count = 50
[space]
hidden = [3]
learning_rate = 0.1
activation = "linear"
[training]
samples = 100
replicates = 3
"""


def written(folder: Path, sweep: str) -> Path:
    """Write a sweep file."""
    path = folder / "rates.toml"
    path.write_text(BASE + sweep, encoding="utf-8")
    return path


def test_axes_are_combined_in_the_order_of_the_file(tmp_path: Path) -> None:
    """All combinations are points, each with its experiment's value; the last axis is fastest."""
    path = written(
        tmp_path, "[sweep.axes]\nspace.learning_rate = [0.1, 0.2]\ntask.normalise = [1.0, 'none']\n"
    )
    sweep = read_sweep_file(path)
    assert sweep.name == "rates"
    assert sweep.keys == ("space.learning_rate", "task.normalise")
    assert [tuple(each.settings.values()) for each in sweep.points] == [
        (0.1, 1.0),
        (0.1, "none"),
        (0.2, 1.0),
        (0.2, "none"),
    ]
    for each in sweep.points:
        run = sweep.runs[each.run]
        assert run.experiment.task.model_dump()["normalise"] == each.settings["task.normalise"]
        assert each.genome is not None
        assert each.genome["learning_rate"] == each.settings["space.learning_rate"]
        assert each.genome in run.initial


def test_points_that_differ_in_genes_alone_share_a_run(tmp_path: Path) -> None:
    """A run has a trial for each of its configurations and no other, also of fewer than four."""
    path = written(tmp_path, "[sweep.axes]\nspace.learning_rate = [0.1, 0.2]\nseed = [1, 2, 3]\n")
    sweep = read_sweep_file(path)
    assert [run.experiment.seed for run in sweep.runs] == [1, 2, 3]
    for run in sweep.runs:
        assert len(run.initial) == 2
        evolution = run.experiment.evolution
        assert (evolution.strategy, evolution.population, evolution.generations) == ("grid", 2, 1)


def test_optimizers_are_an_axis_though_some_have_genes_of_their_own(tmp_path: Path) -> None:
    """The weight decay of a table's default space is a gene of the searches with adamw alone."""
    path = tmp_path / "optimizers.toml"
    path.write_text(
        '[task]\nkind = "dataset"\nname = "diabetes"\n'
        '[sweep.axes]\nspace.optimizer = ["adam", "adamw"]\n'
    )
    adam, adamw = (set(each.experiment.space.genes) for each in read_sweep_file(path).runs)
    assert adamw - adam == {"weight_decay"}


def test_a_training_setting_that_is_a_gene_is_an_axis(tmp_path: Path) -> None:
    """Each run has the batch size of its point, and no gene of that name."""
    path = tmp_path / "batches.toml"
    path.write_text(
        '[task]\nkind = "dataset"\nname = "diabetes"\n'
        "[space]\nbatch_size = [1, 8, 32]\n[sweep.axes]\ntraining.batch_size = [8, 32]\n"
    )
    experiments = [each.experiment for each in read_sweep_file(path).runs]
    assert [each.training.batch_size for each in experiments] == [8, 32]
    assert all("batch_size" not in each.space.genes for each in experiments)


def test_a_list_of_configurations_is_combined_with_axes(tmp_path: Path) -> None:
    """Each configuration keeps its label, and is a point with each value of the axes."""
    path = written(
        tmp_path,
        "[sweep.axes]\nseed = [1, 2]\n"
        "[[sweep.configurations]]\nlabel = 'small'\nspace = { hidden = [2] }\n"
        "[[sweep.configurations]]\nlabel = 'deep'\n"
        "space = { hidden = [2, 2], learning_rate = 0.01 }\n",
    )
    points = read_sweep_file(path).points
    assert [each.label for each in points] == ["small", "small", "deep", "deep"]
    assert [each.settings.get("space.learning_rate") for each in points] == [None, None, 0.01, 0.01]
    assert [each.genome["hidden"] for each in points if each.genome] == [(2,)] * 2 + [(2, 2)] * 2


def test_a_point_with_a_free_gene_is_a_search(tmp_path: Path) -> None:
    """Its run is the experiment itself, with its own population and generations."""
    path = written(
        tmp_path,
        "[evolution]\npopulation = 8\ngenerations = 3\n"
        "[sweep.axes]\nspace.hidden = [{ count = [1, 2], width = [1, 4] }, [3]]\n",
    )
    search, fixed = read_sweep_file(path).points
    sweep = read_sweep_file(path)
    assert search.genome is None
    assert sweep.runs[search.run].experiment.evolution.population == 8
    assert fixed.genome is not None


def test_a_baseline_marks_all_points_that_have_its_values(tmp_path: Path) -> None:
    """It is in the file or given, and then replaces that of the file."""
    axes = "[sweep.axes]\nspace.learning_rate = [0.1, 0.2]\nspace.hidden = [[3], [3, 3]]\n"
    path = written(tmp_path, axes + "[sweep.baseline]\nspace.learning_rate = 0.1\n")
    assert [each.is_baseline for each in read_sweep_file(path).points] == [True, True, False, False]
    given = read_sweep_file(path, baseline=["space.learning_rate=0.2", "space.hidden=[3,3]"])
    assert [each.is_baseline for each in given.points] == [False, False, False, True]


def test_seeds_are_those_that_follow() -> None:
    """A sweep over seeds has a search for each, and nothing else differs."""
    experiment = Experiment.of({"task": {"kind": "mouse"}, "seed": 7})
    sweep = Sweep.of_seeds(experiment, 3)
    assert [run.experiment for run in sweep.runs] == [
        experiment.replace(seed=seed) for seed in (7, 8, 9)
    ]
    with pytest.raises(UsageError, match="seeds: must be at least 2, but got 1"):
        Sweep.of_seeds(experiment, 1)


@pytest.mark.parametrize(
    ("sweep", "problems"),
    [
        ("", ["sweep: must be a table with axes or configurations, but got none"]),
        ("[sweep]\naxis = {}\n", ["sweep.axis: unknown key, did you mean 'axes'?"]),
        ("[sweep.axes]\nseed = 3\n", ["sweep.axes.seed: must be a list of values, but got 3"]),
        (
            "[sweep.axes]\nseed = [3]\n",
            ["sweep: must have 2 to 10,000 combinations of values"],
        ),
        (
            "[sweep.axes]\nseed = [3, 3]\n",
            ["sweep.axes.seed: must have each value once, but got"],
        ),
        ("[sweep.axes]\nspeed = [3]\n", ["sweep.axes.speed: unknown key, did you mean 'seed'?"]),
        ("[sweep.axes]\nspace = [3]\n", ["sweep.axes.space: must be a table, but got [3]"]),
        (
            "[sweep.axes]\nspace.learning_rate = [0.1, -1]\ntraining.samples = [5, 0]\n",
            [
                "with training.samples = 0: training.samples: must be at least 1, but got 0",
                "with space.learning_rate = -1: space.learning_rate: must be greater than 0",
            ],
        ),
        (
            "[sweep.axes]\nseed = [3, 4]\n[sweep.baseline]\nspace.hidden = [3]\n",
            ["sweep.baseline.space.hidden: must be one of 'seed', but got 'space.hidden'"],
        ),
        (
            "[sweep.axes]\nseed = [3, 4]\n[sweep.baseline]\nseed = 5\n",
            ["sweep.baseline.seed: must be one of 3, 4, but got 5"],
        ),
        (
            "[[sweep.configurations]]\nlabel = 3\nspace = 4\n",
            [
                "sweep.configurations[0].label: must be a text, but got 3",
                "sweep.configurations[0].space: must be a table, but got 4",
            ],
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, sweep: str, problems: list[str]
) -> None:
    """Each problem has a line, all at once, and names the settings that have it."""
    with pytest.raises(UsageError) as refused:
        read_sweep_file(written(tmp_path, sweep))
    assert len(refused.value.problems) == len(problems)
    for line, expected in zip(sorted(refused.value.problems), sorted(problems), strict=True):
        assert line.startswith(expected)


def test_a_sweep_file_is_no_experiment(tmp_path: Path) -> None:
    """Who runs it as one is told the command for it."""
    path = written(tmp_path, "[sweep.axes]\nseed = [1, 2]\n")
    with pytest.raises(UsageError, match="sweep: must be left out of an experiment"):
        load_experiment(path)
