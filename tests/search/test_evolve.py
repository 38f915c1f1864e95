"""A function of a script is searched as one that an experiment file names."""

import functools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import neuroevo
from neuroevo import Integer, SearchSpace
from neuroevo.errors import UsageError
from neuroevo.experiment import Experiment, experiment_for_function
from tests.functions import GOOD, SPACE, write_function
from tests.search.test_function_runs import what_is_the_same

CALL = 'neuroevo.evolve(evaluate, {"x": {"low": 0.0, "high": 1.0}}, n_trials=12, n_jobs=1)'
SCRIPT = f"""
import neuroevo

def evaluate(genome):
    return (genome["x"] - 0.3) ** 2

if __name__ == "__main__":
    run = {CALL}
    print(run.best.genome["x"], len(run.all_trials))
"""
UNGUARDED = f"""
import neuroevo

def evaluate(genome):
    return genome["x"]

run = {CALL}
"""
OBJECTIVES = {"loss": "minimize", "score": "maximize"}


def called(path: Path) -> "subprocess.CompletedProcess[str]":
    """Run a script as a user does."""
    return subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, check=False, cwd=path.parent
    )


def test_a_script_searches_its_own_function(tmp_path: Path) -> None:
    """It is run once, and its workers import only what it defines."""
    done = called(write_function(tmp_path, SCRIPT, "script.py"))
    assert done.returncode == 0, done.stderr
    [line] = done.stdout.splitlines()
    best, trials = line.split()
    assert abs(float(best) - 0.3) < 0.2
    assert trials == "12"


def test_a_script_without_a_guard_ends_with_one_line(tmp_path: Path) -> None:
    """Its worker does not start the search again, but says what the script lacks."""
    done = called(write_function(tmp_path, UNGUARDED, "script.py"))
    assert done.returncode == 1
    assert 'put the call under if __name__ == "__main__":' in done.stderr.splitlines()[-1]
    assert "script.py, line 7" in done.stderr.splitlines()[-1]


def test_it_is_the_run_of_an_experiment_file(tmp_path: Path) -> None:
    """A function and the name of its file lead to the same trials as the settings in a file."""
    path = write_function(tmp_path, GOOD)
    evaluate = _function_of(path)
    run = neuroevo.evolve(evaluate, SPACE, OBJECTIVES, n_trials=12, n_jobs=1, random_state=7)
    named = neuroevo.evolve(
        f"{path}:evaluate", SPACE, OBJECTIVES, n_trials=12, n_jobs=2, random_state=7
    )
    task = {"kind": "python", "function": f"{path}:evaluate", "objectives": OBJECTIVES}
    evolution = {"population": 4, "generations": 3}
    values = {"task": task, "space": SPACE, "evolution": evolution, "seed": 7}
    read = neuroevo.run(Experiment.of(values), results=None)
    assert what_is_the_same(run.all_trials) == what_is_the_same(read.all_trials)
    assert what_is_the_same(named.all_trials) == what_is_the_same(read.all_trials)


def test_genes_may_be_objects(tmp_path: Path) -> None:
    """A search space, and a mapping to genes, are the same as their form in a file."""
    path = f"{write_function(tmp_path)}:evaluate"
    spaces: list[SearchSpace | dict[str, object]] = [
        {"x": {"low": 1, "high": 5}},
        {"x": Integer(1, 5)},
        SearchSpace(x=Integer(1, 5)),
    ]
    made = [experiment_for_function(path, each, {"a": "minimize"}, 20) for each in spaces]
    assert made[0] == made[1] == made[2]
    assert made[0].name == "evaluate"


