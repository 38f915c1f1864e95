"""The search loop: its results are correct, complete and the same for any workers."""

import dataclasses
import json
import math
import re
import subprocess
import sys
from collections import Counter, deque
from pathlib import Path

import numpy as np
import pytest

import neuroevo
from neuroevo.errors import DataError, UsageError
from neuroevo.evaluation.evaluator import Evaluation, Evaluator, Scoring
from neuroevo.experiment import Experiment, Origin, load_with_origin
from neuroevo.learning import Network
from neuroevo.learning.training import sample_stream
from neuroevo.report.run import load_run
from neuroevo.runs import (
    RunFolder,
    Trial,
    best_toml,
    champions_in,
    data_hash,
    read_champions,
    read_checkpoints,
    read_trials,
)
from neuroevo.search import Progress, search
from neuroevo.search.beginning import Beginning
from neuroevo.search.loop import SearchState
from neuroevo.space import Value
from neuroevo.workers import Backend, Workers

SMALL = {
    "name": "small",
    "task": {"kind": "mouse", "count": 300, "grid": 5},
    "training": {"samples": 300, "replicates": 5},
    "evolution": {"population": 8, "generations": 4},
}


def small(**tables: object) -> Experiment:
    """Make a small experiment with some of its tables replaced."""
    return Experiment.of({**SMALL, **tables})


def timeless(folder: RunFolder) -> list[Trial]:
    """Read the trials of a run without times."""
    return [
        dataclasses.replace(trial, seconds=0, work=()) for trial in read_trials(folder.journal_file)
    ]


def retrained(trial: Trial, experiment: Experiment) -> tuple[dict[str, float], tuple[float, ...]]:
    """Train a trial's genome alone: its objectives and learning curve."""
    stream = sample_stream(
        experiment.network_task.load().data_set, experiment.training, seed=(experiment.seed, 0)
    )
    scoring = Scoring(experiment.evolution.objectives, experiment.evolution.reduction)
    with Evaluator(experiment.training.precision, Workers(1)) as evaluator:
        [(_, evaluation)] = evaluator.evaluate(deque([trial.genome]), (stream,), scoring)
    assert isinstance(evaluation, Evaluation)
    return dict(evaluation.objectives), evaluation.median_curve


@pytest.mark.parametrize("seed", [0, 2017])
def test_same_seed_same_trials_with_any_workers(seed: int, tmp_path: Path) -> None:
    """One thread, two threads and two processes give the same trials, bit for bit."""
    experiment = small(seed=seed)
    kinds: list[tuple[int, Backend]] = [(1, "threading"), (2, "threading"), (2, "loky")]
    folders = [
        search(experiment, tmp_path, workers=Workers(n_jobs, backend)) for n_jobs, backend in kinds
    ]
    trials = [[trial.to_json() for trial in timeless(folder)] for folder in folders]
    assert trials[0] == trials[1] == trials[2]
    champions = {folder.champions_file.read_bytes() for folder in folders}
    assert len(champions) == 1


def test_another_seed_gives_other_trials(tmp_path: Path) -> None:
    """The seed decides which genomes are evaluated."""
    one, other = (timeless(search(small(seed=seed), tmp_path)) for seed in (0, 1))
    assert [trial.genome for trial in one[6:]] != [trial.genome for trial in other[6:]]


def test_a_trial_trained_again_alone_gives_the_same_bits(
    mouse_search: tuple[RunFolder, list[Progress]], mouse_experiment: Experiment
) -> None:
    """The results in the journal are those of the genome in the same line."""
    folder, _ = mouse_search
    trials = read_trials(folder.journal_file)
    for trial in [*trials[:6], *trials[6::59]]:
        objectives, curve = retrained(trial, mouse_experiment)
        np.testing.assert_equal(objectives, dict(trial.objectives))
        assert np.array(curve, np.float32).tobytes() == np.array(trial.curve, np.float32).tobytes()


def test_the_default_run_needs_20_times_fewer_samples_than_the_article(
    mouse_search: tuple[RunFolder, list[Progress]],
) -> None:
    """Its first 8 generations find a network that learns in 20 times fewer samples, no worse."""
    _, progress = mouse_search
    article = progress[-1].baselines[0]
    assert article.name == "article-good"
    assert any(
        trial.objectives["samples_to_target"] * 20 <= article.objectives["samples_to_target"]
        and trial.objectives["final_mse"] <= article.objectives["final_mse"]
        for trial in progress[-1].front
    )


