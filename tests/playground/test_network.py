"""The network of the mouse page, in a browser, compared with numpy and the kernel."""

import json
from collections.abc import Callable, Iterator
from importlib.resources import files
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pytest
from playwright.sync_api import Browser, Route

from neuroevo.learning import (
    ACTIVATIONS,
    OPTIMIZERS,
    SCHEDULES,
    Architecture,
    Columns,
    DataSet,
    Network,
    Optimization,
    TrainingSettings,
)
from neuroevo.learning.lanes import Lane
from neuroevo.learning.settings import StartingWeights
from neuroevo.learning.starting_weights import SPREADS, starting_parameters
from neuroevo.learning.training import SampleStream, sample_stream, train

Evaluate = Callable[[str, Any], Any]
Numbers = dict[str, Any]

HOST = "http://modules.invalid/"
SEED = (2017, 0)
BUDGET = 1000

# Absolute for parameters below 1, which may lie anywhere near 0, and relative above. Differences
# come from fused multiply-adds, which JavaScript has none of, and from the last bits of its exp.
TOLERANCE = 1e-9


@pytest.fixture(scope="module")
def evaluate(browser: Browser) -> Iterator[Evaluate]:
    """Return a function that calls JavaScript, given the modules and what is handed over."""
    assets = files("neuroevo.playground") / "assets"
    scripts = {
        each.name: each.read_text() for each in assets.iterdir() if each.name.endswith(".js")
    }

    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(HOST)
        kind = "text/javascript" if name in scripts else "text/html"
        route.fulfill(body=scripts.get(name, ""), content_type=kind)

    def call(function: str, given: Any) -> Any:  # noqa: ANN401 - JSON
        # As text: Playwright would take whole numbers beyond 2^53 for doubles.
        return json.loads(page.evaluate(_CALL % function, json.dumps(given)))

    page = browser.new_page()
    page.route("**", serve)
    page.goto(HOST)
    yield call
    page.close()


_CALL = """async (given) => {
  const names = ["random", "activations", "architecture", "optimizers", "network"];
  const modules = await Promise.all(names.map((name) => import(`/${name}.js`)));
  const whole = (key, value) => /^\\d{17,}n$/.test(value) ? BigInt(value.slice(0, -1)) : value;
  const found = (%s)(Object.assign({}, ...modules), JSON.parse(given, whole));
  const plain = (key, value) => ArrayBuffer.isView(value) ? Array.from(value) : value;
  return JSON.stringify(found, plain);
}"""


def whole(number: int) -> int | str:
    """Write a whole number as JSON that does not lose its last digits."""
    return number if number < 2**53 else f"{number:017d}n"


# Random draws


def test_seed_sequences_equal_those_of_numpy(evaluate: Evaluate) -> None:
    """Entropy and spawn keys of any length and size give the same words as in numpy."""
    entropies = [[0], [1], [2**32], [2017, 0], [2**63 - 1, 1], [1, 2, 3, 4, 5, 2**80], [0, 0, 0, 7]]
    keys = [[], [0], [1], [2, 15], [0, 2**32 + 3]]
    given = [[[whole(word) for word in entropy], key] for entropy, key in product(entropies, keys)]
    found = evaluate(
        "({ seedSequence }, given) => given.map(([entropy, key]) => "
        "seedSequence(entropy, key).generateState(11))",
        given,
    )
    for (entropy, key), words in zip(product(entropies, keys), found, strict=True):
        theirs = np.random.SeedSequence(entropy, spawn_key=tuple(key)).generate_state(11)
        assert words == theirs.tolist(), (entropy, key)


