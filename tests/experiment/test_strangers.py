"""Experiments that nobody would write but a stranger might: refused in lines, or taken whole."""

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
BOMBS = {
    "parts of a key": ".".join("a" * 9000) + " = 1",
    "spaced parts": " . ".join("a" * 5000) + " = 1",
    "quoted parts": ".".join(["'a.b'", '"\\".\\""'] * 1500) + " = 1",
    "parts of a heading": f"[{'.'.join('a' * 9000)}]",
    "parts within braces": f"a = {{ {'.'.join('a' * 9000)} = 1 }}",
    "parts after strings": STRINGS + ".".join("a" * 9000) + " = 1",
}


def outcome_of(path: Path, *overrides: str) -> tuple[str, ...]:
    """Load an experiment; if it does, check that it loads as written, else return the problems."""
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
    """Give the place of an experiment file."""
    return tmp_path_factory.mktemp("stranger") / "experiment.toml"


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_keys_of_thousands_of_parts_are_refused_unread(path: Path, text: str) -> None:
    """The parser takes memory as the square of a key's parts, so they are counted before."""
    path.write_text(text)
    [problem] = outcome_of(path)
    assert problem.startswith(f"{path}: a line must have at most 1,000 dots, but got ")
    assert outcome_of(path, "seed=1")
    path.write_text(TASK)
    [problem] = outcome_of(path, text)
    assert problem.startswith("--set: a line must have at most 1,000 dots")


def test_dots_that_part_no_keys_are_no_parts(path: Path) -> None:
    """Numbers, strings, comments and nested tables may have as many dots as they like."""
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
def test_lists_and_tables_are_refused_by_their_length(path: Path, text: str, start: str) -> None:
    """What has more than a thousand items costs one line, whatever the items are."""
    path.write_text(text)
    [problem] = outcome_of(path)
    assert problem.startswith(start)
    assert "at most 1,000, but got 1,00" in problem


@pytest.mark.parametrize("count", [100, 101, 500])
def test_problems_end_at_a_hundred(path: Path, count: int) -> None:
    """The first hundred are told, and whether there are others."""
    path.write_text(SPACE + "".join(f"k{number} = 1\n" for number in range(count)))
    problems = outcome_of(path)
    assert problems[99].startswith("space.k99: unknown key")
    assert problems[100:] == (("and more problems",) if count > 100 else ())


def test_what_could_not_be_read_again_is_refused(path: Path) -> None:
    """Choices that take more room as resolved than a file may have are refused when they load."""
    networks = ",".join(f"[{'1,' * 60}{number}]" for number in range(1, 181))
    path.write_text(f"{SPACE}hidden = [{networks}]")
    [problem] = outcome_of(path)
    assert problem.startswith("space: must leave the experiment with at most 20,000 bytes of TOML")


@pytest.mark.parametrize("recording", ["\udcff.csv", "a" * 5000, "a\0b"])
def test_paths_that_can_not_be_written_are_refused(path: Path, recording: str) -> None:
    """A path stands in the run's own experiment file, so it must be text of some length."""
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
ODD_KEYS = st.sampled_from(
    ["'a\"b'", '""', r'"\u202e"', "hidden.count", "a.b.c", "'<script>'", "-"]
)
ODD_VALUES = st.sampled_from(
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
ODD_TEXTS = ["", "x" * 300, "a\nb", "a\0b", "\ufeff", "\u202e", "\x1b[31m", "\U0010ffff", "'", '"']
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
    """Write a string as TOML, every letter of it as an escape."""
    return '"' + "".join(rf"\U{ord(letter):08x}" for letter in text) + '"'


TEXTS = st.sampled_from(ODD_TEXTS + WORDS) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=5
)
NUMBERS = st.integers() | st.floats() | st.sampled_from([2**63, -1, 0, 1, 10**400])
SCALARS = NUMBERS.map(str) | TEXTS.map(quoted) | st.sampled_from(["true", "false"])
VALUES = st.recursive(
    SCALARS | ODD_VALUES,
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(st.sampled_from(TABLE_KEYS) | ODD_KEYS, inner, max_size=3).map(
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
LINES = st.tuples(KEYS | ODD_KEYS, RIGHT | VALUES).map(" = ".join)
HEADINGS = st.sampled_from(
    ["[task]", "[space]", "[training]", "[evolution]", "[[task]]", "[space.hidden]", "[a.b.c]"]
)
FILES = st.lists(HEADINGS | LINES, max_size=6).map(lambda lines: "\n".join([TASK, *lines]))


@given(FILES)
@settings(max_examples=1500)
@example(f"{SPACE}optimizer = []\n")
def test_files_that_are_nearly_right_are_taken_or_refused(path: Path, text: str) -> None:
    """Known keys with any values, and odd ones, load as they are written or cost lines."""
    path.write_bytes(text.encode())
    outcome_of(path)


@given(st.data())
@settings(max_examples=600)
def test_tables_with_one_odd_value_are_taken_or_refused(path: Path, data: st.DataObject) -> None:
    """A right experiment in which one key has any value loads as it is written or costs lines."""
    table, names = data.draw(st.sampled_from(TABLES))
    key = data.draw(st.sampled_from(sorted(names)) | KEYS)
    heading = "" if table == "task" else f"[{table}]\n"
    path.write_bytes(f"{TASK}{heading}{key} = {data.draw(VALUES)}\n".encode())
    outcome_of(path)


@given(st.binary() | st.text().map(lambda text: text.encode("utf-16", "surrogatepass")))
@settings(max_examples=500)
def test_any_bytes_are_refused(path: Path, content: bytes) -> None:
    """What is no TOML in UTF-8, or names no task, costs lines."""
    path.write_bytes(content)
    assert outcome_of(path)


ANY_TEXT = st.text(st.characters(), max_size=20)  # surrogates too, as odd bytes of an argument are


PLACES = st.sampled_from(["{}", "task.{}", "space.{}", "a.{}.b"])
PAIRS = st.tuples(st.builds(str.format, PLACES, KEYS) | ANY_TEXT, VALUES | ANY_TEXT)


@given(PAIRS.map("=".join) | ANY_TEXT)
@settings(max_examples=600)
def test_any_override_is_taken_or_refused(path: Path, override: str) -> None:
    """Whatever follows --set, the experiment loads as it is written or it costs lines."""
    path.write_text(TASK)
    outcome_of(path, override)


@given(st.dictionaries(st.text(), st.none() | st.binary() | st.text() | st.lists(st.integers())))
@settings(max_examples=200)
def test_any_tables_from_python_are_refused(tables: dict[str, Any]) -> None:
    """What is no experiment costs lines from Python as well."""
    with pytest.raises(UsageError) as caught:
        Experiment(**tables)
    assert all(map(str.isprintable, caught.value.problems))