def test_parents_are_earlier_trials(mouse_search: tuple[RunFolder, list[Progress]]) -> None:
    """Baselines come first, parents before their offspring, and no genome comes twice."""
    folder, _ = mouse_search
    trials = read_trials(folder.journal_file)
    assert [trial.number for trial in trials] == list(range(6 + 64 * 8))
    assert [trial.operator for trial in trials[:6]] == ["baseline"] * 6
    for trial in trials[6:]:
        assert (trial.parents == ()) == (trial.operator in {"initial", "immigrant"})
        assert all(trials[parent].generation < trial.generation for parent in trial.parents)
        assert all(trials[parent].operator != "baseline" for parent in trial.parents)
    genomes = Counter(json.dumps(dict(trial.genome), sort_keys=True) for trial in trials[6:])
    assert max(genomes.values()) == 1


def test_the_front_is_the_non_dominated_set(
    mouse_search: tuple[RunFolder, list[Progress]],
) -> None:
    """The reported front is the non-dominated set of the journal, found by comparing all pairs."""
    folder, progress = mouse_search
    scores = {
        trial.number: tuple(trial.objectives.values())
        for trial in read_trials(folder.journal_file)
        if trial.state == "complete" and trial.operator != "baseline"
    }
    front = {
        mine
        for mine in scores.values()
        if not any(
            all(a <= b for a, b in zip(other, mine, strict=True)) and other != mine
            for other in scores.values()
        )
    }
    assert {tuple(trial.objectives.values()) for trial in progress[-1].front} == front


def test_champions_are_the_networks_of_the_trials(
    mouse_search: tuple[RunFolder, list[Progress]], mouse_experiment: Experiment
) -> None:
    """Champions' weights have the validation MSE of their trials; those of fresh seeds differ."""
    folder, progress = mouse_search
    champions = champions_in(read_champions(folder.champions_file))
    trials = [*progress[-1].front, *progress[-1].baselines]
    assert [champion.number for champion in champions] == [trial.number for trial in trials]
    data = mouse_experiment.network_task.load().data_set
    for champion, trial in zip(champions, trials, strict=True):
        median = np.median(champion.curves, axis=0)
        assert median.tobytes() == np.array(trial.curve, np.float32).tobytes()
        assert champion.fresh_curves.tobytes() != champion.curves.tobytes()
        if trial.state == "complete":
            outputs = Network(champion.architecture, champion.parameters[0]).predict(
                data.validation_inputs
            )
            mse = np.mean((outputs - data.validation_targets) ** 2)
            assert mse == pytest.approx(float(champion.curves[0, -1]), rel=1e-2)


def test_best_toml_is_an_experiment_with_the_best_genome(
    mouse_search: tuple[RunFolder, list[Progress]],
) -> None:
    """It loads, every gene is fixed, and the genome is that of the first trial of the front."""
    folder, progress = mouse_search
    experiment, origin = load_with_origin(folder.best_file)
    space, run = experiment.space, load_run(folder.path)
    assert space.size == 1
    assert origin is not None
    assert (origin.run, origin.trial) == (folder.id, run.best.number)
    assert origin.objectives == run.best.objectives
    assert origin.fresh_objectives == run.champions[0].fresh_objectives
    assert origin.data == data_hash(run.start.data)
    assert origin.libraries["numpy"] == np.__version__
    assert dict(space.sample(np.random.default_rng())) == dict(progress[-1].front[0].genome)


def test_progress_counts_all_trials(
    mouse_search: tuple[RunFolder, list[Progress]],
) -> None:
    """Phases come in order, every trial is counted once, and the last count is the expected one."""
    _, progress = mouse_search
    phases = list(dict.fromkeys(each.phase for each in progress))
    assert phases == ["loading", "baselines", "searching", "rescoring", "finished"]
    counts = [each.trials for each in progress]
    assert counts == sorted(counts)
    assert counts[-1] == progress[-1].experiment.expected_trials == 6 + 64 * 8
    assert progress[-1].networks == 16 * counts[-1]
    assert list(dict.fromkeys(each.generation for each in progress)) == list(range(8))


def test_the_checkpoint_continues_the_search(
    mouse_search: tuple[RunFolder, list[Progress]], mouse_experiment: Experiment
) -> None:
    """A state restored from the last checkpoint has the front, and its strategy goes on."""
    folder, progress = mouse_search
    [checkpoint, *_], _ = read_checkpoints(folder)
    trials = {trial.number: trial for trial in read_trials(folder.journal_file)}
    state = SearchState.from_values(mouse_experiment, checkpoint, trials)
    fronts = [trial.number for trial in state.front]
    assert fronts == [trial.number for trial in progress[-1].front]
    candidates = state.strategy.ask(100)
    assert [candidate.number for candidate in candidates] == [*range(518, 518 + 64)]