def test_generators_draw_the_numbers_of_numpy(evaluate: Evaluate) -> None:
    """Doubles, bounded integers and permutations, drawn in turn, are those of numpy."""
    bounds = [1, 2, 3, 10, 1000, 2**31 + 1, 2**32 - 1, 2**32]
    counts = [0, 1, 2, 3, 64, 65, 1000]
    found = evaluate(
        """({ PCG64, seedSequence }, [seed, bounds, counts]) => {
          const random = new PCG64(seedSequence(seed));
          return [
            ...bounds.flatMap((bound) => [random.integers(bound), random.random()]),
            ...bounds.flatMap((bound) => Array.from({ length: 9 }, () => random.integers(bound))),
            ...counts.flatMap((count) => Array.from(random.permutation(count))),
            ...Array.from({ length: 500 }, () => random.random()),
          ];
        }""",
        [SEED, bounds, counts],
    )
    random = np.random.Generator(np.random.PCG64(np.random.SeedSequence(SEED)))
    theirs: list[float] = []
    for bound in bounds:
        theirs += [int(random.integers(bound)), random.random()]
    for bound in bounds:
        theirs += [int(random.integers(bound)) for _ in range(9)]
    for count in counts:
        theirs += random.permutation(count).tolist()
    theirs += random.random(500).tolist()
    assert found == theirs


def test_samples_are_in_the_order_of_a_run(evaluate: Evaluate, stream: SampleStream) -> None:
    """Each epoch is shuffled as for the kernel, and the last one ends at the budget."""
    samples = len(stream.training.inputs)
    order = evaluate("({ sampleOrder }, given) => sampleOrder(...given)", [samples, BUDGET, SEED])
    assert BUDGET % samples > 0
    assert order == stream.order.tolist()


def test_starting_weights_are_those_of_a_run(evaluate: Evaluate) -> None:
    """Every kind, architecture, seed and replicate has the same bits."""
    architectures = [
        Architecture(inputs=2, hidden=hidden, outputs=2, activation="tanh", biases=biases)
        for hidden, biases in product([(), (6,), (32, 1, 7)], [True, False])
    ]
    cases = list(product(architectures, SPREADS, [SEED, (2**63 - 1, 1)], [0, 3, 2**33]))
    found = evaluate(
        "({ startingParameters }, given) => given.map((each) => startingParameters(...each))",
        [
            [each.model_dump(mode="json"), kind, [whole(word) for word in seed], replicate]
            for each, kind, seed, replicate in cases
        ],
    )
    for case, parameters in zip(cases, found, strict=True):
        assert parameters == starting_parameters(*case).tolist(), case


def test_range_scales_uniform_weights(evaluate: Evaluate) -> None:
    """Half the range is half of every weight and bias; other kinds ignore the range."""
    architecture = Architecture(inputs=2, hidden=(6,), outputs=2, activation="linear")
    for kind, factor in [("uniform", 0.5), ("glorot", 1), ("he", 1)]:
        given = [architecture.model_dump(mode="json"), kind, SEED, 0, 0.5]
        found = evaluate("({ startingParameters }, given) => startingParameters(...given)", given)
        start = starting_parameters(architecture, kind, SEED, 0)  # type: ignore[arg-type]  # a kind
        assert found == (factor * start).tolist()


# Trainings


class Case(NamedTuple):
    """A training in both."""

    architecture: Architecture
    optimization: Optimization = Optimization()
    learning_rate: float = 0.02
    starting_weights: StartingWeights = "uniform"
    seed: tuple[int, int] = SEED
    replicate: int = 0

    @property
    def given(self) -> Numbers:
        """The arguments for the browser."""
        return {
            "architecture": self.architecture.model_dump(mode="json"),
            "kind": self.starting_weights,
            "training": {
                "learning_rate": self.learning_rate,
                "optimization": self.optimization.model_dump(mode="json"),
                "budget": BUDGET,
                "seed": [whole(word) for word in self.seed],
                "replicate": self.replicate,
            },
        }


def network(*hidden: int, **others: Any) -> Architecture:  # noqa: ANN401 - of an architecture
    """Describe a network, by default with tanh."""
    return Architecture(inputs=2, hidden=hidden, outputs=2, **{"activation": "tanh", **others})


