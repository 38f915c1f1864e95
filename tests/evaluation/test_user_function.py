import os
import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import Any

import pytest

from neuroevo.errors import DataError, UsageError
from neuroevo.evaluation.function_evaluator import FunctionEvaluation, FunctionEvaluator
from neuroevo.evaluation.user_function import Call, UserFunction, cause_of_end
from neuroevo.tasks import FunctionSource
from neuroevo.workers import Workers
from neuroevo.workers.pool import Failure
from tests.functions import write_function

ALL = """
import os, signal, sys, time
import numpy as np
from collections import namedtuple
START = os.getpid()

def evaluate(genome, seed):
    kind = genome["kind"]
    if kind == "nan":
        return {"a": 1.0, "b": float("nan")}
    if kind == "infinite":
        return [float("inf"), 1]
    if kind == "huge":
        return [1, -1e301]
    if kind == "text":
        return {"a": "much", "b": 1}
    if kind == "bool":
        return [True, 1]
    if kind == "nothing":
        return None
    if kind == "number":
        return 3
    if kind == "names":
        return {"a": 1, "c": 2}
    if kind == "raises":
        raise ValueError("no such\\nmodel")
    if kind == "exits":
        sys.exit(3)
    if kind == "unspeakable":
        raise Unspeakable
    if kind == "prints":
        print("to stdout")
        print("to stderr", file=sys.stderr)
        os.write(1, b"to the descriptor")
        return [1, 2]
    if kind == "reads":
        return [len(input()), 1]
    if kind == "mutates":
        genome.clear()
        genome["kind"] = "changed"
        return [1, 2]
    if kind == "hangs":
        time.sleep(1000)
    if kind == "ends":
        os._exit(7)
    if kind == "kills":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "array":
        return np.array([1.5, 2.5])
    if kind.startswith("series"):
        import pandas as pd  # workers that are replaced before need not wait for it
    if kind == "series":
        return pd.Series({"b": 2.5, "a": 1.5})
    if kind == "series without names":
        return pd.Series([1.5, 2.5])
    if kind == "series of others":
        return pd.Series({"b": 2.5, "c": 1.5})
    if kind == "named tuple":
        return namedtuple("Result", "b a")(2.5, 1.5)
    if kind == "record":
        return np.array([(2.5, 1.5)], dtype=[("b", float), ("a", float)])[0]
    if kind == "set":
        return {2.5, 1.5}
    if kind == "seed":
        return [seed, 0]
    return {"b": 2, "a": np.float32(0.5)}

class Unspeakable(Exception):
    def __str__(self):
        raise RuntimeError
"""


def line_of(statement: str) -> int:
    """Return the line in which a statement of the file stands."""
    return ALL[: ALL.index(statement)].count("\n") + 1


CAUSES = {
    "nan": "boosting.py: evaluate must return a finite number for b, but got nan",
    "infinite": "boosting.py: evaluate must return a finite number for a, but got inf",
    "huge": (
        "boosting.py: evaluate must return a number between -1e300 and 1e300 for b, but got -1e+301"
    ),
    "text": "boosting.py: evaluate must return a number for a, but got 'much'",
    "bool": "boosting.py: evaluate must return a number for a, but got true",
    "nothing": "boosting.py: evaluate must return 2 numbers, a, b, but got None",
    "number": "boosting.py: evaluate must return 2 numbers, a, b, but got 3",
    "names": "boosting.py: evaluate must return 'a', 'b', but got 'a', 'c'",
    "series of others": "boosting.py: evaluate must return 'a', 'b', but got 'b', 'c'",
    "set": (
        "boosting.py: evaluate must return a, b in this order, or by name, "
        "but got a set, {1.5, 2.5}"
    ),
    "raises": f"boosting.py, line {line_of('raise ValueError')}: ValueError: no such model",
    "exits": f"boosting.py, line {line_of('sys.exit')}: SystemExit: 3",
    "unspeakable": f"boosting.py, line {line_of('raise Unspeakable')}: Unspeakable",
    "reads": f"boosting.py, line {line_of('input()')}: EOFError: EOF when reading a line",
    "hangs": "took longer than its time limit of 4 s",
    "ends": "its worker died twice (EXIT(7))",
    "kills": "its worker died twice (SIGKILL)",
}


