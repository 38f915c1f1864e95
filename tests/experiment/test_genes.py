import math
from typing import Any

import pytest

from neuroevo import learning
from neuroevo.errors import UsageError
from neuroevo.evaluation import NETWORK_GENES
from neuroevo.experiment import Experiment
from neuroevo.experiment.genes import DEFAULT_SPACE, GENES, read_space, write_space
from neuroevo.space import Choice, Float, Gene, Integer, Layers, SearchSpace

ACTIVATIONS = ", ".join(map(repr, learning.ACTIVATIONS))

SIZES = {"count": [1, 2], "width": [1, 8]}

FORMS: list[tuple[str, Any, Gene]] = [
    ("hidden", {"count": [0, 3], "width": [2, 8]}, Layers(count=(0, 3), width=(2, 8))),
    ("hidden", [6, 3], Choice([(6, 3)])),
    ("hidden", 6, Choice([(6,)])),
    ("hidden", [], Choice([()])),
    ("hidden", [[], [3], [4, 4]], Choice([(), (3,), (4, 4)])),
    ("hidden", {"choices": [[3], 4], "ordered": True}, Choice([(3,), (4,)], ordered=True)),
    ("hidden", SIZES | {"activation": ["tanh", "relu"]}, Layers((1, 2), (1, 8), ["tanh", "relu"])),
    ("hidden", SIZES | {"activation": "relu"}, Layers((1, 2), (1, 8), ["relu"])),
    (
        "hidden",
        SIZES | {"activation": {"choices": ["linear", "elu"], "ordered": True}},
        Layers((1, 2), (1, 8), Choice(["linear", "elu"], ordered=True)),
    ),
    ("hidden", [[6, "tanh"], [4, "relu"]], Choice([((6, "tanh"), (4, "relu"))])),
    ("hidden", [[6, "tanh"]], Choice([((6, "tanh"),)])),
    ("hidden", [[[6, "tanh"]], []], Choice([((6, "tanh"),), ()])),
    (
        "hidden",
        {"choices": [[[6, "tanh"], [4, "relu"]], [[3, "linear"]]]},
        Choice([((6, "tanh"), (4, "relu")), ((3, "linear"),)]),
    ),
    ("learning_rate", {"low": 1e-4, "high": 1, "log": True}, Float(1e-4, 1.0, log=True)),
    ("learning_rate", {"low": 1, "high": 2}, Float(1.0, 2.0)),
    ("learning_rate", 1, Choice([1.0])),
    ("learning_rate", [0.1, 1], Choice([0.1, 1.0])),
    ("learning_rate", Integer(1, 3), Float(1.0, 3.0)),
    ("activation", "tanh", Choice(["tanh"])),
    ("activation", ["tanh", "silu"], Choice(["tanh", "silu"])),
    ("biases", True, Choice([True])),
    ("biases", [True, False], Choice([True, False])),
    ("starting_weights", ["uniform", "he"], Choice(["uniform", "he"])),
    ("optimizer", ["sgd", "adam"], Choice(["sgd", "adam"])),
    ("momentum", {"low": 0.5, "high": 0.99}, Float(0.5, 0.99)),
    ("l2", {"low": 1e-6, "high": 1e-2, "log": True}, Float(1e-6, 1e-2, log=True)),
    ("dropout", 0, Choice([0.0])),
    ("max_gradient_norm", [1, 10], Choice([1.0, 10.0])),
    ("batch_size", {"low": 1, "high": 64, "log": True}, Integer(1, 64, log=True)),
    ("batch_size", {"choices": [1, 8, 64], "ordered": True}, Choice([1, 8, 64], ordered=True)),
    ("schedule", "cosine", Choice(["cosine"])),
]

PAIR = "must be a pair of a width and an activation"

