"""Numbers and networks as text."""

import doctest
import math
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo import wording
from neuroevo.evaluation import OBJECTIVES, Objective
from neuroevo.experiment import Experiment
from neuroevo.tasks import MouseTask

UNSUPER = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the system has no such setting")
def test_moments_of_several_runs_are_in_one_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A moment is shown in the time zone of the viewer; what is no moment stays as it is."""
    monkeypatch.setenv("TZ", "EAST-2")
    time.tzset()
    try:
        written = ("2026-11-29T23:30:00+00:00", "2026-11-29T18:30:00.5-05:00")
        assert {*map(wording.local_moment, written)} == {"2026-11-30 01:30"}
        assert list(map(wording.local_moment, ("unknown", ""))) == ["unknown", ""]
        assert wording.local_moment("0001-01-01T00:00:00+14:00") == "0001-01-01 00:00"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_examples_in_docstrings() -> None:
    """The examples in the docstrings give the shown results."""
    assert doctest.testmod(wording).failed == 0


@given(st.floats(-1e300, 1e300))
def test_number_reads_back(value: float) -> None:
    """The text is nearly the number."""
    written = wording.number(value).translate(UNSUPER).replace(",", "")
    digits, _, power = re.sub(r"\s", "", written).partition("×10")
    read = float(f"{digits}e{power or 0}")
    assert read == pytest.approx(value, rel=0.06 if power else 6e-3, abs=1e-300)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (1511.7, "1,512"),
        (1e-14, "1.0 × 10⁻¹⁴"),
    ],
)
def test_number_in_words(value: float, written: str) -> None:
    """Numbers have thousands separators and powers of ten."""
    assert wording.number(value).replace(wording.TIGHT, " ") == written


def test_samples_are_whole() -> None:
    """Counted values have no decimals."""
    assert wording.measured(27.4, OBJECTIVES["samples_to_target"]) == "27"
    assert wording.measured(math.nan, OBJECTIVES["samples_to_target"]) == "–"


def test_penalties_and_floors_are_no_measurements() -> None:
    """Beyond the sample budget a target is not reached; an error at the floor may be smaller."""
    samples = OBJECTIVES["samples_to_target"].of_trainings(20_000, "float32")
    shown = [wording.measured(value, samples) for value in (20_000, 20_001, math.nan, math.inf)]
    assert shown == ["20,000", "not reached", "–", "∞"]
    error = OBJECTIVES["final_mse"].of_trainings(20_000, "float32")
    assert wording.measured(1e-14, error).replace(wording.TIGHT, " ") == "≤ 10⁻¹⁴"
    assert wording.measured(2e-14, error).replace(wording.TIGHT, " ") == "2.0 × 10⁻¹⁴"
    assert wording.measured(30_000, OBJECTIVES["parameters"].of_trainings(1, "float64")) == "30,000"


def test_the_search_space_has_the_numbers_of_the_tables() -> None:
    """Bounds are written as values of genes are, and the floor of an error is explained once."""
    rows = dict(wording.experiment_rows(Experiment.of({"task": {"kind": "mouse"}})))
    space = rows["Search space"].replace(wording.TIGHT, " ")
    assert "learning_rate: 1.0 × 10⁻⁴ to 1, on a log scale" in space
    aims = rows["Objectives, minimised"].replace(wording.TIGHT, " ")
    assert aims.count("what is below 10⁻¹⁴ is rounding, and is written as ≤ 10⁻¹⁴") == 1


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0.5, "0.5 s"), (9.96, "10 s"), (41.2, "41 s"), (300, "5 min"), (9000, "2.5 h")],
)
def test_duration(seconds: float, written: str) -> None:
    """A duration is in seconds, minutes or hours."""
    assert wording.duration(seconds) == written


def test_plain_leaves_no_markup() -> None:
    """A name that looks like markup is plain text after a browser or plotly has decoded it."""
    assert "<" not in wording.plain("<a href='http://x'>x</a>")
    assert wording.plain("a & b") == "a &amp; b"
    assert len(wording.plain("x" * 1000)) == 28
    assert wording.plain("a\u202eb\x1b[2J\u00a0c") == "a\\u202eb\\x1b[2J\u00a0c"


@given(st.floats(-1e300, 1e300), st.sampled_from(["", "samples", "parameters"]))
def test_shown_is_the_number_that_is_read(value: float, unit: str) -> None:
    """Ratios are computed from shown numbers: a shown number is written the same way again."""
    shown = wording.shown(value, unit)
    item = Objective("any", unit=unit)
    assert wording.measured(shown, item) == wording.measured(value, item)


def test_long_labels_are_broken_at_spaces_only() -> None:
    """Lines of hover text stay short, and a power of ten stays with its number."""
    number = f"5.1{wording.TIGHT}×{wording.TIGHT}10⁻⁴"
    lines = wording.wrapped(wording.plain(f"linear 10, learning rate {number}", 80), 30)
    assert lines == f"linear 10, learning rate<br>{number}"


def test_networks() -> None:
    """Layer sizes, articles, lists and configurations are formatted as parts of a sentence."""
    assert wording.sizes((2, 6, 2)) == "2·6·2"
    assert wording.sizes((2, *(6,) * 9, 2)) == "2·6×9·2"
    assert wording.with_article("elu 2·2 network") == "An elu 2·2 network"
    assert wording.listed(["a", "b", "c"]) == "a, b and c"
    assert wording.listed([]) == ""
    genome = {"hidden": (6, 6), "activation": "leaky_relu", "learning_rate": 0.21, "biases": False}
    assert wording.configuration(genome) == "leaky_relu 6·6, learning rate 0.21, biases no"
    assert wording.configuration({"hidden": (), "activation": "tanh"}) == "no hidden layer"


def test_a_configuration_has_a_fixed_order() -> None:
    """A configuration begins with its layers and has the genes of networks before others."""
    genome = {
        "activation": "linear",
        "batch_size": 8,
        "end_factor": 0.1,
        "hidden": (6,),
        "learning_rate": 0.21,
        "optimizer": "adam",
        "beta1": 0.8,
        "own": 3,
    }
    start = "linear 6, learning rate 0.21, optimizer adam, beta1 0.8, batch size 8"
    assert wording.configuration(genome) == f"{start}, end factor 0.1, own 3"
    assert wording.configuration({"hidden": 0.5, "activation": 2}) == "hidden 0.5, activation 2"


class Classes(MouseTask):
    """A task whose targets are class probabilities, as cross-entropy needs."""

    @property
    def has_class_targets(self) -> bool:
        """Return True."""
        return True


@pytest.mark.parametrize(
    ("training", "space", "words"),
    [
        ({}, {}, "one at a time; optimizer sgd"),
        ({"momentum": 0.5}, {"optimizer": "sgd"}, "one at a time"),
        (
            {"optimizer": "momentum", "batch_size": 8, "dropout": 0.1, "loss": "cross_entropy"},
            {},
            "8 at a time; optimizer momentum, momentum 0.9, dropout 0.1; loss cross entropy",
        ),
        (
            {"schedule": "cosine", "max_gradient_norm": 5},
            {"batch_size": [1, 8], "optimizer": ["sgd", "rmsprop"], "epsilon": 1e-7},
            "rho 0.99, max gradient norm 5, schedule cosine, end factor 0.01",
        ),
        ({}, {"batch_size": 1, "optimizer": "sgd"}, ""),
    ],
)
def test_settings_of_all_networks_are_listed(
    training: dict[str, object], space: dict[str, object], words: str
) -> None:
    """Training settings are listed except genes, and those that are off or not read."""
    tables = {"task": Classes(), "training": training, "space": space}
    assert wording.optimization(Experiment.of(tables)) == words


@pytest.mark.parametrize(
    ("hidden", "configuration", "activation"),
    [
        (((6, "tanh"), (4, "relu")), "tanh 6 · relu 4", "tanh·relu"),
        (((6, "tanh"), (6, "tanh"), (4, "elu")), "tanh 6·6 · elu 4", "tanh·tanh·elu"),
        (((6, "tanh"), (4, "tanh")), "tanh 6·4", "tanh"),
        (((6, "tanh"),) * 6 + ((1, "elu"),), "tanh 6×6 · elu 1", "tanh×6·elu"),
        ((), "no hidden layer", ""),
    ],
)
def test_layers_with_activations_of_their_own(
    hidden: tuple[object, ...], configuration: str, activation: str
) -> None:
    """Adjacent layers with one activation share its name; equal ones are one activation."""
    genome = {"hidden": hidden, "learning_rate": 0.21}
    assert wording.configuration(genome) == f"{configuration}, learning rate 0.21"
    assert wording.activation(genome) == activation


genes = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)


@given(genes)
def test_values_of_genes_are_written_in_full(value: float) -> None:
    """A text of a gene's value has all its digits: it reads back as the same number."""
    written = re.sub(r"\s|,", "", wording.value(value).translate(UNSUPER))
    digits, _, power = written.partition("×10")
    read = float(f"{digits}e{power or 0}")
    assert read == value


@given(st.lists(genes, min_size=2, max_size=2, unique=True))
def test_different_values_look_different(pair: list[float]) -> None:
    """A change of a gene never has the same text on both sides, nor have two configurations."""
    genomes = [{"rate": value} for value in pair]
    first, second = map(wording.configuration, genomes)
    assert first != second
    before, after = map(wording.value, pair)
    assert f"{before} → {after}" in wording.changes(*genomes)
