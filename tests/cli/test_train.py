"""Training one configuration and using its model file, with the real commands."""

import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import neuroevo as package
from neuroevo import Run
from neuroevo.tables import TableModel
from tests.cli.conftest import TINY, Command


@pytest.fixture(scope="module")
def run(neuroevo: Command, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run a search on a small table of two classes."""
    folder = tmp_path_factory.mktemp("table")
    random = np.random.default_rng(1)
    frame = pd.DataFrame({"area": random.normal(80, 20, 60), "district": list("abc") * 20})
    frame["dear"] = np.where(frame["area"] + 5 * (frame["district"] == "a") > 80, "yes", "no")
    frame.to_csv(folder / "flats.csv", index=False)
    arguments = "--target", "dear", *TINY, "--set", "training.replicates=4", "--seed", "3"
    results = str(folder / "results")
    ended = neuroevo("run", str(folder / "flats.csv"), *arguments, "--results", results)
    assert ended.returncode == 0, ended.stderr
    return package.load_run(ended.stdout.strip())


def table_of(run: Run) -> Path:
    """Return the file of the run's table."""
    return run.folder.path.parents[1] / "flats.csv"


def test_the_model_file_of_a_best_toml_is_the_champion(
    run: Run, neuroevo: Command, tmp_path: Path
) -> None:
    """Its path goes to stdout, scores to stderr; it predicts and is exported as the run is."""
    model, rows = tmp_path / "dear.safetensors", str(table_of(run))
    ended = neuroevo("train", str(run.folder.best_file), "-o", str(model))
    assert (ended.returncode, ended.stdout) == (0, f"{model}\n")
    lines = ended.stderr.splitlines()
    assert "accuracy" in lines[2]
    assert [line.split()[0] for line in lines[3:5]] == ["validation", "test"]
    assert lines[-1] == f"wrote {model}, {model.stat().st_size:,} bytes"
    of_run = neuroevo("predict", str(run.folder.path), rows)
    of_file = neuroevo("predict", str(model), rows)
    assert of_file.returncode == 0, of_file.stderr
    assert of_file.stdout == of_run.stdout
    exported = [neuroevo("export", str(each), "--to", "c") for each in (run.folder.path, model)]
    assert exported[0].stdout == exported[1].stdout != ""


def test_seeds_and_all_rows_are_explained(run: Run, neuroevo: Command, tmp_path: Path) -> None:
    """The scores of each seed have a line, and what the model was trained on is said."""
    arguments = ["--seeds", "2", "--seed", "7", "--all-rows", "--ensemble", "3", "--samples", "300"]
    ended = neuroevo("train", str(run.folder.path), *arguments, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    path = tmp_path / ended.stdout.strip()
    assert path.name == f"{run.experiment.name}.safetensors"
    assert "The model was trained on all rows, for " in ended.stderr
    assert "trained without these rows" in ended.stderr
    lines = [line.split() for line in ended.stderr.splitlines()]
    assert [line[0] for line in lines if line and line[0] in {"7", "8"}] == ["7", "8"]
    model = package.load(path)
    assert isinstance(model, TableModel)
    assert isinstance(model.network, package.Ensemble)
    assert len(model.network.networks) == 3
    quiet = neuroevo("train", str(run.folder.path), "--quiet", "-o", str(path))
    assert (quiet.stdout, quiet.stderr) == (f"{path}\n", "")


def test_cross_fitted_networks_are_explained(run: Run, neuroevo: Command, tmp_path: Path) -> None:
    """The best of several configurations is trained, and the folds are named."""
    arguments = ["--ensemble", "4", "--cross-validate", "3", "-o", str(tmp_path / "m.safetensors")]
    refused = neuroevo("train", str(run.folder.path), *arguments)
    assert refused.returncode == 2
    assert "cross_validate: must be used with all_rows, but got 3" in refused.stderr
    ended = neuroevo("train", str(run.folder.path), *arguments, "--all-rows")
    assert ended.returncode == 0, ended.stderr
    assert "comparing up to 3 configurations by cross-validation\n" in ended.stderr
    assert re.search(r"Trial \d+ was the best by cross-validation[,.]", ended.stderr)
    assert "All rows are 4 folds; each network was trained on all but one, which" in ended.stderr


@pytest.mark.parametrize("ensemble", ["3", "front"])
def test_networks_of_a_run_are_averaged(ensemble: str, run: Run, neuroevo: Command) -> None:
    """The probabilities are the means of those of its networks alone."""
    chosen = 3 if ensemble == "3" else "front"
    model = run.champion(ensemble=chosen)  # type: ignore[arg-type] # one of the two
    assert isinstance(model, TableModel)
    assert isinstance(model.network, package.Ensemble)
    expected = {"3": 3, "front": len(run.pareto_front())}[ensemble]
    assert len(model.network.networks) == expected
    frame = pd.read_csv(table_of(run))
    alone = [
        TableModel(each, model.preparation).predict_proba(frame) for each in model.network.networks
    ]
    found = neuroevo("predict", str(run.folder.path), str(table_of(run)), "--ensemble", ensemble)
    columns = ["probability of no", "probability of yes"]
    probabilities = pd.read_csv(io.StringIO(found.stdout))[columns].to_numpy()
    np.testing.assert_allclose(probabilities, np.mean(alone, axis=0), atol=1e-6)
    tested = neuroevo("predict", str(run.folder.path), "--test", "--ensemble", ensemble)
    assert tested.returncode == 0, tested.stderr


def test_the_best_replicates_come_first(run: Run) -> None:
    """One network is the champion itself; each further one was next on the validation rows."""
    champion = run.champions[0]
    one, three = run.champion(ensemble=1), run.champion(ensemble=3)
    assert isinstance(one, TableModel)
    assert isinstance(three, TableModel)
    assert isinstance(three.network, package.Ensemble)
    assert one.to("json") == run.champion().to("json")
    order = np.argsort(champion.curves[:, -1], kind="stable")
    for network, place in zip(three.network.networks, order, strict=False):
        assert network.parameters.tobytes() == champion.parameters[place].tobytes()


def test_whether_averaging_pays_is_said(run: Run, neuroevo: Command) -> None:
    """The test part has a row of the mean, with a sentence; JSON has its scores too."""
    shown = neuroevo("show", str(run.folder.path)).stdout
    held_out = run.findings.held_out
    assert held_out is not None
    assert held_out.ensemble is not None
    count = held_out.ensemble.networks
    assert f"mean of {count} networks" in shown
    assert f"Averaging the champion's {count} networks gives log loss" in " ".join(shown.split())
    model, frame = run.champion(ensemble=count), run.test_rows()
    assert isinstance(model, TableModel)
    accuracy = float((model.predict(frame) == frame["dear"]).mean())
    assert held_out.ensemble.scores["accuracy"].value == pytest.approx(accuracy)


@pytest.mark.parametrize(
    ("arguments", "code", "problem"),
    [
        (["train", "RUN", "-o", "model.onnx"], 2, "--output: must end with .safetensors"),
        (["train", "RUN", "-o", "no/model.safetensors"], 74, "can't be written"),
        (["train", "RUN", "--data", "no.csv"], 65, "no.csv does not exist; give it again with"),
        (["train", "no.toml"], 2, "no.toml: can't be read"),
        (["train", "RUN", "--set", "space.hidden={ count=[1, 2], width=[1, 2] }"], 2, "one value"),
        (
            ["predict", "RUN", "TABLE", "--ensemble", "5"],
            2,
            "ensemble: must be 'front' or a number",
        ),
        (["predict", "RUN", "TABLE", "--ensemble", "some"], 2, "--ensemble: must be a number or f"),
        (["predict", "RUN", "TABLE", "--ensemble", "front", "--rank", "2"], 2, "rank: must be "),
        (["predict", "no.safetensors", "TABLE"], 74, "no.safetensors: can't be read"),
        (["predict", "TABLE.json", "TABLE", "--rank", "2"], 2, "must be left out for a file"),
        (["predict", "x.json", "--test"], 2, "--test: must be of a run"),
        (["export", "BROKEN", "--to", "c"], 65, "must be a model file of neuroevo"),
    ],
)
def test_what_is_wrong_is_one_line(  # noqa: PLR0913, PLR0917 - what a case is made of
    arguments: list[str], code: int, problem: str, run: Run, neuroevo: Command, tmp_path: Path
) -> None:
    """Bad arguments and files are refused with the promised exit code."""
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"\x20" + b"\0" * 7 + b"{}")
    meant = {"RUN": run.folder.path, "TABLE": table_of(run), "BROKEN": broken}
    given = [str(meant.get(each, each)) for each in arguments]
    ended = neuroevo(*given, cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (code, ""), ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert problem in ended.stderr