WRONG: list[tuple[Any, str]] = [
    (3, "space: must be a table of genes, but got 3"),
    ({"hiden": 3}, "space.hiden: unknown key, did you mean 'hidden'?"),
    ({"hidden": 0}, "space.hidden[0]: must be at least 1, but got 0"),
    ({"hidden": [6, 0]}, "space.hidden[1]: must be at least 1, but got 0"),
    ({"hidden": [6, True]}, "space.hidden[1]: must be a whole number, but got true"),
    ({"hidden": [6, 3.0]}, "space.hidden[1]: must be a whole number, but got 3.0"),
    ({"hidden": 2000}, "space.hidden[0]: must be at most 1,024, but got 2000"),
    ({"hidden": "big"}, "space.hidden: must be a list, but got 'big'"),
    ({"hidden": [[3], [3]]}, "space.hidden[1]: must not be repeated, but got [3] again"),
    (
        {"hidden": {"count": [1, 65], "width": [1, 2]}},
        "space.hidden.count[1]: must be at most 64, but got 65",
    ),
    (
        {"hidden": {"count": [1, 2], "width": [0, 2]}},
        "space.hidden.width[0]: must be at least 1, but got 0",
    ),
    (
        {"hidden": {"count": [3, 1], "width": [1, 2]}},
        "space.hidden.count: `least <= greatest` must hold, but got (3, 1)",
    ),
    ({"hidden": {"count": [1, 3]}}, "space.hidden.width: must be given"),
    (
        {"hidden": SIZES | {"activation": ["relu", "tahn"]}},
        (
            f"space.hidden.activation[1]: must be one of {ACTIVATIONS}, but got 'tahn', "
            "did you mean 'tanh'?"
        ),
    ),
    (
        {"hidden": SIZES | {"activation": ["relu", "relu"]}},
        "space.hidden.activation[1]: must not be repeated, but got 'relu' again",
    ),
    (
        {"hidden": SIZES | {"activation": []}},
        "space.hidden.activation: must have a length of at least 1, but got []",
    ),
    (
        {"hidden": SIZES | {"activation": {"choices": ["tanh"], "order": True}}},
        "space.hidden.activation.order: unknown key, did you mean 'ordered'?",
    ),
    ({"hidden": [6, "tanh"]}, "space.hidden[1]: must be a whole number, but got 'tanh'"),
    ({"hidden": [[0, "tanh"], [4, "relu"]]}, "space.hidden[0][0]: must be at least 1, but got 0"),
    (
        {"hidden": [[6, "tahn"]]},
        f"space.hidden[0][1]: must be one of {ACTIVATIONS}, but got 'tahn', did you mean 'tanh'?",
    ),
    ({"hidden": [[6, "tanh"], 4]}, f"space.hidden[1]: {PAIR}, but got 4"),
    ({"hidden": [6, [4, "tanh"]]}, f"space.hidden[0]: {PAIR}, but got 6"),
    ({"hidden": [[[6, "tanh"], [4]]]}, f"space.hidden[0][1]: {PAIR}, but got [4]"),
    (
        {"hidden": [[[6, "tanh"]], [4, 4]]},
        (
            "space.hidden[1]: must have an activation for each layer, as other choices have, "
            "but got [4, 4]"
        ),
    ),
    (
        {"hidden": [[[6, "tanh"]], [[6, "tanh"]]]},
        "space.hidden[1]: must not be repeated, but got [[6, 'tanh']] again",
    ),
    *(
        (
            {"hidden": hidden, "activation": "tanh"},
            (
                "space.activation: must be left out when hidden has activations of its own, "
                "but got 'tanh'"
            ),
        )
        for hidden in (
            SIZES | {"activation": ["relu"]},
            [[6, "tanh"]],
            [[[6, "tanh"]], []],
            Layers((1, 2), (1, 8), ["tanh"]),
        )
    ),
    ({"learning_rate": 0}, "space.learning_rate: must be greater than 0, but got 0"),
    ({"learning_rate": True}, "space.learning_rate: must be a number, but got true"),
    ({"learning_rate": math.inf}, "space.learning_rate: must be a finite number, but got inf"),
    ({"learning_rate": [0.1, -1]}, "space.learning_rate[1]: must be greater than 0, but got -1"),
    ({"learning_rate": []}, "space.learning_rate: must have a length of at least 1, but got []"),
    (
        {"learning_rate": {"low": 3, "high": 1}},
        "space.learning_rate: `low <= high` must hold, but got (low=3.0, high=1.0)",
    ),
    (
        {"learning_rate": {"low": 0, "high": 1, "log": True}},
        "space.learning_rate.low: must be greater than 0, but got 0",
    ),
    (
        {"learning_rate": {"low": 1, "high": 2, "lag": True}},
        "space.learning_rate.lag: unknown key, did you mean 'log'?",
    ),
    (
        {"activation": "tahn"},
        f"space.activation: must be one of {ACTIVATIONS}, but got 'tahn', did you mean 'tanh'?",
    ),
    ({"activation": ["relu", 3]}, f"space.activation[1]: must be one of {ACTIVATIONS}, but got 3"),
    ({"biases": [True, 1]}, "space.biases[1]: must be true or false, but got 1"),
    (
        {"starting_weights": "hee"},
        (
            "space.starting_weights: must be one of 'uniform', 'glorot', 'he', but got 'hee', "
            "did you mean 'he'?"
        ),
    ),
    ({"optimiser": "sgd"}, "space.optimiser: unknown key, did you mean 'optimizer'?"),
    (
        {"schedule": ["constant", "cos"]},
        (
            "space.schedule[1]: must be one of 'constant', 'cosine', 'exponential', but got 'cos', "
            "did you mean 'cosine'?"
        ),
    ),
    (
        {"momentum": {"low": 0.5, "high": 1}},
        "space.momentum.high: must be at most 0.999999, but got 1",
    ),
    ({"shuffle": True}, "space.shuffle: must be under [training], since it is no gene"),
    ({"end_factor": 0}, "space.end_factor: must be greater than 0, but got 0"),
    (
        {"max_gradient_norm": [1, -1]},
        "space.max_gradient_norm[1]: must be at least 0, but got -1",
    ),
    (
        {"batch_size": {"low": 1, "high": 8.0}},
        "space.batch_size.high: must be a whole number, but got 8.0",
    ),
    (
        {"l2": {"low": 0, "high": 1, "log": True}},
        "space.l2: `low > 0` must hold on a log scale, but got (low=0.0, high=1.0)",
    ),
    (
        {"activation": {"choices": ["tanh"], "order": True}},
        "space.activation.order: unknown key, did you mean 'ordered'?",
    ),
]