UNLIKE: Numbers = {
    "momentum": 0.7,
    "rho": 0.9,
    "beta1": 0.6,
    "beta2": 0.95,
    "epsilon": 1e-3,
    "weight_decay": 0.3,
    "end_factor": 0.2,
}
EVERYTHING: Numbers = {
    "l2": 0.01,
    "max_gradient_norm": 0.2,
    "dropout": 0.3,
    "batch_size": 7,
    "schedule": "cosine",
    **UNLIKE,
}

CASES = {
    **{
        f"{activation}, {optimizer}": Case(
            network(6, 5, activation=activation), Optimization(optimizer=optimizer)
        )
        for activation, optimizer in product(ACTIVATIONS, OPTIMIZERS)
    },
    **{
        f"{optimizer} with everything": Case(
            network(6, 5), Optimization(optimizer=optimizer, **EVERYTHING)
        )
        for optimizer in OPTIMIZERS
    },
    **{
        f"{optimizer}, {schedule}": Case(
            network(6), Optimization(optimizer=optimizer, schedule=schedule, **UNLIKE)
        )
        for optimizer, schedule in product(OPTIMIZERS[::6], SCHEDULES)
    },
    "the article's good choice": Case(network(6, activation="linear"), learning_rate=0.1),
    "no hidden layer": Case(network(), Optimization(dropout=0.5)),
    "one of each": Case(network(*[3] * len(ACTIVATIONS), activation=ACTIVATIONS), Optimization()),
    "deep": Case(network(1, 9, 2, 4, 3), Optimization(optimizer="adam"), 0.005),
    "no biases": Case(network(6, 5, biases=False), Optimization(l2=0.01)),
    "no biases, adam": Case(network(6, 5, biases=False), Optimization(optimizer="adam")),
    "l2 alone": Case(network(6), Optimization(l2=0.1)),
    "clipping alone": Case(network(6), Optimization(max_gradient_norm=0.1)),
    "batches, the last one unfinished": Case(network(6), Optimization(batch_size=300), 1.0),
    "a batch beyond the budget": Case(network(6), Optimization(batch_size=5000), 1.0),
    "dropout": Case(network(6, 5, activation=("linear", "silu")), Optimization(dropout=0.5)),
    "dropout of nearly all": Case(network(32), Optimization(dropout=0.9), 0.001),
    "dropout of another replicate": Case(network(6), Optimization(dropout=0.5), replicate=5),
    "glorot": Case(network(6, 5), starting_weights="glorot"),
    "he": Case(network(6, 5, activation="relu"), starting_weights="he"),
    "a great seed": Case(network(6), Optimization(dropout=0.2), seed=(2**63 - 1, 1)),
    "class probabilities": Case(network(6, output="softmax"), Optimization(optimizer="nesterov")),
}


@pytest.fixture(scope="module")
def data() -> DataSet:
    """Two class probabilities that depend on two inputs in a curved way."""
    inputs = np.random.default_rng(3).uniform(-1, 1, (170, 2))
    share = (1 + np.sin(3 * inputs[:, 0]) * inputs[:, 1]) / 2
    targets = np.stack([share, 1 - share], axis=1)
    parts = inputs[:150], targets[:150], inputs[150:], targets[150:]
    return DataSet(*parts, Columns(("x", "y"), ("one", "other")))


SETTINGS = TrainingSettings(samples=BUDGET, precision="float64")


@pytest.fixture(scope="module")
def stream(data: DataSet) -> SampleStream:
    """Order the samples for the kernel."""
    return sample_stream(data, SETTINGS, SEED)


