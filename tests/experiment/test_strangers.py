"""Hostile and unusual experiment files are refused with problems, or load as they are written."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from neuroevo.errors import UsageError
from neuroevo.experiment import EvolutionSettings, Experiment, load_experiment
from neuroevo.experiment.genes import GENES
from neuroevo.learning import TrainingSettings
from neuroevo.tasks import MouseTask

TASK = '[task]\nkind = "mouse"\n'
SPACE = f"{TASK}[space]\n"

STRINGS = """
a = '''"''' # '
b = \"\"\"'''\\\"\"\"\"\"
"""
LONG_KEYS = {
    "parts of a key": ".".join("a" * 9000) + " = 1",
    "spaced parts": " . ".join("a" * 5000) + " = 1",
    "quoted parts": ".".join(["'a.b'", '"\\".\\""'] * 1500) + " = 1",
    "parts of a heading": f"[{'.'.join('a' * 9000)}]",
    "parts within braces": f"a = {{ {'.'.join('a' * 9000)} = 1 }}",
    "parts after strings": STRINGS + ".".join("a" * 9000) + " = 1",
}


def outcome_of(path: Path, *overrides: str) -> tuple[str, ...]:
    """Return the problems of a file; if it has none, check that it loads as it is written."""
    try:
        experiment = load_experiment(path, overrides)
    except UsageError as error:
        problems = error.problems
        assert problems
        assert all(map(str.isprintable, problems))
        return problems
    again = path.with_name("again.toml")
    again.write_text(experiment.to_toml(), encoding="utf-8")
    assert load_experiment(again) == experiment
    return ()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of an experiment file."""
    return tmp_path_factory.mktemp("unusual") / "experiment.toml"


@pytest.mark.parametrize("text", LONG_KEYS.values(), ids=LONG_KEYS)
def test_keys_of_thousands_of_parts_are_refused_before_parsing(path: Path, text: str) -> None:
    """The parser takes memory as the square of a key's parts, so the dots of a line are limited."""
    path.write_text(text)
    [problem] = outcome_of(path)
    assert problem.startswith(f"{path}: a line must have at most 1,000 dots, but got ")
    assert outcome_of(path, "seed=1")
    path.write_text(TASK)
    [problem] = outcome_of(path, text)
    assert problem.startswith("--set: a line must have at most 1,000 dots")


def test_dots_in_values_and_comments_are_allowed(path: Path) -> None:
    """Numbers, strings and comments may have many dots in a line."""
    rates = ", ".join(f"0.{number}" for number in range(10, 99))
    path.write_text(f"# {'.' * 99}\nname = 'a{'.b' * 20}'\n{SPACE}learning_rate = [{rates}]\n")
    assert outcome_of(path) == ()


TOO_LARGE = [
    (f"{SPACE}learning_rate = [{'1, ' * 1001}]", "space.learning_rate: must have a length"),
    (f"{SPACE}hidden = [{'[], ' * 1001}]", "space.hidden: must have a length"),
    (f"{SPACE}hidden = {{ choices = [{'1, ' * 1001}] }}", "space.hidden.choices: must have a"),
    (f"{TASK}[evolution]\nobjectives = [{'1, ' * 1001}]", "evolution.objectives: must have a"),
    (f"{TASK}canvas = [{'1, ' * 1001}]", "task.canvas: must have a length"),
    ("".join(f"k{number} = 1\n" for number in range(1001)), "must have a length"),
    (SPACE + "".join(f"k{number} = 1\n" for number in range(1001)), "space: must have a length"),
    (TASK + "".join(f"k{number} = 1\n" for number in range(1000)), "task: must have a length"),
]


@pytest.mark.parametrize(("text", "start"), TOO_LARGE)
def test_long_lists_and_tables_are_refused(path: Path, text: str, start: str) -> None:
    """More than a thousand items give one line, whatever the items are."""
    path.write_text(text)
    [problem] = outcome_of(path)
    assert problem.startswith(start)
    assert "at most 1,000, but got 1,00" in problem


@pytest.mark.parametrize("count", [100, 101, 500])
def test_at_most_a_hundred_problems_are_reported(path: Path, count: int) -> None:
    """The first hundred are reported, and whether there are more."""
    path.write_text(SPACE + "".join(f"k{number} = 1\n" for number in range(count)))
    problems = outcome_of(path)
    assert problems[99].startswith("space.k99: unknown key")
    assert problems[100:] == (("and more problems",) if count > 100 else ())


def test_an_experiment_too_long_to_be_read_again_is_refused(path: Path) -> None:
    """Choices whose written form is longer than a file may be are refused when they load."""
    networks = ",".join(f"[{'1,' * 60}{number}]" for number in range(1, 761))
    path.write_text(f"{SPACE}hidden = [{networks}]")
    [problem] = outcome_of(path)
    assert problem.startswith("space: must leave the experiment with at most 90,000 bytes of TOML")


@pytest.mark.parametrize("recording", ["\udcff.csv", "a" * 5000, "a\0b"])
def test_paths_that_can_not_be_written_are_refused(path: Path, recording: str) -> None:
    """A path is written to the experiment file, so it must be valid text of limited length."""
    path.write_text(TASK)
    overrides = ("task.positions=recording", f"task.recording={recording}")
    [problem] = outcome_of(path, *overrides)
    assert problem.startswith("task.recording: must be ")