FRAMES = "series", "series without names", "named tuple", "record"


def evaluator_of(
    path: Path, objectives: tuple[str, ...] = ("a", "b"), time_limit: float = 4.0
) -> FunctionEvaluator:
    """Return an evaluator with two processes."""
    source = FunctionSource(path, "evaluate", path.read_bytes())
    return FunctionEvaluator(UserFunction(source, objectives, time_limit), 0, Workers(2))


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Evaluate each kind of genome, bad ones between good ones, with the same two workers."""
    path = write_function(tmp_path_factory.mktemp("function"), ALL)
    kinds = ["good", *CAUSES, "prints", "mutates", *FRAMES, "array", "seed", "good 2"]
    genomes: list[dict[str, Any]] = [{"kind": kind} for kind in kinds]
    with evaluator_of(path) as evaluator:
        found = dict(evaluator.evaluate(deque(genomes)))
        again = dict(evaluator.evaluate(deque([{"kind": "seed"}])))
    assert genomes == [{"kind": kind} for kind in kinds]
    return {kind: found[place] for place, kind in enumerate(kinds)} | {"seed again": again[0]}


@pytest.mark.parametrize("kind", CAUSES)
def test_a_bad_trial_fails_with_a_line_of_its_own(results: dict[str, Any], kind: str) -> None:
    """Whatever the function does, its trial alone fails, with a line that says why."""
    failure = results[kind]
    assert isinstance(failure, Failure)
    assert failure.cause == CAUSES[kind]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("good", {"a": 0.5, "b": 2.0}),
        ("good 2", {"a": 0.5, "b": 2.0}),
        ("prints", {"a": 1.0, "b": 2.0}),
        ("mutates", {"a": 1.0, "b": 2.0}),
        ("array", {"a": 1.5, "b": 2.5}),
        ("series", {"a": 1.5, "b": 2.5}),
        ("series without names", {"a": 1.5, "b": 2.5}),
        ("named tuple", {"a": 1.5, "b": 2.5}),
        ("record", {"a": 1.5, "b": 2.5}),
    ],
)
def test_other_trials_lose_nothing(
    results: dict[str, Any], kind: str, expected: dict[str, float]
) -> None:
    """Mappings, lists, arrays and series are accepted, also while others kill their workers."""
    assert isinstance(results[kind], FunctionEvaluation)
    assert results[kind].objectives == expected


def test_a_seed_belongs_to_the_genome(results: dict[str, Any]) -> None:
    """The same genome gets the same seed, of 32 bits."""
    seed = results["seed"].objectives["a"]
    assert seed == results["seed again"].objectives["a"]
    assert 0 <= seed < 2**32


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("other = 1", r"must have a function 'evaluate', but has none"),
        ("def evaluat(genome): pass", r"must have a function 'evaluate', did you mean 'evaluat'\?"),
        ("evaluate = 3", r"must have a function 'evaluate', but got 3"),
        ("\nimport no_such_module", r"line 2: ModuleNotFoundError: No module named 'no_such_"),
        ("import sys\nsys.exit(1)", r"line 2: SystemExit: 1"),
        ("import os\nos._exit(3)", r"can't be imported: its worker died twice \(EXIT\(3\)\)"),
        ("import time\ntime.sleep(99)", r"can't be imported: took longer than .* of 3 s"),
    ],
)
def test_a_file_that_gives_no_function_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    """It is refused in one line before anything is evaluated."""
    path = write_function(tmp_path, text)
    with pytest.raises(DataError, match=rf"^boosting\.py.*{problem}"):
        evaluator_of(path, time_limit=3.0).__enter__()


def test_one_objective_may_be_a_plain_number(tmp_path: Path) -> None:
    """A function need not take a seed, and may return a number or a list with one."""
    path = write_function(tmp_path, "def evaluate(genome): return genome['x']")
    with evaluator_of(path, ("loss",)) as evaluator:
        genomes: deque[Any] = deque([{"x": 2}, {"x": (3,)}, {"x": ()}])
        found = dict(evaluator.evaluate(genomes))
    assert [found[place].objectives for place in (0, 1)] == [{"loss": 2.0}, {"loss": 3.0}]  # type: ignore[union-attr]  # asserted thereby
    failed = found[2]
    assert isinstance(failed, Failure)
    assert failed.cause == "boosting.py: evaluate must return a number, loss, but got []"


PROCESSES = """
import multiprocessing, subprocess

