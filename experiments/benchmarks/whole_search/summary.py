"""The table of both searches, and the ratios of their times."""

from collections.abc import Sequence
from statistics import median

from experiments.benchmarks.markdown import Table
from experiments.benchmarks.mouse import Mouse
from experiments.benchmarks.whole_search.replay import Replay
from experiments.benchmarks.whole_search.searches import Search
from neuroevo import wording

_HOW = (
    "Wall clock on two cores, from the start of the processes. neuroevo: the whole command with "
    "its pages, the median of some rounds. Optuna: TPE over scikit-learn's MLP, one sample a step, "
    "in two processes with one study; the same space, samples, starting weights and budget. It "
    "minimises the median samples to the target, so its trainings end at the target; neuroevo's go "
    "on to the end of the budget. Scores are medians over fresh seeds, the same for both."
)


def table(ours: Search, theirs: Search, replays: Sequence[Replay], mouse: Mouse) -> Table:
    """Return both searches as a table, with the ratios of their times in its notes.

    Parameters
    ----------
    ours, theirs
        Both searches.
    replays
        Optuna's with several seeds, at least one.
    mouse
        The experiment.
    """
    return Table(
        f"Whole search: {mouse.experiment.name}",
        (
            *("search", "seconds", "CPU seconds", "trials", "recommended configuration"),
            *("samples to target", "final MSE"),
        ),
        (_row("neuroevo", ours), _row("Optuna and scikit-learn", theirs)),
        (_HOW, _measured(ours, theirs, mouse), _extrapolated(ours, replays, mouse)),
    )


def _row(name: str, search: Search) -> tuple[str, ...]:
    found = search.recommended
    configuration = wording.configuration(found.configuration)
    times = f"{search.seconds:,.1f}", f"{search.cpu_seconds:,.1f}"
    return name, *times, f"{search.trials:,}", configuration, *found.scores.texts()


def _measured(ours: Search, theirs: Search, mouse: Mouse) -> str:
    longer = theirs.seconds / ours.seconds, theirs.cpu_seconds / ours.cpu_seconds
    times = "{:,.0f} times as long ({:,.0f} times the CPU time)".format(*longer)
    target_mse = mouse.experiment.training.target_mse
    if theirs.recommended.is_as_good_as(ours.recommended, target_mse):
        return f"Optuna took {times} until it recommended what is as good."
    return f"Optuna was stopped after {times}, before it recommended what is as good."


def _extrapolated(ours: Search, replays: Sequence[Replay], mouse: Mouse) -> str:
    training = mouse.experiment.training
    whole = training.replicates * training.samples  # of a trial
    times = [each.cpu_seconds / ours.cpu_seconds for each in replays]
    whole_times = [
        ratio * each.trials * whole / each.samples
        for ratio, each in zip(times, replays, strict=True)
    ]
    return (
        f"Extrapolated: with the kernel, which computes the same values, Optuna needs "
        f"{_range([each.trials for each in replays])} trials and "
        f"{_range([each.samples for each in replays])} samples until it recommends what is as "
        f"good (median and range of {len(replays)} seeds). For these scikit-learn takes "
        f"{_range(times)} times neuroevo's CPU time, at the time of a sample that was measured; "
        f"if all its networks saw the whole budget, {_range(whole_times)} times."
    )


def _range(values: Sequence[float]) -> str:
    return f"{median(values):,.0f} ({min(values):,.0f} to {max(values):,.0f})"
