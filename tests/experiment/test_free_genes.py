from pathlib import Path
from typing import Any

import pytest

from neuroevo.errors import UsageError
from neuroevo.experiment import Experiment, load_experiment
from neuroevo.space import Choice, Conditional, Float, Integer, Layers, SearchSpace
from tests.functions import SPACE, experiment_of

PATH = Path("/somewhere/boosting.py")


def test_genes_of_any_name_have_every_form() -> None:
    """Ranges, choices, layers, single values and conditions are read and written."""
    forms: dict[str, Any] = {
        "rate": {"low": 1e-3, "high": 1, "log": True},
        "depth": {"low": 1, "high": 9},
        "layers": {"count": [1, 2], "width": [2, 8], "activation": ["a", "b"]},
        "widths": {"count": [0, 2], "width": [2, 8]},
        "kind": ["x", 1, 2.5, True],
        "lists": [[6, 4], [3]],
        "one_list": {"choices": [[6, 4]]},
        "order": {"choices": [8, 16], "ordered": True},
        "fixed": "text",
        "decay": {"low": 0.0, "high": 1.0, "when": {"kind": ["x", True], "order": 16}},
        "deep": {"low": 0.0, "high": 1.0, "when": {"depth": [8, 9]}},
        "chosen": {"choices": ["p", "q"], "when": {"kind": "x"}},
    }
    experiment = experiment_of(PATH, space=forms)
    assert experiment.space == SearchSpace(
        rate=Float(1e-3, 1.0, log=True),
        depth=Integer(1, 9),
        layers=Layers((1, 2), (2, 8), ["a", "b"]),
        widths=Layers((0, 2), (2, 8)),
        kind=Choice(["x", 1, 2.5, True]),
        lists=Choice([(6, 4), (3,)]),
        one_list=Choice([(6, 4)]),
        order=Choice([8, 16], ordered=True),
        fixed=Choice(["text"]),
        decay=Conditional(Float(0.0, 1.0), {"kind": ["x", True], "order": 16}),
        deep=Conditional(Float(0.0, 1.0), {"depth": [8, 9]}),
        chosen=Conditional(Choice(["p", "q"]), {"kind": "x"}),
    )


def test_an_experiment_is_read_as_it_is_written(tmp_path: Path) -> None:
    """Its TOML loads to an equal experiment, which has no settings of networks."""
    experiment = experiment_of(PATH, evolution={"objectives": ["score"]})
    file = tmp_path / "again.toml"
    file.write_text(experiment.to_toml())
    assert load_experiment(file) == experiment
    assert experiment.replace(seed=3).space == experiment.space
    assert "[training]" not in experiment.to_toml()
    assert [item.label for item in experiment.objectives] == ["score"]
    assert experiment.objectives[0].maximised


def test_paths_are_those_of_the_file(tmp_path: Path) -> None:
    """A relative path starts in the folder of the experiment file; the file need not exist."""
    file = tmp_path / "mine.toml"
    file.write_text(experiment_of(PATH).to_toml().replace(str(PATH), "own/f.py"))
    assert load_experiment(file).to_toml().count(f'"{tmp_path}/own/f.py:evaluate"') == 1


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"space": {}}, "space: must have at least one gene for a function, but got none"),
        ({"space": {"a b": 1}}, "space.'a b': must be 1 to 40 of the letters A to Z"),
        ({"space": {"x": {"low": 2, "high": 1}}}, "space.x"),
        ({"space": {"x": {"low": 1}}}, "space.x.high: must be given"),
        ({"space": {"x": []}}, "space.x: must have a length of at least 1, but got []"),
        ({"space": {"x": [1, 1]}}, "space.x[1]: must not be repeated, but got 1"),
        (
            {"space": {"x": [1, 2], "y": {"choices": [1], "when": {"z": 1}}}},
            "space.y.when.z: must be another gene of the search space",
        ),
        (
            {"space": {"x": [1, 2], "y": {"choices": [1], "when": {"x": 3}}}},
            "space.y.when.x: must be 1 or 2, but got 3",
        ),
        (
            {"space": {"x": [1, 2], "y": {"choices": [1], "when": {}}}},
            "space.y.when: must name at least one gene, but got {}",
        ),
        ({"task": {"function": "f.py"}}, "task.function: must be a file and a function of it"),
        ({"task": {"function": "f.txt:g"}}, "task.function: must be a file and a function of it"),
        ({"task": {"function": "f.py:g h"}}, "task.function: must be a file and a function of it"),
        ({"task": {"objectives": {}}}, "task.objectives: must have a length of at least 1"),
        (
            {"task": {"objectives": {"loss": "less"}}},
            "task.objectives.loss: must be one of 'minimize', 'maximize', but got 'less'",
        ),
        (
            {"task": {"objectives": {"rank": "minimize"}}},
            "task.objectives.rank: must be another name, since tables of trials have a column",
        ),
        ({"task": {"time_limit": 0}}, "task.time_limit: must be greater than 0, but got 0"),
        (
            {"evolution": {"objectives": ["los"]}},
            "evolution.objectives[0]: must be one of 'loss', 'score', but got 'los', did you mean",
        ),
        (
            {"evolution": {"target": {"los": 1.0}}},
            "evolution.target.los: unknown key, did you mean 'loss'?",
        ),
        (
            {"training": {"samples": 5}},
            "training: must be left out for the task 'python', which trains no networks of ours",
        ),
    ],
)
def test_each_wrong_setting_has_its_line(changes: dict[str, Any], problem: str) -> None:
    """Each is reported once, with its key."""
    with pytest.raises(UsageError) as error:
        experiment_of(PATH, **changes)
    [line] = error.value.problems
    assert line.startswith(problem)