@pytest.mark.parametrize(
    ("trials", "population"), [(4, 4), (10, 5), (12, 4), (50, 5), (97, 7), (100, 10), (1000, 25)]
)
def test_generations_exceed_the_trials_least(trials: int, population: int, tmp_path: Path) -> None:
    """Whole generations of 4 to 32 have as few trials more as possible."""
    path = f"{write_function(tmp_path)}:evaluate"
    made = experiment_for_function(path, {"x": [1, 2]}, {"a": "minimize"}, trials).evolution
    planned = made.population * made.generations
    assert made.population == population
    assert trials <= planned
    assert all(planned <= size * -(-trials // size) for size in range(4, min(trials, 32) + 1))


def test_other_functions_are_refused() -> None:
    """What workers can't import by its name has a line that says so."""

    def inner(genome: object) -> object:
        return genome

    rule = (
        "task.function: must be defined with def at the top level of a file, which workers import"
    )
    for function in (inner, lambda _: 1, _function_of(Path("<notebook>"), GOOD)):
        with pytest.raises(UsageError, match=rule):
            neuroevo.evolve(function, {"x": [1, 2]})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_trials": 3}, "n_trials: must be a whole number from 4 to 10,000,000, but got 3"),
        ({"n_trials": 20.0}, "n_trials: must be a whole number from"),
        ({"n_trials": "20"}, "n_trials: must be a whole number from"),
        ({"n_trials": 10**400}, "n_trials: must be a whole number from"),
        ({"objectives": ["minimize"]}, "task.objectives: must be a table"),
        ({"objectives": {"replicate": "minimize"}}, "task.objectives.replicate: must be another"),
        ({"n_jobs": "a"}, "jobs: must be a whole number of at least 1, or -1 for one per core"),
        ({"n_jobs": 1.5}, "jobs: must be a whole number of at least 1, or -1 for one per core"),
        ({"time_limit": "a"}, "evolution.time_limit: must be a number"),
        ({"overrides": "task.replicates=4"}, "overrides: must be a list of settings"),
        ({"overrides": ["evolution.rungs=[0.5]"]}, "evolution.rungs: must be left out"),
        ({"space": 3}, "space: must be a table of genes"),
        ({"function": 3}, "task.function: must be a file and a function of it"),
        ({"function": functools.partial(print)}, "task.function: must be a file and a function"),
    ],
    ids=str,
)
def test_wrong_arguments_have_a_line_each(
    arguments: dict[str, Any], message: str, tmp_path: Path
) -> None:
    """What can't be searched is refused as settings of a file are."""
    right = {"function": f"{write_function(tmp_path)}:evaluate", "space": {"x": [1, 2]}}
    with pytest.raises(UsageError) as caught:
        neuroevo.evolve(**(right | arguments))
    [line] = str(caught.value).splitlines()
    assert line.startswith(message)


def test_overrides_change_the_space(tmp_path: Path) -> None:
    """A gene is fixed or added, also if the space is an object."""
    path, fixed = f"{write_function(tmp_path)}:evaluate", ["space.x=3", "space.y=4"]
    for space in ({"x": {"low": 1, "high": 5}}, SearchSpace(x=Integer(1, 5))):
        made = experiment_for_function(path, space, {"a": "minimize"}, 8, fixed)
        assert [dict(genome) for genome in made.space.genomes()] == [{"x": 3, "y": 4}]


def test_a_decorated_function_is_that_of_its_file(tmp_path: Path) -> None:
    """A decorator that stands elsewhere does not matter."""
    path = write_function(tmp_path)

    @functools.wraps(_function_of(path))
    def logged(genome: dict[str, object]) -> object:
        return genome

    made = experiment_for_function(logged, {"x": [1, 2]}, {"a": "minimize"}, 8)
    assert (
        made.task
        == experiment_for_function(f"{path}:evaluate", {"x": [1, 2]}, {"a": "minimize"}, 8).task
    )


def _function_of(path: Path, text: str = "") -> Callable[..., object]:
    """Return the function of a file, or of a text that is in none."""
    names: dict[str, Callable[..., object]] = {}
    exec(compile(text or path.read_text(), str(path), "exec"), names)  # noqa: S102 - our own text
    return names["evaluate"]
