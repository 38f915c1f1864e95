"""Verifies a run: trains trials again, repeats the search, and compares every number.

Knows what a run is made of; does not know how differences are shown.
"""

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from neuroevo.errors import UsageError
from neuroevo.evolution import Candidate, costs_of, front_of
from neuroevo.experiment import Experiment
from neuroevo.runs import (
    Start,
    Trial,
    environment,
    environment_differences,
    experiment_values,
    is_measured,
    names_fresh_scores,
    trial_differences,
    trial_violation,
    value_differences,
)
from neuroevo.search.beginning import Beginning
from neuroevo.search.checks import (
    END,
    STATE,
    Check,
    best_check,
    champions_check,
    check_of,
    experiment_check,
    held_out_check,
    state_check,
)
from neuroevo.search.early_stopping import RecordedVerdicts
from neuroevo.search.material import Material, material_of
from neuroevo.search.outcomes import fitness_of
from neuroevo.search.progress import Progress, ignore_progress
from neuroevo.search.record import Record
from neuroevo.search.recorded import RecordedRun
from neuroevo.search.replay import Replay
from neuroevo.search.start_and_resume import data_differences
from neuroevo.search.studies import Counter
from neuroevo.search.trainer import Trainer
from neuroevo.settings import dotted, shown
from neuroevo.workers import TIMED_OUT, WORKER_DIED, Workers

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

SAMPLE = 32
"""Trials that are trained again by default, besides the front and the baselines."""

_NOT_CALLED = (
    "the objectives were not compared, as that calls the function: --call-function, in Python "
    "call_function=True"
)
_CALLED = (
    "the function was called again; that it gives the same numbers can't be promised: it may "
    "measure time, or use files, libraries and seeds that neuroevo does not know"
)


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of comparing a run.

    Parameters
    ----------
    run
        Its id.
    against
        The id of the run that it was compared with; empty if trials were trained again.
    checks
        The parts that were compared.
    environment
        Versions and the processor that differ, a line for each.
    notes
        What can't be promised, or was left out, a line for each.
    """

    run: str
    against: str
    checks: tuple[Check, ...]
    environment: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_identical(self) -> bool:
        """Whether no difference was found in what was compared."""
        return not self.differences

    @property
    def differences(self) -> tuple[str, ...]:
        """A line for each difference of all parts."""
        return tuple(line for check in self.checks for line in check.differences)

    def to_plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {
            "run": self.run,
            "against": self.against or None,
            "identical": self.is_identical,
            "checks": [
                {
                    "part": check.part,
                    "compared": check.compared or None,
                    "why_not": check.why_not or None,
                    "differences": list(check.differences),
                }
                for check in self.checks
            ],
            "environment": list(self.environment),
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which trials are trained again.

    Parameters
    ----------
    trials
        ``all``, ``front`` (with the baselines), or how many are drawn besides these.
    seed
        Of the draw.

    Raises
    ------
    UsageError
        If it is something else.
    """

    trials: "Literal['all', 'front'] | int" = SAMPLE
    seed: int = 0

    def __post_init__(self) -> None:
        if self.trials not in ("all", "front") and not _is_count(self.trials):
            rule = "must be 'all', 'front' or a whole number of at least 0"
            raise UsageError(f"trials: {rule}, but got {shown(self.trials)}")
        if self.seed < 0:
            raise UsageError(f"seed: must be at least 0, but got {self.seed}")

    def of(self, run: RecordedRun) -> list[Trial]:
        """Choose among the trials of a run, by number."""
        objectives, constraints = run.experiment.objectives, run.experiment.constraints

        def costs(trial: Trial) -> tuple[float, ...] | None:
            if not is_measured(trial, constraints):
                return None
            return costs_of(fitness_of(trial, objectives))

        def violation(trial: Trial) -> float:
            return trial_violation(trial, constraints)

        baselines = [trial for trial in run.trials if trial.operator == "baseline"]
        searched = [trial for trial in run.trials if trial.operator != "baseline"]
        if self.trials == "all":
            return list(run.trials)
        front = front_of(searched, costs, violation)
        chosen = {trial.number for trial in (*baselines, *front)}
        others = [trial.number for trial in searched if trial.number not in chosen]
        count = 0 if self.trials == "front" else min(int(self.trials), len(others))
        random = np.random.Generator(np.random.PCG64(self.seed))
        chosen.update(others[place] for place in random.permutation(len(others))[:count])
        return [trial for trial in run.trials if trial.number in chosen]


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