def test_genes_of_networks_may_be_conditional() -> None:
    """Those that only some optimizers read are so by themselves; others are with `when`."""
    experiment = Experiment.of(
        {
            "task": {"kind": "mouse"},
            "space": {
                "optimizer": ["sgd", "momentum", "nesterov"],
                "momentum": {"low": 0.5, "high": 0.9},
                "l2": {"low": 1e-6, "high": 1e-2, "when": {"optimizer": "sgd"}},
            },
        }
    )
    assert experiment.space.conditions == {
        "momentum": {"optimizer": ("momentum", "nesterov")},
        "l2": {"optimizer": ("sgd",)},
    }
    text = experiment.to_toml()
    assert "momentum = { low = 0.5, high = 0.9, log = false }" in text
    assert 'when = { optimizer = ["sgd"] }' in text
    assert experiment.replace(seed=5).space == experiment.space
    with pytest.raises(UsageError, match=r"space\.hidden\.when: must be left out, since each"):
        Experiment.of(
            {
                "task": {"kind": "mouse"},
                "space": {"hidden": {"choices": [[2]], "when": {"activation": "tanh"}}},
            }
        )


def test_settings_of_another_task_are_checked_again() -> None:
    """Settings that were made for networks do not fit a function."""
    mouse = Experiment.of({"task": {"kind": "mouse"}})
    with pytest.raises(UsageError, match=r"objectives\[0\]: must be one of 'loss', 'score'"):
        Experiment.of({**dict(mouse), "task": experiment_of(PATH).task, "space": SPACE})


@pytest.mark.parametrize(
    ("override", "genes"),
    [
        ("space.layers=3", {"w1": {}, "w2": {}}),
        ("space.layers=1", {"w1": {}}),
        ("space.layers=[1, 4]", {"w1": {}, "w2": {"layers": (4,)}, "w3": {"layers": (4,)}}),
        ("space.layers={low=2, high=3}", {"w1": {}, "w2": {}}),
        ("space.w1=0.5", {"w1": {}, "w2": {"layers": (2, 3, 4)}, "w3": {"layers": (4,)}}),
        ("space.layers={low=0.0, high=1.0}", None),
    ],
)
def test_conditions_on_a_gene_that_is_set_are_those_that_are_left(
    tmp_path: Path, override: str, genes: dict[str, dict[str, tuple[int, ...]]] | None
) -> None:
    """Genes that are never active any more are left out; what can't be settled is refused."""
    forms: dict[str, Any] = {
        "layers": {"low": 1, "high": 4},
        "w1": {"low": 0.0, "high": 1.0},
        "w2": {"low": 0.0, "high": 1.0, "when": {"layers": [2, 3, 4]}},
        "w3": {"low": 0.0, "high": 1.0, "when": {"layers": 4}},
    }
    file = tmp_path / "layers.toml"
    file.write_text(experiment_of(PATH, space=forms).to_toml())
    if genes is None:
        with pytest.raises(UsageError, match=r"when\.layers: must be a gene whose values"):
            load_experiment(file, [override])
        return
    space = load_experiment(file, [override]).space
    assert {
        name: space.conditions.get(name, {}) for name in space.genes if name != "layers"
    } == genes
