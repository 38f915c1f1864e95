"""A run's network in other formats, with the real command."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import neuroevo as package
from neuroevo.cli.export import export
from neuroevo.export import FORMATS
from tests.cli.conftest import TINY, Command


@pytest.fixture(scope="module")
def table_run(neuroevo: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run of a table that is gone."""
    folder = tmp_path_factory.mktemp("table")
    random = np.random.default_rng(1)
    frame = pd.DataFrame({"area": random.normal(80, 20, 60), "district": list("abc") * 20})
    frame.assign(rent=9 * frame["area"]).to_csv(folder / "flats.csv", index=False)
    arguments = "--target", "rent", *TINY, "--set", "space.activation='tanh'"
    table, results = str(folder / "flats.csv"), str(folder / "results")
    ended = neuroevo("run", table, *arguments, "--results", results)
    assert ended.returncode == 0, ended.stderr
    (folder / "flats.csv").unlink()
    return Path(ended.stdout.strip())


@pytest.mark.parametrize("form", FORMATS)
def test_each_format_is_written(
    form: str, table_run: Path, neuroevo: Command, tmp_path: Path
) -> None:
    """The file is what the champion gives in Python; the data are not needed any more."""
    path = tmp_path / "network"
    ended = neuroevo("export", str(table_run), "--to", form, "-o", str(path))
    assert (ended.returncode, ended.stdout) == (0, ""), ended.stderr
    assert ended.stderr == f"wrote {path}, {path.stat().st_size:,} bytes\n"
    content = package.load_run(table_run).champion().to(form)
    if isinstance(content, str):
        assert path.read_text("utf-8") == content
    else:
        assert len(path.read_bytes()) == pytest.approx(len(content), rel=0.01)


def test_texts_go_to_stdout(run_folder: Path, neuroevo: Command, tmp_path: Path) -> None:
    """Without a file name, JSON is written to stdout; what is read from it predicts the same."""
    ended = neuroevo("export", str(run_folder), "--to", "json")
    (tmp_path / "network.json").write_text(ended.stdout)
    ours, read = package.load_run(run_folder).champion(), package.load(tmp_path / "network.json")
    inputs = np.random.default_rng(0).uniform(-1, 1, (50, 2))
    assert read.predict(inputs).tobytes() == ours.predict(inputs).tobytes()
    assert ended.stderr == ""


def test_a_tilde_is_the_home_folder(
    run_folder: Path, fresh_neuroevo: Command, tmp_path: Path
) -> None:
    """A file can be written into the home folder also where no shell replaces its sign."""
    home = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    ended = fresh_neuroevo("export", str(run_folder), "--to", "c", "--output=~/n.h", env=home)
    assert ended.stderr.startswith(f"wrote {tmp_path / 'n.h'}, ")
    assert [path.name for path in tmp_path.iterdir()] == ["n.h"]


@pytest.mark.parametrize("form", ["onnx", "c"])
def test_a_dash_is_stdout(form: str, table_run: Path) -> None:
    """With -o - all formats go to stdout, and no file is written."""
    program = [sys.executable, "-m", "neuroevo", "export", str(table_run), "--to", form, "-o", "-"]
    ended = subprocess.run(program, check=True, capture_output=True)
    content = package.load_run(table_run).champion().to(form)
    assert ended.stdout == (content.encode() if isinstance(content, str) else content)
    assert ended.stderr == b""


def test_bytes_go_to_a_file_named_like_the_run(
    run_folder: Path, neuroevo: Command, tmp_path: Path
) -> None:
    """Without a file name, a graph is written to the working folder, and stderr says where."""
    ended = neuroevo("export", str(run_folder), "--to", "onnx", cwd=tmp_path)
    [path] = tmp_path.iterdir()
    assert path.name == f"{run_folder.name}.onnx"
    assert ended.stderr == f"wrote {path.name}, {path.stat().st_size:,} bytes\n"
    assert ended.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "code", "problem"),
    [
        (
            ["--to", "pdf"],
            2,
            "'pdf' is not one of 'safetensors', 'onnx', 'torch'",
        ),
        ([], 2, "Missing option '--to'"),
        (["--to", "c", "--rank", "1000"], 2, "rank: must be between 1 and"),
        (["--to", "c", "-o", "no folder/network.h"], 74, "network.h: can't be written"),
    ],
)
def test_what_is_wrong_is_one_line(
    arguments: list[str], code: int, problem: str, run_folder: Path, neuroevo: Command
) -> None:
    """Bad arguments are refused with the promised exit code, and nothing is written."""
    ended = neuroevo("export", str(run_folder), *arguments)
    assert ended.returncode == code
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1
    assert problem in ended.stderr


def test_help_names_each_format() -> None:
    """Each format of the table has a line in the help of the command."""
    lines = [line.strip() for line in (export.__doc__ or "").splitlines()]
    assert [
        line.split()[0] for line in lines if line.split()[:1] and line.split()[0] in FORMATS
    ] == [*FORMATS]
