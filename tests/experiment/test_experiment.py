import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.errors import UsageError
from neuroevo.evaluation import OBJECTIVES, REDUCTIONS
from neuroevo.experiment import EvolutionSettings, Experiment, load_experiment
from neuroevo.learning import OPTIMIZERS, TrainingSettings
from neuroevo.space import SearchSpace
from neuroevo.tasks import TASKS, MouseTask

TASK = {"kind": "mouse"}
NAME_RULE = (
    "name: must be 1 to 64 of the letters A to Z and a to z, digits, '.', '_' and '-', "
    "with a letter or digit first"
)

KINDS = ", ".join(map(repr, TASKS))
WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "task: must be given"),
    ({"task": "mouse"}, "task: must be a table, but got 'mouse'"),
    ({"task": {}}, f"task.kind: must be given, one of {KINDS}"),
    (
        {"task": {"kind": "mouze"}},
        f"task.kind: must be one of {KINDS}, but got 'mouze', did you mean 'mouse'?",
    ),
    ({"task": {"kind": ["mouse"]}}, f"task.kind: must be one of {KINDS}, but got ['mouse']"),
    ({"task": TASK | {"cout": 5}}, "task.cout: unknown key, did you mean 'count'?"),
    ({"task": TASK, "sed": 5}, "sed: unknown key, did you mean 'seed'?"),
    ({"task": TASK, "seed": True}, "seed: must be a whole number, but got true"),
    ({"task": TASK, "seed": -1}, "seed: must be at least 0, but got -1"),
    *(
        ({"task": TASK, "name": name}, f"{NAME_RULE}, but got {name!r}")
        for name in ("", "a/b", "-a", "ä")
    ),
    *(
        (
            {"task": TASK, "name": name},
            f"name: must be a name that every system allows for a folder, but got {name!r}",
        )
        for name in ("nul", "COM1.txt", "a.")
    ),
    ({"task": TASK, "training": {"samples": 0}}, "training.samples: must be at least 1, but got 0"),
    (
        {"task": TASK, "training": {"sample": 1}},
        "training.sample: unknown key, did you mean 'samples'?",
    ),
    (
        {
            "task": TASK,
            "training": {"stop_at_target": True},
            "evolution": {"objectives": ["parameters", "final_mse"]},
        },
        (
            "training.stop_at_target: must be false unless each objective is one of "
            "'samples_to_target', 'parameters', but got true with 'final_mse'"
        ),
    ),
    (
        {"task": TASK, "training": {"loss": "cross_entropy"}},
        (
            "training.loss: must be 'squared_error' for the task 'mouse', whose targets are no "
            "classes, but got 'cross_entropy'"
        ),
    ),
    (
        {"task": TASK, "training": {"momentum": 1.5}},
        "training.momentum: must be at most 0.999999, but got 1.5",
    ),
    (
        {
            "task": {"kind": "dataset", "name": "iris", "folds": 5},
            "training": {"replicates": 4},
        },
        (
            "training.replicates: must be a multiple of 5, the number of folds, so that all count "
            "equally, but got 4"
        ),
    ),
    ({"task": TASK, "evolution": 3}, "evolution: must be a table, but got 3"),
    (
        {"task": TASK, "evolution": {"population": 3}},
        "evolution.population: must be at least 4, but got 3",
    ),
    (
        {"task": TASK, "evolution": {"generations": 0}},
        "evolution.generations: must be at least 1, but got 0",
    ),
    (
        {"task": TASK, "evolution": {"objectives": []}},
        "evolution.objectives: must have a length of at least 1, but got []",
    ),
    (
        {"task": TASK, "evolution": {"objectives": ["parameters", "parameters"]}},
        (
            "evolution.objectives: must name each objective once, "
            "but got ['parameters', 'parameters']"
        ),
    ),
    (
        {"task": TASK, "evolution": {"objectives": ["final"]}},
        (
            f"evolution.objectives[0]: must be one of {', '.join(map(repr, OBJECTIVES))}, "
            "but got 'final', did you mean 'final_mse'?"
        ),
    ),
    (
        {"task": TASK, "evolution": {"objectives": ["error_rate", "parameters", "log_loss"]}},
        (
            "evolution.objectives: must be of 'final_mse', 'samples_to_target', 'curve_area', "
            "'parameters', 'r2' for the task 'mouse', whose targets are no classes, "
            "but got 'error_rate', 'log_loss'"
        ),
    ),
    (
        {"task": TASK, "evolution": {"reduction": "medain"}},
        (
            f"evolution.reduction: must be one of {', '.join(map(repr, REDUCTIONS))}, "
            "but got 'medain', did you mean 'median'?"
        ),
    ),
]


@pytest.mark.parametrize(("values", "problem"), WRONG)
def test_each_problem_is_one_line(values: dict[str, Any], problem: str) -> None:
    """What is wrong with an experiment is said in one line with its key."""
    with pytest.raises(UsageError) as caught:
        Experiment(**values)
    assert caught.value.problems == (problem,)


