"""The table of both searches, and the ratios of their times."""

from collections.abc import Iterator

from experiments.benchmarks.markdown import Table
from experiments.benchmarks.mouse import Mouse
from experiments.benchmarks.whole_search.searches import Search
from neuroevo import wording

_HOW = (
    "Wall clock on two cores, from the start of the processes. neuroevo: the whole command with "
    "its pages, the median of some rounds. Optuna: TPE over scikit-learn's MLP, one sample a step, "
    "in two processes with one study; the same space, samples, starting weights and budget. It "
    "minimises the median samples to the target, so its trainings end at the target; neuroevo's go "
    "on to the end of the budget. Scores are medians over fresh seeds, the same for both."
)


def table(ours: Search, theirs: Search, mouse: Mouse) -> Table:
    """Return both searches as a table, with the ratio of their times in its notes."""
    return Table(
        f"Whole search: {mouse.experiment.name}",
        (
            *("search", "seconds", "CPU seconds", "trials", "recommended configuration"),
            *("samples to target", "final MSE"),
        ),
        (_row("neuroevo", ours), _row("Optuna and scikit-learn", theirs)),
        (_HOW, " ".join(_conclusions(ours, theirs, mouse))),
    )


def _row(name: str, search: Search) -> tuple[str, ...]:
    found = search.recommended
    configuration = wording.configuration(found.configuration)
    times = f"{search.seconds:,.1f}", f"{search.cpu_seconds:,.1f}"
    return name, *times, f"{search.trials:,}", configuration, *found.scores.texts()


def _conclusions(ours: Search, theirs: Search, mouse: Mouse) -> Iterator[str]:
    training = mouse.experiment.training
    longer = _times(ours, theirs, 1.0)
    if theirs.recommended.is_as_good_as(ours.recommended, training.target_mse):
        yield f"Optuna took {longer} until it recommended what is as good."
    else:
        yield f"Optuna was stopped after {longer}, before it recommended what is as good."
    yield (
        "Extrapolated, not measured: at its rate, as many trials as neuroevo's would take it "
        f"{_times(ours, theirs, ours.trials / theirs.trials)}. Its networks saw "
        f"{theirs.samples:,} samples; if all of them had seen the whole budget, its trials would "
        f"have taken {training.replicates * training.samples * theirs.trials / theirs.samples:.1f} "
        "times as long as they did."
    )


def _times(ours: Search, theirs: Search, part: float) -> str:
    """Say how many times our time a multiple of theirs is."""
    wall = part * theirs.seconds / ours.seconds
    cpu = part * theirs.cpu_seconds / ours.cpu_seconds
    return f"{wall:,.0f} times as long ({cpu:,.0f} times the CPU time)"