def space_of(table: object) -> SearchSpace:
    """Read a search space the way that an experiment does."""
    return Experiment.of({"task": {"kind": "mouse"}, "space": table}).space


def test_every_gene_of_a_network_is_allowed_in_a_file() -> None:
    """The genes that files may hold are those that networks may have."""
    assert set(GENES) == set(NETWORK_GENES)


@pytest.mark.parametrize(("name", "written", "gene"), FORMS)
def test_each_form_of_a_gene_is_read_and_written(name: str, written: object, gene: Gene) -> None:
    """A range, a list, an ordered choice or a single value is read and written as the same."""
    space = read_space({name: written})
    assert space.genes[name] == gene
    assert read_space(write_space(space)) == space


@pytest.mark.parametrize(("table", "problem"), WRONG)
def test_each_wrong_gene_is_one_line(table: object, problem: str) -> None:
    """A wrong gene gives one line: its key as in the file, the rule and the value."""
    with pytest.raises(UsageError) as caught:
        space_of(table)
    assert caught.value.problems == (problem,)


def test_problems_of_all_genes_come_at_once() -> None:
    """Each wrong gene has its line, with those of other tables."""
    table = {"optimizer": "adm", "batch_size": {"low": 0, "high": 2}, "dropout": 1}
    training = {"stop_at_target": True, "beta1": -1}
    with pytest.raises(UsageError) as caught:
        Experiment.of({"task": {"kind": "mouse"}, "space": table, "training": training})
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "training.beta1",
        "space.optimizer",
        "space.batch_size.low",
        "space.dropout",
    ]


def test_genes_from_python_have_the_same_rules() -> None:
    """A search space made in Python is checked like one from a file."""
    space = SearchSpace(hidden=Layers((1, 2), (1, 4096)), learning_rate=Float(-1, 1), rate=3)
    with pytest.raises(UsageError) as caught:
        space_of(space)
    assert caught.value.problems == (
        "space.hidden.width[1]: must be at most 1,024, but got 4096",
        "space.learning_rate.low: must be greater than 0, but got -1.0",
        f"space.rate: unknown key, must be one of {', '.join(GENES)}",
    )


def test_genes_that_are_left_out_have_default_ranges() -> None:
    """Every network has layers, a learning rate and an activation, given or not."""
    assert space_of({}) == DEFAULT_SPACE
    space = space_of({"activation": "tanh", "biases": False})
    assert list(space.genes) == ["hidden", "learning_rate", "activation", "biases"]
    assert space.genes["hidden"] == DEFAULT_SPACE.genes["hidden"]


@pytest.mark.parametrize(
    "hidden", [SIZES | {"activation": "tanh"}, [[6, "tanh"]], [[[6, "tanh"]], []], []]
)
def test_an_unused_activation_is_not_added(hidden: object) -> None:
    """If each layer has its own, or there are no layers, the gene is left out."""
    space = space_of({"hidden": hidden})
    assert list(space.genes) == ["hidden", "learning_rate"]
    assert space_of(write_space(space)) == space


def test_networks_without_hidden_layers_may_have_an_activation() -> None:
    """It has no effect and stays if it was given; if some networks have layers, it is added."""
    assert "activation" in space_of({"hidden": [], "activation": "tanh"}).genes
    assert "activation" in space_of({"hidden": [[], [3]]}).genes
