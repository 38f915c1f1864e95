import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.dashboard.client import serving
from tests.functions import GOOD, experiment_of, write_function

Command = Callable[..., CompletedProcess[str]]
NOISY = f"""
import sys
print("imported")
{GOOD}
quiet = evaluate

def evaluate(genome, seed):
    print("called")
    print("warned", file=sys.stderr)
    return quiet(genome, seed)
"""
MARKED = """
from pathlib import Path
Path(__file__).with_name("marker").touch()
"""
COMMANDS = [
    ("report", "latest"),
    ("show", "latest"),
    ("show", "latest", "--json"),
    ("trials", "latest"),
    ("trials", "latest", "--format", "json"),
    ("best", "latest"),
    ("list",),
    ("list", "--json"),
]


@pytest.fixture(scope="module")
def made(neuroevo: Command, tmp_path_factory: pytest.TempPathFactory) -> CompletedProcess[str]:
    """Run the command on a function that prints."""
    folder = tmp_path_factory.mktemp("made")
    file = folder / "own.toml"
    file.write_text(experiment_of(write_function(folder, NOISY)).to_toml())
    return neuroevo("run", str(file), "--results", str(folder / "results"), "--jobs", "2")


@pytest.fixture(scope="module")
def results(made: CompletedProcess[str]) -> Path:
    """Return the results folder, beside which the function is another one by now."""
    results = Path(made.stdout.strip()).parent
    (results.parent / "boosting.py").write_text(MARKED)
    return results


def test_prints_do_not_mix_with_the_output(made: CompletedProcess[str]) -> None:
    """The stdout of the command has the run's folder alone; what is printed goes to stderr."""
    assert made.returncode == 0, made.stderr
    assert len(made.stdout.splitlines()) == 1
    assert Path(made.stdout.strip()).is_dir()
    for text in ("imported", "called", "warned"):
        assert text in made.stderr
    assert "boosting: importing the function" in made.stderr
    assert "Lowest loss" in made.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_what_shows_a_run_never_runs_its_function(
    neuroevo: Command, results: Path, command: tuple[str, ...]
) -> None:
    """The file would leave a marker if it were run or imported; it may also be missing."""
    file = results.parent / "boosting.py"
    for exists in (True, False):
        shown = neuroevo(*command, "--results", str(results))
        assert shown.returncode == 0, shown.stderr
        assert not (results.parent / "marker").exists()
        if exists:
            file.unlink()
    file.write_text(MARKED)


def test_results_are_those_of_the_function(neuroevo: Command, results: Path) -> None:
    """Tables and the best configuration have its objectives, and nothing about networks."""
    shown = neuroevo("show", "latest", "--results", str(results)).stdout
    assert "Evaluation" in shown
    assert "Lowest loss" in shown
    assert "fresh" not in shown
    assert "network" not in shown
    described = json.loads(neuroevo("show", "latest", "--json", "--results", str(results)).stdout)
    assert set(described["front"][0]["objectives"]) == {"loss", "score"}
    table = neuroevo("trials", "latest", "--results", str(results)).stdout.splitlines()
    assert table[0].endswith(",x,depth,booster,rate_drop,loss,score,seconds,diverged,cause")
    best = tomllib.loads(neuroevo("best", "latest", "--results", str(results)).stdout)
    assert best["space"] == described["front"][0]["genome"]
    assert "training" not in best


def test_a_comparison_and_the_dashboard_never_run_it(
    neuroevo: Command, results: Path, tmp_path: Path
) -> None:
    """Every page of the dashboard answers, and a comparison of the run with a copy is written."""
    [run] = [path.name for path in results.iterdir() if path.is_dir()]
    shutil.copytree(results / run, tmp_path / "copy")
    compared = neuroevo(
        "compare", run, str(tmp_path / "copy"), "--results", str(results), cwd=tmp_path
    )
    assert compared.returncode == 0, compared.stderr
    assert "fresh" not in compared.stderr
    with serving(results) as client:
        for page in ("/", f"/runs/{run}", f"/runs/{run}/trials", f"/runs/{run}/trials/1"):
            answer = client.ask(page)
            assert answer.status == 200
            assert "replicate" not in answer.text.replace("replicates = 1\n", "")  # in its file
    assert not (results.parent / "marker").exists()


def test_a_changed_function_is_not_resumed(neuroevo: Command, results: Path) -> None:
    """It is refused in one line, and not run."""
    refused = neuroevo("resume", "latest", "--generations", "3", "--results", str(results))
    assert refused.returncode == 65
    [line] = refused.stderr.splitlines()
    assert line.startswith("neuroevo: task: boosting.py must be SHA-256 ")
    assert not (results.parent / "marker").exists()


def test_commands_for_networks_say_what_is_missing(neuroevo: Command, results: Path) -> None:
    """Predictions, exports and ablations need networks, and say so in one line."""
    for arguments in (["predict", "latest", "rows.csv"], ["export", "latest", "--to", "c"]):
        refused = neuroevo(*arguments, "--results", str(results))
        assert refused.returncode == 2
        assert refused.stderr.endswith("must have trained networks, but its task is 'python'\n")
    refused = neuroevo("report", "latest", "--ablation", "--results", str(results))
    assert refused.stderr.endswith("has no baselines to start from\n")


def test_a_function_that_can_not_be_imported_leaves_nothing(
    neuroevo: Command, tmp_path: Path
) -> None:
    """A missing library is named in one line, with the line that imports it."""
    path = write_function(tmp_path, f"import no_such_library\n{GOOD}")
    file = tmp_path / "own.toml"
    file.write_text(experiment_of(path).to_toml())
    refused = neuroevo("run", str(file), "--results", str(tmp_path / "results"), "--quiet")
    assert refused.returncode == 65
    cause = "ModuleNotFoundError: No module named 'no_such_library'"
    assert refused.stderr == f"neuroevo: boosting.py, line 1: {cause}\n"
    assert not (tmp_path / "results").exists()
