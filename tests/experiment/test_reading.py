import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroevo.errors import NeuroevoError, UsageError
from neuroevo.experiment import Experiment, load_experiment, load_with_origin
from neuroevo.learning import DataSet
from neuroevo.search.material import material_of
from neuroevo.space import Choice

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
TASK = '[task]\nkind = "mouse"\n'

WRONG = [
    ("a = ", ", line 1: must be TOML, but got: Invalid value"),
    ("a = 1\na = 2\n", ", line 2, column 6: must be TOML, but got: Cannot overwrite a value"),
    ("a = 1\n\nb = ]", ", line 3, column 5: must be TOML, but got: Invalid value"),
    ("a = \0", ", line 1, column 5: must be TOML, but got: Invalid value"),
    ("a = " + "[" * 5000, ": must not have so many nested brackets"),
    ("a = " + "{b=" * 5000, ": must not have so many nested brackets"),
    ("a = " + "1" * 5000, ": must be TOML, but got a number of thousands of digits"),
]


def write(folder: Path, content: str | bytes) -> Path:
    """Write an experiment file and return its path."""
    path = folder / "experiment.toml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def problems_of(path: Path, *overrides: str) -> tuple[str, ...]:
    """Return the problems of a wrong file."""
    with pytest.raises(UsageError) as caught:
        load_experiment(path, overrides)
    return caught.value.problems


def test_the_origin_of_a_configuration_is_checked_and_has_no_effect(tmp_path: Path) -> None:
    """It is read, is no part of the experiment, and its problems come with all others."""
    before = load_experiment(write(tmp_path, TASK))
    origin = '[origin]\nrun = "mouse-1"\ntrial = 3\nobjectives = { final_mse = 0.1 }\n'
    experiment, found = load_with_origin(write(tmp_path, TASK + origin))
    assert experiment == before
    assert found is not None
    assert (found.run, found.trial, found.objectives) == ("mouse-1", 3, {"final_mse": 0.1})
    assert load_with_origin(write(tmp_path, TASK))[1] is None
    wrong = "seed = -1\n" + TASK + '[origin]\ntrial = "3"\nrin = 1\n'
    assert problems_of(write(tmp_path, wrong)) == (
        "origin.trial: must be a whole number, but got '3'",
        "origin.rin: unknown key, did you mean 'run'?",
        "seed: must be at least 0, but got -1",
    )
    [problem] = problems_of(write(tmp_path, "origin = 3\n" + TASK))
    assert problem == "origin: must be a table, but got 3"