@pytest.fixture(scope="module")
def trained(evaluate: Evaluate, data: DataSet) -> dict[str, Numbers]:
    """Train every case in the browser: parameters, validation error and a prediction of each."""
    found = evaluate(
        """({ Learner, Network, sampleOrder, startingParameters }, [cases, data]) =>
          cases.map(({ architecture, kind, training }) => {
            const { seed, replicate, budget } = training;
            const start = startingParameters(architecture, kind, seed, replicate);
            const network = new Network(architecture, start);
            const learner = new Learner(network, training);
            for (const sample of sampleOrder(data.inputs.length, budget, seed)) {
              learner.step(data.inputs[sample], data.targets[sample]);
            }
            const { parameters } = network;
            const errors = data.others.map((each, at) => network.error(each, data.truths[at]));
            const error = errors.reduce((sum, each) => sum + each) / errors.length;
            const outputs = data.others.map((each) => network.predict(each));
            return { parameters, error, outputs, seen: learner.samplesSeen };
          })""",
        [
            [case.given for case in CASES.values()],
            {
                "inputs": data.training_inputs.tolist(),
                "targets": data.training_targets.tolist(),
                "others": data.validation_inputs.tolist(),
                "truths": data.validation_targets.tolist(),
            },
        ],
    )
    return dict(zip(CASES, found, strict=True))


@pytest.mark.parametrize("name", CASES)
def test_trains_as_the_kernel(name: str, trained: dict[str, Numbers], data: DataSet) -> None:
    """From its own starting weights, parameters, error and outputs are those of the kernel."""
    case, ours = CASES[name], trained[name]
    kernel = train(
        case.architecture,
        [Lane(case.replicate, case.learning_rate, case.optimization, case.starting_weights)],
        sample_stream(data, SETTINGS, case.seed),
    )
    start = starting_parameters(case.architecture, case.starting_weights, case.seed, case.replicate)
    outputs = Network(case.architecture, kernel.parameters[0]).predict(data.validation_inputs)
    assert np.abs(kernel.parameters[0] - start).max() > 0.01  # it has learned something
    for found, theirs in [
        (ours["parameters"], kernel.parameters[0]),
        (ours["error"], kernel.curves[0, -1]),
        (ours["outputs"], outputs),
    ]:
        np.testing.assert_allclose(found, theirs, rtol=TOLERANCE, atol=TOLERANCE)
    assert ours["seen"] == BUDGET


def test_has_all_settings_of_the_kernel(evaluate: Evaluate) -> None:
    """Names and defaults of the settings are those of Python."""
    found = evaluate(
        "({ ACTIVATIONS, OPTIMIZERS, SCHEDULES, STARTING_WEIGHTS, DEFAULT_OPTIMIZATION }) => "
        "[...[ACTIVATIONS, OPTIMIZERS, SCHEDULES, STARTING_WEIGHTS].map(Object.keys), "
        "DEFAULT_OPTIMIZATION]",
        None,
    )
    names = [list(each) for each in (ACTIVATIONS, OPTIMIZERS, SCHEDULES, SPREADS)]
    assert found == [*names, Optimization().model_dump(mode="json")]


# What a page needs besides


def test_error_is_the_mean_and_loss_half_the_sum_of_squares(evaluate: Evaluate) -> None:
    """The error is the mean square over the outputs, a step's loss half their sum before it."""
    outputs, error, loss, later = evaluate(
        """({ Learner, Network, startingParameters }, [architecture, seed]) => {
          const start = startingParameters(architecture, "uniform", seed, 0);
          const network = new Network(architecture, start);
          const learner = new Learner(network, { learning_rate: 0.1 });
          const [outputs, error] = [network.predict([1, -1]), network.error([1, -1], [3, 0.5])];
          const loss = learner.step([1, -1], [3, 0.5]);
          return [outputs, error, loss, network.error([1, -1], [3, 0.5])];
        }""",
        [network(6).model_dump(mode="json"), SEED],
    )
    squares = [(outputs[0] - 3) ** 2, (outputs[1] - 0.5) ** 2]
    assert error == pytest.approx(sum(squares) / 2, rel=1e-15)
    assert loss == pytest.approx(sum(squares) / 2, rel=1e-15)
    assert later < error