def test_genomes_of_baselines_have_settings_that_differ(tmp_path: Path) -> None:
    """They have genes, and those settings that differ from the experiment's."""
    network = {"hidden", "learning_rate", "activation"}
    for training, space, named in (
        ({}, {}, set()),
        ({"optimizer": "adam", "dropout": 0.1}, {}, {"optimizer", "dropout"}),
        ({}, {"batch_size": [1, 8]}, {"batch_size"}),
    ):
        experiment = small(training={"samples": 300, **training}, space=space)
        baseline = timeless(search(experiment, tmp_path))[0]
        assert set(baseline.genome) == network | named
        assert baseline.genome.get("optimizer", "sgd") == "sgd"


def test_the_search_ends_when_the_space_is_exhausted(tmp_path: Path) -> None:
    """A space of three genomes is evaluated once, and the run ends without an error."""
    space = {"hidden": [3], "learning_rate": 0.1, "activation": ["linear", "tanh", "relu"]}
    folder = search(small(space=space), tmp_path)
    assert len(timeless(folder)) == 6 + 3
    assert folder.best_file.exists()


MIXED = {"count": [0, 3], "width": [1, 8], "activation": ["linear", "tanh", "relu"]}


def test_layers_with_activations_of_their_own_are_searched(tmp_path: Path) -> None:
    """Journal, checkpoint, weights, best.toml and report of such a search can be read."""
    experiment = small(space={"hidden": MIXED}, evolution={"population": 12, "generations": 5})
    reports: list[Progress] = []
    run = neuroevo.run(experiment, results=tmp_path, n_jobs=1, observer=reports.append)
    assert run.experiment == experiment
    evolved = run.all_trials[6:]
    assert len(evolved) == 12 * 5
    assert all(dict(experiment.space.genome(trial.genome)) == trial.genome for trial in evolved)
    assert [trial.genome for trial in run.pareto_front()] == [
        dict(trial.genome) for trial in reports[-1].front
    ]
    for trial in evolved[::7]:
        objectives, _ = retrained(trial, experiment)
        np.testing.assert_equal(objectives, dict(trial.objectives))
    hidden = run.best.genome["hidden"]
    assert isinstance(hidden, tuple)
    champion = run.champion()
    assert isinstance(champion, Network)
    assert champion.architecture.activations == tuple(
        layer[1] for layer in hidden if isinstance(layer, tuple)
    )
    assert run.folder.report_file.exists()
    [checkpoint, *_], _ = read_checkpoints(run.folder)
    trials = {trial.number: trial for trial in run.all_trials}
    state = SearchState.from_values(experiment, checkpoint, trials)
    assert len(state.strategy.ask(100)) == 12


@pytest.mark.parametrize("hidden", [(), ((6, "tanh"),), ((6, "tanh"), (4, "relu"))], ids=len)
def test_a_best_toml_of_such_a_search_seeds_another(hidden: Value, tmp_path: Path) -> None:
    """For any layers, or none, the file fixes every gene and seeds the first genome."""
    experiment = small(space={"hidden": MIXED}, evolution={"population": 4, "generations": 1})
    genome = experiment.space.genome({"hidden": hidden, "learning_rate": 0.1})
    [trial, *_] = timeless(search(experiment, tmp_path, beginning=Beginning((genome,))))[6:]
    best = tmp_path / "best.toml"
    best.write_text(best_toml(experiment, trial, Origin()), encoding="utf-8")
    run = neuroevo.run(experiment, results=tmp_path, seed_from=best)
    assert run.all_trials[6].operator == "seed"
    assert run.all_trials[6].genome == dict(genome)
    alone = neuroevo.run(best, results=tmp_path)
    assert [dict(each.genome) for each in alone.all_trials[6:]] == [dict(genome)]


CONFLICT = {"population": 8, "generations": 3, "objectives": ["final_mse", "parameters"]}


def test_a_run_seeds_a_space_with_other_genes(tmp_path: Path) -> None:
    """Its whole front is transferred: settings become genes, one activation that of each layer."""
    first = neuroevo.run(small(evolution=CONFLICT), results=tmp_path)
    activation = ["linear", "tanh", "sigmoid", "relu"]
    space = {
        "hidden": {"count": [1, 4], "width": [1, 32], "activation": activation},
        "optimizer": ["sgd", "adam"],
        "batch_size": {"low": 1, "high": 8},
    }
    second = neuroevo.run(
        small(space=space, evolution=CONFLICT), results=tmp_path, seed_from=first.folder.path
    )
    seeded = [dict(trial.genome) for trial in second.all_trials if trial.operator == "seed"]
    expected = []
    for trial in first.pareto_front():
        hidden = trial.genome["hidden"]
        assert isinstance(hidden, tuple)
        layers = tuple((width, trial.genome["activation"]) for width in hidden)
        rate = trial.genome["learning_rate"]
        same = {"hidden": layers, "learning_rate": rate, "optimizer": "sgd", "batch_size": 1}
        expected.append(same)
    assert len(seeded) == min(len(expected), 8) > 1
    assert seeded == expected[:8]


