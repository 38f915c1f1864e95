"""``neuroevo report``: writes the report of a run again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuroevo.cli import figures as figure_files
from neuroevo.cli.counting import counted
from neuroevo.cli.options import (
    RESULTS,
    Data,
    Figures,
    Height,
    Jobs,
    Open,
    Results,
    RunReference,
    Width,
    examples,
)
from neuroevo.cli.sweep import found_sweep
from neuroevo.cli.terminal import local_path, open_in_browser, say
from neuroevo.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from neuroevo.report.run import Run

EXAMPLES = examples(
    "neuroevo report latest --open",
    "neuroevo report latest --figures figures --width 89mm",
    "neuroevo report latest --random-search",
    "neuroevo report latest --ablation --baseline article-tanh",
    "neuroevo report learning-rates-20261122-154455 --open",
)


def report(  # noqa: PLR0913, PLR0917 - the options that users may give, one after the other
    run: RunReference,
    results: Results = RESULTS,
    random_search: Annotated[  # noqa: FBT002 - an option
        bool,
        typer.Option("--random-search", help="Train as many random configurations to compare."),
    ] = False,
    ablation: Annotated[  # noqa: FBT002 - an option
        bool,
        typer.Option(
            "--ablation", help="Train the path from a baseline to the best, gene by gene."
        ),
    ] = False,
    baseline: Annotated[
        str, typer.Option(metavar="NAME", help="The baseline for --ablation, if not the first.")
    ] = "",
    jobs: Jobs = -1,
    data: Data = None,
    figures: Figures = None,
    width: Width = None,
    height: Height = None,
    show: Open = False,  # noqa: FBT002 - an option
) -> None:
    """Write the report of a run, or the page of a sweep, again.

    Prints its path to stdout, and the path of each figure; after --random-search and --ablation
    also what was found, to stderr.
    """
    if baseline and not ablation:
        raise UsageError("--baseline: must come with --ablation")
    if data is not None and not (ablation or random_search):
        raise UsageError("--data: must come with --random-search or --ablation")
    size = figure_files.picture_size(figures, width, height)

    from neuroevo import api
    from neuroevo.playground import write_report

    sweep = found_sweep(run, results)
    if sweep is not None:
        if random_search or ablation:
            raise UsageError("--random-search, --ablation: must be left out for a sweep")
        _finish(sweep.write_page(), show=show)
        if figures is not None:
            figure_files.write(sweep.figures, sweep.folder.id, figures, size)
        return
    found = api.load_run(run, results)
    if ablation:
        with counted("ablation") as counter:
            found = api.ablate(found, baseline, n_jobs=jobs, data=data, counter=counter)
    if random_search:
        with counted("random search") as counter:
            found = api.random_search(found, n_jobs=jobs, data=data, counter=counter)
    path = write_report(found)
    for verdict in _verdicts(found, random_search=random_search, ablation=ablation):
        say(verdict)
    _finish(path, show=show)
    if figures is not None:
        from neuroevo.report.figures import run_figures

        figure_files.write(run_figures(found.findings), found.id, figures, size)


def _verdicts(run: "Run", *, random_search: bool, ablation: bool) -> "Iterator[str]":
    """Yield what the studies found that were just made."""
    from neuroevo.analysis.ablation_path import ablation_path
    from neuroevo.analysis.hypervolume_history import hypervolume_history
    from neuroevo.report.plots import ablation as ablation_plot
    from neuroevo.report.plots import hypervolume

    if random_search:
        yield hypervolume.verdict(hypervolume_history(run.findings))
    if ablation:
        yield ablation_plot.verdict(ablation_path(run.findings))


def _finish(path: Path, *, show: bool) -> None:
    typer.echo(local_path(path))
    if show:
        open_in_browser(path.resolve().as_uri())