def test_loss_of_class_probabilities_is_their_cross_entropy(evaluate: Evaluate) -> None:
    """The loss is the negative logarithm of the right class's probability."""
    outputs, *losses = evaluate(
        """({ Learner, Network, startingParameters }, [architecture, seed]) => {
          const start = startingParameters(architecture, "uniform", seed, 0);
          const network = new Network(architecture, start);
          const learner = new Learner(network, { learning_rate: 0 });
          const losses = [[1, 0], [0.25, 0.75]].map((target) => learner.step([1, -1], target));
          network.parameters.fill(0);
          network.layers[0].biases.set([0, -1000]);
          return [network.predict([1, -1]), ...losses, learner.step([1, -1], [1, 0])];
        }""",
        [network(output="softmax").model_dump(mode="json"), SEED],
    )
    assert outputs == [1, 0]
    assert losses[2] == 0
    start = Network(network(output="softmax"), starting_parameters(network(), "uniform", SEED, 0))
    logarithms = np.log(start.predict([[1, -1]])[0])
    assert losses[:2] == pytest.approx([-logarithms[0], -np.dot([0.25, 0.75], logarithms)])


def test_layers_and_values_are_up_to_date(evaluate: Evaluate) -> None:
    """Weights and activations by layer are those after the last step."""
    architecture = network(4, 3, activation=("tanh", "relu"))
    found = evaluate(
        """({ Learner, Network, startingParameters }, [architecture, seed]) => {
          const start = startingParameters(architecture, "uniform", seed, 0);
          const network = new Network(architecture, start);
          const { layers, values } = network;
          new Learner(network, { learning_rate: 0.1 }).step([1, -1], [1, -1]);
          network.predict([0.5, 0.25]);
          return { layers, values, parameters: network.parameters };
        }""",
        [architecture.model_dump(mode="json"), SEED],
    )
    value = np.array([0.5, 0.25])
    assert found["values"][0] == value.tolist()
    layers = Network(architecture, np.array(found["parameters"])).layers
    functions: list[Callable[[Any], Any]] = [np.tanh, lambda z: np.maximum(z, 0), lambda z: z]
    for place, ((weights, biases), function) in enumerate(zip(layers, functions, strict=True)):
        assert found["layers"][place] == {"weights": weights.tolist(), "biases": biases.tolist()}
        value = function(value @ weights + biases)
        np.testing.assert_allclose(found["values"][place + 1], value, rtol=1e-14, atol=1e-15)


def test_dropped_units_have_no_effect(evaluate: Evaluate) -> None:
    """A network with dropped units learns as one without them, until they are used again."""
    parts = evaluate(
        """({ Learner, Network, startingParameters }, [whole, part, seed, kept]) => {
          const start = startingParameters(whole, "uniform", seed, 0);
          const network = new Network(whole, start);
          const rest = new Network(part, kept.map((row) => start[row]));
          const spoken = network.predict([1, 0.5]);
          const [learner, other] = [network, rest].map(
            (each) => new Learner(each, { learning_rate: 0.1 }),
          );
          learner.dropUnits([1, 3]);
          for (const value of [0.3, -0.8, 0.5]) {
            learner.step([value, 1], [value, 1]);
            other.step([value, 1], [value, 1]);
          }
          const found = [network.predict([1, 0.5]), rest.predict([1, 0.5])];
          const left = network.parameters.filter((_, row) => !kept.includes(row));
          const before = start.filter((_, row) => !kept.includes(row));
          const drops = { learning_rate: 0, optimization: { dropout: 0.1 } };
          new Learner(network, drops).step([1, 1], [0, 0]);
          const dropped = [1, 3].map((unit) => network.values[1][unit]);
          network.parameters.set(start);
          learner.dropUnits([]);
          return [...found, left, before, spoken, network.predict([1, 0.5]), dropped];
        }""",
        [
            *(network(units).model_dump(mode="json") for units in (4, 2)),
            SEED,
            # Biases, two rows of weights, then biases and a row of weights for each hidden unit.
            [0, 2, 4, 6, 8, 10, 12, 13, 14, 15, 18, 19],
        ],
    )
    np.testing.assert_allclose(parts[0], parts[1], rtol=1e-14)
    assert parts[2] == parts[3]
    assert parts[4] == parts[5]
    assert parts[4] != parts[0]
    assert parts[6] == [0, 0]


