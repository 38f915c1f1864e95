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
            *("search", "seconds", "trials", "recommended configuration"),
            *("samples to target", "final MSE"),
        ),
        (_row("neuroevo", ours), _row("Optuna and scikit-learn", theirs)),
        (_HOW, " ".join(_conclusions(ours, theirs, mouse))),
    )


def _row(name: str, search: Search) -> tuple[str, ...]:
    found = search.recommended
    configuration = wording.configuration(found.configuration)
    seconds, trials = f"{search.seconds:,.1f}", f"{search.trials:,}"
    return name, seconds, trials, configuration, *found.scores.texts()


def _conclusions(ours: Search, theirs: Search, mouse: Mouse) -> Iterator[str]:
    training = mouse.experiment.training
    ratio = theirs.seconds / ours.seconds
    if theirs.recommended.is_as_good_as(ours.recommended, training.target_mse):
        yield f"Optuna took {ratio:,.0f} times as long until it recommended what is as good."
    else:
        yield (
            f"Optuna was stopped after {ratio:,.0f} times as long, before it recommended what is "
            "as good."
        )
    yield from _extrapolated(ours, theirs, training.replicates * training.samples)


def _extrapolated(ours: Search, theirs: Search, whole: int) -> Iterator[str]:
    """Say what is not measured but computed from rates: of trials, and of samples."""
    each = theirs.seconds / theirs.trials
    same = each * ours.trials / ours.seconds
    yield (
        f"At its rate, {60 / each:,.1f} trials a minute, as many trials as neuroevo's would take "
        f"it {same:,.0f} times as long (extrapolated)."
    )
    longer = whole * theirs.trials / theirs.samples
    yield (
        f"Its networks saw {theirs.samples:,} samples. With the whole budget for all of them its "
        f"trials would have taken {longer:,.1f} times as long as they did (extrapolated)."
    )