def evaluate(genome):
    with multiprocessing.Pool(2) as pool:
        total = sum(pool.map(abs, [1, -2]))
    with subprocess.Popen(["sleep", "1000"]) as sleeping:
        sleeping.terminate()
    return total
"""


def test_a_function_may_end_processes_that_it_has_started(tmp_path: Path) -> None:
    """A pool of processes and a program can be terminated, although workers ignore SIGTERM."""
    path = write_function(tmp_path, PROCESSES)
    with evaluator_of(path, ("total",), time_limit=120) as evaluator:
        [(_, found)] = evaluator.evaluate(deque([{"x": 1}]))
    assert isinstance(found, FunctionEvaluation)
    assert found.objectives == {"total": 3.0}


def test_what_was_read_is_run(tmp_path: Path) -> None:
    """A file that changes after it was read is run as it was; its neighbours can be imported."""
    (tmp_path / "neighbour.py").write_text("VALUE = 5")
    path = write_function(tmp_path, "import neighbour\ndef evaluate(_): return neighbour.VALUE")
    evaluator = evaluator_of(path, ("loss",))
    write_function(tmp_path, "raise ValueError")
    with evaluator:
        [(_, result)] = evaluator.evaluate(deque([{"x": 1}]))
    assert isinstance(result, FunctionEvaluation)
    assert result.objectives == {"loss": 5.0}


def test_threads_are_refused(tmp_path: Path) -> None:
    """A function in a thread could end the search, so it is called in processes only."""
    path = write_function(tmp_path, "def evaluate(_): return 1")
    function = UserFunction(FunctionSource(path, "evaluate", b""), ("loss",), 1.0)
    with pytest.raises(UsageError, match=r"backend: must be loky or dask .* but got 'threading'"):
        FunctionEvaluator(function, 0, Workers(2, "threading"))


def test_a_function_that_never_lets_other_threads_run_is_ended(tmp_path: Path) -> None:
    """A process that can't even notice its time limit is ended soon after it."""
    code = """
import ctypes
from pathlib import Path
import neuroevo.evaluation.user_function as module
from neuroevo.tasks import FunctionSource
module._SECONDS_OF_GRACE = 0.2
source = FunctionSource(Path("function.py"), "evaluate", b"")
function = module.UserFunction(source, ("loss",), 0.3, marks=Path.cwd())
with module._ended_if_stuck(function, module.Call(4, 0, {}, 0)):
    ctypes.PyDLL(None).sleep(60)  # keeps the lock of the interpreter
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    ended = subprocess.run(
        [sys.executable, "-c", code], timeout=50, check=False, env=environment, cwd=tmp_path
    )
    assert ended.returncode == 1
    source = FunctionSource(Path("function.py"), "evaluate", b"")
    function = UserFunction(source, ("loss",), 0.3, marks=tmp_path)
    died = "its worker died twice (EXIT(1))"
    other, stuck = (cause_of_end(died, function, Call(place, 0, {}, 0)) for place in (3, 4))
    assert other == died
    assert stuck == f"took longer than its time limit of 0.3 s, and {died}"