def test_seeding_reports_what_the_space_lacks(tmp_path: Path) -> None:
    """Trials that the space does not allow are skipped; if it allows none, that is one line."""
    space = {"optimizer": ["adam", "nesterov"], "batch_size": [4]}
    first = neuroevo.run(small(space=space, evolution=CONFLICT), results=tmp_path)
    front = first.pareto_front()
    shapes = [trial.genome["hidden"] for trial in front]
    fitting = [trial for trial in front if trial.genome["hidden"] == shapes[-1]]
    assert 0 < len(fitting) < len(front)
    narrow = small(space={"hidden": [shapes[-1]]}, evolution=CONFLICT)
    skipped = f"{len(front) - len(fitting)} of {len(front)} on the front skipped"
    with pytest.warns(UserWarning, match=f"{first.folder.id}: left out.*optimizer.*; {skipped}"):
        second = neuroevo.run(narrow, results=tmp_path, seed_from=first.folder.path)
    seeded = [trial.genome for trial in second.all_trials if trial.operator == "seed"]
    names = ("hidden", "learning_rate", "activation")
    assert [dict(genome) for genome in seeded] == [
        {name: trial.genome[name] for name in names} for trial in fitting
    ]
    other = small(space={"hidden": [[999]]}, evolution=CONFLICT)
    for source, rule in (
        (first.folder.path, "must have a trial on its front that is in the search space"),
        (first.folder.best_file, r"hidden: must be \[999\]"),
    ):
        name = first.folder.id if source == first.folder.path else str(source)
        with pytest.raises(UsageError, match=f"^{re.escape(name)}: {rule}, but ") as refused:
            neuroevo.run(other, results=tmp_path, seed_from=source)
        assert len(refused.value.problems) == 1


def test_a_search_in_which_all_trials_diverge_ends_without_error(tmp_path: Path) -> None:
    """All trials are there with their cause, and there is no best.toml."""
    space = {"hidden": {"count": [2, 3], "width": [20, 30]}, "learning_rate": 100.0,
             "activation": "linear"}  # fmt: skip
    folder = search(small(space=space), tmp_path)
    evolved = timeless(folder)[6:]
    assert len(evolved) == 8 * 4
    assert {trial.cause for trial in evolved} == {"5 of 5 replicates diverged"}
    assert all(math.isnan(value) for trial in evolved for value in trial.objectives.values())
    assert not folder.best_file.exists()


def test_a_recording_that_changes_is_read_again(tmp_path: Path) -> None:
    """Two searches in one process use what the file holds at the time."""
    recording = tmp_path / "recording.csv"
    task = {"kind": "mouse", "positions": "recording", "recording": str(recording)}
    found = []
    for positions in ("10,20\n500,300\n", "10,20\n900,20\n"):
        recording.write_text(f"x,y\n{positions}", encoding="utf-8")
        found.append([trial.objectives for trial in timeless(search(small(task=task), tmp_path))])
    assert found[0] != found[1]


def test_no_folder_is_made_for_bad_data(tmp_path: Path) -> None:
    """A recording that can't be used is refused before the results folder is made."""
    recording = tmp_path / "recording.csv"
    recording.write_text("x,y\n1,2\nhere,there\n", encoding="utf-8")
    task = {"kind": "mouse", "positions": "recording", "recording": str(recording)}
    with pytest.raises(DataError, match="row 3"):
        search(small(task=task), tmp_path / "results")
    assert not (tmp_path / "results").exists()


def _search_on_a_full_disk(results: Path) -> str:
    """Begin a search whose files may have few bytes; return its messages."""
    limits = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))"
    ignore = "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)"
    task = '{"task": {"kind": "mouse"}}'
    code = (
        f"{limits}; {ignore}; from neuroevo.search import search; from pathlib import Path; "
        f"from neuroevo.experiment import Experiment; "
        f"search(Experiment.of({task}), Path({str(results)!r}))"
    )
    # Without -B it could cut the bytecode of modules, which Python does not notice.
    failed = subprocess.run(
        [sys.executable, "-B", "-c", code], capture_output=True, check=False, text=True
    )
    return failed.stderr


def test_a_folder_that_cannot_be_written_is_removed(tmp_path: Path) -> None:
    """If the experiment can't be written, no incomplete run remains."""
    full = tmp_path / "results"
    full.mkdir()
    assert "StorageError" in _search_on_a_full_disk(full)
    assert list(full.iterdir()) == []


def test_results_folders_that_a_failed_start_made_are_removed(tmp_path: Path) -> None:
    """If a run can't begin, the folders that it made are removed, and no others."""
    (tmp_path / "old").mkdir()
    assert "StorageError" in _search_on_a_full_disk(tmp_path / "old" / "new" / "place")
    assert list(tmp_path.iterdir()) == [tmp_path / "old"]
    assert list((tmp_path / "old").iterdir()) == []