@dataclass(frozen=True, slots=True)
class Means:
    """With what a run is verified.

    Parameters
    ----------
    chosen
        Which trials are trained again.
    data
        Where the task's table, recording or function is, if it was moved or was a frame in memory.
    call_function
        Whether a function of the user's may be called.
    workers
        Who trains.
    counter
        Receives the number of trials that are trained again, and the number of all of them.
    tell
        Receives a line on what is done next.
    """

    chosen: Chosen = field(default_factory=Chosen)
    data: "str | Path | pd.DataFrame | None" = None
    call_function: bool = False
    workers: Workers = field(default_factory=Workers)
    counter: Counter = ignore_progress
    tell: Callable[[str], None] = ignore_progress


def verify_run(run: RecordedRun, means: Means) -> Verification:
    """Train trials of a run again, repeat its search, and compare every number.

    Raises
    ------
    DataError
        If the data are lost or can't be read.
    NeuroevoError
        If networks can't be trained.
    """
    material = material_of(run.experiment.task.located(means.data))
    trains = run.experiment.trains_networks
    data = check_of(run, "data", f"{len(run.start.data):,} of {len(run.start.data):,}")
    data = data.and_differences(_data_lines(material, run.start))
    first = (experiment_check(run), data)
    if data.differences:
        return _verification(run, (*first, Check("trials", "", why_not="the data differ")), ())
    trainer = Trainer(run.experiment, material.evaluated_on, means.workers)
    if trains or means.call_function:
        with trainer:
            checks = [_trials_again(run, trainer, means), *_search_again(run, trainer, means)]
    else:
        checks = [Check("trials", "", why_not=_NOT_CALLED), *_search_again(run, trainer, means)]
    notes = () if trains or not means.call_function else (_CALLED,)
    return _verification(run, (*first, *checks), notes)


def compare_numbers(run: RecordedRun, other: RecordedRun) -> Verification:
    """Compare the numbers of a run with those of another one, without training."""
    values = [experiment_values(each.experiment) for each in (other, run)]
    elsewhere = ("task", run.experiment.task.file_setting)  # its content is compared instead
    named = [
        {dotted(key): value for key, value in each.items() if key != elsewhere} for each in values
    ]
    experiment = experiment_check(run)
    start, precision = other.start, other.experiment.training.precision
    found = {each.number: each for each in run.trials}
    expected = {each.number: each for each in other.trials}
    numbers = sorted({*found, *expected})
    trials: list[object] = []
    for number in numbers:
        if number in found and number in expected:
            trials += trial_differences(expected[number], found[number], precision)
        else:
            where = other.identity if number in expected else run.identity
            trials.append(f"trial {number}: must be in both runs, but is in {where} only")
    checks = (
        experiment.and_differences(value_differences("experiment: ", *named)),
        Check("data", f"{len(start.data):,}").and_differences(_start_differences(start, run.start)),
        check_of(run, "trials", f"{len(numbers):,}").and_differences(trials),
        champions_check(run, other.rescored),
        held_out_check(run, other.held_out),
        state_check(run, [other.state] if other.state else [], STATE),
        best_check(run, other.best),
    )
    lines = environment_differences(other.environment, run.environment)
    return Verification(run.identity, other.identity, checks, tuple(lines))


def _verification(run: RecordedRun, checks: Sequence[Check], notes: Sequence[str]) -> Verification:
    now, then = environment(), run.environment
    resumed = then.get("resumed")
    earlier = [then, *(each for each in resumed or () if isinstance(each, Mapping))]
    lines = [line for each in earlier for line in environment_differences(each, now)]
    notes = [*run.problems.get("environment", ()), *notes]
    return Verification(run.identity, "", tuple(checks), tuple(dict.fromkeys(lines)), tuple(notes))


def _data_lines(material: Material, start: Start) -> list[str]:
    found = data_differences(material, start)
    if json.dumps(material.kept) != json.dumps(start.kept):
        found.append("task: what is kept of the data must be as when the run began, but differs")
    return found


def _start_differences(expected: Start, found: Start) -> Iterable[object]:
    names = ("data", "preparation", "kept", "initial")
    values = [{name: getattr(each, name) for name in names} for each in (expected, found)]
    yield from value_differences("start: ", *values)
    if expected.columns != found.columns:
        yield "start: columns must be the same in both runs, but differ"


