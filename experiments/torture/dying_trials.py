"""Trials that kill their worker or never end: they fail, and all others keep their results."""

from functools import partial

from experiments.torture.folders import differences
from experiments.torture.outcomes import Outcome, abreast, each, row
from experiments.torture.rows import Row
from experiments.torture.stage import Stage, stage
from experiments.torture.trainings import Affliction, afflict
from experiments.torture.workers import LOKY, gone


def dying_trials(times: int) -> list[Row]:
    """Let this many trials kill their worker, and as many sleep for an hour."""
    timeout = ("--trial-timeout", "2")
    with stage() as ours:
        return abreast(
            [
                lambda: row(
                    "a trial that kills its worker",
                    each(lambda n: _dying_trial(ours, n, "kills"), times),
                ),
                lambda: row(
                    "a trial that sleeps an hour",
                    each(lambda n: _dying_trial(ours, n, "sleeps", *timeout), times),
                ),
            ]
        )


def _dying_trial(ours: Stage, index: int, affliction: Affliction, *options: str) -> Outcome:
    """Compare with a run in one thread, in which the same trials raise an exception."""
    number = 6 + index % (len(ours.reference.trials) - 6)
    rates = frozenset({float(ours.reference.trials[number]["genome"]["learning_rate"])})
    with ours.case() as case, ours.case() as undisturbed:
        ended = undisturbed.run("--jobs", "1", prepare=partial(afflict, "raises", rates)).end()
        if problems := ended.problems(0):
            return Outcome(problems=problems)
        reference = undisturbed.result("cause")
        running = case.run(*LOKY, *options, prepare=partial(afflict, affliction, rates))
        ended = running.end()
        problems = differences(case.run_folder, reference, "cause")
        failed = [trial for trial in case.result().trials.values() if trial["state"] == "failed"]
        if number not in {trial["number"] for trial in failed}:
            problems += (f"trial {number} has not failed",)
        if any(not trial.get("cause") for trial in failed):
            problems += ("a trial has failed without a cause",)
        return Outcome(problems=(*ended.problems(0), *problems, *gone(running)))