EVOLUTION = EvolutionSettings.model_fields
KEYS = st.sampled_from(
    ["name", "kind", *EVOLUTION, *MouseTask.model_fields, *TrainingSettings.model_fields, *GENES]
)
TABLES: list[tuple[str, Iterable[str]]] = [
    ("task", MouseTask.model_fields),
    ("space", GENES),
    ("training", TrainingSettings.model_fields),
    ("evolution", EVOLUTION),
]
TABLE_KEYS = ["count", "width", "activation", "choices", "ordered", "low", "high", "log"]
UNUSUAL_KEYS = st.sampled_from(
    ["'a\"b'", '""', r'"\u202e"', "hidden.count", "a.b.c", "'<script>'", "-"]
)
UNUSUAL_VALUES = st.sampled_from(
    [
        "1979-05-27",
        "07:32:00",
        "[",
        "}",
        "'''''",
        "0x_1",
        "0x" + "f" * 4200,
        "{a.b=1}",
        "+inf",
        "nan",
    ]
)
UNUSUAL_TEXTS = [
    "",
    "x" * 300,
    "a\nb",
    "a\0b",
    "\ufeff",
    "\u202e",
    "\x1b[31m",
    "\U0010ffff",
    "'",
    '"',
]
WORDS = [
    "mouse",
    "tanh",
    "adam",
    "recording",
    "final_mse",
    "none",
    "../x",
    "/dev/zero",
    "-rf",
    "nul",
]


def quoted(text: str) -> str:
    """Write a string as TOML, with every character escaped."""
    return '"' + "".join(rf"\U{ord(letter):08x}" for letter in text) + '"'


TEXTS = st.sampled_from(UNUSUAL_TEXTS + WORDS) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=5
)
NUMBERS = st.integers() | st.floats() | st.sampled_from([2**63, -1, 0, 1, 10**400])
SCALARS = NUMBERS.map(str) | TEXTS.map(quoted) | st.sampled_from(["true", "false"])
VALUES = st.recursive(
    SCALARS | UNUSUAL_VALUES,
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(st.sampled_from(TABLE_KEYS) | UNUSUAL_KEYS, inner, max_size=3).map(
            lambda table: f"{{ {', '.join(f'{key} = {table[key]}' for key in table)} }}"
        )
    ),
    max_leaves=6,
)
RIGHT = st.sampled_from(
    """
    3
    0.5
    true
    "uniform"
    ["tanh", "relu"]
    ["parameters"]
    [1000, 600]
    [[6, 3], [4]]
    [[6, "tanh"]]
    { count = [1, 4], width = [1, 32] }
    { final_mse = 0.1 }
    { low = 1e-4, high = 0.5, log = true }
    { choices = [1, 8], ordered = true }
    """.strip().splitlines()
)
LINES = st.tuples(KEYS | UNUSUAL_KEYS, RIGHT | VALUES).map(" = ".join)
HEADINGS = st.sampled_from(
    ["[task]", "[space]", "[training]", "[evolution]", "[[task]]", "[space.hidden]", "[a.b.c]"]
)
FILES = st.lists(HEADINGS | LINES, max_size=6).map(lambda lines: "\n".join([TASK, *lines]))


@given(FILES)
@settings(max_examples=400)
@example(f"{SPACE}optimizer = []\n")
def test_nearly_valid_files_load_or_are_refused(path: Path, text: str) -> None:
    """Known keys with any values, and unusual keys, load as they are written or give problems."""
    path.write_bytes(text.encode())
    outcome_of(path)


@given(st.data())
@settings(max_examples=200)
def test_tables_with_one_unusual_value_load_or_are_refused(path: Path, data: st.DataObject) -> None:
    """A valid experiment with any value for one key loads as it is written or gives problems."""
    table, names = data.draw(st.sampled_from(TABLES))
    key = data.draw(st.sampled_from(sorted(names)) | KEYS)
    heading = "" if table == "task" else f"[{table}]\n"
    path.write_bytes(f"{TASK}{heading}{key} = {data.draw(VALUES)}\n".encode())
    outcome_of(path)


@given(st.binary() | st.text().map(lambda text: text.encode("utf-16", "surrogatepass")))
@settings(max_examples=150)
def test_any_bytes_are_refused(path: Path, content: bytes) -> None:
    """Bytes that are no TOML in UTF-8, or have no task, give problems."""
    path.write_bytes(content)
    assert outcome_of(path)


ANY_TEXT = st.text(st.characters(), max_size=20)  # surrogates too, as odd bytes of an argument are


PLACES = st.sampled_from(["{}", "task.{}", "space.{}", "a.{}.b"])
PAIRS = st.tuples(st.builds(str.format, PLACES, KEYS) | ANY_TEXT, VALUES | ANY_TEXT)


@given(PAIRS.map("=".join) | ANY_TEXT)
@settings(max_examples=200)
def test_any_override_is_used_or_refused(path: Path, override: str) -> None:
    """With any text after --set, the experiment loads as it is written or gives problems."""
    path.write_text(TASK)
    outcome_of(path, override)


@given(st.dictionaries(st.text(), st.none() | st.binary() | st.text() | st.lists(st.integers())))
@settings(max_examples=100)
def test_any_tables_from_python_are_refused(tables: dict[str, Any]) -> None:
    """Values from Python that are no experiment give problems too."""
    with pytest.raises(UsageError) as caught:
        Experiment(**tables)
    assert all(map(str.isprintable, caught.value.problems))
