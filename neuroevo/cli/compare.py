"""``neuroevo compare``: two or more runs beside one another, on a page or as data."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neuroevo.cli import figures as figure_files
from neuroevo.cli.data_frames import records
from neuroevo.cli.options import (
    RESULTS,
    AsJson,
    Figures,
    Height,
    Open,
    Results,
    Width,
    examples,
)
from neuroevo.cli.terminal import (
    Column,
    Table,
    local_path,
    open_in_browser,
    print_heading,
    print_table,
    print_text,
)
from neuroevo.errors import UsageError
from neuroevo.files import with_home

if TYPE_CHECKING:
    from typing import TextIO

    from neuroevo.analysis.comparison import Comparison
    from neuroevo.report.table import TextTable

EXAMPLES = examples(
    "neuroevo compare mouse-20261122-154455 latest --open",
    "neuroevo compare results/mouse-* -o seeds.html",
    "neuroevo compare results/mouse-* --figures figures",
    "neuroevo compare results/mouse-* --json | jq '.runs[] | [.run, .final_mse]'",
)


def compare(  # noqa: PLR0913, PLR0917 - the options that users may give
    runs: Annotated[
        list[str],
        typer.Argument(metavar="RUN RUN ...", help="Two or more: a run's id, its path, or latest."),
    ],
    results: Results = RESULTS,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            parser=with_home,
            metavar="FILE",
            help="The page to write; comparison.html beside the first run if not given.",
        ),
    ] = None,
    figures: Figures = None,
    width: Width = None,
    height: Height = None,
    show: Open = False,  # noqa: FBT002 - an option
    as_json: AsJson = False,  # noqa: FBT002 - an option
) -> None:
    """Compare two or more runs.

    What differs between their experiments, and what came of it: fronts, histories, best
    configurations. Runs that differ in nothing but the seed are taken together, and settings with
    several seeds are tested against chance.

    Writes a page and prints its path to stdout, and the path of each figure, or prints a JSON
    object with --json. What it found in short goes to stderr.
    """
    if len(runs) < 2:  # noqa: PLR2004 - what a comparison is
        raise UsageError(f"RUN RUN ...: must be two runs or more, but got {len(runs)}")

    if as_json and figures is not None:
        raise UsageError("--figures: must be left out with --json")
    size = figure_files.picture_size(figures, width, height)

    from neuroevo.report.comparison import compare_runs, comparison_figures, comparison_page
    from neuroevo.runs import find_run
    from neuroevo.storage.atomic import write_atomically

    comparison = compare_runs(runs, results)
    if as_json:
        typer.echo(json.dumps(_described(comparison), indent=2, allow_nan=False))
        return
    page = output or find_run(runs[0], results).path.parent / "comparison.html"
    write_atomically(page, comparison_page(comparison))
    print_comparison(comparison, sys.stderr)
    typer.echo(local_path(page))
    if figures is not None:
        title = ", ".join(comparison.labels)
        drawn = list(comparison_figures(comparison).values())
        figure_files.write(drawn, title, figures, size)
    if show:
        open_in_browser(page.resolve().as_uri())


def print_comparison(comparison: "Comparison", stream: "TextIO") -> None:
    """Print what the page of a comparison says first."""
    from neuroevo.report.comparison import tables
    from neuroevo.report.comparison.opening import opening, what_differs

    words = opening(comparison)
    print_heading(words.title, stream)
    print_text(" ".join([words.lead, *what_differs(comparison)]).strip(), stream)
    differences = tables.differences(comparison)
    if differences is not None:
        print_heading("Differences", stream)
        columns = tuple(Column(cell.text, wraps=True) for cell in differences.columns)
        print_table(Table(columns, _texts(differences)), stream)
    print_heading("The best of each run", stream)
    print_table(_outcome(comparison), stream)
    print(file=stream)


def _outcome(comparison: "Comparison") -> Table:
    from neuroevo.report.comparison import tables
    from neuroevo.report.held_out_texts import test_score

    scores = [
        "champion, fresh" if name.startswith("fresh.") else item.best_label
        for name, item in comparison.score_columns.items()
    ]
    fronts = ["front", "undominated", "hypervolume"] * (len(comparison.objectives) > 1)
    tests = {each.label: test_score(each.test, interval=True) for each in comparison.contenders}
    has_tests = any(tests.values())
    numbers = [*scores, *fronts]
    columns = (
        Column("run"),
        *(Column(title, right=True, dispensable=place) for place, title in enumerate(numbers)),
        *[Column("test score")] * has_tests,
        Column("id", dispensable=len(numbers)),
    )
    pairs = zip(_texts(tables.outcome(comparison)), comparison.contenders, strict=True)
    rows = [(*row, *[tests[each.label]] * has_tests, each.name) for row, each in pairs]
    return Table(columns, tuple(rows))


def _texts(board: "TextTable") -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(cell.text for cell in row) for row in board.rows)


def _described(comparison: "Comparison") -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "runs": records(comparison.runs),
        "objectives": [item.name for item in comparison.objectives],
        "limits": {  # beyond them a value is a penalty: the target was not reached
            item.name: item.limit for item in comparison.objectives if item.has_limit
        },
        "differences": records(comparison.differences),
        "environments": {label: list(lines) for label, lines in comparison.environments.items()},
        "not_comparable": list(comparison.cautions),
        "not_common": {item.name: list(labels) for item, labels in comparison.uncommon.items()},
        "fronts": records(comparison.fronts),
        "dominance": records(comparison.dominance),
        "configurations": records(comparison.configurations),
        "spreads": records(comparison.spreads),
        "tests": [
            {"measure": measure, **asdict(test)}
            for measure, tests in comparison.tests.items()
            for test in tests
        ],
        "histories": records(comparison.histories),
        "hypervolumes": records(comparison.hypervolumes),
        "distributions": records(comparison.distributions),
    }