@pytest.mark.parametrize(("text", "problem"), WRONG)
def test_invalid_toml_is_one_line_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    """The line has the file, line, column and problem, and parsing takes little memory."""
    path = write(tmp_path, text)
    tracemalloc.start()
    problems = problems_of(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert problems == (f"{path}{problem}",)
    assert most < 60_000_000


def test_unreadable_files_are_reported(tmp_path: Path) -> None:
    """A missing file, a folder, bytes that are no text and a huge file each have one line."""
    missing = tmp_path / "missing.toml"
    assert problems_of(missing) == (f"{missing}: can't be read (No such file or directory)",)
    assert problems_of(tmp_path) == (f"{tmp_path}: must be a file, but got a folder or a device",)
    path = write(tmp_path, b"name = '\xff'")
    assert problems_of(path) == (f"{path}: must be text in UTF-8, but byte 8 is not",)
    os.truncate(path, 100_001)
    assert problems_of(path) == (f"{path}: must have at most 100,000 bytes, but got 100,001",)
    assert problems_of(Path("a\0b")) == ("a\\x00b: can't be read (no name of a file)",)


def test_problems_of_keys_have_no_file_name(tmp_path: Path) -> None:
    """A wrong value is reported with its key alone, all of them at once."""
    path = write(tmp_path, f"sed = 1\n{TASK}count = 0\n")
    assert problems_of(path) == (
        "task.count: must be at least 1, but got 0",
        "sed: unknown key, did you mean 'seed'?",
    )


def test_overrides_replace_values_of_the_file(tmp_path: Path) -> None:
    """Numbers, strings, lists and tables replace or add values; the last of two is used."""
    path = write(tmp_path, f"seed = 1\n{TASK}jitter = 3\n")
    experiment = load_experiment(
        path,
        [
            "seed=2",
            "seed=3",
            "name=other",
            "task.jitter = 4",
            "evolution.objectives=['parameters']",
            "space.hidden=[6, 3]",
            "space.activation=tanh",
        ],
    )
    expected = Experiment.of(
        {
            "seed": 3,
            "name": "other",
            "task": {"kind": "mouse", "jitter": 4},
            "space": {"hidden": [6, 3], "activation": "tanh"},
            "evolution": {"objectives": ["parameters"]},
        }
    )
    assert experiment == expected
    assert experiment.space.genes["hidden"] == Choice([(6, 3)])


def test_another_optimizer_takes_the_place_of_one_with_genes_of_its_own(tmp_path: Path) -> None:
    """Genes of the file that only the replaced optimizer reads are left out, others are refused."""
    path = tmp_path / "experiment.toml"
    path.write_text(
        '[task]\nkind = "mouse"\n'
        '[space]\noptimizer = "adamw"\nweight_decay = [0.1, 0.2]\nbeta1 = [0.8, 0.9]\n'
    )
    assert set(load_experiment(path).space.genes) >= {"weight_decay", "beta1"}
    genes = load_experiment(path, ["space.optimizer=adam"]).space.genes
    assert "beta1" in genes
    assert "weight_decay" not in genes
    with pytest.raises(UsageError, match=r"^space\.weight_decay: must be read"):
        load_experiment(path, ["space.optimizer=adam", "space.weight_decay=0.1"])


def test_an_overridden_training_setting_takes_the_place_of_a_gene(tmp_path: Path) -> None:
    """A setting of the training that was a gene has the given value in all trials."""
    path = tmp_path / "experiment.toml"
    path.write_text(
        '[task]\nkind = "mouse"\n'
        '[space]\noptimizer = ["adamw", "sgd"]\nweight_decay = [0.1, 0.2]\nbatch_size = [1, 8]\n'
    )
    experiment = load_experiment(path, ["training.optimizer=adam", "training.batch_size=32"])
    assert experiment.space.genes.keys() == {"hidden", "learning_rate", "activation"}
    assert (experiment.training.optimizer, experiment.training.batch_size) == ("adam", 32)


def test_a_table_of_settings_takes_the_place_of_genes_too(tmp_path: Path) -> None:
    """An override whose value is a table is one of each of its settings."""
    path = tmp_path / "experiment.toml"
    path.write_text(
        '[task]\nkind = "mouse"\n[space]\nbatch_size = [1, 8]\n[training]\nreplicates = 3\n'
    )
    experiment = load_experiment(path, ["training={batch_size=32, samples=400}"])
    assert "batch_size" not in experiment.space.genes
    assert (experiment.training.batch_size, experiment.training.replicates) == (32, 3)


@pytest.mark.parametrize(
    ("override", "found"),
    [
        ("training.optimizer=adam", {}),
        ("space.optimizer=sgd", None),
        ('space.optimizer=["adam", "sgd"]', {"optimizer": ("adam",)}),
        ('space.optimizer=["adam", "adamw"]', {}),
    ],
)
def test_conditions_on_an_overridden_setting_are_those_that_are_left(
    tmp_path: Path, override: str, found: dict[str, tuple[str, ...]] | None
) -> None:
    """A condition that always holds is dropped, and so is a gene of which one never does."""
    path = tmp_path / "experiment.toml"
    path.write_text(
        '[task]\nkind = "mouse"\n'
        '[space]\noptimizer = ["adam", "adamw", "sgd"]\n'
        'batch_size = { choices = [1, 8], when = { optimizer = ["adam", "adamw"] } }\n'
    )
    space = load_experiment(path, [override]).space
    assert ("batch_size" in space.genes) == (found is not None)
    assert dict(space.conditions.get("batch_size", {})) == (found or {})


@pytest.mark.parametrize(
    ("genes", "override", "left"),
    [
        (
            "hidden = [[4], [8]]\nl2 = { choices = [0.0, 0.1], when = { hidden = [[4], [8]] } }",
            "space.hidden=[[4], [16]]",
            {"hidden", "l2"},
        ),
        (
            """
            batch_size = [1, 4]
            dropout = { choices = [0.0, 0.1], when = { batch_size = 1 } }
            l2 = { choices = [0.0, 0.1], when = { dropout = 0.1 } }
            """,
            "training.batch_size=4",
            {"hidden"},
        ),
    ],
    ids=["layers", "a gene that decided another"],
)
def test_conditions_are_read_as_genes_are(
    tmp_path: Path, genes: str, override: str, left: set[str]
) -> None:
    """Layers are compared as such; genes whose deciding gene is removed are removed too."""
    path = tmp_path / "experiment.toml"
    path.write_text(f'[task]\nkind = "mouse"\n[space]\n{genes}\n')
    found = load_experiment(path, [override]).space.genes.keys()
    assert found - {"learning_rate", "activation"} == left


@pytest.mark.parametrize(
    ("gene", "problem"),
    [
        ('drpout = { choices = [0.0, 0.1], when = { optimizer = "adam" } }', "did you mean"),
        ('l2 = { choices = [0.0, 0.1], when = { optimizer = ["adam", "adm"] } }', "l2.when"),
        ('batch_size = { choises = [1, 2], when = { optimizer = "adam" } }', "choises: unknown"),
    ],
)
def test_an_override_hides_no_problem_of_a_gene(tmp_path: Path, gene: str, problem: str) -> None:
    """What is wrong is refused, also in a gene that would be removed if it were right."""
    path = tmp_path / "experiment.toml"
    path.write_text(f'[task]\nkind = "mouse"\n[space]\noptimizer = ["sgd", "adam"]\n{gene}\n')
    with pytest.raises(UsageError, match=problem):
        load_experiment(path, ["training.optimizer=sgd"])


def test_overrides_of_part_of_a_gene_keep_it(tmp_path: Path) -> None:
    """A gene of which one key is overridden isn't removed as one that nothing reads."""
    path = tmp_path / "experiment.toml"
    path.write_text(
        '[task]\nkind = "mouse"\n'
        '[space]\noptimizer = "adamw"\nweight_decay = { low = 0.1, high = 0.2 }\n'
    )
    with pytest.raises(UsageError, match=r"^space\.weight_decay: must be read"):
        load_experiment(path, ["space.optimizer=adam", "space.weight_decay.low=0.05"])


def test_genes_of_a_function_are_kept_beside_an_overridden_optimizer(tmp_path: Path) -> None:
    """A function's genes may be named as settings of networks, but have its own meaning."""
    (tmp_path / "mine.py").write_text("def loss(genome):\n    return genome['momentum']\n")
    path = tmp_path / "experiment.toml"
    path.write_text(
        '[task]\nkind = "python"\nfunction = "mine.py:loss"\nobjectives = { loss = "minimize" }\n'
        '[space]\noptimizer = ["sgd", "momentum"]\nmomentum = [0.5, 0.9]\n'
    )
    experiment = load_experiment(path, ["space.optimizer=['sgd', 'adam']"])
    assert experiment.space.genes.keys() == {"optimizer", "momentum"}


@pytest.mark.parametrize(
    ("override", "problem"),
    [
        ("foo", "--set: must be table.key=value, but got 'foo'"),
        ("", "--set: must be table.key=value, but got ''"),
        ("=3", "--set: must be table.key=value, but got '=3'"),
        ("a..b=3", "--set: must be table.key=value, but got 'a..b=3'"),
        ("a b=3", "--set: must be table.key=value, but got 'a b=3'"),
        ("seed.x=3", "seed: must be a table for seed.x to be set, but got 1"),
        (
            "evolution.generation=3",
            "evolution.generation: unknown key, did you mean 'generations'?",
        ),
        ("evolution.generations=x", "evolution.generations: must be a whole number, but got 'x'"),
        ("seed=" + "[" * 5000, f"seed: must be a whole number, but got '{'[' * 58}…"),
        ("seed=1\nname=2", "seed: must be a whole number, but got '1\\nname=2'"),
    ],
)
def test_wrong_overrides_are_reported(tmp_path: Path, override: str, problem: str) -> None:
    """A malformed override is quoted; a wrong key or value is reported with its key."""
    assert problems_of(write(tmp_path, f"seed = 1\n{TASK}"), override) == (problem,)


def test_problems_of_overrides_and_file_come_together(tmp_path: Path) -> None:
    """A malformed override hides no problem of the file."""
    path = write(tmp_path, f"{TASK}count = 0\n")
    assert problems_of(path, "foo") == (
        "--set: must be table.key=value, but got 'foo'",
        "task.count: must be at least 1, but got 0",
    )


@pytest.mark.parametrize("path", sorted(EXPERIMENTS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_experiment_in_the_repository_loads(path: Path) -> None:
    """Each file under experiments/ is valid and has the name of its file."""
    experiment = load_experiment(path)
    assert experiment.name == path.stem
    material = material_of(experiment.task).evaluated_on
    assert not isinstance(material, DataSet) or material.size.inputs > 0


def test_the_mouse_experiment_shows_the_defaults() -> None:
    """The values in mouse.toml are the defaults, as its first lines say."""
    experiment = load_experiment(EXPERIMENTS / "mouse.toml")
    default = Experiment.of({"task": {"kind": "mouse"}})
    assert experiment == default.replace(name="mouse", seed=2017)


MOUSE = (EXPERIMENTS / "mouse.toml").read_text(encoding="utf-8")
PIECES = ["[", "]", "{", "}", "=", "\n", '"', "0", "-1", "nan", "true", "1e999", "[[a]]", "\0", "."]


@given(st.data())
@settings(max_examples=100)
def test_a_damaged_file_gives_an_experiment_or_problems(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """A valid file with any cuts and insertions gives an experiment or printable lines."""
    text = MOUSE
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 12)))
        text = text[:start] + data.draw(st.sampled_from(PIECES) | st.text(max_size=3)) + text[end:]
    content = text.encode("utf-8", "surrogatepass")
    try:
        load_experiment(write(tmp_path_factory.getbasetemp(), content))
    except NeuroevoError as error:
        problems = error.problems
        assert all(problem.isprintable() for problem in problems)
        assert isinstance(error, UsageError)  # noqa: PT017 - either outcome is right


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("my-experiment.toml", "my-experiment"),
        ("the flats of 2026.toml", "the-flats-of-2026"),
        ("con.toml", "experiment"),
        ("—.toml", "experiment"),
    ],
)
def test_an_experiment_without_a_name_has_that_of_its_file(
    tmp_path: Path, file: str, name: str
) -> None:
    """Its run folders begin with the name of the file, in letters that folders may have."""
    path = tmp_path / file
    path.write_text('[task]\nkind = "mouse"\n', encoding="utf-8")
    assert load_experiment(path).name == name
    assert load_experiment(path, ["name=other"]).name == "other"