def test_all_problems_of_an_experiment_come_at_once() -> None:
    """One wrong key in every table gives one line each."""
    tables: dict[str, Any] = {
        "seed": "a",
        "task": TASK | {"count": 0},
        "space": {"hidden": 0, "activation": "x"},
        "training": {"replicates": True},
        "evolution": {"population": 1},
        "extra": 1,
    }
    with pytest.raises(UsageError) as caught:
        Experiment(**tables)
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "seed",
        "task.count",
        "evolution.population",
        "training.replicates",
        "space.hidden[0]",
        "space.activation",
        "extra",
    ]


def test_settings_and_mappings_give_the_same_experiment() -> None:
    """In Python the parts may be objects or tables as in a file."""
    made = Experiment(
        task=MouseTask(),
        space=SearchSpace(hidden=(3,), learning_rate=0.1),
        training=TrainingSettings(samples=5000),
    )
    tables: dict[str, Any] = {
        "task": TASK,
        "space": {"hidden": 3, "learning_rate": 0.1},
        "training": {"samples": 5000},
    }
    assert Experiment(**tables) == made
    assert Experiment.of(tables) == made
    assert isinstance(made.task, MouseTask)


def test_everything_but_the_task_has_a_default() -> None:
    """An experiment with a task alone is complete."""
    experiment = Experiment(task=MouseTask())
    assert experiment.evolution == EvolutionSettings()
    assert experiment.training == TrainingSettings()


def test_an_experiment_can_be_pickled() -> None:
    """Pickled and unpickled it is the same experiment."""
    experiment = Experiment(task=MouseTask(jitter=1))
    assert pickle.loads(pickle.dumps(experiment)) == experiment  # noqa: S301 - our own bytes


WIDTH = st.integers(1, 1024)
RATE = st.floats(1e-300, 1e300)
ACTIVATION = st.sampled_from(["linear", "tanh", "silu"])
OPTIMIZER = st.sampled_from(OPTIMIZERS)
SHARE = st.floats(0, 0.999999)
PAIR = st.lists(st.integers(1, 64), min_size=2, max_size=2).map(sorted)
LAYERS = st.lists(st.tuples(WIDTH, ACTIVATION).map(list), min_size=1, max_size=3)
MIXED = st.fixed_dictionaries(
    {
        "hidden": st.fixed_dictionaries(
            {
                "count": PAIR,
                "width": PAIR,
                "activation": ACTIVATION | st.lists(ACTIVATION, min_size=1, unique=True),
            }
        )
        | LAYERS
        | st.lists(LAYERS, min_size=1, max_size=3, unique_by=repr)
    }
)
SPACES = MIXED | st.fixed_dictionaries(
    {},
    optional={
        "hidden": st.fixed_dictionaries({"count": PAIR, "width": PAIR})
        | WIDTH
        | st.lists(WIDTH, max_size=5)
        | st.lists(st.lists(WIDTH, max_size=3), min_size=1, max_size=4, unique_by=tuple),
        "learning_rate": RATE
        | st.lists(RATE, min_size=1, max_size=4, unique=True)
        | st.builds(
            lambda bounds, log: {"low": min(bounds), "high": max(bounds), "log": log},
            st.tuples(RATE, RATE),
            st.booleans(),
        ),
        "activation": ACTIVATION | st.lists(ACTIVATION, min_size=1, unique=True),
        "biases": st.booleans() | st.just([True, False]),
        "starting_weights": st.sampled_from(["he", ["uniform", "glorot"]]),
        "optimizer": OPTIMIZER | st.lists(OPTIMIZER, min_size=1, unique=True),
        "momentum": SHARE | st.lists(SHARE, min_size=1, max_size=3, unique=True),
        "batch_size": st.integers(1, 1000)
        | st.builds(
            lambda low, log: {"low": low, "high": low + 9, "log": log}, WIDTH, st.booleans()
        ),
        "schedule": st.sampled_from(["cosine", ["constant", "exponential"]]),
        "max_gradient_norm": st.floats(0, 1e30),
    },
)
TRAINING = st.fixed_dictionaries(
    {},
    optional={
        "target_mse": RATE,
        "optimizer": OPTIMIZER,
        "momentum": SHARE,
        "beta2": SHARE,
        "epsilon": st.floats(1e-30, 1),
        "end_factor": st.floats(0.01, 1),
        "max_gradient_norm": st.floats(0, 1e30),
        "schedule": st.sampled_from(["constant", "cosine"]),
    },
)
EXPERIMENTS = st.fixed_dictionaries(
    {
        "task": st.fixed_dictionaries(
            {"kind": st.just("mouse")},
            optional={
                "jitter": st.floats(0, 1e4),
                "normalise": st.just("none") | st.floats(1e-9, 1e6),
                "count": st.integers(1, 10**6),
                "seed": st.integers(0, 2**63 - 1),
            },
        )
    },
    optional={
        "name": st.from_regex(r"[A-Za-z][A-Za-z0-9._-]{3,50}_", fullmatch=True),
        "seed": st.integers(0, 2**63 - 1),
        "note": st.text(st.characters(codec="utf-8"), max_size=500),
        "space": SPACES,
        "training": TRAINING,
        "evolution": st.fixed_dictionaries(
            {
                "objectives": st.lists(
                    st.sampled_from(
                        [name for name in OBJECTIVES if not OBJECTIVES[name].of_classes]
                    ),
                    min_size=1,
                    unique=True,
                )
            }
        ),
    },
)