def _trials_again(run: RecordedRun, trainer: Trainer, means: Means) -> Check:
    """Train trials again; a failed one must fail again.

    Those that took too long or ended their worker are left out: they would do so again, and whether
    they do depends on the machine.
    """
    precision = run.experiment.training.precision
    chosen = [each for each in means.chosen.of(run) if not _is_left_out(each)]
    strange = {each.number: _strangeness(each, run.experiment) for each in chosen}
    chosen = [each for each in chosen if not strange[each.number]]
    recorded = {trial.number: trial for trial in chosen}
    found = {number: [line] for number, line in strange.items() if line}
    done = 0
    means.counter(done, len(chosen))
    for again in _again(trainer, chosen):
        lines = trial_differences(again, recorded[again.number], precision)
        found[again.number] = [str(line) for line in lines]
        done += 1
        means.counter(done, len(chosen))
    count = sum(map(_is_left_out, run.trials))
    left_out = f"; {count:,} that took too long or ended workers not" if count else ""
    how = "trained again" if run.experiment.trains_networks else "given to the function again"
    compared = f"{len(chosen):,} of {len(run.trials):,}, {how}{left_out}"
    differences = tuple(line for number in sorted(found) for line in found[number])
    return check_of(run, "trials", compared).and_differences(differences)


def _again(trainer: Trainer, trials: Sequence[Trial]) -> Iterator[Trial]:
    """Train trials again, as far as they were trained; those without rungs to their end."""
    for judged in (False, True):
        chosen = [trial for trial in trials if bool(trial.rung_values) == judged]
        verdicts = RecordedVerdicts(chosen) if judged else None
        yield from trainer.trials(deque(map(_candidate, chosen)), Record(), verdicts=verdicts)


def _is_left_out(trial: Trial) -> bool:
    return trial.state == "failed" and trial.cause.startswith((TIMED_OUT, WORKER_DIED))


def _strangeness(trial: Trial, experiment: Experiment) -> str:
    """Return in which way a trial is none of the experiment; empty if it is one."""
    if trial.operator != "baseline":
        try:
            experiment.space.genome(trial.genome)
        except UsageError as error:
            return f"trial {trial.number}: {error.problems[0]}"
        return ""
    known = [each for each in experiment.task.baselines if each.name == trial.name]
    values = known[0].configuration if known else {}
    if known and all(
        name in values and values[name] == trial.genome[name] for name in trial.genome
    ):
        return ""
    return f"trial {trial.number}: must be a baseline of the task, but is none"


def _candidate(trial: Trial) -> Candidate:
    origin = {part.name: getattr(trial, part.name) for part in fields(Candidate)}
    return Candidate(**origin)


def _search_again(run: RecordedRun, trainer: Trainer, means: Means) -> list[Check]:
    """Repeat the search with the trials of the run, and compare where it leads."""
    means.tell("repeating the search")
    is_lost = run.rescored is None and names_fresh_scores(run.best)
    measures = run.experiment.trains_networks or (
        means.call_function and (is_lost or run.rescored is not None)
    )
    known = None if measures else run.rescored or ()
    replay = Replay(run.experiment, run.trials, run.state, run.folder, known)
    phases: set[str] = set()

    def observe(progress: Progress) -> None:
        if progress.phase == "rescoring" and not measures:
            return
        if progress.phase not in phases and progress.phase in _PHASES:
            phases.add(progress.phase)
            means.tell(_PHASES[progress.phase])

    try:
        beginning = Beginning.of(run.start, run.experiment)
        problem = replay.run(trainer, beginning, observe)
    except UsageError as error:
        problem = f"start.json: {error.problems[0]}"
    search = Check("search", f"{len(replay.trials):,} candidates asked again")
    if problem:
        hint = "a trial before it, its genome or the experiment was changed"
        return [search.and_differences([f"{problem}; {hint}"]), *_not_repeated(run)]
    checks = [search, state_check(run, replay.states, STATE + END * run.is_finished)]
    if not run.is_finished:
        return checks
    champions, best = champions_check(run, replay.rescored), best_check(run, replay.best)
    if not measures:
        why = "there are none" if run.rescored is None else _NOT_CALLED
        lines = run.problems.get(champions.part, (_LOST,) if is_lost else ())
        champions = Check(champions.part, "", lines, "" if lines else why)
    if is_lost and not measures:
        best = Check(best.part, "", why_not="it depends on the scores on fresh seeds")
    return [
        *checks,
        *([champions] if run.experiment.fresh_replicates else []),
        *([held_out_check(run, replay.held_out)] if run.start.has_test_part else []),
        best,
    ]


_LOST = "champions.safetensors: must be there, but is missing"
_PHASES = {
    "rescoring": "evaluating the front and the baselines again",
    "testing": "scoring on the test part again",
}


def _not_repeated(run: RecordedRun) -> list[Check]:
    parts = ["checkpoint", "champions", "test scores", "best configuration"]
    why = "the search could not be repeated"
    return [Check(part, "", run.problems.get(part, ()), why) for part in parts]