def test_learning_goes_on_beyond_the_budget(evaluate: Evaluate) -> None:
    """After the budget the scheduled learning rate stays at its end, and batches are full."""
    architecture = Architecture(inputs=1, hidden=(), outputs=1, activation="linear", biases=False)
    moves = evaluate(
        """({ Learner, Network }, architecture) => {
          const learner = new Learner(new Network(architecture, [0, 0]), {
            learning_rate: 1,
            optimization: { batch_size: 2, schedule: "exponential", end_factor: 0.25 },
            budget: 3,
          });
          return Array.from({ length: 7 }, (_, at) => {
            const before = learner.network.parameters[1];
            learner.learningRate = at < 5 ? 1 : 2;
            learner.network.parameters[1] = 0;
            learner.step([1], [-1]);
            return -learner.network.parameters[1];
          });
        }""",
        architecture.model_dump(mode="json"),
    )
    assert moves == pytest.approx([0, 1, 0.25 ** (2 / 3), 0, 0.25, 0, 0.5])


def test_without_a_budget_the_learning_rate_is_constant(evaluate: Evaluate) -> None:
    """Without a budget a schedule has no end to which it could lower the learning rate."""
    architecture = Architecture(inputs=1, hidden=(), outputs=1, activation="linear", biases=False)
    weights = evaluate(
        """({ Learner, Network }, [architecture, schedules]) => schedules.map((schedule) => {
          const network = new Network(architecture, [0, 0]);
          const learner = new Learner(network, { learning_rate: 0.5, optimization: { schedule } });
          learner.step([1], [1]);
          learner.step([1], [1]);
          return network.parameters[1];
        })""",
        [architecture.model_dump(mode="json"), SCHEDULES],
    )
    assert weights == [0.75] * len(SCHEDULES)


def test_moments_never_become_subnormal(evaluate: Evaluate) -> None:
    """A moment below 1e-307 becomes 0, as in the kernel, since subnormal numbers are slow."""
    moments = evaluate(
        """({ DEFAULT_OPTIMIZATION, optimizerMemory, updateParameters }) =>
          ["momentum", "nesterov", "rmsprop", "adam"].flatMap((optimizer) => {
            const memory = optimizerMemory(1);
            memory.first[0] = memory.second[0] = 1.0005e-307;
            const optimization = { ...DEFAULT_OPTIMIZATION, optimizer };
            updateParameters(new Float64Array(1), memory, 0.1, optimization);
            return [memory.first[0], memory.second[0]];
          })""",
        None,
    )
    untouched = 1.0005e-307
    assert moments == [0, untouched, 0, untouched, untouched, 0, 0, 0]


# Networks in files


def test_network_is_restored_from_its_file(evaluate: Evaluate) -> None:
    """A network from JSON predicts with the same bits, and needs no defaults."""
    architectures = [network(6), network(4, 3, activation=("tanh", "elu")), network(biases=False)]
    for architecture in architectures:
        given = [architecture.model_dump(mode="json"), SEED]
        first, second, text = evaluate(
            """({ Network, startingParameters }, [architecture, seed]) => {
              const start = startingParameters(architecture, "uniform", seed, 0);
              const network = new Network(architecture, start);
              const text = JSON.stringify(network);
              const copy = Network.fromJSON(JSON.parse(text));
              return [network.predict([1, 2]), copy.predict([1, 2]), text];
            }""",
            given,
        )
        assert first == second
        assert json.loads(text)["architecture"] == given[0]