@given(EXPERIMENTS)
def test_a_written_experiment_loads_as_an_equal_one(
    tmp_path_factory: pytest.TempPathFactory, tables: dict[str, Any]
) -> None:
    """Any experiment, written as TOML and loaded, is equal, and is written the same again."""
    if "momentum" in tables.get("space", {}):
        tables["space"]["optimizer"] = ["sgd", "nesterov"]  # one that reads it
    experiment = Experiment.of(tables)
    text = experiment.to_toml()
    path = tmp_path_factory.mktemp("experiment") / "experiment.toml"
    path.write_text(text, encoding="utf-8")
    loaded = load_experiment(path)
    assert loaded == experiment
    assert loaded.to_toml() == text


def test_unused_parameters_are_not_written() -> None:
    """Parameters that an optimizer or schedule uses, or that were set, are written."""
    plain = Experiment.of({"task": TASK, "training": {"rho": 0.5}}).to_toml()
    assert "rho = 0.5\n" in plain
    assert not any(name in plain for name in ("momentum", "beta1", "end_factor"))
    genes = {"optimizer": ["sgd", "adam"], "schedule": "cosine"}
    evolved = Experiment.of({"task": TASK, "space": genes}).to_toml()
    assert all(f"{name} = " in evolved for name in ("beta1", "beta2", "epsilon", "end_factor"))
    assert "momentum" not in evolved


def test_an_unused_gene_is_refused() -> None:
    """The problem has the optimizers or schedules that would use the gene."""
    space = {"momentum": {"low": 0.5, "high": 0.9}, "end_factor": 0.1, "optimizer": ["sgd", "adam"]}
    with pytest.raises(UsageError) as caught:
        Experiment.of({"task": TASK, "space": space})
    rule = "must be read by an optimizer or schedule"
    assert caught.value.problems == (
        f"space.momentum: {rule}, momentum or nesterov, but the experiment has none of them",
        f"space.end_factor: {rule}, cosine or exponential, but the experiment has none of them",
    )
    Experiment.of(
        {"task": TASK, "space": space, "training": {"schedule": "cosine"}}
        | {"space": space | {"optimizer": "nesterov"}}
    )


def test_the_sample_budget_is_written_before_the_optimization() -> None:
    """The settings that are changed most often come first."""
    written = Experiment(task=MouseTask()).to_toml()
    training = written.partition("[training]\n")[2].partition("\n\n")[0]
    assert training == (
        "samples = 20000\n"
        "target_mse = 0.001\n"
        "replicates = 16\n"
        "shuffle = true\n"
        'starting_weights = "uniform"\n'
        "biases = true\n"
        'precision = "float32"\n'
        'loss = "squared_error"\n'
        "stop_at_target = false\n"
        "patience = 0\n"
        "restore_best = true\n"
        "validation_share = 1.0\n"
        'optimizer = "sgd"\n'
        "l2 = 0.0\n"
        "dropout = 0.0\n"
        "max_gradient_norm = 0.0\n"
        "batch_size = 1\n"
        'schedule = "constant"'
    )


def test_the_path_of_a_recording_is_written_as_absolute(tmp_path: Path) -> None:
    """A copy of the experiment in another folder finds the recording."""
    (tmp_path / "here").mkdir()
    first = tmp_path / "here" / "a.toml"
    first.write_text('[task]\nkind = "mouse"\npositions = "recording"\nrecording = "a.csv"\n')
    experiment = load_experiment(first)
    copy = tmp_path / "copy.toml"
    copy.write_text(experiment.to_toml())
    assert load_experiment(copy) == experiment
    assert isinstance(experiment.task, MouseTask)
    assert experiment.task.recording == tmp_path / "here" / "a.csv"


def test_settings_of_screening_that_are_none_are_left_out() -> None:
    """The settings of an experiment, as a dict, give it again, whatever its strategy is."""
    for strategy in ("nsga2", "screened"):
        given = {"task": {"kind": "mouse"}, "evolution": {"strategy": strategy}}
        experiment = Experiment.of(given)
        whole = experiment.evolution.model_dump()
        assert Experiment.of({**given, "evolution": whole}) == experiment
        nothing = {"strategy": strategy, "effort": None, "look_ahead": None}
        assert Experiment.of({**given, "evolution": nothing}) == experiment
    assert experiment.evolution.look_ahead is not None