GOOD: Numbers = {
    "architecture": {"inputs": 1, "hidden": [2], "outputs": 1, "activation": "tanh"},
    "parameters": [0.5] * 7,
}


def broken(**changes: object) -> Numbers:
    """Change the architecture of a good file."""
    return {**GOOD, "architecture": {**GOOD["architecture"], **changes}}


MALFORMED = [
    (None, "network: must be a table"),
    ([GOOD], "architecture: must be a table"),
    ("text", "network: must be a table"),
    ({}, "architecture: must be a table"),
    ({**GOOD, "architecture": None}, "architecture: must be a table, but got null"),
    (broken(inputs=0), "architecture.inputs: must be a whole number from 1 to 1,000,000, but"),
    (broken(inputs="2"), "architecture.inputs: must be a whole number from 1 to 1,000,000, but"),
    (broken(outputs=1.5), "architecture.outputs: must be a whole number"),
    (broken(hidden=None), "architecture.hidden: must be whole numbers"),
    (broken(hidden=[2, -1]), "architecture.hidden: must be whole numbers"),
    (broken(hidden=[2] * 1000 + [0]), "architecture.hidden: must be whole numbers"),
    (broken(hidden=[100_000, 100_000]), "architecture: must be of at most 1,000,000 parameters"),
    (broken(activation="__proto__"), "architecture.activation: must be one for all hidden layers"),
    (broken(activation="toString"), "architecture.activation: must be one for all hidden layers"),
    (broken(activation=["tanh", "relu"]), "architecture.activation: must be one for all hidden"),
    (broken(activation=[["tanh"]]), "architecture.activation: must be one for all hidden layers"),
    (broken(biases=1), "architecture.biases: must be true or false, but got 1"),
    (broken(output="tanh"), 'architecture.output: must be linear or softmax, but got "tanh"'),
    ({**GOOD, "parameters": [0.5] * 6}, "parameters: must be 7 finite numbers, but got [0.5,0.5"),
    ({**GOOD, "parameters": [0.5] * 6 + [None]}, "parameters: must be 7 finite numbers"),
    ({**GOOD, "parameters": ["1"] * 7}, "parameters: must be 7 finite numbers"),
    ({**GOOD, "parameters": {"length": 7}}, "parameters: must be 7 finite numbers"),
]


def test_malformed_files_are_refused_in_one_sentence(evaluate: Evaluate) -> None:
    """The message names the place, the rule and the start of the value."""
    found = evaluate(
        """({ Network }, files) => files.map((file) => {
          try {
            return String(Network.fromJSON(file).predict([0]).length);
          } catch (error) {
            return error.constructor === Error ? error.message : `a ${error}`;
          }
        })""",
        [GOOD, *(file for file, _ in MALFORMED)],
    )
    assert found[0] == "1"
    for message, (file, start) in zip(found[1:], MALFORMED, strict=True):
        assert message.startswith(start), file
        assert ", but got " in message
        assert len(message) < 250


def test_unknown_optimizers_and_schedules_are_refused(evaluate: Evaluate) -> None:
    """The message has the unknown name and all known ones."""
    found = evaluate(
        """({ Learner, Network }, [file, optimizations]) => optimizations.map((optimization) => {
          try {
            new Learner(Network.fromJSON(file), { learning_rate: 0.1, optimization });
          } catch (error) {
            return error.message;
          }
        })""",
        [GOOD, [{"optimizer": "constructor"}, {"schedule": "step"}, {"optimizer": "adam"}]],
    )
    assert found == [
        f'optimization.optimizer: must be one of {", ".join(OPTIMIZERS)}, but got "constructor"',
        f'optimization.schedule: must be one of {", ".join(SCHEDULES)}, but got "step"',
        None,
    ]
